"""Questions about profiles and reservations, and how an agent answers them."""

from __future__ import annotations

from tool_specs.lexicon import Texts

_TRIP = "get_reservation_details"
_METHOD = "get_user_details.payment_methods.*"
_PAID = f"{_TRIP}.payment_history.0.amount"

QUESTIONS: dict[str, Texts] = {
    f"{_TRIP}.reservation_id": (
        "what the reservation id of {object} is",
        "which reservation id {object} {has}",
        "what's the reservation id of {object}?",
        "which reservation id does {object} have?",
    ),
    f"{_TRIP}.total_baggages": (
        "how many checked bags {object} {has}",
        "how many bags there are on {object}",
        "how many checked bags {does} {object} have?",
    ),
    f"{_TRIP}.cabin": (
        "which cabin {object} {is} in",
        "what cabin {object} {is} for",
        "which cabin {is} {object} in?",
    ),
    f"{_TRIP}.insurance": (
        "whether {object} {has} travel insurance",
        "if {object} {is} insured",
        "{is} {object} insured?",
        "{does} {object} have travel insurance?",
    ),
    f"{_TRIP}.created_at": (
        "when {object} {was} booked",
        "when I booked {object}",
        "when {was} {object} booked?",
        "when did I book {object}?",
    ),
    f"{_TRIP}.flights.0.date": (
        "when {object} leave{s}",
        "which day {object} start{s}",
        "when {does} {object} leave?",
        "on which day {does} {object} leave?",
    ),
    _PAID: (
        "how much I paid for {object}",
        "what {object} came to",
        "how much did {object} come to?",
        "how much did I pay for {object}?",
        "what did {object} cost altogether?",
    ),
    f"{_METHOD}.amount": (
        "how much is left on {object}",
        "what the balance of {object} is",
        "how much is left on {object}?",
        "what's the balance of {object}?",
    ),
    f"count:{_TRIP}": (
        "how many {objects} I have",
        "how many {objects} there are",
        "how many {objects} do I have?",
        "how many {objects} are there?",
    ),
    f"sum:{_PAID}": (
        "how much I've spent in total on {object}",
        "what {object} add{s} up to",
        "how much have I spent in total on {object}?",
        "what {does} {object} add up to?",
    ),
    f"sum:{_TRIP}.total_baggages": (
        "how many checked bags there are on {object} in total",
        "how many checked bags are there on {object} in total?",
    ),
    f"sum:{_METHOD}.amount": (
        "how much is left on {object} in total",
        "how much is left on {object} in total?",
    ),
    **{
        f"{how}:{_PAID}": (
            f"what the {word} total among {{object}} is",
            f"what's the {word} total among {{object}}?",
        )
        for how, word in (("min", "lowest"), ("max", "highest"))
    },
}
ANSWERS: dict[str, Texts] = {
    f"{_TRIP}.reservation_id": ("The reservation id is {value}.", "That's reservation {value}."),
    f"{_TRIP}.total_baggages": ("The number of checked bags is {value}.", "It's {value} in all."),
    f"{_TRIP}.cabin": ("It's booked in {value}.", "The cabin is {value}."),
    f"{_TRIP}.insurance": ("Under travel insurance it says {value}.", "As for travel insurance: {value}."),
    f"{_TRIP}.created_at": (
        "It was booked on {value}.",
        "The booking was made on {value}.",
        "{object} was booked on {value}.",
    ),
    f"{_TRIP}.flights.0.date": ("It leaves on {value}.", "The first flight is on {value}."),
    _PAID: (
        "{object} came to {value}.",
        "The total of {object} was {value}.",
        "The total was {value}.",
        "It came to {value}.",
    ),
    f"{_METHOD}.amount": ("There's {value} left on {object}.", "The balance is {value}."),
    f"count:{_TRIP}": ("The number of reservations is {value}.", "I count {value} in all."),
    f"sum:{_PAID}": ("That adds up to {value}.", "Altogether it's {value}."),
    f"sum:{_TRIP}.total_baggages": ("Altogether it's {value}.", "In all I count {value}."),
    f"sum:{_METHOD}.amount": ("Altogether there's {value} left.",),
    **{f"{how}:{_PAID}": (f"The {word} is {{value}}.",) for how, word in (("min", "lowest"), ("max", "highest"))},
}
