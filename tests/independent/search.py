"""A second search for witnesses: changed worlds on which a read answers otherwise and the programs' answer is another.

One row that the read looked at is changed in one of three ways: some of its top-level parts become those of another
row of its table; columns that the programs look at are set, in one element or in all, to values that the column has
elsewhere; any other scalar is set to such a value. The domain settles dependent columns and says whether the changed
row is sound. What the user knows by heart stays, and so does what the words presuppose: a world on which they fit
several rows is no witness.
"""

from __future__ import annotations

import itertools
import json
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from tests.independent.interpreter import Ambiguous, ReadId, Reads, Undetermined
from tests.independent.reach import Reach, World

MAX_POOL = 6
DONORS = 120
ELEMENTS = 12

EXTREMES = 6
PAIRED = 12
GRAFTED = 24
"""Rows with transplanted parts from which columns are set as well."""
AMBIGUOUS = "ambiguous"

Answer = Callable[[Reads, Any], Any]
Pattern = tuple[Any, ...]


def patterns(
    programs: list[Mapping[str, Any]], sources: Mapping[str, Any], tool: str, ids: frozenset[str]
) -> list[tuple[Pattern, list[Any]]]:
    """Returns the columns inside a tool's result that programs look at, with values that filters want there.

    Columns whose name is in `ids` identify rows: they stay as they are.
    """
    found: dict[Pattern, list[Any]] = {}
    for number, program in enumerate(programs):
        prefixes = _prefixes(programs, number, tool)
        columns = [(rule["column"], rule.get("value")) for rule in program.get("where", ())]
        columns += [(rule["other"], None) for rule in program.get("where", ()) if rule.get("other")]
        columns += [(key["column"], None) for key in program.get("order", ())]
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


class Search:
    """The search for one request of one task."""

    def __init__(
        self, world: World, reach: Reach, request: Mapping[str, Any], answer: Answer, gold: Any, task: Any
    ) -> None:
        self.world = world
        self.reach = reach
        self.request = request
        self.answer = answer
        self.gold = gold
        self.task = task
        self.tried = 0
        self.domain = world.sandbox.domain
        principal = world.sandbox.state.row(self.domain.principal.table, task["principal"])
        self.known = self.domain.principal.known(principal)

    def clauses(self, key: ReadId, limit: int, others: Sequence[ReadId] = ()) -> Iterator[frozenset[ReadId]]:
        """Yields, per witness found for a read, the reads that answer otherwise on it.

        Where a changed row makes the words fit several, the row of another read is changed along with it.
        """
        self.tried = 0
        ambiguous: list[tuple[str, str, Any]] = []
        for table, id_ in self._rows_of(key):
            for changed in self._changes(key, table, id_):
                if self.tried >= limit:
                    return
                clause = self.judge(key, {table: {id_: changed}})
                if clause is not None:
                    yield clause
                elif self.last == AMBIGUOUS and len(ambiguous) < PAIRED:
                    ambiguous.append((table, id_, changed))
        for other in others if ambiguous else ():
            yield from self._paired(key, ambiguous, other)

    def _paired(self, key: ReadId, changes: list[tuple[str, str, Any]], other: ReadId) -> Iterator[frozenset[ReadId]]:
        for second, other_id in self._rows_of(other) if other != key and other[0] == key[0] else ():
            sound = self._sound(
                second, other_id, list(itertools.islice(self._changes(other, second, other_id), DONORS))
            )
            for companion in sound:
                for table, id_, changed in changes:
                    rows: dict[str, dict[str, Any]] = {table: {id_: changed}}
                    rows.setdefault(second, {})[other_id] = companion
                    clause = self.judge(key, rows) if (table, id_) != (second, other_id) else None
                    if clause is not None:
                        yield clause

    def _rows_of(self, key: ReadId) -> list[tuple[str, str]]:
        """The rows that a read looks at; of a listing (it shows ids and names of many) none."""
        rows = list(dict.fromkeys(self.world.result(key).rows))
        return rows if len(rows) <= 3 else []

    def judge(self, key: ReadId | None, rows: Mapping[str, Mapping[str, Any]]) -> frozenset[ReadId] | None:
        """Returns the reads that differ on a changed world, or None if it is no witness (for this read)."""
        self.tried += 1
        self.last: Any = None
        changed = self.world.sandbox.with_rows(rows)
        if key is not None and not self._differs(changed, key):
            return None
        for table, each in rows.items():
            for id_, row in each.items():
                if not self.domain.check_row(self.world.sandbox.state, table, id_, row):
                    return None
                is_user = (table, id_) == (self.domain.principal.table, self.task["principal"])
                if is_user and self.domain.principal.known(row) != self.known:
                    return None
        self.last = self.on(changed)
        if self.last in (self.gold, AMBIGUOUS):
            return None
        touched = {read for table, each in rows.items() for id_ in each for read in self.reach.touching((table, id_))}
        return frozenset(read for read in touched if self._differs(changed, read))

    def why_not(self, rows: Mapping[str, Mapping[str, Any]]) -> str:
        """Says in a few words why a changed world is no witness."""
        state = self.world.sandbox.state
        for table, each in rows.items():
            for id_, row in each.items():
                if not self.domain.check_row(state, table, id_, row):
                    return f"{table}[{id_!r}] is not sound"
        found = self.on(self.world.sandbox.with_rows(rows))
        if found == AMBIGUOUS:
            return "the words fit several rows there"
        return "the answer is the same" if found == self.gold else "the user's facts differ"

    def on(self, sandbox: Any) -> Any:
        """Returns the answer on a world, None where nothing fits, AMBIGUOUS where several rows do."""
        try:
            return self.answer(Reads(sandbox), sandbox)
        except Ambiguous:
            return AMBIGUOUS
        except Undetermined:
            return None

    def _differs(self, changed: Any, key: ReadId) -> bool:
        before, after = self.world.result(key), changed.call(key[0], json.loads(key[1]))
        return bool(before.content != after.content)

    def _changes(self, key: ReadId, table: str, id_: str) -> Iterator[Any]:
        row = self.world.sandbox.state.row(table, id_)
        base = _where(row, self.world.result(key).value)
        if base is None:
            return
        found = patterns(self.request["programs"], self.request["sources"], key[0], self._id_columns(key))
        columns = [((*base, *pattern), wanted) for pattern, wanted in found]
        seen: set[str] = set()
        grafted = list(itertools.islice(self._grafts(table, id_, row, columns), DONORS * 30))
        for edited in itertools.chain(
            self._settings(table, row, columns),
            grafted,
            *(self._settings(table, each, columns) for each in self._sound(table, id_, grafted)),
            self._others(table, row),
        ):
            settled = self.domain.settle(table, edited)
            mark = json.dumps(settled, sort_keys=True, default=str)
            if settled != row and mark not in seen:
                seen.add(mark)
                yield settled

    def _sound(self, table: str, id_: str, rows: list[Any]) -> Iterator[Any]:
        state = self.world.sandbox.state
        good = (row for row in rows if self.domain.check_row(state, table, id_, self.domain.settle(table, row)))
        yield from itertools.islice(good, GRAFTED)

    def _id_columns(self, key: ReadId) -> frozenset[str]:
        """Names of columns that feed other reads: what a row is joined by."""
        types = self.world.specs[key[0]].types
        return frozenset(path.rsplit(".", 1)[-1] for path, kind in types.items() if kind in self.world.takes)

    def _settings(self, table: str, row: Any, columns: list[tuple[Pattern, list[Any]]]) -> Iterator[Any]:
        """Elements whose looked-at columns are all set: wanted values where filters have some, extremes elsewhere."""
        concrete = [[(place, pattern, wanted) for place in _places(row, pattern)] for pattern, wanted in columns]
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
                edited = row
                for places in concrete:
                    for place, pattern, wanted in places:
                        mine = tuple(key for key, part in zip(place, pattern, strict=True) if part == "*")
                        pool = wanted or self._pool(table, pattern)
                        if mine == element[: len(mine)] and pool and not isinstance(_at(row, place), (dict, list)):
                            edited = _set(edited, place, pool[extreme])
                yield edited
        for places in concrete:
            for place, pattern, wanted in places[:ELEMENTS]:
                for value in [*wanted, *self._pool(table, pattern)]:
                    yield _set(row, place, value)

    def _grafts(self, table: str, id_: str, row: Any, columns: list[tuple[Pattern, list[Any]]]) -> Iterator[Any]:
        """First the parts that programs look at, together and alone; then every set of up to three parts."""
        everything = self.world.sandbox.world.tables
        tops = sorted({str(pattern[0]) for pattern, _ in columns})
        parts = sorted(key for key, value in row.items() if not (isinstance(value, str) and self._is_id(value)))
        sets = [tuple(tops), *((top,) for top in tops)]
        sizes = sorted({2, 3, max(len(parts) - 1, 1), len(parts)})
        wider = [each for n in sizes for each in itertools.combinations(parts, n) if set(each) & set(tops or parts)]
        ids = [other for other in everything[table] if other != id_]
        random.Random(id_).shuffle(ids)
        ids.sort(key=lambda other: -self._fit(everything[table][other], columns))
        ids = self._extremes_first(everything[table], ids, columns)
        for chosen, count in ((sets, DONORS), (wider, DONORS // 2)):
            for other in ids[:count]:
                donor = everything[table][other]
                for each in chosen:
                    if each and all(part in donor for part in each):
                        yield {**row, **{part: donor[part] for part in each}}

    def _extremes_first(self, rows: Any, ids: list[str], columns: list[tuple[Pattern, list[Any]]]) -> list[str]:
        """Puts those in front that fit best and have the least and the greatest numbers in the looked-at columns."""
        if not ids:
            return ids
        best = self._fit(rows[ids[0]], columns)
        fitting = [id_ for id_ in ids if self._fit(rows[id_], columns) == best]
        front: list[str] = []
        for pattern, _ in columns:
            numbers = [(_at(rows[id_], place), id_) for id_ in fitting for place in _places(rows[id_], pattern)]
            ranked = [id_ for number, id_ in sorted((n, i) for n, i in numbers if isinstance(n, (int, float)))]
            front += [*ranked[:EXTREMES], *ranked[::-1][:EXTREMES]]
        return list(dict.fromkeys([*front, *ids]))

    @staticmethod
    def _fit(donor: Any, columns: list[tuple[Pattern, list[Any]]]) -> int:
        """How many of the values that filters want a donor has."""
        return sum(
            any(_at(donor, place) in wanted for place in _places(donor, pattern))
            for pattern, wanted in columns
            if wanted
        )

    def _is_id(self, value: str) -> bool:
        return any(value in rows for rows in self.world.sandbox.world.tables.values())

    def _others(self, table: str, row: Any) -> Iterator[Any]:
        """Each scalar anywhere in the row, set to values of its column."""
        for place in _scalars(row):
            pattern = tuple("*" if isinstance(part, int) else part for part in place)
            for value in self._pool(table, pattern):
                yield _set(row, place, value)

    def _pool(self, table: str, pattern: Pattern) -> list[Any]:
        """Values that a column has in its table: a few, the least and the greatest among them."""
        cache = self.world.__dict__.setdefault("pools", {})
        if (table, pattern) not in cache:
            seen: dict[str, Any] = {}
            for row in self.world.sandbox.world.tables[table].values():
                for place in _places(row, pattern):
                    value = _at(row, place)
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


def _places(row: Any, pattern: Pattern, done: Pattern = ()) -> Iterator[Pattern]:
    if not pattern:
        yield done
    elif pattern[0] == "*":
        keys = range(len(row)) if isinstance(row, list) else list(row) if isinstance(row, dict) else []
        for key in keys:
            yield from _places(row[key], pattern[1:], (*done, key))
    elif isinstance(row, dict):
        if pattern[0] in row:
            yield from _places(row[pattern[0]], pattern[1:], (*done, pattern[0]))
    elif isinstance(row, list) and isinstance(pattern[0], int) and pattern[0] < len(row):
        yield from _places(row[pattern[0]], pattern[1:], (*done, pattern[0]))


def _scalars(row: Any, done: Pattern = ()) -> Iterator[Pattern]:
    if isinstance(row, dict):
        for key, each in row.items():
            yield from _scalars(each, (*done, key))
    elif isinstance(row, list):
        for key, each in enumerate(row):
            yield from _scalars(each, (*done, key))
    else:
        yield done


def _at(row: Any, place: Pattern) -> Any:
    for key in place:
        row = row[key]
    return row


def _set(row: Any, place: Pattern, value: Any) -> Any:
    if not place:
        return value
    if isinstance(row, list):
        return [*row[: place[0]], _set(row[place[0]], place[1:], value), *row[place[0] + 1 :]]
    if place[0] not in row:
        raise KeyError(f"there is no {place[0]!r} to change")
    return {**row, place[0]: _set(row[place[0]], place[1:], value)}


def edited(row: Any, place: Pattern, value: Any) -> Any:
    """Returns a row with one place set: how a stated witness is applied."""
    return _set(row, place, value)


def smallest_hitting(clauses: set[frozenset[ReadId]]) -> int:
    """Returns how many reads it takes to meet every clause, by trying sizes from below."""
    minimal = [c for c in clauses if not any(other < c for other in clauses)]
    taken = {next(iter(c)) for c in minimal if len(c) == 1}
    rest = [c for c in minimal if not c & taken]
    reads = sorted({read for c in rest for read in c})
    for size in range(len(rest) + 1):
        for chosen in itertools.combinations(reads, size):
            if all(c & set(chosen) for c in rest):
                return len(taken) + size
    return len(taken) + len(rest)
