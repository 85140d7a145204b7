"""Tools that change pending orders, except for where they go. Each checks everything before it changes anything."""

# ruff: noqa: D417 - the docstrings are the tools' schemas, and the state is no argument of a tool.

from __future__ import annotations

from typing import Annotated, cast

from tool_specs.retail.lookups import item_in, order_of, pay, payment_method_of, short, unordered, variant_of
from tool_specs.retail.rows import (
    CANCEL_REASONS,
    CANCELLED,
    ITEMS_MODIFIED,
    PENDING,
    ItemId,
    Order,
    OrderId,
    Payment,
    PaymentMethodId,
)
from tool_specs.state import State
from tool_specs.tool import OneOf, Sem, ToolError, tool


@tool(effect="write")
def cancel_pending_order(
    db: State, order_id: OrderId, reason: Annotated[str, Sem("cancel_reason"), OneOf(*CANCEL_REASONS)]
) -> Order:
    """Cancel an order that is still pending and refund what was paid.

    Ask the customer to confirm the order and the reason first. A gift card gets its money back at once, other
    payment methods within 5 to 7 business days. Returns the cancelled order.

    Args:
        order_id: The order id with its leading '#', such as '#W0000000'.
        reason: Why the customer cancels: 'no longer needed' or 'ordered by mistake'.
    """
    order = order_of(db, order_id)
    if order["status"] != PENDING:
        raise ToolError("Non-pending order cannot be cancelled")
    if reason not in CANCEL_REASONS:
        raise ToolError("Invalid reason")
    refunds: list[Payment] = []
    for payment in order["payment_history"]:
        method_id, amount = payment["payment_method_id"], payment["amount"]
        refunds.append({"transaction_type": "refund", "amount": amount, "payment_method_id": method_id})
        pay(db, order["user_id"], payment_method_of(db, order["user_id"], method_id), -amount)
    own = cast(Order, db.edit("orders", order_id))
    own["status"] = CANCELLED
    own["cancel_reason"] = reason
    own["payment_history"].extend(refunds)
    return own


@tool(effect="write")
def modify_pending_order_payment(db: State, order_id: OrderId, payment_method_id: PaymentMethodId) -> Order:
    """Pay a pending order with another of the customer's payment methods.

    Ask the customer to confirm first. The first payment method gets its money back. Returns the modified order.

    Args:
        order_id: The order id with its leading '#', such as '#W0000000'.
        payment_method_id: The payment method to use from now on, such as 'credit_card_0000000'. The customer's
            profile lists them.
    """
    order = order_of(db, order_id)
    if PENDING not in order["status"]:
        raise ToolError("Non-pending order cannot be modified")
    user_id = order["user_id"]
    method = payment_method_of(db, user_id, payment_method_id)
    history = order["payment_history"]
    if len(history) != 1 or history[0]["transaction_type"] != "payment":
        raise ToolError("There should be exactly one payment for a pending order")
    old_id, amount = history[0]["payment_method_id"], history[0]["amount"]
    if old_id == payment_method_id:
        raise ToolError("The new payment method should be different from the current one")
    if short(method, amount):
        raise ToolError("Insufficient gift card balance to pay for the order")
    pay(db, user_id, method, amount)
    pay(db, user_id, payment_method_of(db, user_id, old_id), -amount)
    own = cast(Order, db.edit("orders", order_id))
    own["payment_history"] += [
        {"transaction_type": "payment", "amount": amount, "payment_method_id": payment_method_id},
        {"transaction_type": "refund", "amount": amount, "payment_method_id": old_id},
    ]
    return own


@tool(effect="write")
def modify_pending_order_items(
    db: State,
    order_id: OrderId,
    item_ids: list[ItemId],
    new_item_ids: list[ItemId],
    payment_method_id: PaymentMethodId,
) -> Order:
    """Swap items of a pending order for other variants of the same products. Possible once per order.

    Ask the customer to confirm all items and the payment method first. Returns the modified order.

    Args:
        order_id: The order id with its leading '#', such as '#W0000000'.
        item_ids: The item ids to swap, each such as '3917460285'. An id may appear as often as the order has it.
        new_item_ids: The item ids to get instead, in the same order; each of the same product as its counterpart.
        payment_method_id: The payment method that pays the price difference or receives it, such as
            'gift_card_0000000'. The customer's profile lists them.
    """
    order = order_of(db, order_id)
    if order["status"] != PENDING:
        raise ToolError("Non-pending order cannot be modified")
    lacking = unordered(order, item_ids)
    if lacking is not None:
        raise ToolError(f"{lacking} not found")
    if len(item_ids) != len(new_item_ids):
        raise ToolError("The number of items to be exchanged should match")
    if not item_ids:
        raise ToolError("No items to modify")
    difference = 0.0
    for item_id, new_item_id in zip(item_ids, new_item_ids, strict=True):
        if item_id == new_item_id:
            raise ToolError("The new item id should be different from the old item id")
        old = item_in(order, item_id)
        new = variant_of(db, old["product_id"], new_item_id)
        if not new["available"]:
            raise ToolError(f"New item {new_item_id} not found or available")
        difference += new["price"] - old["price"]
    method = payment_method_of(db, order["user_id"], payment_method_id)
    if short(method, difference):
        raise ToolError("Insufficient gift card balance to pay for the new item")
    pay(db, order["user_id"], method, difference)
    own = cast(Order, db.edit("orders", order_id))
    own["payment_history"].append(
        {
            "transaction_type": "payment" if difference > 0 else "refund",
            "amount": abs(difference),
            "payment_method_id": payment_method_id,
        }
    )
    for item_id, new_item_id in zip(item_ids, new_item_ids, strict=True):
        item = item_in(own, item_id)
        item["item_id"] = new_item_id
        # The interface's reference backend writes the last new item's price and options to every swapped item, and
        # recorded episodes show it; a sandbox that "corrects" this would disagree with the backend it stands for.
        item["price"], item["options"] = new["price"], new["options"]
    own["status"] = ITEMS_MODIFIED
    return own
