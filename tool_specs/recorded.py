"""Recorded worlds: what the reads of a live backend answered, as a world like any other.

One table per read; a row is a response, its id the arguments that gave it::

    {"get_loan": {"L1": {"loan_id": "L1", "days": 3}}, "list_loans": {"{}": {"loans": ["L1"]}}}

So graph, programs and proofs work as on any world: a *witness* is then a response that is exchanged for another one of
the same tool (`Proof.basis` says "response-level"). What several responses show of one thing must stay the same in all
of them: a response changed in such a place is not sound, because reading elsewhere would contradict it.

A write is not known here: run on recorded rows it succeeds and takes away whatever shares a value with it, because
nobody can say what that looks like now. `pipeline/live_sandbox.py` asks the backend instead.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import msgspec
import orjson

from schemas.base import Json, canonical
from schemas.tool import ToolSpec
from schemas.world import Row, Tables
from tool_specs.arguments import check_of
from tool_specs.domain import Domain
from tool_specs.reading import texts
from tool_specs.state import State
from tool_specs.tool import Tool, ToolError

WHOLE = "#answer"
"""Key under which a row keeps a response that is no object."""


def row_id(spec: ToolSpec, arguments: Mapping[str, Json]) -> str:
    """Returns the id of the row that a read with these arguments shows.

    A read of one argument goes by its value, so that ids of things are ids of rows; others go by canonical JSON.
    """
    if len(arguments) == 1 and tuple(arguments) == spec.required:
        (value,) = arguments.values()
        if isinstance(value, str) and not value.startswith("{"):
            return value
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return repr(value)
    return canonical(dict(arguments)).decode()


def arguments_of(spec: ToolSpec, id_: str) -> dict[str, Json]:
    """Returns the arguments that a row id stands for."""
    if id_.startswith("{"):
        found: dict[str, Json] = orjson.loads(id_)
        return found
    (name,) = spec.required
    kind = spec.parameters["properties"][name].get("type")
    return {name: orjson.loads(id_) if kind in ("integer", "number") else id_}


def row_of(value: Json) -> Row:
    """Returns a response as a row."""
    return value if isinstance(value, dict) else {WHOLE: value}


def answer_of(row: Row) -> Json:
    """Returns the response that a row is."""
    return row[WHOLE] if len(row) == 1 and WHOLE in row else row


def recorded_tools(specs: Iterable[ToolSpec]) -> dict[str, Tool]:
    """Returns tools that answer from the record."""
    specs = tuple(_titled(spec) for spec in specs)
    reads = tuple(spec for spec in specs if spec.effect != "write")
    tools = {}
    for spec in specs:
        function = _reading(spec) if spec.effect != "write" else _writing(spec, reads)
        checks = {name: check_of(schema) for name, schema in spec.parameters["properties"].items()}
        tools[spec.name] = Tool(spec, function, checks)
    return tools


def _titled(spec: ToolSpec) -> ToolSpec:
    """Returns a read whose results are told from those of others: what looks alike is not the same table."""
    if spec.effect == "write":
        return spec
    return msgspec.structs.replace(spec, returns={**(spec.returns or {}), "title": spec.name})


def _reading(spec: ToolSpec) -> Callable[..., Json]:
    def read(db: State, **arguments: Json) -> Json:
        row = db.row(spec.name, row_id(spec, arguments))
        if row is None:
            raise ToolError(f"{spec.name} was not recorded with these arguments")
        return answer_of(row)

    return read


def _writing(spec: ToolSpec, reads: tuple[ToolSpec, ...]) -> Callable[..., Json]:
    shown = [(read.name, name) for read in reads for name in spec.required if _same_thing(read, spec, name)]

    def write(db: State, **arguments: Json) -> Json:
        for table, name in shown:
            for each in texts(arguments.get(name)):
                db.row(table, each)  # whoever rehearses it should have looked at what it is about
        named = set(texts(list(arguments.values())))
        for read in reads:
            for id_, row in list(db.rows(read.name)):
                if id_ == "{}" or id_ in named or not named.isdisjoint(texts(row)):
                    db.delete(read.name, id_)
        return "done"

    return write


def _same_thing(read: ToolSpec, write: ToolSpec, parameter: str) -> bool:
    """Whether a read of one argument shows the thing that a write's parameter names."""
    if len(read.required) != 1 or (read.returns or {}).get("type") != "object":
        return False
    (name,) = read.required
    kinds = read.types.get(name), write.types.get(parameter)
    return kinds[0] == kinds[1] if None not in kinds else name == parameter


def recorded_domain(domain: Domain, tables: Tables) -> Domain:
    """Returns a domain with what follows from its record: its rows, and which changed responses are sound.

    Args:
        domain: its tools come from `recorded_tools`.
        tables: read -> row id -> response; every read has a table.
    """
    record = _Record({name: domain.tools[name].spec for name in tables}, tables)

    def check_row(state: State, table: str, id_: str, row: Row | None) -> bool:
        return row is not None and record.allows(table, id_, row)

    rows = {name: spec.returns for name, spec in record.specs.items()}
    return replace(domain, basis="response-level", rows=rows, generate=lambda seed, size: tables, check_row=check_row)


@dataclass(frozen=True)
class _Record:
    """Which response shows what of which thing. A thing is known by an id: an argument that some read was made with."""

    specs: Mapping[str, ToolSpec]
    tables: Tables

    @cached_property
    def ids(self) -> frozenset[str]:
        return frozenset(id_ for rows in self.tables.values() for id_ in rows if not id_.startswith("{"))

    @cached_property
    def shown(self) -> Mapping[tuple[str, str], Mapping[tuple[str, str], None]]:
        """(thing, column) -> the rows that show it."""
        found: dict[tuple[str, str], dict[tuple[str, str], None]] = {}
        for table, rows in self.tables.items():
            for id_, row in rows.items():
                for thing, column, _ in self.facts(row, self.asked(table, id_)):
                    found.setdefault((thing, column), {})[table, id_] = None
        return found

    def allows(self, table: str, id_: str, row: Row) -> bool:
        """Whether a response can be this one instead: its ids stay, and no other response contradicts it."""
        old, asked = self.tables[table][id_], self.asked(table, id_)
        if self.named(row) != self.named(old):
            return False
        before, after = self.by_fact(old, asked), self.by_fact(row, asked)
        return not any(
            before.get(fact) != after.get(fact) and any(other != (table, id_) for other in self.shown.get(fact, ()))
            for fact in before.keys() | after.keys()
        )

    def asked(self, table: str, id_: str) -> str:
        """Returns the id of the thing that a response is about."""
        named = texts(list(arguments_of(self.specs[table], id_).values()))
        return next(named, table)

    def named(self, value: Json) -> list[str]:
        return sorted(text for text in texts(value) if text in self.ids)

    def by_fact(self, row: Row, asked: str) -> dict[tuple[str, str], list[Json]]:
        found: dict[tuple[str, str], list[Json]] = {}
        for thing, column, value in self.facts(row, asked):
            found.setdefault((thing, column), []).append(value)
        return found

    def facts(self, value: Any, about: str, outer: bool = True) -> Iterator[tuple[str, str, Json]]:
        """Yields (thing, column, value); an inner object is known by its first id that is not the outer thing's."""
        if isinstance(value, list):
            for each in value:
                yield from self.facts(each, about, False)
        elif isinstance(value, dict):
            if not outer:
                leaves = (text for each in value.values() if not isinstance(each, (dict, list)) for text in texts(each))
                about = next((each for each in leaves if each in self.ids and each != about), about)
            for name, each in value.items():
                if isinstance(each, (dict, list)):
                    yield from self.facts(each, name if name in self.ids else about, False)
                else:
                    yield about, name, each
