"""Rows whose parts the second search tries in another row: of each kind some, in turn.

What is looked for can only move if one row gets all that the programs want and another one loses it. And a row that
gets what one program wants must not get what another one does, where this one would then find two rows: asked for *the
dearest pending order, sent to where the tennis racket went*, a second dearest pending order is a witness, but not if it
holds a tennis racket as well. So donors come in three kinds: those with most of what filters want, with least, and with
every selection of it.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterable, Iterator
from typing import Any

from schemas.world import World

LOSERS = 30
"""Donors that have least of what filters want: a row that gets their parts is not the one any more."""
PARTIAL = 40
"""Donors that have some of what filters want."""
EXTREMES = 6

Pattern = tuple[Any, ...]
Columns = list[tuple[Pattern, list[Any]]]
"""Columns of a row that programs look at, each with the values that filters want there."""


class Donors:
    """The donors of a world's tables, ranked once per set of columns."""

    def __init__(self, world: World) -> None:
        self._tables = world.tables
        self._ranked: dict[tuple[str, tuple[Pattern, ...]], tuple[list[str], list[str]]] = {}

    def of(self, table: str, columns: Columns, id_: str, count: int) -> list[str]:
        """Returns donors for a row: of those that have most of what filters want, `count`."""
        key = table, tuple(pattern for pattern, _ in columns)
        if key not in self._ranked:
            rows = self._tables[table]
            ids = _by_fit(table, rows, columns)
            self._ranked[key] = ids, _partial(rows, ids, columns)
        ids, partial = ([other for other in each if other != id_] for each in self._ranked[key])
        return _in_turn([ids[:count], ids[: -LOSERS - 1 : -1], partial])


def _by_fit(table: str, rows: Any, columns: Columns) -> list[str]:
    """Those first that have what programs want; in random order where they have the same.

    In front of all stand rows that have a wanted value and the least or the greatest one in a looked-at column.
    """
    ids = sorted(rows)
    random.Random(table).shuffle(ids)
    fits = {id_: _fit(rows[id_], columns) for id_ in ids}
    ids.sort(key=lambda id_: -fits[id_])
    best = fits[ids[0]]
    groups = [[id_ for id_ in ids if fits[id_] == best]] if best else []
    groups += [
        [id_ for id_ in ids if _has(rows[id_], pattern, value)] for pattern, wanted in columns for value in wanted
    ]
    front = [id_ for group in groups or [ids] for end in _ends(rows, group, columns) for id_ in end]
    return list(dict.fromkeys([*front, *ids]))


def _partial(rows: Any, ids: list[str], columns: Columns) -> list[str]:
    """Those with some of what filters want: each selection of it in turn, and of its rows the extremes in turn."""
    filters = [(pattern, value) for pattern, wanted in columns for value in wanted]
    groups: dict[tuple[bool, ...], list[str]] = {}
    for id_ in ids if len(filters) > 1 else ():
        groups.setdefault(tuple(_has(rows[id_], pattern, value) for pattern, value in filters), []).append(id_)
    some = [group for has, group in groups.items() if any(has) and not all(has)]
    compared = [(pattern, wanted) for pattern, wanted in columns if not wanted]
    return _in_turn(_in_turn([*_ends(rows, group, compared), group]) for group in some)[:PARTIAL]


def _ends(rows: Any, group: list[str], columns: Columns) -> list[list[str]]:
    """For each looked-at column, the rows of a group that have the least there, then those that have the most."""
    ends: list[list[str]] = []
    for pattern, _ in columns:
        found = {id_: [at(rows[id_], place) for place in places_of(rows[id_], pattern)] for id_ in group}
        column = {id_: values[0] for id_, values in found.items() if values and _is_ordered(values[0])}
        ranked = sorted(column, key=lambda id_: (column[id_], id_))
        ends += [ranked[:EXTREMES], ranked[::-1][:EXTREMES]]
    return ends


def _fit(donor: Any, columns: Columns) -> int:
    """How many of the values that filters want a donor has."""
    return sum(any(_has(donor, pattern, value) for value in wanted) for pattern, wanted in columns)


def _has(row: Any, pattern: Pattern, value: Any) -> bool:
    return any(at(row, place) == value for place in places_of(row, pattern))


def _in_turn(lists: Iterable[list[str]]) -> list[str]:
    """The first of each list, the second of each, and so on; none twice."""
    turns = itertools.zip_longest(*lists)
    return list(dict.fromkeys(each for turn in turns for each in turn if each is not None))


def _is_ordered(value: Any) -> bool:
    """Numbers, and text: dates are."""
    return isinstance(value, (int, float, str)) and not isinstance(value, bool)


def places_of(row: Any, pattern: Pattern, done: Pattern = ()) -> Iterator[Pattern]:
    """Yields the places in a row that a pattern stands for: `*` is any key or position."""
    if not pattern:
        yield done
    elif pattern[0] == "*":
        keys = range(len(row)) if isinstance(row, list) else list(row) if isinstance(row, dict) else []
        for key in keys:
            yield from places_of(row[key], pattern[1:], (*done, key))
    elif isinstance(row, dict):
        if pattern[0] in row:
            yield from places_of(row[pattern[0]], pattern[1:], (*done, pattern[0]))
    elif isinstance(row, list) and isinstance(pattern[0], int) and pattern[0] < len(row):
        yield from places_of(row[pattern[0]], pattern[1:], (*done, pattern[0]))


def at(row: Any, place: Pattern) -> Any:
    """Returns the value at a place of a row."""
    for key in place:
        row = row[key]
    return row
