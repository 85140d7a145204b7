"""The API graph: edges `output path of A -> parameter of B`, found by type and by name, tried by execution.

    >>> graph = confirm(build_graph(specs), sandbox, seed=0)
    >>> [(e.output_path, e.target_tool, e.parameter) for e in graph.edges if e.confirmed]
    [('find_reader', 'get_reader', 'reader_id'), ('get_reader.loans.*', 'get_loan', 'loan_id'), ...]

Sources are reads, targets are reads and writes. Work grows with the number of tools, not with its square
(`tool_specs.graph_candidates`). With `similar` there are edges by meaning too: what an embedding finds alike.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

import networkx as nx
import numpy as np

from schemas.graph import ApiGraph, Edge, EdgeKind
from schemas.tool import ToolSpec
from tool_specs.graph_candidates import Candidates, Found
from tool_specs.graph_confirm import confirm
from tool_specs.graph_embedding import Similarity
from tool_specs.graph_slots import input_slots, output_slots

__all__ = ["as_networkx", "build_graph", "confirm", "feeds", "input_slots", "output_slots"]

Hint = tuple[str, str, str]
"""A declared edge: output path, target tool, parameter."""

_STRENGTH: tuple[EdgeKind, ...] = ("declared", "typed", "lexical", "embedding")


def build_graph(specs: Iterable[ToolSpec], hints: Sequence[Hint] = (), similar: Similarity | None = None) -> ApiGraph:
    """Returns the graph of a set of tools, nothing confirmed yet.

    An edge that is found in several ways is of the first of the kinds declared, typed, lexical, embedding.

    Args:
        specs: the tools, in listing order.
        hints: edges that somebody declares.
        similar: when an output and a parameter mean the same; None looks at types and names only.

    Raises:
        ValueError: a hint names a tool that is not there.
    """
    tools = {spec.name: spec for spec in specs}
    outputs = [slot for spec in tools.values() if spec.effect == "read" for slot in output_slots(spec)]
    inputs = [slot for spec in tools.values() if spec.effect != "generic" for slot in input_slots(spec)]
    edges = _Edges(list(tools))
    for column, target, parameter in hints:
        if column.split(".")[0] not in tools or target not in tools:
            raise ValueError(f"the declared edge {column} -> {target}({parameter}) names a tool that is not there")
        edges.add("declared", [column], target, parameter, [1.0])
    columns = [slot.column for slot in outputs]
    candidates = Candidates(outputs)
    alike = similar.search(tools, outputs, inputs) if similar is not None else None
    for number, wanted in enumerate(inputs):
        found: list[tuple[EdgeKind, Found]] = [
            ("typed", candidates.typed(wanted)),
            ("lexical", candidates.lexical(wanted)),
        ]
        if alike is not None:
            found.append(("embedding", candidates.fitting(wanted, alike[number])))
        for kind, (numbers, scores) in found:
            edges.add(kind, [columns[n] for n in numbers.tolist()], wanted.tool, wanted.parameter, scores.tolist())
    return ApiGraph(tools={name: spec.effect for name, spec in tools.items()}, edges=edges.ordered())


class _Edges:
    """Edges in the order in which they are found, put into their fixed order at the end."""

    def __init__(self, tools: Sequence[str]) -> None:
        self._place = {name: number for number, name in enumerate(tools)}
        self._columns: dict[str, int] = {}
        self._targets: dict[tuple[str, str], int] = {}
        self._seen: dict[int, set[int]] = defaultdict(set)
        self._found: list[tuple[int, int, int, float]] = []

    def add(self, kind: EdgeKind, columns: Sequence[str], tool: str, parameter: str, scores: Sequence[float]) -> None:
        """Adds edges into one parameter, except those that are there."""
        if not columns:
            return
        target = self._targets.setdefault((tool, parameter), len(self._targets))
        seen, strength = self._seen[target], _STRENGTH.index(kind)
        for column, score in zip(columns, scores, strict=True):
            source = self._columns.setdefault(column, len(self._columns))
            if source not in seen:
                seen.add(source)
                self._found.append((source, target, strength, score))

    def ordered(self) -> tuple[Edge, ...]:
        """Returns the edges by listing order of source, output, target, parameter."""
        columns, targets = list(self._columns), list(self._targets)
        tools = [column.split(".")[0] for column in columns]
        by_source = self._ranks([(self._place[tool], column) for tool, column in zip(tools, columns, strict=True)])
        by_target = self._ranks([(self._place[tool], parameter) for tool, parameter in targets])
        ends = np.array([found[:2] for found in self._found], np.int64).reshape(-1, 2)
        edges = []
        for number in np.lexsort((by_target[ends[:, 1]], by_source[ends[:, 0]])).tolist():
            source, target, strength, score = self._found[number]
            edges.append(
                Edge(
                    source_tool=tools[source],
                    output_path=columns[source],
                    target_tool=targets[target][0],
                    parameter=targets[target][1],
                    kind=_STRENGTH[strength],
                    score=round(score, 4),
                )
            )
        return tuple(edges)

    @staticmethod
    def _ranks(keys: Sequence[tuple[int, str]]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        ranks = np.empty(len(keys), np.int64)
        ranks[sorted(range(len(keys)), key=keys.__getitem__)] = np.arange(len(keys))
        return ranks


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
