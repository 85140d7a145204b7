"""Drafts: requests under construction, and what every way of composing them needs of one person's rows."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from schemas.base import Json, Path
from schemas.program import Bind, Call, Condition, Each, Fact, Filter, Program
from schemas.task import Provenance, Source
from stages.generate_tasks.columns import State, filters_for, states_of
from stages.generate_tasks.ground import Ground
from stages.generate_tasks.places import Selected
from tool_specs.chains import Binding, Chain
from tool_specs.programs import MISSING, BindingRow, column, passes, run

MAX_FILTERS = 3


class NoSuchRequest(Exception):
    """This person's rows do not allow such a request; the text says why."""


@dataclass
class Draft:
    """A request without proof.

    Attributes:
        facts: what the user must know beyond who they are: name -> (value, semantic type).
        condition: what the write depends on.
    """

    tool: str | None
    programs: list[Program] = field(default_factory=list)
    sources: dict[str, Source] = field(default_factory=dict)
    facts: dict[str, tuple[Json, str]] = field(default_factory=dict)
    condition: Condition | None = None


class Drafting:
    """One person's rows, and the means to put sources and facts into a draft. All choices come from `rng`."""

    def __init__(
        self, ground: Ground, rng: random.Random, person: str, identity: tuple[str, ...], people: Sequence[str]
    ) -> None:
        self.ground = ground
        self.rng = rng
        self.person = person
        self.identity = identity
        self.known = ground.known(person, identity)
        self._people = people
        self._rows: dict[int, tuple[Chain, tuple[BindingRow, ...]]] = {}
        self._states: dict[tuple[int, int], tuple[Chain, Sequence[BindingRow], list[State]]] = {}
        self.refused = False
        self.states: frozenset[State] = frozenset()

    def rows(self, chain: Chain) -> tuple[BindingRow, ...]:
        """Returns all rows of a chain."""
        # Keyed by identity because steps hold dicts; the chain is kept so that its identity stays its own.
        if id(chain) not in self._rows:
            rows = run([Program(steps=chain.steps, pick="all")], self.known, self.ground.reader).picked[0]
            self._rows[id(chain)] = chain, rows
        return self._rows[id(chain)][1]

    def facts(self, draft: Draft) -> dict[str, Json]:
        """Returns all that the user can state."""
        return {**self.known, **{name: value for name, (value, _) in draft.facts.items()}}

    def extensions(self, chain: Chain) -> list[Chain]:
        """Returns the chains that walk one collection further: an order's items describe the order."""
        # With the chain itself, so that its identity stays its own.
        return self.ground.remember("extensions", (self.identity, id(chain)), lambda: (chain, self._extensions(chain)))[
            1
        ]

    def _extensions(self, chain: Chain) -> list[Chain]:
        return [
            other
            for other in self.ground.chains(self.identity)
            if len(other.steps) == len(chain.steps) + 1
            and other.starts_with(chain)
            and isinstance(other.steps[-1], Each)
            and other.last.id in self.ground.lexicon.rows
        ]

    def has_labels(self, chain: Chain) -> bool:
        """Whether the rows of a chain can be described by what they are."""
        rows = self.rows(chain)
        return bool(rows) and bool(filters_for(self.ground, [chain.last], rows[0], labels=True))

    def unique(
        self, rows: Sequence[BindingRow], row: BindingRow, bindings: Sequence[Binding], columns: Sequence[Path]
    ) -> tuple[Filter, ...]:
        """Returns few filters that leave only rows with the same values in `columns` as `row` has."""
        wanted = [column(row, path) for path in columns]
        last = [bindings[-1]]
        labels = filters_for(self.ground, last, row, labels=True)
        state = filters_for(self.ground, bindings, row, labels=False)
        # The name comes first: whoever says "the blue one" has said what it is before.
        head, tail = labels[:1], labels[1:] + state
        self.rng.shuffle(tail)
        return self.apart(head + tail, rows, lambda r: [column(r, path) for path in columns] == wanted)

    def apart(
        self, rules: Sequence[Filter], rows: Sequence[BindingRow], alike: Callable[[BindingRow], bool]
    ) -> tuple[Filter, ...]:
        """Returns the first few of these filters that leave only rows that are alike; one at least."""
        chosen: list[Filter] = []
        left = list(rows)
        for rule in rules:
            if chosen and all(alike(r) for r in left):
                break
            fewer = [r for r in left if passes(rule, r)]
            if not chosen or len(fewer) < len(left):
                chosen.append(rule)
                left = fewer
        if not chosen or len(chosen) > MAX_FILTERS or not all(alike(r) for r in left):
            raise NoSuchRequest("no few words tell the row apart")
        return tuple(chosen)

    def fitting(self, chain: Chain, rows: Sequence[BindingRow]) -> Sequence[BindingRow]:
        """Returns the rows in a state in which the write has been seen to succeed (or not, for a refusal)."""
        if not self.states:
            return rows
        states = zip(rows, self._row_states(chain, rows), strict=True)
        return [row for row, state in states if (state in self.states) is not self.refused]

    def _row_states(self, chain: Chain, rows: Sequence[BindingRow]) -> list[State]:
        key = (id(chain), id(rows))  # both are kept, as in `rows`
        if key not in self._states:
            self._states[key] = chain, rows, states_of(self.ground, chain.bindings, rows)
        return self._states[key][2]

    def pick_row(self, chain: Chain) -> BindingRow:
        """Returns a random row in a fitting state.

        Raises:
            NoSuchRequest: there is none.
        """
        rows = self.fitting(chain, self.rows(chain))
        if not rows:
            raise NoSuchRequest("the person has no such row")
        return rows[self.rng.randrange(len(rows))]

    def _is_element(self, chain: Chain, name: str) -> bool:
        return any(isinstance(step, Each) and step.name == name for step in chain.steps)

    def fact(self, draft: Draft, number: int, parameter: str, value: Json, tool: str) -> str:
        """Adds a fact that the user states; returns its name.

        Raises:
            NoSuchRequest: the value is missing.
        """
        if value is MISSING:
            raise NoSuchRequest("the id to state is missing")
        name = f"r{number}.{parameter}"
        draft.facts[name] = (value, self.ground.specs[tool].types.get(parameter, parameter))
        return name

    def say(self, draft: Draft, number: int, parameter: str, value: Json) -> None:
        """Makes the user state a parameter's value."""
        name = self.fact(draft, number, parameter, value, str(draft.tool))
        draft.sources[parameter] = Source(provenance="user", fact=name)

    def bind(self, draft: Draft, place: Selected, program: int, provenance: Provenance) -> None:
        """Makes a place's columns the sources of its parameters.

        Raises:
            NoSuchRequest: several rows for a parameter that takes one.
        """
        many_rows = draft.programs[program].pick in ("all", "each")
        for parameter, path in place.columns.items():
            # Of all rows of one parent, a single value is the parent's: it is the same in each.
            self.source(draft, parameter, program, path, parameter in place.many, provenance)
        if many_rows and not place.many:
            raise NoSuchRequest("the tool takes one row at a time")

    def source(
        self,
        draft: Draft,
        parameter: str,
        program: int,
        path: tuple[str | int, ...],
        many: bool,
        provenance: Provenance,
    ) -> None:
        """Makes a column the source of a parameter."""
        bind = Bind(program=program, column=path, many=many)
        draft.sources[parameter] = Source(provenance=provenance, bind=bind)


def said_facts(programs: Sequence[Program]) -> set[str]:
    """Returns the names of the facts that programs start from."""
    operands = [
        o for p in programs for s in p.steps for o in (s.arguments.values() if isinstance(s, Call) else [s.source])
    ]
    limits = {program.within.fact for program in programs if program.within}
    return limits | {operand.name for operand in operands if isinstance(operand, Fact)}
