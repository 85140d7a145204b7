"""The API graph: edges `output path of A -> parameter of B`, found by type and by name, tried by execution.

    >>> graph = confirm(build_graph(specs), sandbox, seed=0)
    >>> [(e.output_path, e.target_tool, e.parameter) for e in graph.edges if e.confirmed]
    [('find_reader', 'get_reader', 'reader_id'), ('get_reader.loans.*', 'get_loan', 'loan_id'), ...]

Sources are reads, targets are reads and writes. Work grows with the number of tools, not with its square: outputs are
indexed by type and by word, and a parameter keeps its `MAX_SOURCES` best sources.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import networkx as nx

from schemas.base import Json
from schemas.graph import ApiGraph, Edge, EdgeKind
from schemas.tool import ToolSpec
from tool_specs.graph_confirm import confirm
from tool_specs.names import GENERIC, Words, agreement, output_names, parameter_name

__all__ = ["as_networkx", "build_graph", "confirm", "feeds", "input_slots", "output_slots"]

MIN_SCORE = 0.6
"""Names that agree less are no edge."""
MAX_SOURCES = 64
"""Sources kept per parameter and kind: with thousands of tools, one `user_id` would meet thousands of others."""
_MAX_DEPTH = 6

Hint = tuple[str, str, str]
"""A declared edge: output path, target tool, parameter."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A scalar inside a tool's result or arguments: dotted path without the tool, JSON types, semantic type."""

    tool: str
    path: tuple[str, ...]
    kinds: frozenset[str]
    type: str | None

    @property
    def column(self) -> str:
        """The column id of an output."""
        return ".".join((self.tool, *self.path))

    @property
    def parameter(self) -> str:
        """The name of an input; a list's elements go by the list's name."""
        return ".".join(self.path[:-1] if self.path[-1] == "*" else self.path)


def output_slots(spec: ToolSpec) -> list[Slot]:
    """Returns the scalars in a tool's result."""
    found = _slots(spec, spec.returns or {}, "return")
    if spec.returns is None:  # the types may know more than the schema
        paths = (tuple(path.split(".")[1:]) for path in spec.types if path.split(".")[0] == "return")
        found = [Slot(spec.name, path, frozenset(), spec.types[".".join(("return", *path))]) for path in paths]
    return found


def input_slots(spec: ToolSpec) -> list[Slot]:
    """Returns the scalars in a tool's arguments."""
    return _slots(spec, spec.parameters, "")


def _slots(spec: ToolSpec, schema: Json, prefix: str) -> list[Slot]:
    merged: dict[tuple[str, ...], frozenset[str]] = {}
    for path, kind in _scalars(schema, schema, ()):
        if path or prefix:
            merged[path] = merged.get(path, frozenset()) | {kind}
    return [Slot(spec.name, path, kinds, _type(spec, prefix, path)) for path, kinds in merged.items()]


def _type(spec: ToolSpec, prefix: str, path: tuple[str, ...]) -> str | None:
    name = ".".join((prefix, *path) if prefix else path)
    return spec.types.get(name) or spec.types.get(name.removesuffix(".*"))  # a list may go by its elements' type


def _scalars(schema: Any, root: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    if not isinstance(schema, dict) or len(path) > _MAX_DEPTH:
        return
    if "$ref" in schema:
        target = root.get("$defs", {}).get(str(schema["$ref"]).rsplit("/", 1)[-1])
        if len(path) < _MAX_DEPTH - 2:
            yield from _scalars(target, root, path)
        return
    for word in ("anyOf", "oneOf", "allOf"):
        for option in schema.get(word, ()):
            yield from _scalars(option, root, path)
    kinds = schema.get("type", ())
    for kind in [kinds] if isinstance(kinds, str) else kinds:
        if kind not in ("object", "array", "null"):
            yield path, kind
    for key, child in (schema.get("properties") or {}).items():
        yield from _scalars(child, root, (*path, key))
    yield from _scalars(schema.get("additionalProperties"), root, (*path, "*"))
    yield from _scalars(schema.get("items"), root, (*path, "*"))


def build_graph(specs: Iterable[ToolSpec], hints: Sequence[Hint] = ()) -> ApiGraph:
    """Returns the graph of a set of tools, nothing confirmed yet.

    Args:
        specs: the tools, in listing order.
        hints: edges that somebody declares.

    Raises:
        ValueError: a hint names a tool that is not there.
    """
    tools = {spec.name: spec for spec in specs}
    outputs = [slot for spec in tools.values() if spec.effect == "read" for slot in output_slots(spec)]
    by_type: dict[str, list[Slot]] = defaultdict(list)
    for slot in outputs:
        if slot.type is not None:
            by_type[slot.type].append(slot)
    names = _NameIndex(outputs)
    edges: dict[Hint, Edge] = {}
    for column, target, parameter in hints:
        source = column.split(".")[0]
        if source not in tools or target not in tools:
            raise ValueError(f"the declared edge {column} -> {target}({parameter}) names a tool that is not there")
        edges[column, target, parameter] = _edge(source, column, target, parameter, "declared", 1.0)
    for spec in tools.values():
        if spec.effect == "generic":
            continue
        for wanted in input_slots(spec):
            typed = [(slot, 1.0) for slot in by_type.get(wanted.type or "", ())]
            lexical = names.best(wanted)
            candidates: tuple[tuple[EdgeKind, list[tuple[Slot, float]]], ...] = (("typed", typed), ("lexical", lexical))
            for kind, found in candidates:
                fitting = [(slot, score) for slot, score in found if _fits(slot, wanted)][:MAX_SOURCES]
                for slot, score in fitting:
                    key = (slot.column, wanted.tool, wanted.parameter)
                    if key not in edges:
                        edges[key] = _edge(slot.tool, slot.column, wanted.tool, wanted.parameter, kind, score)
    place = {name: number for number, name in enumerate(tools)}
    ordered = sorted(
        edges.values(), key=lambda e: (place[e.source_tool], e.output_path, place[e.target_tool], e.parameter)
    )
    return ApiGraph(tools={name: spec.effect for name, spec in tools.items()}, edges=tuple(ordered))


def _edge(source: str, column: str, target: str, parameter: str, kind: EdgeKind, score: float) -> Edge:
    return Edge(
        source_tool=source,
        output_path=column,
        target_tool=target,
        parameter=parameter,
        kind=kind,
        score=round(score, 4),
    )


def _fits(slot: Slot, wanted: Slot) -> bool:
    """Whether the JSON types agree, and the output is more than the echo of the very argument."""
    if slot.tool == wanted.tool and slot.path == wanted.path:
        return False
    if not slot.kinds or not wanted.kinds or slot.kinds & wanted.kinds:
        return True
    return "integer" in slot.kinds and "number" in wanted.kinds


class _NameIndex:
    """Outputs by the words of their names. Equal names are looked at once, however many tools use them."""

    def __init__(self, outputs: Iterable[Slot]) -> None:
        self._slots: dict[Words, list[Slot]] = defaultdict(list)
        for slot in outputs:
            for bag in output_names(slot.tool, slot.path):
                self._slots[bag].append(slot)
        self._by_word: dict[str, list[Words]] = defaultdict(list)
        for bag in self._slots:
            for word in bag:
                self._by_word[word].append(bag)
        self._known: dict[Words, list[tuple[Slot, float]]] = {}

    def best(self, wanted: Slot) -> list[tuple[Slot, float]]:
        bag = parameter_name(wanted.tool, wanted.path)
        if bag not in self._known:
            self._known[bag] = self._search(bag)
        return self._known[bag]

    def _search(self, bag: Words) -> list[tuple[Slot, float]]:
        telling = (bag - GENERIC) or bag
        scores = {near: agreement(near, bag) for word in telling for near in self._by_word.get(word, ())}
        close = [(score, near) for near, score in scores.items() if score >= MIN_SCORE]
        close.sort(key=lambda pair: (-pair[0], sorted(pair[1])))
        found: dict[Slot, float] = {}
        for score, near in close:
            for slot in heapq.nsmallest(2 * MAX_SOURCES, self._slots[near], key=lambda slot: slot.column):
                found.setdefault(slot, score)
            if len(found) >= 2 * MAX_SOURCES:
                break
        return list(found.items())


def feeds(graph: ApiGraph) -> dict[str, list[tuple[str, str]]]:
    """Returns column id -> (tool, parameter) pairs that its values fit, as execution confirmed."""
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for edge in graph.edges:
        if edge.confirmed:
            found[edge.output_path].append((edge.target_tool, edge.parameter))
    return dict(found)


def as_networkx(graph: ApiGraph) -> nx.MultiDiGraph[str]:
    """Returns the graph for networkx: tools as nodes (`effect`), edges with the fields of `Edge`."""
    result: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    for name, effect in graph.tools.items():
        result.add_node(name, effect=effect)
    for edge in graph.edges:
        result.add_edge(
            edge.source_tool,
            edge.target_tool,
            output_path=edge.output_path,
            parameter=edge.parameter,
            kind=edge.kind,
            score=edge.score,
            confirmed=edge.confirmed,
        )
    return result
