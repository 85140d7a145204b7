"""Insertions: witnesses for reads that show many rows, worlds in which such a read shows one more.

A row that the read looked at is doubled under a fresh id. What is its own (its times, not where it stands) it has from
another row of its table, and of what is kept by the day only the day that the read asked about. If the program would
then pick another row, the read could not be skipped.

Which doubles would win is found out for all of a row at once, in a world that has them all; each that would is then
looked at in a world of its own.
"""

from __future__ import annotations

import itertools
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from schemas.base import Json
from schemas.program import OrderKey, Program
from schemas.task import Edit, Witness
from schemas.world import Row
from stages.generate_tasks.ground import Ground
from stages.generate_tasks.shapes import Shape, local_rows
from tool_specs.annotations import types_in
from tool_specs.programs import MISSING, ReadAsk, column, rank
from tool_specs.reading import ChangedReader, strings
from tool_specs.sandbox import Sandbox

DONORS = 75
"""Other rows whose columns are tried, per row that is doubled."""
PARTS = 3
"""They are tried in so many parts: mostly the first one will do."""
SOURCES = 8
"""Rows that are doubled in turn."""
WINNERS = 4
"""Worlds in which the read wins that are looked at per row that is doubled, and part."""


@dataclass(frozen=True)
class Inserted:
    """A world with one row more, in which a read shows a row that wins.

    Attributes:
        ways: how calls come upon the row: who looked up none of these answers as before.
    """

    edit: Edit
    world: Sandbox
    ways: frozenset[Hashable]


@dataclass(frozen=True)
class Source:
    """A row that is doubled for a read, with what the read asked for.

    Attributes:
        kept: the columns that are objects keyed by something that was asked for (a room's days, a shelf's weeks).
    """

    table: str
    id: str
    row: Row
    asked: frozenset[str]
    kept: tuple[str, ...]


class Insertions:
    """Searches witnesses by insertion for one request."""

    def __init__(self, ground: Ground, answer_of: Any, gold: dict[str, Json]) -> None:
        self._ground = ground
        self._answer_of = answer_of
        self._gold = gold

    def witness(self, made: Inserted) -> Witness | None:
        """Returns the witness that a world is; None if the answer there is the same, or not determined."""
        answer = self._answer_of(ChangedReader(self._ground.reader, made.world, made.ways), made.world)
        if answer is None or answer == self._gold:
            return None
        return Witness(strength="plausible", edits=(made.edit,), answer=answer)

    def search(self, ask: ReadAsk, shape: Shape, best: Sequence[Json] | None) -> Iterator[Inserted]:
        """Yields changed worlds in which the read shows a row that wins.

        Args:
            ask: the read.
            shape: how the program looks at its result.
            best: the ordering columns of the row that the program picks now; None where it picks by filters.
        """
        ground = self._ground
        answer = ground.reader.answer(ask)
        tables = ground.sandbox.world.tables
        domain, state = ground.sandbox.domain, ground.sandbox.state
        # What the answer shows has all that it takes to be shown; doubles of other rows may lack it.
        rows = sorted(answer.rows, key=lambda row: (row[1] not in answer.leaves, row))[:SOURCES]
        asked = frozenset(map(str, ask.arguments.values()))
        for part, (table, id_) in itertools.product(range(PARTS), rows):
            own = tables[table][id_]
            source = Source(table, id_, own, asked, tuple(key for key, value in own.items() if _about(value, asked)))
            fresh = _fresh(ground, table, 1)
            donors = _donors(ground, table)[part::PARTS]
            for donor in itertools.islice(self._winning(ask, source, shape, best, donors), WINNERS):
                row = _double(ground, source, donor, fresh)
                if not domain.check_row(state, table, fresh, row):
                    continue
                world = ground.sandbox.with_rows({table: {fresh: row}})
                edit = Edit(table=table, key=fresh, values=(((), row),))
                yield Inserted(edit, world, ground.sandbox.looked_up_by(table, fresh, row))

    def _winning(
        self, ask: ReadAsk, source: Source, shape: Shape, best: Sequence[Json] | None, rows: Sequence[Row]
    ) -> Iterator[Row]:
        """Yields those of these rows with whose columns a double would win, the best first."""
        ground = self._ground
        fitting = (row for row in rows if row is not source.row and _fits(source, row))
        donors = {_fresh(ground, source.table, number): row for number, row in enumerate(fitting, 1)}
        doubles = {fresh: _double(ground, source, donor, fresh) for fresh, donor in donors.items()}
        result = ground.sandbox.with_rows({source.table: doubles}).call(ask.tool, ask.arguments)
        if result.error or not shape.steps:
            return
        local = Program(steps=shape.steps, where=shape.filters, order=shape.order, pick="all")
        left = set(donors)
        for row in local_rows(local, shape.call.name, result.value):
            if best is not None and not _before([column(row, key.column) for key in shape.order], best, shape.order):
                return
            shown = donors.keys() & set(strings(row[shape.steps[-1].name]))
            if len(shown) == 1 and shown <= left:  # with two doubles in it, neither would do alone
                left -= shown
                yield donors[shown.pop()]


def _double(ground: Ground, source: Source, donor: Row, fresh: str) -> Row:
    """Returns a row like the source under a fresh id, with another row's own columns."""
    made = {key: fresh if value == source.id else value for key, value in source.row.items()}
    made.update({key: donor[key] for key in _own_columns(ground, source.table) if key in donor})
    made.update({key: _about(donor[key], source.asked) for key in source.kept})
    return ground.sandbox.domain.settle(source.table, made)


def _fits(source: Source, donor: Row) -> bool:
    """Whether another row has something about what was asked, where the source has."""
    return all(_about(donor.get(key), source.asked) for key in source.kept)


def _about(value: Json, asked: frozenset[str]) -> Json:
    """Returns of an object keyed by what was asked about only that; else nothing."""
    return {key: value[key] for key in asked & value.keys()} if isinstance(value, dict) else {}


def _donors(ground: Ground, table: str) -> list[Row]:
    """Returns rows of a table, evenly spread."""
    key = f"insertion donors:{table}"
    if key not in ground.pools:
        rows = [row for _, row in sorted(ground.sandbox.world.tables[table].items())]
        ground.pools[key] = rows[:: max(1, len(rows) // DONORS)]
    found: list[Row] = ground.pools[key]
    return found


def _fresh(ground: Ground, table: str, number: int) -> str:
    """Returns an id like the table's that no row has, another one per number."""
    key = f"fresh ids:{table}"
    if key not in ground.pools:
        last = max(ground.sandbox.world.tables[table], key=lambda id_: (len(id_), id_))
        head = last.rstrip("0123456789")
        ground.pools[key] = head, last[len(head) :]
    head, digits = ground.pools[key]
    return f"{head}{int(digits or 0) + number:0{len(digits)}d}"


def _own_columns(ground: Ground, table: str) -> list[str]:
    """Returns the scalar columns of a table that no tool takes: what is so of the row and joins it to nothing."""
    ground = ground.earlier or ground  # of which any row will do
    key = f"own columns:{table}"
    if key not in ground.pools:
        taken = {kind for spec in ground.specs.values() for path, kind in spec.types.items() if "return" not in path}
        types = dict(types_in(ground.sandbox.domain.rows[table], "row"))
        sample: Row = next(iter(ground.sandbox.world.tables[table].values()))
        ground.pools[key] = [
            key for key, value in sample.items()
            if not isinstance(value, (dict, list)) and types.get(f"row.{key}", "") not in taken
        ]  # fmt: skip
    found: list[str] = ground.pools[key]
    return found


def best_of(rows: Sequence[Mapping[str, Json]], order: Sequence[OrderKey]) -> list[Json] | None:
    """Returns the ordering columns of the best row; None where nothing orders them."""
    ranked = rank(Program(steps=(), order=tuple(order)), [dict(row) for row in rows]) if order else []
    return [column(ranked[0], key.column) for key in order] if ranked else None


def _before(one: Sequence[Any], other: Sequence[Any], order: Sequence[OrderKey]) -> bool:
    for mine, theirs, key in zip(one, other, order, strict=True):
        if mine is MISSING or mine == theirs:
            continue
        return bool((mine > theirs) is key.descending)
    return False
