"""State: what a tool gets as `db`. Rows of a shared world under a layer of changed ones.

    >>> db.row("loans", "L1")["reader"]        # to look at
    'ann'
    >>> db.edit("loans", "L1")["reader"] = "bob"   # a copy, made on first use in the call

Rows that `row`, `rows` and `find` give are shared by every fork: only what `edit` gives may be changed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec
import orjson

from schemas.base import Json, canonical
from schemas.world import Row, World

MODULUS = 1 << 256

KeyOf = Callable[[Row], Hashable | list[Any]]
IndexDeclaration = tuple[str, KeyOf]
"""A table, and a function from a row to its key (or to a list of keys)."""


ALL = "*"
"""Instead of an index's name in `State.keys`: all rows of the table were looked through."""


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


class Entries(dict[str, Entry]):
    """The changed rows of a table by id; once a sandbox holds them they stay as they are, so they can be indexed."""

    __slots__ = ("_indexes",)

    def __init__(self, *entries: Mapping[str, Entry]) -> None:
        super().__init__()
        for each in entries:
            self.update(each)
        self._indexes: dict[str, dict[Hashable, list[str]]] = {}

    def under(self, index: str, key: Hashable, key_of: KeyOf) -> Sequence[str]:
        """Returns the ids of the rows that have a key in an index."""
        built = self._indexes.get(index)
        if built is None:
            built = self._indexes[index] = _indexed(((id_, entry.row) for id_, entry in self.items()), key_of)
        return built.get(key, ())


Changes = dict[str, Entries]
"""Table -> changed rows. Never changed in place once a sandbox holds it."""


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

    def changed(self, changes: Changes) -> Base:
        """Returns the base of a world in which some rows are others; hashes of the rest are not made again."""
        tables = dict(self.tables)
        total, digests = self.total, dict(self._digests)
        for table, entries in changes.items():
            rows = dict(tables[table])
            for id_, entry in entries.items():
                if entry.row is None:
                    rows.pop(id_, None)
                else:
                    rows[id_] = entry.row
                now = digests[table, id_] = entry.digest(table, id_)
                total += now - self.digest(table, id_)
            tables[table] = rows
        base = Base(msgspec.structs.replace(self.world, tables=tables), self._declared)
        base._digests, base._total = digests, total
        return base

    def declared(self, name: str) -> IndexDeclaration:
        """Returns the declaration of an index."""
        return self._declared[name]

    def index(self, name: str) -> dict[Hashable, list[str]]:
        """Returns key -> row ids in table order."""
        built = self._indexes.get(name)
        if built is None:
            table, key_of = self._declared[name]
            built = self._indexes[name] = _indexed(self.tables[table].items(), key_of)
        return built

    def looked_up_by(self, table: str, id_: str, row: Row) -> frozenset[Hashable]:
        """Returns how a call can come upon a row: its table and id, its keys in indexes, the whole table."""
        declared = ((name, key_of) for name, (of, key_of) in self._declared.items() if of == table)
        keys = {(name, key) for name, key_of in declared for key in _keys(key_of(row))}
        return frozenset({(table, id_), (ALL, table), *keys})

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
        keys: (index, key) of what was looked up so far, whether it was found or not; (`ALL`, table) of whole tables.
        pending: The call's own changes, kept when the call succeeds.
    """

    __slots__ = ("_base", "_changes", "keys", "pending", "seen")

    def __init__(self, base: Base, changes: Changes) -> None:
        self._base = base
        self._changes = changes
        self.pending: Changes = {}
        self.seen: dict[tuple[str, str], None] = {}
        self.keys: dict[tuple[str, Hashable], None] = {}

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
        own = self.pending.get(table, _NONE).get(id_)
        if own is not None and own.row is not None:
            return own.row
        entry = self._entry(table, id_)
        row = entry.row if entry is not None else self._base.tables[table].get(id_)
        if row is None:
            raise KeyError(f"{table}[{id_!r}] cannot be edited: there is no such row; look with `db.row` first")
        copy: Row = orjson.loads(orjson.dumps(row))  # a tenth of copy.deepcopy's time
        self.pending.setdefault(table, Entries())[id_] = Entry(copy)
        return copy

    def insert(self, table: str, id_: str, row: Row) -> None:
        """Adds a row.

        Raises:
            KeyError: the id is taken.
        """
        if self.row(table, id_) is not None:
            raise KeyError(f"{table}[{id_!r}] exists already; use `db.edit` to change it")
        self.pending.setdefault(table, Entries())[id_] = Entry(row)

    def delete(self, table: str, id_: str) -> None:
        """Removes a row.

        Raises:
            KeyError: there is no such row.
        """
        if self.row(table, id_) is None:
            raise KeyError(f"{table}[{id_!r}] cannot be deleted: there is no such row")
        self.pending.setdefault(table, Entries())[id_] = Entry(None)

    def ids(self, table: str) -> list[str]:
        """Returns the ids of a table: the world's order, then what was inserted."""
        self.keys[ALL, table] = None
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
        self.keys[index, key] = None
        table, key_of = self._base.declared(index)
        ids: Sequence[str] = self._base.index(index).get(key, ())
        changed = self._changed(table)
        if changed:
            more = changed.under(index, key, key_of)
            if more or not changed.keys().isdisjoint(ids):
                found = [*(id_ for id_ in ids if id_ not in changed), *more]
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

    def _changed(self, table: str) -> Entries:
        own = self.pending.get(table)
        earlier = self._changes.get(table, _NONE)
        # What the call itself has got to change may still become another: that is indexed anew each time.
        return Entries(earlier, own) if own else earlier


_NONE = Entries()


def _keys(key: Hashable | list[Any]) -> list[Any]:
    return key if isinstance(key, list) else [key]


def _indexed(rows: Iterable[tuple[str, Row | None]], key_of: KeyOf) -> dict[Hashable, list[str]]:
    built: dict[Hashable, list[str]] = {}
    for id_, row in rows:
        try:
            keys = _keys(key_of(row)) if row is not None else []
        except KeyError:  # an agent's rows may be known in part only; it cannot find them by what it has not seen
            continue
        for key in keys:
            built.setdefault(key, []).append(id_)
    return built
