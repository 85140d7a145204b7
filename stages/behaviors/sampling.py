"""Sampling: which behaviours the users of a task get, spread evenly over a run, alone and in pairs.

    >>> next(manners(SPACE, task, frozenset({"drip", "terse", "typos"})))
    ('drip', 'terse', ('typos',))

Each axis has a coordinate in [0, 1) that its weights divide among its behaviours. The coordinates of one user after the
other are points of a Richtmyer sequence: steps by the fractional parts of square roots of primes, another prime for
each axis, which fills every plane of two axes more evenly than chance would. A point depends on the run's seed and on
the number of the task's order alone; no worker needs to know what another has drawn.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import sqrt

from schemas.base import rng_of
from schemas.behavior import Axis, BehaviorSpace, Playbook
from schemas.task import Task
from stages.behaviors.space import COLUMNS
from tool_specs.dice import Dice
from tool_specs.remember import remembered

MOST_TRAITS = 3
"""More at once, and a person becomes a caricature."""
_PRIMES = (
    2, 3, 5, 13, 17, 19, 31, 43, 53, 67, 71, 83, 97, 101, 107, 157, 163, 199, 241, 271, 281, 349,
    443, 587, 601, 617, 647, 821,
)  # fmt: skip
"""Primes of whose roots no two have a sum of small multiples that is nearly whole: points would lie on few lines."""
_AGAIN = (sqrt(5) - 1) / 2
"""The step from one user of a task to the next: whatever their number, they lie far apart on every axis."""
Manner = tuple[str, str, tuple[str, ...]]
"""Disclosure, register, and what else holds."""


def manners(space: BehaviorSpace, task: Task, fitting: frozenset[str]) -> Iterator[Manner]:
    """Yields manners for a task, one per user, without end; they may repeat.

    Args:
        space: the axes and the weights.
        task: whose order's seed and number decide.
        fitting: behaviours that the task has room for.
    """
    sides = _sides(space, task.spec.seed)
    number, user = task.spec.number, 0
    while True:
        drawn: list[Playbook] = []
        for axis, playbooks, start, step in sides:
            at = (start + number * step + user * _AGAIN) % 1
            found = _at(at, axis, [each for each in playbooks if each.behavior in fitting])
            drawn += [found] if found is not None else []
        yield _together(drawn, task, user)
        user += 1


def _at(at: float, axis: Axis, playbooks: Sequence[Playbook]) -> Playbook | None:
    """Returns the behaviour at a coordinate; where one must hold, those that fit share the whole axis."""
    left = at * (sum(each.weight for each in playbooks) if axis.pick == "one" else 1.0)
    for each in playbooks:
        left -= each.weight
        if left < 0:
            return each
    return playbooks[-1] if playbooks and axis.pick == "one" else None


def _together(drawn: Sequence[Playbook], task: Task, user: int) -> Manner:
    """Returns what goes together: nothing that another excludes, and not too much."""
    columns = [each for each in drawn if each.axis in COLUMNS]
    traits = [each for each in drawn if each.axis not in COLUMNS]
    if len(traits) > MOST_TRAITS or any(each.excludes for each in drawn):
        kept: list[Playbook] = []
        for each in Dice("together", task.id, user).shuffled(traits):
            if len(kept) < MOST_TRAITS and not any(_apart(each, other) for other in (*columns, *kept)):
                kept.append(each)
        traits = [each for each in traits if each in kept]
    by_axis = {each.axis: each.behavior for each in columns}
    return by_axis[COLUMNS[0]], by_axis[COLUMNS[1]], tuple(each.behavior for each in traits)


def _apart(one: Playbook, other: Playbook) -> bool:
    return one.behavior in other.excludes or other.behavior in one.excludes


@remembered(1, size=16)
def _sides(space: BehaviorSpace, seed: int) -> list[tuple[Axis, list[Playbook], float, float]]:
    """Returns the axes, each with its behaviours, where its coordinates start, and by how much they go on."""
    found = []
    for number, axis in enumerate(space.axes):
        playbooks = [each for each in space.behaviors if each.axis == axis.name and each.weight]
        turn, place = divmod(number, len(_PRIMES))
        found.append((axis, playbooks, rng_of("axis", seed, axis.name).random(), sqrt(_PRIMES[place]) * (turn + 1)))
    return found
