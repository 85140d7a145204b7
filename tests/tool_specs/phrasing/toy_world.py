"""A small retail world by hand, in the form of a retail world file, and a function that answers reads from it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from schemas.base import Json
from tool_specs.programs import MISSING, ReadAsk


def _variant(item_id: str, price: float, available: bool, **options: str) -> dict[str, Json]:
    named = {key.replace("_", " "): value for key, value in options.items()}
    return {"item_id": item_id, "price": price, "available": available, "options": named}


def _product(product_id: str, name: str, *variants: dict[str, Json]) -> dict[str, Json]:
    return {"name": name, "product_id": product_id, "variants": {str(v["item_id"]): v for v in variants}}


PRODUCTS: dict[str, Any] = {
    row["product_id"]: row
    for row in (
        _product(
            "9100000001",
            "Office Chair",
            _variant("1100000001", 544.29, True, color="red", material="mesh", armrest="fixed"),
            _variant("1100000002", 489.5, True, color="black", material="leather", armrest="none"),
            _variant("1100000003", 512.0, True, color="black", material="mesh", armrest="adjustable"),
            _variant("1100000004", 478.1, False, color="black", material="fabric", armrest="fixed"),
        ),
        _product(
            "9100000002",
            "Action Camera",
            _variant("1200000001", 466.75, True, resolution="4K", waterproof="yes", color="black"),
            _variant("1200000002", 431.4, True, resolution="1080p", waterproof="no", color="silver"),
            _variant("1200000003", 448.2, True, resolution="5K", waterproof="yes", color="silver"),
        ),
        _product(
            "9100000003",
            "T-Shirt",
            _variant("1300000001", 47.9, True, color="blue", size="M", material="cotton", style="v-neck"),
            _variant("1300000002", 44.3, True, color="black", size="M", material="polyester", style="crew neck"),
            _variant("1300000003", 52.7, False, color="red", size="L", material="cotton", style="v-neck"),
            _variant("1300000004", 46.6, True, color="purple", size="S", material="polyester", style="v-neck"),
        ),
        _product(
            "9100000004",
            "Hiking Boots",
            _variant("1400000001", 244.34, True, size="7", material="leather", waterproof="yes"),
            _variant("1400000002", 231.1, True, size="9", material="synthetic", waterproof="no"),
            _variant("1400000003", 228.9, False, size="10", material="synthetic", waterproof="yes"),
        ),
        _product(
            "9100000005",
            "Laptop",
            _variant("1500000001", 2674.4, True, color="silver", storage="512GB SSD", ram="16GB"),
            _variant("1500000002", 2410.0, True, color="black", storage="256GB SSD", ram="16GB"),
        ),
    )
}

ADDRESS: dict[str, Json] = {
    "address1": "996 Cedar Street",
    "address2": "Suite 656",
    "city": "San Antonio",
    "country": "USA",
    "state": "TX",
    "zip": "78234",
}
OTHER_ADDRESS: dict[str, Json] = {
    **ADDRESS,
    "address1": "14 Lake Drive",
    "address2": "",
    "city": "Denver",
    "state": "CO",
}

USERS: dict[str, Any] = {
    "nora_field_4411": {
        "user_id": "nora_field_4411",
        "name": {"first_name": "Nora", "last_name": "Field"},
        "address": ADDRESS,
        "email": "nora.field2208@example.com",
        "payment_methods": {
            "gift_card_6023546": {"source": "gift_card", "id": "gift_card_6023546", "balance": 812.0},
            "paypal_5727330": {"source": "paypal", "id": "paypal_5727330"},
            "credit_card_7815826": {
                "source": "credit_card",
                "id": "credit_card_7815826",
                "brand": "mastercard",
                "last_four": "9212",
            },
            "credit_card_1105988": {
                "source": "credit_card",
                "id": "credit_card_1105988",
                "brand": "visa",
                "last_four": "3546",
            },
        },
        "orders": ["#W3113816", "#W4817420", "#W7678072", "#W1150033", "#W9004417"],
    },
}


def _order(
    order_id: str, status: str, method: str, *item_ids: str, address: dict[str, Json] = ADDRESS, tracking: str = ""
) -> dict[str, Json]:
    items = []
    for item_id in item_ids:
        product = next(p for p in PRODUCTS.values() if item_id in p["variants"])
        variant = product["variants"][item_id]
        items.append(
            {
                "name": product["name"],
                "product_id": product["product_id"],
                "item_id": item_id,
                "price": variant["price"],
                "options": variant["options"],
            }
        )
    amount = round(sum(item["price"] for item in items), 2)
    return {
        "order_id": order_id,
        "user_id": "nora_field_4411",
        "address": address,
        "items": items,
        "status": status,
        "fulfillments": [{"tracking_id": [tracking], "item_ids": list(item_ids)}] if tracking else [],
        "payment_history": [{"transaction_type": "payment", "amount": amount, "payment_method_id": method}],
    }


ORDERS: dict[str, Any] = {
    str(row["order_id"]): row
    for row in (
        _order("#W3113816", "delivered", "paypal_5727330", "1100000001", "1300000001", tracking="490313116609"),
        _order("#W4817420", "pending", "credit_card_7815826", "1500000001"),
        _order("#W7678072", "pending", "gift_card_6023546", "1200000001", "1300000002"),
        _order("#W1150033", "delivered", "credit_card_1105988", "1400000001", tracking="318840027715"),
        _order(
            "#W9004417", "processed", "paypal_5727330", "1300000004", address=OTHER_ADDRESS, tracking="555018837001"
        ),
    )
}
TABLES: dict[str, dict[str, Any]] = {"products": PRODUCTS, "users": USERS, "orders": ORDERS}
PRINCIPAL = "nora_field_4411"

_READS: dict[str, Callable[[dict[str, Json]], Any]] = {
    "find_user_id_by_email": lambda a: next((u for u, row in USERS.items() if row["email"] == a["email"]), MISSING),
    "find_user_id_by_name_zip": lambda a: next(
        (u for u, row in USERS.items() if row["name"]["last_name"] == a["last_name"]), MISSING
    ),
    "get_user_details": lambda a: USERS.get(a["user_id"], MISSING),
    "get_order_details": lambda a: ORDERS.get(a["order_id"], MISSING),
    "get_product_details": lambda a: PRODUCTS.get(a["product_id"], MISSING),
    "list_all_product_types": lambda a: {p["name"]: p["product_id"] for p in PRODUCTS.values()},
}


def read(ask: ReadAsk) -> Any:
    """Answers a read from the tables."""
    return _READS[ask.tool](ask.arguments)
