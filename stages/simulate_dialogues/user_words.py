"""User words: how one user puts things, from the grammar of requests and from tables for everything around them.

What is meant comes from the caller; here is only manner: greeting or not, capitals or not, polite or not, errors of
typing. No phrase of a table is used twice in a dialogue as long as there are others.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

import msgspec

from schemas.base import Json, rng_of
from schemas.behavior import Scenario
from schemas.dialogue import Act
from schemas.task import Knowledge, Request
from stages.behaviors.misspellings import COMMON, has_misspelling, misspelled
from stages.simulate_dialogues import wording_user as tables
from stages.text_statistics import polite
from tool_specs.dice import Dice
from tool_specs.domain import Domain
from tool_specs.phrasing import user as grammar
from tool_specs.phrasing.english import clean, number, sentence
from tool_specs.phrasing.frames import casual, want
from tool_specs.remember import remembered

_POLITE_USERS = 0.55
_DRAWS = 6
"""How often a clause is drawn anew that has just been said."""
_MARKED = 0.55
"""How often a polite user takes a phrase with a marker of politeness, if there is one."""
_PLEASE = 0.32
"""How often a polite user adds "please" to an answer or a request."""
_HANGING = re.compile(r"\b(?:is|are|was|with|for|on|in|to|from|has|and|of)$", re.IGNORECASE)
_WORD = re.compile(r"[a-z]+")
_LONG = 90
"""A "please" after a longer text would stand too far from what it is about."""


class UserWords:
    """One user's way of putting things.

    Attributes:
        facts: What the user states now, by name; a slip stands here until it is put right.
    """

    def __init__(self, domain: Domain, scenario: Scenario, facts: dict[str, Json]) -> None:
        """Draws a manner from the scenario.

        Args:
            domain: Whose lexicon is spoken.
            scenario: Register and traits.
            facts: What the user states.
        """
        self.lexicon = domain.lexicon
        self.register = scenario.behavior.register
        self.dice = Dice("words", scenario.id)
        self.rng = rng_of("grammar", scenario.id)
        self.facts = facts
        self.polite = self.dice.chance(_POLITE_USERS) and self.register != "terse"
        self.casual = self.register == "terse" or self.dice.chance(0.5)
        self.bare_marks = self.casual and self.dice.chance(0.6)
        self.typos = "typos" in scenario.behavior.traits
        self._typed_wrong = False
        self._used: set[str] = set()

    # Tables

    def pick(self, table: tables.Variants | Mapping[str, tables.Variants]) -> str:
        """Returns a phrase in this user's register that has not been used yet, if there is one."""
        options, marked, plain = _variants(table, self.register)
        fitting = (marked if self.dice.chance(_MARKED) else options) if self.polite else plain
        fresh = [text for text in fitting if text not in self._used] or fitting
        text = self.dice.pick(fresh)
        self._used.add(text)
        return text

    def greeting(self) -> str:
        """Returns a greeting, or nothing."""
        share = {"terse": 0.25, "neutral": 0.6, "chatty": 0.85}[self.register]
        return _ended(self.pick(tables.GREETING), self.dice) if self.dice.chance(share) else ""

    def some_matter(self) -> str:
        """Says that there is something, and not what."""
        tail = "" if self.register == "terse" else self.dice.pick(tables.MATTER_TAIL)
        text = self.pick(tables.SOME_MATTER)
        if tail and not text.endswith("?"):
            text = f"{text}, {tail}"
        return text if text.endswith("?") else text + "."

    def yes(self) -> str:
        """Says yes to listed details."""
        return self.pick(tables.YES)

    def thats_it(self) -> str:
        """Says that the right thing was found."""
        return self.pick(tables.THATS_IT)

    def not_yet(self) -> str:
        """Does not say yes yet."""
        return self.pick(tables.NOT_YET)

    def complaint(self) -> str:
        """Is impatient."""
        return self.pick(tables.COMPLAINT)

    def off_topic(self) -> str:
        """Talks about something else."""
        return self.pick(tables.OFF_TOPIC)

    def protest(self) -> str:
        """Objects to a refusal."""
        return self.pick(tables.PROTEST)

    def accept(self) -> str:
        """Takes a refusal."""
        return self.pick(tables.ACCEPT)

    def never_mind(self) -> str:
        """Drops a request."""
        return self.pick(tables.NEVER_MIND)

    def next_one(self) -> str:
        """Leads over to the next request."""
        return self.pick(tables.NEXT_ONE) if self.dice.chance(0.6) else ""

    def also(self) -> str:
        """Joins a request to another."""
        return self.pick(tables.ALSO) + ","

    def bye(self) -> str:
        """Says good-bye."""
        if self.typos and not self._typed_wrong:
            return self.dice.pick(tables.DONE_MISTYPED)  # the last occasion to mistype something
        return self.pick(tables.DONE)

    # Requests

    def topic(self, request: Request) -> str:
        """Returns a sentence that hints at a request's matter."""
        return want(grammar.ask(self.lexicon, request, self.facts, (), self.rng), self.rng)

    def ask(self, request: Request, roles: Sequence[str]) -> str:
        """Raises a request with these details."""
        text = grammar.raise_request(self.lexicon, request, self.facts, roles, self.rng)
        if self.register == "chatty" and request.kind == "write" and self.dice.chance(0.7):
            text = f"{text} {grammar.flavour(self.lexicon, request, self.facts, self.rng)}".strip()
        return text

    def announce(self, requests: Sequence[Request]) -> str:
        """Announces several requests without details."""
        ordered = sorted(requests, key=lambda request: request.kind == "answer")  # a question ends a list best
        clauses: list[str] = []
        for request in ordered:
            for _ in range(_DRAWS):
                clause = grammar.ask(self.lexicon, request, self.facts, (), self.rng)
                if clause not in clauses:
                    break
            clauses.append(clause)
        listing = f"{', '.join(clauses[:-1])} and {clauses[-1]}"
        return self.pick(tables.ANNOUNCE).replace("{count}", number(len(clauses))).replace("{list}", listing)

    def tell(self, request: Request, role: str, *, asked: bool) -> str:
        """Tells one detail."""
        return " ".join(grammar.tell(self.lexicon, request, self.facts, (role,), self.rng, answering=asked))

    def again(self, request: Request, role: str) -> str:
        """Tells a detail that was told before."""
        return _joined([self.pick(tables.AGAIN), self.tell(request, role, asked=True)])

    def other_wish(self, request: Request, role: str) -> str:
        """Tells a detail in place of what was wanted first."""
        return _joined([self.pick(tables.CHANGED), self.tell(request, role, asked=False)])

    def not_that(self, request: Request, role: str) -> str:
        """Objects to listed details, and tells the right one."""
        return _joined([self.pick(tables.WRONG), self.tell(request, role, asked=False)])

    def identity(self, entries: Sequence[Knowledge], *, again: bool, asked: bool) -> str:
        """Says who the user is."""
        told = [msgspec.structs.replace(entry, value=self.facts[entry.name]) for entry in entries]
        bare = asked and self.dice.chance({"terse": 0.8, "neutral": 0.3, "chatty": 0.1}[self.register])
        if bare:
            text = _bare([str(entry.value) for entry in told], self.dice)
        else:
            text = grammar.identity(self.lexicon, told, self.rng)
        if again:
            return _joined([self.pick(tables.HERE_AGAIN), text])
        lead = self.dice.pick(tables.IDENTITY_LEAD) if asked and not bare else ""
        return _joined([lead, text]) if lead else text

    def correction(self, entry: Knowledge, wrong: str, true: Json) -> str:
        """Puts a slip right."""
        right, host = str(true), str(true).rpartition("@")[2]
        if "@" in right and self.register != "terse" and self.dice.chance(0.4):
            text = self.pick(tables.SLIPPED_HOST)
        else:
            text = self.pick(tables.SLIPPED)
        wrong_host = wrong.rpartition("@")[2]
        return text.replace("{true}", right).replace("{host}", host).replace("{wrong}", wrong_host)

    # Manner

    def compose(self, parts: Sequence[str], acts: Sequence[Act], *, first: bool) -> str:
        """Returns the message as this user types it."""
        text = _joined(parts)
        if self.polite and any(act.kind == "inform" for act in acts) and self.dice.chance(_PLEASE):
            text = _please(text)
        if self.casual:
            text = casual(text, self.rng)
            if self.register == "terse":
                text = text.replace("'", "") if self.dice.chance(0.3) and "@" not in text else text
        else:
            text = _capital(sentence(text), text)
        if self.bare_marks and text.endswith("."):
            text = text[:-1]
        if _HANGING.search(text):
            text += "."  # without its mark it would read as broken off
        return self._mistyped(text, acts) if self.typos else text

    def _mistyped(self, text: str, acts: Sequence[Act]) -> str:
        if self._typed_wrong and not self.dice.chance(0.4):
            return text
        typed = misspelled(
            text,
            self.dice.pick,
            limit=self.dice.between(1, 2),
            protected=_value_words([act.value for act in acts if act.kind == "inform"]),
            choose=self.dice.shuffled,
        )
        self._typed_wrong = self._typed_wrong or has_misspelling(typed)
        return typed


def _joined(parts: Sequence[str]) -> str:
    """Joins parts into one text: a part that ends in a comma goes on, any other ends."""
    text = ""
    for part in parts:
        if not text:
            text = part
        elif text[-1] in ",:":
            text = f"{text} {_continued(part)}"
        else:
            text = f"{text if text[-1] in '.?!' else text + '.'} {_capital(part[:1].upper() + part[1:], part)}"
    return clean(text)


def _please(text: str) -> str:
    """Adds a marker of politeness to a short request or answer that has none."""
    if _marked(text) or len(text) > _LONG or any(mark in text for mark in "@:;"):
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


@lru_cache(maxsize=4096)
def _marked(text: str) -> bool:
    return polite(text)


def _capital(large: str, text: str) -> str:
    """Returns the text with a large first letter, unless it begins with an e-mail address."""
    return text[:1] + large[1:] if "@" in text.partition(" ")[0] else large


def _continued(part: str) -> str:
    """Returns a sentence as it goes on after a comma: small, unless a name or "I" begins it."""
    word, _, rest = part.partition(" ")
    name_follows = rest[:1].isupper() and rest.partition(" ")[0] not in ("I", "I'm", "I'd", "I've", "A")
    if word in ("I", "A") or word.startswith("I'") or name_follows or word[1:] != word[1:].lower():
        return part
    return part[:1].lower() + part[1:]


def _ended(greeting: str, dice: Dice) -> str:
    return greeting + dice.pick((",", ",", ".", "!"))


def _bare(values: Sequence[str], dice: Dice) -> str:
    if len(values) > 2:
        return f"{' '.join(values[:-1])}{dice.pick((', ', ' '))}{values[-1]}"
    return " ".join(values)


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
