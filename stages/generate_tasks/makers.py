"""Maker: what every way of making a task needs: one ground, one split, people, plans, questions, burdens.

Functions beside it (`decisions`, `asking`, `refusals`) make the requests of one kind of task with it.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import TypeVar

from schemas.base import Json
from schemas.task import Strength, TaskSpec
from stages.generate_tasks.claims import NotProven
from stages.generate_tasks.compose import Composer
from stages.generate_tasks.drafts import NoSuchRequest
from stages.generate_tasks.ground import Ground, split_of
from stages.generate_tasks.plans import Plan, plans_of
from stages.generate_tasks.questions import Question, differences_of, questions_of
from stages.generate_tasks.requests import Made

T = TypeVar("T")


class Maker:
    """Makes parts of tasks on one ground."""

    def __init__(self, ground: Ground, validation: float, witnesses: Strength = "logical") -> None:
        self.ground = ground
        self.validation = validation
        self.witnesses = witnesses

    @property
    def origin(self) -> Maker:
        """The maker on the world itself: what can be asked for is found out there once, whatever was done since."""
        earlier = self.ground.earlier
        return self if earlier is None else Maker(earlier, self.validation, self.witnesses)

    def check_split(self, spec: TaskSpec, key: str) -> None:
        """Where users are nobody in the world, the row that a request is about decides on the split."""
        if self.ground.strangers.tools and split_of(key, self.validation) != spec.split:
            raise NotProven("what it is about belongs to the other split")

    def composer(self, rng: random.Random, identity: tuple[str, ...], person: str, spec: TaskSpec) -> Composer:
        """Returns a composer of one person's requests."""
        return Composer(self.ground, rng, person, identity, self.ground.neighbours(spec.split, self.validation))

    def person_with(self, spec: TaskSpec, rng: random.Random, plan: Plan, reads: range) -> str:
        """Returns a random person for whom a plan's object takes so many reads."""
        people = self.ground.by_reads(plan.object.chain, spec.split, self.validation)
        sizes = [size for size in sorted(people) if size in reads]
        if not sizes and people and self.ground.strangers.tools:
            # Filters before a join leave fewer reads than a whole list takes.
            sizes = [size for size in people if size >= reads.start]
        if not sizes:
            raise NoSuchRequest(f"nobody has rows for {reads.start} to {reads.stop - 1} reads")
        size = rng.choice(sizes)
        return rng.choice(people[size])

    def burden(self, made: Made) -> int:
        """Returns a request's burden, by the witnesses that the recipe's grid means."""
        proof = made.request.proof
        return proof.lower if self.witnesses == "logical" else proof.plausible

    def may_fit(self, reads: int, burden: int) -> bool:
        """Whether a trial may give this burden: fewer reads count where only plausible witnesses do."""
        return reads == burden if self.witnesses == "logical" else burden <= reads <= burden + 2

    def plans(self, identity: tuple[str, ...]) -> list[Plan]:
        """Returns the plans of all writes."""
        origin = self.origin
        plans = origin.memo(f"plans:{identity}", lambda: plans_of(origin.ground, identity))
        if not plans:
            raise NotProven("no write can be filled with values that reads give; see `writ check`")
        return plans

    def questions(self, identity: tuple[str, ...]) -> list[Question]:
        """Returns what can be asked."""
        origin = self.origin
        questions = origin.memo(f"questions:{identity}", lambda: questions_of(origin.ground, identity))
        if not questions:
            raise NotProven("nothing can be asked about what reads give; see `writ check`")
        return questions

    def asked_by(self, spec: TaskSpec) -> Callable[[tuple[str, ...]], list[Question]]:
        """Returns what gives the questions of a kind of task."""
        return self.differences if spec.kind == "difference" else self.questions

    def differences(self, identity: tuple[str, ...]) -> list[Question]:
        """Returns the differences that can be asked for."""
        origin = self.origin
        found = origin.memo(f"differences:{identity}", lambda: differences_of(origin.ground, identity))
        if not found:
            raise NotProven("no numbers that words compare stand in rows of a user's; see `writ check`")
        return found

    def memo(self, key: str, build: Callable[[], T]) -> T:
        """Returns what is made once per ground."""
        if key not in self.ground.pools:
            self.ground.pools[key] = build()
        found: T = self.ground.pools[key]
        return found


def fresh(made: Made, used: set[tuple[str, str]]) -> Made:
    """Returns what was made, if no earlier decision is about the same row."""
    if object_of(made) in used:
        raise NotProven("an earlier decision is about the same row")
    return made


def object_of(made: Made) -> tuple[str, str]:
    """The row that a decision is about: two decisions about one row could undo one another."""
    return key_of(made.request.arguments)


def key_of(arguments: dict[str, Json]) -> tuple[str, str]:
    """Returns the parameter that says what a write is about, and its value."""
    name = min(arguments, key=lambda name: (not name.endswith("_id"), list(arguments).index(name)))
    return name, str(arguments[name])
