"""Steps made ready to run: what they ask for, which rows grow out of a row, which filters can be applied by then."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, NamedTuple

from schemas.base import Json, canonical
from schemas.program import At, Call, Each, Operand, Program, Step
from tool_specs.columns import MISSING, BindingRow, Getter, Sieve, elements, getter, sieve_of
from tool_specs.remember import remembered

ReadKey = tuple[str, bytes]
"""Tool name and canonical argument bytes: the identity of a ground read."""


LINEAGE: Final = "@"
"""Binding under which a row keeps the indices (into `Selection.reads`) of the reads that led to it."""


class ReadAsk(NamedTuple):
    """A read that the interpreter needs: answer it with the tool's JSON value, or `MISSING` for an error."""

    tool: str
    arguments: dict[str, Json]
    key: ReadKey


def read_key(tool: str, arguments: dict[str, Json]) -> ReadKey:
    """Returns the identity of a ground read."""
    return tool, canonical(arguments)


def read_of(tool: str, arguments: dict[str, Json]) -> ReadAsk:
    """Returns a ground read."""
    if len(arguments) == 1:
        ((name, value),) = arguments.items()
        if type(value) is str:
            return _known_ask(tool, name, value)
    return ReadAsk(tool, arguments, read_key(tool, arguments))


@dataclass
class Asked:
    """The reads so far: their results by identity, their order, and those the present program looked at."""

    results: dict[ReadKey, tuple[int, Any]]
    order: list[ReadAsk]
    used: set[int]

    def note(self, ask: ReadAsk, value: Any) -> tuple[int, Any]:
        """Remembers a read's result; returns its number and the result."""
        found = self.results[ask.key] = (len(self.order), value)
        self.order.append(ask)
        return found


class Ready(NamedTuple):
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
        if len(self.operands) == 1:
            ((name, get, fact),) = self.operands
            value = get(row) if get is not None else facts[fact]
            if type(value) is str:
                return _known_ask(self.tool, name, value)
        arguments: dict[str, Json] = {}
        for name, get, fact in self.operands:
            value = get(row) if get is not None else facts[fact]
            if value is MISSING:
                return None
            arguments[name] = value
        return ReadAsk(self.tool, arguments, read_key(self.tool, arguments))

    def asks(self, first: ReadAsk) -> tuple[ReadAsk, ...]:
        """Returns a read with those of the other tools that answer the same question."""
        others = (ReadAsk(tool, first.arguments, read_key(tool, first.arguments)) for tool in self.also)
        return (first, *others)


@lru_cache(maxsize=2048)
def _known_ask(tool: str, name: str, value: str) -> ReadAsk:
    arguments: dict[str, Json] = {name: value}
    return ReadAsk(tool, arguments, read_key(tool, arguments))


class Stage(NamedTuple):
    """A step with the filters that can be applied once it has bound its name.

    Attributes:
        inner: filters on what the step binds alone: they spare the row.
        outer: the other filters.
    """

    step: Ready
    inner: tuple[Sieve, ...]
    outer: tuple[Sieve, ...]

    def walk(self, rows: Sequence[BindingRow], facts: Mapping[str, Json]) -> list[BindingRow]:
        """Returns the rows that grow out of these, one per element of their collections."""
        name = self.step.name
        ((_, source, fact),) = self.step.operands
        grown: list[BindingRow] = []
        for row in rows:
            found = elements(source(row) if source is not None else facts[fact])
            for sieve in self.inner:
                found = sieve(found)
            grown += [{**row, name: element} for element in found]
        return self._left(grown)

    def read(
        self, rows: Sequence[BindingRow], facts: Mapping[str, Json], asked: Asked
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
                known = results.get(ask.key)
                number, value = asked.note(ask, (yield ask)) if known is None else known
                used.add(number)
                if value is not MISSING:
                    lineage: Any = row[LINEAGE]
                    grown.append({**row, name: value, LINEAGE: lineage if number in lineage else (*lineage, number)})
        return self._left(grown)

    def _left(self, rows: list[BindingRow]) -> list[BindingRow]:
        for sieve in self.outer:
            rows = sieve(rows)
        return rows


@remembered(1)
def stages(program: Program) -> tuple[Stage, ...]:
    """Returns the steps of a program with their filters."""
    steps = program.steps
    if not program.where:
        return tuple([Stage(_ready(step), (), ()) for step in steps])
    position = {step.name: number for number, step in enumerate(steps)}
    inner: list[list[Sieve]] = [[] for _ in steps]
    outer: list[list[Sieve]] = [[] for _ in steps]
    for rule in program.where:
        number = position.get(str(rule.column[0]), 0)
        if rule.other is not None:
            number = max(number, position.get(str(rule.other[0]), 0))
        if isinstance(steps[number], Each) and rule.other is None and rule.column[0] == steps[number].name:
            inner[number].append(sieve_of(rule, inside=True))
        else:
            outer[number].append(sieve_of(rule))
    return tuple(
        [Stage(_ready(step), tuple(own), tuple(rest)) for step, own, rest in zip(steps, inner, outer, strict=True)]
    )


@remembered(1)
def _ready(step: Step) -> Ready:
    operands = [(name, *_operand(operand)) for name, operand in _operands(step)]
    if isinstance(step, Call):
        return Ready(step.name, step.tool, tuple(operands), step.also)
    return Ready(step.name, "", tuple(operands))


def _operands(step: Step) -> Sequence[tuple[str, Operand]]:
    return list(step.arguments.items()) if isinstance(step, Call) else [("", step.source)]


def _operand(operand: Operand) -> tuple[Getter | None, str]:
    return (getter(operand.path), "") if isinstance(operand, At) else (None, operand.name)
