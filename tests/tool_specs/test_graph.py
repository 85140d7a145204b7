from __future__ import annotations

import time

import pytest

from schemas.graph import ApiGraph, Edge
from schemas.tool import ToolSpec
from tool_specs.catalog import domain
from tool_specs.graph import as_networkx, build_graph, confirm, feeds
from tool_specs.names import agreement, output_names, parameter_name, words
from tool_specs.sandbox import Sandbox
from tool_specs.worlds import generate_world

TEXT = {"type": "string"}


def spec(name: str, parameters: list[str], returns: object, effect: str = "read", **types: str) -> ToolSpec:
    shapes = {each: {"type": "array", "items": TEXT} if each.endswith("ids") else TEXT for each in parameters}
    return ToolSpec(
        name=name,
        description=name,
        parameters={"type": "object", "properties": shapes, "required": parameters},
        returns=returns,  # type: ignore[arg-type]
        effect=effect,  # type: ignore[arg-type]
        types=types,
    )


def row(**properties: object) -> dict[str, object]:
    return {"type": "object", "properties": properties}


def rows(element: object) -> dict[str, object]:
    return {"type": "array", "items": element}


LIBRARY = [
    spec("find_reader_id_by_card", ["card"], TEXT),
    spec("get_reader", ["reader_id"], row(reader_id=TEXT, loans=rows(TEXT), age={"type": "integer"})),
    spec("get_loan", ["loan_id"], row(copies={"type": "object", "additionalProperties": row(id=TEXT, shelf=TEXT)})),
    spec("renew_loans", ["loan_ids"], TEXT, "write"),
    spec("move_copy", ["copy_id", "new_shelf"], TEXT, "write"),
    spec("say", ["shelf"], TEXT, "generic"),
]


def pairs(graph: ApiGraph) -> set[tuple[str, str, str]]:
    return {(edge.output_path, edge.target_tool, edge.parameter) for edge in graph.edges}


def find(graph: ApiGraph, output_path: str, tool: str, parameter: str) -> Edge:
    found = [e for e in graph.edges if (e.output_path, e.target_tool, e.parameter) == (output_path, tool, parameter)]
    assert len(found) == 1, (output_path, tool, parameter)
    return found[0]


def test_names_alone_link_scalars_lists_and_objects_of_rows() -> None:
    graph = build_graph(LIBRARY)
    assert pairs(graph) == {
        ("find_reader_id_by_card", "get_reader", "reader_id"),
        ("get_reader.loans.*", "get_loan", "loan_id"),
        ("get_reader.loans.*", "renew_loans", "loan_ids"),
        ("get_loan.copies.*.id", "move_copy", "copy_id"),
        ("get_loan.copies.*.shelf", "move_copy", "new_shelf"),
    }
    assert {edge.kind for edge in graph.edges} == {"lexical"}
    assert graph.tools["say"] == "generic"


def test_types_win_over_names_and_json_types_must_agree() -> None:
    typed = [
        spec(
            "where", [], row(spot=TEXT, floor={"type": "integer"}), **{"return.spot": "shelf", "return.floor": "shelf"}
        ),
        spec("go", ["shelf_code"], TEXT, "write", shelf_code="shelf"),
    ]
    graph = build_graph(typed)
    assert pairs(graph) == {("where.spot", "go", "shelf_code")}
    assert graph.edges[0].kind == "typed" and graph.edges[0].score == 1.0


def test_a_declared_edge_needs_neither_and_must_name_tools_that_exist() -> None:
    graph = build_graph(LIBRARY, hints=[("get_reader.age", "move_copy", "new_shelf")])
    assert find(graph, "get_reader.age", "move_copy", "new_shelf").kind == "declared"
    with pytest.raises(ValueError, match="not there"):
        build_graph(LIBRARY, hints=[("nobody.age", "move_copy", "new_shelf")])


def test_a_tool_does_not_feed_its_own_echo() -> None:
    assert ("get_reader.reader_id", "get_reader", "reader_id") not in pairs(build_graph(LIBRARY))


@pytest.mark.parametrize(
    ("tool", "path", "target", "parameter", "low", "high"),
    [
        ("list_orders", ("*", "id"), "cancel", "order_id", 1.0, 1.0),
        ("get_order", ("items", "*", "item_id"), "swap", "newItemIds", 1.0, 1.0),
        ("get_order", ("items", "*", "product_id"), "swap", "item_ids", 0.0, 0.59),
        ("get_order", ("items", "*", "price"), "swap", "item_price", 1.0, 1.0),
        ("get_product", ("name",), "greet", "first_name", 0.0, 0.59),
        ("find_user_id_by_email", (), "get_user", "user_id", 1.0, 1.0),
        ("get_user", ("id",), "get_user", "id", 1.0, 1.0),
        ("get_user", ("id",), "get_shop", "id", 0.0, 0.59),
    ],
)
def test_agreement_of_names(
    tool: str, path: tuple[str, ...], target: str, parameter: str, low: float, high: float
) -> None:
    wanted = parameter_name(target, (parameter,))
    assert low <= max(agreement(bag, wanted) for bag in output_names(tool, path)) <= high


def test_words_are_singular_and_lower_case() -> None:
    assert words("newItemIds") == {"item", "id"}
    assert words("categories") == {"category"}
    assert words("new") == {"new"}


@pytest.fixture(scope="module")
def retail() -> tuple[ApiGraph, Sandbox, float]:
    found = domain("retail")
    sandbox = Sandbox(found, generate_world(found, 7, 500))
    started = time.process_time()
    graph = confirm(build_graph([tool.spec for tool in found.tools.values()]), sandbox, seed=0)
    return graph, sandbox, time.process_time() - started


def test_orders_of_a_user_feed_every_tool_that_takes_an_order(retail: tuple[ApiGraph, Sandbox, float]) -> None:
    graph, sandbox, _ = retail
    takers = [tool.spec for tool in sandbox.domain.tools.values() if "order_id" in tool.spec.required]
    assert len(takers) == 7
    for each in takers:
        edge = find(graph, "get_user_details.orders.*", each.name, "order_id")
        assert edge.kind == "typed"
        assert edge.confirmed is True, edge


@pytest.mark.parametrize(
    ("output_path", "tool", "parameter"),
    [
        ("find_user_id_by_email", "get_user_details", "user_id"),
        ("get_order_details.items.*.product_id", "get_product_details", "product_id"),
        ("get_order_details.items.*.item_id", "get_item_details", "item_id"),
        ("list_all_product_types.*", "get_product_details", "product_id"),
        ("get_product_details.variants.*.item_id", "exchange_delivered_order_items", "new_item_ids"),
        ("get_product_details.variants.*.item_id", "modify_pending_order_items", "new_item_ids"),
        ("get_order_details.items.*.item_id", "return_delivered_order_items", "item_ids"),
        ("get_user_details.payment_methods.*.id", "exchange_delivered_order_items", "payment_method_id"),
    ],
)
def test_execution_confirms(
    retail: tuple[ApiGraph, Sandbox, float], output_path: str, tool: str, parameter: str
) -> None:
    assert find(retail[0], output_path, tool, parameter).confirmed is True


def test_execution_refutes_what_only_looks_alike(retail: tuple[ApiGraph, Sandbox, float]) -> None:
    _, sandbox, _ = retail
    wrong = [
        ("get_order_details.items.*.product_id", "get_item_details", "item_id"),
        ("get_order_details.items.*.product_id", "return_delivered_order_items", "item_ids"),
        ("get_order_details.items.*.product_id", "exchange_delivered_order_items", "new_item_ids"),
    ]
    graph = confirm(build_graph([tool.spec for tool in sandbox.domain.tools.values()], hints=wrong), sandbox, seed=0)
    assert [find(graph, *each).confirmed for each in wrong] == [False, False, False]
    assert not any(each in feeds(graph)[wrong[0][0]] for each in [wrong[0][1:], wrong[1][1:]])


def test_feeds_holds_confirmed_edges_only(retail: tuple[ApiGraph, Sandbox, float]) -> None:
    found = feeds(retail[0])
    assert ("get_order_details", "order_id") in found["get_user_details.orders.*"]
    assert set(found) == {edge.output_path for edge in retail[0].edges if edge.confirmed}


def test_confirming_is_quick_deterministic_and_changes_nothing(retail: tuple[ApiGraph, Sandbox, float]) -> None:
    graph, sandbox, seconds = retail
    assert seconds < 2  # of CPU; 0.6 where it was written
    before = sandbox.digest()
    assert confirm(build_graph([tool.spec for tool in sandbox.domain.tools.values()]), sandbox, seed=0) == graph
    assert sandbox.digest() == before


def test_untyped_specs_lead_to_the_same_joins(retail: tuple[ApiGraph, Sandbox, float]) -> None:
    _, sandbox, _ = retail
    bare = [
        ToolSpec(name=each.name, description="", parameters=each.parameters, returns=each.returns, effect=each.effect)
        for each in (tool.spec for tool in sandbox.domain.tools.values())
    ]
    graph = confirm(build_graph(bare), sandbox, seed=0)
    assert {edge.kind for edge in graph.edges} == {"lexical"}
    assert find(graph, "get_user_details.orders.*", "get_order_details", "order_id").confirmed
    assert ("get_order_details.items.*.product_id", "get_item_details", "item_id") not in pairs(graph)


@pytest.mark.parametrize("seed", [0, 11])
def test_reads_whose_arguments_must_fit_together_are_tried_until_they_do(seed: int) -> None:
    """A flight search finds something only where origin, destination and date belong to one flight."""
    found = domain("airline")
    graph = build_graph(found.specs.values())
    confirmed = confirm(graph, Sandbox(found, generate_world(found, 7, 60)), seed)
    into = [edge for edge in confirmed.edges if edge.target_tool in ("search_direct_flight", "search_onestop_flight")]
    assert sum(edge.confirmed is True for edge in into) > 20
    assert not any(edge.confirmed is False for edge in into)


def test_a_large_catalogue_is_linked_in_proportion_to_its_size() -> None:
    tools = [
        spec(f"get_thing_{n}", ["thing_id", "user_id"], row(user_id=TEXT, things=rows(row(thing_id=TEXT, price=TEXT))))
        for n in range(1500)
    ]
    graph = build_graph(tools)
    assert 0 < len(graph.edges) <= 1500 * 2 * 64


def test_networkx_form(retail: tuple[ApiGraph, Sandbox, float]) -> None:
    graph = retail[0]
    net = as_networkx(graph)
    assert net.number_of_edges() == len(graph.edges)
    assert net.nodes["cancel_pending_order"]["effect"] == "write"
    assert {"get_user_details", "get_order_details"} <= set(net.successors("find_user_id_by_email")) | set(
        net.successors("get_user_details")
    )
