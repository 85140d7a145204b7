"""Tools that take delivered items back. Each checks everything before it changes anything."""

# ruff: noqa: D417 - the docstrings are the tools' schemas, and the state is no argument of a tool.

from __future__ import annotations

from typing import cast

from tool_specs.retail.lookups import item_in, order_of, payment_method_of, short, unordered, variant_of
from tool_specs.retail.rows import (
    DELIVERED,
    EXCHANGE_REQUESTED,
    GIFT_CARD,
    RETURN_REQUESTED,
    ItemId,
    Order,
    OrderId,
    PaymentMethodId,
)
from tool_specs.state import State
from tool_specs.tool import ToolError, tool


@tool(effect="write")
def return_delivered_order_items(
    db: State, order_id: OrderId, item_ids: list[ItemId], payment_method_id: PaymentMethodId
) -> Order:
    """Start the return of items of a delivered order. Possible once per order.

    Ask the customer to confirm the items and where the refund goes first. The customer then gets an e-mail about how
    to send the items back. Returns the order.

    Args:
        order_id: The order id with its leading '#', such as '#W0000000'.
        item_ids: The item ids to return, each such as '3917460285'. An id may appear as often as the order has it.
        payment_method_id: Where the refund goes: the order's first payment method or one of the customer's gift
            cards, such as 'gift_card_0000000'.
    """
    order = order_of(db, order_id)
    if order["status"] != DELIVERED:
        raise ToolError("Non-delivered order cannot be returned")
    method = payment_method_of(db, order["user_id"], payment_method_id)
    if method["source"] != GIFT_CARD and payment_method_id != order["payment_history"][0]["payment_method_id"]:
        raise ToolError("Payment method should be the original payment method")
    if unordered(order, item_ids) is not None:
        raise ToolError("Some item not found")
    own = cast(Order, db.edit("orders", order_id))
    own["status"] = RETURN_REQUESTED
    own["return_items"] = sorted(item_ids)
    own["return_payment_method_id"] = payment_method_id
    return own


@tool(effect="write")
def exchange_delivered_order_items(
    db: State,
    order_id: OrderId,
    item_ids: list[ItemId],
    new_item_ids: list[ItemId],
    payment_method_id: PaymentMethodId,
) -> Order:
    """Exchange items of a delivered order for other variants of the same products. Possible once per order.

    Ask the customer to confirm all items and the payment method first. The customer then gets an e-mail about how to
    send the old items back. Returns the order.

    Args:
        order_id: The order id with its leading '#', such as '#W0000000'.
        item_ids: The item ids to give back, each such as '3917460285'. An id may appear as often as the order has it.
        new_item_ids: The item ids to get instead, in the same order; each of the same product as its counterpart.
        payment_method_id: The payment method that pays the price difference or receives it, such as
            'gift_card_0000000'. The customer's profile lists them.
    """
    order = order_of(db, order_id)
    if order["status"] != DELIVERED:
        raise ToolError("Non-delivered order cannot be exchanged")
    lacking = unordered(order, item_ids)
    if lacking is not None:
        raise ToolError(f"Number of {lacking} not found.")
    if len(item_ids) != len(new_item_ids):
        raise ToolError("The number of items to be exchanged should match.")
    difference = 0.0
    for item_id, new_item_id in zip(item_ids, new_item_ids, strict=True):
        old = item_in(order, item_id)
        new = variant_of(db, old["product_id"], new_item_id)
        if not new["available"]:
            raise ToolError(f"New item {new_item_id} not found or available")
        difference += new["price"] - old["price"]
    difference = round(difference, 2)
    method = payment_method_of(db, order["user_id"], payment_method_id)
    if short(method, difference):
        raise ToolError("Insufficient gift card balance to pay for the price difference")
    own = cast(Order, db.edit("orders", order_id))
    own["status"] = EXCHANGE_REQUESTED
    own["exchange_items"] = sorted(item_ids)
    own["exchange_new_items"] = sorted(new_item_ids)
    own["exchange_payment_method_id"] = payment_method_id
    own["exchange_price_difference"] = difference
    return own
