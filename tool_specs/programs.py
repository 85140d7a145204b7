"""Runs programs: which rows are left, in which order, after which reads.

The interpreter is a generator that yields the reads it needs and is sent their results, so that a proof (reads from a
fork, all at once), an agent (one call per message) and a verifier (recorded results) run the very same code.

Filters are applied as soon as their columns are bound, before further reads are asked for. No read is asked twice.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, NamedTuple

from msgspec import UNSET
from msgspec.structs import replace

from schemas.base import Json, canonical
from schemas.program import At, Bind, Call, Each, Filter, Operand, Program, Step
from tool_specs.columns import MISSING, BindingRow, Getter, Test, column, elements, getter, passes, ranked, test_of
from tool_specs.remember import remembered

__all__ = [
    "LINEAGE",
    "MISSING",
    "BindingRow",
    "Machine",
    "ReadAsk",
    "ReadKey",
    "Selection",
    "bound",
    "column",
    "elements",
    "passes",
    "preferred",
    "rank",
    "read_key",
    "run",
    "settled",
    "steps_of",
]

ReadKey = tuple[str, bytes]
"""Tool name and canonical argument bytes: the identity of a ground read."""


LINEAGE: Final = "@"
"""Binding under which a row keeps the indices (into `Selection.reads`) of the reads that led to it."""


class ReadAsk(NamedTuple):
    """A read that the interpreter needs: answer it with the tool's JSON value, or `MISSING` for an error."""

    tool: str
    arguments: dict[str, Json]
    key: ReadKey


@dataclass(frozen=True)
class Selection:
    """What running programs gave.

    Attributes:
        reads: the reads asked for, in order.
        picked: per program, the rows it picked, best first (`only`/`first`: rows that tie for the place).
        candidates: per program, the rows that were compared.
        used: per program, the indices of the reads that it looked at.
    """

    reads: tuple[ReadAsk, ...]
    picked: tuple[tuple[BindingRow, ...], ...]
    candidates: tuple[tuple[BindingRow, ...], ...]
    used: tuple[frozenset[int], ...]


def read_key(tool: str, arguments: dict[str, Json]) -> ReadKey:
    """Returns the identity of a ground read."""
    return tool, canonical(arguments)


def run(
    programs: Sequence[Program],
    facts: Mapping[str, Json],
    read: Callable[[ReadAsk], Any],
    *,
    exhaustive: bool = True,
    seeds: Sequence[BindingRow] = (),
) -> Selection:
    """Runs programs to the end with a function that answers reads. See `steps_of` for the arguments."""
    machine = steps_of(programs, facts, exhaustive=exhaustive, seeds=seeds)
    answer: Any = None
    while True:
        try:
            answer = read(machine.send(answer))
        except StopIteration as stop:
            selection: Selection = stop.value
            return selection


Machine = Generator[ReadAsk, Any, Any]


def steps_of(
    programs: Sequence[Program],
    facts: Mapping[str, Json],
    *,
    exhaustive: bool = True,
    seeds: Sequence[BindingRow] = (),
) -> Generator[ReadAsk, Any, Selection]:
    """Yields the reads that the programs need; returns the selection.

    Args:
        programs: in order; a program that continues an earlier one has its number in `start`.
        facts: what the user said: knowledge name -> value.
        exhaustive: False lets `only` programs stop at the first row that is left (the words promise there is one).
        seeds: rows (with `LINEAGE`) that programs without `start` begin from instead of from nothing.

    Raises:
        KeyError: a program needs a fact that is not there.
    """
    asked = _Asked({}, [], set())
    used: list[frozenset[int]] = []
    picked: list[tuple[BindingRow, ...]] = []
    candidates: list[tuple[BindingRow, ...]] = []
    for program in programs:
        begun = picked[program.start] if program.start is not None else seeds or ({LINEAGE: ()},)
        stages = _stages(program)
        groups: list[list[BindingRow]] = []
        asked.used.clear()
        early = program.pick == "only" and not exhaustive
        for seed in begun:
            if early:
                rows = yield from _first_match(stages, seed, facts, asked)
            else:
                rows = [seed]
                for stage in stages:
                    if stage.step.tool:
                        rows = yield from stage.read(rows, facts, asked)
                    else:
                        rows = stage.walk(rows, facts)
            groups.append(rows)
        pool = [row for group in groups for row in group]
        candidates.append(tuple(pool))
        picked.append(tuple(_pick(program, groups, pool)))
        used.append(frozenset(asked.used))
    return Selection(tuple(asked.order), tuple(picked), tuple(candidates), tuple(used))


@dataclass
class _Asked:
    """The reads so far: their results by identity, their order, and those the present program looked at."""

    results: dict[ReadKey, tuple[int, Any]]
    order: list[ReadAsk]
    used: set[int]

    def note(self, ask: ReadAsk, value: Any) -> tuple[int, Any]:
        found = self.results[ask.key] = (len(self.order), value)
        self.order.append(ask)
        return found


class _Ready(NamedTuple):
    """A step made ready to run.

    Attributes:
        tool: what it reads with; empty for a collection that is walked.
        operands: parameter, its column (or None), the fact that the user states (if no column). Of a collection there
            is one.
        also: further tools that are read with the same arguments.
    """

    name: str
    tool: str
    operands: tuple[tuple[str, Getter | None, str], ...]
    also: tuple[str, ...] = ()

    def ask(self, row: BindingRow, facts: Mapping[str, Json]) -> ReadAsk | None:
        """Returns the read that a row needs next, or None where it lacks a value for it."""
        arguments: dict[str, Json] = {}
        for name, get, fact in self.operands:
            value = get(row) if get is not None else facts[fact]
            if value is MISSING:
                return None
            arguments[name] = value
        if len(arguments) == 1 and type(value) is str:
            return _known_ask(self.tool, name, value)
        return ReadAsk(self.tool, arguments, read_key(self.tool, arguments))

    def asks(self, first: ReadAsk) -> tuple[ReadAsk, ...]:
        """Returns a read with those of the other tools that answer the same question."""
        others = (ReadAsk(tool, first.arguments, read_key(tool, first.arguments)) for tool in self.also)
        return (first, *others)


@lru_cache(maxsize=8192)
def _known_ask(tool: str, name: str, value: str) -> ReadAsk:
    arguments: dict[str, Json] = {name: value}
    return ReadAsk(tool, arguments, read_key(tool, arguments))


class _Stage(NamedTuple):
    """A step with the filters that can be applied once it has bound its name.

    Attributes:
        inner: filters on what the step binds alone: they spare the row.
        outer: the other filters.
    """

    step: _Ready
    inner: tuple[Test, ...]
    outer: tuple[Test, ...]

    def walk(self, rows: Sequence[BindingRow], facts: Mapping[str, Json]) -> list[BindingRow]:
        """Returns the rows that grow out of these, one per element of their collections."""
        name = self.step.name
        ((_, source, fact),) = self.step.operands
        grown: list[BindingRow] = []
        for row in rows:
            found = elements(source(row) if source is not None else facts[fact])
            for test in self.inner:
                found = [element for element in found if test(element)]
            grown += [{**row, name: element} for element in found]
        return self._left(grown)

    def read(
        self, rows: Sequence[BindingRow], facts: Mapping[str, Json], asked: _Asked
    ) -> Generator[ReadAsk, Any, list[BindingRow]]:
        """Returns the rows that have the results of their reads."""
        name, ask_of = self.step.name, self.step.ask
        results, used, also = asked.results, asked.used, self.step.also
        grown: list[BindingRow] = []
        for row in rows:
            first = ask_of(row, facts)
            if first is None:
                continue
            for ask in self.step.asks(first) if also else (first,):
                number, value = results.get(ask.key) or asked.note(ask, (yield ask))
                used.add(number)
                if value is not MISSING:
                    lineage: Any = row[LINEAGE]
                    grown.append({**row, name: value, LINEAGE: lineage if number in lineage else (*lineage, number)})
        return self._left(grown)

    def _left(self, rows: list[BindingRow]) -> list[BindingRow]:
        for test in self.outer:
            rows = [row for row in rows if test(row)]
        return rows


@remembered(1)
def _stages(program: Program) -> tuple[_Stage, ...]:
    """Returns the steps of a program with their filters."""
    steps = program.steps
    if not program.where:
        return tuple([_Stage(_ready(step), (), ()) for step in steps])
    position = {step.name: number for number, step in enumerate(steps)}
    inner: list[list[Test]] = [[] for _ in steps]
    outer: list[list[Test]] = [[] for _ in steps]
    for rule in program.where:
        number = position.get(str(rule.column[0]), 0)
        if rule.other is not None:
            number = max(number, position.get(str(rule.other[0]), 0))
        if isinstance(steps[number], Each) and rule.other is None and rule.column[0] == steps[number].name:
            inner[number].append(test_of(rule, inside=True))
        else:
            outer[number].append(test_of(rule))
    return tuple(
        [_Stage(_ready(step), tuple(own), tuple(rest)) for step, own, rest in zip(steps, inner, outer, strict=True)]
    )


@remembered(1)
def _ready(step: Step) -> _Ready:
    operands = [(name, *_operand(operand)) for name, operand in _operands(step)]
    if isinstance(step, Call):
        return _Ready(step.name, step.tool, tuple(operands), step.also)
    return _Ready(step.name, "", tuple(operands))


def _operands(step: Step) -> Sequence[tuple[str, Operand]]:
    return list(step.arguments.items()) if isinstance(step, Call) else [("", step.source)]


def _operand(operand: Operand) -> tuple[Getter | None, str]:
    return (getter(operand.path), "") if isinstance(operand, At) else (None, operand.name)


def _first_match(
    stages: Sequence[_Stage], row: BindingRow, facts: Mapping[str, Json], asked: _Asked
) -> Generator[ReadAsk, Any, list[BindingRow]]:
    if not stages:
        return [row]
    first, rest = stages[0], stages[1:]
    grown = (yield from first.read([row], facts, asked)) if first.step.tool else first.walk([row], facts)
    for longer in grown:
        found = yield from _first_match(rest, longer, facts, asked)
        if found:
            return found
    return []


def rank(program: Program, rows: Sequence[BindingRow]) -> list[BindingRow]:
    """Returns the rows that have all ordering columns, best first (stable in listing order)."""
    return ranked(program.order, rows)


def preferred(program: Program, rows: Sequence[BindingRow]) -> tuple[Filter | None, list[BindingRow]]:
    """Returns the first wish that any of these rows passes, with the rows that do; no wish and all rows otherwise."""
    for wish in program.wishes:
        fitting = [row for row in rows if passes(wish, row)]
        if fitting:
            return wish, fitting
    return None, list(rows)


def settled(programs: Sequence[Program], selection: Selection) -> tuple[tuple[Program, ...], Selection]:
    """Returns programs without wishes that pick the same rows on this world: what a wish came to is a filter."""
    plain: list[Program] = []
    compared: list[tuple[BindingRow, ...]] = []
    for program, rows in zip(programs, selection.candidates, strict=False):
        if program.wishes:
            wish, left = preferred(program, rank(program, rows))
            rows = tuple(left)
            where = (*program.where, wish) if wish is not None else program.where
            program = replace(program, where=where, prefer=UNSET)
        plain.append(program)
        compared.append(rows)
    return tuple(plain), Selection(selection.reads, selection.picked, tuple(compared), selection.used)


def _pick(program: Program, groups: list[list[BindingRow]], pool: list[BindingRow]) -> list[BindingRow]:
    if program.pick == "each":
        result = []
        for group in groups:
            best = _ties(program, group)
            if len(best) != 1:
                return []  # nothing there, or a tie: the words do not say which
            result.append(best[0])
        return result
    return rank(program, pool) if program.pick == "all" else _ties(program, pool)


def _ties(program: Program, rows: list[BindingRow]) -> list[BindingRow]:
    rows = preferred(program, rank(program, rows))[1]
    if program.pick == "only" or not rows:
        return rows
    keys = [getter(key.column) for key in program.order]
    best = [get(rows[0]) for get in keys]
    # They are sorted: those that tie stand in front.
    for number, row in enumerate(rows):
        if [get(row) for get in keys] != best:
            return rows[:number]
    return rows


def bound(bind: Bind, programs: Sequence[Program], selection: Selection) -> Any:
    """Returns the value that a bind takes from a selection; `MISSING` if nothing is picked or unequal values tie."""
    rows = selection.picked[bind.program]
    get = getter(bind.column)
    values = [get(row) for row in rows]
    if bind.aggregate == "count":
        return len(values)
    if any(value is MISSING for value in values):
        return MISSING
    if bind.aggregate != "none":
        return _fold(bind.aggregate, values)
    if bind.many and programs[bind.program].pick in ("all", "each"):
        return values if values else MISSING
    if not values or any(value != values[0] for value in values):
        return MISSING
    return [values[0]] if bind.many else values[0]


def _fold(how: str, values: list[Any]) -> Any:
    if how == "sum":
        return round(sum(values), 2)
    if not values:
        return MISSING
    return min(values) if how == "min" else max(values)
