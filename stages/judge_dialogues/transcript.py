"""Transcript: a dialogue as a judge reads it, turn by turn, and the open items of its checklist.

Turn 0
[customer] hi, i'd like to renew a book
[agent] Which book is it?

- reply.0 (turn 0): Does the reply ask what exactly the request is about? Met: ... Not met: ...
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from schemas.base import canonical
from schemas.checklist import Checklist, Item
from schemas.message import Message


@dataclass(frozen=True)
class Open:
    """An item that no rule decides.

    Attributes:
        turn: that it is about; None: any, as in other dialogues about the task.
    """

    turn: int | None
    item: Item


def open_items(checklist: Checklist) -> tuple[Open, ...]:
    """Returns the items that wait for a judge, in order."""
    return tuple(Open(turn.turn, item) for turn in checklist.turns for item in turn.items if item.judge == "llm")


def turns(messages: Sequence[Message]) -> list[list[Message]]:
    """Returns a dialogue's messages by turn; one begins with each message of the user, the first with the dialogue."""
    found: list[list[Message]] = [[]]
    for place, message in enumerate(messages):
        if place and message.role == "user":
            found.append([])
        found[-1].append(message)
    return found


def shown(messages: Sequence[Message]) -> str:
    """Returns a dialogue as text."""
    return "\n\n".join("\n".join((f"Turn {n}", *_lines(turn))) for n, turn in enumerate(turns(messages)))


def asked(items: Sequence[Open]) -> str:
    """Returns criteria as text."""
    return "\n".join(
        f"- {each.item.id} ({'any turn' if each.turn is None else f'turn {each.turn}'}): "
        f"{each.item.question} Met: {each.item.pass_condition} Not met: {'; '.join(each.item.failure_examples)}."
        for each in items
    )


def _lines(turn: Sequence[Message]) -> Iterator[str]:
    for message in turn:
        if message.role == "tool":
            yield _line(f"tool {message.name}", message.content)
        elif message.content:
            yield _line("customer" if message.role == "user" else "agent", message.content)
        for call in message.tool_calls:
            yield f"[agent calls] {call.name}({canonical(call.arguments).decode()})"


def _line(who: str, text: str) -> str:
    """Returns what somebody said; further lines of it cannot look as though somebody else had begun."""
    return f"[{who}] " + "\n    ".join(text.splitlines())
