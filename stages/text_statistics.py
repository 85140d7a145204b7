"""Text statistics: how varied and how natural the words of dialogues are. Pure functions over strings.

    >>> masked("my order #W123 was $4.50, i'm ann@example.com", ("order",))
    "my <x> <n> was <n>, i'm <n>"
    >>> round(distinct_2(["a b c", "a b"]), 2)
    0.67

What these numbers do not say: whether a text is true or fits its dialogue.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

_WORD = re.compile(r"[\w'\u2019#$@.+-]*\w")
_VALUE = re.compile(r"\S*(?:\d|@|#\w|\w_\w)\S*?(?=[\s,;:!?)]|\.(?:\s|$)|$)")
_POLITE = re.compile(r"\b(?:please|pls|plz|thanks|thank you|thx|ty|appreciate|appreciated|kindly|cheers)\b", re.I)
_AS_AGENT = re.compile(
    r"\bhow (?:can|may) i (?:help|assist)\b|\bas an ai\b|\bthank you for (?:contacting|reaching out)\b|"
    r"\bi(?:'m| am) (?:an ai|a language model|your (?:virtual )?(?:assistant|agent))\b|"
    r"\bis there anything else i can (?:help|do|assist)\b|\bi(?:'d| would) be happy to (?:help|assist) you\b|"
    r"\b(?:let me|i'll|i will) (?:look that up|process (?:that|this|your)|check that) for you\b",
    re.I,
)
SHORT_TURN = 3
"""A turn of so many words or fewer is short."""


def words(text: str) -> list[str]:
    """Returns the words of a text, in lower case."""
    return [word.lower() for word in _WORD.findall(text)]


def masked(text: str, names: Iterable[str] = ()) -> str:
    """Returns a text in lower case with values (ids, e-mails, numbers) as `<n>` and the given names as `<x>`."""
    text = _VALUE.sub("<n>", text)
    low = text.lower()
    # A pattern of all names, of which there are thousands, would try each of them at every place of the text.
    found = tuple(name for name, lower in _lowered(tuple(names)) if lower in low)
    if found:
        text = _names(found).sub("<x>", text)
    return " ".join(text.lower().split())


@lru_cache(maxsize=4)
def _lowered(names: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    return tuple((name, name.lower()) for name in names)


@lru_cache(maxsize=256)
def _names(names: tuple[str, ...]) -> re.Pattern[str]:
    longest_first = sorted(set(names), key=len, reverse=True)
    return re.compile(r"\b(?:" + "|".join(re.escape(name) for name in longest_first) + r")s?\b", re.I)


def distinct_2(texts: Iterable[str]) -> float:
    """Returns the share of different pairs of neighbouring words among all such pairs."""
    pairs: Counter[tuple[str, str]] = Counter()
    for text in texts:
        found = words(text)
        pairs.update(pairwise(found))
    total = sum(pairs.values())
    return len(pairs) / total if total else 1.0


def polite(text: str) -> bool:
    """Whether a turn has a marker of politeness."""
    return _POLITE.search(text) is not None


def as_agent(text: str) -> bool:
    """Whether a user's turn has what only an agent says."""
    return _AS_AGENT.search(text) is not None


def short(text: str) -> bool:
    """Whether a turn has at most three words."""
    return len(text.split()) <= SHORT_TURN


@dataclass(frozen=True)
class Openings:
    """How varied the first user messages are, those of three words or fewer left out.

    Attributes:
        counted: Openings that count.
        distinct_share: Different masked openings among them.
        top_share: Share of the most frequent one.
        top: That one.
    """

    counted: int
    distinct_share: float
    top_share: float
    top: str


def openings(texts: Sequence[str], names: Iterable[str] = ()) -> Openings:
    """Measures first user messages; `names` (people, products) are masked like values."""
    names = tuple(names)
    seen = Counter(masked(text, names) for text in texts if not short(text))
    counted = sum(seen.values())
    if not counted:
        return Openings(0, 1.0, 0.0, "")
    top, times = seen.most_common(1)[0]
    return Openings(counted, len(seen) / counted, times / counted, top)


@dataclass(frozen=True)
class TextStatistics:
    """Numbers over many dialogues; shares are of user turns."""

    openings: Openings
    user_distinct_2: float
    agent_distinct_2: float
    short_share: float
    polite_share: float
    user_words: float
    agent_words: float


def text_statistics(
    dialogues: Iterable[tuple[Sequence[str], Sequence[str]]], names: Iterable[str] = ()
) -> TextStatistics:
    """Measures dialogues given as (user turns, agent turns).

    Args:
        dialogues: The texts; agent turns that only call tools are left out by the caller.
        names: People and products, masked in openings.
    """
    first: list[str] = []
    users: list[str] = []
    agents: list[str] = []
    for user_turns, agent_turns in dialogues:
        first.extend(user_turns[:1])
        users.extend(user_turns)
        agents.extend(agent_turns)
    return TextStatistics(
        openings=openings(first, names),
        user_distinct_2=distinct_2(users),
        agent_distinct_2=distinct_2(agents),
        short_share=_share(short(text) for text in users),
        polite_share=_share(polite(text) for text in users),
        user_words=_mean(users),
        agent_words=_mean(agents),
    )


def _share(flags: Iterable[bool]) -> float:
    found = list(flags)
    return sum(found) / len(found) if found else 0.0


def _mean(texts: Sequence[str]) -> float:
    return sum(len(text.split()) for text in texts) / len(texts) if texts else 0.0
