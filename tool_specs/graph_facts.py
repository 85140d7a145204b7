"""What a graph says as a whole: communities of tools, what can be reached by looking things up, and in how many steps.

    facts(graph, specs).depths["renew_loan"] == 2    # find_reader, then get_reader, and the loan's id is known

Users state what people know by heart: everything but ids, keys and the like, which some read has to give. A parameter
that no tool gives is the users' to state as well. Edges that execution refuted do not count.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

import networkx as nx

from schemas.graph import ApiGraph
from schemas.tool import ToolSpec
from tool_specs.names import namespace, subject, tokens

_LOOKED_UP = frozenset({"id", "key", "uuid", "guid", "index", "identifier", "token", "handle"})
_SEED = 0
ELSEWHERE = 0.1
"""What an edge between two services counts beside one inside: many services have a `user_id`."""


@dataclass(frozen=True)
class Community:
    """Tools that feed one another more than others.

    Attributes:
        label: the service's name, if most tools have one, and the commonest things that they are about.
    """

    label: str
    tools: tuple[str, ...]


@dataclass(frozen=True)
class GraphFacts:
    """What a graph says as a whole.

    Attributes:
        communities: the largest first; tools that nothing is linked to are in none.
        alone: tools without any edge.
        depths: tool -> reads that must be made before it; tools that cannot be reached are absent.
        first: tool -> the source through which it is reached, one per parameter that must be looked up.
        missing: tool -> parameters that nothing reachable gives.
    """

    communities: tuple[Community, ...]
    alone: tuple[str, ...]
    depths: Mapping[str, int]
    first: Mapping[str, tuple[str, ...]]
    missing: Mapping[str, tuple[str, ...]]


def facts(graph: ApiGraph, specs: Mapping[str, ToolSpec], known: Collection[str] = ()) -> GraphFacts:
    """Returns what a graph says as a whole.

    Args:
        graph: the tools and edges.
        specs: the same tools' interfaces.
        known: semantic types that users know by heart.
    """
    depths, first, missing = _reached(graph, specs, frozenset(known))
    groups, alone = _communities(graph)
    return GraphFacts(tuple(Community(_label(group), group) for group in groups), alone, depths, first, missing)


def looked_up(parameter: str) -> bool:
    """Whether a parameter is of the kind that people do not know by heart: an id, a key."""
    return not _LOOKED_UP.isdisjoint(tokens(parameter.split(".")[-1]))


def _communities(graph: ApiGraph) -> tuple[list[tuple[str, ...]], tuple[str, ...]]:
    weights: dict[tuple[str, str], float] = defaultdict(float)
    for edge in graph.edges:
        if edge.confirmed is not False and edge.source_tool != edge.target_tool:
            one, other = sorted((edge.source_tool, edge.target_tool))
            weights[one, other] += edge.score if namespace(one) == namespace(other) else ELSEWHERE * edge.score
    net: nx.Graph[str] = nx.Graph()
    net.add_weighted_edges_from((one, other, weight) for (one, other), weight in weights.items())
    place = {name: number for number, name in enumerate(graph.tools)}
    # Finer the more tools there are: what is looked for are services, whose size does not grow with the catalogue.
    finer = max(1.0, len(graph.tools) / 500)
    found = nx.community.louvain_communities(net, resolution=finer, seed=_SEED) if weights else []
    groups = [tuple(sorted(group, key=place.__getitem__)) for group in found]
    groups.sort(key=lambda group: (-len(group), place[group[0]]))
    return groups, tuple(name for name in graph.tools if name not in net)


def _label(group: tuple[str, ...]) -> str:
    services = Counter(namespace(tool) for tool in group)
    service, count = services.most_common(1)[0]
    about = Counter(" ".join(word for word in tokens(tool) if word in subject(tool)) for tool in group)
    words = [word for word, _ in sorted(about.items(), key=lambda pair: -pair[1]) if word][:3]
    listed = ", ".join(words)
    return f"{service}: {listed}" if service and 2 * count > len(group) else listed


def _reached(
    graph: ApiGraph, specs: Mapping[str, ToolSpec], known: frozenset[str]
) -> tuple[dict[str, int], dict[str, tuple[str, ...]], dict[str, tuple[str, ...]]]:
    """Returns depths, sources and what is missing, spreading from the tools that users can have called at once."""
    fed: dict[str, list[tuple[str, str, float]]] = defaultdict(list)
    waiting: dict[str, set[str]] = {name: set() for name in graph.tools}
    for edge in graph.edges:
        spec = specs[edge.target_tool]
        stated = spec.types.get(edge.parameter) in known or not looked_up(edge.parameter)
        needed = edge.parameter.split(".")[0] in spec.required and edge.source_tool != edge.target_tool
        if needed and not stated and edge.confirmed is not False:
            fed[edge.source_tool].append((edge.target_tool, edge.parameter, edge.score))
            waiting[edge.target_tool].add(edge.parameter)
    depths = dict.fromkeys((name for name, parameters in waiting.items() if not parameters), 0)
    first: dict[str, dict[str, str]] = defaultdict(dict)
    level = list(depths)
    while level:
        best: dict[tuple[str, str], tuple[float, str]] = {}
        for source in level:
            for tool, parameter, score in fed[source]:
                if parameter in waiting[tool] and score > best.get((tool, parameter), (0.0, ""))[0]:
                    best[tool, parameter] = score, source
        level = []
        for (tool, parameter), (_, source) in best.items():
            waiting[tool].discard(parameter)
            first[tool][parameter] = source
            if not waiting[tool]:
                depths[tool] = 1 + max(depths[each] for each in first[tool].values())
                level.append(tool)
    missing = {tool: tuple(sorted(parameters)) for tool, parameters in waiting.items() if parameters}
    return depths, {tool: tuple(dict.fromkeys(found.values())) for tool, found in first.items()}, missing


def graphml(graph: ApiGraph, whole: GraphFacts) -> Iterator[str]:
    """Yields a graph as GraphML, in pieces: nodes with effect, community and depth, edges with all that is known."""
    fields = {
        "node": {"effect": "string", "community": "int", "label": "string", "depth": "int"},
        "edge": {
            "output": "string",
            "parameter": "string",
            "kind": "string",
            "score": "double",
            "execution": "string",
        },
    }
    yield '<?xml version="1.0" encoding="UTF-8"?>\n<graphml xmlns="http://graphml.graphdrawing.org/xmlns">\n'
    for place, names in fields.items():
        for name, kind in names.items():
            yield f'<key id="{name}" for="{place}" attr.name="{name}" attr.type="{kind}"/>\n'
    yield '<graph edgedefault="directed">\n'
    groups = {tool: number for number, group in enumerate(whole.communities) for tool in group.tools}
    for tool, effect in graph.tools.items():
        said: dict[str, object] = {"effect": effect}
        if tool in groups:
            said.update(community=groups[tool], label=whole.communities[groups[tool]].label)
        if tool in whole.depths:
            said["depth"] = whole.depths[tool]
        yield f"<node id={_quoted(tool)}>{_data(said)}</node>\n"
    for edge in graph.edges:
        tried = {True: "confirmed", False: "refuted", None: "not tried"}[edge.confirmed]
        said = {"output": edge.output_path, "parameter": edge.parameter, "kind": edge.kind, "score": edge.score}
        ends = f"source={_quoted(edge.source_tool)} target={_quoted(edge.target_tool)}"
        yield f"<edge {ends}>{_data({**said, 'execution': tried})}</edge>\n"
    yield "</graph>\n</graphml>\n"


def _data(said: Mapping[str, object]) -> str:
    return "".join(f'<data key="{name}">{_clean(escape(str(value)))}</data>' for name, value in said.items())


def _quoted(text: str) -> str:
    return _clean(quoteattr(text))


def _clean(text: str) -> str:
    """Returns a text without the characters that XML cannot hold."""
    return re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]", "\ufffd", text)
