"""State: what a tool gets as `db`. Rows of a shared world under a layer of changed ones.

    >>> db.row("loans", "L1")["reader"]        # to look at
    'ann'
    >>> db.edit("loans", "L1")["reader"] = "bob"   # a copy, made on first use in the call

Rows that `row`, `rows` and `find` give are shared by every fork: only what `edit` gives may be changed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from typing import Any

import orjson

from schemas.base import Json, canonical
from schemas.world import Row, World

MODULUS = 1 << 256

IndexDeclaration = tuple[str, Callable[[Row], Hashable | list[Any]]]
"""A table, and a function from a row to its key (or to a list of keys)."""


class Entry:
    """A changed row (None: deleted) with its hash, computed when first asked for."""

    __slots__ = ("_digest", "row")

    def __init__(self, row: Row | None) -> None:
        self.row = row
        self._digest: int | None = None

    def digest(self, table: str, id_: str) -> int:
        """Returns the row's share of the state's digest."""
        if self._digest is None:
            self._digest = row_digest(table, id_, self.row)
        return self._digest


Changes = dict[str, dict[str, Entry]]
"""Table -> row id -> entry. Never changed in place once a sandbox holds it."""


def row_digest(table: str, id_: str, row: Row | None) -> int:
    """Returns one row's share of a state's digest; an absent row has none."""
    if row is None:
        return 0
    return int.from_bytes(hashlib.blake2b(canonical([table, id_, row]), digest_size=32).digest(), "big")


class Base:
    """What all forks of one world share: its tables, and its rows' hashes, texts and indexes, each made once."""

    __slots__ = ("_declared", "_digests", "_indexes", "_positions", "_total", "tables", "texts", "world")

    def __init__(self, world: World, indexes: Mapping[str, IndexDeclaration]) -> None:
        self.world = world
        self.tables = world.tables
        self.texts: dict[tuple[str, str], tuple[str, Json]] = {}
        self._declared = indexes
        self._digests: dict[tuple[str, str], int] = {}
        self._indexes: dict[str, dict[Hashable, list[str]]] = {}
        self._positions: dict[str, dict[str, int]] = {}
        self._total: int | None = None

    @property
    def total(self) -> int:
        """The sum of all rows' hashes."""
        if self._total is None:
            self._total = sum(self.digest(table, id_) for table, rows in self.tables.items() for id_ in rows)
        return self._total

    def digest(self, table: str, id_: str) -> int:
        """Returns the hash of one of the world's rows (0 where it has none)."""
        key = (table, id_)
        known = self._digests.get(key)
        if known is None:
            known = self._digests[key] = row_digest(table, id_, self.tables[table].get(id_))
        return known

    def declared(self, name: str) -> IndexDeclaration:
        """Returns the declaration of an index."""
        return self._declared[name]

    def index(self, name: str) -> dict[Hashable, list[str]]:
        """Returns key -> row ids in table order."""
        built = self._indexes.get(name)
        if built is None:
            built = self._indexes[name] = {}
            table, key_of = self._declared[name]
            for id_, row in self.tables[table].items():
                for key in _keys(key_of(row)):
                    built.setdefault(key, []).append(id_)
        return built

    def position(self, table: str, id_: str) -> int:
        """Returns a row's place in its table; rows that the world lacks come last."""
        places = self._positions.get(table)
        if places is None:
            places = self._positions[table] = {each: place for place, each in enumerate(self.tables[table])}
        return places.get(id_, len(places))


class State:
    """The rows as one call sees them.

    Attributes:
        seen: (table, id) of the rows looked at so far, in order.
        pending: The call's own changes, kept when the call succeeds.
    """

    __slots__ = ("_base", "_changes", "pending", "seen")

    def __init__(self, base: Base, changes: Changes) -> None:
        self._base = base
        self._changes = changes
        self.pending: Changes = {}
        self.seen: dict[tuple[str, str], None] = {}

    def row(self, table: str, id_: str) -> Row | None:
        """Returns a row to look at, or None."""
        self.seen[table, id_] = None
        entry = self._entry(table, id_)
        return entry.row if entry is not None else self._base.tables[table].get(id_)

    def edit(self, table: str, id_: str) -> Row:
        """Returns the call's own copy of a row, to change.

        Raises:
            KeyError: there is no such row (look with `row` first).
        """
        self.seen[table, id_] = None
        own = self.pending.get(table, {}).get(id_)
        if own is not None and own.row is not None:
            return own.row
        entry = self._entry(table, id_)
        row = entry.row if entry is not None else self._base.tables[table].get(id_)
        if row is None:
            raise KeyError(f"{table}[{id_!r}] cannot be edited: there is no such row; look with `db.row` first")
        copy: Row = orjson.loads(orjson.dumps(row))  # a tenth of copy.deepcopy's time
        self.pending.setdefault(table, {})[id_] = Entry(copy)
        return copy

    def insert(self, table: str, id_: str, row: Row) -> None:
        """Adds a row.

        Raises:
            KeyError: the id is taken.
        """
        if self.row(table, id_) is not None:
            raise KeyError(f"{table}[{id_!r}] exists already; use `db.edit` to change it")
        self.pending.setdefault(table, {})[id_] = Entry(row)

    def delete(self, table: str, id_: str) -> None:
        """Removes a row.

        Raises:
            KeyError: there is no such row.
        """
        if self.row(table, id_) is None:
            raise KeyError(f"{table}[{id_!r}] cannot be deleted: there is no such row")
        self.pending.setdefault(table, {})[id_] = Entry(None)

    def ids(self, table: str) -> list[str]:
        """Returns the ids of a table: the world's order, then what was inserted."""
        changed = self._changed(table)
        base = self._base.tables[table]
        if not changed:
            return list(base)
        kept = [id_ for id_ in base if id_ not in changed or changed[id_].row is not None]
        return kept + [id_ for id_, entry in changed.items() if id_ not in base and entry.row is not None]

    def rows(self, table: str) -> Iterator[tuple[str, Row]]:
        """Yields (id, row) of a table, to look at."""
        for id_ in self.ids(table):
            row = self.row(table, id_)
            if row is not None:
                yield id_, row

    def find(self, index: str, key: Hashable) -> str | None:
        """Returns the id of the first row with this key in a declared index, or None."""
        table, ids = self._matches(index, key)
        if not ids:
            return None
        self.seen[table, ids[0]] = None
        return ids[0]

    def find_all(self, index: str, key: Hashable) -> Sequence[str]:
        """Returns the ids of all rows with this key in a declared index, in table order."""
        table, ids = self._matches(index, key)
        for id_ in ids:
            self.seen[table, id_] = None
        return ids

    def _matches(self, index: str, key: Hashable) -> tuple[str, Sequence[str]]:
        table, key_of = self._base.declared(index)
        ids: Sequence[str] = self._base.index(index).get(key, ())
        changed = self._changed(table)
        if changed:
            found = [id_ for id_ in ids if id_ not in changed]
            found += [id_ for id_, each in changed.items() if each.row is not None and key in _keys(key_of(each.row))]
            if len(found) > 1:
                found.sort(key=lambda id_: self._base.position(table, id_))
            ids = found
        return table, ids

    def _entry(self, table: str, id_: str) -> Entry | None:
        if self.pending:
            own = self.pending.get(table)
            if own is not None and id_ in own:
                return own[id_]
        earlier = self._changes.get(table)
        return earlier.get(id_) if earlier is not None else None

    def _changed(self, table: str) -> dict[str, Entry]:
        own = self.pending.get(table)
        earlier = self._changes.get(table, {})
        return {**earlier, **own} if own else earlier


def _keys(key: Hashable | list[Any]) -> list[Any]:
    return key if isinstance(key, list) else [key]
