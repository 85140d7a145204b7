"""Mentions: the ways in which a reply may name a value of a write, and where a dialogue shows something.

    mentions("card_3105", calls, ...)  -> ["card_3105", "card 3105", "3105", {"row": [["visa"]], "beside": [[]]}]

A row's description is good in any dialogue about the task: what is said must fit the row and none beside it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import orjson

from schemas.base import Json
from schemas.checklist import Evidence, Form, Place
from schemas.dialogue import Message
from stages.derive_checklists.checker import Made
from tool_specs.sayings import LAST_DIGITS, features, forms, rows_of

_SNIPPET = 120
_MOST_ROWS = 8
Phrases = Mapping[str, Sequence[str]]


def mentions(leaf: Json, calls: Sequence[Made], stop: int, phrases: Phrases) -> Iterator[Form]:
    """Yields the ways to mention a value: itself, an id's end, what tells its row from the others beside it.

    Args:
        leaf: the value.
        calls: whose answers show rows.
        stop: the message before which they were made.
        phrases: the words that a lexicon has for values.
    """
    yield from forms(leaf, phrases)
    if not isinstance(leaf, str):
        return
    end = leaf[-LAST_DIGITS:]
    if len(leaf) > LAST_DIGITS and end.isdigit():
        yield end
    seen: list[Form] = []
    for call in calls:
        if call.place < stop and not call.failed and leaf in call.content:
            for row, beside in rows_of(_json(call.content), leaf):
                found = _described(row, beside, leaf, phrases)
                if found is not None and found not in seen and len(seen) < _MOST_ROWS:
                    seen.append(found)
                    yield found


def _described(row: Mapping[str, Any], beside: Sequence[Mapping[str, Any]], id_: str, phrases: Phrases) -> Form | None:
    own = [(each, ways) for each in different(features(row, id_)) if (ways := forms(each, phrases))]
    if not own:
        return None
    others = [features(other, id_) for other in beside]
    shared = {tuple(n for n, (each, _) in enumerate(own) if each in other) for other in others}
    return {"row": [ways for _, ways in own], "beside": [list(each) for each in sorted(shared) if each]}


def different(values: Sequence[Json]) -> list[Json]:
    """Returns the values that are different, in order."""
    found: list[Json] = []
    for each in values:
        if each not in found:
            found.append(each)
    return found


def evidence_at(messages: Sequence[Message], place: int, from_: Place) -> Evidence:
    """Returns what a message shows, with its turn and step."""
    users = [n for n in range(place + 1) if messages[n].role == "user"]
    steps = sum(messages[n].role == "assistant" for n in range(users[-1], place + 1))
    return Evidence(turn=len(users) - 1, step=max(steps - 1, 0), from_=from_, snippet=_snippet(messages[place]))


def _snippet(message: Message) -> str:
    """Returns the beginning of a message, or of its call as JSON text."""
    if message.tool_calls:
        call = message.tool_calls[0]
        return orjson.dumps({"name": call.name, "arguments": call.arguments}).decode()[:_SNIPPET]
    return message.content[:_SNIPPET] or "(empty)"


def _json(text: str) -> Json:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
