"""Finders: where words of a lexicon stand in a text.

    literal("blue shirt")("My Blue  shirt")                      -> [(3, 14)]
    template("cancel {order}, please")("Cancel #W1, please!")    -> [(0, 6)]

A finder is compiled once for its words, and looks for them plainly before it tries a pattern: most words are in no
text. Capitals and white space do not count; parts of words are not found.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache

from tool_specs.days import is_day, says_day
from tool_specs.lexicon import Texts
from tool_specs.phrasing.english import agree

Span = tuple[int, int]
Finder = Callable[[str], list[Span]]
"""Returns where something stands in a text."""

_GAP = r".{0,300}?"
_VERBS = {
    "is": "(?:is|are)",
    "was": "(?:was|were)",
    "does": "(?:does|do)",
    "has": "(?:has|have)",
    "s": "s?",
    "it": "(?:it|them)",
}
_TOKEN = re.compile(r"\{(\w+)\}")
_WORD = re.compile(r"\w")
_UNEVEN = re.compile(r"[^\S ]|  ")
"""White space that is more than a single space."""


def spans_of(patterns: Iterable[Finder], text: str) -> list[Span]:
    """Returns where any of them stands, each place once."""
    found: dict[Span, None] = {}
    for pattern in patterns:
        found.update(dict.fromkeys(pattern(text)))
    return list(found)


@lru_cache(maxsize=256)
def literals(texts: Texts) -> tuple[Finder, ...]:
    """Finds any of the texts, of one thing or of several: "is lost", "are lost"."""
    return tuple(dict.fromkeys(literal(each) for text in texts for each in (text, agree(text, True))))


@lru_cache(maxsize=256)
def datum(text: str) -> Finder:
    """Finds a value as it is; a day also as people write days, for which the whole text is the place."""
    plain = literal(text)
    if not is_day(text):
        return plain
    return lambda said: plain(said) or ([(0, len(said))] if says_day(said.lower(), text) else [])


@lru_cache(maxsize=256)
def literal(words: str) -> Finder:
    """Finds words as they are, but for capitals and white space. Most are said by one person only: no pattern."""
    needle = words.lower()
    parts = tuple(needle.split())
    several, even = " " in needle, needle == " ".join(parts)

    def find(text: str) -> list[Span]:
        plain = text.lower()
        if not _words_in(parts, plain):
            return []
        if not even or len(plain) != len(text) or (several and _UNEVEN.search(plain)):
            return [match.span(1) for match in _pattern(words).finditer(text)]
        found = []
        start = plain.find(needle)
        while start >= 0:
            end = start + len(needle)
            before, after = plain[start - 1 : start], plain[end : end + 1]
            if before != "#" and not _WORD.match(before) and not _WORD.match(after):
                found.append((start, end))
            start = plain.find(needle, start + 1)
        return found

    return find


def _words_in(parts: Sequence[str], plain: str) -> bool:
    for part in parts:
        if part not in plain:
            return False
    return True


@lru_cache(maxsize=256)
def _pattern(words: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w#])({_escaped(words)})(?!\w)", re.IGNORECASE)


@lru_cache(maxsize=256)
def template(text: str) -> Finder:
    """Compiles a template: its fixed words in order; the first of them is the place that counts."""
    for name in _VERBS:
        text = text.replace(f"{{{name}}}", f"\0{name}\0")
    fixed = [part.strip(" ,.?:") for part in _TOKEN.split(text)[::2]]
    parts = [_escaped(part) for part in fixed if re.search(r"\w", part)]
    for name, verb in _VERBS.items():
        parts = [part.replace(f"\0{name}\0", verb) for part in parts]
    first, *rest = parts or [r"\w+"]
    # The rest is looked ahead for, so that "get ... and get ... cancelled" shows both places.
    later = "".join(rf"{_GAP}\b{part}" for part in rest)
    pattern = re.compile(rf"\b({first})\b(?={later})", re.IGNORECASE | re.DOTALL)
    # Most templates are not in a text at all, which their plain words show at less cost than the pattern.
    needles = tuple(word.lower() for part in fixed for word in part.split() if word.isascii() and word.isalpha())
    return lambda text: [match.span(1) for match in pattern.finditer(text)] if _words_in(needles, text.lower()) else []


def _escaped(text: str) -> str:
    return re.sub(r"(\\ )+", r"\\s+", re.escape(text))
