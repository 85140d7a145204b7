"""A second search for witnesses: changed worlds on which a read answers otherwise and the programs' answer is another.

`changes` says which rows are tried; the domain says whether a changed row is sound. What the user knows by heart stays,
and so does what the words presuppose: a world on which they fit no row, or several, is no witness.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from tests.independent.additions import additions
from tests.independent.changes import Changes
from tests.independent.interpreter import NOTHING, SEVERAL, Misfit, ReadId, Reads, Undetermined
from tests.independent.reach import Reach, World

PAIRED = 6
"""Halves of a move kept per read and kind of misfit."""
HALF_TRIES = 1500
"""Changed worlds tried per read to find what a move is made of."""

Misfits = frozenset[Misfit]
Half = tuple[str, str, Any]
"""(table, row id, changed row) after which programs find nothing, or several rows."""
Answer = Callable[[Reads, Any], Any]


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
        self.changes = Changes(world, request)
        principal = world.sandbox.state.row(self.domain.principal.table, task["principal"])
        self.known = self.domain.principal.known(principal)
        self._halves: dict[ReadId, dict[Misfits, list[Half]]] = {}

    def clauses(self, key: ReadId, limit: int, others: Sequence[ReadId] = ()) -> Iterator[frozenset[ReadId]]:
        """Yields, per witness found for a read, the reads that answer otherwise on it.

        Where a changed row makes the words fit nothing, or several rows, what is looked for may have moved: the row of
        another read is changed along with it.
        """
        halves: dict[Misfits, list[Half]] = {}
        yield from self._alone(key, limit, halves)
        for other in others if halves else ():
            if other == key or other[0] != key[0]:
                continue
            for misfits, mine in halves.items():
                theirs = self._halves_of(other).get(_opposite(misfits), ())
                for (table, id_, row), (second, other_id, companion) in itertools.product(mine, theirs):
                    rows: dict[str, dict[str, Any]] = {table: {id_: row}}
                    rows.setdefault(second, {})[other_id] = companion
                    clause = self.judge(key, rows) if (table, id_) != (second, other_id) else None
                    if clause is not None:
                        yield clause

    def _halves_of(self, key: ReadId) -> dict[Misfits, list[Half]]:
        if key not in self._halves:
            self._halves[key] = {}
            for _ in self._alone(key, HALF_TRIES, self._halves[key]):
                pass  # only what it leaves behind is wanted
        return self._halves[key]

    def _alone(self, key: ReadId, limit: int, halves: dict[Misfits, list[Half]]) -> Iterator[frozenset[ReadId]]:
        self.tried = 0
        if isinstance(self.world.result(key).value, list) and json.loads(key[1]):
            for table, id_, added in additions(self.world, key):
                clause = self.judge(key, {table: {id_: added}})
                if clause is not None:
                    yield clause
            return
        for table, id_ in self._rows_of(key):
            for changed in self.changes.of(key, table, id_):
                if self.tried >= limit:
                    return
                clause = self.judge(key, {table: {id_: changed}})
                if clause is not None:
                    yield clause
                elif isinstance(self.last, frozenset) and len(halves.setdefault(self.last, [])) < PAIRED:
                    halves[self.last].append((table, id_, changed))

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
        if isinstance(self.last, frozenset) or self.last == self.gold:
            return None
        state = self.world.sandbox.state
        if any(state.row(table, id_) is None for table, each in rows.items() for id_ in each):
            return frozenset(read for read in self.reach.everything if self._differs(changed, read))
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
        if isinstance(found, frozenset):
            return " and ".join(f"the words of program {number} fit {what} there" for number, what in sorted(found))
        return "the answer is the same" if found == self.gold else "the user's facts differ"

    def on(self, sandbox: Any) -> Any:
        """Returns the answer on a world, or the misfits where there is none."""
        try:
            return self.answer(Reads(sandbox), sandbox)
        except Undetermined as error:
            return error.misfits

    def _differs(self, changed: Any, key: ReadId) -> bool:
        before, after = self.world.result(key), changed.call(key[0], json.loads(key[1]))
        return bool(before.content != after.content)


def _opposite(misfits: Misfits) -> Misfits:
    return frozenset(Misfit(number, SEVERAL if what == NOTHING else NOTHING) for number, what in misfits)


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
