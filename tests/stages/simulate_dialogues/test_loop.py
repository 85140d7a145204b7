from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from schemas.dialogue import Act, Message, ToolCall
from stages.simulate_dialogues.loop import Caps, converse
from tests.stages.simulate_dialogues.talks import SANDBOX


class Chatter:
    """Says the same messages in turn, for ever."""

    def __init__(self, *messages: Message) -> None:
        self.messages = messages
        self.count = 0

    async def speak(self, history: Sequence[Message]) -> Message:
        self.count += 1
        return self.messages[(self.count - 1) % len(self.messages)]


def user(text: str, *kinds: str) -> Message:
    return Message(role="user", content=text, acts=tuple(Act(kind=kind) for kind in kinds))


def agent(text: str) -> Message:
    return Message(role="assistant", content=text)


def call(number: int, name: str = "list_all_product_types", **arguments: str) -> Message:
    calls = (ToolCall(id=f"call_{number}", name=name, arguments=dict(arguments)),)
    return Message(role="assistant", content="", tool_calls=calls)


def talk(one: Chatter, other: Chatter, **caps: int) -> tuple[list[Message], str]:
    return asyncio.run(converse(one, other, SANDBOX.fork(), Caps(**caps)))


def test_the_cap_on_turns_stops_two_who_never_end() -> None:
    messages, ended = talk(Chatter(user("and?")), Chatter(agent("so.")), turns=5)
    assert ended == "turn_cap"
    assert [m.role for m in messages] == ["user", "assistant"] * 5


def test_the_cap_on_calls_leaves_no_call_without_an_answer() -> None:
    messages, ended = talk(Chatter(user("go")), Chatter(call(1)), calls=7)
    assert ended == "call_cap"
    assert sum(len(m.tool_calls) for m in messages) == 7
    assert messages[-1].role == "tool"


def test_the_cap_on_messages_holds_inside_a_run_of_calls() -> None:
    messages, ended = talk(Chatter(user("go")), Chatter(call(1)), messages=21)
    assert ended == "turn_cap"
    assert len(messages) == 21


def test_the_agent_has_the_last_word_after_the_good_bye() -> None:
    messages, ended = talk(Chatter(user("bye", "user_bye")), Chatter(agent("Goodbye!")))
    assert ended == "user_done"
    assert [m.content for m in messages] == ["bye", "Goodbye!"]


def test_a_transfer_ends_the_dialogue_after_its_sentence() -> None:
    transfer = call(1, "transfer_to_human_agents", summary="wants a thing that no tool does")
    messages, ended = talk(Chatter(user("help")), Chatter(transfer, agent("HOLD ON.")))
    assert ended == "transferred"
    assert messages[-1].content == "HOLD ON."


@pytest.mark.parametrize("name", ["get_order_details", "no_such_tool"])
def test_errors_are_answers_like_any_other(name: str) -> None:
    messages, _ = talk(Chatter(user("bye", "user_bye")), Chatter(call(1, name, order_id="#W1"), agent("No.")))
    assert messages[2].error
    assert (messages[2].tool_call_id, messages[2].name) == ("call_1", name)
    assert messages[2].content.startswith("Error: ")
