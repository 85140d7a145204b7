"""Rounds: what is still missing per cell is ordered again, until every cell is full or has failed too often.

A cell that gave nothing new in `patience` rounds is given up: it is reported with its reasons, and what it lacks goes
to other cells, of the same kind and split where one is open. Example of an unfilled cell in `run.json`::

    {"cell": "retail/read_heavy/1x12/train", "wanted": 12, "kept": 4, "reasons": {"no scope of ...": 31}}

A run that grows fills its cells for the smaller count first, exactly as it did then, and goes on from there.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from pipeline.plan_tasks import Cell, Fields, cell_of, first_orders, first_round, order, quotas, sequence
from pipeline.recipe import Recipe
from schemas.task import TaskSpec

MAX_ROUNDS = 24
MOST_PER_ROW = 8
"""Tasks that a round orders at most for a row that is missing."""
_FIRST_NUMBER = 1_000_000_000
"""Numbers of later rounds start here times the round, away from those of a longer first round."""


@dataclass
class Filling:
    """How full the cells are.

    Attributes:
        recipe: what is filled; after `grow` a larger one.
        wanted: what the recipe asks for.
        quota: the same, with what given-up cells have left to others.
        kept: rows that may be kept: those that fit a cell and are not refused; where it is full, not yet.
        round: of this size, from 1.
    """

    recipe: Recipe
    wanted: dict[Cell, int] = field(init=False)
    quota: dict[Cell, int] = field(init=False)
    kept: Counter[Cell] = field(default_factory=Counter)
    given_up: set[Cell] = field(default_factory=set)
    reasons: dict[Cell, Counter[str]] = field(default_factory=dict)
    round: int = 0
    _ordered: Counter[Cell] = field(default_factory=Counter)
    _vain: Counter[Cell] = field(default_factory=Counter)
    _asked: dict[Cell, int] = field(default_factory=dict)
    _numbers: Counter[int] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.wanted = quotas(self.recipe)
        self.quota = dict(self.wanted)

    def grow(self, recipe: Recipe) -> None:
        """Wants more: what was kept stays, what was passed on stays where it is, and given-up cells get another try.

        Args:
            recipe: the same with a larger count.
        """
        wanted = quotas(recipe)
        for cell, rows in wanted.items():
            self.quota[cell] = self.quota.get(cell, 0) + rows - self.wanted.get(cell, 0)
        self.recipe, self.wanted, self.round = recipe, wanted, 0
        for each in (self.given_up, self._vain, self._asked):
            each.clear()

    @property
    def full(self) -> int:
        """How many cells have all that the recipe asks for; one that was given up has not, whoever took its place."""
        return sum(self.kept[cell] >= rows for cell, rows in self.wanted.items())

    def cell_for(self, fields: Fields) -> Cell | None:
        """Returns the cell that a row fits, or None if no cell wants such rows."""
        return cell_of(fields, self.quota, self.recipe.grid.witnesses)

    def is_full(self, cell: Cell) -> bool:
        """Whether a cell has all that it wants for now; what others leave to it may make room again."""
        return self.kept[cell] >= self.quota[cell]

    @property
    def positions(self) -> dict[Cell, int]:
        """Cell -> its position. Cells never leave."""
        if len(self._positions) != len(self.quota):
            self._positions = {cell: position for position, cell in enumerate(self.quota)}
        return self._positions

    _positions: dict[Cell, int] = field(default_factory=dict)

    def refused(self, spec: TaskSpec, reason: str) -> None:
        """Notes why an order could not be carried out."""
        cell = self._cell_of(spec)
        if cell is not None:
            self.reasons.setdefault(cell, Counter())[reason] += 1

    @property
    def total(self) -> int:
        """Rows that count."""
        return sum(min(self.kept[cell], quota) for cell, quota in self.quota.items())

    def next_round(self) -> Iterator[TaskSpec] | None:
        """Returns the orders of the next round, or None when all is full or given up."""
        if self.round == 0:
            self.round = 1
            begin, self._numbers[0] = self._numbers[0], first_round(self.recipe)
            return self._noted(first_orders(self.recipe, begin))
        for cell, before in self._asked.items():
            self._vain[cell] = 0 if self.kept[cell] > before else self._vain[cell] + 1
            if self._vain[cell] >= self.recipe.patience and self.kept[cell] < self.quota[cell]:
                self.given_up.add(cell)
        self._pass_on()
        missing = {c: q - self.kept[c] for c, q in self.quota.items() if q > self.kept[c] and c not in self.given_up}
        if not missing or self.round >= MAX_ROUNDS:
            return None
        self._asked = {cell: self.kept[cell] for cell in missing}
        cells = [cell for cell, rows in missing.items() for _ in range(self._tasks_for(cell, rows))]
        first = self.round * _FIRST_NUMBER + self._numbers[self.round]
        self._numbers[self.round] += len(cells)
        self.round += 1
        return self._noted(order(self.recipe, cell, first + number) for number, cell in enumerate(cells))

    def _noted(self, specs: Iterator[TaskSpec]) -> Iterator[TaskSpec]:
        for spec in specs:
            cell = self._cell_of(spec)
            if cell is not None:
                self._ordered[cell] += 1
            yield spec

    def _cell_of(self, spec: TaskSpec) -> Cell | None:
        wanted = Fields(spec.domain, spec.kind, spec.num_writes, spec.burden, spec.burden, spec.split)
        return cell_of(wanted, self.quota, "logical")

    def _tasks_for(self, cell: Cell, rows: int) -> int:
        """Returns how many tasks probably give so many rows: judged by what the cell gave so far."""
        per_task = self.recipe.behaviors_per_task
        if not self.kept[cell]:
            return -(-rows * 2 // per_task)
        of_one = self.kept[cell] / self._ordered[cell]
        if of_one < 0.5:  # a weak model: ordering as many as are missing would take a round for each of them
            return min(math.ceil(rows / of_one), MOST_PER_ROW * rows)
        return -(-rows // round(max(1.0, of_one)))

    def _pass_on(self) -> None:
        """Moves what the given-up cells lack to open ones."""
        for cell in sorted(self.given_up):
            lacking = self.quota[cell] - self.kept[cell]
            if lacking <= 0:
                continue
            open_cells = [c for c in self.quota if c not in self.given_up]
            alike = [c for c in open_cells if c[:2] == cell[:2] and c.split == cell.split]
            allowed = set(alike or open_cells)
            if not allowed:
                return
            self.quota[cell] = self.kept[cell]
            for heir in sequence(self.recipe):
                if heir in allowed:
                    share = min(lacking, self.recipe.behaviors_per_task)
                    self.quota[heir] += share
                    lacking -= share
                if lacking <= 0:
                    break
