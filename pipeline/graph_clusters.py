"""A picture of many tools: a card per community, with the tools' names and a line to each from the read that it needs.

In a card, reads stand left (bold: users can have them called at once), writes right. A line says where a tool's
id comes from first. Cards of communities that feed one another stand close and name one another; every single edge is
in the GraphML file.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.graph_style import MANY
from pipeline.html import text
from schemas.graph import ApiGraph
from tool_specs.graph_facts import Community, GraphFacts
from tool_specs.names import namespace

_WIDTH, _ROW, _HEAD, _GAP = 330, 13, 44, 30
_LEFT, _RIGHT = 136, 194
"""Where the names of reads end and those of writes begin; the lines run between."""
_MOST = 44
"""Rows of a card; the rest is counted."""
_LETTERS = 21
_NEIGHBOURS = 3
"""Communities named beside one, those that it is linked to most."""


@dataclass
class Card:
    """A community on the canvas."""

    community: Community
    reads: list[str]
    writes: list[str]
    left_out: int
    x: float = 0.0
    y: float = 0.0
    rows: dict[str, int] = field(default_factory=dict)

    @property
    def height(self) -> float:
        """Height with head and rows."""
        return _HEAD + _ROW * max(len(self.reads), len(self.writes)) + (_ROW if self.left_out else 0) + 10


def clusters_svg(title: str, counts: Sequence[str], graph: ApiGraph, whole: GraphFacts, top: float = 100) -> str:
    """Draws a graph of many tools.

    Args:
        title: what the tools are.
        counts: lines under the title.
        graph: the graph.
        whole: its communities and depths.
        top: where the cards begin.
    """
    links = _links(graph, whole)
    cards = [_card(graph, whole, community) for community in whole.communities]
    order = _chain(len(cards), links)
    width, height = _place([cards[number] for number in order], top)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" width="{width:g}" '
        f'height="{height:g}" role="img" aria-label="{text(title)}"><style>{MANY}</style>',
        f'<text x="20" y="30" class="h">{text(title)}</text>',
        *(f'<text x="20" y="{50 + 16 * place}" class="s">{text(line)}</text>' for place, line in enumerate(counts)),
        *(_drawn(card, graph, whole, _neighbours(number, whole, links)) for number, card in enumerate(cards)),
    ]
    return "".join([*parts, "</svg>\n"])


def _card(graph: ApiGraph, whole: GraphFacts, community: Community) -> Card:
    # In listing order, which keeps what is about one thing together: depth would tear it apart.
    writes = [tool for tool in community.tools if graph.tools[tool] == "write"]
    reads = [tool for tool in community.tools if graph.tools[tool] != "write"]
    left_out = max(0, len(reads) - _MOST) + max(0, len(writes) - _MOST)
    card = Card(community, reads[:_MOST], writes[:_MOST], left_out)
    card.rows = {tool: row for shown in (card.reads, card.writes) for row, tool in enumerate(shown)}
    return card


def _links(graph: ApiGraph, whole: GraphFacts) -> Mapping[tuple[int, int], float]:
    """Returns how much two communities feed one another; each pair once, the smaller number first."""
    groups = {tool: number for number, group in enumerate(whole.communities) for tool in group.tools}
    found: dict[tuple[int, int], float] = defaultdict(float)
    for edge in graph.edges:
        one, other = sorted((groups.get(edge.source_tool, -1), groups.get(edge.target_tool, -1)))
        if -1 < one != other and edge.confirmed is not False:
            found[one, other] += edge.score
    return found


def _chain(count: int, links: Mapping[tuple[int, int], float]) -> list[int]:
    """Returns an order in which communities that feed one another stand close: the next is the one most linked."""
    near: dict[int, dict[int, float]] = defaultdict(dict)
    for (one, other), weight in links.items():
        near[one][other] = near[other][one] = weight
    order: list[int] = []
    left = dict.fromkeys(range(count))
    while left:
        ties = near[order[-1]] if order else {}
        following = max((n for n in ties if n in left), key=lambda n: (ties[n], -n), default=next(iter(left)))
        del left[following]
        order.append(following)
    return order


def _place(cards: Sequence[Card], top: float) -> tuple[float, float]:
    """Fills columns of one width, always the shortest one; returns the size of the canvas."""
    area = sum((card.height + _GAP) * (_WIDTH + _GAP) for card in cards)
    columns = max(1, min(len(cards), round(math.sqrt(area * 1.5) / (_WIDTH + _GAP))))
    ends = [top] * columns
    for card in cards:
        column = min(range(columns), key=lambda n: (ends[n], n))
        card.x, card.y = 20 + column * (_WIDTH + _GAP), ends[column]
        ends[column] += card.height + _GAP
    return max(640.0, 40 + columns * (_WIDTH + _GAP) - _GAP), max(ends, default=top)


def _neighbours(number: int, whole: GraphFacts, links: Mapping[tuple[int, int], float]) -> str:
    ties = {one + other - number: weight for (one, other), weight in links.items() if number in (one, other)}
    nearest = sorted(ties, key=lambda each: (-ties[each], each))[:_NEIGHBOURS]
    return ", ".join(whole.communities[each].label.split(":")[0] for each in nearest)


def _drawn(card: Card, graph: ApiGraph, whole: GraphFacts, neighbours: str) -> str:
    effects = Counter(graph.tools[tool] for tool in card.community.tools)
    counted = f"{effects['read'] + effects['generic']} reads, {effects['write']} writes"
    if neighbours:
        counted += f"; linked to {neighbours}"
    parts = [
        f'<rect x="{card.x:g}" y="{card.y:g}" width="{_WIDTH}" height="{card.height:g}" rx="7" class="c"/>',
        f'<text x="{card.x + 12:g}" y="{card.y + 19:g}" class="t">{text(_cut(card.community.label, 44))}</text>',
        f'<text x="{card.x + 12:g}" y="{card.y + 34:g}" class="s">{text(_cut(counted, 56))}</text>',
    ]
    for tool in (*card.reads, *card.writes):
        for source in whole.first.get(tool, ()):
            if source in card.rows and source in card.reads:
                parts.append(_line(card, source, tool, writes=tool in card.writes))
    for tool in card.reads:
        parts.append(_name(card, tool, _LEFT - 6, "r e", whole))
    for tool in card.writes:
        parts.append(_name(card, tool, _RIGHT + 6, "w", whole))
    if card.left_out:
        parts.append(
            f'<text x="{card.x + 12:g}" y="{card.y + card.height - 8:g}" class="g">and {card.left_out} more</text>'
        )
    return "".join(parts)


def _line(card: Card, source: str, tool: str, *, writes: bool) -> str:
    y1, y2 = _middle(card, source), _middle(card, tool)
    x1 = card.x + _LEFT
    if writes:
        x2 = card.x + _RIGHT
        path = f"M{x1:g} {y1:g}C{x1 + 30:g} {y1:g} {x2 - 30:g} {y2:g} {x2:g} {y2:g}"
    else:
        bulge = x1 + min(40.0, 8 + abs(y2 - y1) / 4)
        path = f"M{x1:g} {y1:g}C{bulge:g} {y1:g} {bulge:g} {y2:g} {x1:g} {y2:g}"
    return f'<path d="{path}" class="{"w" if writes else ""}"><title>{text(source)} → {text(tool)}</title></path>'


def _name(card: Card, tool: str, x: float, kind: str, whole: GraphFacts) -> str:
    depth = whole.depths.get(tool)
    reached = "cannot be reached" if depth is None else f"{depth} reads before" if depth else "callable at once"
    shade = " g" if depth is None else " z" if depth == 0 else ""
    return (
        f'<text x="{card.x + x:g}" y="{_middle(card, tool) + 3.5:g}" class="{kind}{shade}">'
        f"<title>{text(tool)}: {reached}</title>{text(_cut(_short(tool), _LETTERS))}</text>"
    )


def _middle(card: Card, tool: str) -> float:
    return card.y + _HEAD + _ROW * (card.rows[tool] + 0.5)


def _short(tool: str) -> str:
    """Returns a name without its service: the card says it."""
    service = namespace(tool)
    rest = tool[len(service) :].lstrip("_-. ") if tool.lower().startswith(service) else tool
    return rest or tool


def _cut(name: str, letters: int) -> str:
    return name if len(name) <= letters else name[: letters - 1] + "…"
