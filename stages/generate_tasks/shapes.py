"""Shapes: how a program looks at the result of one of its calls, as paths inside that result.

order.copies.*.shelf == "A", order by copies.*.price   ->  keys ["copies"], elements ("copies", 0), ...
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from schemas.base import Json, Path, canonical
from schemas.program import At, Call, Each, Filter, OrderKey, Program
from tool_specs.columns import BindingRow, column, passing
from tool_specs.programs import LINEAGE, rank
from tool_specs.reading import walk


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
        weighed: paths of numbers that a condition is on.
    """

    call: Call
    steps: tuple[Each, ...]
    prefixes: Mapping[str, tuple[str, ...]]
    filters: tuple[Filter, ...]
    order: tuple[OrderKey, ...]
    binds: tuple[tuple[str, ...], ...]
    rest: Program | None
    lookup: bool
    weighed: tuple[tuple[str, ...], ...] = ()

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


def local_rows(local: Program, name: str, value: Json) -> list[BindingRow]:
    """Returns the rows that a program finds inside one result, best first."""
    rows: list[BindingRow] = [{LINEAGE: (), name: value}]
    for step in local.steps:
        source = step.source.path if isinstance(step, Each) and isinstance(step.source, At) else ()
        path = (*map(str, source), "*")
        rows = [{**row, step.name: each} for row in rows for each in walk(row, path)]
    return rank(local, passing(local.where, rows))


def element_paths(value: Json, shape: Shape) -> Iterator[tuple[str | int, ...]]:
    """Yields the concrete paths of the innermost elements that the program walks to (the result itself if none)."""
    deepest = max(shape.prefixes.values(), key=len)
    yield from expand(value, deepest, ())


def expand(value: Any, path: tuple[str, ...], done: tuple[str | int, ...]) -> Iterator[tuple[str | int, ...]]:
    """Yields the concrete paths that a path with `*` stands for in a value."""
    if not path:
        yield done
    elif path[0] == "*":
        pairs = enumerate(value) if isinstance(value, list) else value.items() if isinstance(value, dict) else ()
        for key, each in pairs:
            yield from expand(each, path[1:], (*done, key))
    elif isinstance(value, dict) and path[0] in value:
        yield from expand(value[path[0]], path[1:], (*done, path[0]))


def local_passes(shape: Shape, value: Json, element: tuple[str | int, ...]) -> bool:
    """Whether an element of a result passes the filters on values."""
    return all(
        at(value, concrete(shape.path(rule.column), element)) == rule.value
        for rule in shape.filters
        if rule.other is None and rule.op == "eq"
    )


def concrete(path: Sequence[str], element: tuple[str | int, ...]) -> Path:
    """Fills the `*` of a path with an element's own keys and positions."""
    return tuple(element[number] if part == "*" and number < len(element) else part for number, part in enumerate(path))


def at(value: Any, path: Path) -> Any:
    """Returns the value at a path (`MISSING` where there is none)."""
    return column(value, path) if path else value


def replaced(value: Any, path: Path, new: Json) -> Any:
    """Returns a copy of a value in which the value at a path is another."""
    if not path:
        return new
    if isinstance(value, list):
        copy: Any = list(value)
        copy[int(path[0])] = replaced(value[int(path[0])], path[1:], new)
        return copy
    return {**value, path[0]: replaced(value.get(path[0]), path[1:], new)}


_WORDS = ("description", "default", "title")


def _plain(schema: Json) -> Json:
    if isinstance(schema, dict):
        return {key: _plain(value) for key, value in schema.items() if key not in _WORDS or not isinstance(value, str)}
    return [_plain(each) for each in schema] if isinstance(schema, list) else schema


def alike(row: Json, schema: Json) -> list[str]:
    """Returns the properties of a row that have the schema of a list of objects."""
    if schema.get("type") != "array" or "properties" not in schema.get("items", {}):
        return []
    wanted = canonical(_plain(schema))
    return [key for key, each in (row.get("properties") or {}).items() if canonical(_plain(each)) == wanted]
