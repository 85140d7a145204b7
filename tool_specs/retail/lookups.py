"""Rows by id, for tools: the row with its type, or the error an agent reads."""

from __future__ import annotations

from typing import cast

from schemas.world import Row
from tool_specs.retail.rows import GIFT_CARD, Order, OrderItem, PaymentMethod, Product, User, Variant
from tool_specs.state import IndexDeclaration, State
from tool_specs.tool import ToolError


def _email(row: Row) -> str:
    return str(row["email"]).lower()


def _name_zip(row: Row) -> tuple[str, str, str]:
    name = row["name"]
    return name["first_name"].lower(), name["last_name"].lower(), row["address"]["zip"]


def _item_ids(row: Row) -> list[str]:
    return list(row["variants"])


INDEXES: dict[str, IndexDeclaration] = {
    "user_by_email": ("users", _email),
    "user_by_name_zip": ("users", _name_zip),
    "product_by_item": ("products", _item_ids),
}


def order_of(db: State, order_id: str) -> Order:
    """Returns an order to look at."""
    row = db.row("orders", order_id)
    if row is None:
        raise ToolError("Order not found")
    return cast(Order, row)


def user_of(db: State, user_id: str) -> User:
    """Returns a user to look at."""
    row = db.row("users", user_id)
    if row is None:
        raise ToolError("User not found")
    return cast(User, row)


def product_of(db: State, product_id: str) -> Product:
    """Returns a product to look at."""
    row = db.row("products", product_id)
    if row is None:
        raise ToolError("Product not found")
    return cast(Product, row)


def variant_of(db: State, product_id: str, item_id: str) -> Variant:
    """Returns one of a product's variants."""
    variant = product_of(db, product_id)["variants"].get(item_id)
    if variant is None:
        raise ToolError("Variant not found")
    return variant


def payment_method_of(db: State, user_id: str, payment_method_id: str) -> PaymentMethod:
    """Returns one of a user's payment methods."""
    method = user_of(db, user_id)["payment_methods"].get(payment_method_id)
    if method is None:
        raise ToolError("Payment method not found")
    return method


def item_in(order: Order, item_id: str) -> OrderItem:
    """Returns the first item of an order with this id."""
    for item in order["items"]:
        if item["item_id"] == item_id:
            return item
    raise ToolError("Item not found")


def unordered(order: Order, item_ids: list[str]) -> str | None:
    """Returns the first of the ids that is asked for more often than the order has it, or None."""
    present = [item["item_id"] for item in order["items"]]
    for item_id in item_ids:
        if item_ids.count(item_id) > present.count(item_id):
            return item_id
    return None


def pay(db: State, user_id: str, method: PaymentMethod, amount: float) -> None:
    """Takes an amount off a gift card (a negative amount goes onto it); other methods settle elsewhere."""
    if method["source"] == GIFT_CARD:
        own = db.edit("users", user_id)["payment_methods"][method["id"]]
        own["balance"] = round(own["balance"] - amount, 2)


def short(method: PaymentMethod, amount: float) -> bool:
    """Whether a gift card's balance does not cover an amount."""
    return method["source"] == GIFT_CARD and method["balance"] < amount
