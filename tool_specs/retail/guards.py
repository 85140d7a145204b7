"""The policy's rules as checks at a call, also those that a tool would enforce by itself.

A rule about ids says nothing when the id does not exist: the tool will say so, and no harm is done.
"""

from __future__ import annotations

from typing import cast

from tool_specs.desk_rules import Arguments, confirmed, guard, summary_told
from tool_specs.domain import Guard, GuardContext
from tool_specs.retail.rows import (
    CANCEL_REASONS,
    DELIVERED,
    GIFT_CARD,
    ITEMS_MODIFIED,
    PENDING,
    Order,
    OrderItem,
    PaymentMethod,
    Product,
    User,
)
from tool_specs.state import State

CANCEL = "cancel_pending_order"
ADDRESS = "modify_pending_order_address"
PAYMENT = "modify_pending_order_payment"
ITEMS = "modify_pending_order_items"
RETURN = "return_delivered_order_items"
EXCHANGE = "exchange_delivered_order_items"
PROFILE = "modify_user_address"
IDENTITY = ("find_user_id_by_email", "find_user_id_by_name_zip")
PERSONAL_READS = ("get_user_details", "get_order_details")
ORDER_WRITES = (CANCEL, ADDRESS, PAYMENT, ITEMS, RETURN, EXCHANGE)
WRITES = (*ORDER_WRITES, PROFILE)


def _order(state: State, arguments: Arguments) -> Order | None:
    return cast("Order | None", state.row("orders", str(arguments.get("order_id"))))


def _method(state: State, order: Order, arguments: Arguments) -> PaymentMethod | None:
    user = cast("User | None", state.row("users", order["user_id"]))
    return user["payment_methods"].get(str(arguments.get("payment_method_id"))) if user else None


def _swaps(order: Order, arguments: Arguments) -> list[tuple[OrderItem, str]]:
    """Pairs of an item that the order has and the id of what shall replace it."""
    items = {item["item_id"]: item for item in order["items"]}
    old, new = arguments.get("item_ids") or [], arguments.get("new_item_ids") or []
    return [(items[one], other) for one, other in zip(old, new, strict=False) if one in items]


def _identity_first(context: GuardContext, name: str, arguments: Arguments) -> str | None:
    if context.history and context.principal_id is None:
        return f"{name} was called before the customer was identified by e-mail, or by name and zip code"
    return None


def _one_customer(context: GuardContext, name: str, arguments: Arguments) -> str | None:
    principal = context.principal_id
    if principal is None:
        return None
    state = context.sandbox.state
    if name in IDENTITY:
        result = context.sandbox.fork().call(name, arguments)
        if not result.error and result.value != principal:
            return f"{name} looks up {result.value}, but the conversation is with {principal}"
        return None
    user_id = arguments.get("user_id", principal)
    if user_id != principal:
        return f"user {user_id} is not {principal}, with whom the conversation is"
    order = _order(state, arguments) if "order_id" in arguments else None
    if order is not None and order["user_id"] != principal:
        return f"order {order['order_id']} belongs to {order['user_id']}, not to {principal}"
    return None


def _status(context: GuardContext, name: str, arguments: Arguments) -> str | None:
    order = _order(context.sandbox.state, arguments)
    wanted = DELIVERED if name in (RETURN, EXCHANGE) else PENDING
    if order is None or order["status"] in (wanted, ITEMS_MODIFIED):
        return None  # an order with modified items has a guard of its own
    return f"order {order['order_id']} is {order['status']}; {name} needs a {wanted} one"


def _once(context: GuardContext, name: str, arguments: Arguments) -> str | None:
    order = _order(context.sandbox.state, arguments)
    if order is None:
        return None
    order_id = order["order_id"]
    if order["status"] == ITEMS_MODIFIED:
        return f"the items of order {order_id} were modified already; nothing about it can change any more"
    if context.history and name in (ITEMS, EXCHANGE, RETURN):
        for earlier, given in context.writes:
            if earlier in (ITEMS, EXCHANGE, RETURN) and given.get("order_id") == order_id:
                return f"{earlier} was called for order {order_id} already; all items belong into one call"
    return None


def _same_product(context: GuardContext, name: str, arguments: Arguments) -> str | None:
    state = context.sandbox.state
    order = _order(state, arguments)
    for item, new_id in _swaps(order, arguments) if order else ():
        product = cast("Product | None", state.row("products", item["product_id"]))
        if product is not None and new_id not in product["variants"]:
            return f"item {new_id} is no variant of {item['name']}, the product of item {item['item_id']}"
    return None


def _other_variant(context: GuardContext, name: str, arguments: Arguments) -> str | None:
    for old, new in zip(arguments.get("item_ids") or [], arguments.get("new_item_ids") or [], strict=False):
        if old == new:
            return f"item {old} would be replaced by itself"
    return None


def _available(context: GuardContext, name: str, arguments: Arguments) -> str | None:
    state = context.sandbox.state
    order = _order(state, arguments)
    for item, new_id in _swaps(order, arguments) if order else ():
        product = cast("Product | None", state.row("products", item["product_id"]))
        variant = product["variants"].get(new_id) if product else None
        if variant is not None and not variant["available"]:
            return f"item {new_id} is out of stock"
    return None


def _reason(context: GuardContext, name: str, arguments: Arguments) -> str | None:
    reason = arguments.get("reason")
    if reason in CANCEL_REASONS:
        return None
    return f"{reason!r} is no accepted reason; accepted are {' and '.join(map(repr, CANCEL_REASONS))}"


def _own_payment(context: GuardContext, name: str, arguments: Arguments) -> str | None:
    state = context.sandbox.state
    order = _order(state, arguments)
    if order is None or _method(state, order, arguments) is not None:
        return None
    return f"payment method {arguments.get('payment_method_id')} is not in the customer's profile"


def _other_payment(context: GuardContext, name: str, arguments: Arguments) -> str | None:
    order = _order(context.sandbox.state, arguments)
    if order is None or order["payment_history"][0]["payment_method_id"] != arguments.get("payment_method_id"):
        return None
    return f"order {order['order_id']} is paid with {arguments['payment_method_id']} already"


def _refund(context: GuardContext, name: str, arguments: Arguments) -> str | None:
    state = context.sandbox.state
    order = _order(state, arguments)
    method = _method(state, order, arguments) if order else None
    if order is None or method is None or method["source"] == GIFT_CARD:
        return None
    original = order["payment_history"][0]["payment_method_id"]
    if method["id"] == original:
        return None
    return f"the refund would go to {method['id']}, which is neither {original}, the original method, nor a gift card"


def _balance(context: GuardContext, name: str, arguments: Arguments) -> str | None:
    state = context.sandbox.state
    order = _order(state, arguments)
    method = _method(state, order, arguments) if order else None
    if order is None or method is None or method["source"] != GIFT_CARD:
        return None
    needed = order["payment_history"][0]["amount"] if name == PAYMENT else _difference(state, order, arguments)
    if method["balance"] >= needed:
        return None
    return f"gift card {method['id']} holds {method['balance']:.2f}, less than the {needed:.2f} it would have to pay"


def _difference(state: State, order: Order, arguments: Arguments) -> float:
    difference = 0.0
    for item, new_id in _swaps(order, arguments):
        product = cast("Product | None", state.row("products", item["product_id"]))
        variant = product["variants"].get(new_id) if product else None
        difference += variant["price"] - item["price"] if variant else 0.0
    return round(difference, 2)


GUARDS: tuple[Guard, ...] = (
    guard(
        "identity_first",
        "Identify the customer by e-mail, or by name and zip code, before looking at personal data or changing any.",
        _identity_first,
        (*PERSONAL_READS, *WRITES),
    ),
    guard(
        "one_customer",
        "A conversation is about one customer's account only.",
        _one_customer,
        (*IDENTITY, *PERSONAL_READS, *WRITES),
    ),
    guard("confirmed", "List the details and get a clear yes before each change.", confirmed, WRITES),
    guard(
        "status",
        "Only pending orders are cancelled or modified, only delivered ones returned or exchanged.",
        _status,
        ORDER_WRITES,
    ),
    guard(
        "once_per_order",
        "Items of an order are modified or exchanged once, all in one call; after that the order is left alone.",
        _once,
        ORDER_WRITES,
    ),
    guard("same_product", "An item is replaced by a variant of the same product.", _same_product, (ITEMS, EXCHANGE)),
    guard("other_variant", "An item is not replaced by itself.", _other_variant, (ITEMS, EXCHANGE)),
    guard("available", "The replacing variant is in stock.", _available, (ITEMS, EXCHANGE)),
    guard(
        "reason",
        "An order is cancelled because it is no longer needed or was a mistake, nothing else.",
        _reason,
        (CANCEL,),
    ),
    guard(
        "own_payment",
        "Only payment methods in the customer's profile are used.",
        _own_payment,
        (PAYMENT, ITEMS, RETURN, EXCHANGE),
    ),
    guard("other_payment", "A new payment method differs from the present one.", _other_payment, (PAYMENT,)),
    guard("refund", "A refund goes to the original payment method or to a gift card.", _refund, (RETURN,)),
    guard(
        "balance",
        "A gift card covers what it is to pay: the order's total, or the price difference.",
        _balance,
        (PAYMENT, ITEMS, EXCHANGE),
    ),
    guard("summary", "A transfer comes with a summary of the request.", summary_told, ("transfer_to_human_agents",)),
)
