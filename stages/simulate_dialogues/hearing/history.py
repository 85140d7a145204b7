"""History: what was called and said before a message that is heard.

calls([call of renew_loan, its result])      -> [("renew_loan", {"loan_id": "L3"}, False)]
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from schemas.base import Json
from schemas.dialogue import Message


def wandered(messages: Sequence[Message]) -> bool:
    """Whether the user's last message was about something else."""
    said = [message for message in messages if message.role == "user"]
    return bool(said) and any(act.kind == "off_topic" for act in said[-1].acts)


def hints(message: Message) -> Iterator[tuple[int, bool]]:
    """Yields the requests that a user's message raises, each with whether it is only hinted at."""
    for act in message.acts:
        if act.kind.startswith("inform_intent") and act.request is not None:
            yield act.request, act.value["kind"] == "unknown"


def calls(messages: Sequence[Message]) -> list[tuple[str, dict[str, Json], bool]]:
    """Returns the calls in messages, each with whether it failed."""
    made = {call.id: call for message in messages for call in message.tool_calls}
    return [
        (made[m.tool_call_id].name, made[m.tool_call_id].arguments, m.error)
        for m in messages
        if m.role == "tool" and m.tool_call_id in made
    ]
