"""The command `writ graph`: an API graph that a person can read, and that other programs can.

    writ graph retail            # outputs/graph-retail/: graph.svg, graph.md, graph.graphml
    writ graph tools.json        # a list of tools, nothing executed: OpenAI functions, MCP tools/list, OpenAPI

Few tools are drawn with every value and parameter, many as a card per community.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from pipeline.errors import UserError
from pipeline.graph_clusters import clusters_svg
from pipeline.graph_picture import graph_svg
from pipeline.graph_table import counts, graph_markdown
from pipeline.storage import write_bytes
from schemas.graph import ApiGraph, Edge
from schemas.tool import ToolSpec
from schemas.world import World
from tool_specs.domain import Domain
from tool_specs.graph import build_graph, confirm
from tool_specs.graph_embedding import RULES, Similarity
from tool_specs.graph_facts import GraphFacts, facts, graphml
from tool_specs.sandbox import Sandbox
from tool_specs.tool_list import ToolList

FEW = 40
"""Tools up to which every value and parameter is drawn."""
_SHOWN = 20
"""Communities listed in the terminal."""
_NOTES = 5
"""Notes of one kind that are told one by one."""


@dataclass(frozen=True, kw_only=True)
class Seen:
    """A graph, and what it is of."""

    title: str
    origin: str
    specs: Mapping[str, ToolSpec]
    graph: ApiGraph
    known: frozenset[str] = frozenset()
    notes: tuple[str, ...] = ()

    @property
    def whole(self) -> GraphFacts:
        """What the graph says as a whole."""
        return facts(self.graph, self.specs, self.known)


def of_domain(domain: Domain, world: World, similar: Similarity | None = None) -> Seen:
    """Builds a domain's graph and confirms it on a world."""
    specs = domain.specs
    return Seen(
        title=f"API graph of {domain.name}",
        origin=f"World: {world.origin}",
        specs=specs,
        graph=confirm(build_graph(specs.values(), similar=similar), Sandbox(domain, world), seed=0),
        known=frozenset(domain.principal.types.values()),
    )


def of_list(listed: ToolList, name: str, similar: Similarity | None = None) -> Seen:
    """Builds the graph of tools that cannot be executed here."""
    kinds = Counter(note.kind for note in listed.notes)
    notes = []
    for kind, count in kinds.items():
        told = [f"{kind}: {note.place}: {note.message}" for note in listed.notes if note.kind == kind]
        notes += told if count <= _NOTES else [*told[:_NOTES], f"{kind}: {count - _NOTES:,} more"]
    return Seen(
        title=f"API graph of {listed.title or name}",
        origin=f"Source: {name} ({listed.form}), nothing executed",
        specs={spec.name: spec for spec in listed.specs},
        graph=build_graph(listed.specs, similar=similar),
        notes=tuple(notes),
    )


def write_graph(seen: Seen, folder: Path, console: Console | None = None) -> list[Path]:
    """Writes a graph's picture, table and GraphML; returns their paths.

    Raises:
        StorageError: the folder cannot be written.
    """
    graph, whole = seen.graph, seen.whole
    told = counts(graph, whole)
    linked = len(graph.tools) - len(whole.alone)
    paths = [folder / "graph.svg", folder / "graph.md", folder / "graph.graphml"]
    write_bytes(paths[0], picture(seen).encode())
    write_bytes(paths[1], graph_markdown(seen.title, seen.origin, graph, whole, seen.notes).encode())
    write_bytes(paths[2], "".join(graphml(graph, whole)).encode())
    if console is not None:
        console.print(_sources(graph) if linked <= FEW else _communities(graph, whole))
        for line in (*seen.notes, *told, *map(str, paths)):
            console.print(line, markup=False, highlight=False, soft_wrap=True)
    return paths


def picture(seen: Seen) -> str:
    """Draws a graph as SVG: few tools with every value and parameter, many as a card per community."""
    graph, whole = seen.graph, seen.whole
    draw = graph_svg if len(graph.tools) - len(whole.alone) <= FEW else clusters_svg
    return draw(seen.title, counts(graph, whole), graph, whole)


def similarity(embed: str | None, rule: str) -> Similarity | None:
    """Returns what `--embed` and `--rule` ask for.

    Raises:
        UserError: there is no such rule, or the embedding cannot be had.
    """
    if rule not in RULES:
        raise UserError(f"--rule {rule}: there is no such rule; give one of {', '.join(RULES)}")
    if embed is None:
        return None
    from pipeline.embedding import vectors_of

    return Similarity(vectors_of(embed), RULES[rule])


def _communities(graph: ApiGraph, whole: GraphFacts) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("community", "tools", "reads", "writes", "reached"):
        table.add_column(name, overflow="fold", justify="left" if name == "community" else "right")
    for group in whole.communities[:_SHOWN]:
        writes = [tool for tool in group.tools if graph.tools[tool] == "write"]
        reached = sum(tool in whole.depths for tool in writes)
        counted = (len(group.tools), len(group.tools) - len(writes), len(writes), reached)
        table.add_row(group.label, *map(str, counted))
    if len(whole.communities) > _SHOWN:
        table.add_row(f"and {len(whole.communities) - _SHOWN} more", *[""] * 4)
    return table


def _sources(graph: ApiGraph) -> Table:
    """Returns the sources of every parameter, as a table for the terminal."""
    tried = any(edge.confirmed is not None for edge in graph.edges)
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("tool", "parameter", "confirmed sources" if tried else "sources", "refuted"):
        table.add_column(name, overflow="fold", justify="right" if name == "refuted" else "left")
    found: dict[tuple[str, str], list[Edge]] = {}
    for edge in graph.edges:
        found.setdefault((edge.target_tool, edge.parameter), []).append(edge)
    place = {name: number for number, name in enumerate(graph.tools)}
    before = ""
    for tool, parameter in sorted(found, key=lambda pair: (place[pair[0]], pair[1])):
        edges = found[tool, parameter]
        sources = ", ".join(edge.output_path for edge in edges if edge.confirmed or not tried) or "-"
        refuted = sum(edge.confirmed is False for edge in edges)
        table.add_row(tool if tool != before else "", parameter, sources, str(refuted or "·"))
        before = tool
    return table
