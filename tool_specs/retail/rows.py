"""The rows of a retail world and what tools return, as types.

An order row::

    {"order_id": "#W1234567", "user_id": "ann_moss_4021", "address": {...}, "status": "delivered",
     "items": [{"name": "Rain Jacket", "product_id": "...", "item_id": "...", "price": 84.5, "options": {...}}],
     "fulfillments": [{"tracking_id": ["..."], "item_ids": ["..."]}],
     "payment_history": [{"transaction_type": "payment", "amount": 84.5, "payment_method_id": "paypal_1234567"}]}
"""

from __future__ import annotations

from typing import Annotated, NotRequired

from typing_extensions import TypedDict

from tool_specs.tool import Sem

UserId = Annotated[str, Sem("user_id")]
OrderId = Annotated[str, Sem("order_id")]
ProductId = Annotated[str, Sem("product_id")]
ItemId = Annotated[str, Sem("item_id")]
PaymentMethodId = Annotated[str, Sem("payment_method_id")]
Options = dict[str, str]


class Name(TypedDict):
    """A person's name."""

    first_name: Annotated[str, Sem("first_name")]
    last_name: Annotated[str, Sem("last_name")]


class Address(TypedDict):
    """A postal address."""

    address1: Annotated[str, Sem("address1")]
    address2: Annotated[str, Sem("address2")]
    city: Annotated[str, Sem("city")]
    country: Annotated[str, Sem("country")]
    state: Annotated[str, Sem("state")]
    zip: Annotated[str, Sem("zip")]


class PaymentMethod(TypedDict):
    """A gift card (with balance), a PayPal account, or a credit card (with brand and last four digits)."""

    source: Annotated[str, Sem("payment_source")]
    id: PaymentMethodId
    brand: NotRequired[Annotated[str, Sem("card_brand")]]
    last_four: NotRequired[Annotated[str, Sem("card_last_four")]]
    balance: NotRequired[Annotated[float, Sem("balance")]]


class User(TypedDict):
    """A customer's profile."""

    user_id: UserId
    name: Name
    address: Address
    email: Annotated[str, Sem("email")]
    payment_methods: dict[str, PaymentMethod]
    orders: list[OrderId]


class Variant(TypedDict):
    """One thing on the shelf: a product with each of its options chosen."""

    item_id: ItemId
    options: Options
    available: Annotated[bool, Sem("available")]
    price: Annotated[float, Sem("price")]


class Product(TypedDict):
    """A type of product with all its variants."""

    name: Annotated[str, Sem("product_name")]
    product_id: ProductId
    variants: dict[str, Variant]


class OrderItem(TypedDict):
    """An item of an order, with the price paid for it."""

    name: Annotated[str, Sem("product_name")]
    product_id: ProductId
    item_id: ItemId
    price: Annotated[float, Sem("price")]
    options: Options


class Fulfillment(TypedDict):
    """A parcel."""

    tracking_id: list[Annotated[str, Sem("tracking_id")]]
    item_ids: list[ItemId]


class Payment(TypedDict):
    """Money that moved for an order."""

    transaction_type: Annotated[str, Sem("transaction_type")]
    amount: Annotated[float, Sem("amount")]
    payment_method_id: PaymentMethodId


class Order(TypedDict):
    """An order; the last fields are there once the action that sets them was taken."""

    order_id: OrderId
    user_id: UserId
    address: Address
    items: list[OrderItem]
    status: Annotated[str, Sem("order_status")]
    fulfillments: list[Fulfillment]
    payment_history: list[Payment]
    cancel_reason: NotRequired[Annotated[str, Sem("cancel_reason")] | None]
    exchange_items: NotRequired[list[ItemId] | None]
    exchange_new_items: NotRequired[list[ItemId] | None]
    exchange_payment_method_id: NotRequired[PaymentMethodId | None]
    exchange_price_difference: NotRequired[Annotated[float, Sem("amount")] | None]
    return_items: NotRequired[list[ItemId] | None]
    return_payment_method_id: NotRequired[PaymentMethodId | None]


PENDING = "pending"
ITEMS_MODIFIED = "pending (item modified)"
PROCESSED = "processed"
DELIVERED = "delivered"
CANCELLED = "cancelled"
RETURN_REQUESTED = "return requested"
EXCHANGE_REQUESTED = "exchange requested"
GIFT_CARD = "gift_card"

CANCEL_REASONS = ("no longer needed", "ordered by mistake")
ROWS = {"products": Product, "users": User, "orders": Order}
