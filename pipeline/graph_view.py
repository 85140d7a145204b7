"""An API graph that a person can read: a picture (SVG), a table (Markdown), and a summary in the terminal.

    writ graph retail        # outputs/graph-retail/graph.svg, graph.md

The picture has a row per value and per parameter. A solid line was confirmed by a call that succeeded, a dashed one
was tried and never did; its colour says why it is there: declared, typed, or by name. Edges that could not be tried
(no value in the world) are in the table only.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from rich.console import Console
from rich.table import Table

from pipeline.graph_layout import BOX, HEAD, ROW, Box, Layout, Line, lay_out
from pipeline.html import text
from pipeline.storage import write_bytes
from schemas.graph import ApiGraph, Edge
from schemas.world import World
from tool_specs.domain import Domain
from tool_specs.graph import build_graph, confirm
from tool_specs.sandbox import Sandbox

_TOP = 84
_COLOURS = {"declared": "#2e7d32", "typed": "#2563a8", "lexical": "#c77700"}
_SAID = {"declared": "declared", "typed": "same type", "lexical": "names agree"}
_STYLE = (
    "svg{background:#fff}text{font:12px system-ui,-apple-system,'Segoe UI',Roboto,sans-serif;fill:#1f2933}"
    ".t{font-weight:600}.p{font-family:ui-monospace,Menlo,Consolas,monospace;font-size:11px}.o{text-anchor:end}"
    ".h{font-size:16px;font-weight:600}.s{fill:#52606d}"
    ".read{fill:#eef4fb;stroke:#9db8d6}.write{fill:#fdf1e7;stroke:#dba97c}"
    "path{fill:none;stroke-width:1.4;opacity:.75}path.no{stroke-dasharray:5 4;stroke-width:1.8}"
    "g.l:hover path{stroke-width:4;opacity:1}"
)


def write_graph(domain: Domain, world: World, folder: Path, console: Console | None = None) -> list[Path]:
    """Builds a domain's graph, confirms it on a world, and writes picture and table; returns their paths.

    Raises:
        StorageError: the folder cannot be written.
    """
    graph = confirm(build_graph([tool.spec for tool in domain.tools.values()]), Sandbox(domain, world), seed=0)
    paths = [folder / "graph.svg", folder / "graph.md"]
    write_bytes(paths[0], graph_svg(graph, domain).encode())
    write_bytes(paths[1], graph_markdown(graph, domain, world.origin).encode())
    if console is not None:
        console.print(_summary(graph))
        console.print(_counts(graph), markup=False)
        for path in paths:
            console.print(str(path), markup=False, highlight=False, soft_wrap=True)
    return paths


def graph_svg(graph: ApiGraph, domain: Domain) -> str:
    """Draws the edges that were tried: reads from left to right, writes at the right end."""
    layout = lay_out(graph, domain, _TOP)
    title = f"API graph of {domain.name}"
    width, height = max(layout.width, 640), layout.height
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" width="{width:g}" '
        f'height="{height:g}" role="img" aria-label="{text(title)}"><style>{_STYLE}</style>',
        f'<text x="20" y="28" class="h">{text(title)}</text>',
        f'<text x="20" y="48" class="s">{text(_counts(graph))}</text>',
        *_legend(),
        *(_curve(layout, line) for line in sorted(layout.lines, key=lambda line: line.confirmed is True)),
        *(_box(box) for box in layout.boxes.values()),
    ]
    return "".join([*parts, "</svg>\n"])


def _legend() -> list[str]:
    parts, x = [], 20
    entries = [(colour, "", _SAID[kind]) for kind, colour in _COLOURS.items()]
    entries.append(("#52606d", "no", "dashed: tried, never worked"))
    for colour, kind, words in entries:
        parts.append(f'<path d="M{x} 66h28" class="{kind}" stroke="{colour}"/>')
        parts.append(f'<text x="{x + 34}" y="70" class="s">{words}</text>')
        x += 54 + 7 * len(words)
    return parts


def _box(box: Box) -> str:
    shape = f'x="{box.x:g}" y="{box.y:g}" width="{BOX}" height="{box.height:g}" rx="6" class="{box.effect}"'
    parts = [f"<rect {shape}/>", f'<text x="{box.x + 10:g}" y="{box.y + 18:g}" class="t">{text(box.tool)}</text>']
    for place, name in enumerate([*box.parameters, *box.outputs]):
        y = box.y + HEAD + ROW * (place + 0.5) + 4
        if place < len(box.parameters):
            parts.append(f'<text x="{box.x + 12:g}" y="{y:g}" class="p">{text(name)}</text>')
        else:
            parts.append(f'<text x="{box.x + BOX - 12:g}" y="{y:g}" class="p o">{text(name)}</text>')
    return "".join(parts)


def _curve(layout: Layout, line: Line) -> str:
    source, target = layout.boxes[line.source], layout.boxes[line.target]
    y1, y2 = source.row(line.output, output=True), target.row(line.parameter, output=False)
    x1 = source.x + BOX
    if target.x > source.x:
        x2, bend = target.x, max(60.0, (target.x - x1) / 2)
        path = f"M{x1:g} {y1:g}C{x1 + bend:g} {y1:g} {x2 - bend:g} {y2:g} {x2:g} {y2:g}"
    elif target.x < source.x:  # back: from the left side into the right one
        x2, bend = target.x + BOX, 70.0
        path = f"M{source.x:g} {y1:g}C{source.x - bend:g} {y1:g} {x2 + bend:g} {y2:g} {x2:g} {y2:g}"
    else:
        x2 = target.x + BOX
        path = f"M{x1:g} {y1:g}C{x1 + 60:g} {y1:g} {x2 + 60:g} {y2:g} {x2:g} {y2:g}"
    title = "\n".join(f"{e.output_path} → {e.target_tool}({e.parameter}): {_status(e)}" for e in line.edges)
    kind = "" if line.confirmed else "no"
    return (
        f'<g class="l"><title>{text(title)}</title><path d="{path}" class="{kind}" stroke="{_COLOURS[line.kind]}"/>'
        f'<circle cx="{x2:g}" cy="{y2:g}" r="2.6" fill="{_COLOURS[line.kind]}"/></g>'
    )


def _status(edge: Edge) -> str:
    words = {True: "confirmed", False: "refuted", None: "not tried"}[edge.confirmed]
    return f"{words}, {_SAID[edge.kind]}" + (f" ({edge.score:.2f})" if edge.kind == "lexical" else "")


def _counts(graph: ApiGraph) -> str:
    found = Counter(edge.confirmed for edge in graph.edges)
    return (
        f"{len(graph.edges)} edges between {len(graph.tools)} tools: {found[True]} confirmed by a call, "
        f"{found[False]} refuted, {found[None]} without a value to try"
    )


def graph_markdown(graph: ApiGraph, domain: Domain, origin: str) -> str:
    """Returns all edges as a Markdown table, by target."""
    place = {name: number for number, name in enumerate(graph.tools)}
    edges = sorted(graph.edges, key=lambda edge: (place[edge.target_tool], edge.parameter, edge.confirmed is not True))
    lines = [
        f"# API graph of {domain.name}",
        f"{_counts(graph)}. World: {origin}.",
        "| target | parameter | output | why | execution |\n| --- | --- | --- | --- | --- |",
    ]
    words = {True: "confirmed", False: "refuted", None: "not tried"}
    rows = []
    for each in edges:
        cells = (each.target_tool, each.parameter, f"`{each.output_path}`", _SAID[each.kind], words[each.confirmed])
        rows.append(f"| {' | '.join(cells)} |")
    return "\n\n".join(lines) + "\n" + "\n".join(rows) + "\n"


def _summary(graph: ApiGraph) -> Table:
    """Returns the confirmed sources of every parameter, as a table for the terminal."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("tool", "parameter", "confirmed sources", "refuted"):
        table.add_column(name, overflow="fold", justify="right" if name == "refuted" else "left")
    found: dict[tuple[str, str], list[Edge]] = {}
    for edge in graph.edges:
        found.setdefault((edge.target_tool, edge.parameter), []).append(edge)
    place = {name: number for number, name in enumerate(graph.tools)}
    before = ""
    for tool, parameter in sorted(found, key=lambda pair: (place[pair[0]], pair[1])):
        edges = found[tool, parameter]
        sources = ", ".join(edge.output_path for edge in edges if edge.confirmed) or "-"
        refuted = sum(edge.confirmed is False for edge in edges)
        table.add_row(tool if tool != before else "", parameter, sources, str(refuted or "·"))
        before = tool
    return table
