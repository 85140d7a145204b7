"""User words: how one user puts things, from the grammar of requests and from tables for everything around them.

What is meant comes from the caller; how it is typed, from `manner.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import msgspec

from schemas.base import Json
from schemas.behavior import Scenario
from schemas.task import Knowledge, Request
from stages.simulate_dialogues import wording_temper as moods
from stages.simulate_dialogues import wording_user as tables
from stages.simulate_dialogues.manner import Manner, joined
from stages.simulate_dialogues.pointing import named
from tool_specs.dice import Dice
from tool_specs.domain import Domain
from tool_specs.phrasing import user as grammar
from tool_specs.phrasing.english import number, number_of
from tool_specs.phrasing.frames import want

_MOST_EXCLUDED = 2
ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth")
_DRAWS = 6
"""How often a clause is drawn anew that has just been said."""


class UserWords(Manner):
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
        super().__init__(scenario)
        self.has_account = bool(domain.identity_tools)
        self.lexicon = domain.lexicon
        self.facts = facts
        self._pointing = named(scenario, domain.lexicon)
        said = scenario.said_before
        self._asked = bool(said) and said[-1].content.rstrip().endswith("?")

    def greeting(self) -> str:
        """Returns a greeting, or nothing."""
        share = {"terse": 0.25, "neutral": 0.6, "chatty": 0.85}[self.register]
        return _ended(self.pick(tables.GREETING), self.dice) if self.dice.chance(share) else ""

    def some_matter(self) -> str:
        """Says that there is something, and not what."""
        tail = "" if self.register == "terse" else self.dice.pick(tables.MATTER_TAIL)
        text = self.pick(tables.SOME_MATTER)
        while not self.has_account and "account" in text:
            text = self.pick(tables.SOME_MATTER)
        tail = tail if self.has_account or "account" not in tail else ""
        if tail and "," not in text and " so " not in text and not text.endswith("?"):
            text = f"{text}, {tail}"
        return text if text.endswith("?") else text + "."

    def yes(self, after: str = "") -> str:
        """Says yes to listed details, in a message that begins with `after`."""
        return self.pick(tables.YES, after)

    def thats_it(self) -> str:
        """Says that the right thing was found."""
        return self.pick(tables.THATS_IT)

    def not_yet(self) -> str:
        """Does not say yes yet."""
        return self.pick(tables.NOT_YET)

    def declines(self) -> str:
        """Does not go through with what is listed, for good."""
        return self.pick(tables.DECLINED)

    def leaves(self) -> str:
        """Leaves in the middle of a request."""
        return self.pick(tables.LEAVING)

    def hurry(self, after: str = "") -> str:
        """Is in a hurry and asks for nothing: from the beginning, or in a message that begins with `after`."""
        return self.pick(tables.HURRY, after)

    def complaint(self, after: str = "") -> str:
        """Is impatient, in a message that begins with `after`."""
        return self.pick(tables.COMPLAINT, after)

    def off_topic(self) -> str:
        """Talks about something else."""
        return self.pick(tables.OFF_TOPIC)

    def options_wanted(self) -> str:
        """Asks what there is to choose from."""
        return self.pick(tables.OPTIONS_WANTED)

    def picks(self, labels: Sequence[str], at: int) -> str:
        """Picks one of a list, by its number or its name."""
        text = self.pick(tables.PICK if len(labels) > 1 else tables.PICK_ONLY)
        last = at == len(labels) - 1 and at > 1
        place = "last" if last else ORDINALS[at]
        return text.replace("{n}", str(at + 1)).replace("{nth}", place).replace("{label}", labels[at])

    def excludes(self, labels: Sequence[str], at: int) -> str:
        """Picks one of a list by what it is not; "" where there is nothing else."""
        others = [label for number, label in enumerate(labels) if number != at]
        if len(others) > _MOST_EXCLUDED:
            text = self.pick(tables.NOT_BUT).replace("{other}", self.dice.pick(others))
            return text.replace("{label}", labels[at])
        return self.pick(tables.EXCLUDE).replace("{others}", " or the ".join(others)) if others else ""

    def feedback(self, *, answered: bool) -> str:
        """Says what the user thinks of an answer, or of what was done."""
        return self.pick(tables.FEEDBACK_ANSWER if answered else tables.FEEDBACK)

    def doubt(self) -> str:
        """Wants to know how the agent knows."""
        return self.pick(moods.DOUBT)

    def vent(self, when: Literal["first", "now", "again", "last"]) -> str:
        """Is frustrated: from the beginning, now, again, or at the end."""
        return self.pick(_VENTS[when])

    def misnamed(self, word: str) -> tuple[str, str]:
        """Returns a makeshift name for something, in words and alone: "that lamp thing", "lamp thing"."""
        begun = word.endswith("-")
        thing = f"{word}something" if begun else f"{word} {self.dice.pick(moods.THING)}"
        return self.pick(moods.BEGUN if begun else moods.MISNAMED).replace("{thing}", thing), thing

    def protest(self) -> str:
        """Objects to a refusal."""
        return self.pick(tables.PROTEST)

    def accept(self) -> str:
        """Takes a refusal."""
        return self.pick(tables.ACCEPT)

    def never_mind(self) -> str:
        """Drops a request."""
        return self.pick(tables.NEVER_MIND)

    def waits(self) -> str:
        """Lets the agent take its time."""
        return self.pick(tables.WAITING)

    def puzzled(self) -> str:
        """Does not follow."""
        return self.pick(tables.PUZZLED)

    def next_one(self) -> str:
        """Leads over to the next request."""
        return self.pick(tables.NEXT_ONE) if self.dice.chance(0.6) else ""

    def goes_on(self) -> str:
        """Leads over to something else, in answer to "anything else?" or without having been asked."""
        return self.pick(tables.NEXT_ONE if self._asked else tables.FURTHER) if self.dice.chance(0.8) else ""

    def also(self) -> str:
        """Joins a request to another."""
        return self.pick(tables.ALSO) + ","

    def bye(self, after: str = "") -> str:
        """Says good-bye, in a message that begins with `after`."""
        if self.typos and not self._typed_wrong:
            return self.dice.pick(tables.DONE_MISTYPED)  # the last occasion to mistype something
        return self.pick(tables.DONE, after)

    # Requests

    def _said(self, text: str) -> str:
        """Returns a text in which what was just done is pointed at instead of being named."""
        if self._pointing is None:
            return text
        return self._pointing.sub(lambda found: self.dice.pick(tables.SAME).format(noun=found.group(1)), text)

    def topic(self, request: Request) -> str:
        """Returns a sentence that hints at a request's matter."""
        return want(grammar.ask(self.lexicon, request, self.facts, (), self.rng), self.rng)

    def ask(self, request: Request, roles: Sequence[str]) -> str:
        """Raises a request with these details."""
        text = self._said(grammar.raise_request(self.lexicon, request, self.facts, roles, self.rng))
        if self.register == "chatty" and request.kind not in ("answer", "refuse") and self.dice.chance(0.7):
            text = f"{text} {grammar.flavour(self.lexicon, request, self.facts, self.rng)}".strip()
        return text

    def budget(self, request: Request) -> str:
        """Tells the budget that a request is under, if it is under one."""
        return grammar.budget(self.lexicon, request, self.facts, self.rng)

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
        told = grammar.tell(self.lexicon, request, self.facts, (role,), self.rng, answering=asked)
        return self._said(" ".join(told))

    def again(self, request: Request, role: str) -> str:
        """Tells a detail that was told before."""
        return joined([self.pick(tables.AGAIN), self.tell(request, role, asked=True)])

    def other_wish(self, request: Request, role: str) -> str:
        """Tells a detail in place of what was wanted first."""
        return joined([self.pick(tables.CHANGED), self.tell(request, role, asked=False)])

    def revised(self, request: Request, role: str, after: str = "") -> str:
        """Tells a detail in place of one whose result is known now; `after` is what the message has said before."""
        return joined([self.pick(tables.REVISED, after), self.tell(request, role, asked=False)])

    def amends(self, request: Request, role: str) -> str:
        """Puts a request right that is not being talked of."""
        own = self.lexicon.writes.get(request.tool or "")
        noun = own.noun if own is not None else "other one"  # as an agent says it
        lead = self.pick(tables.AMENDS).replace("{noun}", noun.replace("your ", "my "))
        return joined([lead, self.tell(request, role, asked=False)])

    def not_that(self, request: Request, role: str) -> str:
        """Objects to listed details, and tells the right one."""
        return joined([self.pick(tables.WRONG), self.tell(request, role, asked=False)])

    def mended(self, request: Request, role: str) -> str:
        """Admits a mistake, and tells what was meant."""
        return joined([self.pick(tables.MISTAKEN), self.tell(request, role, asked=True)])

    def identity(self, entries: Sequence[Knowledge], *, again: bool, asked: bool, after: str = "") -> str:
        """Says who the user is, in a message that begins with `after`."""
        told = [msgspec.structs.replace(entry, value=self.facts[entry.name]) for entry in entries]
        bare = asked and self.dice.chance({"terse": 0.8, "neutral": 0.3, "chatty": 0.1}[self.register])
        if bare:
            text = _bare([str(entry.value) for entry in told], self.dice)
        else:
            text = grammar.identity(self.lexicon, told, self.rng)
        if again:
            return joined([self.pick(tables.HERE_AGAIN), text])
        lead = self.dice.pick(tables.IDENTITY_LEAD) if asked and not bare and not after else ""
        return joined([lead, text]) if lead else text

    def forgot(self) -> str:
        """Says that the user does not know any more what it is found by first."""
        return self.pick(tables.FORGOTTEN)

    def lacks(self, slot: str) -> str:
        """Says that the user does not have a number that is asked for."""
        return self.pick(tables.LACKS).replace("{slot}", number_of(slot))

    def found_otherwise(self, entries: Sequence[Knowledge]) -> str:
        """Says who the user is by other facts than those that led nowhere."""
        return joined([self.pick(tables.OTHERWISE), grammar.identity(self.lexicon, list(entries), self.rng)])

    def correction(self, entry: Knowledge, wrong: str, true: Json, *, outdated: bool = False) -> str:
        """Puts a slip right, or what was right once."""
        if outdated:
            return self.pick(tables.OUTDATED).replace("{true}", str(true))
        right, host = str(true), str(true).rpartition("@")[2]
        if "@" in right and self.register != "terse" and self.dice.chance(0.4):
            text = self.pick(tables.SLIPPED_HOST)
        else:
            text = self.pick(tables.SLIPPED)
        wrong_host = wrong.rpartition("@")[2]
        return text.replace("{true}", right).replace("{host}", host).replace("{wrong}", wrong_host)


_VENTS = {"first": moods.VENT_FIRST, "now": moods.VENT, "again": moods.VENT_AGAIN, "last": moods.VENT_LAST}


def _ended(greeting: str, dice: Dice) -> str:
    return greeting + dice.pick((",", ",", ".", "!"))


def _bare(values: Sequence[str], dice: Dice) -> str:
    if len(values) > 2:
        return f"{' '.join(values[:-1])}{dice.pick((', ', ' '))}{values[-1]}"
    return " ".join(values)
