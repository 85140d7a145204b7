"""How an address is changed, an order's or the one in the profile."""

from __future__ import annotations

from tool_specs.lexicon import Texts, WriteWords
from tool_specs.retail.words.orders import ORDER_SAY

_ADDRESS_ROLES = {name: "address" for name in ("address1", "address2", "city", "state", "country", "zip")}
_ADDRESS_QUESTION: Texts = (
    "What is the new address, with street, city, state, country and zip code?",
    "Which address should I use?",
    "What address would you like it to be?",
    "Could you give me the full address, please?",
    "And the new address is?",
    "Which address should it be, with street, city, zip code and country?",
)

SHIP = WriteWords(
    roles={"order_id": "object", **_ADDRESS_ROLES},
    topic=(
        "change the address on an order",
        "change where an order goes",
        "fix a shipping address",
        "have an order sent somewhere else",
        "ship an order to another address",
        "redirect an order",
        "update the shipping address of an order",
    ),
    ask=(
        "change the shipping address of {object}",
        "change where {object} is going",
        "have {object} shipped somewhere else",
        "send {object} to a different address",
        "have {object} shipped to {address}",
        "have {object} sent to {address} instead",
        "change the shipping address of {object} to {address}",
        "get {object} delivered to {address}",
        "update the address for {object} to {address}",
    ),
    say={
        "object": ORDER_SAY,
        "address": (
            "It should go to {address}.",
            "The new address is {address}.",
            "Send it to {address}.",
            "Make it {address}.",
            "Ship it to {address} instead.",
        ),
        "": (
            "I won't be home that week.",
            "I got the address wrong.",
            "I didn't check the address when I ordered.",
            "Nobody will be there to take it in.",
        ),
    },
    question={
        "object": (
            "Which order is it about?",
            "Which order should go to another address?",
            "Can you tell me which order that is?",
            "For which of your orders?",
        ),
        "address": _ADDRESS_QUESTION,
    },
    confirm=(
        "the new shipping address of {object} will be {address}",
        "{object} will go to {address}",
        "I'll change the shipping address of {object} to {address}",
    ),
    done=(
        "Done. {object} now goes to {address}.",
        "The shipping address of {object} is changed.",
        "All set, {object} will be shipped to {address}.",
    ),
    noun="shipping address",
)
MOVE = WriteWords(
    roles={"user_id": "object", **_ADDRESS_ROLES},
    topic=(
        "change my address",
        "update my profile",
        "update the address on my account",
        "change the address in my profile",
        "fix my account details",
        "put in my new address",
    ),
    ask=(
        "change my default address",
        "update the default address on my account",
        "change the address in my profile",
        "change my default address to {address}",
        "update the address in my profile to {address}",
        "set my default address to {address}",
        "have my account's address changed to {address}",
        "make {address} my default address",
    ),
    say={
        "address": (
            "The new address is {address}.",
            "It should be {address}.",
            "Make it {address}.",
            "I'd like it to be {address}.",
        ),
        "": ("I moved.", "I keep forgetting to do this.", "We moved last month.", "It's been out of date for a while."),
    },
    question={"address": _ADDRESS_QUESTION},
    confirm=(
        "your default address will be {address}",
        "the new default address on your account will be {address}",
        "I'll change your default address to {address}",
    ),
    done=(
        "Done. Your default address is now {address}.",
        "Your profile is updated with the new address.",
        "All set, your default address is changed.",
    ),
    noun="address in your profile",
    tail=(
        "Orders that you've already placed keep the address they have.",
        "This doesn't touch orders that are under way.",
        "Your existing orders aren't affected by that.",
        "Anything you ordered before still goes where it was going.",
        "It counts for future orders; earlier ones keep theirs.",
    ),
)
