"""Sayings: in which words a text may say a value or mean a row, whoever speaks.

number_forms(2)                          -> ("two",), {"2", "2.00"}
forms("#L310022", phrases)               -> ["#l310022", "l310022", "0022"]
rows_of({"loans": [...]}, "L3")          -> the rows that "L3" names in a result, each with those beside it
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from schemas.base import Json
from tool_specs.lexicon import Lexicon
from tool_specs.phrasing.english import moment
from tool_specs.remember import remembered

_YOU = {"i": "you", "i'm": "you're", "i've": "you've", "i'd": "you'd", "my": "your", "mine": "yours", "me": "you"}
_ME = re.compile(rf"\b(?:{'|'.join(sorted(_YOU, key=len, reverse=True))})\b(?!')")
LAST_DIGITS = 4
"""Digits at the end of an id that stand for all of it."""
COUNTS = (
    *("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty"),
)
_COUNT_FORMS = {
    number: (word, *(("zero", "none", "nothing") if not number else ())) for number, word in enumerate(COUNTS)
}
_COUNT_FORMS[1] = ("one", "a single", "just the one", "once")


def number_forms(value: float) -> tuple[Sequence[str], set[str]]:
    """Returns the words, and the usual ways to write a number in digits: 1234.5, 1,234.50."""
    size = abs(value)
    forms = {f"{size:,.2f}", f"{size:.2f}", f"{size:,}", f"{size}"}
    if size != int(size):
        return (), forms
    return _COUNT_FORMS.get(int(size), ()), forms | {f"{int(size):,}", f"{int(size)}"}


def forms(value: Json, phrases: Mapping[str, Sequence[str]]) -> list[str]:
    """Returns the ways in which a lower-case text may say a scalar; none where no text can leave it out.

    Args:
        value: a scalar.
        phrases: the words that a lexicon has for values (`phrases_of`).
    """
    if isinstance(value, str):
        low = value.lower()
        found = [low, low.removeprefix("#"), low.replace("_", " "), moment(value).lower(), *phrases.get(low, ())]
        return list(dict.fromkeys(each for each in found if each))
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return []
    words, numbers = number_forms(value)
    return [*words, *sorted(numbers)]


def leaves(value: Json) -> Sequence[Any]:
    """Returns the scalars of a JSON value, in order."""
    if isinstance(value, dict):
        return [leaf for each in value.values() for leaf in leaves(each)]
    if isinstance(value, (list, tuple)):
        return [leaf for each in value for leaf in leaves(each)]
    return (value,)


def rows_of(value: Json, id_: str) -> Iterator[tuple[dict[str, Any], list[dict[str, Any]]]]:
    """Yields the rows inside a result that an id stands for, each with those beside it.

    An object under the id as its key, or an element of a list that holds the id; an object that merely refers to the
    row, as an order does to the card it was paid with, describes something else.
    """
    if isinstance(value, dict):
        own = value.get(id_)
        if isinstance(own, dict):
            yield own, [each for key, each in value.items() if key != id_ and isinstance(each, dict)]
        for each in value.values():
            if isinstance(each, (dict, list)):
                yield from rows_of(each, id_)
    elif isinstance(value, list):
        rows = [each for each in value if isinstance(each, dict)]
        for row in rows:
            if id_ in row.values():
                yield row, [each for each in rows if id_ not in each.values()]
        for row in rows:
            yield from rows_of(row, id_)


def features(row: Mapping[str, Json], id_: str) -> list[Json]:
    """Returns what describes a row, its id apart."""
    found: list[Json] = []
    for value in row.values():
        if isinstance(value, dict):
            found.extend(leaf for leaf in value.values() if isinstance(leaf, (str, int, float)))
        elif value != id_ and isinstance(value, (str, int, float)) and not isinstance(value, bool):
            found.append(value)
    return found


@remembered(1, size=8)
def phrases_of(lexicon: Lexicon | None) -> dict[str, tuple[str, ...]]:
    """Returns the words that a lexicon has for values: a value's text in lower case -> phrases."""
    found: dict[str, list[str]] = {}
    if lexicon is None:
        return {}
    for words in lexicon.columns.values():
        for table in (words.values, words.agent_values):
            for value, phrases in table.items():
                found.setdefault(value.strip('"').lower(), []).extend(phrase.lower() for phrase in phrases)
    for choices in lexicon.choices.values():
        for value, phrases in choices.items():
            found.setdefault(value.strip('"').lower(), []).extend(phrase.lower() for phrase in phrases)
    return {value: tuple(dict.fromkeys(phrases)) for value, phrases in found.items()}


def to_you(phrase: str) -> str:
    """Returns what a user says of itself as somebody else says it to the user: "I lost it" is "you lost it"."""
    return _ME.sub(lambda word: _YOU[word[0]], phrase)
