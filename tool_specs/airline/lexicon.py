"""The words of the airline's service desk: rows and columns. All other words are in `words/`."""

from __future__ import annotations

from tool_specs.airline.words.booking import BOOK, CERTIFY
from tool_specs.airline.words.facts import ASK_IDENTITY, CHOICES, FACTS
from tool_specs.airline.words.questions import ANSWERS, QUESTIONS
from tool_specs.airline.words.refusals import OUT_OF_SCOPE, REFUSALS
from tool_specs.airline.words.reservations import BAGS, CANCEL, MOVE, PASSENGERS, SETTLEMENT
from tool_specs.lexicon import ColumnWords, Lexicon, RowWords, Texts

TRIP = "get_reservation_details"
LEG = f"{TRIP}.flights.*"
METHOD = "get_user_details.payment_methods.*"
WAY = "search_direct_flight.*"

ROWS = {
    TRIP: RowWords(
        singular="reservation",
        plural="reservations",
        label="reservation {reservation_id}",
        scope=("all my reservations", "all the reservations I have with you"),
        details=(f"{TRIP}.origin", f"{TRIP}.destination", f"{TRIP}.payment_history.0.amount"),
    ),
    LEG: RowWords(
        singular="flight",
        plural="flights",
        label="flight {flight_number} on {date}",
    ),
    METHOD: RowWords(
        singular="payment method",
        plural="payment methods",
        label="{brand} {source} {last_four|id}",
        scope=("my payment methods",),
    ),
    WAY: RowWords(
        singular="flight",
        plural="flights",
        label="flight {flights.0.flight_number} on {flights.0.date}",
        sought=("from {origin} to {destination} on {date}", "on {date} from {origin} to {destination}", "on {date}"),
        either=("direct or with one stop", "nonstop or with one stop", "with or without a stop"),
        details=(f"{WAY}.departure", f"{WAY}.duration"),
    ),
}

DEAREST: Texts = ("most expensive", "priciest", "most expensive", "costliest")
CHEAPEST: Texts = ("cheapest", "cheapest", "least expensive", "most affordable")
BRANDS = {f'"{name.lower()}"': (name,) for name in ("Visa", "Mastercard", "Amex", "Discover")}
CABINS: dict[str, Texts] = {
    '"business"': ("in business", "in business class", "that's in business"),
    '"economy"': ("in regular economy", "in the economy cabin", "that's in regular economy"),
    '"basic_economy"': ("in basic economy", "that's in basic economy", "in the basic economy cabin"),
}
COLUMNS = {
    f"{TRIP}.reservation_id": ColumnWords(name="reservation id", kind="id"),
    f"{TRIP}.origin": ColumnWords(
        name="origin",
        spoken=True,
        any_value=("from {value}", "leaving from {value}", "that starts in {value}"),
        agent_values={"*": ("from {value}",)},
    ),
    f"{TRIP}.destination": ColumnWords(
        name="destination",
        spoken=True,
        any_value=("to {value}", "going to {value}", "that goes to {value}"),
        agent_values={"*": ("to {value}",)},
    ),
    f"{TRIP}.flight_type": ColumnWords(
        name="trip type",
        spoken=True,
        values={
            '"one_way"': ("one-way", "that's one way only"),
            '"round_trip"': ("round-trip", "that's a round trip"),
        },
        agent_values={'"one_way"': ("one way",), '"round_trip"': ("round trip",)},
    ),
    f"{TRIP}.cabin": ColumnWords(
        name="cabin",
        spoken=True,
        values=CABINS,
        agent_values={
            '"business"': ("in business",),
            '"economy"': ("in economy",),
            '"basic_economy"': ("in basic economy",),
        },
    ),
    f"{TRIP}.insurance": ColumnWords(
        name="insurance",
        spoken=True,
        values={
            '"yes"': ("with travel insurance", "that's insured", "that I have insurance for"),
            '"no"': ("without travel insurance", "that isn't insured", "that I have no insurance for"),
        },
        agent_values={'"yes"': ("insured",), '"no"': ("not insured",)},
    ),
    f"{TRIP}.status": ColumnWords(
        name="status",
        values={'"cancelled"': ("that was cancelled", "that I cancelled")},
        agent_values={'"cancelled"': ("cancelled",)},
    ),
    f"{TRIP}.created_at": ColumnWords(
        name="time of booking",
        kind="date",
        most=("most recently booked", "last booked", "latest booked"),
        least=("first booked", "earliest booked"),
    ),
    f"{TRIP}.flights.0.date": ColumnWords(
        name="departure",
        kind="date",
        most=("last departing", "latest departing"),
        least=("first departing", "earliest departing"),
    ),
    f"{TRIP}.payment_history.0.amount": ColumnWords(name="total", kind="money", most=DEAREST, least=CHEAPEST),
    f"{TRIP}.total_baggages": ColumnWords(
        name="checked bags",
        kind="number",
        most=("with the most checked bags", "with the highest number of checked bags"),
        least=("with the fewest checked bags", "with the lowest number of checked bags"),
    ),
    f"{LEG}.flight_number": ColumnWords(
        name="flight number", spoken=True, any_value=("{value}", "with the number {value}")
    ),
    f"{WAY}.flights.0.flight_number": ColumnWords(
        name="flight number", spoken=True, any_value=("number {value}", "with the number {value}")
    ),
    f"{WAY}.duration": ColumnWords(name="duration", kind="minutes", least=("fastest", "quickest", "shortest")),
    f"{WAY}.departure": ColumnWords(
        name="departure", kind="date", most=("latest", "last"), least=("earliest", "first")
    ),
    **{
        f"{WAY}.prices.{cabin}": ColumnWords(name="price", kind="money", most=DEAREST, least=CHEAPEST)
        for cabin in ("basic_economy", "economy", "business")
    },
    f"{METHOD}.id": ColumnWords(
        name="payment method",
        kind="id",
        agent_values={"gift_card*": ("ending in {tail}",), "certificate*": ("ending in {tail}",), "*": ("",)},
    ),
    f"{METHOD}.source": ColumnWords(
        name="kind",
        values={
            '"gift_card"': ("my gift card", "the gift card"),
            '"certificate"': ("my certificate", "my travel certificate", "the certificate"),
            '"credit_card"': ("my credit card", "the credit card"),
        },
        agent_values={
            '"gift_card"': ("gift card",),
            '"certificate"': ("travel certificate",),
            '"credit_card"': ("credit card",),
        },
    ),
    f"{METHOD}.brand": ColumnWords(
        name="brand", values=BRANDS, any_value=("{value}",), agent_values={**BRANDS, "*": ("{value}",)}
    ),
    f"{METHOD}.last_four": ColumnWords(
        name="last four digits",
        any_value=("ending in {value}", "that ends in {value}"),
        agent_values={"*": ("ending in {value}",)},
    ),
    f"{METHOD}.amount": ColumnWords(
        name="balance",
        kind="money",
        most=("with the highest balance", "with the most money on it"),
        least=("with the lowest balance", "with the least money on it"),
    ),
}

ORIGINALS: dict[str, Texts] = {
    "get_user_details.myself": ("just me", "only me", "me, nobody else"),
    "get_user_details.everybody": (
        "me and everybody saved in my profile",
        "me and all my saved passengers",
        "me and all the passengers saved in my profile",
    ),
}

LEXICON = Lexicon(
    rows=ROWS,
    columns=COLUMNS,
    writes={
        "book_reservation": BOOK,
        "update_reservation_flights": MOVE,
        "update_reservation_baggages": BAGS,
        "update_reservation_passengers": PASSENGERS,
        "cancel_reservation": CANCEL,
        "send_certificate": CERTIFY,
    },
    facts=FACTS,
    ask_identity=ASK_IDENTITY,
    questions=QUESTIONS,
    answers=ANSWERS,
    choices=CHOICES,
    originals=ORIGINALS,
    out_of_scope=OUT_OF_SCOPE,
    refusals=REFUSALS,
    settlement=SETTLEMENT,
    service="our airline",
)
