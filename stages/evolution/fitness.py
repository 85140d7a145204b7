"""Fitness: how like people's a set of simulated dialogues is, and how much of people's variety it covers.

    fitness = Fitness.against(people, base, seed=7)      # dialogues of people, and of the simulator as it is
    fitness.of(dialogues, users=8).total                 # lambda_h * likeness + lambda_b * coverage

    likeness = mean probability of the forest that a person wrote a dialogue
    coverage = max(0, 1 - min(1, err / (2 * d_ref)))     err: two-sided Chamfer distance to people's dialogues,
                                                         d_ref: mean distance between two of theirs
    lambda_b = 0.5 * users / MOST_USERS, lambda_h = 1 - lambda_b

after PPol (arXiv 2605.12894), over the features of USI (`stages.realism`), each in units of its deviation among people.
Not promised: that a forest which tells people from this simulator tells them from another one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from stages.evolution.forest import Forest, Rows

SCHEDULE = (5, 8, 10)
"""Users per candidate, as the search goes on; the more there are, the more their variety counts."""
MOST_USERS = SCHEDULE[-1]
_COMPARED = 2_000
"""Dialogues of people that distances are measured to."""


@dataclass(frozen=True)
class Measured:
    """A candidate's two terms, and their weighted sum."""

    likeness: float
    coverage: float
    total: float


@dataclass(frozen=True)
class Fitness:
    """What candidates are measured by.

    Attributes:
        people: features of people's dialogues, scaled.
        center, scale: mean and deviation of each feature among people.
        reference: mean distance between two of people's dialogues.
    """

    forest: Forest
    people: Rows
    center: Rows
    scale: Rows
    reference: float

    @classmethod
    def against(cls, people: Sequence[Sequence[float]], base: Sequence[Sequence[float]], seed: int) -> Fitness:
        """Prepares the comparison with people.

        Args:
            people: features of people's dialogues, one row each.
            base: those of the simulator as it is: what the forest tells people from.
            seed: of the forest.
        """
        theirs, ours = np.asarray(people, dtype=np.float64), np.asarray(base, dtype=np.float64)
        center, scale = theirs.mean(axis=0), theirs.std(axis=0)
        scale = np.where(scale > 0, scale, 1.0)
        scaled = ((theirs - center) / scale)[:_COMPARED]
        forest = Forest.grown(theirs, ours, seed)
        return cls(forest, scaled, center, scale, _mean_distance(scaled))

    def of(self, dialogues: Sequence[Sequence[float]], users: int) -> Measured:
        """Measures a candidate's dialogues; `users` sets how much their variety counts."""
        rows = np.asarray(dialogues, dtype=np.float64)
        likeness = float(self.forest.likely(rows).mean())
        apart = _distances((rows - self.center) / self.scale, self.people)
        error = float(apart.min(axis=1).mean() + apart.min(axis=0).mean()) / 2
        coverage = max(0.0, 1 - min(1.0, error / (2 * self.reference))) if self.reference else float(error == 0)
        variety = 0.5 * users / MOST_USERS
        return Measured(likeness, coverage, (1 - variety) * likeness + variety * coverage)


def _distances(one: Rows, other: Rows) -> Rows:
    """Returns the Euclidean distances of all pairs."""
    squares = (one**2).sum(axis=1)[:, None] + (other**2).sum(axis=1)[None, :] - 2 * one @ other.T
    found: Rows = np.sqrt(np.maximum(squares, 0.0))
    return found


def _mean_distance(rows: Rows) -> float:
    count = len(rows)
    return float(_distances(rows, rows).sum() / (count * (count - 1))) if count > 1 else 0.0


def vectors(features: Iterable[dict[str, float]]) -> list[list[float]]:
    """Returns features as rows, their columns in the order of names."""
    return [[each[name] for name in sorted(each)] for each in features]
