"""Dice: random choices that are the same on every Python, because they rest on `Random.random()` alone.

The other methods of `random.Random` may change between versions; generated worlds may not.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from schemas.base import Json, rng_of

T = TypeVar("T")


class Dice:
    """A source of choices seeded by content."""

    def __init__(self, *seed: Json) -> None:
        self._random = rng_of(*seed).random

    def below(self, count: int) -> int:
        """Returns a number from 0 to count - 1."""
        return int(self._random() * count)

    def between(self, low: int, high: int) -> int:
        """Returns a number from low to high, both included."""
        return low + self.below(high - low + 1)

    def chance(self, share: float) -> bool:
        """Returns True in this share of cases."""
        return self._random() < share

    def real(self, low: float, high: float) -> float:
        """Returns a number from low up to high."""
        return low + (high - low) * self._random()

    def pick(self, options: Sequence[T]) -> T:
        """Returns one of the options."""
        return options[self.below(len(options))]

    def weighted(self, weights: Sequence[tuple[T, float]]) -> T:
        """Returns one of (option, weight) pairs."""
        left = self._random() * sum(weight for _, weight in weights)
        for option, weight in weights:
            left -= weight
            if left < 0:
                return option
        return weights[-1][0]

    def shuffled(self, options: Sequence[T]) -> list[T]:
        """Returns the options in random order."""
        result = list(options)
        for last in range(len(result) - 1, 0, -1):
            other = self.below(last + 1)
            result[last], result[other] = result[other], result[last]
        return result

    def digits(self, count: int) -> str:
        """Returns a number of so many digits, as text, that does not begin with 0."""
        return str(self.between(10 ** (count - 1), 10**count - 1))


class Ids:
    """Ids of random digits, no two of them equal."""

    def __init__(self, dice: Dice) -> None:
        self._dice = dice
        self._taken: set[str] = set()

    def new(self, prefix: str, digits: int, suffix: str = "") -> str:
        """Returns prefix + digits + suffix, unlike all before."""
        while True:
            candidate = f"{prefix}{self._dice.digits(digits)}{suffix}"
            if candidate not in self._taken:
                self._taken.add(candidate)
                return candidate
