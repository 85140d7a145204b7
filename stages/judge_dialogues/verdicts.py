"""Verdicts: the open items of a checklist, and what of a judge's answer about them stands.

    hear(answer, ("reply.0", "reply.1"), ...) -> Heard({"reply.0": Finding(...)}, {"reply.1": "false_quote"})

What is met is shown by words of the agent in the item's own turn. Whatever else is quoted stands somewhere in the
dialogue.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from schemas.base import Json
from schemas.judgement import Finding, Refused
from schemas.message import Message
from stages.judge_dialogues.asking import Heard, stands
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


def hear(
    answer: Mapping[str, Any] | None, names: Collection[str], items: Sequence[Open], messages: Sequence[Message]
) -> Heard[Finding]:
    """Reads an answer.

    Args:
        answer: its JSON, None where it had none.
        names: ids of the items that it shall be about.
        items: all that are open.
        messages: the dialogue.
    """
    said = answer.get("verdicts") if answer else None
    if not isinstance(said, list):
        return Heard(refused=dict.fromkeys(names, "unusable"))
    heard, by_turn = Heard[Finding](), turns(messages)
    for each in items:
        if each.item.id in names:
            own = [one for one in said if isinstance(one, dict) and one.get("item") == each.item.id]
            finding = _finding(own, messages if each.turn is None else by_turn[each.turn], messages)
            if isinstance(finding, Finding):
                heard.found[each.item.id] = finding
            else:
                heard.refused[each.item.id] = finding
    return heard


def _finding(
    said: Sequence[Mapping[str, Any]], turn: Sequence[Message], messages: Sequence[Message]
) -> Finding | Refused:
    if len(said) != 1:
        return "judged_twice" if said else "unjudged"
    met, quotes = said[0].get("met"), said[0].get("quotes")
    if not isinstance(met, bool) or not isinstance(quotes, list) or not all(isinstance(each, str) for each in quotes):
        return "unusable"
    if met and not quotes:
        return "no_quote"
    where = [message for message in turn if message.role == "assistant"] if met else messages
    if not all(stands(quote, where) for quote in quotes):
        return "false_quote"
    return Finding(met=met, quotes=tuple(quotes))
