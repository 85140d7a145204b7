"""Plans: for each write, where the values of its parameters can come from, as executions on samples confirmed.

Parameters that are told together (one role) come from one place: a row of a chain, a choice of the tool's schema, or
the user's own words. A plan is one choice of place per role; it is kept if it ever succeeds.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from schemas.base import Json
from schemas.program import Program
from stages.generate_tasks.columns import State, state_of
from stages.generate_tasks.figures import Counted, complete, count
from stages.generate_tasks.ground import Ground
from stages.generate_tasks.places import Chosen, Place, Selected, Told, figures, places, selected, told_values
from tool_specs.chains import Chain
from tool_specs.domain import GuardContext
from tool_specs.programs import MISSING, BindingRow, column, run

TRIALS = 240
"""Sampled executions per plan; a plan that never succeeds is refuted."""


@dataclass(frozen=True)
class Plan:
    """One way to fill a write's parameters. The first place is the object's.

    Attributes:
        states: states of the object's row (`columns.state_of`) in which the write succeeded when it was tried.
    """

    tool: str
    places: tuple[Place, ...]
    states: frozenset[State] = frozenset()

    @property
    def object(self) -> Selected:
        """The place of the main role."""
        first = self.places[0]
        if not isinstance(first, Selected):
            raise TypeError(f"plan of {self.tool}: the object is not selected from rows")
        return first

    @cached_property
    def selected(self) -> tuple[Selected, ...]:
        """The places whose values come from rows."""
        return tuple(place for place in self.places if isinstance(place, Selected))


def plans_of(ground: Ground, identity: tuple[str, ...]) -> list[Plan]:
    """Returns the confirmed plans of all writes, in listing order."""
    found: list[Plan] = []
    for spec in ground.specs.values():
        words = ground.lexicon.writes.get(spec.name)
        if spec.effect != "write" or words is None:
            continue
        roles: dict[str, list[str]] = {}
        for parameter in spec.required:
            roles.setdefault(words.roles.get(parameter, parameter), []).append(parameter)
        # What it is about comes first, also where another parameter does.
        (main, parameters), *others = sorted(roles.items(), key=lambda role: role[0] != "object")
        for head in selected(ground, spec, main, parameters, identity, None):
            options = [
                list(places(ground, spec, role, names, identity, head)) or figures(spec, role, names)
                for role, names in others
            ]
            plans = [Plan(spec.name, (head, *rest)) for rest in itertools.product(*options)]
            for plan in plans:
                # However the user was found, the rows are the same: what was tried for one way holds for the other.
                key = f"states:{plan.tool}:{[_essence(place) for place in plan.places]}"
                if key not in ground.pools:
                    ground.pools[key] = _working_states(ground, plan)
                states = ground.pools[key]
                if states:
                    found.append(Plan(plan.tool, plan.places, states))
    return found


def _essence(place: Place) -> str:
    """Says what a place is, apart from how the user was found."""
    if isinstance(place, Selected):
        last = [binding.id for binding in place.chain.bindings[1:]]
        columns = [path[1:] for path in place.columns.values()]
        return f"{place.role}:{last}:{columns}:{place.continues}:{place.original}"
    return repr(place)


def _working_states(ground: Ground, plan: Plan) -> frozenset[State]:
    """Tries a plan on random rows of random people; returns the states of the objects for which it succeeded."""
    rng = random.Random(len(plan.tool))
    people = ground.beginning(plan.object.chain, ground.people("train", 0.0))
    states: set[State] = set()
    for _ in range(TRIALS):
        person = people[rng.randrange(len(people))]
        rows = rows_of(ground, plan.object.chain, ground.facts_of(person))
        if not rows:
            continue
        row = rows[rng.randrange(len(rows))]
        state = state_of(ground, plan.object.chain.bindings, row)
        if state in states:
            continue
        arguments = sample_arguments(ground, plan, person, row, rng)
        if arguments is not None and succeeds(ground, plan.tool, arguments, person):
            states.add(state)
    return frozenset(states)


def succeeds(ground: Ground, tool: str, arguments: Mapping[str, Json], person: str) -> bool:
    """Whether a write, alone on the initial world, breaks no rule of state, succeeds and changes something."""
    context = GuardContext(
        sandbox=ground.sandbox, principal_id=ground.principal_id(person), confirmed=True, history=False
    )
    if ground.sandbox.domain.violations(context, tool, arguments):
        return False
    fork = ground.sandbox.fork()
    return not fork.call(tool, arguments).error and fork.digest() != ground.initial_digest


def sample_arguments(
    ground: Ground, plan: Plan, person: str, row: BindingRow, rng: random.Random
) -> dict[str, Json] | None:
    """Returns arguments for an object's row and random rows of the other chains, or None where there are none."""
    facts = ground.facts_of(person)
    arguments: dict[str, Json] = {}
    for place in plan.places:
        if isinstance(place, Chosen):
            arguments[place.parameter] = place.values[rng.randrange(len(place.values))]
        elif isinstance(place, Told):
            donors = ground.donors(place.tool)
            if not donors:
                return None
            told = told_values(place, donors[rng.randrange(len(donors))][1])
            if told is None:
                return None
            arguments.update(told)
        elif isinstance(place, Counted):
            arguments[place.parameter] = count(rng)
        elif isinstance(place, Selected):
            if place is plan.object or place.original:
                picked = row
            else:
                known = row if place.continues else None
                rows = rows_of(ground, place.chain, facts, known, plan.object.chain if known else None)
                if not rows:
                    return None
                picked = rows[rng.randrange(len(rows))]
            for parameter, path in place.columns.items():
                found = column(picked, path)
                if found is MISSING:
                    return None
                arguments[parameter] = [found] if parameter in place.many else found
    return complete(ground, plan.tool, arguments, plan.object.chain, row, facts)


def rows_of(
    ground: Ground, chain: Chain, facts: Mapping[str, Json], row: BindingRow | None = None, head: Chain | None = None
) -> tuple[BindingRow, ...]:
    """Returns all rows of a chain (or, with `row` of the chain `head`, those that continue it)."""
    if row is None or head is None:
        return run([Program(steps=chain.steps, pick="all")], facts, ground.reader).picked[0]
    rest = Program(steps=chain.steps[len(head.steps) :], pick="all")
    return run([rest], facts, ground.reader, seeds=[row]).picked[0]
