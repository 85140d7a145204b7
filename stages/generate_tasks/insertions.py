"""Insertions: witnesses for reads that show many rows, worlds in which such a read shows one more.

A row that the read looked at is doubled under a fresh id. What is its own (its times, not where it stands) it has from
another row of its table, and of what is kept by the day only the day that the read asked about. If the program would
then pick another row, the read could not be skipped.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from schemas.base import Json
from schemas.program import OrderKey, Program
from schemas.task import Edit, Witness
from schemas.world import Row
from stages.generate_tasks.ground import Ground
from stages.generate_tasks.shapes import Shape, local_rows
from tool_specs.annotations import types_in
from tool_specs.programs import MISSING, ReadAsk, column, rank
from tool_specs.sandbox import Sandbox

DONORS = 100
"""Other rows whose columns are tried, per row that is doubled."""
SOURCES = 16
"""Rows that are doubled in turn."""
WINNERS = 6
"""Worlds in which the read wins that are looked at per row that is doubled."""
RowId = tuple[str, str]


class Insertions:
    """Searches witnesses by insertion for one request."""

    def __init__(self, ground: Ground, answer_of: Any, gold: dict[str, Json]) -> None:
        self._ground = ground
        self._answer_of = answer_of
        self._gold = gold

    def search(self, ask: ReadAsk, shape: Shape, best: Sequence[Json] | None) -> Iterator[tuple[Witness, Sandbox]]:
        """Yields (witness, changed world) in which the read shows a row that wins.

        Args:
            ask: the read.
            shape: how the program looks at its result.
            best: the ordering columns of the row that the program picks now; None where it picks by filters.
        """
        answer = self._ground.reader.answer(ask)
        tables = self._ground.sandbox.world.tables
        for table, id_ in sorted(answer.rows)[:SOURCES]:
            winners = 0
            for row_id, row in self._doubles(ask, table, tables[table][id_]):
                world = self._ground.sandbox.with_rows({table: {row_id: row}})
                if not self._wins(world, ask, shape, best):
                    continue
                found = self._answer_of(lambda each, world=world: _seen(world, each), world)
                if found is None or found == self._gold:
                    continue
                edit = Edit(table=table, key=row_id, values=(((), row),))
                yield Witness(strength="plausible", edits=(edit,), answer=found), world
                winners += 1
                if winners == WINNERS:
                    break

    def _doubles(self, ask: ReadAsk, table: str, row: Row) -> Iterator[tuple[str, Row]]:
        """Yields sound rows like this one under a fresh id, with other rows' own columns."""
        domain, state = self._ground.sandbox.domain, self._ground.sandbox.state
        rows = self._ground.sandbox.world.tables[table]
        fresh = self._fresh(table)
        asked = set(map(str, ask.arguments.values()))
        old = next(key for key, each in rows.items() if each is row)
        own = self._own_columns(table)
        base = {key: fresh if value == old else value for key, value in row.items()}
        donors = [each for key, each in sorted(rows.items()) if each is not row]
        for donor in donors[:: max(1, len(donors) // DONORS)]:
            made = {**base, **{key: donor[key] for key in own if key in donor}}
            made.update({key: about for key, value in donor.items() if (about := _about(value, asked))})
            made = domain.settle(table, made)
            if domain.check_row(state, table, fresh, made):
                yield fresh, made

    def _fresh(self, table: str) -> str:
        """Returns an id like the table's that no row has."""
        rows = self._ground.sandbox.world.tables[table]
        last = max(rows, key=lambda id_: (len(id_), id_))
        head = last.rstrip("0123456789")
        digits = last[len(head) :]
        return f"{head}{int(digits or 0) + 1:0{len(digits)}d}"

    def _own_columns(self, table: str) -> list[str]:
        """Returns the scalar columns of a table that no tool takes: what is so of the row and joins it to nothing."""
        domain = self._ground.sandbox.domain
        taken = {
            kind for spec in self._ground.specs.values() for path, kind in spec.types.items() if "return" not in path
        }
        types = dict(types_in(domain.rows[table], "row"))
        sample: Row = next(iter(self._ground.sandbox.world.tables[table].values()))
        return [
            key for key, value in sample.items()
            if not isinstance(value, (dict, list)) and types.get(f"row.{key}", "") not in taken
        ]  # fmt: skip

    def _wins(self, world: Sandbox, ask: ReadAsk, shape: Shape, best: Sequence[Json] | None) -> bool:
        value = _seen(world, ask)
        if value is MISSING:
            return False
        local = Program(steps=shape.steps, where=shape.filters, order=shape.order, pick="all")
        rows = local_rows(local, shape.call.name, value)
        if best is None or not rows:
            return bool(rows)
        return _before([column(rows[0], key.column) for key in shape.order], best, shape.order)


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


def _about(value: Json, asked: set[str]) -> Json:
    """Returns of an object keyed by what was asked about only that (a room's days, a shelf's weeks); else nothing."""
    if isinstance(value, dict) and asked & value.keys():
        return {key: each for key, each in value.items() if key in asked}
    return None


def _seen(world: Sandbox, ask: ReadAsk) -> Any:
    result = world.call(ask.tool, ask.arguments)
    return MISSING if result.error else result.value
