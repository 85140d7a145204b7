"""Places the boxes of an API graph: reads in columns by how far they are from what a user knows, writes at the right.

A box has a row per value that goes out and per parameter that comes in. Parallel edges of one record (the fields of an
address into the fields of an address) are drawn as one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from schemas.graph import ApiGraph, Edge
from tool_specs.graph_facts import GraphFacts, looked_up

BUNDLE = 3
"""From so many parallel edges on they are drawn as one."""
BOX, ROW, HEAD, GAP = 272, 19, 26, 26
COLUMN = 200
"""Space between columns, for the curves."""


@dataclass(frozen=True)
class Line:
    """One drawn edge: a row of a box to a row of another one. `edges` are those that it stands for."""

    source: str
    output: str
    target: str
    parameter: str
    edges: tuple[Edge, ...]

    @property
    def kind(self) -> str:
        """The edges' kind."""
        return self.edges[0].kind

    @property
    def confirmed(self) -> bool | None:
        """Whether execution confirmed them."""
        return self.edges[0].confirmed


@dataclass
class Box:
    """A tool on the canvas: its rows with their places."""

    tool: str
    effect: str
    column: int
    outputs: list[str] = field(default_factory=list)
    parameters: list[str] = field(default_factory=list)
    x: float = 0.0
    y: float = 0.0

    @property
    def height(self) -> float:
        """Height with head and rows."""
        return HEAD + ROW * (len(self.parameters) + len(self.outputs)) + 6

    def row(self, name: str, *, output: bool) -> float:
        """Returns the middle of a row, from the top of the canvas: parameters come first."""
        place = self.outputs.index(name) + len(self.parameters) if output else self.parameters.index(name)
        return self.y + HEAD + ROW * (place + 0.5)


@dataclass
class Layout:
    """Boxes and lines, with the size of the canvas."""

    boxes: dict[str, Box]
    lines: list[Line]
    width: float
    height: float


def lay_out(graph: ApiGraph, whole: GraphFacts, top: float) -> Layout:
    """Places a graph's tools; those without a line are left out.

    Lines are the edges that were tried; where none was, those by which ids and keys are looked up the first time.
    """
    tried = [edge for edge in graph.edges if edge.confirmed is not None]
    lines = bundled(tried or [edge for edge in graph.edges if _needed(edge, whole)] or graph.edges)
    columns = _columns(graph, whole)
    boxes: dict[str, Box] = {}
    used = {line.source for line in lines} | {line.target for line in lines}
    for tool, effect in graph.tools.items():
        if tool in used:
            boxes[tool] = Box(tool, effect, columns[tool])
    for line in lines:
        _add(boxes[line.source].outputs, line.output)
        _add(boxes[line.target].parameters, line.parameter)
    by_column: dict[int, list[Box]] = defaultdict(list)
    for box in boxes.values():
        by_column[box.column].append(box)
    heights = {column: sum(box.height + GAP for box in found) - GAP for column, found in by_column.items()}
    tallest = max(heights.values(), default=0.0)
    for place, column in enumerate(sorted(by_column)):
        y = top + (tallest - heights[column]) / 2
        for box in by_column[column]:
            box.x, box.y = 20 + place * (BOX + COLUMN), y
            y += box.height + GAP
    width = 40 + len(by_column) * (BOX + COLUMN) - COLUMN
    return Layout(boxes, lines, width, top + tallest + 20)


def _add(rows: list[str], name: str) -> None:
    if name not in rows:
        rows.append(name)


def bundled(edges: Sequence[Edge]) -> list[Line]:
    """Joins edges from fields of one record into different parameters of one tool."""
    groups: dict[tuple[str, str, str, str, bool | None], list[Edge]] = defaultdict(list)
    for edge in edges:
        parent = edge.output_path.rpartition(".")[0]
        groups[edge.source_tool, edge.target_tool, parent, edge.kind, edge.confirmed].append(edge)
    lines: list[Line] = []
    for (source, target, parent, *_), found in groups.items():
        if len({edge.parameter for edge in found}) == len({edge.output_path for edge in found}) == len(found) >= BUNDLE:
            inside = parent.removeprefix(source).lstrip(".")
            names = f"{found[0].parameter} … {found[-1].parameter}"
            lines.append(Line(source, f"{inside or 'result'} ({len(found)} fields)", target, names, tuple(found)))
        else:
            lines += [Line(source, _inside(edge), target, edge.parameter, (edge,)) for edge in found]
    return lines


def _inside(edge: Edge) -> str:
    return edge.output_path.removeprefix(edge.source_tool).lstrip(".") or "result"


def _needed(edge: Edge, whole: GraphFacts) -> bool:
    before, after = whole.depths.get(edge.source_tool), whole.depths.get(edge.target_tool)
    return looked_up(edge.parameter) and before is not None and (after is None or before < after)


def _columns(graph: ApiGraph, whole: GraphFacts) -> dict[str, int]:
    """Returns tool -> column: the number of reads before a read can be called; writes come last."""
    reads = [whole.depths[tool] for tool, effect in graph.tools.items() if effect == "read" and tool in whole.depths]
    last = max(reads, default=0) + 1
    return {
        tool: whole.depths.get(tool, last - 1) if effect == "read" else last for tool, effect in graph.tools.items()
    }
