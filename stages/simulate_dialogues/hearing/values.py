"""Values: how what somebody knows by heart stands in a text that is typed by a person.

mistyped("L204815", "it's L204851")        -> "L204851"
bare("L204815", "number 204815")           -> True
worded(4, "four books, please")            -> True
chosen(("I lost it", "it was lost"), "just lost it")      -> True
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from schemas.base import Json
from stages.simulate_dialogues.hearing import cues
from tool_specs.phrasing.english import number

_TOKEN = re.compile(r"[^\s,;:!?()\"']+")
_TYPED = re.compile(r"[@\d]")
"""What stands in every text in which such a value is mistyped."""
_NUMBER = re.compile(r"(?<![\w$#.-])\d{6,}(?![\w-])")
_SUBJECT = re.compile(r"^(?:because )?(?:i've|i|it's|it was|it is|it|we)\s+(?:just |really |simply )?", re.IGNORECASE)
_SPACE = re.compile(r"\s+")
_AMOUNTS = {
    **{count: number(count) for count in range(1, 21)},
    **dict(zip(range(30, 100, 10), ("thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"), strict=True)),
    100: "(?:a|one)? ?hundred",
    200: "two hundred",
}
_BESIDE = r"(?:,? (?:please|pls|thanks|in (?:all|total)))*[\s.!]*"
"""What may stand behind a number that is the whole answer: "four bags in all, please"."""
_WORDS = 2
"""Words that are left of a phrase for a choice, at least, when its subject is left out."""


def mistyped(value: str, text: str) -> str | None:
    """Returns what stands in a text in place of a value: the same letters, a few of them wrong."""
    if "@" not in value and sum(map(str.isdigit, value)) < 2:
        return None
    if not _TYPED.search(text):
        return None
    words = [token.strip(".") for token in _TOKEN.findall(text)]
    length = len(value.split())
    for start in range(len(words) - length + 1):
        heard = " ".join(words[start : start + length])
        if cues.close(heard.lower(), value.lower()):
            return heard
    return None


def bare(value: str, text: str) -> bool:
    """Whether an id stands in a text without the letters that it begins with."""
    if not _NUMBER.search(text):
        return False
    digits = value.lstrip("#").lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    return digits != value and digits.isdigit() and any(found == digits for found in _NUMBER.findall(text))


def worded(value: Json, text: str) -> bool:
    """Whether a number stands in a text in words: an amount of money, or one from two on as the whole answer."""
    words = _AMOUNTS.get(int(value)) if isinstance(value, (int, float)) and value == int(value) else None
    if words is None:
        return False
    if re.search(rf"\b{words}[ -](?:dollars?|bucks?|usd)\b", text, re.IGNORECASE):
        return True
    return value != 1 and re.fullmatch(rf"{words}(?: \w+)?{_BESIDE}", text, re.IGNORECASE) is not None


def chosen(phrases: Iterable[str], text: str) -> bool:
    """Whether one of the phrases for a choice stands in a text, its subject left out: "just don't need it anymore"."""
    phrases = tuple(phrases)
    if not phrases:
        return False
    plain = _SPACE.sub(" ", text.lower()).replace("any more", "anymore")
    return any(rest in plain and re.search(rf"\b{re.escape(rest)}\b", plain) for rest in map(_rest, phrases) if rest)


@lru_cache(maxsize=1024)
def _rest(phrase: str) -> str:
    """Returns a phrase without its subject; "" if too little is left of it."""
    rest = _SUBJECT.sub("", phrase).lower()
    return rest if len(rest.split()) >= _WORDS else ""
