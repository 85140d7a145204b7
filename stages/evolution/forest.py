"""Forest: how likely a person wrote a dialogue, by its features: a random forest of balanced classes, in numpy alone.

    forest = Forest.grown(people, simulated, seed=7)     # arrays of shape (dialogues, features)
    forest.likely(candidates)                            # probability of "people", shape (dialogues,)

Trees grow on bootstrap samples that hold both classes alike, split by Gini impurity among sqrt(features) drawn columns,
and end in the share of people in their leaves. 200 trees of depth 12, as in PPol (arXiv 2605.12894).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Rows = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.int64]

TREES = 200
DEPTH = 12


@dataclass(frozen=True)
class _Tree:
    """Nodes in arrays: the column that is asked (-1: a leaf), its threshold, the nodes below, the share of people."""

    column: Numbers
    threshold: Rows
    low: Numbers
    high: Numbers
    share: Rows

    def likely(self, rows: Rows) -> Rows:
        """Returns the share of people in each row's leaf."""
        at = np.zeros(len(rows), dtype=np.int64)
        every = np.arange(len(rows))
        for _ in range(DEPTH):
            column = self.column[at]
            below = rows[every, np.maximum(column, 0)] <= self.threshold[at]
            at = np.where(column < 0, at, np.where(below, self.low[at], self.high[at]))
        found: Rows = self.share[at]
        return found


@dataclass(frozen=True)
class Forest:
    """See the module's text."""

    trees: tuple[_Tree, ...]

    @classmethod
    def grown(cls, people: Rows, simulated: Rows, seed: int, trees: int = TREES) -> Forest:
        """Grows a forest that tells people's dialogues from simulated ones."""
        rows = np.concatenate([people, simulated])
        is_person = np.concatenate([np.ones(len(people)), np.zeros(len(simulated))])
        return cls(tuple(_grown(rows, is_person, np.random.default_rng([seed, number])) for number in range(trees)))

    def likely(self, rows: Rows) -> Rows:
        """Returns, per row, the probability that a person wrote it."""
        found: Rows = np.mean([tree.likely(rows) for tree in self.trees], axis=0)
        return found


def _grown(rows: Rows, is_person: Rows, random: np.random.Generator) -> _Tree:
    half = max(len(rows) // 2, 1)
    sample = np.concatenate([random.choice(np.flatnonzero(is_person == kind), half) for kind in (0, 1)])
    columns: list[int] = []
    thresholds: list[float] = []
    below: list[list[int]] = []
    shares: list[float] = []

    def grow(members: Numbers, depth: int) -> int:
        number = len(columns)
        share = float(is_person[members].mean())
        columns.append(-1)
        thresholds.append(0.0)
        below.append([number, number])
        shares.append(share)
        if depth < DEPTH and 0 < share < 1:
            split = _split(rows, is_person, members, random)
            if split is not None:
                columns[number], thresholds[number] = split
                low = rows[members, split[0]] <= split[1]
                below[number] = [grow(members[low], depth + 1), grow(members[~low], depth + 1)]
        return number

    grow(sample, 0)
    low, high = np.array(below).T
    return _Tree(np.array(columns), np.array(thresholds), low, high, np.array(shares))


def _split(rows: Rows, is_person: Rows, members: Numbers, random: np.random.Generator) -> tuple[int, float] | None:
    """Returns the column and threshold that leave classes least mixed; None if no drawn column tells rows apart."""
    best: tuple[float, int, float] | None = None
    count = len(members)
    for column in random.permutation(rows.shape[1])[: max(1, int(rows.shape[1] ** 0.5))]:
        values = rows[members, column]
        order = np.argsort(values, kind="stable")
        values, people = values[order], np.cumsum(is_person[members[order]])
        cuts = np.flatnonzero(values[1:] > values[:-1])
        if not len(cuts):
            continue
        left, right = cuts + 1.0, count - cuts - 1.0
        one, other = people[cuts] / left, (people[-1] - people[cuts]) / right
        mixed = left * one * (1 - one) + right * other * (1 - other)
        place = int(mixed.argmin())
        if best is None or mixed[place] < best[0]:
            cut = int(cuts[place])
            best = float(mixed[place]), int(column), float((values[cut] + values[cut + 1]) / 2)
    return None if best is None else best[1:]
