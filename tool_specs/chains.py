"""Chains: the ways to walk from what a user knows to rows of the world, along confirmed edges of the API graph.

    find_reader(email) -> get_reader(reader_id) -> each loans.* -> get_loan(loan_id) -> each copies.*

A chain is the `steps` of a program with, per binding, its column id. Chains come from the tools' declared results and
the graph alone: nothing here knows a domain.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from schemas.base import Json, Path
from schemas.program import At, Call, Each, Fact, Operand, Step
from schemas.tool import ToolSpec

MAX_CALLS = 4
"""Join depth cap: calls in one chain."""
MAX_NESTING = 3
"""How deep inside a result a collection may lie."""

Feeds = Mapping[str, Sequence[tuple[str, str]]]
"""Column id -> (tool, parameter) pairs that its values fit, as execution confirmed."""


@dataclass(frozen=True)
class Binding:
    """One binding of a chain: its name, its column id, and the JSON Schema of its value."""

    name: str
    id: str
    schema: Json

    @cached_property
    def leaves(self) -> tuple[tuple[str, ...], ...]:
        """Paths of the scalars of its value."""
        return tuple(leaves(self.schema))


@dataclass(frozen=True)
class Chain:
    """Steps with what they bind."""

    steps: tuple[Step, ...]
    bindings: tuple[Binding, ...]

    @property
    def last(self) -> Binding:
        """The binding of the last step: the row that the chain is about."""
        return self.bindings[-1]

    @cached_property
    def columns(self) -> dict[str, Path]:
        """Scalar columns of every binding: column id -> path. Later bindings win, nearest to the row."""
        found: dict[str, Path] = {}
        for binding in self.bindings:
            for path in binding.leaves:
                found[".".join([binding.id, *path])] = (binding.name, *path)
        return found

    @property
    def calls(self) -> tuple[str, ...]:
        """The tools it reads with."""
        return tuple(step.tool for step in self.steps if isinstance(step, Call))

    def starts_with(self, other: Chain) -> bool:
        """Whether this chain continues another one."""
        return self.steps[: len(other.steps)] == other.steps


def leaves(schema: Any, depth: int = 0) -> Iterator[tuple[str, ...]]:
    """Yields the paths of the scalars of a row: through objects, not into collections."""
    schema = _plain_schema(schema)
    properties = schema.get("properties")
    if properties and depth < MAX_NESTING:
        for key, child in properties.items():
            for path in leaves(child, depth + 1):
                yield (key, *path)
    elif schema.get("type") not in ("object", "array", None):
        yield ()


def collections(schema: Any, depth: int = 0) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yields (path, element schema) of the collections inside a value: lists, and objects keyed by id."""
    schema = _plain_schema(schema)
    if schema.get("type") == "array" and isinstance(schema.get("items"), dict):
        yield (), schema["items"]
    elif isinstance(schema.get("additionalProperties"), dict):
        if depth == 0 or _plain_schema(schema["additionalProperties"]).get("properties"):
            yield (), schema["additionalProperties"]
    elif depth < MAX_NESTING:
        for key, child in (schema.get("properties") or {}).items():
            for path, element in collections(child, depth + 1):
                yield (key, *path), element


def _plain_schema(schema: Any) -> dict[str, Any]:
    if not isinstance(schema, dict):
        return {}
    for key in ("anyOf", "oneOf"):
        options = [option for option in schema.get(key, ()) if option.get("type") != "null"]
        if len(options) == 1:
            return _plain_schema(options[0])
    return schema


def root_chains(specs: Mapping[str, ToolSpec], facts: Mapping[str, str], feeds: Feeds) -> list[Chain]:
    """Returns all chains that start from typed facts (fact name -> semantic type), shortest first.

    A tool is a root if facts of distinct names cover its required parameters by semantic type, or if it needs none.
    """
    chains: list[Chain] = []
    for spec in specs.values():
        if spec.effect != "read":
            continue
        arguments = _arguments_from_facts(spec, facts)
        if arguments is None:
            continue
        first = _call(spec, arguments, ())
        chains.extend(_grow(first, specs, feeds))
    return sorted(chains, key=lambda chain: len(chain.steps))


def stated_chains(specs: Mapping[str, ToolSpec], tool: str, fact: str, feeds: Feeds) -> list[Chain]:
    """Returns all chains that start from a one-parameter read whose argument is a fact, shortest first."""
    spec = specs[tool]
    first = _call(spec, {spec.required[0]: Fact(name=fact)}, ())
    return sorted(_grow(first, specs, feeds), key=lambda chain: len(chain.steps))


def _arguments_from_facts(spec: ToolSpec, facts: Mapping[str, str]) -> dict[str, Operand] | None:
    arguments: dict[str, Operand] = {}
    for parameter in spec.required:
        wanted = spec.types.get(parameter)
        name = next((name for name, kind in facts.items() if kind == wanted and wanted is not None), None)
        if name is None:
            return None
        arguments[parameter] = Fact(name=name)
    return arguments


def _call(spec: ToolSpec, arguments: dict[str, Operand], before: tuple[Binding, ...]) -> Chain:
    name = _fresh(spec.name, before)
    binding = Binding(name, spec.name, spec.returns or {})
    return Chain((Call(name=name, tool=spec.name, arguments=arguments),), (binding,))


def _fresh(name: str, bindings: Sequence[Binding]) -> str:
    taken = {binding.name for binding in bindings}
    number = 2
    fresh = name
    while fresh in taken:
        fresh, number = f"{name}_{number}", number + 1
    return fresh


def _grow(chain: Chain, specs: Mapping[str, ToolSpec], feeds: Feeds) -> Iterator[Chain]:
    yield chain
    last = chain.last
    for path, element in collections(last.schema):
        name = _fresh(path[-1] if path else f"{last.name}_entry", chain.bindings)
        step = Each(name=name, source=At(path=(last.name, *path)))
        bound = Binding(name, ".".join([last.id, *path, "*"]), element)
        yield from _grow(Chain((*chain.steps, step), (*chain.bindings, bound)), specs, feeds)
    if len(chain.calls) >= MAX_CALLS:
        return
    for path in leaves(last.schema):
        for tool, parameter in feeds.get(".".join([last.id, *path]), ()):
            spec = specs[tool]
            if spec.effect != "read" or tool in chain.calls or spec.required != (parameter,):
                continue
            operand: Operand = At(path=(last.name, *path))
            grown = _call(spec, {parameter: operand}, chain.bindings)
            joined = Chain((*chain.steps, *grown.steps), (*chain.bindings, *grown.bindings))
            yield from _grow(joined, specs, feeds)
    for spec in specs.values():
        if spec.effect == "read" and len(spec.required) > 1 and spec.name not in chain.calls:
            operands = _named_alike(spec, last, feeds)
            if operands is not None:
                grown = _call(spec, operands, chain.bindings)
                yield from _grow(Chain((*chain.steps, *grown.steps), (*chain.bindings, *grown.bindings)), specs, feeds)


def _named_alike(spec: ToolSpec, row: Binding, feeds: Feeds) -> dict[str, Operand] | None:
    """Returns all arguments of a read from the columns of one row that are named as its parameters are and feed them.

    A read that shows many rows is a search: it is for who looks for something, not for what is said of a row.
    """
    if (spec.returns or {}).get("type") == "array":
        return None
    columns = {path[-1]: path for path in row.leaves if path}
    operands: dict[str, Operand] = {}
    for name in spec.required:
        path = columns.get(name)
        if path is None or (spec.name, name) not in feeds.get(".".join([row.id, *path]), ()):
            return None
        operands[name] = At(path=(row.name, *path))
    return operands
