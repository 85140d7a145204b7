"""Fallback chains from end to end: ordered, proven, told, read again, and acted out."""

from __future__ import annotations

import random

import pytest

from schemas.program import Call, Program
from schemas.task import Task, TaskSpec
from stages.base import Services
from tests.stages.acted import acted, failures, ordered, services_on
from tool_specs.catalog import domain
from tool_specs.phrasing.leaks import leaks
from tool_specs.phrasing.recover import demands, missing
from tool_specs.phrasing.user import task_text
from tool_specs.programs import preferred, rank, run
from tool_specs.reading import Reader

BURDENS = (3, 4, 5, 6)
NOT_THERE = ("there's no ", "i found no ", "i don't see ", "there isn't ", " there, so any ", "i see neither ")
LEXICON = domain("retail").lexicon


@pytest.fixture(scope="module")
def services() -> Services:
    return services_on("retail", size=150)


@pytest.fixture(scope="module")
def tasks(services: Services) -> list[Task]:
    specs = (
        TaskSpec(
            id=f"spec-{number}", domain="retail", kind="fallback", num_writes=1, seed=3, number=number,
            burden=BURDENS[number // 2 % len(BURDENS)],
        )
        for number in range(24)
    )  # fmt: skip
    return ordered(specs, services)


def wishing(task: Task) -> tuple[int, Program]:
    (found,) = [(n, p) for n, p in enumerate(task.requests[0].programs) if p.wishes]
    return found


def last_call(program: Program) -> str:
    return [step.tool for step in program.steps if isinstance(step, Call)][-1]


def test_both_ends_are_made_as_ordered(tasks: list[Task], services: Services) -> None:
    lengths = set()
    for task in tasks:
        number, program = wishing(task)
        facts = {entry.name: entry.value for entry in task.knowledge}
        selection = run(task.requests[0].programs, facts, Reader(services.sandboxes["retail"]))
        wish, _ = preferred(program, rank(program, selection.candidates[number]))
        assert (wish is not None) == (task.spec.number % 2 == 0)
        assert task.burden == task.spec.burden
        lengths.add(len(program.wishes))
    assert lengths == {1, 2}


def test_the_reads_that_show_that_nothing_fits_are_proven(tasks: list[Task]) -> None:
    for task in tasks:
        proof = task.requests[0].proof
        assert proof.lower == proof.upper == len(proof.reads)
        number, program = wishing(task)
        if number == 0:  # it compares all rows of the user: each read of one is witnessed
            witnessed = {read for clause in proof.clauses if clause.why == "witness" for read in clause.reads}
            compared = [read for read in proof.reads if proof.reachable[read].tool == last_call(program)]
            assert compared and witnessed.issuperset(compared)


def test_wishes_are_told_and_can_be_read_again(tasks: list[Task]) -> None:
    for task in tasks:
        for seed in range(10):
            text = task_text(LEXICON, task, random.Random(seed))
            assert missing(LEXICON, task, text) == [], text
            assert leaks(task, text) == [], text
        kinds = [demand.meaning[0] for demand in demands(LEXICON, task)]
        assert kinds.count("wish") == len(wishing(task)[1].wishes) and "otherwise" in kinds


def test_a_text_without_the_second_choice_is_not_enough(tasks: list[Task]) -> None:
    for task in tasks:
        text = task_text(LEXICON, task, random.Random(1))
        for demand in demands(LEXICON, task):
            if demand.meaning[0] in ("wish", "otherwise"):
                cut = text
                for find in demand.patterns:
                    for start, end in sorted(find(cut), reverse=True):
                        cut = f"{cut[:start]}thing{cut[end:]}"
                assert missing(LEXICON, task, cut), (demand.meaning, cut)


def test_scripted_dialogues_pass_the_checks_and_say_what_is_not_there(tasks: list[Task], services: Services) -> None:
    found = acted(tasks, services, 2)
    good = [each for each in found if not failures([each], services)]
    assert len(good) >= 0.95 * len(found) > 0
    for dialogue in good:
        if dialogue.scenario.task.spec.number % 2:
            said = " ".join(m.content for m in dialogue.messages if m.role == "assistant").lower()
            assert any(words in said for words in NOT_THERE), said
