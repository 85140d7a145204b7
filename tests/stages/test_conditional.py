"""Conditions from end to end: ordered, proven, told, read again, acted out, and derived again by the other program."""

from __future__ import annotations

import random

import msgspec
import pytest

from schemas.base import plain
from schemas.dialogue import Dialogue
from schemas.program import Condition
from schemas.task import Request, Task, TaskSpec
from stages.base import Services
from stages.validate_dialogues import judge
from tests.independent.checker import Checker
from tests.stages.acted import acted, failures, ordered, services_on
from tool_specs.catalog import domain
from tool_specs.phrasing.leaks import leaks
from tool_specs.phrasing.recover import demands, missing
from tool_specs.phrasing.user import task_text
from tool_specs.programs import bound, meets, run
from tool_specs.reading import Reader

LEXICON = domain("retail").lexicon


@pytest.fixture(scope="module")
def services() -> Services:
    return services_on("retail", size=150)


@pytest.fixture(scope="module")
def every_task(services: Services) -> list[Task]:
    specs = (
        TaskSpec(
            id=f"spec-{number}", domain="retail", kind="conditional", num_writes=number % 2, burden=3, seed=3,
            number=number,
        )
        for number in range(36)
    )  # fmt: skip
    return ordered(specs, services)


@pytest.fixture(scope="module")
def tasks(every_task: list[Task]) -> list[Task]:
    """Those of one branch: otherwise nothing is to be done."""
    return [task for task in every_task if len(task.requests) == 1]


@pytest.fixture(scope="module")
def branched(every_task: list[Task]) -> list[Task]:
    """Those of two."""
    found = [task for task in every_task if len(task.requests) == 2]
    assert len(found) >= 6
    return found


@pytest.fixture(scope="module")
def dialogues(tasks: list[Task], services: Services) -> list[Dialogue]:
    return acted(tasks, services, 2)


def on(request: Request) -> Condition:
    assert request.condition
    return request.condition


def test_both_outcomes_are_made_as_ordered(tasks: list[Task], services: Services) -> None:
    for task in tasks:
        (request,) = task.requests
        facts = {entry.name: entry.value for entry in task.knowledge}
        selection = run(request.programs, facts, Reader(services.sandboxes["retail"]))
        number = bound(on(request).bind, request.programs, selection)
        assert meets(on(request), number, facts) == (task.spec.num_writes == 1) == (request.kind == "write")
        assert (task.goal_digest == task.initial_digest) == (request.kind == "withhold")
        assert task.num_writes == task.spec.num_writes
        if request.kind == "withhold":
            assert request.communicate == (number,)
            assert all(each.digest != task.goal_digest for each in request.proof.distractors)


def test_a_witness_turns_the_condition_or_changes_the_number(tasks: list[Task]) -> None:
    for task in tasks:
        (request,) = task.requests
        proof = request.proof
        assert proof.lower == proof.upper == len(proof.reads) > 0
        if request.kind == "withhold":
            answers = [clause.witness.answer for clause in proof.clauses if clause.witness is not None]
            assert all(answer.get("answer") != request.communicate[0] for answer in answers)
            assert answers or any(clause.why == "instrumental" for clause in proof.clauses)
    turned = [
        clause.witness.answer
        for task in tasks
        for clause in task.requests[0].proof.clauses
        if clause.witness is not None and task.requests[0].kind == "write"
    ]
    assert any(answer.keys() == {"answer"} for answer in turned)


def test_conditions_are_told_and_can_be_read_again(tasks: list[Task]) -> None:
    for task in tasks:
        for seed in range(10):
            text = task_text(LEXICON, task, random.Random(seed))
            assert missing(LEXICON, task, text) == [], text
            assert leaks(task, text) == [], text
        (demand,) = [each for each in demands(LEXICON, task) if each.meaning[0] == "condition"]
        cut = task_text(LEXICON, task, random.Random(1))
        for find in demand.patterns:
            for start, end in sorted(find(cut), reverse=True):
                cut = f"{cut[:start]}thing{cut[end:]}"
        assert missing(LEXICON, task, cut)
        other = msgspec.structs.replace(on(task.requests[0]), above=not on(task.requests[0]).above)
        turned = msgspec.structs.replace(task.requests[0], condition=other)
        text = task_text(LEXICON, task, random.Random(1))
        assert missing(LEXICON, msgspec.structs.replace(task, requests=(turned,)), text)


def test_scripted_dialogues_pass_the_checks(dialogues: list[Dialogue], services: Services) -> None:
    good = [each for each in dialogues if all(verdict.passed for verdict in judge(each, services))]
    assert len(good) >= 0.95 * len(dialogues) > 0


def test_the_number_must_be_told(dialogues: list[Dialogue], services: Services) -> None:
    withheld = [each for each in dialogues if each.scenario.task.num_writes == 0]
    for dialogue in withheld[:6]:
        messages = [
            msgspec.structs.replace(message, content="I left it as it is. Anything else?")
            if any(act.slot == "condition" for act in message.acts) and message.role == "assistant"
            else message
            for message in dialogue.messages
        ]
        silent = msgspec.structs.replace(dialogue, messages=tuple(messages))
        assert {verdict.check for verdict in judge(silent, services) if not verdict.passed} & {
            "communication",
            "evidence_before_write",
        }


def test_the_other_program_agrees_and_finds_a_turned_condition(tasks: list[Task], services: Services) -> None:
    checker = Checker(services.sandboxes["retail"])
    for task in tasks[:6]:
        (request,) = task.requests
        assert list(checker._request(plain(task), plain(request))) == []
        other = msgspec.structs.replace(on(request), above=not on(request).above)
        turned = msgspec.structs.replace(request, condition=other)
        assert list(checker._request(plain(task), plain(turned)))


def test_of_two_branches_either_can_be_carried_out_and_one_is_wanted(branched: list[Task], services: Services) -> None:
    sandbox = services.sandboxes["retail"]
    for task in branched:
        first, second = task.requests
        assert (on(first).branch, on(second).branch) == ("then", "otherwise")
        assert {first.kind, second.kind} == {"write", "withhold"} and first.tool != second.tool
        facts = {entry.name: entry.value for entry in task.knowledge}
        number = bound(on(first).bind, first.programs, run(first.programs, facts, Reader(sandbox)))
        assert meets(on(first), number, facts) is (first.kind == "write")
        assert meets(on(second), number, facts) is (second.kind == "write")
        ends = []
        for request in task.requests:
            fork = sandbox.fork()
            assert not fork.call(str(request.tool), request.arguments).error
            ends.append(fork.digest())
        assert task.goal_digest == ends[0 if first.kind == "write" else 1] != ends[1 if first.kind == "write" else 0]
        assert task.num_writes == 1
    kinds = {task.requests[0].kind for task in branched}
    assert kinds == {"write", "withhold"}


def test_both_branches_are_told_and_can_be_read_again(branched: list[Task]) -> None:
    for task in branched:
        for seed in range(10):
            text = task_text(LEXICON, task, random.Random(seed))
            assert missing(LEXICON, task, text) == [], text
            assert leaks(task, text) == [], text
        one = task_text(LEXICON, msgspec.structs.replace(task, requests=task.requests[:1]), random.Random(1))
        assert missing(LEXICON, task, one)


def test_an_agent_writes_the_branch_that_the_number_decides_on(branched: list[Task], services: Services) -> None:
    shown = 0
    for dialogue in acted(branched, services, 3):
        assert not failures([dialogue], services)
        asked = [m.content.lower() for m in dialogue.messages if m.role == "user"]
        shown += any(word in text for text in asked for word in ("otherwise", "if not", "isn't", "not so", "any other"))
    assert shown >= 2 * len(branched)


def test_the_other_program_agrees_on_both_branches(branched: list[Task], services: Services) -> None:
    checker = Checker(services.sandboxes["retail"])
    for task in branched[:4]:
        for request in task.requests:
            assert list(checker._request(plain(task), plain(request))) == []
        one = task.requests[0]
        turned = msgspec.structs.replace(one, condition=msgspec.structs.replace(on(one), branch="otherwise"))
        assert list(checker._request(plain(task), plain(turned)))
