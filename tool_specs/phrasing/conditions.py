"""Conditions in words: a write is wanted only if a number of its row is over, or under, what the user says.

The user says one in a sentence of its own, after what tells the row that it is on (`only_if`). The agent says what the
number is and on which side of the limit it lies (`weighed`) before it goes on, or leaves it there.
"""

from __future__ import annotations

import random
from collections.abc import Sequence

from schemas.base import Json, Path
from schemas.program import Condition, Program
from tool_specs.lexicon import Lexicon, Texts
from tool_specs.phrasing.columns import column_words
from tool_specs.phrasing.english import is_plural, sentence
from tool_specs.phrasing.labels import agent_text
from tool_specs.phrasing.meaning import column_name, level_of

_SIDES: dict[bool, Texts] = {
    True: ("over {limit}", "above {limit}", "more than {limit}", "higher than {limit}"),
    False: ("under {limit}", "below {limit}", "less than {limit}", "lower than {limit}"),
}
_ONLY_IF: Texts = (
    "But only if {its} is {side}; otherwise just tell me the {name}.",
    "Do that only if {its} is {side}, otherwise leave it and tell me the {name}.",
    "That's only if {its} is {side}. If it isn't, leave everything as it is and just tell me the {name}.",
    "I want that only if {its} is {side}; if not, all I need is the {name}.",
    "If {its} isn't {side}, leave it alone and just let me know the {name}.",
    "Please check first that {its} is {side}. If it isn't, don't change anything and just tell me the {name}.",
    "Only go through with it if {its} is {side}, else simply tell me what the {name} is.",
    "This goes only if {its} is {side}. Otherwise I'd just like to hear the {name}.",
)
_IF: Texts = (
    "But only if {its} is {side}.",
    "Do that only if {its} is {side}.",
    "I want that only if {its} is {side}.",
    "Please check first that {its} is {side}.",
    "This goes only if {its} is {side}.",
    "Only go through with it if {its} is {side}.",
)
"""Where something else is wanted otherwise."""
_OTHERWISE: Texts = (
    "Otherwise I'd like to {clause}.",
    "If not, I want to {clause}.",
    "If it isn't, I'd rather {clause}.",
    "Otherwise, can I {clause}?",
    "If that's not so, please help me {clause}.",
    "In any other case I want to {clause}.",
)
_HOLDS: Texts = (
    "{its} is {value}, which is {side}.",
    "{its} is {value}, so it's {side} as you wanted.",
    "{its} comes to {value}, and that's {side}.",
    "At {value}, {its} is {side}.",
    "You wanted it only if {its} is {side}; it's {value}, so that holds.",
)
_FAILS: Texts = (
    "{its} is {value}, which isn't {side}.",
    "{its} is {value}, so it's not {side}.",
    "{its} comes to {value}, and that isn't {side}.",
    "You wanted it only if {its} is {side}, but it's {value}.",
    "At {value}, {its} isn't {side}.",
)


def nameable(words: Lexicon, programs: Sequence[Program], number: int, path: Path) -> bool:
    """Whether a condition can be on a column: an amount or a number of a row that has a noun."""
    own = column_words(words, column_name(programs, number, path))
    level = level_of(words, programs, number, path)
    return own is not None and own.kind in ("money", "number") and bool(own.name) and level is not None


def only_if(words: Lexicon, programs: Sequence[Program], condition: Condition, limit: Json, rng: random.Random) -> str:
    """Says a condition in the user's voice, with what is wanted where it does not hold."""
    frames = _IF if condition.branch else _ONLY_IF
    frame, side = rng.choice(frames), rng.choice(_SIDES[condition.above])
    return sentence(
        frame.format(
            side=side.format(limit=_limit(words, programs, condition, limit)), **_names(words, programs, condition)
        )
    )


def otherwise_wanted(clause: str, rng: random.Random) -> str:
    """Says what is wanted where a condition does not hold."""
    return sentence(rng.choice(_OTHERWISE).format(clause=clause))


def only_if_texts(words: Lexicon, programs: Sequence[Program], condition: Condition) -> Texts:
    """Returns everything that says a condition, the limit left open."""
    if condition.branch == "otherwise":
        return _OTHERWISE
    names = _names(words, programs, condition)
    return tuple(
        frame.replace("{side}", side).replace("{its}", names["its"]).replace("{name}", names["name"])
        for frame in (_IF if condition.branch else _ONLY_IF)
        for side in _SIDES[condition.above]
    )


def weighed(
    words: Lexicon,
    programs: Sequence[Program],
    condition: Condition,
    number: Json,
    limit: Json,
    rng: random.Random,
    *,
    holds: bool,
) -> str:
    """Says, in the agent's voice, what the number is and whether the condition, as it was said, holds."""
    column = column_name(programs, condition.bind.program, condition.bind.column)
    value = agent_text(column_words(words, column), column, number)
    side = rng.choice(_SIDES[condition.above]).format(limit=_limit(words, programs, condition, limit))
    names = _names(words, programs, condition)
    return sentence(rng.choice(_HOLDS if holds else _FAILS).format(value=value, side=side, its=names["its"]))


def _names(words: Lexicon, programs: Sequence[Program], condition: Condition) -> dict[str, str]:
    number, path = condition.bind.program, condition.bind.column
    own = column_words(words, column_name(programs, number, path))
    level = level_of(words, programs, number, path)
    name = own.name if own is not None else str(path[-1])
    if is_plural(name) and not name.startswith("number of "):
        name = f"number of {name}"
    return {"name": name, "its": f"the {level.words.singular}'s {name}" if level is not None else f"its {name}"}


def _limit(words: Lexicon, programs: Sequence[Program], condition: Condition, limit: Json) -> str:
    own = column_words(words, column_name(programs, condition.bind.program, condition.bind.column))
    return f"${limit}" if own is not None and own.kind == "money" else str(limit)
