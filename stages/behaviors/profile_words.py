"""Profile words: how people mention who they are, and what such mentions say of them.

    mention("occupation", "nurse", 0)                            -> "I work as a nurse and just got home."
    read_back(["I work as a nurse and just got home. It's L3."]) -> {"occupation": {"nurse"}}

A sentence says one fact and nothing of any task. The way back is by the same sentences; other words are not understood,
so that a fact which is not read back was not said, or was said in words of somebody's own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from schemas.profile import FactName, Profile
from tool_specs.phrasing.english import a

SENTENCES: dict[FactName, tuple[str, ...]] = {
    "age": (
        "I'm {value}, so forgive me if I'm slow with these chats.",
        "at {value} I thought I'd have learnt to do this online.",
        "you'd think that with {value} years on my back I'd manage this myself.",
    ),
    "occupation": (
        "I work as {a_value} and just got home.",
        "I'm writing this in my break, I work as {a_value}.",
        "I work as {a_value}, so I only get to this in the evening.",
    ),
    "education": (
        "you'd think I could do this with my {value}.",
        "my {value} doesn't help me here, it seems.",
    ),
    "household": (
        "I've got {value} at home, so I may be slow to answer.",
        "with {value} at home I hardly get to anything.",
    ),
    "hobby": (
        "I'm really into {value}, so I'm hardly ever at a computer.",
        "between work and {value} I never got around to this.",
    ),
    "skill": (
        "I know about {value}, but this is beyond me.",
        "ask me anything about {value}, but not about websites.",
    ),
    "language": (
        "sorry if I sound odd, at home we speak {value}.",
        "at home we speak {value}, so bear with my English.",
    ),
    "dish": (
        "I have {value} on the stove, so I may be a moment.",
        "I'm cooking {value} while I write this.",
    ),
}


def mention(fact: FactName, value: str, variant: int) -> str:
    """Returns a sentence that says a fact."""
    sentences = SENTENCES[fact]
    return sentences[variant % len(sentences)].format(value=value, a_value=a(value))


@lru_cache(maxsize=1)
def _patterns() -> tuple[tuple[FactName, re.Pattern[str]], ...]:
    """Returns what finds each sentence: without regard to capitals, apostrophes and the mark at the end."""
    value = r"(?P<value>[^.!?,]+?)"
    found: list[tuple[FactName, re.Pattern[str]]] = []
    for fact, sentences in SENTENCES.items():
        for sentence in sentences:
            text = re.escape(sentence.rstrip(".")).replace("'", "'?")
            text = text.replace(r"\{value\}", value).replace(r"\{a_value\}", rf"(?:an? )?{value}")
            found.append((fact, re.compile(rf"\b{text}(?=[.!?]|\s*$)", re.IGNORECASE)))
    return tuple(found)


def read_back(texts: Iterable[str]) -> dict[FactName, set[str]]:
    """Returns the facts that are mentioned in a user's turns, with all values that are said for each."""
    found: dict[FactName, set[str]] = {}
    for text in texts:
        plain = text.replace("\u2019", "'")
        for fact, pattern in _patterns():
            for match in pattern.finditer(plain):
                found.setdefault(fact, set()).add(match["value"].lower())
    return found


def disagreements(profile: Profile, texts: Sequence[str]) -> list[str]:
    """Says in what the profile that is read back from a user's turns differs from the user's own."""
    facts = {fact: value.lower() for fact, value in profile.facts.items()}
    return [
        f"{fact} was told as {value!r}; the profile has {facts.get(fact, 'none')!r}"
        for fact, values in sorted(read_back(texts).items())
        for value in sorted(values)
        if facts.get(fact) != value
    ]


def about(profile: Profile) -> str:
    """Returns what a language model is told of whom it plays."""
    told = "; ".join(f"{fact.replace('_', ' ')}: {value}" for fact, value in profile.facts.items())
    traits = ", ".join(f"{level} {trait}" for trait, level in profile.big_five.items() if level != "middle")
    manners = "now and then a please or thank you" if profile.style.polite else "no please, no thank you"
    return (
        f"{told}. {f'You have {traits}. ' if traits else ''}You write with {manners}. You may mention one or two of "
        "these facts in passing. They have nothing to do with your goal and change nothing about it."
    )
