"""Tools that change orders and profiles. Each checks everything before it changes anything."""
# ruff: noqa: D417 - the docstrings are the tools' schemas, and the state is no argument of a tool.

from __future__ import annotations

from typing import Annotated, cast

from tool_specs.retail.lookups import item_in, order_of, pay, payment_method_of, short, unordered, user_of, variant_of
from tool_specs.retail.rows import (
    CANCEL_REASONS,
    CANCELLED,
    DELIVERED,
    EXCHANGE_REQUESTED,
    GIFT_CARD,
    ITEMS_MODIFIED,
    PENDING,
    RETURN_REQUESTED,
    Address,
    ItemId,
    Order,
    OrderId,
    Payment,
    PaymentMethodId,
    User,
    UserId,
)
from tool_specs.state import State
from tool_specs.tool import OneOf, Sem, ToolError, tool

Address1 = Annotated[str, Sem("address1")]
Address2 = Annotated[str, Sem("address2")]
City = Annotated[str, Sem("city")]
StateCode = Annotated[str, Sem("state")]
Country = Annotated[str, Sem("country")]
Zip = Annotated[str, Sem("zip")]


def _pending(db: State, order_id: str) -> Order:
    order = order_of(db, order_id)
    if PENDING not in order["status"]:
        raise ToolError("Non-pending order cannot be modified")
    return order


def _edit(db: State, order_id: str) -> Order:
    return cast(Order, db.edit("orders", order_id))


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
    own = _edit(db, order_id)
    own["status"] = CANCELLED
    own["cancel_reason"] = reason
    own["payment_history"].extend(refunds)
    return own


@tool(effect="write")
def modify_pending_order_address(
    db: State,
    order_id: OrderId,
    address1: Address1,
    address2: Address2,
    city: City,
    state: StateCode,
    country: Country,
    zip: Zip,
) -> Order:
    """Send a pending order to another address.

    Ask the customer to confirm the new address first. Returns the modified order.

    Args:
        order_id: The order id with its leading '#', such as '#W0000000'.
        address1: First line of the address, such as '12 Mill Lane'.
        address2: Second line of the address, such as 'Apt 4', or ''.
        city: The city, such as 'Chicago'.
        state: The state's two letters, such as 'IL'.
        country: The country, such as 'USA'.
        zip: The zip code, such as '60614'.
    """
    _pending(db, order_id)
    own = _edit(db, order_id)
    own["address"] = _address(address1, address2, city, state, country, zip)
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
    order = _pending(db, order_id)
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
    own = _edit(db, order_id)
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
        item_ids: The item ids to swap, each such as '1008292230'. An id may appear as often as the order has it.
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
    own = _edit(db, order_id)
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


@tool(effect="write")
def return_delivered_order_items(
    db: State, order_id: OrderId, item_ids: list[ItemId], payment_method_id: PaymentMethodId
) -> Order:
    """Start the return of items of a delivered order. Possible once per order.

    Ask the customer to confirm the items and where the refund goes first. The customer then gets an e-mail about how
    to send the items back. Returns the order.

    Args:
        order_id: The order id with its leading '#', such as '#W0000000'.
        item_ids: The item ids to return, each such as '1008292230'. An id may appear as often as the order has it.
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
    own = _edit(db, order_id)
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
        item_ids: The item ids to give back, each such as '1008292230'. An id may appear as often as the order has it.
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
    own = _edit(db, order_id)
    own["status"] = EXCHANGE_REQUESTED
    own["exchange_items"] = sorted(item_ids)
    own["exchange_new_items"] = sorted(new_item_ids)
    own["exchange_payment_method_id"] = payment_method_id
    own["exchange_price_difference"] = difference
    return own


@tool(effect="write")
def modify_user_address(
    db: State,
    user_id: UserId,
    address1: Address1,
    address2: Address2,
    city: City,
    state: StateCode,
    country: Country,
    zip: Zip,
) -> User:
    """Change a customer's default address. Orders that were placed already keep theirs.

    Ask the customer to confirm the new address first. Returns the changed profile.

    Args:
        user_id: The customer's user id, such as 'ann_moss_4021'.
        address1: First line of the address, such as '12 Mill Lane'.
        address2: Second line of the address, such as 'Apt 4', or ''.
        city: The city, such as 'Chicago'.
        state: The state's two letters, such as 'IL'.
        country: The country, such as 'USA'.
        zip: The zip code, such as '60614'.
    """
    user_of(db, user_id)
    own = cast(User, db.edit("users", user_id))
    own["address"] = _address(address1, address2, city, state, country, zip)
    return own


def _address(address1: str, address2: str, city: str, state: str, country: str, zip_: str) -> Address:
    return {
        "address1": address1,
        "address2": address2,
        "city": city,
        "country": country,
        "state": state,
        "zip": zip_,
    }
