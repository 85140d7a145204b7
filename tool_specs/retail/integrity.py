"""What must hold between the rows of a retail world.

Prices in orders are what was paid at the time, so they may differ from the catalogue's present prices.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import cast

from schemas.world import Row, Tables
from tool_specs.retail.rows import (
    CANCELLED,
    DELIVERED,
    EXCHANGE_REQUESTED,
    PENDING,
    PROCESSED,
    RETURN_REQUESTED,
    Order,
    Product,
    User,
)
from tool_specs.state import State

_CENT = 0.005
_ARRIVED = (DELIVERED, RETURN_REQUESTED, EXCHANGE_REQUESTED)

Look = Callable[[str, str], Row | None]
"""(table, id) -> row."""


def check_tables(tables: Tables) -> list[str]:
    """Returns the integrity problems of a whole world, each with its place."""

    def look(table: str, id_: str) -> Row | None:
        return tables[table].get(id_)

    found: list[str] = []
    for table in ("orders", "users", "products"):
        for id_, row in tables[table].items():
            found += [f'{table}["{id_}"].{problem}' for problem in _problems(look, table, id_, row)]
    emails: dict[str, str] = {}
    for id_, row in tables["users"].items():
        other = emails.setdefault(row["email"].lower(), id_)
        if other != id_:
            found.append(f'users["{id_}"].email: {row["email"]!r} belongs to user {other!r} too')
    items: dict[str, str] = {}
    for id_, row in tables["products"].items():
        for item_id in row["variants"]:
            other = items.setdefault(item_id, id_)
            if other != id_:
                found.append(f'products["{id_}"].variants["{item_id}"]: product {other!r} has that item id too')
    return found


def check_row(state: State, table: str, id_: str, row: Row | None) -> bool:
    """Returns whether one row would agree with the rest of a state, if it stood there (None: absent)."""
    if row is None:
        return not _needed(state, table, id_)
    if next(_problems(state.row, table, id_, row), None) is not None:
        return False
    if table == "users":
        return state.find("user_by_email", row["email"].lower()) in (None, id_)
    if table == "products":
        if any(state.find("product_by_item", item_id) not in (None, id_) for item_id in row["variants"]):
            return False
        before = state.row(table, id_)
        # Orders name the variants they were made from: those may change, not vanish.
        return before is None or before["variants"].keys() <= row["variants"].keys()
    return True


def _needed(state: State, table: str, id_: str) -> bool:
    """Whether other rows refer to this one."""
    row = state.row(table, id_)
    if row is None:
        return False
    if table == "orders":
        user = state.row("users", row["user_id"])
        return user is not None and id_ in user["orders"]
    if table == "users":
        return bool(row["orders"])
    return any(item["product_id"] == id_ for _, order in state.rows("orders") for item in order["items"])


def _problems(look: Look, table: str, id_: str, row: Row) -> Iterator[str]:
    if table == "orders":
        return _order_problems(look, id_, cast(Order, row))
    if table == "users":
        return _user_problems(look, id_, cast(User, row))
    return _product_problems(id_, cast(Product, row))


def _user_problems(look: Look, id_: str, user: User) -> Iterator[str]:
    if user["user_id"] != id_:
        yield f"user_id: {user['user_id']!r} is not the row's id"
    for key, method in user["payment_methods"].items():
        if method["id"] != key:
            yield f'payment_methods["{key}"].id: {method["id"]!r} is not its key'
        if method["source"] == "gift_card" and not method.get("balance", -1) >= 0:
            yield f'payment_methods["{key}"].balance: a gift card needs a balance of 0 or more'
    for place, order_id in enumerate(user["orders"]):
        order = look("orders", order_id)
        if order is None:
            yield f"orders[{place}]: no order {order_id!r} in orders"
        elif order["user_id"] != id_:
            yield f"orders[{place}]: order {order_id!r} belongs to user {order['user_id']!r}"


def _product_problems(id_: str, product: Product) -> Iterator[str]:
    if product["product_id"] != id_:
        yield f"product_id: {product['product_id']!r} is not the row's id"
    names: set[str] | None = None
    for key, variant in product["variants"].items():
        if variant["item_id"] != key:
            yield f'variants["{key}"].item_id: {variant["item_id"]!r} is not its key'
        if not variant["price"] > 0:
            yield f'variants["{key}"].price: {variant["price"]!r} is not above 0'
        names = set(variant["options"]) if names is None else names
        if set(variant["options"]) != names:
            yield f'variants["{key}"].options: other options than the variants before it'


def _order_problems(look: Look, id_: str, order: Order) -> Iterator[str]:
    if order["order_id"] != id_:
        yield f"order_id: {order['order_id']!r} is not the row's id"
    user = look("users", order["user_id"])
    if user is None:
        yield f"user_id: no user {order['user_id']!r} in users"
    elif id_ not in user["orders"]:
        yield f"user_id: user {order['user_id']!r} does not list the order"
    if not order["items"]:
        yield "items: the order is empty"
    for place, item in enumerate(order["items"]):
        product = look("products", item["product_id"])
        if product is None:
            yield f"items[{place}].product_id: no product {item['product_id']!r} in products"
        elif item["item_id"] not in product["variants"]:
            yield f"items[{place}].item_id: product {item['product_id']!r} has no variant {item['item_id']!r}"
        elif item["name"] != product["name"]:
            yield f"items[{place}].name: product {item['product_id']!r} is named {product['name']!r}"
    if not order["payment_history"]:
        yield "payment_history: nothing was paid"
    for place, payment in enumerate(order["payment_history"]):
        if user is not None and payment["payment_method_id"] not in user["payment_methods"]:
            yield (
                f"payment_history[{place}].payment_method_id: user {order['user_id']!r} has no payment method "
                f"{payment['payment_method_id']!r}"
            )
    yield from _amount_problems(order)
    yield from _request_problems(look, order, cast("User | None", user))


def _amount_problems(order: Order) -> Iterator[str]:
    """Of orders as they were placed; later actions leave a longer history."""
    if order["status"] not in (PENDING, PROCESSED, CANCELLED, *_ARRIVED):
        return
    history = order["payment_history"]
    total = sum(item["price"] for item in order["items"])
    if history and abs(history[0]["amount"] - total) > _CENT:
        yield f"payment_history[0].amount: {history[0]['amount']} is not the items' sum {round(total, 2)}"
    if order["status"] == CANCELLED and len(history) == 2 and abs(history[1]["amount"] - history[0]["amount"]) > _CENT:
        yield f"payment_history[1].amount: {history[1]['amount']} is not what was paid"
    ordered = [item["item_id"] for item in order["items"]]
    for place, parcel in enumerate(order["fulfillments"]):
        for item_id in parcel["item_ids"]:
            if item_id not in ordered:
                yield f"fulfillments[{place}].item_ids: item {item_id!r} is not in the order"
    if order["status"] in (PROCESSED, *_ARRIVED) and not order["fulfillments"]:
        yield f"fulfillments: an order that is {order['status']} has a parcel"


def _request_problems(look: Look, order: Order, user: User | None) -> Iterator[str]:
    """What a requested return or exchange leaves in its order."""
    kind = {RETURN_REQUESTED: "return", EXCHANGE_REQUESTED: "exchange"}.get(order["status"])
    if kind is None:
        return
    row = cast(Row, order)
    method = row.get(f"{kind}_payment_method_id")
    if user is not None and method not in user["payment_methods"]:
        yield f"{kind}_payment_method_id: user {order['user_id']!r} has no payment method {method!r}"
    given = Counter(row.get(f"{kind}_items") or ())
    if not given:
        yield f"{kind}_items: nothing is given back in a {order['status'].split()[0]}"
    for item_id in given - Counter(item["item_id"] for item in order["items"]):
        yield f"{kind}_items: item {item_id!r} is not in the order as often"
    if kind == "exchange":
        new = order.get("exchange_new_items") or []
        if len(new) != given.total():
            yield f"exchange_new_items: {len(new)} items for {given.total()}"
        products = {item["product_id"] for item in order["items"] if item["item_id"] in given}
        on_offer = {v for each in products for v in (look("products", each) or {"variants": ()})["variants"]}
        for item_id in new:
            if item_id not in on_offer:
                yield f"exchange_new_items: item {item_id!r} is no variant of what is given back"
