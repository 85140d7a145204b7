from __future__ import annotations

import asyncio
import json

import msgspec
import pytest

from schemas.dialogue import Message, ToolCall
from schemas.sft import SftRow
from schemas.verdict import Drop, Judged
from stages.base import Services
from stages.export_rows import ExportRows, openai_messages, unreadable
from stages.sharegpt import to_sharegpt
from tests.pipeline.fake_run import TOOLS, judged
from tests.tool_specs.library import library, world
from tool_specs.sandbox import Sandbox

LIBRARY = library()
WORLD = world()


def user(text: str) -> Message:
    return Message(role="user", content=text)


def agent(text: str, *calls: ToolCall) -> Message:
    return Message(role="assistant", content=text, tool_calls=calls)


def call(number: int) -> ToolCall:
    return ToolCall(id=f"call_{number}", name="get_loan", arguments={"loan_id": f"L{number}", "fee": 0.1, "note": None})


def answer(number: int, text: str = "{}") -> Message:
    return Message(role="tool", content=text, tool_call_id=f"call_{number}", name="get_loan")


def exported(record: Judged) -> SftRow | Drop:
    services = Services(sandboxes={"library": Sandbox(LIBRARY, WORLD)})
    (found,) = asyncio.run(ExportRows().process(record, services))
    return found


def with_messages(*messages: Message) -> Judged:
    record = judged(1)
    dialogue = msgspec.structs.replace(record.dialogue, messages=messages)
    return msgspec.structs.replace(record, dialogue=dialogue)


def test_a_row_is_what_chat_templates_want() -> None:
    row = exported(
        with_messages(user("hi"), agent("", call(1)), answer(1), agent("On Friday."), user("ok"), agent("Bye."))
    )
    assert isinstance(row, SftRow)
    assert [message["role"] for message in row.messages] == [
        "system", "user", "assistant", "tool", "assistant", "user", "assistant",
    ]  # fmt: skip
    assert LIBRARY.policy.strip() in row.messages[0]["content"]
    assert all(isinstance(message["content"], str) for message in row.messages)
    made = row.messages[2]["tool_calls"][0]
    assert made["type"] == "function"
    assert made["function"] == {"name": "get_loan", "arguments": {"loan_id": "L1", "fee": 0.1, "note": None}}
    assert row.messages[3] == {"role": "tool", "content": "{}", "tool_call_id": "call_1", "name": "get_loan"}
    assert row.messages[1] == {"role": "user", "content": "hi"}  # absent keys are absent, not null
    assert [tool["function"]["name"] for tool in row.tools] == list(LIBRARY.tools)
    assert (row.num_turns, row.num_tool_calls, row.num_read_calls, row.num_write_calls) == (2, 1, 1, 0)
    assert (row.max_parallel_calls, row.reward, row.behavior) == (1, 1.0, "drip+terse+slip")


def test_gains_stand_beside_their_messages() -> None:
    record = with_messages(user("hi"), agent("", call(1)), answer(1), agent("On Friday."), user("ok"), agent("Bye."))
    row = exported(msgspec.structs.replace(record, gains=(None, 0.0, None, 0.585, None, None)))
    assert isinstance(row, SftRow)
    assert row.information_gain == [None, None, 0.0, None, 0.585, None, None]
    assert len(row.information_gain) == len(row.messages) and row.zero_gain_turns == 1


def test_metadata_lets_anybody_check_the_row_again() -> None:
    row = exported(with_messages(user("hi"), agent("Bye.")))
    assert isinstance(row, SftRow)
    found = json.loads(msgspec.json.encode(row.metadata))
    assert found["format"] == "writ-row/1"
    proof = found["task"]["requests"][0]["proof"]
    assert (proof["lower"], proof["upper"]) == (5, 5)
    assert proof["clauses"][4]["witness"]["edits"][0]["key"] == "L2"
    assert found["task"]["requests"][0]["programs"][0]["steps"][0]["type"] == "call"
    assert found["digests"] == {"initial": "d0", "goal": "d1", "final": "d1"}
    assert found["world"]["origin"] == WORLD.origin
    assert found["verdicts"] == [{"check": "replay", "passed": True, "owner": None, "detail": ""}]
    assert found["seeds"] == {"task": 7, "number": 1, "behavior": 1}
    assert found["task"]["knowledge"][0]["name"] == "email"


@pytest.mark.parametrize(
    ("messages", "problem"),
    [
        ((), "first message"),
        ((agent("Hello."), user("hi"), agent("Bye.")), "first message"),
        ((user("hi"),), "last message"),
        ((user("hi"), agent("", call(1))), "last message"),
        ((user("hi"), answer(1), agent("Bye.")), "was not made"),
        ((user("hi"), agent("", call(1)), answer(2), agent("Bye.")), "was not made"),
        ((user("hi"), agent("", call(1)), agent("Bye.")), "has no answer"),
        (
            (user("hi"), agent("", call(1)), Message(role="tool", content="", tool_call_id="call_1"), agent("Bye.")),
            "does not name its tool",
        ),
    ],
)
def test_what_no_template_renders_is_dropped(messages: tuple[Message, ...], problem: str) -> None:
    found = exported(with_messages(*messages))
    assert isinstance(found, Drop)
    assert found.reason == "structure" and problem in found.detail
    assert msgspec.json.decode(found.record, type=Judged).dialogue.messages == messages


def test_parallel_calls_are_answered_in_order() -> None:
    assert unreadable((user("hi"), agent("", call(1), call(2)), answer(1), answer(2), agent("Bye."))) is None
    assert unreadable((user("hi"), agent("", call(1), call(2)), answer(2), answer(1), agent("Bye."))) is not None


def sharegpt(*messages: Message) -> list[tuple[str, str]] | None:
    found = to_sharegpt([{"role": "system", "content": "Policy."}, *openai_messages(messages)], TOOLS)
    if found is None:
        return None
    assert found.system == "Policy."
    assert json.loads(found.tools)[0]["name"] == "find_reader"
    return list(found.conversations)


def test_sharegpt_alternates() -> None:
    assert sharegpt(user("hi"), agent("", call(1)), answer(1, "x"), agent("Bye.")) == [
        ("human", "hi"),
        ("function_call", '{"name":"get_loan","arguments":{"loan_id":"L1","fee":0.1,"note":null}}'),
        ("observation", "x"),
        ("gpt", "Bye."),
    ]


def test_sharegpt_holds_parallel_calls_as_lists() -> None:
    found = sharegpt(user("hi"), agent("", call(1), call(2)), answer(1, "x"), answer(2, "y"), agent("Bye."))
    assert found is not None
    assert [each["arguments"]["loan_id"] for each in json.loads(found[1][1])] == ["L1", "L2"]
    assert found[2] == ("observation", '["x","y"]')


@pytest.mark.parametrize(
    "messages",
    [
        (user("hi"), agent("One moment.", call(1)), answer(1), agent("Bye.")),
        (user("hi"), agent("One."), agent("Two.")),
        (agent("Hello."), user("hi")),
        (user("hi"), agent("Bye."), user("ok")),
        (),
    ],
)
def test_sharegpt_refuses_what_it_cannot_hold(messages: tuple[Message, ...]) -> None:
    assert sharegpt(*messages) is None
