"""English in the small: plurals, articles, lists, money, sentences. Nothing here knows a domain."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from schemas.base import Json

_IRREGULAR = {"shelf": "shelves", "knife": "knives", "leaf": "leaves", "person": "people", "child": "children"}
_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_ORDINARY = re.compile(r"[A-Z][a-z]+('s)?")
_SLOT = re.compile(r"\{(\w+)\}")
_LARGE = re.compile(r"(?!I\b|I'|[A-Z]{2})[A-Z]")
_SPACES = re.compile(r"\s+")
_SPACE_BEFORE = re.compile(r"\s+([,.;:?!)])")
_COMMA_BEFORE = re.compile(r",\s*([.,;:?!])")
_MISPLACED = re.compile(r" [ ,.;:?!)]|,[.,;:?!]")
"""In a text whose only white space are single blanks: what `clean` would change."""
_AGREE = (
    (re.compile(r"\b(that|which)(?: ha|')s( already| just)? been\b"), r"\1 have\2 been"),
    (re.compile(r"\b(that|which)(?: i|')s\b"), r"\1 are"),
    (re.compile(r"\b(that|which) was\b"), r"\1 were"),
    (re.compile(r"\b(that|which) has\b"), r"\1 have"),
    (re.compile(r"\b(that|which) hasn't\b"), r"\1 haven't"),
    (re.compile(r"\b(that|which) isn't\b"), r"\1 aren't"),
    (re.compile(r"\b(that|which) wasn't\b"), r"\1 weren't"),
    (re.compile(r"\b(that|which) comes\b"), r"\1 come"),
    (re.compile(r"\b(that|which) goes\b"), r"\1 go"),
    (re.compile(r"\b(that|which) ships\b"), r"\1 ship"),
    (re.compile(r"\b(that|which) doesn't\b"), r"\1 don't"),
)


_STARTS = re.compile(r"(^|[.!?] )([a-z])")
_VOWEL = re.compile(r"(?i)(?!uni|use|usb|eu|one)([aeiou]|hour|[lfmnrsx](?:ed|cd)\b|[fhlmnrsx]-)")
_SPELT = re.compile(r"(8|11|18)\b|LED|LCD|XL|XS")


@dataclass(frozen=True)
class Phrase:
    """A noun phrase and whether "them" (not "it") stands for it."""

    text: str
    plural: bool = False

    @property
    def it(self) -> str:
        """The object pronoun."""
        return "them" if self.plural else "it"


@lru_cache(maxsize=256)
def plural(noun: str) -> str:
    """Returns a noun's plural; what is plural already (`hiking boots`) stays."""
    head, _, last = noun.rpartition(" ")
    for single, many in _IRREGULAR.items():
        if last.lower().endswith(single):
            last = last[: len(last) - len(single)] + many
            break
    else:
        if re.search(r"(ss|x|ch|sh)$", last):
            last += "es"
        elif re.search(r"[^aeiou]y$", last):
            last = last[:-1] + "ies"
        elif not last.endswith("s"):
            last += "s"
    return f"{head} {last}" if head else last


def is_plural(noun: str) -> bool:
    """Whether a singular form is plural by itself: `sunglasses`."""
    return plural(noun) == noun


def a(noun: str) -> str:
    """Returns the noun with its indefinite article."""
    return noun if is_plural(noun) else f"{article(noun)} {noun}"


def article(word: str) -> str:
    """Returns the indefinite article before a word: `a`, `an`."""
    return "an" if _VOWEL.match(word) or _SPELT.match(word) else "a"


@lru_cache(maxsize=256)
def agree(clause: str, many: bool) -> str:
    """Returns a relative clause in the number of its noun: `that's pending` -> `that are pending`."""
    if many:
        for pattern, replacement in _AGREE:
            clause = pattern.sub(replacement, clause)
    return clause


@lru_cache(maxsize=256)
def slots_in(template: str) -> tuple[str, ...]:
    """Returns the names of a template's slots, in order."""
    return tuple(_SLOT.findall(template))


def listed(parts: Sequence[str], word: str = "and") -> str:
    """Returns `a, b and c`."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {word} {parts[-1]}"


def number(count: int) -> str:
    """Returns small numbers as words."""
    return _NUMBERS[count] if 0 <= count < len(_NUMBERS) else f"{count:,}"


def number_of(name: str) -> str:
    """Returns what people call an id: `loan_id` -> "loan number"."""
    return f"{name.removesuffix('_id').replace('_', ' ')} number"


def money(value: Json) -> str:
    """Returns an amount of dollars: `$1,380.79`, `-$3.20`."""
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        return str(value)
    return f"-${-value:,.2f}" if value < 0 else f"${value:,.2f}"


_SECONDS = re.compile(r"^(\d{4}-\d\d-\d\d)T(\d\d:\d\d)(:\d\d)?$")


def moment(value: Json) -> str:
    """Returns a day, or a moment as people say it: `2024-05-05T01:04:08` -> `2024-05-05 at 01:04`."""
    text = str(value)
    return _SECONDS.sub(r"\1 at \2", text) if text[10:11] == "T" else text


def duration(minutes: Json) -> str:
    """Returns a number of minutes as hours and minutes: `4 h 35 min`."""
    if not isinstance(minutes, int) or isinstance(minutes, bool) or minutes < 60:
        return f"{minutes} min" if isinstance(minutes, (int, float)) else str(minutes)
    hours, rest = divmod(minutes, 60)
    return f"{hours} h {rest} min" if rest else f"{hours} h"


@lru_cache(maxsize=256)
def lower_name(name: str) -> str:
    """Returns a title-case name as it stands inside a sentence: `Office Chair` -> `office chair`."""
    return " ".join(word.lower() if _ORDINARY.fullmatch(word) else word for word in name.split(" "))


def sentence(text: str) -> str:
    """Returns the text as a sentence: first letter large, a full stop where no mark ends it."""
    text = clean(text)
    if not text:
        return ""
    text = text[0].upper() + text[1:]
    return text if text[-1] in ".?!" else text + "."


def capitals(text: str) -> str:
    """Returns sentences with large first letters."""
    return _STARTS.sub(lambda found: found[1] + found[2].upper(), sentence(text))


def inside(text: str) -> str:
    """Returns a sentence as a part of another: no final mark, small first letter where that is no name."""
    text = clean(text).rstrip(".!?")
    return text[:1].lower() + text[1:] if _LARGE.match(text) else text


def clean(text: str) -> str:
    """Returns the text without doubled or misplaced spaces and marks."""
    # Nearly every text is clean already, and this is asked for all of them.
    if text.isprintable() and text[:1] != " " and text[-1:] != " " and _MISPLACED.search(text) is None:
        return text
    text = _SPACES.sub(" ", text).strip()
    text = _SPACE_BEFORE.sub(r"\1", text)
    return _COMMA_BEFORE.sub(r"\1", text)
