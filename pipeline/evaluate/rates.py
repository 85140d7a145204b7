"""pass^k per cell of the grid: how likely k tries at a task all pass, as the mean over tasks (arXiv 2406.12045).

rates = PassRates(2)
rates.add(cell=(1, 6), task="task-0a1b...", tried=4, passed=3)
rates.of((1, 6))     # [0.75, 0.5]: of 4 tries 3 pass; of the 6 pairs of tries 3 pass both times
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from math import comb

Cell = tuple[int, int]
"""Decisions, burden."""


class PassRates:
    """Counts tries.

    Attributes:
        k: The longest row of tries asked about.
    """

    def __init__(self, k: int) -> None:
        """Asks for pass^1 to pass^k."""
        self.k = k
        self._tasks: dict[Cell, dict[str, tuple[int, int]]] = defaultdict(dict)

    def add(self, cell: Cell, task: str, tried: int, passed: int) -> None:
        """Counts tries at a task; those at the same task under other manners count with them."""
        before = self._tasks[cell].get(task, (0, 0))
        self._tasks[cell][task] = (before[0] + tried, before[1] + passed)

    @property
    def cells(self) -> list[Cell]:
        """The cells that have tasks, in order."""
        return sorted(self._tasks)

    def tasks(self, cell: Cell | None = None) -> int:
        """Returns the number of tasks of a cell, or of all."""
        return len(list(self._of(cell)))

    def of(self, cell: Cell | None = None) -> list[float | None]:
        """Returns pass^1 to pass^k of a cell, or of all; None where no task was tried so often."""
        found: list[float | None] = []
        for k in range(1, self.k + 1):
            values = [comb(passed, k) / comb(tried, k) for tried, passed in self._of(cell) if tried >= k]
            found.append(sum(values) / len(values) if values else None)
        return found

    def _of(self, cell: Cell | None) -> Iterable[tuple[int, int]]:
        cells = self._tasks if cell is None else [cell]
        return (counts for each in cells for counts in self._tasks[each].values())
