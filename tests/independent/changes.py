"""The family of changed rows that the second search tries.

One row is changed in one of three ways: some of its top-level parts become those of another row of its table; columns
that the programs look at are set, in one element or in all, to values that the column has elsewhere; any other scalar
is set to such a value. The domain settles dependent columns. Ids stay as they are.
"""

from __future__ import annotations

import itertools
import json
import random
from collections.abc import Iterator, Mapping
from typing import Any

from tests.independent.donors import Columns, Donors, Pattern, at, places_of
from tests.independent.interpreter import ReadId
from tests.independent.reach import World

MAX_POOL = 6
DONORS = 120
ELEMENTS = 12
GRAFTED = 24
"""Rows with transplanted parts from which columns are set as well."""


def patterns(
    programs: list[Mapping[str, Any]], sources: Mapping[str, Any], tool: str, ids: frozenset[str]
) -> list[tuple[Pattern, list[Any]]]:
    """Returns the columns inside a tool's result that programs look at, with values that filters want there.

    Columns whose name is in `ids` identify rows: they stay as they are.
    """
    found: dict[Pattern, list[Any]] = {}
    for number, program in enumerate(programs):
        prefixes = _prefixes(programs, number, tool)
        rules = [*program.get("where", ()), *(program.get("prefer") or ())]
        columns = [(rule["column"], rule.get("value")) for rule in rules]
        columns += [(rule["other"], None) for rule in program.get("where", ()) if rule.get("other")]
        columns += [(key["column"], None) for key in program.get("order", ())]
        budgets = [other["within"]["terms"] for other in programs if other.get("within")]
        costs = [term for terms in budgets for term in terms if term["program"] == number]
        columns += [(path, None) for term in costs for path in (term["column"], term["less"]) if path]
        binds = [source["bind"] for source in sources.values() if source.get("bind")]
        given = [bind["column"] for bind in binds if bind["program"] == number]
        columns += [(path, None) for path in given if path[-1] not in ids]
        for path, value in columns:
            for name, prefix in prefixes:
                if path[0] == name:
                    wanted = found.setdefault((*prefix, *path[1:]), [])
                    if value is not None and value not in wanted:
                        wanted.append(value)
    return [(pattern, wanted) for pattern, wanted in found.items() if pattern]


def _prefixes(programs: list[Mapping[str, Any]], number: int, tool: str) -> list[tuple[str, Pattern]]:
    chain: list[Mapping[str, Any]] = []
    here: int | None = number
    while here is not None:
        chain = [*programs[here]["steps"], *chain]
        here = programs[here].get("start")
    found: list[tuple[str, Pattern]] = []
    for step in chain:
        if step["type"] == "call" and step["tool"] == tool:
            found.append((step["name"], ()))
        elif step["type"] == "each" and step["source"]["type"] == "at":
            path = step["source"]["path"]
            found += [(step["name"], (*prefix, *path[1:], "*")) for name, prefix in found if name == path[0]]
    return found


class Changes:
    """The changes that are tried for the reads of one request."""

    def __init__(self, world: World, request: Mapping[str, Any]) -> None:
        self._world = world
        self._request = request
        self._domain = world.sandbox.domain
        self._donors = Donors(world.sandbox.world)

    def of(self, key: ReadId, table: str, id_: str) -> Iterator[Any]:
        row = self._world.sandbox.state.row(table, id_)
        result = self._world.result(key)
        # What programs see of a row may have more columns than the row: its place is that of what the tool returned.
        base = _where(row, json.loads(result.content) if isinstance(result.value, dict) else result.value)
        if base is None:
            yield from self._entries(key, table, id_, row)
            return
        condition = self._request.get("condition")
        sources = self._request["sources"] | ({"condition": {"bind": condition["bind"]}} if condition else {})
        found = patterns(self._request["programs"], sources, key[0], self._id_columns(key))
        columns = [((*base, *pattern), wanted) for pattern, wanted in found]
        seen: set[str] = set()
        for edited in self._edits(table, id_, row, columns):
            settled = self._domain.settle(table, edited)
            mark = json.dumps(settled, sort_keys=True, default=str)
            if settled != row and mark not in seen:
                seen.add(mark)
                yield settled

    def _entries(self, key: ReadId, table: str, id_: str, row: Any) -> Iterator[Any]:
        """Of an object with a key that the read asked for: what other rows have under that key."""
        asked = set(map(str, json.loads(key[1]).values()))
        others = [other for name, other in sorted(self._world.sandbox.world.tables[table].items()) if name != id_]
        random.Random(key[1]).shuffle(others)
        for part, each in row.items():
            for entry in sorted(asked & each.keys()) if isinstance(each, dict) else ():
                for other in others[:DONORS]:
                    if entry in other.get(part, {}):
                        yield {**row, part: {**each, entry: other[part][entry]}}

    def _edits(self, table: str, id_: str, row: Any, columns: Columns) -> Iterator[Any]:
        yield from self._settings(table, row, columns)
        grafted = []
        for edited in itertools.islice(self._grafts(table, id_, row, columns), DONORS * 30):
            grafted.append(edited)
            yield edited
        for edited in self._sound(table, id_, grafted):
            yield from self._settings(table, edited, columns)
        yield from self._others(table, row)

    def _sound(self, table: str, id_: str, rows: list[Any]) -> Iterator[Any]:
        state = self._world.sandbox.state
        good = (row for row in rows if self._domain.check_row(state, table, id_, self._domain.settle(table, row)))
        yield from itertools.islice(good, GRAFTED)

    def _id_columns(self, key: ReadId) -> frozenset[str]:
        """Names of columns that feed other reads: what a row is joined by."""
        types = self._world.specs[key[0]].types
        return frozenset(path.rsplit(".", 1)[-1] for path, kind in types.items() if kind in self._world.takes)

    def _settings(self, table: str, row: Any, columns: Columns) -> Iterator[Any]:
        """Elements whose looked-at columns are all set: wanted values where filters have some, extremes elsewhere."""
        concrete = [[(place, pattern, wanted) for place in places_of(row, pattern)] for pattern, wanted in columns]
        concrete = [places for places in concrete if places]
        deepest = max((sum(part == "*" for part in pattern) for pattern, _ in columns), default=0)
        elements = {
            tuple(key for key, part in zip(place, pattern, strict=True) if part == "*")
            for places in concrete
            for place, pattern, _ in places
            if sum(part == "*" for part in pattern) == deepest
        }
        for extreme in (0, -1):
            for element in sorted(elements, key=str)[:ELEMENTS]:
                changed = row
                for places in concrete:
                    for place, pattern, wanted in places:
                        mine = tuple(key for key, part in zip(place, pattern, strict=True) if part == "*")
                        pool = wanted or self._pool(table, pattern)
                        if mine == element[: len(mine)] and pool and not isinstance(at(row, place), (dict, list)):
                            changed = put(changed, place, pool[extreme])
                yield changed
        for places in concrete:
            for place, pattern, wanted in places[:ELEMENTS]:
                for value in [*wanted, *self._pool(table, pattern)]:
                    yield put(row, place, value)

    def _grafts(self, table: str, id_: str, row: Any, columns: Columns) -> Iterator[Any]:
        """First the parts that programs look at, together and alone; then nearly all parts, two, and three."""
        everything = self._world.sandbox.world.tables
        tops = sorted({str(pattern[0]) for pattern, _ in columns})
        # Not every row has every part: a return has items to give back.
        known = {key: value for other in everything[table].values() for key, value in other.items()} | row
        parts = sorted(key for key, value in known.items() if not (isinstance(value, str) and self._is_id(value)))
        sets = [tuple(tops), *((top,) for top in tops)]
        few = [each for n in (2, 3) for each in itertools.combinations([part for part in parts if part in row], n)]
        most = [each for n in (len(parts) - 1, len(parts)) for each in itertools.combinations(parts, max(n, 1))]
        looked_at = set(tops or parts)
        most, few = ([each for each in dict.fromkeys(some) if set(each) & looked_at] for some in (most, few))
        for chosen, count in ((sets, DONORS), (most, DONORS // 2), (few, DONORS // 2)):
            for other in self._donors.of(table, columns, id_, count):
                donor = everything[table][other]
                for each in chosen:
                    if any(part in donor for part in each):
                        yield {**row, **{part: donor[part] for part in each if part in donor}}

    def _is_id(self, value: str) -> bool:
        return any(value in rows for rows in self._world.sandbox.world.tables.values())

    def _others(self, table: str, row: Any) -> Iterator[Any]:
        """Each scalar anywhere in the row, set to values of its column."""
        for place in _scalars(row):
            pattern = tuple("*" if isinstance(part, int) else part for part in place)
            for value in self._pool(table, pattern):
                yield put(row, place, value)

    def _pool(self, table: str, pattern: Pattern) -> list[Any]:
        """Values that a column has in its table: a few, the least and the greatest among them."""
        cache = self._world.__dict__.setdefault("pools", {})
        if (table, pattern) not in cache:
            seen: dict[str, Any] = {}
            for row in self._world.sandbox.world.tables[table].values():
                for place in places_of(row, pattern):
                    value = at(row, place)
                    if not isinstance(value, (dict, list)) and value is not None:
                        seen.setdefault(repr(value), value)
            values = sorted(seen.values(), key=lambda value: (str(type(value)), value))
            step = max(1, len(values) // (MAX_POOL - 1))
            cache[table, pattern] = list(dict.fromkeys([*values[::step][: MAX_POOL - 1], *values[-1:]]))
        pool: list[Any] = cache[table, pattern]
        return pool


def _where(row: Any, result: Any, path: Pattern = ()) -> Pattern | None:
    """Returns where in a row a result stands."""
    if row == result:
        return path
    if isinstance(row, dict):
        for key, each in row.items():
            if isinstance(each, dict):
                found = _where(each, result, (*path, key))
                if found is not None:
                    return found
    return None


def _scalars(row: Any, done: Pattern = ()) -> Iterator[Pattern]:
    if isinstance(row, dict):
        for key, each in row.items():
            yield from _scalars(each, (*done, key))
    elif isinstance(row, list):
        for key, each in enumerate(row):
            yield from _scalars(each, (*done, key))
    else:
        yield done


def put(row: Any, place: Pattern, value: Any) -> Any:
    if not place:
        return value
    if isinstance(row, list):
        return [*row[: place[0]], put(row[place[0]], place[1:], value), *row[place[0] + 1 :]]
    if place[0] not in row:
        raise KeyError(f"there is no {place[0]!r} to change")
    return {**row, place[0]: put(row[place[0]], place[1:], value)}
