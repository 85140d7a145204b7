"""Verdicts: what of a judge's answer stands. A finding needs its words in the dialogue, or it is refused.

    heard(answer, items, messages) -> Heard(items={"reply.0": Finding(...)}, refused={"reply.1": "false_quote"})

What is met is shown by words of the agent in the item's own turn: three in a row, or a whole message. Whatever else is
quoted stands somewhere in the dialogue. Case and blanks do not count.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from schemas.base import Json
from schemas.judgement import Finding, Refused
from schemas.message import Message
from stages.judge_dialogues.transcript import Open, turns

SCHEMA: dict[str, Json] = {
    "type": "object",
    "properties": {
        "verdicts": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "item": {"type": "string"},
                    "met": {"type": "boolean"},
                    "quotes": {"type": "array", "items": {"type": "string"}},
                },
                "required": ["item", "met", "quotes"],
                "additionalProperties": False,
            },
        }
    },
    "required": ["verdicts"],
    "additionalProperties": False,
}
PROBLEMS: Mapping[Refused, str] = {
    "truncated": "your answer was cut off; be shorter",
    "unusable": "your answer was no such JSON",
    "unjudged": "it was left out",
    "judged_twice": "it was judged more than once",
    "no_quote": "it was said to be met without a quote",
    "false_quote": "a quote does not stand there word for word",
}
"""What a judge is told about a finding that is refused."""
_FEWEST = 3
"""Words of a quote that is no whole message."""


@dataclass
class Heard:
    """What stands of an answer, and why the rest does not; by item."""

    items: dict[str, Finding] = field(default_factory=dict)
    refused: dict[str, Refused] = field(default_factory=dict)


def heard(answer: Mapping[str, Any] | None, items: Sequence[Open], messages: Sequence[Message]) -> Heard:
    """Reads an answer.

    Args:
        answer: its JSON, None where it had none.
        items: what was asked.
        messages: the dialogue.
    """
    said = answer.get("verdicts") if answer else None
    if not isinstance(said, list):
        return Heard(refused={each.item.id: "unusable" for each in items})
    found, by_turn = Heard(), turns(messages)
    for each in items:
        own = [one for one in said if isinstance(one, dict) and one.get("item") == each.item.id]
        finding = _finding(own, by_turn[each.turn], messages)
        if isinstance(finding, Finding):
            found.items[each.item.id] = finding
        else:
            found.refused[each.item.id] = finding
    return found


def _finding(
    said: Sequence[Mapping[str, Any]], turn: Sequence[Message], messages: Sequence[Message]
) -> Finding | Refused:
    if len(said) != 1:
        return "judged_twice" if said else "unjudged"
    met, quotes = said[0].get("met"), said[0].get("quotes")
    if not isinstance(met, bool) or not isinstance(quotes, list) or not all(isinstance(q, str) for q in quotes):
        return "unusable"
    replies = [message for message in turn if message.role == "assistant"]
    if met and not quotes:
        return "no_quote"
    if not all(stands(quote, replies if met else messages) for quote in quotes):
        return "false_quote"
    return Finding(met=met, quotes=tuple(quotes))


def stands(quote: str, messages: Iterable[Message]) -> bool:
    """Whether words stand in one of the messages, as a part that says something or as the whole."""
    words = _plain(quote)
    texts = [_plain(message.content) for message in messages]
    return bool(words) and any(words == text or (len(words.split()) >= _FEWEST and words in text) for text in texts)


def _plain(text: str) -> str:
    return " ".join(text.lower().split())
