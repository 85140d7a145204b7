"""Sampling: which behaviours the users of a task get, spread evenly over a run, alone and in pairs.

    >>> next(manners(SPACE, task, frozenset({"drip", "terse", "typos"})))
    ('drip', 'terse', ('typos',))

Each axis has a coordinate in [0, 1) that its weights divide among its behaviours. The coordinates of one task after the
other are points of a scrambled Faure sequence in base 29: among 841 tasks in a row, every pair of axes has one point in
each of the 29 x 29 squares of its plane. A point depends on the run's seed and on the number of the task's order alone;
no worker needs to know what another has drawn. The base is prime and large, so that what comes at every second or fifth
number (a kind of task) is spread as evenly as all of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import sqrt
from operator import mul

from schemas.behavior import Axis, BehaviorSpace, Playbook
from schemas.task import Task
from stages.behaviors.space import COLUMNS
from tool_specs.dice import Dice
from tool_specs.remember import remembered

MOST_TRAITS = 3
"""More at once, and a person becomes a caricature."""
_BASE = 29
_DIGITS = 6
"""Digits of a number that count: 29 ** 6 is more tasks than any run has."""
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
    digits = _digits_of(task.spec.number)
    places = [
        (side.at(digits), side.axis, [each for each in side.playbooks if each.behavior in fitting])
        for side in _sides(space, task.spec.seed)
    ]
    user = 0
    while True:
        drawn: list[Playbook] = []
        for at, axis, playbooks in places:
            found = _at((at + user * _AGAIN) % 1, axis, playbooks)
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
            if len(kept) < MOST_TRAITS and not any(apart(each, other) for other in (*columns, *kept)):
                kept.append(each)
        traits = [each for each in traits if each in kept]
    by_axis = {each.axis: each.behavior for each in columns}
    return by_axis[COLUMNS[0]], by_axis[COLUMNS[1]], tuple(each.behavior for each in traits)


def apart(one: Playbook, other: Playbook) -> bool:
    """Whether one behaviour excludes the other."""
    return one.behavior in other.excludes or other.behavior in one.excludes


@dataclass(frozen=True)
class _Side:
    """An axis in one run.

    Attributes:
        first, second: what each digit of a number adds to the two digits of the coordinate (rows of a power of Pascal's
            matrix), before they are scrambled.
        scrambled: a permutation of the digits, for either of the two.
        start: how far behind the two digits the coordinate lies, in units of the second.
    """

    axis: Axis
    playbooks: Sequence[Playbook]
    first: Sequence[int]
    second: Sequence[int]
    scrambled: tuple[Sequence[int], Sequence[int]]
    start: float

    def at(self, digits: Sequence[int]) -> float:
        """Returns the coordinate of a number with these digits, the lowest first."""
        one: int = sum(map(mul, digits, self.first)) % _BASE
        two: int = sum(map(mul, digits, self.second)) % _BASE
        return (self.scrambled[0][one] + (self.scrambled[1][two] + self.start) / _BASE) / _BASE


def _digits_of(number: int) -> list[int]:
    found: list[int] = []
    while number and len(found) < _DIGITS:
        number, digit = divmod(number, _BASE)
        found.append(digit)
    return found


@remembered(1, size=16)
def _sides(space: BehaviorSpace, seed: int) -> list[_Side]:
    """Returns the axes, each with what its coordinates follow from."""
    found = []
    for number, axis in enumerate(space.axes):
        dice = Dice("axis", seed, axis.name)
        playbooks = [each for each in space.behaviors if each.axis == axis.name and each.weight]
        first = [pow(number, power, _BASE) for power in range(_DIGITS)]
        second = [power * pow(number, power - 1, _BASE) % _BASE if power else 0 for power in range(_DIGITS)]
        scrambled = dice.shuffled(range(_BASE)), dice.shuffled(range(_BASE))
        found.append(_Side(axis, playbooks, first, second, scrambled, dice.real(0, 1)))
    return found
