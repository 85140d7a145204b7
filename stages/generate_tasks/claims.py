"""Claim: what a proof is to show, and what it means to run it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from schemas.base import Json
from schemas.program import Bind, Condition, Program
from schemas.task import Source
from tool_specs.domain import Follow
from tool_specs.following import follow
from tool_specs.programs import MISSING, ReadAsk, Selection, bound, meets, run
from tool_specs.sandbox import Sandbox

NOTHING_FOLLOWS: Mapping[str, Follow] = {}
ReadFunction = Callable[[ReadAsk], Any]


class NotProven(Exception):
    """The request has no proof; the text says why (it becomes a drop's detail)."""


@dataclass(frozen=True)
class Claim:
    """What is to be proven: these programs and facts give these arguments.

    Attributes:
        base: what the programs gave on the initial world.
        feasible: for a request that must be refused, whether the write could be done on a given state: part of the
            answer, because the reads must show it.
        follows: how arguments follow from the others.
        condition: what a write depends on; where it does not hold, the answer is the number that it is on.
    """

    programs: tuple[Program, ...]
    sources: Mapping[str, Source]
    facts: Mapping[str, Json]
    person: str
    gold: dict[str, Json]
    base: Selection
    feasible: Callable[[Sandbox, dict[str, Json]], bool] | None = None
    follows: Mapping[str, Follow] = field(default_factory=dict)
    condition: Condition | None = None

    def answer(self, read: ReadFunction, state: Sandbox) -> dict[str, Json] | None:
        """Returns the answer as reads are answered, or None where it is not determined."""
        return self.answer_of(run(self.programs, self.facts, read), state)

    def answer_of(self, selection: Selection, state: Sandbox) -> dict[str, Json] | None:
        """Returns the answer that a selection gives, on this state of the world."""
        if self.condition is not None:
            number = bound(self.condition.bind, self.programs, selection)
            if number is MISSING or not meets(self.condition, number, self.facts):
                return None if number is MISSING else {"answer": number}
        values = arguments_from(self.sources, self.programs, self.facts, selection, self.follows)
        if values is not None and self.feasible is not None:
            values["#feasible"] = self.feasible(state, {k: v for k, v in values.items()})
        return values

    @property
    def binds(self) -> tuple[Bind, ...]:
        """The binds of the arguments, and those of the numbers that a condition or a budget is on."""
        found = [source.bind for source in self.sources.values() if source.bind is not None]
        return (*found, *self.weighed)

    @property
    def weighed(self) -> tuple[Bind, ...]:
        """Where the numbers stand that a condition or a budget is on."""
        found = [self.condition.bind] if self.condition is not None else []
        for program in self.programs:
            for term in program.within.terms if program.within else ():
                paths = [path for path in (term.column, term.less) if path is not None]
                found += [Bind(program=term.program, column=path) for path in paths]
        return tuple(found)


def arguments_from(
    sources: Mapping[str, Source],
    programs: Sequence[Program],
    facts: Mapping[str, Json],
    selection: Selection,
    follows: Mapping[str, Follow] = NOTHING_FOLLOWS,
) -> dict[str, Json] | None:
    """Returns a request's arguments, or None where one of them is not determined."""
    values: dict[str, Json] = {}
    for name, source in sources.items():
        if source.provenance == "policy" and name in follows:
            continue
        if source.fact is not None:
            values[name] = facts[source.fact]
        elif source.bind is not None:
            value = bound(source.bind, programs, selection)
            if value is MISSING:
                return None
            values[name] = value
    return follow(follows, sources, values, programs, selection)
