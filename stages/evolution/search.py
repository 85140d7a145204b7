"""Search: MAP-Elites over weights of behaviours. A generator of users is data, a `BehaviorSpace`; no code is run.

    best = search(SPACE, measure, Mutation(seed=7), generations=12, children=8)

Of each field of a grid of likeness by coverage the best candidate stays, so that what is like people and what is varied
do not drive each other out. Whoever proposes candidates is free (`Proposer`): a script moves weights; a language model
(`language_proposer.py`) also adds playbooks that scripts or models can act out, since they are data as well.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import msgspec

from schemas.behavior import BehaviorSpace
from stages.evolution.fitness import SCHEDULE, Measured
from tool_specs.dice import Dice

FIELDS = 8
"""Fields of the grid per axis."""
_MOVED = 3
"""Behaviours whose weights one mutation moves, at most."""
_STEP = 0.25

Measure = Callable[[BehaviorSpace, int], Measured]
"""(space, users) -> how its users do."""


@dataclass(frozen=True)
class Elite:
    """A candidate and how it does.

    Attributes:
        generation: in which it was found; 0 is what the search began with.
        users: how many users it was last measured with.
    """

    space: BehaviorSpace
    measured: Measured
    generation: int
    users: int

    @property
    def field(self) -> tuple[int, int]:
        """Its place in the grid."""
        found = self.measured
        return min(int(found.likeness * FIELDS), FIELDS - 1), min(int(found.coverage * FIELDS), FIELDS - 1)


class Proposer(Protocol):
    """Makes candidates of candidates."""

    def propose(self, elites: Sequence[Elite], generation: int, number: int) -> BehaviorSpace:
        """Returns a candidate; elites come best first."""


@dataclass(frozen=True)
class Mutation:
    """Moves weights of an elite; all choices come from the seed."""

    seed: int = 0

    def propose(self, elites: Sequence[Elite], generation: int, number: int) -> BehaviorSpace:
        """Returns an elite with some weights moved. Sums stay what their axes want."""
        dice = Dice("evolve", self.seed, generation, number)
        parent = dice.pick(elites).space
        playable = [each for each in parent.behaviors if each.rule or each.weight]
        moved = {dice.pick(playable).behavior for _ in range(dice.between(1, _MOVED))}
        weights = {each.behavior: each.weight for each in parent.behaviors}
        for name in sorted(moved):
            weights[name] = round(min(max(weights[name] + dice.real(-_STEP, _STEP), 0.0), 1.0), 4)
        return reweighted(parent, weights)


def reweighted(space: BehaviorSpace, weights: Mapping[str, float]) -> BehaviorSpace:
    """Returns a space with these weights: to one where one of an axis holds, to one at most elsewhere."""
    found = {each.behavior: max(weights.get(each.behavior, each.weight), 0.0) for each in space.behaviors}
    for axis in space.axes:
        names = [each.behavior for each in space.behaviors if each.axis == axis.name]
        total = sum(found[name] for name in names)
        if axis.pick == "one" and total <= 0:
            found.update(dict.fromkeys(names, 1 / len(names)))
        elif (axis.pick == "one" and total != 1) or total > 1:
            found.update({name: found[name] / total for name in names})
    return msgspec.structs.replace(
        space,
        behaviors=tuple(msgspec.structs.replace(each, weight=found[each.behavior]) for each in space.behaviors),
    )


def search(
    space: BehaviorSpace, measure: Measure, proposer: Proposer, generations: int, children: int
) -> tuple[Elite, list[Elite]]:
    """Searches for weights.

    Args:
        space: what is begun with.
        measure: tries a candidate.
        proposer: makes candidates.
        generations: rounds; the number of users per candidate grows over them by `SCHEDULE`.
        children: candidates per round.

    Returns:
        The best candidate with the most users, and all that were measured, in order.
    """
    users = SCHEDULE[0]
    grid: dict[tuple[int, int], Elite] = {}
    tried: list[Elite] = []

    def place(candidate: BehaviorSpace, generation: int) -> None:
        elite = Elite(candidate, measure(candidate, users), generation, users)
        tried.append(elite)
        there = grid.get(elite.field)
        if there is None or elite.measured.total > there.measured.total:
            grid[elite.field] = elite

    place(space, 0)
    for generation in range(1, generations + 1):
        stage = SCHEDULE[min((generation - 1) * len(SCHEDULE) // generations, len(SCHEDULE) - 1)]
        if stage != users:  # what was measured with fewer users is measured again
            users, known = stage, list(grid.values())
            grid.clear()
            for each in known:
                place(each.space, each.generation)
        for number in range(children):
            elites = sorted(grid.values(), key=lambda each: -each.measured.total)
            place(proposer.propose(elites, generation, number), generation)
    return max(grid.values(), key=lambda each: each.measured.total), tried
