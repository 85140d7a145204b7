"""Witnesses: changed worlds that show why a read cannot be skipped.

The family of changes, tried in this order:

- *graft*: parts of a row (those that the program looks at, or all but its ids) are replaced by those of another row of
  the same table, as the world has it (plausible: an unread row may be like any other row);
- *swap*: one element of a collection in the row is replaced by one that stands in the same collection of another row;
- *entry*: of an object keyed by what the read asked for (a room's days), the entry that was asked for is replaced by
  that of another row; of a row of which nothing in particular is looked at, a column with few values by another kind;
- *move* (look-ups only): a row loses what is looked for and another one gets it, both by grafts: the words promise
  that there is exactly one;
- *set*: one element's columns get values with which it wins or loses: values that this column has elsewhere in the
  same result (plausible), else anywhere in the world (logical);
- *insert* (reads that show many rows only, `insertions.py`): the read shows one more.

Version 1 had no *insert*; version 2 has all of these. A new kind of change is a new version.

The row keeps its id and all it is joined by, what the user knows by heart stays true, dependent columns are settled,
and the changed row must pass the domain's integrity check. Donors are ranked by what the program would make of them,
so that the first try mostly succeeds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from schemas.base import Json, Path
from schemas.task import Strength, Witness
from schemas.world import Row
from stages.generate_tasks.donors import TRIED, Donors, edited, parts
from stages.generate_tasks.ground import Ground
from stages.generate_tasks.shapes import Shape, at, concrete, element_paths, local_passes
from tool_specs.programs import MISSING, ReadAsk
from tool_specs.reading import ChangedReader, walk
from tool_specs.sandbox import Sandbox

FAMILY = 3
"""The version of the family, noted in each proof."""
ELEMENTS_TRIED = 4
KINDS = 12
"""A column with at most so many values says of what kind a row is."""
UNSOUND = "unsound"
SAME_ANSWER = "same answer"

AnswerOf = Callable[[Callable[[ReadAsk], Any], Sandbox], dict[str, Json] | None]
"""The request's answer when reads are answered so, on this state of the world."""


class WitnessSearch:
    """Searches witnesses for one request."""

    def __init__(
        self, ground: Ground, facts: Mapping[str, Json], answer_of: AnswerOf, gold: dict[str, Json], person: str
    ) -> None:
        self._ground = ground
        self._donors = Donors(ground, facts)
        self._answer_of = answer_of
        self._gold = gold
        self._person = (ground.sandbox.domain.principal.table, person)
        self._known = ground.facts_of(person)

    def search(self, ask: ReadAsk, shape: Shape) -> Iterator[tuple[Witness, Sandbox, tuple[str, str]]]:
        """Yields witnesses that touch the read's row: (witness, the changed world, the changed row)."""
        answer = self._ground.reader.answer(ask)
        if len(answer.rows) != 1 or isinstance(answer.value, list):
            return
        (row_id,) = answer.rows
        row = self._ground.sandbox.world.tables[row_id[0]].get(row_id[1])
        if row is None:
            return
        if not isinstance(answer.value, dict):
            changes = self._entries(ask, row_id[0], row)
        else:
            changes = self._changes(ask, shape, answer.value, row) if shape.keys else self._kinds(ask, row)
        settled_donor = -1
        for donor, strength, values in changes:
            if donor == settled_donor:
                continue
            found = self._try(strength, {row_id: values})
            if found is SAME_ANSWER:
                # Sound, but it changes nothing: grafting more or less of this donor will not either.
                settled_donor = donor
            elif isinstance(found, tuple):
                yield found

    def search_moved(
        self, ask: ReadAsk, others: Sequence[ReadAsk], shape: Shape
    ) -> Iterator[tuple[Witness, Sandbox, tuple[tuple[str, str], ...]]]:
        """Yields witnesses in which what is looked for is not where it was but where another read would show it."""
        home = self._row_of(ask)
        if home is None or not shape.keys:
            return
        matching = self._donors.best(ask, shape)
        lacking = self._donors.losers(ask, shape)
        for other in others:
            away = self._row_of(other)
            if away is None or away == home:
                continue
            for got, lost in zip(matching[:TRIED], lacking[:TRIED], strict=False):
                for keys in self._donors.key_sets(ask, shape):
                    moved = {home: parts(lost, keys), away: parts(got, keys)}
                    found = self._try("plausible", moved)
                    if isinstance(found, tuple):
                        yield found[0], found[1], (home, away)
                        return

    def _row_of(self, ask: ReadAsk) -> tuple[str, str] | None:
        rows = self._ground.reader.answer(ask).rows
        return next(iter(rows)) if len(rows) == 1 else None

    def _changes(
        self, ask: ReadAsk, shape: Shape, value: dict[str, Json], row: Row
    ) -> Iterator[tuple[int, Strength, dict[Path, Json]]]:
        """Yields (donor number, strength, values); what does not come from a donor has numbers of its own."""
        number = 0
        if all(row.get(key) == value.get(key) for key in shape.keys) and self._ground.donors(ask.tool):
            sets = self._donors.key_sets(ask, shape)
            # A losing donor is what shows that the winner's own row had to be read.
            for donor in self._donors.best(ask, shape)[:TRIED] + self._donors.losers(ask, shape):
                number += 1
                for keys in sets:
                    yield number, "plausible", parts(donor, keys)
            for strength, values in self._swaps(ask, shape, value):
                number += 1
                yield number, strength, values
        for strength, values in self._settings(ask, shape, value):
            number += 1
            yield number, strength, values

    def _entries(self, ask: ReadAsk, table: str, row: Row) -> Iterator[tuple[int, Strength, dict[Path, Json]]]:
        """Yields edits that put another row's entry in place of the one that was asked for (a room's day, a week)."""
        asked = {str(value) for value in ask.arguments.values()}
        places = [
            (key, entry) for key, value in row.items() if isinstance(value, dict) for entry in asked & value.keys()
        ]
        rows = self._ground.sandbox.world.tables[table]
        number = 0
        for key, entry in sorted(places):
            seen = [row[key][entry]]
            for donor in (rows[id_] for id_ in sorted(rows)):
                other = donor.get(key, {}).get(entry)
                # What tells of one kind of entry is enough: its numbers differ from row to row.
                if other is not None and all(_unlike(other, each) for each in seen):
                    seen.append(other)
                    number += 1
                    yield number, "plausible", {(key, entry): other}

    def _kinds(self, ask: ReadAsk, row: Row) -> Iterator[tuple[int, Strength, dict[Path, Json]]]:
        """Yields edits of a row that is looked at as a whole: another kind of thing, as other rows are."""
        number = 0
        for key, value in sorted(row.items()):
            kinds = self._ground.column_values(ask.tool, (key,)) if isinstance(value, str) else []
            for other in kinds if 1 < len(kinds) <= KINDS else ():
                if other != value:
                    number += 1
                    yield number, "plausible", {(key,): other}

    def _swaps(self, ask: ReadAsk, shape: Shape, value: dict[str, Json]) -> Iterator[tuple[Strength, dict[Path, Json]]]:
        """Yields edits that put another row's element into this row's collection (and the row into the right state)."""
        deepest = max(shape.prefixes.values(), key=len)
        if not deepest or deepest[-1] != "*" or shape.rest is not None:
            return
        memo = f"swaps:{ask.tool}:{deepest[0]}"
        if memo not in self._ground.pools:
            self._ground.pools[memo] = self._donors.sound(ask.tool, [deepest[0]])
        if not self._ground.pools[memo]:
            return
        state: dict[Path, Json] = {
            tuple(shape.path(rule.column)): rule.value
            for rule in shape.filters
            if "*" not in shape.path(rule.column) and rule.op == "eq" and rule.other is None
        }
        elements = list(element_paths(value, shape))[:2]
        for donor in self._donors.best(ask, shape)[:TRIED]:
            for source in element_paths(donor, shape):
                if local_passes(shape, donor, source):
                    for element in elements:
                        yield "plausible", {**state, element: at(donor, source)}
                    break

    def _settings(
        self, ask: ReadAsk, shape: Shape, value: dict[str, Json]
    ) -> Iterator[tuple[Strength, dict[Path, Json]]]:
        """Yields edits that make one element of the result win, or lose."""
        elements = list(element_paths(value, shape))
        for path in shape.weighed:
            pool = self._ground.column_values(ask.tool, path)
            for element in sorted(elements, key=lambda each: not local_passes(shape, value, each))[:ELEMENTS_TRIED]:
                place = concrete(path, element)
                for other in (pool[0], pool[-1]) if pool and at(value, place) is not MISSING else ():
                    yield "logical", {place: other}
        for key in shape.order[:1]:
            path = shape.path(key.column)
            present = [e for e in elements if at(value, concrete(path, e)) is not MISSING]
            elements = sorted(present, key=lambda e: at(value, concrete(path, e)), reverse=key.descending)
        # The likely winner comes first: the best of those that pass.
        elements.sort(key=lambda element: not local_passes(shape, value, element))
        strengths: tuple[Strength, ...] = ("plausible", "logical")
        for strength in strengths:
            # To lose with a value that others have is no tie; to win with one often is.
            for winning in (False, True):
                for element in elements[1 : 1 + ELEMENTS_TRIED] if winning else elements[:2]:
                    values = self._set(ask, shape, value, element, strength, winning)
                    if values:
                        yield strength, values
        for path in shape.binds:
            if "*" not in path:
                for other in self._ground.column_values(ask.tool, path)[:2]:
                    yield "logical", {tuple(path): other}

    def _set(
        self,
        ask: ReadAsk,
        shape: Shape,
        value: dict[str, Json],
        element: tuple[str | int, ...],
        strength: Strength,
        winning: bool,
    ) -> dict[Path, Json]:
        values: dict[Path, Json] = {}
        for rule in shape.filters if winning else shape.filters[:1] if not shape.order else ():
            if rule.other is None and rule.op == "eq":
                path = concrete(shape.path(rule.column), element)
                if winning:
                    values[path] = rule.value
                else:
                    pool = [v for v in self._ground.column_values(ask.tool, shape.path(rule.column)) if v != rule.value]
                    if pool:
                        values[path] = pool[0]
        for key in shape.order[:1]:
            path = shape.path(key.column)
            pool = walk(value, path) if strength == "plausible" else self._ground.column_values(ask.tool, path)
            if pool:
                values[concrete(path, element)] = max(pool) if key.descending == winning else min(pool)
        if any(at(value, path) is MISSING for path in values):
            return {}  # not every element has every column, and none gets a new one
        return {path: new for path, new in values.items() if at(value, path) != new}

    def _try(
        self, strength: Strength, changes: Mapping[tuple[str, str], dict[Path, Json]]
    ) -> tuple[Witness, Sandbox, tuple[str, str]] | str:
        """Makes a changed world; says so if it is not sound, or if the answer there is the same."""
        tables: dict[str, dict[str, Row | None]] = {}
        edits = []
        for row_id, values in changes.items():
            made = edited(self._ground, row_id, values)
            if made is None or (row_id == self._person and not self._still_true(made[0])):
                return UNSOUND
            tables.setdefault(row_id[0], {})[row_id[1]] = made[0]
            edits.append(made[1])
        world = self._ground.sandbox.with_rows(tables)
        answer = self._answer_of(ChangedReader(self._ground.reader, world, frozenset(changes)), world)
        # A world where the answer is not determined would break a promise of the user's words: it does not count.
        if answer is None:
            return UNSOUND
        if answer == self._gold:
            return SAME_ANSWER
        return Witness(strength=strength, edits=tuple(edits), answer=answer), world, next(iter(changes))

    def _still_true(self, row: Row) -> bool:
        """Whether what the user knows by heart holds for the changed row."""
        return self._ground.sandbox.domain.principal.known(row) == self._known


def _unlike(one: Json, other: Json) -> bool:
    """Whether two entries differ in more than their numbers."""
    if isinstance(one, dict) and isinstance(other, dict):
        texts = [{key: each for key, each in value.items() if isinstance(each, str)} for value in (one, other)]
        return bool(texts[0] != texts[1] or one.keys() != other.keys())
    return bool(one != other)
