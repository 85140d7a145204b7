"""What the recorded episodes do not reach."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from schemas.world import Row, World
from tool_specs.domain import Domain
from tool_specs.sandbox import Sandbox


@pytest.fixture
def sandbox(retail: Domain, retail_world: World) -> Sandbox:
    return Sandbox(retail, retail_world)


def gift(balance: float) -> dict[str, Any]:
    return {"source": "gift_card", "id": "gift_card_1", "balance": balance}


def with_gift_card(sandbox: Sandbox, order: Row, balance: float) -> Sandbox:
    user = sandbox.world.tables["users"][order["user_id"]]
    methods = {**user["payment_methods"], "gift_card_1": gift(balance)}
    return sandbox.with_rows({"users": {order["user_id"]: {**user, "payment_methods": methods}}})


def pending(sandbox: Sandbox) -> Row:
    return next(
        row
        for _, row in sandbox.state.rows("orders")
        if row["status"] == "pending" and not row["payment_history"][0]["payment_method_id"].startswith("gift")
    )


def test_the_interface(retail: Domain, real_retail: Path) -> None:
    """Names, parameters, required ones and effects are the benchmark's; the wording is not."""
    wanted = {each["name"]: each for each in json.loads((real_retail / "tools.json").read_text())}
    assert retail.tools.keys() == wanted.keys()
    for name, tool in retail.tools.items():
        spec, other = tool.spec, wanted[name]
        assert spec.effect == other["effect"]
        assert list(spec.parameters["properties"]) == list(other["parameters"]["properties"])
        assert list(spec.required) == other["parameters"].get("required", [])
        for parameter, schema in other["parameters"]["properties"].items():
            assert spec.parameters["properties"][parameter]["type"] == schema["type"]
            assert spec.parameters["properties"][parameter]["description"] != schema["description"]
        assert spec.description != other["description"]


def test_all_results_are_typed(retail: Domain) -> None:
    assert retail.tools["list_all_product_types"].spec.types == {"return.*": "product_id"}
    types = retail.tools["get_product_details"].spec.types
    assert types["return.variants.*.item_id"] == "item_id" and types["product_id"] == "product_id"
    exchange = retail.tools["exchange_delivered_order_items"].spec.types
    assert exchange["item_ids"] == exchange["new_item_ids"] == "item_id"


def test_results_keep_to_their_schema(retail: Domain, sandbox: Sandbox) -> None:
    import jsonschema_rs

    order = pending(sandbox)
    calls = [
        ("get_user_details", {"user_id": order["user_id"]}),
        ("get_order_details", {"order_id": order["order_id"]}),
        ("get_product_details", {"product_id": order["items"][0]["product_id"]}),
        ("get_item_details", {"item_id": order["items"][0]["item_id"]}),
        ("list_all_product_types", {}),
        ("cancel_pending_order", {"order_id": order["order_id"], "reason": "no longer needed"}),
    ]
    for name, arguments in calls:
        result = sandbox.fork().call(name, arguments)
        jsonschema_rs.validator_for(retail.tools[name].spec.returns).validate(result.value)


def test_look_ups_ignore_case(sandbox: Sandbox) -> None:
    user = next(iter(sandbox.world.tables["users"].values()))
    assert sandbox.call("find_user_id_by_email", {"email": user["email"].upper()}).content == user["user_id"]
    name = user["name"]
    arguments = {
        "first_name": name["first_name"].upper(),
        "last_name": name["last_name"].lower(),
        "zip": user["address"]["zip"],
    }
    assert sandbox.call("find_user_id_by_name_zip", arguments).content == user["user_id"]


def test_a_gift_card_pays_and_gets_its_money_back(sandbox: Sandbox) -> None:
    order = pending(sandbox)
    total = order["payment_history"][0]["amount"]
    poor = with_gift_card(sandbox, order, round(total - 0.01, 2))
    call = {"order_id": order["order_id"], "payment_method_id": "gift_card_1"}
    assert "Insufficient" in poor.call("modify_pending_order_payment", call).content
    rich = with_gift_card(sandbox, order, round(total + 5, 2))
    assert not rich.call("modify_pending_order_payment", call).error
    card = rich.call("get_user_details", {"user_id": order["user_id"]}).value["payment_methods"]["gift_card_1"]
    assert card["balance"] == 5.0
    again = rich.call("modify_pending_order_payment", call)
    assert again.content == "Error: There should be exactly one payment for a pending order"


def test_a_swap_by_gift_card(sandbox: Sandbox) -> None:
    order = pending(sandbox)
    item = order["items"][0]
    variants = sandbox.world.tables["products"][item["product_id"]]["variants"].values()
    new = next(each for each in variants if each["available"] and each["item_id"] != item["item_id"])
    difference = round(new["price"] - item["price"], 2)
    fork = with_gift_card(sandbox, order, 500.0)
    arguments = {
        "order_id": order["order_id"],
        "item_ids": [item["item_id"]],
        "new_item_ids": [new["item_id"]],
        "payment_method_id": "gift_card_1",
    }
    result = fork.call("modify_pending_order_items", arguments)
    assert result.value["status"] == "pending (item modified)"
    assert result.value["items"][0]["options"] == new["options"]
    assert fork.diff()["users"][order["user_id"]]["payment_methods"]["gift_card_1"]["balance"] == round(  # type: ignore[index]
        500 - difference, 2
    )
    other = sandbox.call("modify_pending_order_items", {**arguments, "item_ids": [], "new_item_ids": []})
    assert other.error
    wrong = next(iter(sandbox.world.tables["products"].values()))["variants"]
    foreign = next(each for each in wrong if each not in {v["item_id"] for v in variants})
    assert (
        sandbox.call("modify_pending_order_items", {**arguments, "new_item_ids": [foreign]}).content
        == "Error: Variant not found"
    )


def test_unknown_people_keep_their_address(sandbox: Sandbox) -> None:
    address = dict.fromkeys(("address1", "address2", "city", "state", "country", "zip"), "x")
    result = sandbox.call("modify_user_address", {"user_id": "nobody", **address})
    assert result.content == "Error: User not found"
