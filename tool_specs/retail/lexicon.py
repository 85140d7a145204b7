"""The words of the retail service desk: rows and columns. All other words are in `words/`."""

from __future__ import annotations

from tool_specs.lexicon import ColumnWords, Lexicon, RowWords
from tool_specs.retail.words.addresses import MOVE, SHIP
from tool_specs.retail.words.facts import ASK_IDENTITY, CHOICES, FACTS
from tool_specs.retail.words.options import option_columns
from tool_specs.retail.words.orders import CANCEL, PAY
from tool_specs.retail.words.questions import ANSWERS, QUESTIONS
from tool_specs.retail.words.refusals import OUT_OF_SCOPE, REFUSALS
from tool_specs.retail.words.returns import RETURN
from tool_specs.retail.words.swaps import EXCHANGE, SETTLEMENT, SWAP

ORDER = "get_order_details"
ITEM = "get_order_details.items.*"
METHOD = "get_user_details.payment_methods.*"
VARIANT = "get_product_details.variants.*"

ROWS = {
    ORDER: RowWords(
        singular="order",
        plural="orders",
        label="order {order_id}",
        scope=("all my orders", "all the orders I have with you"),
        details=(f"{ORDER}.payment_history.0.amount",),
    ),
    ITEM: RowWords(
        singular="item",
        plural="items",
        label="{options.color} {options.material} {name}",
        scope=(
            "everything I've ordered",
            "all my orders",
            "everything I ever bought from you",
            "all the stuff I ordered",
        ),
        details=(f"{ITEM}.price", f"{ORDER}.order_id"),
    ),
    METHOD: RowWords(
        singular="payment method",
        plural="payment methods",
        label="{brand} {source} {last_four|id}",
        scope=("my payment methods",),
    ),
    VARIANT: RowWords(
        singular="version",
        plural="versions",
        label="{options.color} {options.material} {name}",
        details=(f"{VARIANT}.price",),
    ),
    "list_all_product_types.*": RowWords(singular="type of product", plural="types of products", label="{*}"),
}

BRANDS = {f'"{name.lower()}"': (name,) for name in ("Visa", "Mastercard", "Amex", "Discover", "Maestro", "JCB")}
ANOTHER = ("other", "other", "other than the one I have")
DEAREST = ("most expensive", "priciest", "most expensive", "costliest", "highest-priced")
CHEAPEST = ("cheapest", "cheapest", "least expensive", "lowest-priced", "most affordable")
NAME = ColumnWords(
    name="product",
    kind="text",
    any_value=("{value}",),
    values={
        '"Bluetooth Speaker"': ("Bluetooth speaker",),
        '"Chef\'s Knife"': ("chef's knife",),
        '"Duvet"': ("duvet",),
    },
)
STATUS = ColumnWords(
    name="status",
    values={
        '"delivered"': (
            "that has been delivered",
            "I've already received",
            "that's already been delivered",
            "that has already arrived",
            "that was delivered to me",
            "delivered",
        ),
        '"pending"': ("pending", "that's still pending", "that is pending", "pending"),
        '"processed"': ("that has been processed", "that's already processed", "processed"),
        '"cancelled"': ("that was cancelled", "cancelled", "that has been cancelled"),
        '"pending (item modified)"': ("that was modified before",),
        '"return requested"': ("that's being returned", "with a return requested"),
        '"exchange requested"': ("that's being exchanged", "with an exchange requested"),
    },
    agent_values={
        '"delivered"': ("delivered", "{it} {has} already been delivered"),
        '"pending"': ("pending", "{it} {is} still pending"),
        '"processed"': ("processed", "{it} {has} already been processed"),
        '"cancelled"': ("cancelled", "{it} {was} cancelled"),
        '"pending (item modified)"': ("modified", "{it} {has} been modified already"),
        '"return requested"': ("to be returned", "a return has already been requested for {them}"),
        '"exchange requested"': ("to be exchanged", "an exchange has already been requested for {them}"),
        "*": ("{value}",),
    },
)
COLUMNS = {
    f"{ORDER}.order_id": ColumnWords(name="order number", kind="id"),
    f"{ORDER}.status": STATUS,
    f"{ORDER}.cancel_reason": ColumnWords(
        name="cancellation reason",
        values={
            '"no longer needed"': ("that I cancelled because I no longer needed it",),
            '"ordered by mistake"': ("that I cancelled because it was a mistake",),
        },
        agent_values={"*": ("cancelled as {value}",)},
    ),
    f"{ORDER}.address.city": ColumnWords(
        name="city",
        any_value=("with {value} as the shipping city", "with a shipping address in {value}"),
        agent_values={"*": ("with a shipping address in {value}",)},
    ),
    f"{ORDER}.address.state": ColumnWords(
        name="state",
        any_value=("with a shipping address in {value}", "with {value} as the shipping state"),
        agent_values={"*": ("with a shipping address in {value}",)},
    ),
    f"{ORDER}.payment_history.0.amount": ColumnWords(
        name="total",
        kind="money",
        most=("most expensive", "biggest", "priciest", "with the highest total", "costliest"),
        least=("cheapest", "smallest", "least expensive", "with the lowest total"),
    ),
    f"{ORDER}.payment_history.*.transaction_type": ColumnWords(
        name="transaction", values={'"payment"': ("paid",), '"refund"': ("refunded",)}
    ),
    f"{ITEM}.item_id": ColumnWords(name="item number", kind="id", any_value=ANOTHER),
    f"{ITEM}.name": NAME,
    f"{ITEM}.price": ColumnWords(name="price", kind="money", most=DEAREST, least=CHEAPEST),
    **option_columns(f"{ITEM}.options"),
    f"{METHOD}.id": ColumnWords(
        name="payment method", kind="id", agent_values={"gift_card*": ("ending in {tail}",), "*": ("",)}
    ),
    f"{METHOD}.source": ColumnWords(
        name="kind",
        values={
            '"gift_card"': ("my gift card", "the gift card"),
            '"paypal"': ("my PayPal account", "my PayPal"),
            '"credit_card"': ("my credit card", "the credit card"),
        },
        agent_values={
            '"gift_card"': ("gift card",),
            '"paypal"': ("PayPal account",),
            '"credit_card"': ("credit card",),
            "*": ("{value}",),
        },
    ),
    f"{METHOD}.brand": ColumnWords(
        name="brand",
        values=BRANDS,
        any_value=("{value}",),
        agent_values={**BRANDS, "*": ("{value}",)},
    ),
    f"{METHOD}.last_four": ColumnWords(
        name="last four digits",
        any_value=("ending in {value}", "that ends in {value}"),
        agent_values={"*": ("ending in {value}",)},
    ),
    f"{METHOD}.balance": ColumnWords(
        name="balance",
        kind="money",
        most=("with the highest balance", "with the most money on it"),
        least=("with the lowest balance", "with the least money on it"),
    ),
    "get_product_details.name": NAME,
    "list_all_product_types.*": NAME,
    f"{VARIANT}.item_id": ColumnWords(name="item number", kind="id", any_value=ANOTHER),
    f"{VARIANT}.price": ColumnWords(name="price", kind="money", most=DEAREST, least=CHEAPEST),
    f"{VARIANT}.available": ColumnWords(
        name="availability",
        kind="boolean",
        values={
            "true": ("available", "in stock", "that's in stock", "that's available", "you have in stock"),
            "false": ("that's out of stock", "that's sold out"),
        },
        agent_values={"true": ("in stock",), "false": ("out of stock",)},
    ),
    **option_columns(f"{VARIANT}.options"),
    "get_item_details.price": ColumnWords(
        name="current price", kind="money", most=("currently most expensive",), least=("currently cheapest",)
    ),
    "get_item_details.available": ColumnWords(
        name="availability",
        kind="boolean",
        values={
            "true": ("that's still in stock", "you still have in stock"),
            "false": ("that's out of stock by now", "that's sold out by now"),
        },
        agent_values={"true": ("still in stock",), "false": ("out of stock by now",)},
    ),
}

ORIGINALS = {
    f"{ORDER}.payment_history.0.payment_method_id": (
        "the original payment method",
        "whatever I paid with",
        "the payment method I used",
        "the payment method I paid with",
        "the same payment method I used for the order",
    ),
    "get_user_details.address": (
        "my default address",
        "the address in my profile",
        "the default address on my account",
        "the address you have on file for me",
        "my home address in the profile",
    ),
    f"{ORDER}.address": (
        "the address of {object}",
        "the same address as {object}",
        "the shipping address of {object}",
        "the address you have for {object}",
    ),
}

WRITES = {
    "cancel_pending_order": CANCEL,
    "modify_pending_order_address": SHIP,
    "modify_pending_order_items": SWAP,
    "modify_pending_order_payment": PAY,
    "modify_user_address": MOVE,
    "return_delivered_order_items": RETURN,
    "exchange_delivered_order_items": EXCHANGE,
}

LEXICON = Lexicon(
    rows=ROWS,
    columns=COLUMNS,
    writes=WRITES,
    facts=FACTS,
    ask_identity=ASK_IDENTITY,
    questions=QUESTIONS,
    answers=ANSWERS,
    choices=CHOICES,
    originals=ORIGINALS,
    out_of_scope=OUT_OF_SCOPE,
    refusals=REFUSALS,
    settlement=SETTLEMENT,
    service="our store",
)
