"""Dialogue: what was said and done, message by message.

Example row (shortened)::

    {"id": "dialogue-1c2d...", "messages": [
        {"role": "user", "content": "hi, i'd like to renew a book", "acts": [{"kind": "inform_intent_vague"}]},
        {"role": "assistant", "content": "",
         "tool_calls": [{"id": "call_1", "name": "get_reader", "arguments": {...}}]},
        {"role": "tool", "content": "{...}", "tool_call_id": "call_1", "name": "get_reader", "error": false}],
     "ended": "user_done", "initial_digest": "...", "final_digest": "...", "engines": {"agent": "scripted/1"}}
"""

from __future__ import annotations

from typing import Literal

from schemas.base import Record
from schemas.behavior import Scenario
from schemas.message import Act as Act
from schemas.message import Generation as Generation
from schemas.message import Message as Message
from schemas.message import Role as Role
from schemas.message import ToolCall as ToolCall

Ended = Literal["user_done", "transferred", "user_left", "turn_cap", "call_cap", "engine_error"]


class Dialogue(Record):
    """A whole dialogue with the scenario it was made from.

    Attributes:
        messages: what was said about the scenario's task; what was said before stands in the scenario.
        initial_digest: the state in which these messages begin.
        engines: role -> engine and revision that spoke for it.
    """

    id: str
    scenario: Scenario
    messages: tuple[Message, ...]
    ended: Ended
    initial_digest: str
    final_digest: str
    engines: dict[str, str]

    @property
    def whole(self) -> tuple[Message, ...]:
        """All messages, from the first one of the session."""
        return (*self.scenario.said_before, *self.messages)
