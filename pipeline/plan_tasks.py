"""Which tasks are ordered: an endless, fixed sequence of cells whose every beginning has the recipe's shares.

A count of trajectories wants a beginning of the sequence, a larger count a longer one: a run that grows orders what
comes next. Example of a cell and its label::

    Cell(domain="retail", kind="read_heavy", num_writes=1, burden=9, split="train")     retail/read_heavy/1x9/train

Everything depends on the recipe alone. A cell without a burden takes tasks of any burden ("as it falls").
"""

from __future__ import annotations

import heapq
import itertools
from collections import Counter
from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import NamedTuple, TypeVar, get_args

from pipeline.recipe import Recipe
from schemas.base import Record, content_id, rng_of
from schemas.task import Kind, Split, Strength, TaskSpec

K = TypeVar("K", bound=Hashable)

LOW_BURDENS = (2, 3, 4)
"""What is asked for where the burden counts as it falls."""

SHARD = 32
"""Orders per shard of the first round, and at most half as many in later ones, which are short."""

MARGIN = 0.01
"""Orders beyond what the count needs, in the first round: about what checks and near-duplicates take from scripts."""


class Cell(NamedTuple):
    """One field of the grid, per domain, kind and split."""

    domain: str
    kind: Kind
    num_writes: int
    burden: int | None
    split: Split

    @property
    def label(self) -> str:
        """The cell in a word: `retail/read_heavy/1x9/train`."""
        burden = "any" if self.burden is None else self.burden
        return f"{self.domain}/{self.kind}/{self.num_writes}x{burden}/{self.split}"


class Fields(NamedTuple):
    """The columns of a kept row that say which cell it fills."""

    domain: str
    kind: Kind
    num_writes: int
    burden: int
    plausible_burden: int
    split: Split

    @classmethod
    def of(cls, row: Record) -> Fields:
        """Reads them off a row."""
        return cls(*(getattr(row, name) for name in cls._fields))

    def counted(self, witnesses: Strength) -> int:
        """Returns the burden that a grid means."""
        return self.burden if witnesses == "logical" else self.plausible_burden


def cell_of(fields: Fields, cells: Mapping[Cell, int], witnesses: Strength) -> Cell | None:
    """Returns the cell that a row fills, if there is one."""
    for burden in (fields.counted(witnesses), None):
        cell = Cell(fields.domain, fields.kind, fields.num_writes, burden, fields.split)
        if cell in cells:
            return cell
    return None


def kind_shares(recipe: Recipe) -> dict[Kind, dict[tuple[int, int | None], float]]:
    """Returns kind -> (decisions, burden) -> share of all tasks."""
    grid, burden = recipe.grid, dict(recipe.grid.burden)
    shares: dict[Kind, dict[tuple[int, int | None], float]] = {kind: {} for kind in get_args(Kind)}
    rest = 1.0
    for kind in get_args(Kind):
        if grid.cells is not None and kind in ("read_heavy", "write_intensive", "mixed"):
            continue
        share = recipe.tasks.get(kind, 0.0)
        rest -= share
        if kind in ("read_heavy", "fallback"):
            axis: dict[tuple[int, int | None], float] = {(1, b): p for b, p in burden.items()}
        elif kind == "write_intensive":
            axis = {(n, None): p for n, p in grid.decisions.items()}
        elif kind == "mixed":
            several = {n: p for n, p in grid.decisions.items() if n > 1}
            total = sum(several.values()) or 1.0
            axis = {(n, b): p / total * q for n, p in several.items() for b, q in burden.items()}
        elif kind == "conditional":
            axis = {(1, None): 2 / 3, (0, None): 1 / 3}
        elif kind in ("information", "difference"):
            axis = {(0, b): p for b, p in burden.items()}
        elif kind in ("conflict", "omission", "ask_first"):
            axis = {(1, None): 1.0}
        elif kind in ("declined", "abandoned"):
            axis = {(n, None): 1 / 3 for n in (0, 1, 2)}
        elif kind == "budget":
            axis = {(2, None): 1.0}
        else:
            axis = {(0, None): 1.0}
        shares[kind] = {place: share * part for place, part in axis.items() if share * part > 0}
    for name, part in (grid.cells or {}).items():
        decisions, reads = (int(number) for number in name.split("x"))
        if part:
            shares["read_heavy" if decisions == 1 else "mixed"][(decisions, reads)] = rest * part
    return {kind: places for kind, places in shares.items() if places}


def sequence(recipe: Recipe) -> Iterator[Cell]:
    """Yields the cells of tasks, without end: split within domain, kind within split, place within kind."""
    kinds = kind_shares(recipe)
    splits: dict[Split, float] = {"train": 1 - recipe.validation, "validation": recipe.validation}
    split_of = {d.name: interleave(splits) for d in recipe.domains}
    kind_of: dict[tuple[str, Split], Iterator[Kind]] = {}
    place_of: dict[tuple[str, Split, Kind], Iterator[tuple[int, int | None]]] = {}
    for domain in interleave({d.name: d.share for d in recipe.domains}):
        split = next(split_of[domain])
        if (domain, split) not in kind_of:
            kind_of[domain, split] = interleave({kind: sum(places.values()) for kind, places in kinds.items()})
        kind = next(kind_of[domain, split])
        if (domain, split, kind) not in place_of:
            place_of[domain, split, kind] = interleave(kinds[kind], jitter=(recipe.seed, domain, split, kind))
        decisions, burden = next(place_of[domain, split, kind])
        yield Cell(domain, kind, decisions, burden, split)


def interleave(shares: Mapping[K, float], jitter: Sequence[str | int] = ()) -> Iterator[K]:
    """Yields keys so that every beginning holds each in proportion to its share, give or take one.

    With `jitter`, each key's phase is drawn from it: where many keys share a short beginning, no place on the grid is
    then favoured for its size.
    """
    heap: list[tuple[float, int, K, float]] = []
    for order, (key, share) in enumerate(shares.items()):
        if share > 0:
            phase = rng_of(*jitter, order).random() if jitter else 0.5
            heap.append((phase / share, order, key, share))
    heapq.heapify(heap)
    while heap:
        due, order, key, share = heapq.heappop(heap)
        heapq.heappush(heap, (due + 1 / share, order, key, share))
        yield key


def quotas(recipe: Recipe) -> dict[Cell, int]:
    """Returns how many kept trajectories each cell shall have; they sum to the count."""
    per_task, wanted = recipe.behaviors_per_task, Counter[Cell]()
    tasks = -(-recipe.count // per_task)
    for cell in itertools.islice(sequence(recipe), tasks):
        wanted[cell] += per_task
    wanted[cell] -= per_task * tasks - recipe.count  # the last one's
    return dict(wanted)


def first_round(recipe: Recipe) -> int:
    """Returns how many tasks the first round orders."""
    tasks = -(-recipe.count // recipe.behaviors_per_task)
    return tasks + int(tasks * MARGIN)


def first_orders(recipe: Recipe, begin: int = 0) -> Iterator[TaskSpec]:
    """Yields the orders of the first round: a beginning of the sequence, a little longer than the count needs.

    Args:
        recipe: with the count.
        begin: how many of them a smaller count has ordered before.
    """
    ordered = itertools.islice(sequence(recipe), begin, first_round(recipe))
    return (order(recipe, cell, number) for number, cell in enumerate(ordered, begin))


def sizes(recipe: Recipe, grown: Sequence[int]) -> Iterator[Recipe]:
    """Yields the recipe in every size that a run has: those that it grew from, then its own."""
    for count in (*grown, recipe.count):
        yield recipe.model_copy(update={"count": count})


def order(recipe: Recipe, cell: Cell, number: int) -> TaskSpec:
    """Returns the order for one task of a cell."""
    burden = cell.burden if cell.burden is not None else LOW_BURDENS[number % len(LOW_BURDENS)]
    return TaskSpec(
        id=content_id("order", recipe.seed, *cell, number),
        domain=cell.domain,
        kind=cell.kind,
        num_writes=cell.num_writes,
        burden=burden,
        seed=recipe.seed,
        number=number,
        split=cell.split,
    )
