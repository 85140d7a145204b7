from __future__ import annotations

import io

import networkx

from benchmarks.graph_catalogue import catalogue
from schemas.graph import ApiGraph, Edge
from schemas.tool import ToolSpec
from tool_specs.graph import build_graph
from tool_specs.graph_facts import facts, graphml, looked_up
from tool_specs.names import namespace

TEXT = {"type": "string"}


def spec(name: str, parameters: list[str], returns: list[str], effect: str = "read") -> ToolSpec:
    return ToolSpec(
        name=name,
        description="",
        parameters={"type": "object", "properties": dict.fromkeys(parameters, TEXT), "required": parameters},
        returns={"type": "object", "properties": dict.fromkeys(returns, TEXT)},
        effect=effect,  # type: ignore[arg-type]
    )


LIBRARY = {
    each.name: each
    for each in (
        spec("find_reader", ["card"], ["reader_id"]),
        spec("get_reader", ["reader_id"], ["loan_id"]),
        spec("renew_loan", ["loan_id"], [], "write"),
        spec("greet", ["words"], [], "write"),
        spec("get_fine", ["fine_id"], ["fine_id", "payment_id"]),
        spec("pay_fine", ["payment_id"], [], "write"),
        spec("list_payments", ["payment_id"], ["fine_id"]),
    )
}


def test_depths_count_the_reads_before_and_circles_are_out_of_reach() -> None:
    whole = facts(build_graph(LIBRARY.values()), LIBRARY)
    # A fine's id comes from its payments only, and a payment's id from its fine.
    assert whole.depths == {"find_reader": 0, "greet": 0, "get_reader": 1, "renew_loan": 2}
    assert whole.first["renew_loan"] == ("get_reader",)
    assert whole.missing == {
        "get_fine": ("fine_id",),
        "pay_fine": ("payment_id",),
        "list_payments": ("payment_id",),
    }
    assert whole.alone == ("greet",)


def test_what_users_know_by_heart_opens_the_circle_and_refuted_edges_open_nothing() -> None:
    known = {**LIBRARY, "get_fine": ToolSpec(**{**_fields(LIBRARY["get_fine"]), "types": {"fine_id": "fine"}})}
    assert facts(build_graph(known.values()), known, {"fine"}).depths["pay_fine"] == 1
    graph = build_graph(LIBRARY.values())
    refuted = ApiGraph(tools=graph.tools, edges=tuple(_refuted(edge) for edge in graph.edges))
    # Nothing is needed of anybody then: a parameter that no tool gives is for the user to state.
    assert set(facts(refuted, LIBRARY).depths.values()) == {0}


def test_ids_are_looked_up_and_other_things_are_known() -> None:
    assert looked_up("reader_id") and looked_up("passengers.*.userIds") and looked_up("api_key")
    assert not looked_up("email") and not looked_up("zip")


def test_communities_are_the_services_of_a_catalogue() -> None:
    tools = {each.name: each for each in catalogue(600, seed=3)}
    whole = facts(build_graph(tools.values()), tools)
    services = {namespace(name) for name in tools}
    assert len(whole.communities) >= 0.9 * len(services)
    assert sum(len({namespace(tool) for tool in group.tools}) == 1 for group in whole.communities) >= 0.9 * len(
        services
    )
    assert sorted(tool for group in whole.communities for tool in group.tools) == sorted(set(tools) - set(whole.alone))
    assert all(group.label.split(":")[0] in services for group in whole.communities)
    assert facts(build_graph(tools.values()), tools) == whole


def test_graphml_can_be_read_by_others_whatever_the_names_are() -> None:
    odd = 'a<&>"\x01é'
    edge = Edge(source_tool=odd, output_path=f"{odd}.x", target_tool="b", parameter="]]>", kind="lexical", score=0.5)
    graph = ApiGraph(tools={odd: "read", "b": "write"}, edges=(edge, edge))
    tools = {odd: spec(odd, [], ["x"]), "b": spec("b", ["]]>"], [], "write")}
    net = networkx.read_graphml(io.BytesIO("".join(graphml(graph, facts(graph, tools))).encode()))
    assert set(net) == {odd.replace("\x01", "\ufffd"), "b"} and net.nodes["b"]["effect"] == "write"
    assert [data["parameter"] for *_, data in net.edges(data=True)] == ["]]>", "]]>"]
    assert net.is_multigraph() and next(iter(net.edges(data=True)))[2]["score"] == 0.5


def _fields(tool: ToolSpec) -> dict[str, object]:
    return {name: getattr(tool, name) for name in tool.__struct_fields__}


def _refuted(edge: Edge) -> Edge:
    return Edge(**{**{name: getattr(edge, name) for name in edge.__struct_fields__}, "confirmed": False})
