"""A picture of few tools: a box per tool, with a row per value that goes out and per parameter that comes in.

A solid line was confirmed by a call that succeeded, a dashed one was tried and never did; its colour says why it is
there: declared, typed, by name, or by meaning. Where edges were tried, those that could not be (no value in the world)
are in the table only; where none was, the picture shows how ids and keys are looked up the first time.
"""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.graph_layout import BOX, HEAD, ROW, Box, Layout, Line, lay_out
from pipeline.graph_style import FEW
from pipeline.graph_table import SAID, status
from pipeline.html import text
from schemas.graph import ApiGraph
from tool_specs.graph_facts import GraphFacts

_TOP = 84
_COLOURS = {"declared": "#2e7d32", "typed": "#2563a8", "lexical": "#c77700", "embedding": "#8e44ad"}


def graph_svg(title: str, counts: Sequence[str], graph: ApiGraph, whole: GraphFacts) -> str:
    """Draws a graph of few tools: reads from left to right, writes at the right end."""
    layout = lay_out(graph, whole, _TOP + 16 * (len(counts) - 1))
    width, height = max(layout.width, 640), layout.height
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" width="{width:g}" '
        f'height="{height:g}" role="img" aria-label="{text(title)}"><style>{FEW}</style>',
        f'<text x="20" y="28" class="h">{text(title)}</text>',
        *(f'<text x="20" y="{48 + 16 * place}" class="s">{text(line)}</text>' for place, line in enumerate(counts)),
        *_legend(50 + 16 * len(counts), any(edge.confirmed is not None for edge in graph.edges)),
        *(_curve(layout, line) for line in sorted(layout.lines, key=lambda line: line.confirmed is True)),
        *(_box(box) for box in layout.boxes.values()),
    ]
    return "".join([*parts, "</svg>\n"])


def _legend(y: float, tried: bool) -> list[str]:
    parts, x = [], 20
    entries = [(colour, "", SAID[kind]) for kind, colour in _COLOURS.items()]
    if tried:
        entries.append(("#52606d", "no", "dashed: tried, never worked"))
    for colour, kind, words in entries:
        parts.append(f'<path d="M{x} {y:g}h28" class="{kind}" stroke="{colour}"/>')
        parts.append(f'<text x="{x + 34}" y="{y + 4:g}" class="s">{words}</text>')
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
    title = "\n".join(f"{e.output_path} → {e.target_tool}({e.parameter}): {status(e)}" for e in line.edges)
    kind = "no" if line.confirmed is False else ""
    return (
        f'<g class="l"><title>{text(title)}</title><path d="{path}" class="{kind}" stroke="{_COLOURS[line.kind]}"/>'
        f'<circle cx="{x2:g}" cy="{y2:g}" r="2.6" fill="{_COLOURS[line.kind]}"/></g>'
    )
