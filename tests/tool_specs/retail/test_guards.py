"""Each guard has a call that breaks it and one that does not."""

from __future__ import annotations

import copy
import dataclasses
from typing import Any

import pytest

from schemas.world import Row, Tables, World
from tool_specs.domain import Domain, GuardContext
from tool_specs.retail.guards import CANCEL, EXCHANGE, GUARDS, ITEMS, PAYMENT, PROFILE, RETURN, WRITES
from tool_specs.sandbox import Sandbox

ADDRESS: Row = {
    "address1": "1 Mill Lane",
    "address2": "",
    "city": "Chicago",
    "country": "USA",
    "state": "IL",
    "zip": "60614",
}


def order(order_id: str, user_id: str, status: str, method: str) -> Row:
    items = [{"name": "Lamp", "product_id": "lamp", "item_id": "lamp1", "price": 10.0, "options": {"color": "red"}}]
    return {
        "order_id": order_id,
        "user_id": user_id,
        "address": ADDRESS,
        "items": items,
        "status": status,
        "fulfillments": [],
        "payment_history": [{"transaction_type": "payment", "amount": 10.0, "payment_method_id": method}],
    }


def user(user_id: str, orders: list[str]) -> Row:
    methods: dict[str, Any] = {
        "paypal_1": {"source": "paypal", "id": "paypal_1"},
        "credit_card_1": {"source": "credit_card", "id": "credit_card_1", "brand": "visa", "last_four": "1234"},
        "gift_card_1": {"source": "gift_card", "id": "gift_card_1", "balance": 2.0},
    }
    name = {"first_name": user_id.title(), "last_name": "Moss"}
    return {
        "user_id": user_id,
        "name": name,
        "address": ADDRESS,
        "email": f"{user_id}@example.com",
        "payment_methods": methods,
        "orders": orders,
    }


def variant(item_id: str, price: float, available: bool = True) -> Row:
    return {"item_id": item_id, "options": {"color": item_id}, "available": available, "price": price}


LAMPS = {
    each["item_id"]: each
    for each in (variant("lamp1", 10.0), variant("lamp2", 11.5), variant("lamp3", 40.0), variant("lamp4", 9.0, False))
}
TABLES: Tables = {
    "products": {
        "lamp": {"name": "Lamp", "product_id": "lamp", "variants": LAMPS},
        "desk": {"name": "Desk", "product_id": "desk", "variants": {"desk1": variant("desk1", 10.5)}},
    },
    "users": {"ann": user("ann", ["#P", "#D", "#M", "#S"]), "bob": user("bob", ["#B"])},
    "orders": {
        "#P": order("#P", "ann", "pending", "paypal_1"),
        "#D": order("#D", "ann", "delivered", "paypal_1"),
        "#M": order("#M", "ann", "pending (item modified)", "paypal_1"),
        "#S": order("#S", "ann", "processed", "paypal_1"),
        "#B": order("#B", "bob", "pending", "paypal_1"),
    },
}


@pytest.fixture
def context(retail: Domain) -> GuardContext:
    sandbox = Sandbox(retail, World.of("retail", "generated:test", copy.deepcopy(TABLES)))
    return GuardContext(sandbox=sandbox, principal_id="ann", confirmed=True)


def broken(retail: Domain, context: GuardContext, name: str, arguments: Row, **changes: Any) -> list[str]:
    changed = dataclasses.replace(context, **changes)
    return [guard for guard, _ in retail.violations(changed, name, arguments)]


def cancel(order_id: str = "#P", reason: str = "no longer needed") -> tuple[str, Row]:
    return CANCEL, {"order_id": order_id, "reason": reason}


def swap(tool: str, order_id: str, new: str, method: str = "paypal_1") -> tuple[str, Row]:
    return tool, {"order_id": order_id, "item_ids": ["lamp1"], "new_item_ids": [new], "payment_method_id": method}


def give_back(method: str, order_id: str = "#D") -> tuple[str, Row]:
    return RETURN, {"order_id": order_id, "item_ids": ["lamp1"], "payment_method_id": method}


def pay(method: str, order_id: str = "#P") -> tuple[str, Row]:
    return PAYMENT, {"order_id": order_id, "payment_method_id": method}


GOOD = [
    cancel(),
    cancel(reason="ordered by mistake"),
    swap(ITEMS, "#P", "lamp2"),
    swap(EXCHANGE, "#D", "lamp3"),
    swap(EXCHANGE, "#D", "lamp2", "gift_card_1"),
    give_back("paypal_1"),
    give_back("gift_card_1"),
    pay("credit_card_1"),
    ("modify_pending_order_address", {"order_id": "#P", **ADDRESS}),
    (PROFILE, {"user_id": "ann", **ADDRESS}),
    ("get_order_details", {"order_id": "#D"}),
    ("get_user_details", {"user_id": "ann"}),
    ("find_user_id_by_email", {"email": "ann@example.com"}),
    ("transfer_to_human_agents", {"summary": "Ann wants to change a processed order."}),
    ("calculate", {"expression": "1 + 1"}),
]

BAD: list[tuple[str, tuple[str, Row], dict[str, Any]]] = [
    ("identity_first", ("get_user_details", {"user_id": "ann"}), {"principal_id": None}),
    ("identity_first", cancel(), {"principal_id": None}),
    ("one_customer", ("get_order_details", {"order_id": "#B"}), {}),
    ("one_customer", ("get_user_details", {"user_id": "bob"}), {}),
    ("one_customer", ("find_user_id_by_email", {"email": "bob@example.com"}), {}),
    ("one_customer", cancel("#B"), {}),
    ("confirmed", cancel(), {"confirmed": False}),
    ("confirmed", (PROFILE, {"user_id": "ann", **ADDRESS}), {"confirmed": False}),
    ("status", cancel("#D"), {}),
    ("status", give_back("paypal_1", "#P"), {}),
    ("status", swap(ITEMS, "#S", "lamp2"), {}),
    ("once_per_order", cancel("#M"), {}),
    ("once_per_order", swap(ITEMS, "#M", "lamp2"), {}),
    ("once_per_order", ("modify_pending_order_address", {"order_id": "#M", **ADDRESS}), {}),
    ("once_per_order", swap(EXCHANGE, "#D", "lamp2"), {"writes": (swap(EXCHANGE, "#D", "lamp3"),)}),
    ("same_product", swap(EXCHANGE, "#D", "desk1"), {}),
    ("other_variant", swap(EXCHANGE, "#D", "lamp1"), {}),
    ("available", swap(ITEMS, "#P", "lamp4"), {}),
    ("reason", cancel(reason="too expensive"), {}),
    ("own_payment", give_back("paypal_9"), {}),
    ("other_payment", pay("paypal_1"), {}),
    ("refund", give_back("credit_card_1"), {}),
    ("balance", pay("gift_card_1"), {}),
    ("balance", swap(ITEMS, "#P", "lamp3", "gift_card_1"), {}),
    ("summary", ("transfer_to_human_agents", {"summary": "help"}), {}),
]


@pytest.mark.parametrize(("name", "arguments"), GOOD)
def test_conforming_calls(retail: Domain, context: GuardContext, name: str, arguments: Row) -> None:
    assert broken(retail, context, name, arguments) == []
    assert not context.sandbox.fork().call(name, arguments).error


@pytest.mark.parametrize(("guard", "call", "changes"), BAD)
def test_violating_calls(
    retail: Domain, context: GuardContext, guard: str, call: tuple[str, Row], changes: dict[str, Any]
) -> None:
    assert broken(retail, context, *call, **changes) == [guard]


def test_every_guard_is_tried() -> None:
    assert {guard for guard, _, _ in BAD} == {guard.name for guard in GUARDS}


@pytest.mark.parametrize(("guard", "call", "changes"), BAD)
def test_without_a_history_only_the_state_counts(
    retail: Domain, context: GuardContext, guard: str, call: tuple[str, Row], changes: dict[str, Any]
) -> None:
    of_conversation = guard in ("identity_first", "confirmed") or "writes" in changes
    assert broken(retail, context, *call, history=False, **changes) == ([] if of_conversation else [guard])


def test_writes_are_the_tools_that_write(retail: Domain) -> None:
    assert set(WRITES) == {name for name, tool in retail.tools.items() if tool.spec.effect == "write"}


def test_guards_agree_with_the_tools(retail: Domain, context: GuardContext) -> None:
    """What a tool refuses in a well-formed call of the right customer, some guard refuses too."""
    for _, call, changes in BAD:
        if context.sandbox.fork().call(*call).error:
            assert broken(retail, context, *call, **changes)


def test_the_policy_names_what_counts(retail: Domain) -> None:
    for words in (
        "one tool call",
        "no longer needed",
        "ordered by mistake",
        "Eastern Standard Time",
        "5 to 7 business",
    ):
        assert words in retail.policy
    assert "YOU ARE BEING TRANSFERRED TO A HUMAN AGENT. PLEASE HOLD ON." in retail.policy
