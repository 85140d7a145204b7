"""Orders of generated retail worlds, as the tools leave them.

An order is placed first; what happened to it since (cancelled, a return, an exchange, other items) then adds the
fields and payments that the tool for it adds.
"""

from __future__ import annotations

from collections.abc import Mapping

from tool_specs.dice import Dice, Ids
from tool_specs.retail.rows import (
    CANCEL_REASONS,
    CANCELLED,
    DELIVERED,
    EXCHANGE_REQUESTED,
    GIFT_CARD,
    ITEMS_MODIFIED,
    PENDING,
    PROCESSED,
    RETURN_REQUESTED,
    Address,
    Order,
    OrderItem,
    PaymentMethod,
    Product,
    User,
    Variant,
)

_ORDER_COUNTS = [(0, 4), (1, 12), (2, 17), (3, 19), (4, 14), (5, 11), (6, 8), (7, 6), (8, 4), (9, 3), (10, 2)]
_ITEM_COUNTS = [(1, 20), (2, 23), (3, 22), (4, 19), (5, 16)]
_STATUSES = [
    (PENDING, 31),
    (DELIVERED, 29),
    (PROCESSED, 12),
    (CANCELLED, 12),
    (RETURN_REQUESTED, 6),
    (EXCHANGE_REQUESTED, 6),
    (ITEMS_MODIFIED, 4),
]
_SAME_PRODUCT_AGAIN = 0.08
_USUAL_PRODUCT = 0.2


def statuses(dice: Dice) -> list[str]:
    """Returns the statuses of one customer's orders."""
    count = dice.weighted(_ORDER_COUNTS)
    # Two of each, so that a return, an exchange or a change has an alternative to tell it from.
    sure = [PENDING, DELIVERED, PENDING, DELIVERED] if count >= 4 and dice.chance(0.85) else []
    return dice.shuffled(sure + [dice.weighted(_STATUSES) for _ in range(count - len(sure))])


def order(
    dice: Dice,
    ids: Ids,
    order_id: str,
    user: User,
    address: Address,
    status: str,
    products: Mapping[str, Product],
    usual: list[str],
) -> Order:
    """Returns an order in a status; one whose items have no other variant that can be paid for stays as it was before.

    Args:
        dice: the source of choices.
        ids: the source of parcels' numbers.
        order_id: its number.
        user: whose it is.
        address: where it goes.
        status: what has become of it.
        products: the catalogue.
        usual: products that this customer buys more often.
    """
    items = _items(dice, products, usual)
    method_id = dice.pick(list(user["payment_methods"]))
    total = round(sum(item["price"] for item in items), 2)
    made: Order = {
        "order_id": order_id,
        "user_id": user["user_id"],
        "address": address,
        "items": items,
        "status": PENDING,
        "fulfillments": [],
        "payment_history": [{"transaction_type": "payment", "amount": total, "payment_method_id": method_id}],
    }
    method = user["payment_methods"][method_id]
    if status in (PROCESSED, DELIVERED, RETURN_REQUESTED, EXCHANGE_REQUESTED):
        made["fulfillments"] = [{"tracking_id": [ids.new("", 12)], "item_ids": [item["item_id"] for item in items]}]
        made["status"] = PROCESSED if status == PROCESSED else DELIVERED
    if status == CANCELLED:
        _cancel(dice, made)
    elif status == RETURN_REQUESTED:
        _return(dice, made)
    elif status == EXCHANGE_REQUESTED:
        _exchange(dice, made, method, products)
    elif status == ITEMS_MODIFIED:
        _modify(dice, made, method, products)
    return made


def _cancel(dice: Dice, order: Order) -> None:
    order["payment_history"].append({**order["payment_history"][0], "transaction_type": "refund"})
    order["status"] = CANCELLED
    order["cancel_reason"] = dice.pick(CANCEL_REASONS)


def _return(dice: Dice, order: Order) -> None:
    items = dice.shuffled(order["items"])[: dice.between(1, len(order["items"]))]
    order["status"] = RETURN_REQUESTED
    order["return_items"] = sorted(item["item_id"] for item in items)
    order["return_payment_method_id"] = order["payment_history"][0]["payment_method_id"]


def _exchange(dice: Dice, order: Order, method: PaymentMethod, products: Mapping[str, Product]) -> None:
    swap = _swap(dice, order, method, products)
    if swap is not None:
        item, new = swap
        order["status"] = EXCHANGE_REQUESTED
        order["exchange_items"] = [item["item_id"]]
        order["exchange_new_items"] = [new["item_id"]]
        order["exchange_payment_method_id"] = method["id"]
        order["exchange_price_difference"] = round(new["price"] - item["price"], 2)


def _modify(dice: Dice, order: Order, method: PaymentMethod, products: Mapping[str, Product]) -> None:
    swap = _swap(dice, order, method, products)
    if swap is not None:
        item, new = swap
        difference = round(new["price"] - item["price"], 2)
        order["status"] = ITEMS_MODIFIED
        order["payment_history"].append(
            {
                "transaction_type": "payment" if difference > 0 else "refund",
                "amount": abs(difference),
                "payment_method_id": method["id"],
            }
        )
        item["item_id"], item["price"], item["options"] = new["item_id"], new["price"], {**new["options"]}


def _swap(
    dice: Dice, order: Order, method: PaymentMethod, products: Mapping[str, Product]
) -> tuple[OrderItem, Variant] | None:
    """Returns an item and another variant of it that is in stock and can be paid for."""
    owned = {item["item_id"] for item in order["items"]}
    for item in dice.shuffled(order["items"]):
        for variant in dice.shuffled(list(products[item["product_id"]]["variants"].values())):
            short = method["source"] == GIFT_CARD and method["balance"] < round(variant["price"] - item["price"], 2)
            if variant["available"] and variant["item_id"] not in owned and not short:
                return item, variant
    return None


def _items(dice: Dice, products: Mapping[str, Product], usual: list[str]) -> list[OrderItem]:
    items: list[OrderItem] = []
    chosen: list[str] = []
    for _ in range(dice.weighted(_ITEM_COUNTS)):
        again = bool(chosen) and dice.chance(_SAME_PRODUCT_AGAIN)
        product_id = dice.pick(chosen) if again else dice.pick(usual if dice.chance(_USUAL_PRODUCT) else list(products))
        product = products[product_id]
        variant = product["variants"][dice.pick(list(product["variants"]))]
        if (not again and product_id in chosen) or any(each["item_id"] == variant["item_id"] for each in items):
            continue
        chosen.append(product_id)
        items.append(
            {
                "name": product["name"],
                "product_id": product_id,
                "item_id": variant["item_id"],
                "price": variant["price"],
                "options": {**variant["options"]},
            }
        )
    return items
