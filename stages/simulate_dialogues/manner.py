"""Manner: how one user types, whatever it says: register, politeness, capitals, errors of typing.

No phrase of a table is used twice in a dialogue as long as there are others.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from schemas.base import Json, rng_of
from schemas.behavior import Scenario
from schemas.dialogue import Act
from stages.behaviors.misspellings import COMMON, has_misspelling, misspelled
from stages.behaviors.space import playbooks_of
from stages.simulate_dialogues import wording_user as tables
from stages.text_statistics import polite
from tool_specs.dice import Dice
from tool_specs.phrasing.english import clean, sentence
from tool_specs.phrasing.frames import casual
from tool_specs.remember import remembered

_POLITE_USERS = 0.6
_MARKED = 0.55
"""How often a polite user takes a phrase with a marker of politeness, if there is one."""
_PLEASE = 0.55
"""How often a polite user adds "please" to an answer or a request."""
_LONGEST = 6
"""Letters in which a word that hangs stands with the one before it."""
_HANGING = re.compile(r"\b(?:is|are|was|with|for|on|in|to|from|has|and|of)$", re.IGNORECASE)
_WORD = re.compile(r"[a-z]+")
_ADDRESS = re.compile(r"[@_]|\w\d")
_STARTS = re.compile(r"(?<=[.!?] )[a-z](?!\S*[@_\d])")
_STATES = re.compile(
    r"(?:(?:sure|of course|okay|ok|my bad|sorry)[,.] )*"
    r"(?:i'm\b|i(?: am|'ve| have| don't| no longer| ordered| forgot| can't)\b|its?(?:'s| is| isn't| was)\b|this is\b|"
    r"because\b|just because\b|my (?:\S+ ){1,3}(?:is|was)\b|the (?:\S+ ){1,4}(?:is|was)\b|the thing to\b|"
    r"what i (?:\S+ ){1,4}is\b)",
    re.IGNORECASE,
)
"""Openings of statements."""
_PLEASED = re.compile(r"\b(?:great|perfect|sounds good|happy|saved|exactly what)\b", re.IGNORECASE)
_LONG = 90
"""A "please" after a longer text would stand too far from what it is about."""


class Manner:
    """One user's way of writing."""

    def __init__(self, scenario: Scenario) -> None:
        """Draws a manner from the scenario's register and traits."""
        playbooks = playbooks_of(scenario.behavior)
        self.register = playbooks[scenario.behavior.register].rule
        self.dice = Dice("words", scenario.id)
        self.rng = rng_of("grammar", scenario.id)
        self.style = _style_of(scenario)
        self.polite = self.style.chance(_POLITE_USERS) and self.register != "terse"
        self.casual = self.register == "terse" or self.style.chance(0.5)
        if scenario.behavior.profile:
            style, terse = scenario.behavior.profile.style, self.register == "terse"
            self.polite, self.casual = style.polite and not terse, style.casual or terse
        self.bare_marks = self.casual and self.style.chance(0.6)
        self.typos = any(playbook.rule == "typos" for playbook in playbooks.values())
        self._typed_wrong = False
        self._used: set[str] = set()

    def pick(self, table: tables.Variants | Mapping[str, tables.Variants], after: str = "") -> str:
        """Returns a phrase in this user's register that has not been used yet, if there is one.

        Args:
            table: what there is to say.
            after: what the message has said before; two remarks in one message do not open with the same word, nor are
                both of them polite or pleased.
        """
        options, marked, plain = _variants(table, self.register)
        fitting = (marked if self.dice.chance(_MARKED) else options) if self.polite else plain
        if after:
            fitting = tuple(text for text in plain if not _goes_ill(after, text)) or fitting
        text = self.dice.pick([text for text in fitting if text not in self._used] or fitting)
        self._used.add(text)
        return text

    def compose(self, parts: Sequence[str], acts: Sequence[Act]) -> str:
        """Returns the message as this user types it."""
        text = joined(parts)
        kinds = {act.kind for act in acts}
        if self.polite and "inform" in kinds and "correct" not in kinds and self.dice.chance(_PLEASE):
            text = _please(text)
        if self.casual:
            text = casual(text, self.rng)
            if self.register == "terse":
                text = text.replace("'", "") if self.dice.chance(0.3) and "@" not in text else text
        else:
            text = _STARTS.sub(lambda letter: letter[0].upper(), _capital(sentence(text), text))
        if self.bare_marks and text.endswith("."):
            text = text[:-1]
        if text[-1:].isalpha() and _HANGING.search(text[-_LONGEST:]):
            text += "."  # without its mark it would read as broken off
        return text

    def mistyped(self, text: str, acts: Sequence[Act]) -> str:
        """Returns the message with a word or two mistyped; not every time, but once in any case."""
        if self._typed_wrong and not self.dice.chance(0.4):
            return text
        typed = misspelled(
            text,
            self.dice.pick,
            limit=self.dice.between(1, 2),
            protected=_value_words([act.value for act in acts if act.kind in ("inform", "misname")]),
            choose=self.dice.shuffled,
        )
        self._typed_wrong = self._typed_wrong or has_misspelling(typed)
        return typed


def _style_of(scenario: Scenario) -> Dice:
    """Returns the dice that decide what stays the same about how somebody types, in all tasks of a session."""
    first = next((episode.behavior for episode in scenario.before if episode.behavior is not None), None)
    return Dice("style", (first or scenario.behavior).id)


def joined(parts: Sequence[str]) -> str:
    """Joins parts into one text: a part that ends in a comma goes on, any other ends."""
    text = ""
    for part in parts:
        if not text:
            text = part
        elif text[-1] in ",:":
            text = f"{text} {continued(part)}"
        else:
            text = f"{text if text[-1] in '.?!' else text + '.'} {_capital(part[:1].upper() + part[1:], part)}"
    return clean(text)


def _goes_ill(after: str, text: str) -> bool:
    """Whether a text does not stand well behind another one of the same message."""
    return _opening(text) == _opening(after) or _PLEASED.search(text) is not None


def _opening(text: str) -> str:
    return text.partition(" ")[0].strip(",.!?:").lower()


def _please(text: str) -> str:
    """Adds a marker of politeness to a short request or answer that has none; one does not beg for facts to be so."""
    if _marked(text) or len(text) > _LONG or _STATES.match(text) or any(mark in text for mark in ("@", ":", ";", ". ")):
        return text
    body, mark = (text[:-1], text[-1]) if text[-1:] in (".", "?") else (text, "")
    return f"{body}, please{mark}"


@remembered(1)
def _variants(
    table: tables.Variants | Mapping[str, tables.Variants], register: str
) -> tuple[tables.Variants, tables.Variants, tables.Variants]:
    """Returns a table's phrases for a register: all, those with a marker of politeness, those without one."""
    if isinstance(table, Mapping):
        options = table.get(register, ()) if register != "neutral" else ()
        options = (*options, *(table["plain"] if not options or register == "chatty" else ()))
    else:
        options = table
    marked = tuple(text for text in options if _marked(text))
    return options, marked or options, tuple(text for text in options if not _marked(text)) or options


@lru_cache(maxsize=256)
def _marked(text: str) -> bool:
    return polite(text)


def _capital(large: str, text: str) -> str:
    """Returns the text with a large first letter, unless it begins with an e-mail address or an id."""
    return text[:1] + large[1:] if _ADDRESS.search(text.partition(" ")[0]) else large


def continued(part: str) -> str:
    """Returns a sentence as it goes on after a comma: small, unless a name or "I" begins it."""
    word, _, rest = part.partition(" ")
    name_follows = rest[:1].isupper() and rest.partition(" ")[0] not in ("I", "I'm", "I'd", "I've", "A")
    if word in ("I", "A") or word.startswith("I'") or name_follows or word[1:] != word[1:].lower():
        return part
    return part[:1].lower() + part[1:]


def _value_words(value: Json) -> frozenset[str]:
    """Returns the words that stand in values, which must not be mistyped."""
    found: set[str] = set()
    stack: list[Json] = [value]
    while stack:
        top = stack.pop()
        if isinstance(top, str):
            found.update(word for word in _WORD.findall(top.lower()) if word in COMMON)
        elif isinstance(top, dict):
            stack.extend(top.values())
        elif isinstance(top, list):
            stack.extend(top)
    return frozenset(found)
