from __future__ import annotations

import copy

import pytest

from schemas.world import Row, World
from tool_specs.domain import Domain
from tool_specs.retail.integrity import check_row
from tool_specs.retail.settling import settle
from tool_specs.sandbox import Sandbox


@pytest.fixture
def sandbox(retail: Domain, retail_world: World) -> Sandbox:
    return Sandbox(retail, retail_world)


def first_order(sandbox: Sandbox, status: str, items: int = 2) -> Row:
    for _, row in sandbox.state.rows("orders"):
        if row["status"] == status and len(row["items"]) >= items:
            return copy.deepcopy(row)
    raise AssertionError("no such order")


def test_every_row_agrees_with_its_own_world(sandbox: Sandbox) -> None:
    state = sandbox.state
    for table in ("users", "products", "orders"):
        for id_, row in state.rows(table):
            assert check_row(state, table, id_, row), (table, id_)
            assert settle(table, row) == row


@pytest.mark.parametrize("status", ["pending", "delivered", "cancelled"])
def test_a_new_price_settles_into_the_payments(sandbox: Sandbox, status: str) -> None:
    row = first_order(sandbox, status)
    row["items"][0]["price"] = 1.25
    assert not check_row(sandbox.state, "orders", row["order_id"], row)
    before = copy.deepcopy(row)
    settled = settle("orders", row)
    assert row == before, "the given row stays"
    assert check_row(sandbox.state, "orders", row["order_id"], settled)
    assert {each["amount"] for each in settled["payment_history"]} == {
        round(sum(item["price"] for item in row["items"]), 2)
    }


def test_what_a_status_does_not_have_is_forgotten(sandbox: Sandbox) -> None:
    for status in ("return requested", "exchange requested", "pending (item modified)", "cancelled"):
        row = first_order(sandbox, status)
        settled = settle("orders", {**row, "status": "pending"})
        assert check_row(sandbox.state, "orders", row["order_id"], settled)
        assert [each["transaction_type"] for each in settled["payment_history"]] == ["payment"]
        assert not any(settled.get(name) for name in settled if name.startswith(("return_", "exchange_", "cancel_")))
        cancelled = settle("orders", {**settled, "status": "cancelled"})
        assert [each["transaction_type"] for each in cancelled["payment_history"]] == ["payment", "refund"]


def test_a_modified_order_settles_its_difference(sandbox: Sandbox) -> None:
    row = first_order(sandbox, "pending (item modified)")
    paid = row["payment_history"][0]["amount"]
    row["items"][0]["price"] = 1.25
    settled = settle("orders", row)
    first, second = settled["payment_history"]
    total = round(sum(item["price"] for item in row["items"]), 2)
    assert first["amount"] == paid
    assert second["amount"] == round(abs(total - paid), 2)
    assert second["transaction_type"] == ("payment" if total > paid else "refund")


def test_requests_are_about_what_the_order_has(sandbox: Sandbox) -> None:
    row = first_order(sandbox, "return requested")
    for broken in ({"return_items": []}, {"return_items": ["1"]}, {"return_payment_method_id": "paypal_1"}):
        assert not check_row(sandbox.state, "orders", row["order_id"], {**row, **broken})
    row = first_order(sandbox, "exchange requested")
    for broken in ({"exchange_items": None}, {"exchange_new_items": []}, {"exchange_new_items": ["1"]}):
        assert not check_row(sandbox.state, "orders", row["order_id"], {**row, **broken})


def test_another_item_settles_into_the_parcel(sandbox: Sandbox) -> None:
    row = first_order(sandbox, "delivered")
    del row["items"][0]
    settled = settle("orders", row)
    assert settled["fulfillments"][0]["item_ids"] == [item["item_id"] for item in row["items"]]
    assert check_row(sandbox.state, "orders", row["order_id"], settled)


def test_broken_references_are_seen(sandbox: Sandbox) -> None:
    state = sandbox.state
    order = first_order(sandbox, "pending")
    other = next(id_ for id_ in state.ids("users") if id_ != order["user_id"])
    assert not check_row(state, "orders", order["order_id"], {**order, "user_id": "nobody"})
    assert not check_row(state, "orders", order["order_id"], {**order, "user_id": other})
    assert not check_row(state, "orders", order["order_id"], None), "the user lists it"
    user = state.row("users", order["user_id"])
    assert user is not None
    assert not check_row(state, "users", order["user_id"], {**user, "orders": ["#W0"]})
    assert not check_row(state, "users", order["user_id"], None)
    taken = state.row("users", other)
    assert taken is not None
    assert not check_row(state, "users", order["user_id"], {**user, "email": taken["email"]})


def test_products(sandbox: Sandbox) -> None:
    state = sandbox.state
    item = first_order(sandbox, "pending")["items"][0]
    product = copy.deepcopy(state.row("products", item["product_id"]))
    assert product is not None
    assert not check_row(state, "products", item["product_id"], None), "orders refer to it"
    product["variants"][item["item_id"]]["price"] = 3.5
    assert check_row(state, "products", item["product_id"], product), "orders keep the price paid"
    del product["variants"][item["item_id"]]
    assert not check_row(state, "products", item["product_id"], product)
