"""Runs programs: which rows are left, in which order, after which reads.

The interpreter is a generator that yields the reads it needs and is sent their results, so that a proof (reads from a
fork, all at once), an agent (one call per message) and a verifier (recorded results) run the very same code.

Filters are applied as soon as their columns are bound, before further reads are asked for. No read is asked twice.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from schemas.base import Json, Path, canonical
from schemas.program import At, Bind, Call, Each, Filter, Operand, Program, Step
from tool_specs.remember import remembered

BindingRow = dict[str, Json]
ReadKey = tuple[str, bytes]
"""Tool name and canonical argument bytes: the identity of a ground read."""


class _Missing:
    def __repr__(self) -> str:
        return "MISSING"


MISSING: Final = _Missing()
"""What a column is where a row does not have it, and what a failed read answers."""

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


def column(row: Any, path: Path) -> Any:
    """Returns the value at a path of a row, or `MISSING`."""
    value = row
    try:
        for part in path:
            value = value[part]
    except (KeyError, IndexError, TypeError):
        return MISSING
    return MISSING if value is None else value


def elements(value: Json) -> list[Json]:
    """Returns the rows of a collection: a list's elements or an object's values."""
    if isinstance(value, list):
        return value
    return list(value.values()) if isinstance(value, dict) else []


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
        filters = filters_by_step(program)
        groups: list[list[BindingRow]] = []
        asked.used.clear()
        early = program.pick == "only" and not exhaustive
        for seed in begun:
            rows = [seed]
            if early:
                rows = yield from _first_match(program.steps, filters, seed, facts, asked)
            else:
                for number, step in enumerate(program.steps):
                    if isinstance(step, Each):
                        name = step.name
                        grown = [
                            {**row, name: element}
                            for row in rows
                            for element in elements(_operand(step.source, row, facts))
                        ]
                    else:
                        grown = []
                        for row in rows:
                            ask = _ask(step, row, facts)
                            if ask is None:
                                continue
                            if ask.key not in asked.results:
                                asked.note(ask, (yield ask))
                            longer = asked.grown(step.name, row, ask)
                            if longer is not None:
                                grown.append(longer)
                    for rule in filters[number]:
                        grown = [row for row in grown if passes(rule, row)]
                    rows = grown
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

    def note(self, ask: ReadAsk, value: Any) -> None:
        self.results[ask.key] = (len(self.order), value)
        self.order.append(ask)

    def grown(self, name: str, row: BindingRow, ask: ReadAsk) -> BindingRow | None:
        """Returns the row with the read's result, or None where the read failed."""
        number, value = self.results[ask.key]
        self.used.add(number)
        if value is MISSING:
            return None
        lineage = row[LINEAGE]
        return {**row, name: value, LINEAGE: lineage if number in lineage else (*lineage, number)}


def _first_match(
    steps: Sequence[Step],
    filters: Sequence[Sequence[Filter]],
    row: BindingRow,
    facts: Mapping[str, Json],
    asked: _Asked,
    depth: int = 0,
) -> Generator[ReadAsk, Any, list[BindingRow]]:
    if depth == len(steps):
        return [row]
    for grown in (yield from _extend(steps[depth], row, facts, asked)):
        if all(passes(f, grown) for f in filters[depth]):
            found = yield from _first_match(steps, filters, grown, facts, asked, depth + 1)
            if found:
                return found
    return []


def _extend(
    step: Step, row: BindingRow, facts: Mapping[str, Json], asked: _Asked
) -> Generator[ReadAsk, Any, list[BindingRow]]:
    if isinstance(step, Each):
        return _walked(step, row, facts)
    ask = _ask(step, row, facts)
    if ask is None:
        return []
    if ask.key not in asked.results:
        asked.note(ask, (yield ask))
    longer = asked.grown(step.name, row, ask)
    return [] if longer is None else [longer]


def _walked(step: Each, row: BindingRow, facts: Mapping[str, Json]) -> list[BindingRow]:
    name = step.name
    return [{**row, name: element} for element in elements(_operand(step.source, row, facts))]


def _ask(step: Call, row: BindingRow, facts: Mapping[str, Json]) -> ReadAsk | None:
    """Returns the read that a row needs next, or None where it lacks a value for it."""
    arguments: dict[str, Json] = {}
    for name, operand in step.arguments.items():
        value = _operand(operand, row, facts)
        if value is MISSING:
            return None
        arguments[name] = value
    return ReadAsk(step.tool, arguments, read_key(step.tool, arguments))


def _operand(operand: Operand, row: BindingRow, facts: Mapping[str, Json]) -> Any:
    return column(row, operand.path) if isinstance(operand, At) else facts[operand.name]


def passes(rule: Filter, row: Mapping[str, Json]) -> bool:
    """Whether a row passes a filter. A row without the column passes none."""
    value = column(row, rule.column)
    if value is MISSING:
        return False
    wanted = rule.value if rule.other is None else column(row, rule.other)
    return bool(value == wanted) is (rule.op == "eq")


@remembered(1)
def filters_by_step(program: Program) -> list[list[Filter]]:
    """Returns, per step, the filters that can be applied once that step has bound its name."""
    position = {step.name: number for number, step in enumerate(program.steps)}
    result: list[list[Filter]] = [[] for _ in program.steps]
    for rule in program.where:
        names = [rule.column[0]] + ([rule.other[0]] if rule.other else [])
        result[max(position.get(str(name), 0) for name in names)].append(rule)
    return result


def rank(program: Program, rows: list[BindingRow]) -> list[BindingRow]:
    """Returns the rows that have all ordering columns, best first (stable in listing order)."""
    rows = list(rows)
    for key in program.order:
        rows = [row for row in rows if column(row, key.column) is not MISSING]
    for key in reversed(program.order):
        rows = sorted(rows, key=lambda row, path=key.column: column(row, path), reverse=key.descending)  # type: ignore[misc]
    return rows


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
    rows = rank(program, rows)
    if program.pick == "only" or not rows:
        return rows
    best = [column(rows[0], key.column) for key in program.order]
    return [row for row in rows if [column(row, key.column) for key in program.order] == best]


def bound(bind: Bind, programs: Sequence[Program], selection: Selection) -> Any:
    """Returns the value that a bind takes from a selection; `MISSING` if nothing is picked or unequal values tie."""
    rows = selection.picked[bind.program]
    values = [column(row, bind.column) for row in rows]
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
