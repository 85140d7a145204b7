"""Differences from end to end: asked for, proven, told, answered, and derived again by the other program."""

from __future__ import annotations

import random

import msgspec
import pytest

from schemas.base import plain
from schemas.task import Task, TaskSpec
from stages.base import Services
from tests.independent.checker import Checker
from tests.stages.acted import acted, failures, ordered, services_on
from tool_specs.catalog import domain
from tool_specs.phrasing.differences import askable, question_texts
from tool_specs.phrasing.leaks import leaks
from tool_specs.phrasing.recover import missing
from tool_specs.phrasing.user import task_text
from tool_specs.programs import column, run
from tool_specs.reading import Reader

LEXICON = domain("retail").lexicon
BURDENS = (3, 4, 5, 6)


@pytest.fixture(scope="module")
def services() -> Services:
    return services_on("retail", size=150)


@pytest.fixture(scope="module")
def tasks(services: Services) -> list[Task]:
    specs = (
        TaskSpec(
            id=f"spec-{number}", domain="retail", kind="difference", num_writes=0, seed=3, number=number,
            burden=BURDENS[number % len(BURDENS)],
        )
        for number in range(12)
    )  # fmt: skip
    return ordered(specs, services)


def test_the_answer_is_how_far_the_ends_are_apart(tasks: list[Task], services: Services) -> None:
    for task in tasks:
        (request,) = task.requests
        bind = request.sources["answer"].bind
        assert bind is not None and bind.aggregate == "difference" and task.burden == task.spec.burden
        facts = {entry.name: entry.value for entry in task.knowledge}
        selection = run(request.programs, facts, Reader(services.sandboxes["retail"]))
        values = sorted(column(row, bind.column) for row in selection.picked[0])
        assert len(values) > 1
        assert request.arguments == {"answer": pytest.approx(values[-1] - values[0], abs=0.006)}
        assert request.proof.lower == request.proof.upper == len(request.proof.reads)


def test_questions_are_told_and_can_be_read_again(tasks: list[Task]) -> None:
    for task in tasks:
        for seed in range(20):
            text = task_text(LEXICON, task, random.Random(seed))
            assert missing(LEXICON, task, text) == [], text
            assert leaks(task, text) == [], text
        assert missing(LEXICON, task, text.replace("difference", "thing").replace("higher", "thing"))


def test_only_amounts_and_numbers_with_two_ends_are_asked_for() -> None:
    assert askable(LEXICON, "get_order_details.items.*.price")
    assert not askable(LEXICON, "get_order_details.status")
    assert question_texts(LEXICON, "difference:get_order_details.status") == ()


def test_scripted_dialogues_pass_the_checks_and_another_number_does_not(tasks: list[Task], services: Services) -> None:
    found = acted(tasks, services, 2)
    good = [each for each in found if not failures([each], services)]
    assert len(good) >= 0.95 * len(found) > 0
    for dialogue in good[:6]:
        told = f"{dialogue.scenario.task.requests[0].arguments['answer']:,.2f}"
        messages = [
            msgspec.structs.replace(each, content=each.content.replace(told, "1.23"))
            if each.role == "assistant"
            else each
            for each in dialogue.messages
        ]
        wrong = msgspec.structs.replace(dialogue, messages=tuple(messages))
        assert failures([wrong], services)


def test_the_other_program_agrees(tasks: list[Task], services: Services) -> None:
    checker = Checker(services.sandboxes["retail"])
    for task in tasks[:5]:
        (request,) = task.requests
        assert list(checker._request(plain(task), plain(request))) == []
        other = msgspec.structs.replace(request, arguments={"answer": request.arguments["answer"] + 1})
        assert list(checker._request(plain(task), plain(other)))
