"""Witnesses: changed worlds that show why a read cannot be skipped.

The family of changes (version 1), tried in this order:

- *graft*: parts of a row (those that the program looks at, or all but its ids) are replaced by those of another row of
  the same table, as the world has it (plausible: an unread row may be like any other row);
- *swap*: one element of a collection in the row is replaced by one that stands in the same collection of another row;
- *move* (look-ups only): a row loses what is looked for and another one gets it, both by grafts: the words promise
  that there is exactly one;
- *set*: one element's columns get values with which it wins or loses: values that this column has elsewhere in the
  same result (plausible), else anywhere in the world (logical).

The row keeps its id and all it is joined by, what the user knows by heart stays true, dependent columns are settled,
and the changed row must pass the domain's integrity check. Donors are ranked by what the program would make of them,
so that the first try mostly succeeds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from schemas.base import Json, Path, canonical
from schemas.program import At, Call, Each, Filter, OrderKey, Program
from schemas.task import Edit, Strength, Witness
from schemas.world import Row, Tables
from stages.generate_tasks.ground import Ground, walk
from tool_specs.programs import LINEAGE, MISSING, BindingRow, ReadAsk, column, passes, rank, run
from tool_specs.reading import ChangedReader
from tool_specs.sandbox import Sandbox

DONORS_TRIED = 4
DONORS_RANKED = 400
"""Donor rows ranked for one way of looking at them."""
DONORS_JOINED = 60
"""The same when ranking them needs further reads."""
ELEMENTS_TRIED = 4
SAMPLED_GRAFTS = 24
"""Grafts tried to learn which keys of a row can be replaced at all."""
UNSOUND = "unsound"
SAME_ANSWER = "same answer"

AnswerOf = Callable[[Callable[[ReadAsk], Any], Sandbox], dict[str, Json] | None]
"""The request's answer when reads are answered so, on this state of the world."""


@dataclass(frozen=True)
class Shape:
    """How a program looks at the result of one of its calls.

    Attributes:
        steps: the collections walked inside the result.
        prefixes: binding -> path from the result (`*` for a collection's element).
        filters, order: those of the program that speak only of these bindings.
        binds: paths whose values go into the answer.
        rest: steps that follow, with the filters and ordering that wait for them.
        lookup: whether the words promise that just one row is left.
    """

    call: Call
    steps: tuple[Each, ...]
    prefixes: Mapping[str, tuple[str, ...]]
    filters: tuple[Filter, ...]
    order: tuple[OrderKey, ...]
    binds: tuple[tuple[str, ...], ...]
    rest: Program | None
    lookup: bool

    @property
    def keys(self) -> list[str]:
        """Top-level keys of the result that the program looks at (ids that only lead on are not among them)."""
        paths = [self.path(f.column) for f in self.filters] + [self.path(k.column) for k in self.order]
        return sorted({path[0] for path in [*paths, *self.binds] if path})

    def path(self, column_path: Path) -> tuple[str, ...]:
        """Returns a column's path from the result."""
        return (*self.prefixes[str(column_path[0])], *(str(part) for part in column_path[1:]))


def shape_of(programs: Sequence[Program], number: int, position: int, columns: Sequence[tuple[int, Path]]) -> Shape:
    """Returns how program `number` looks at the result of its step `position` (a call).

    Args:
        programs: the request's programs.
        number: which of them.
        position: which of its steps.
        columns: (program, column) pairs of the answer's binds.
    """
    program = programs[number]
    call = program.steps[position]
    if not isinstance(call, Call):
        raise TypeError(f"step {position} of program {number} is no call")
    prefixes: dict[str, tuple[str, ...]] = {call.name: ()}
    steps: list[Each] = []
    end = position + 1
    for step in program.steps[position + 1 :]:
        if not isinstance(step, Each) or not isinstance(step.source, At) or step.source.path[0] not in prefixes:
            break
        source = step.source.path
        prefixes[step.name] = (*prefixes[str(source[0])], *(str(p) for p in source[1:]), "*")
        steps.append(step)
        end += 1
    here = [
        f for f in program.where if str(f.column[0]) in prefixes and (f.other is None or str(f.other[0]) in prefixes)
    ]
    order = [key for key in program.order if str(key.column[0]) in prefixes]
    binds = [
        (*prefixes[str(path[0])], *(str(part) for part in path[1:]))
        for owner, path in columns
        if owner == number and str(path[0]) in prefixes
    ]
    rest = None
    if end < len(program.steps):
        later = tuple(f for f in program.where if f not in here)
        rest = Program(steps=program.steps[end:], where=later, order=program.order, pick="all")
    return Shape(call, tuple(steps), prefixes, tuple(here), tuple(order), tuple(binds), rest, program.pick == "only")


class WitnessSearch:
    """Searches witnesses for one request."""

    def __init__(
        self, ground: Ground, facts: Mapping[str, Json], answer_of: AnswerOf, gold: dict[str, Json], person: str
    ) -> None:
        self._ground = ground
        self._facts = facts
        self._answer_of = answer_of
        self._gold = gold
        self._person = (ground.sandbox.domain.principal.table, person)
        self._known = ground.facts_of(person)

    def search(self, ask: ReadAsk, shape: Shape) -> Iterator[tuple[Witness, Sandbox, tuple[str, str]]]:
        """Yields witnesses that touch the read's row: (witness, the changed world, the changed row)."""
        answer = self._ground.reader.answer(ask)
        if len(answer.rows) != 1 or not isinstance(answer.value, dict):
            return
        (row_id,) = answer.rows
        row = self._ground.sandbox.world.tables[row_id[0]].get(row_id[1])
        if row is None or not shape.keys:
            return
        settled_donor = -1
        for donor, strength, values in self._changes(ask, shape, answer.value, row):
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
        matching = self._donors(ask, shape)
        lacking = self._losers(ask, shape)
        for other in others:
            away = self._row_of(other)
            if away is None or away == home:
                continue
            for got, lost in zip(matching[:DONORS_TRIED], lacking[:DONORS_TRIED], strict=False):
                for keys in self._key_sets(ask, shape):
                    moved = {home: _parts(lost, keys), away: _parts(got, keys)}
                    found = self._try("plausible", moved)
                    if isinstance(found, tuple):
                        yield found[0], found[1], (home, away)
                        return

    def _row_of(self, ask: ReadAsk) -> tuple[str, str] | None:
        rows = self._ground.reader.answer(ask).rows
        return next(iter(rows)) if len(rows) == 1 else None

    def _key_sets(self, ask: ReadAsk, shape: Shape) -> list[list[str]]:
        """Returns sets of keys to graft, by how often samples of them are sound: what is looked at, all but ids, ...

        A function of the world alone: what was tried for earlier tasks must not matter, or workers would differ.
        """
        memo = f"key sets:{ask.tool}:{shape.keys}"
        if memo not in self._ground.pools:
            donors = self._ground.donors(ask.tool)
            tables = self._ground.sandbox.world.tables
            sample = donors[0][1]
            free = sorted(key for key, value in sample.items() if not _is_id(value, tables))
            sets = [shape.keys, free, *([key for key in free if key != left_out] for left_out in free)]
            unique = [
                keys for number, keys in enumerate(sets) if set(keys) & set(shape.keys) and keys not in sets[:number]
            ]
            scored = [(self._sound(ask.tool, keys), keys) for keys in unique]
            self._ground.pools[memo] = [keys for score, keys in sorted(scored, key=lambda pair: -pair[0]) if score]
        found: list[list[str]] = self._ground.pools[memo]
        return found

    def _sound(self, tool: str, keys: Sequence[str]) -> int:
        """Counts the sample rows that stay sound when these keys are grafted onto them."""
        donors = self._ground.donors(tool)
        table = self._ground.tables_of_tools[tool]
        step = max(1, len(donors) // SAMPLED_GRAFTS)
        pairs = zip(donors[::step], donors[step // 2 + 1 :: step], strict=False)
        return sum(self._edited((table, row), _parts(donor, keys)) is not None for (row, _), (_, donor) in pairs)

    def _changes(
        self, ask: ReadAsk, shape: Shape, value: dict[str, Json], row: Row
    ) -> Iterator[tuple[int, Strength, dict[Path, Json]]]:
        """Yields (donor number, strength, values); what does not come from a donor has numbers of its own."""
        number = 0
        if all(row.get(key) == value.get(key) for key in shape.keys) and self._ground.donors(ask.tool):
            sets = self._key_sets(ask, shape)
            # A losing donor is what shows that the winner's own row had to be read.
            for donor in self._donors(ask, shape)[:DONORS_TRIED] + self._losers(ask, shape):
                number += 1
                for keys in sets:
                    yield number, "plausible", _parts(donor, keys)
            for strength, values in self._swaps(ask, shape, value):
                number += 1
                yield number, strength, values
        for strength, values in self._settings(ask, shape, value):
            number += 1
            yield number, strength, values

    def _swaps(self, ask: ReadAsk, shape: Shape, value: dict[str, Json]) -> Iterator[tuple[Strength, dict[Path, Json]]]:
        """Yields edits that put another row's element into this row's collection (and the row into the right state)."""
        deepest = max(shape.prefixes.values(), key=len)
        if not deepest or deepest[-1] != "*" or shape.rest is not None:
            return
        memo = f"swaps:{ask.tool}:{deepest[0]}"
        if memo not in self._ground.pools:
            self._ground.pools[memo] = self._sound(ask.tool, [deepest[0]])
        if not self._ground.pools[memo]:
            return
        state: dict[Path, Json] = {
            tuple(shape.path(rule.column)): rule.value
            for rule in shape.filters
            if "*" not in shape.path(rule.column) and rule.op == "eq" and rule.other is None
        }
        elements = list(_element_paths(value, shape))[:2]
        for donor in self._donors(ask, shape)[:DONORS_TRIED]:
            for source in _element_paths(donor, shape):
                if _local_passes(shape, donor, source):
                    for element in elements:
                        yield "plausible", {**state, element: _at(donor, source)}
                    break

    def _donors(self, ask: ReadAsk, shape: Shape) -> list[dict[str, Json]]:
        """Returns donors, those first from which the program would pick the best row."""
        own = {str(value) for value in ask.arguments.values()}
        return [value for donor, value in self._ranked(ask, shape)[0] if donor not in own]

    def _ranked(
        self, ask: ReadAsk, shape: Shape
    ) -> tuple[list[tuple[str, dict[str, Json]]], list[tuple[str, dict[str, Json]]]]:
        signature = canonical(
            [
                ask.tool,
                [[list(shape.path(f.column)), f.op, f.value] for f in shape.filters],
                [[list(shape.path(k.column)), k.descending] for k in shape.order],
                None if shape.rest is None else [[list(f.column), f.op, f.value] for f in shape.rest.where],
                None if shape.rest is None else [[list(k.column), k.descending] for k in shape.rest.order],
            ]
        ).decode()
        key = f"ranked:{signature}"
        if key not in self._ground.pools:
            self._ground.pools[key] = self._rank(ask.tool, shape)
        found: tuple[list[tuple[str, dict[str, Json]]], list[tuple[str, dict[str, Json]]]] = self._ground.pools[key]
        return found

    def _losers(self, ask: ReadAsk, shape: Shape) -> list[dict[str, Json]]:
        """Returns donors from which the program would pick nothing, or the worst."""
        losers = self._ranked(ask, shape)[1]
        own = {str(value) for value in ask.arguments.values()}
        return [value for donor, value in losers if donor not in own][:DONORS_TRIED]

    def _rank(
        self, tool: str, shape: Shape
    ) -> tuple[list[tuple[str, dict[str, Json]]], list[tuple[str, dict[str, Json]]]]:
        """Ranks donor rows by the row that the program would pick from them: the best, and those that lose."""
        donors = self._candidates(tool, shape)
        limit = DONORS_RANKED if shape.rest is None else DONORS_JOINED
        donors = donors[:: max(1, len(donors) // limit)]
        local = Program(steps=shape.steps, where=shape.filters, order=() if shape.rest else shape.order, pick="all")
        best: list[BindingRow] = []
        some = self._ground.donors(tool)[:: max(1, len(self._ground.donors(tool)) // 16)]
        lacking = [pair for pair in some if not _local_rows(local, shape.call.name, pair[1])]
        for number, (donor, value) in enumerate(donors):
            rows = _local_rows(local, shape.call.name, value)
            if rows and shape.rest is not None:
                rows = list(run([shape.rest], self._facts, self._ground.reader, seeds=rows).picked[0])
            if rows:
                best.append({**rows[0], "#donor": (donor, number)})
        order = shape.rest.order if shape.rest is not None else shape.order
        ranked = rank(Program(steps=(), order=order), best) if order else best
        in_order = [(row["#donor"][0], donors[row["#donor"][1]][1]) for row in ranked]
        return in_order[: 4 * DONORS_TRIED], (lacking[:2] + in_order[: -DONORS_TRIED - 1 : -1] + lacking[2:])

    def _candidates(self, tool: str, shape: Shape) -> list[tuple[str, dict[str, Json]]]:
        """Returns the donors that can pass the rarest of the program's filters on text."""
        best = self._ground.donors(tool)
        for rule in shape.filters:
            if rule.op == "eq" and rule.other is None and isinstance(rule.value, str):
                having = self._ground.donors_having(tool, shape.path(rule.column)).get(rule.value, [])
                if len(having) < len(best):
                    best = having
        return best

    def _settings(
        self, ask: ReadAsk, shape: Shape, value: dict[str, Json]
    ) -> Iterator[tuple[Strength, dict[Path, Json]]]:
        """Yields edits that make one element of the result win, or lose."""
        elements = list(_element_paths(value, shape))
        for key in shape.order[:1]:
            path = shape.path(key.column)
            present = [e for e in elements if _at(value, _concrete(path, e)) is not MISSING]
            elements = sorted(present, key=lambda e: _at(value, _concrete(path, e)), reverse=key.descending)
        # The likely winner comes first: the best of those that pass.
        elements.sort(key=lambda element: not _local_passes(shape, value, element))
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
                    yield "plausible", {tuple(path): other}

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
                path = _concrete(shape.path(rule.column), element)
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
                values[_concrete(path, element)] = max(pool) if key.descending == winning else min(pool)
        return {path: new for path, new in values.items() if _at(value, path) != new}

    def _try(
        self, strength: Strength, changes: Mapping[tuple[str, str], dict[Path, Json]]
    ) -> tuple[Witness, Sandbox, tuple[str, str]] | str:
        """Makes a changed world; says so if it is not sound, or if the answer there is the same."""
        tables: dict[str, dict[str, Row | None]] = {}
        edits = []
        for row_id, values in changes.items():
            made = self._edited(row_id, values)
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

    def _edited(self, row_id: tuple[str, str], values: dict[Path, Json]) -> tuple[Row, Edit] | None:
        domain = self._ground.sandbox.domain
        row = self._ground.sandbox.world.tables[row_id[0]][row_id[1]]
        edited = row
        for path, new in values.items():
            if _at(edited, path[:-1]) is MISSING:
                return None
            edited = _replaced(edited, path, new)
        changed = domain.settle(row_id[0], edited)
        if changed == row or not domain.check_row(self._ground.sandbox.state, row_id[0], row_id[1], changed):
            return None
        settled = tuple(((key,), changed[key]) for key in sorted(changed) if changed[key] != edited.get(key))
        return changed, Edit(table=row_id[0], key=row_id[1], values=(*values.items(), *settled))


def _is_id(value: Json, tables: Tables) -> bool:
    return isinstance(value, str) and any(value in rows for rows in tables.values())


def _parts(donor: dict[str, Json], keys: Sequence[str]) -> dict[Path, Json]:
    return {(key,): donor[key] for key in keys if key in donor}


def _local_rows(local: Program, name: str, value: Json) -> list[BindingRow]:
    rows: list[BindingRow] = [{LINEAGE: (), name: value}]
    for step in local.steps:
        source = step.source.path if isinstance(step, Each) and isinstance(step.source, At) else ()
        rows = [{**row, step.name: each} for row in rows for each in walk(row, (*(str(p) for p in source), "*"))]
    return rank(local, [row for row in rows if all(passes(rule, row) for rule in local.where)])


def _element_paths(value: Json, shape: Shape) -> Iterator[tuple[str | int, ...]]:
    """Yields the concrete paths of the innermost elements that the program walks to (the result itself if none)."""
    deepest = max(shape.prefixes.values(), key=len)
    yield from _expand(value, deepest, ())


def _expand(value: Any, path: tuple[str, ...], done: tuple[str | int, ...]) -> Iterator[tuple[str | int, ...]]:
    if not path:
        yield done
    elif path[0] == "*":
        pairs = enumerate(value) if isinstance(value, list) else value.items() if isinstance(value, dict) else ()
        for key, each in pairs:
            yield from _expand(each, path[1:], (*done, key))
    elif isinstance(value, dict) and path[0] in value:
        yield from _expand(value[path[0]], path[1:], (*done, path[0]))


def _local_passes(shape: Shape, value: Json, element: tuple[str | int, ...]) -> bool:
    return all(
        _at(value, _concrete(shape.path(rule.column), element)) == rule.value
        for rule in shape.filters
        if rule.other is None and rule.op == "eq"
    )


def _concrete(path: Sequence[str], element: tuple[str | int, ...]) -> Path:
    """Fills the `*` of a path with an element's own keys and positions."""
    return tuple(element[number] if part == "*" and number < len(element) else part for number, part in enumerate(path))


def _at(value: Any, path: Path) -> Any:
    return column(value, path) if path else value


def _replaced(value: Any, path: Path, new: Json) -> Any:
    if not path:
        return new
    if isinstance(value, list):
        copy: Any = list(value)
        copy[int(path[0])] = _replaced(value[int(path[0])], path[1:], new)
        return copy
    return {**value, path[0]: _replaced(value.get(path[0]), path[1:], new)}
