"""Wording: the sentences of items. One fact each, nothing about turns, suppositions or failed tries.

>>> obtained("get_loan", {"loan_id": "L3"})
Words(question='Is there an answer of get_loan("L3")?', ...)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import orjson

from schemas.base import Json
from schemas.dialogue import Message
from schemas.task import Read

_MOST_WAYS = 3


class Words(NamedTuple):
    """What an item says."""

    question: str
    passes: str
    failures: tuple[str, ...]


def quoted(value: Json) -> str:
    """Returns a value as JSON text."""
    return orjson.dumps(value).decode()


def named(tool: str, arguments: Mapping[str, Json] | None) -> str:
    """Returns a call as people write one: `get_loan("L3")`."""
    return tool if arguments is None else f"{tool}({', '.join(map(quoted, arguments.values()))})"


def obtained(reads: Sequence[Read], whoever: bool) -> Words:
    """An answer of one of several reads; `whoever` says that any way to find the user will do."""
    ways = [named(read.tool, None if whoever else read.arguments) for read in reads]
    ways = list(dict.fromkeys(ways))
    shown = " or ".join(ways[:_MOST_WAYS]) + (" or a look-up like them" if len(ways) > _MOST_WAYS else "")
    if whoever:
        return Words(f"Is the user found by {shown}?", f"A call of {shown} finds this user.", ("nobody is found",))
    return Words(f"Is there an answer of {shown}?", f"A call of {shown} is answered.", (f"{ways[0]} is never called",))


def written(tool: str, parameter: str, value: Json, mistakes: Sequence[Json]) -> Words:
    """A write's argument."""
    return Words(
        f"Does the call of {tool} have {quoted(value)} as {parameter}?",
        f"{parameter} is {quoted(value)}.",
        tuple(f"{parameter} is {quoted(each)}" for each in mistakes) or (f"{parameter} is anything else",),
    )


def called(tool: str) -> Words:
    """A call with no arguments, or any."""
    return Words(f"Is {tool} called?", f"A call of {tool} is answered.", (f"{tool} is never called",))


def listed(tool: str) -> Words:
    """The details before a write."""
    return Words(
        f"Does a reply name all details of {tool} before anything is done?",
        f"One reply names each argument of {tool}, by its value or by a description.",
        (f"{tool} is called before its details were named", "a detail is left out"),
    )


def agreed(tool: str) -> Words:
    """The user's yes before a write."""
    return Words(
        f"Does the user say yes before {tool} is called?",
        f"What the user says right before the call of {tool} is a yes.",
        (f"{tool} is called on a question of the user", f"{tool} is called straight after another change"),
    )


def told(value: Json) -> Words:
    """An answer that the user is told."""
    return Words(
        f"Does the reply tell the user {quoted(value)}?",
        f"{quoted(value)} stands in a reply, in any usual form.",
        ("another value is told", "the value is left out"),
    )


def refused() -> Words:
    """A refusal."""
    return Words(
        "Does the reply say that this cannot be done?",
        "The reply says that the request is refused.",
        ("the request is carried out", "the reply leaves open what becomes of the request"),
    )


def only() -> Words:
    """Nothing else was changed."""
    return Words(
        "Are the changes that were made exactly those that were wanted?",
        "The calls that change something, or hand the user to a person, are the wanted ones, each of them once.",
        ("something is changed twice", "something is changed that nobody asked for"),
    )


_NOTICED = {
    "conflict": ("Does the reply say that nothing is as the user told it?", "The reply says what does not fit."),
    "omission": ("Does the reply ask which of several is meant?", "The reply says that several fit."),
}
_ASKED = {
    "identity": "for a fact by which the user can be found",
    "intent": "what the user wants done",
    "object": "what exactly the request is about",
    "target": "what the user wants instead",
    "answer": "what exactly the user wants to know",
}
"""Slots whose names are no words that one would use."""


def noticed(kind: str, role: str) -> Words:
    """What is wrong with the user's words is noticed."""
    question, passes = _NOTICED.get(kind, (f"Does the reply ask {_asked(role)}?", f"The reply asks {_asked(role)}."))
    return Words(question, passes, ("the reply goes on as though nothing was unclear",))


def answered(reply: Message) -> Words:
    """What a reply does that no proof speaks of."""
    acts = {act.kind: act.slot for act in reversed(reply.acts)}
    if "request" in acts and (acts["request"] != "intent" or len(acts) == 1):
        asked = _asked(acts["request"] or "intent")
        what, passes = f"ask {asked}", f"The reply asks {asked}."
    elif "clarify" in acts:
        what, passes = "ask whether the user was understood rightly", "The reply says what it understood."
    elif "confirm" in acts:
        what, passes = "name what is about to be done", "The reply names the details of what is about to be done."
    elif "response_fail" in acts:
        what, passes = "say that this was not found", "The reply says what could not be found."
    elif "system_bye" in acts:
        what, passes = "say good-bye", "The reply closes the conversation politely."
    else:
        what, passes = "answer the user", "The reply takes up what the user says."
    return Words(f"Does the reply {what}?", passes, ("the reply is about something else",))


def _asked(slot: str) -> str:
    """Returns what a question for a slot asks: "about the new shelf" for new_shelf."""
    return _ASKED.get(slot) or f"about the {slot.rpartition('.')[2].replace('_', ' ')}"
