"""A second search for witnesses: changed worlds on which a read answers otherwise and the programs' answer is another.

`changes` says which rows are tried; the domain says whether a changed row is sound. What the user knows by heart stays,
and so does what the words presuppose: a world on which they fit several rows is no witness.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from tests.independent.changes import DONORS, Changes
from tests.independent.interpreter import Ambiguous, ReadId, Reads, Undetermined
from tests.independent.reach import Reach, World

PAIRED = 12
AMBIGUOUS = "ambiguous"

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

    def clauses(self, key: ReadId, limit: int, others: Sequence[ReadId] = ()) -> Iterator[frozenset[ReadId]]:
        """Yields, per witness found for a read, the reads that answer otherwise on it.

        Where a changed row makes the words fit several, the row of another read is changed along with it.
        """
        self.tried = 0
        ambiguous: list[tuple[str, str, Any]] = []
        for table, id_ in self._rows_of(key):
            for changed in self.changes.of(key, table, id_):
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
            sound = self.changes.sound(
                second, other_id, list(itertools.islice(self.changes.of(other, second, other_id), DONORS))
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
