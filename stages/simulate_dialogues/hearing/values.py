"""Values: how what somebody knows by heart stands in a text that is typed by a person.

mistyped("L204815", "it's L204851")        -> "L204851"
bare("L204815", "number 204815")           -> True
chosen(("I lost it", "it was lost"), "just lost it")      -> True
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from stages.simulate_dialogues.hearing import cues

_TOKEN = re.compile(r"[^\s,;:!?()\"']+")
_NUMBER = re.compile(r"(?<![\w$#.-])\d{6,}(?![\w-])")
_SUBJECT = re.compile(r"^(?:because )?(?:i've|i|it's|it was|it is|it|we)\s+(?:just |really |simply )?", re.IGNORECASE)
_SPACE = re.compile(r"\s+")
_WORDS = 2
"""Words that are left of a phrase for a choice, at least, when its subject is left out."""


def mistyped(value: str, text: str) -> str | None:
    """Returns what stands in a text in place of a value: the same letters, a few of them wrong."""
    if "@" not in value and sum(map(str.isdigit, value)) < 2:
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
    digits = value.lstrip("#").lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    return digits != value and digits.isdigit() and any(number == digits for number in _NUMBER.findall(text))


def chosen(phrases: Iterable[str], text: str) -> bool:
    """Whether one of the phrases for a choice stands in a text, its subject left out: "just don't need it anymore"."""
    plain = _SPACE.sub(" ", text.lower()).replace("any more", "anymore")
    rests = (_SUBJECT.sub("", phrase).lower() for phrase in phrases)
    return any(len(rest.split()) >= _WORDS and re.search(rf"\b{re.escape(rest)}\b", plain) for rest in rests)
