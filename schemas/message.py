"""Message: one turn of a dialogue, in the form that every stage passes on.

Example row::

    {"role": "assistant", "content": "", "tool_calls": [{"id": "call_1", "name": "get_reader", "arguments": {...}}]}
"""

from __future__ import annotations

from typing import Literal

from msgspec import UNSET, UnsetType

from schemas.base import Json, Record
from schemas.completion import Usage

Role = Literal["user", "assistant", "tool"]


class ToolCall(Record):
    """A call that the agent makes. Ids count up within the dialogue: `call_1`, `call_2`, ..."""

    id: str
    name: str
    arguments: dict[str, Json]


class Act(Record):
    """What a turn does, beside what it says: the speaker's own meaning.

    Attributes:
        kind: a dialogue act. User: inform_intent_clear, inform_intent_clear_add, inform_intent_vague, inform,
            fail_inform, affirm, negate, user_bye, off_topic, correct, change_mind, amend (puts right a request that is
            not talked of), complain, ask_options (what is there to choose from), feedback (an opinion on a result),
            revise (wants otherwise what has just been found), withdraw (takes a request back for good). Agent: request,
            response, clarify, suggest, response_fail, system_bye, confirm, call, refuse, hold (asks for a moment).
        request: which request of the user it is about (position in the order of being raised), or None.
        slot: what is told or asked: a knowledge name, or `intent`.
        value: what was told, as it was told (a slip tells a wrong value).
    """

    kind: str
    request: int | None = None
    slot: str | None = None
    value: Json = None


class Generation(Record):
    """How a language model came to a message.

    Attributes:
        usage: tokens of all its requests, the repair's among them.
        repaired: what was wrong with the first try, or with a rewrite in whose place the script's sentence stands; ""
            where it was taken as it came.
    """

    finish_reason: str
    usage: Usage
    repaired: str = ""


class Message(Record):
    """One message. `acts` is the speaker's meaning, or what was heard; training rows do not carry it.

    Attributes:
        generation: unset for messages that no language model wrote.
    """

    role: Role
    content: str
    tool_calls: tuple[ToolCall, ...] = ()
    tool_call_id: str | None = None
    name: str | None = None
    error: bool = False
    acts: tuple[Act, ...] = ()
    generation: Generation | UnsetType = UNSET
