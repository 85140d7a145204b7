"""Settling: an edited row's dependent columns follow the others, as if the tools had made it.

status "delivered" -> "cancelled"     the payment is refunded; a return that was requested is forgotten
"""

from __future__ import annotations

from typing import cast

from schemas.world import Row
from tool_specs.retail.rows import (
    CANCELLED,
    EXCHANGE_REQUESTED,
    ITEMS_MODIFIED,
    RETURN_REQUESTED,
    Order,
    Payment,
    Product,
)

_LEFT_BY = {
    "cancel_reason": CANCELLED,
    "return_items": RETURN_REQUESTED,
    "return_payment_method_id": RETURN_REQUESTED,
    "exchange_items": EXCHANGE_REQUESTED,
    "exchange_new_items": EXCHANGE_REQUESTED,
    "exchange_payment_method_id": EXCHANGE_REQUESTED,
    "exchange_price_difference": EXCHANGE_REQUESTED,
}
"""Column -> the status with which it is there."""


def settle(table: str, row: Row) -> Row:
    """Returns a row whose dependent columns agree with the others again; the given row stays as it is.

    Orders: what was paid is the sum of the item prices (of a modified order the last payment makes up the difference),
    what was cancelled is refunded, a single parcel holds the order's items, nothing is left of a request that the
    status does not have, and a request's money moves by a method that the order was paid with. Products: a variant's
    own id is its key.
    """
    if table == "orders":
        return cast(Row, _order(cast(Order, row)))
    if table == "products":
        product = cast(Product, dict(row))
        product["variants"] = {key: {**each, "item_id": key} for key, each in product["variants"].items()}
        return cast(Row, product)
    return row


def _order(row: Order) -> Order:
    order = cast(Order, dict(row))
    total = round(sum(item["price"] for item in order["items"]), 2)
    order["payment_history"] = _payments(order["status"], order["payment_history"], total)
    if len(order["fulfillments"]) == 1:
        item_ids = [item["item_id"] for item in order["items"]]
        order["fulfillments"] = [{**order["fulfillments"][0], "item_ids": item_ids}]
    paid_with = [payment["payment_method_id"] for payment in order["payment_history"]]
    for column, status in _LEFT_BY.items():
        value = order.get(column)
        if value is not None and order["status"] != status:
            cast(Row, order)[column] = None
        elif value is not None and column.endswith("payment_method_id") and value not in paid_with:
            cast(Row, order)[column] = paid_with[0]
    return order


def _payments(status: str, history: list[Payment], total: float) -> list[Payment]:
    if status == ITEMS_MODIFIED:
        return _with_difference(history, total)
    made: list[Payment] = [{**payment, "amount": total} for payment in history]
    # A changed payment method leaves two payments and a refund.
    if _balance(made) != (0 if status == CANCELLED else 1):
        made = made[:1]
        if status == CANCELLED:
            made.append({**made[0], "transaction_type": "refund"})
    return made


def _with_difference(history: list[Payment], total: float) -> list[Payment]:
    before = history[:-1] if _balance(history[:-1]) == 1 else history[:1]
    difference = round(total - sum(_sign(payment) * payment["amount"] for payment in before), 2)
    return [
        *before,
        {
            **history[-1],
            "transaction_type": "payment" if difference > 0 else "refund",
            "amount": abs(difference),
        },
    ]


def _balance(history: list[Payment]) -> int:
    return sum(map(_sign, history))


def _sign(payment: Payment) -> int:
    return -1 if payment["transaction_type"] == "refund" else 1
