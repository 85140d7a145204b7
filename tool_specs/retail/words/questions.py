"""What users ask about their orders and about products, and how an agent answers."""

from __future__ import annotations

from tool_specs.lexicon import Texts

_AMOUNT = "get_order_details.payment_history.0.amount"
_TRACKING = "get_order_details.fulfillments.*.tracking_id.*"
QUESTIONS: dict[str, Texts] = {
    "get_product_details.variants.*.price": (
        "how much {object} cost{s}",
        "what {object} cost{s}",
        "what the price of {object} is",
        "how much {object} would be",
        "how much {is} {object}?",
        "what {does} {object} cost?",
        "what's the price of {object}?",
        "how much {does} {object} cost?",
    ),
    "get_order_details.items.*.price": (
        "how much I paid for {object}",
        "what I paid for {object}",
        "what {object} cost me",
        "what did {object} cost?",
        "how much {was} {object}?",
        "how much did I pay for {object}?",
    ),
    _AMOUNT: (
        "how much I paid for {object}",
        "what the total of {object} was",
        "what {object} came to",
        "how much did {object} come to?",
        "what did {object} cost altogether?",
        "what was the total of {object}?",
    ),
    "get_order_details.status": (
        "what the status of {object} is",
        "where {object} stand{s}",
        "what's going on with {object}",
        "what's the status of {object}?",
        "what's happening with {object}?",
    ),
    "get_order_details.order_id": (
        "what the order number of {object} is",
        "which order number {object} {has}",
        "what's the order number of {object}?",
        "which order number does {object} have?",
    ),
    _TRACKING: (
        "what the tracking number of {object} is",
        "what the tracking number for {object} is",
        "which tracking number {object} {has}",
        "what's the tracking number of {object}?",
        "what's the tracking number for {object}?",
    ),
    "get_order_details.address.city": (
        "which city {object} {has} in the shipping address",
        "what city you have in the shipping address of {object}",
        "which city is in the shipping address of {object}?",
        "what city do you have in the shipping address of {object}?",
    ),
    "get_order_details.address.zip": (
        "which zip code {object} {has} in the shipping address",
        "what zip code you have in the shipping address of {object}",
        "which zip code is in the shipping address of {object}?",
        "what zip code do you have in the shipping address of {object}?",
    ),
    "get_order_details.address.address1": (
        "which street {object} {has} in the shipping address",
        "what street address you have for {object}",
        "what street address do you have for {object}?",
    ),
    "get_user_details.payment_methods.*.balance": (
        "how much is left on {object}",
        "what the balance of {object} is",
        "how much money I still have on {object}",
        "how much is left on {object}?",
        "what's the balance of {object}?",
    ),
    "get_product_details.variants.*.item_id": (
        "what the item number of {object} is",
        "which item number {object} {has}",
        "what's the item number of {object}?",
    ),
    "get_order_details.items.*.item_id": (
        "what the item number of {object} is",
        "which item number {object} {has}",
        "what's the item number of {object}?",
    ),
    "get_order_details.items.*.name": ("what {object} {is}", "what exactly {is} {object}?"),
    "count:get_product_details.variants.*": (
        "how many {objects} there are",
        "how many {objects} you have",
        "how many {objects} I could choose from",
        "how many {objects} are there?",
        "how many {objects} do you have?",
        "how many {objects} can I choose from?",
    ),
    "count:get_order_details.items.*": (
        "how many {objects} I have",
        "how many {objects} I have with you",
        "how many {objects} do I have?",
        "how many {objects} do I have with you?",
    ),
    "count:get_order_details": (
        "how many {objects} I have",
        "how many {objects} I have with you",
        "how many {objects} do I have?",
        "how many {objects} do I have with you?",
    ),
    "count:list_all_product_types.*": (
        "how many {objects} you sell",
        "how many {objects} there are",
        "how many {objects} do you sell?",
    ),
    f"sum:{_AMOUNT}": (
        "how much I've spent in total on {object}",
        "what {object} add{s} up to",
        "how much {object} cost me altogether",
        "how much have I spent in total on {object}?",
        "what {does} {object} add up to?",
    ),
    "sum:get_order_details.items.*.price": (
        "how much I've spent in total on {object}",
        "what {object} add{s} up to",
        "how much {object} cost me altogether",
        "what {does} {object} add up to?",
        "what's the total price of {object}?",
    ),
    "sum:get_user_details.payment_methods.*.balance": (
        "how much is left on {object} in total",
        "how much is left on {object} in total?",
    ),
    **{
        f"{how}:{column}": (
            f"what the {word} {noun} among {{object}} is",
            f"what's the {word} {noun} among {{object}}?",
        )
        for how, word in (("min", "lowest"), ("max", "highest"))
        for column, noun in (
            ("get_product_details.variants.*.price", "price"),
            ("get_order_details.items.*.price", "price"),
            (_AMOUNT, "total"),
        )
    },
}
ANSWERS: dict[str, Texts] = {
    "get_product_details.variants.*.price": (
        "{object} cost{s} {value}.",
        "The price of {object} is {value}.",
        "The price is {value}.",
        "That would be {value}.",
    ),
    "get_order_details.items.*.price": (
        "You paid {value} for {object}.",
        "{object} {was} {value}.",
        "You paid {value} for it.",
        "The price was {value}.",
    ),
    _AMOUNT: (
        "{object} came to {value}.",
        "The total of {object} was {value}.",
        "The total was {value}.",
        "It came to {value}.",
    ),
    "get_order_details.status": (
        "The status of {object} is {value}.",
        "{object} currently {has} the status {value}.",
    ),
    "get_order_details.order_id": ("The order number is {value}.", "That's order {value}."),
    _TRACKING: ("The tracking number is {value}.", "The tracking number of {object} is {value}."),
    "get_order_details.address.city": (
        "The city in the shipping address of {object} is {value}.",
        "{object} {has} a shipping address in {value}.",
        "For {object} the city is {value}.",
    ),
    "get_order_details.address.zip": (
        "The zip code in the shipping address of {object} is {value}.",
        "For {object} the zip code is {value}.",
        "{object} {has} the zip code {value} in its shipping address.",
    ),
    "get_order_details.address.address1": (
        "The street in the shipping address of {object} is {value}.",
        "For {object} I have {value} as the street address.",
    ),
    "get_user_details.payment_methods.*.balance": ("There's {value} left on {object}.", "The balance is {value}."),
    "get_product_details.variants.*.item_id": ("The item number is {value}.",),
    "get_order_details.items.*.item_id": ("The item number is {value}.",),
    "get_order_details.items.*.name": ("It's the {value}.", "That's the {value}."),
    "count:get_product_details.variants.*": (
        "I count {value} of those.",
        "In all it's {value}.",
        "The answer is {value}.",
    ),
    "count:get_order_details.items.*": ("I count {value} in all.", "The number is {value}."),
    "count:get_order_details": ("The number of orders is {value}.", "I count {value} in all."),
    "count:list_all_product_types.*": ("The number of product types we sell is {value}.",),
    f"sum:{_AMOUNT}": ("That adds up to {value}.", "Altogether it's {value}."),
    "sum:get_order_details.items.*.price": ("That adds up to {value}.", "Altogether it's {value}."),
    "sum:get_user_details.payment_methods.*.balance": ("Altogether there's {value} left.",),
    **{
        f"{how}:{column}": (f"The {word} is {{value}}.",)
        for how, word in (("min", "lowest"), ("max", "highest"))
        for column in ("get_product_details.variants.*.price", "get_order_details.items.*.price", _AMOUNT)
    },
}
