"""Budgets from end to end: ordered, proven, told, read again, acted out, and derived again by the other program."""

from __future__ import annotations

import asyncio
import itertools
import random
from collections.abc import Sequence

import msgspec
import pytest

from schemas.base import decode, encode, plain
from schemas.dialogue import Dialogue
from schemas.program import Budget, Program
from schemas.task import Request, Task, TaskSpec
from schemas.verdict import Drop
from stages.base import Services
from stages.generate_tasks import GenerateTasks
from stages.generate_tasks.mistakes import ALONE, IGNORED
from stages.validate_dialogues import judge
from tests.cycles import cycles_left
from tests.independent.checker import Checker
from tests.stages.acted import acted, services_on
from tests.stages.validate_dialogues.mutators import with_message
from tool_specs.catalog import domain
from tool_specs.phrasing.budgets import budget_of
from tool_specs.phrasing.leaks import leaks
from tool_specs.phrasing.recover import missing
from tool_specs.phrasing.user import task_text
from tool_specs.programs import bound, column, cost, rank, run
from tool_specs.reading import Reader

LEXICON = domain("retail").lexicon
COUNT = 6


@pytest.fixture(scope="module")
def services() -> Services:
    return services_on("retail", size=200)


def made(number: int, services: Services) -> Sequence[Task | Drop]:
    spec = TaskSpec(id=f"spec-{number}", domain="retail", kind="budget", num_writes=2, burden=3, seed=3, number=number)
    return asyncio.run(GenerateTasks().process(spec, services))


@pytest.fixture(scope="module")
def tasks(services: Services) -> list[Task]:
    every = [each for number in range(COUNT) for each in made(number, services)]
    found = [each for each in every if isinstance(each, Task)]
    assert len(found) >= COUNT - 1, [each for each in every if isinstance(each, Drop)]
    return found


@pytest.fixture(scope="module")
def dialogues(tasks: list[Task], services: Services) -> list[Dialogue]:
    return acted(tasks, services, 4)


def budget(request: Request) -> Budget:
    found = budget_of(request.programs)
    assert found is not None
    return found


def test_the_pair_is_the_only_best_one_within_the_limit(tasks: list[Task], services: Services) -> None:
    """All combinations are looked at here; the program never does that."""
    for task in tasks:
        facts = {entry.name: entry.value for entry in task.knowledge}
        for request in task.requests:
            terms, limit = budget(request).terms, facts[budget(request).fact]
            chosen = run(request.programs, facts, Reader(services.sandboxes["retail"]))
            lists = [rank(request.programs[t.program], chosen.candidates[t.program]) for t in terms]
            within = [
                pair
                for pair in itertools.product(*lists)
                if sum(cost(term, row) or 0 for term, row in zip(terms, pair, strict=True)) <= limit
            ]

            def key(pair: tuple[dict[str, object], ...], request: Request = request) -> list[object]:
                rows = zip(budget(request).terms, pair, strict=True)
                orders = [(row, request.programs[term.program].order[0]) for term, row in rows]
                return [(-1 if order.descending else 1) * column(row, order.column) for row, order in orders]

            best = min(map(key, within))  # type: ignore[type-var]
            (pair,) = [each for each in within if key(each) == best]
            assert [chosen.picked[term.program] for term in terms] == [(row,) for row in pair]
            for name, source in request.sources.items():
                if source.bind is not None:
                    assert bound(source.bind, request.programs, chosen) == request.arguments[name]


def test_who_ignores_the_budget_or_keeps_to_it_for_each_alone_ends_elsewhere(
    tasks: list[Task], services: Services
) -> None:
    for task in tasks:
        assert task.num_writes == 2 and task.precedence == ()
        for mistake in (IGNORED, ALONE):
            fork = services.sandboxes["retail"].fork()
            made = [
                next((d.arguments for d in request.proof.distractors if d.mistake == mistake), request.arguments)
                for request in task.requests
            ]
            for request, arguments in zip(task.requests, made, strict=True):
                assert not fork.call(str(request.tool), arguments).error
            assert fork.digest() != task.goal_digest


def test_each_decision_is_measured_and_needs_a_look_at_the_other_thing(tasks: list[Task]) -> None:
    for task in tasks:
        for request in task.requests:
            proof = request.proof
            assert proof.lower == proof.upper == len(proof.reads)
            reads = [proof.reachable[number].tool for number in proof.reads]
            assert reads.count("get_product_details") == 2  # of both things, for each of the two
        assert task.burden == max(request.proof.lower for request in task.requests)
    clauses = [c for task in tasks for request in task.requests for c in request.proof.clauses]
    assert any(clause.witness and "new_item_ids" in clause.witness.answer for clause in clauses)


def test_budgets_are_told_and_can_be_read_again(tasks: list[Task]) -> None:
    for task in tasks:
        for seed in range(10):
            text = task_text(LEXICON, task, random.Random(seed))
            assert missing(LEXICON, task, text) == [], text
            assert leaks(task, text) == [], text
        free = [msgspec.structs.replace(r, programs=tuple(map(_free, r.programs))) for r in task.requests]
        silent = task_text(LEXICON, msgspec.structs.replace(task, requests=tuple(free)), random.Random(1))
        assert {what.rpartition(" ")[2] for what in missing(LEXICON, task, silent)} >= {"limit", "first"}


def _free(program: Program) -> Program:
    return msgspec.structs.replace(program, within=msgspec.UNSET)


def test_a_program_without_a_budget_has_the_bytes_that_it_had(tasks: list[Task]) -> None:
    under = tasks[0].requests[0].programs[-1]
    assert b'"within"' in encode(under) and b'"within"' not in encode(_free(under))
    assert decode(encode(under), Program) == under


def test_scripted_dialogues_pass_the_checks(dialogues: list[Dialogue], services: Services) -> None:
    faults = [(d.id, v.check, v.detail) for d in dialogues for v in judge(d, services) if not v.passed]
    assert not faults


def test_the_agent_argues_before_it_writes(dialogues: list[Dialogue]) -> None:
    for dialogue in dialogues:
        task = dialogue.scenario.task
        limit = f"${task.fact(budget(task.requests[0]).fact)}"
        writes = [n for n, m in enumerate(dialogue.messages) if any("items" in call.name for call in m.tool_calls)]
        said = [m.content for m in dialogue.messages[: writes[0]] if m.role == "assistant"]
        arguing = [text for text in said if limit in text]
        assert len(arguing) == 1  # once, for both
        assert sum(mark == "$" for mark in arguing[0]) >= 8


def test_who_never_tells_the_limit_is_caught(dialogues: list[Dialogue], services: Services) -> None:
    dialogue = next(each for each in dialogues if each.scenario.behavior.disclosure == "all_at_once")
    name = budget(dialogue.scenario.task.requests[0]).fact
    telling = [n for n, m in enumerate(dialogue.messages) if any(act.slot == name for act in m.acts)]
    silent = dialogue
    for index in telling:
        kept = tuple(act for act in dialogue.messages[index].acts if act.slot != name)
        silent = with_message(silent, index, content="Could you swap two things for me?", acts=kept)
    found = {verdict.check for verdict in judge(silent, services) if not verdict.passed}
    assert "user_faults" in found


def test_a_write_before_the_other_thing_was_looked_at_is_caught(dialogues: list[Dialogue], services: Services) -> None:
    """The first write is made before the second product is read."""
    caught = 0
    for dialogue in dialogues:
        reads = [n for n, m in enumerate(dialogue.messages) for c in m.tool_calls if c.name == "get_product_details"]
        if len(reads) != 2:
            continue
        late = [m for n, m in enumerate(dialogue.messages) if n not in (reads[1], reads[1] + 1)]
        moved = msgspec.structs.replace(dialogue, messages=tuple(late))
        caught += any(v.check == "evidence_before_write" and not v.passed for v in judge(moved, services))
    assert caught >= 4


def test_the_other_program_agrees_and_finds_another_limit(tasks: list[Task], services: Services) -> None:
    checker = Checker(services.sandboxes["retail"])
    for task in tasks[:3]:
        whole = plain(task)
        for request in whole["requests"]:
            assert list(checker._request(whole, request)) == []
        for entry in whole["knowledge"]:
            if entry["name"].endswith(".limit"):
                entry["value"] = 5000
        assert any(list(checker._request(whole, request)) for request in whole["requests"])


def test_attempts_that_failed_are_freed_without_the_garbage_collector(services: Services) -> None:
    assert not cycles_left(lambda: [made(number, services) for number in range(2)])
