from __future__ import annotations

from schemas.graph import ApiGraph
from schemas.program import Call
from tests.tool_specs import library
from tool_specs.chains import MAX_CALLS, collections, leaves, root_chains
from tool_specs.domain import Domain
from tool_specs.graph import build_graph, feeds


def test_a_reader_leads_to_the_loans() -> None:
    specs = {name: tool.spec for name, tool in library.library().tools.items()}
    graph = build_graph(list(specs.values()))
    found = root_chains(specs, {"card": "card"}, every_edge(graph))
    ids = [" > ".join(binding.id for binding in chain.bindings) for chain in found]
    assert "find_reader > get_reader > get_reader.loans.* > get_loan" in ids


def test_chains_of_retail_stay_within_the_cap(retail: Domain) -> None:
    specs = {name: tool.spec for name, tool in retail.tools.items()}
    found = root_chains(specs, dict(retail.principal.types), every_edge(build_graph(list(specs.values()))))
    assert found
    for chain in found:
        assert len(chain.calls) <= MAX_CALLS
        assert len(set(chain.calls)) == len(chain.calls)
        assert isinstance(chain.steps[0], Call)
        assert all(specs[tool].effect == "read" for tool in chain.calls)


def test_leaves_go_through_objects_and_stop_at_collections() -> None:
    schema = {
        "type": "object",
        "properties": {
            "id": {"type": "string"},
            "place": {"type": "object", "properties": {"city": {"type": "string"}}},
            "copies": {"type": "array", "items": {"type": "object", "properties": {"shelf": {"type": "string"}}}},
            "note": {"anyOf": [{"type": "string"}, {"type": "null"}]},
        },
    }
    assert list(leaves(schema)) == [("id",), ("place", "city"), ("note",)]
    assert [path for path, _ in collections(schema)] == [("copies",)]


def every_edge(graph: ApiGraph) -> dict[str, list[tuple[str, str]]]:
    """All edges, tried or not."""
    found: dict[str, list[tuple[str, str]]] = {}
    for edge in graph.edges:
        found.setdefault(edge.output_path, []).append((edge.target_tool, edge.parameter))
    return found


def test_feeds_are_the_confirmed_edges_only() -> None:
    specs = [tool.spec for tool in library.library().tools.values()]
    assert feeds(build_graph(specs)) == {}
