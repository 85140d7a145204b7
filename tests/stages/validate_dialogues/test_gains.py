"""Information gain: counted by hand on a toy, and what must hold of it in generated dialogues."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from itertools import pairwise
from math import log2, prod
from typing import Any

import msgspec
import pytest

from schemas.base import Json, decode, encode, plain
from schemas.behavior import Behavior, Scenario
from schemas.dialogue import Act, Dialogue, Message, ToolCall
from schemas.program import At, Bind, Call, Each, Fact, Filter, OrderKey, Program
from schemas.task import Clause, Flaw, Knowledge, Proof, Read, Request, Source, Task, TaskSpec
from schemas.verdict import Drop, Judged
from schemas.world import World
from stages.base import Services
from stages.validate_dialogues import ValidateDialogues
from stages.validate_dialogues.alternatives import Spoken, alternatives
from stages.validate_dialogues.gains import gains, zero_gains
from stages.validate_dialogues.stage import context_of
from tests.stages.validate_dialogues.mutators import inserted_call, recorded
from tests.tool_specs.library import library
from tool_specs.sandbox import Sandbox

LOANS = {f"L{n}": {"loan_id": f"L{n}", "reader": "R0", "title": f"Book {n}", "renewals": n} for n in range(3)}
SANDBOX = Sandbox(
    library(),
    World.of(
        "library",
        "by hand",
        {"readers": {"R0": {"reader_id": "R0", "card": "C-1", "loans": [*LOANS]}}, "loans": LOANS},
    ),
)
SERVICES = Services(sandboxes={"library": SANDBOX})
STEPS = (
    Call(name="reader_id", tool="find_reader", arguments={"card": Fact(name="card")}),
    Call(name="reader", tool="get_reader", arguments={"reader_id": At(path=("reader_id",))}),
    Each(name="id", source=At(path=("reader", "loans"))),
    Call(name="loan", tool="get_loan", arguments={"loan_id": At(path=("id",))}),
)
MOST = Program(steps=STEPS, order=(OrderKey(column=("loan", "renewals"), descending=True),), pick="first")
NAMED = Program(steps=STEPS, where=(Filter(column=("loan", "title"), value="Book 1"),))
WRONG = Program(steps=STEPS, where=(Filter(column=("loan", "title"), value="Book 9"),))
PERSON = [("find_reader", {"card": "C-1"}), ("get_reader", {"reader_id": "R0"})]


def read(loan: int) -> tuple[str, dict[str, Json]]:
    return "get_loan", {"loan_id": f"L{loan}"}


def task(program: Program, loan: int, needed: Sequence[int], flaw: Flaw | msgspec.UnsetType = msgspec.UNSET) -> Task:
    """The renewal of a loan; one clause for each read that is needed."""
    program = msgspec.structs.replace(program, role="loan_id")
    reads = tuple(Read(tool=tool, arguments=arguments) for tool, arguments in (*PERSON, *map(read, needed)))
    why = ["instrumental", "instrumental", *("witness" for _ in needed)]
    proof = Proof(
        reads=tuple(range(len(reads))),
        reachable=reads,
        clauses=tuple(Clause(reads=(n,), why=each) for n, each in enumerate(why)),  # type: ignore[arg-type]
        lower=len(reads),
        upper=len(reads),
        plausible=len(reads),
    )
    request = Request(
        kind="write",
        tool="renew_loan",
        arguments={"loan_id": f"L{loan}"},
        sources={"loan_id": Source(provenance="evidence", bind=Bind(program=0, column=("id",)))},
        programs=(program,),
        proof=proof,
        flaw=flaw,
    )
    spec = TaskSpec(id="order", domain="library", kind="read_heavy", num_writes=1, burden=5, seed=1, number=1)
    card = Knowledge(name="card", value="C-1", type="card", identity=True)
    return Task(
        id="task", spec=spec, domain="library", world_digest="", kind="read_heavy", split="train", principal="R0",
        knowledge=(card,), requests=(request,), precedence=(), num_writes=1, burden=5, plausible_burden=5,
        union_reads=5, initial_digest="", goal_digest="",
    )  # fmt: skip


def told(program: Program) -> Act:
    value = {
        "program": plain(msgspec.structs.replace(program, role="loan_id")),
        "number": 0,
        "binds": {"loan_id": plain(Bind(program=0, column=("id",)))},
    }
    return Act(kind="inform", request=0, slot="loan_id", value=value)


INTENT = Act(kind="inform_intent_clear", request=0, slot="intent", value={"tool": "renew_loan", "kind": "write"})
CARD = Act(kind="inform", slot="card", value="C-1")
BYE = Act(kind="user_bye")
CONFIRM = Act(kind="confirm", request=0)
YES = Act(kind="affirm", request=0)
ASK = Act(kind="request", slot="identity")


def user(*acts: Act) -> list[Message]:
    return [Message(role="user", content="...", acts=acts)]


def agent(*acts: Act) -> list[Message]:
    return [Message(role="assistant", content="...", acts=acts)]


def call(tool: str, arguments: dict[str, Json]) -> list[Message]:
    return [
        Message(role="assistant", content="", tool_calls=(ToolCall(id="call", name=tool, arguments=arguments),)),
        Message(role="tool", content="", tool_call_id="call", name=tool),
    ]


def measured(about: Task, *parts: list[Message]) -> list[float | None]:
    """The gains of the agent's messages, in order."""
    behavior = Behavior(id="b", task_id="task", seed=1, disclosure="drip", register="neutral")
    dialogue = Dialogue(
        id="dialogue", scenario=Scenario(id="s", task=about, behavior=behavior),
        messages=tuple(message for part in parts for message in part), ended="user_done", initial_digest="",
        final_digest="", engines={},
    )  # fmt: skip
    found = gains(context_of(dialogue, SERVICES))
    assert len(found) == len(dialogue.messages)
    assert all(gain is None for gain, m in zip(found, dialogue.messages, strict=True) if m.role != "assistant")
    return [gain for gain, m in zip(found, dialogue.messages, strict=True) if m.role == "assistant"]


def bits(*candidates: int) -> list[Any]:
    """Gains from candidates before and after each turn."""
    return [pytest.approx(log2(a / b), abs=1e-4) for a, b in pairwise(candidates)]


def test_alternatives_can_be_counted_by_hand() -> None:
    found = alternatives(SANDBOX, task(MOST, 2, (0, 1, 2)))
    assert len(found.clauses) == 5 and not found.look_ups
    assert found.spoken == {
        Spoken("request"), Spoken("program", 0, 0), Spoken("person", 1), Spoken("person", 2), Spoken("yes", 1),
        Spoken("end"),
    }  # fmt: skip


def test_each_turn_of_a_comparison() -> None:
    found = measured(
        task(MOST, 2, (0, 1, 2)),
        user(INTENT, told(MOST)),  # leaves 9 of 11 alternatives: 10 candidates
        agent(ASK),
        user(CARD),  # it is not anybody, nor somebody of whom more must be known
        call(*PERSON[0]),
        call(*PERSON[1]),
        call(*read(0)),
        call(*read(1)),
        call(*read(1)),
        call(*read(2)),
        agent(CONFIRM),
        user(YES),
        call("renew_loan", {"loan_id": "L2"}),
        agent(),
        user(BYE),
        agent(),
    )
    assert found == [*bits(10, 8, 7, 6, 5, 4), 0.0, *bits(4, 3, 2), None, 1.0, None]
    assert zero_gains(found) == 1


def test_a_look_up_narrows_down_where_the_row_is_until_it_is_found() -> None:
    about = task(NAMED, 1, (1,))
    opening = [user(INTENT, told(NAMED), CARD), call(*PERSON[0]), call(*PERSON[1])]
    # Left then: the read that shows it, two other places, the yes, the end.
    assert measured(about, *opening, call(*read(0)), call(*read(1)), call(*read(2)))[2:] == [*bits(6, 5, 3), 0.0]
    assert measured(about, *opening, call(*read(1)), call(*read(0)))[2:] == [*bits(6, 3), 0.0]


def test_who_is_wrong_is_looked_for_everywhere_until_it_is_put_right() -> None:
    about = task(NAMED, 1, (1,), Flaw(kind="conflict", role="loan_id", programs=(WRONG,)))
    opening = [user(INTENT, told(WRONG), CARD), call(*PERSON[0]), call(*PERSON[1])]
    reads = [call(*read(n)) for n in range(3)]
    found = measured(about, *opening, *reads, agent(Act(kind="response_fail")), user(told(NAMED)))
    # Left then: the read that shows it, two places, the selection, the yes, the end.
    assert found[2:] == bits(7, 6, 5, 4, 3)


def test_questions_that_tell_nothing_new() -> None:
    about = task(MOST, 2, (0, 1, 2))
    again = measured(about, user(INTENT, CARD), agent(ASK), user(CARD), agent(), user(Act(kind="off_topic")))
    assert again == [0.0, 0.0]
    wrong = Act(kind="inform", slot="card", value="C-2")
    assert measured(about, user(INTENT), agent(ASK), user(wrong), agent(ASK), user(CARD)) == bits(11, 10, 9)
    assert measured(about, user(INTENT), agent(ASK), user()) == [None]  # what it means nobody says
    assert measured(about, user(INTENT), agent(CONFIRM), user(Act(kind="negate"))) == [0.0]


def test_other_words_for_the_same_selection_count() -> None:
    same = msgspec.structs.replace(NAMED, where=(Filter(column=("loan", "renewals"), value=2),))
    about = task(MOST, 2, (0, 1, 2))
    assert measured(about, user(INTENT, CARD), agent(ASK), user(told(same))) == bits(9, 8)
    assert measured(about, user(INTENT, CARD), agent(ASK), user(told(NAMED))) == [0.0]  # another loan


def test_a_call_that_fails_is_not_measured_and_in_vain_when_it_is_made_again() -> None:
    about = task(MOST, 2, (0, 1, 2))
    failing = call("get_loan", {"loan_id": "L9"})
    assert measured(about, user(INTENT), failing, failing) == [None, 0.0]


# Generated dialogues


def test_reads_that_a_witness_asks_for_have_a_gain(good: list[Dialogue], services: Services) -> None:
    asked = 0
    for dialogue in good:
        context = context_of(dialogue, services)
        found = gains(context)
        alone = {
            own.keys[clause.reads[0]]
            for own in context.prepared.requests
            for clause in own.request.proof.clauses
            if clause.why == "witness" and len(clause.reads) == 1
        }
        for step in context.steps:
            if step.key in alone:
                alone.discard(step.key)
                gain = found[step.index]
                assert gain is not None and gain > 0, (dialogue.id, step.index)
                asked += 1
    assert asked > 100


def test_gains_sum_to_what_all_alternatives_come_to(good: list[Dialogue], services: Services) -> None:
    for dialogue in good:
        context = context_of(dialogue, services)
        every = alternatives(context.initial, context.task)
        places = frozenset().union(*(each.places for each in every.look_ups))
        most = 1 + len(every.clauses) + len(every.spoken) + len(places)
        found = [gain for gain in gains(context) if gain is not None]
        assert min(found) >= 0
        assert prod(2**gain for gain in found) <= most + 0.01


def test_a_read_once_more_has_none_and_changes_no_other(good: list[Dialogue], services: Services) -> None:
    for dialogue in good[:60]:
        context = context_of(dialogue, services)
        first = next(step for step in context.steps if step.effect == "read" and not step.result.error)
        assert first.answer is not None
        again = inserted_call(dialogue, first.answer + 1, first.call.name, first.call.arguments)
        before, after = gains(context), gains(context_of(recorded(again, context.initial), services))
        assert after[first.answer + 1] == 0.0
        assert (*after[: first.answer + 1], *after[first.answer + 3 :]) == before


def test_gains_are_the_same_once_a_dialogue_was_on_disk(good: list[Dialogue], services: Services) -> None:
    for dialogue in good[:60]:
        stored = decode(encode(dialogue), Dialogue)
        assert gains(context_of(stored, services)) == gains(context_of(dialogue, services))


def test_the_stage_notes_gains_and_drops_dialogues_with_too_many_vain_turns(
    good: list[Dialogue], services: Services
) -> None:
    dropped = 0
    for dialogue in good:
        (kept,) = asyncio.run(ValidateDialogues().process(dialogue, services))
        assert isinstance(kept, Judged) and len(kept.gains) == len(dialogue.messages)
        (strict,) = asyncio.run(ValidateDialogues(zero_gain_turns=1).process(dialogue, services))
        assert isinstance(strict, Drop) == (zero_gains(kept.gains) > 1)
        if isinstance(strict, Drop):
            assert (strict.reason, strict.owner) == ("zero_gain", "agent")
            assert f"message {kept.gains.index(0.0)}" in strict.detail
            assert decode(strict.record, Dialogue) == decode(encode(dialogue), Dialogue)
            dropped += 1
    assert 0 < dropped < len(good)
