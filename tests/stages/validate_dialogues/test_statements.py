"""An agent that says something else than it has read is found, also where every call it makes is right."""

from __future__ import annotations

import re

import pytest
from msgspec.structs import replace

from schemas.dialogue import Dialogue
from schemas.task import Request, Source
from schemas.verdict import Verdict
from stages.base import Services
from stages.validate_dialogues import judge
from stages.validate_dialogues.stage import context_of
from stages.validate_dialogues.statements import misplaced, out_of_order, told_otherwise
from tests.stages.validate_dialogues.mutators import texts, with_message

ORDER = re.compile(r"#W\d{7}")
LISTED = re.compile(r"(#W\d{7}) at \$[\d,.]+\d.*?(#W\d{7}) at")
LEAST = re.compile(r"\bThe lowest is \$([\d,]+\.\d\d)")
OTHER = re.compile(r"\(\$([\d,]+\.\d\d)\)")
ANSWERS = [('{"loan_id":"L310022","fee":2.0}', {200}), ('{"loan_id":"L310023","fee":4.5}', {450})]


@pytest.mark.parametrize("text", ["loan L310022 at $4.50", "Loan L310022 ($4.50) is due.", "$4.50 (loan L310022)"])
def test_an_amount_beside_an_id_is_of_that_row(text: str) -> None:
    assert list(misplaced(text, ANSWERS))
    assert not list(misplaced(text.replace("L310022", "L310023"), ANSWERS))
    assert not list(misplaced(text.replace("4.50", "6.50"), ANSWERS)), "is of nobody: what is worked out may be so"


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("The smallest loan is L310022 at $2.00; next comes loan L310023 at $4.50.", False),
        ("The smallest loan is L310023 at $4.50; next comes loan L310022 at $2.00.", True),
        ("The priciest loan is L310022 at $2.00, with loan L310023 at $4.50 in second place.", True),
        ("The priciest loan is L310023 at $4.50, with loan L310022 at $2.00 in second place.", False),
        ("The smallest loan is at $2.00. The old one ($1.00) costs less, but it is closed.", False),
        ("The smallest loan is at $2.00. The old one ($4.50) costs less, but it is closed.", True),
        ("The smallest loan is at $2.00. The new one ($4.50) costs less than what you pay now.", False),
        ("The smallest loan is at $2.00. The biggest loan is at $4.50; next comes the other at $2.00.", False),
        ("The smallest loan is at $2.00, with a fee of $1.00 to pay.", False),
    ],
)
def test_what_is_ranked_lies_in_that_order(text: str, wrong: bool) -> None:
    assert bool(list(out_of_order(text))) is wrong


def test_an_agent_that_takes_one_order_for_the_other_is_found(good: list[Dialogue], services: Services) -> None:
    found = 0
    for dialogue in good:
        for index in texts(dialogue, "assistant"):
            text = dialogue.messages[index].content
            ids = LISTED.search(text)
            if ids is not None:
                one, other = ids.groups()
                other_way = {one: other, other: one}
                swapped = ORDER.sub(lambda each, way=other_way: way.get(each[0], each[0]), text)  # type: ignore[misc]
                faults = _faults(with_message(dialogue, index, content=swapped), services)
                assert any(v.check == "grounding" and v.owner == "agent" for v in faults), swapped
                found += 1
    assert found >= 5


def test_an_answer_that_is_taken_back_is_found(good: list[Dialogue], services: Services) -> None:
    found = 0
    for dialogue in good:
        for index in texts(dialogue, "assistant"):
            text = dialogue.messages[index].content
            least = LEAST.search(text)
            others = [] if least is None else [each for each in OTHER.findall(text) if each != least[1]]
            if least is not None and others:
                wrong = text[: least.start(1)] + others[0] + text[least.end(1) :]
                faults = _faults(with_message(dialogue, index, content=wrong), services)
                assert any(v.check == "communication" and v.owner == "agent" for v in faults), wrong
                found += 1
    assert found >= 1


def test_a_refusal_about_another_order_is_found(good: list[Dialogue], services: Services) -> None:
    found = 0
    for dialogue in good:
        task = dialogue.scenario.task
        order = task.requests[0].arguments.get("order_id")
        source = task.requests[0].sources.get("order_id")
        read = {id_ for m in dialogue.messages if m.role == "tool" for id_ in ORDER.findall(m.content)} - {order}
        if task.kind != "must_refuse" or source is None or source.provenance == "user" or not read:
            continue
        changed = dialogue
        for index in texts(dialogue, "assistant"):
            text = ORDER.sub(sorted(read)[0], dialogue.messages[index].content)
            changed = with_message(changed, index, content=text)
        if changed != dialogue:
            assert any(v.owner == "agent" for v in _faults(changed, services) if v.check == "communication")
            found += 1
    assert found >= 3


def test_what_is_found_first_does_not_depend_on_the_order_of_a_set(good: list[Dialogue], services: Services) -> None:
    """In a row as in its drop stands the first fault: it must be the same one in every process."""
    dialogue = next(
        each
        for each in good
        if each.scenario.task.kind == "must_refuse"
        and each.scenario.task.requests[0].sources.get("order_id")
        and each.scenario.task.requests[0].sources["order_id"].provenance != "user"
    )
    orders = [f"#W{number}000000" for number in range(1, 9)]
    request = dialogue.scenario.task.requests[0]
    requests = tuple(replace(request, arguments={**request.arguments, "order_id": order}) for order in orders)
    task = replace(dialogue.scenario.task, requests=requests)
    last = max(texts(dialogue, "assistant"))
    changed = with_message(dialogue, last, content="I can't do that with order #W0000001, sorry.")
    changed = replace(changed, scenario=replace(changed.scenario, task=task))
    found = [what for _, what in told_otherwise(context_of(changed, services))]
    assert [what.split("'")[1] for what in found] == orders


def test_what_the_user_said_is_no_row_that_was_taken_for_another(good: list[Dialogue], services: Services) -> None:
    """A zip code that was not found is written like the one that a change of the address would take."""
    found = 0
    for dialogue in good:
        if dialogue.scenario.task.kind == "must_refuse":
            bare = [
                replace(m, content="Sorry, no.") if m.role == "assistant" and m.content else m
                for m in dialogue.messages
            ]
            order = dialogue.scenario.task.requests[0].arguments.get("order_id", "#W0000018")
            request = replace(dialogue.scenario.task.requests[0], arguments={"order_id": order})
            task = replace(dialogue.scenario.task, requests=(_read(request),))
            first, answer = texts(dialogue, "user")[0], texts(dialogue, "assistant")[0]
            bare[first] = replace(bare[first], content="it's about #W0000017")
            bare[answer] = replace(bare[answer], content="I don't find #W0000017.")
            changed = replace(dialogue, messages=tuple(bare), scenario=replace(dialogue.scenario, task=task))
            assert not list(told_otherwise(context_of(changed, services)))
            bare[first] = replace(bare[first], content="it's about an order")
            assert list(told_otherwise(context_of(replace(changed, messages=tuple(bare)), services)))
            found += 1
    assert found >= 3


def _read(request: Request) -> Request:
    return replace(request, sources={"order_id": Source(provenance="read")})


def _faults(dialogue: Dialogue, services: Services) -> list[Verdict]:
    return [verdict for verdict in judge(dialogue, services) if not verdict.passed]
