"""An API graph in words: counts, what can be reached, and its edges as a Markdown table.

    | target | parameter | output | why | execution |
    | get_loan | loan_id | `get_reader.loans.*` | same type | confirmed |

Of many tools there is a row per community instead; every single edge is in the GraphML file.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from schemas.graph import ApiGraph, Edge
from tool_specs.graph_facts import GraphFacts

SAID = {
    "declared": "declared",
    "typed": "same type",
    "lexical": "names agree",
    "embedding": "meanings agree",
}
EXECUTED = {True: "confirmed", False: "refuted", None: "not tried"}
_MOST = 2_000
"""Edges listed one by one; of more there is a summary."""
_NAMED = 40
"""Tools named in a sentence."""


def status(edge: Edge) -> str:
    """Returns why an edge is there and what execution said."""
    score = f" ({edge.score:.2f})" if edge.kind in ("lexical", "embedding") else ""
    return f"{EXECUTED[edge.confirmed]}, {SAID[edge.kind]}{score}"


def counts(graph: ApiGraph, whole: GraphFacts) -> list[str]:
    """Returns what a graph says as a whole, in three lines."""
    found = Counter(edge.confirmed for edge in graph.edges)
    kinds = Counter(edge.kind for edge in graph.edges)
    why = ", ".join(f"{count:,} {SAID[kind]}" for kind, count in sorted(kinds.items())) or "none"
    first = f"{len(graph.edges):,} edges between {len(graph.tools):,} tools: {why}"
    if found[True] or found[False]:
        first += f"; {found[True]} confirmed by a call, {found[False]} refuted, {found[None]} without a value to try"
    writes = [tool for tool, effect in graph.tools.items() if effect == "write"]
    reached = Counter(whole.depths[tool] for tool in writes if tool in whole.depths)
    steps = ", ".join(
        f"{number:,} after {depth} {'read' if depth == 1 else 'reads'}" for depth, number in sorted(reached.items())
    )
    second = f"{sum(reached.values()):,} of {len(writes):,} writes can be reached"
    sizes = [len(group.tools) for group in whole.communities]
    third = f"{len(sizes):,} communities"
    if sizes:
        third += f" of {min(sizes)} to {max(sizes)} tools"
    if whole.alone:
        third += f"; {len(whole.alone):,} tools are linked to nothing"
    return [first, f"{second}: {steps}" if steps else second, third]


def graph_markdown(title: str, origin: str, graph: ApiGraph, whole: GraphFacts, notes: Sequence[str] = ()) -> str:
    """Returns a graph in words.

    Args:
        title: of the page.
        origin: where the tools, or the world, came from.
        graph: the graph.
        whole: what it says as a whole.
        notes: what had to be decided when the tools were read.
    """
    parts = [f"# {title}", f"{origin}.", "\n".join(f"- {line}." for line in counts(graph, whole))]
    rows = [
        (str(len(group.tools)), group.label, ", ".join(group.tools[:8]) + (", ..." if len(group.tools) > 8 else ""))
        for group in whole.communities
    ]
    parts.append("## Communities\n\n" + _table(("tools", "about", "which"), rows))
    if whole.missing:
        missing = [(tool, ", ".join(parameters)) for tool, parameters in whole.missing.items()]
        parts.append(
            "## Out of reach\n\nNo read that can be called gives what these need; users would have to state it.\n\n"
            + _table(("tool", "needs"), missing[:_MOST])
        )
    if whole.alone:
        more = f" and {len(whole.alone) - _NAMED:,} more" if len(whole.alone) > _NAMED else ""
        parts.append(f"## Linked to nothing\n\n{', '.join(whole.alone[:_NAMED])}{more}")
    if notes:
        parts.append("## What was decided in reading\n\n" + "\n".join(f"- {note}" for note in notes))
    if len(graph.edges) <= _MOST:
        parts.append("## Edges\n\n" + _edges(graph))
    return "\n\n".join(parts) + "\n"


def _edges(graph: ApiGraph) -> str:
    place = {name: number for number, name in enumerate(graph.tools)}
    edges = sorted(graph.edges, key=lambda edge: (place[edge.target_tool], edge.parameter, edge.confirmed is not True))
    rows = [
        (each.target_tool, each.parameter, f"`{each.output_path}`", SAID[each.kind], EXECUTED[each.confirmed])
        for each in edges
    ]
    return _table(("target", "parameter", "output", "why", "execution"), rows)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(head)} |", f"| {' | '.join('---' for _ in head)} |"]
    lines += [f"| {' | '.join(cell.replace('|', '/') for cell in row)} |" for row in rows]
    return "\n".join(lines)
