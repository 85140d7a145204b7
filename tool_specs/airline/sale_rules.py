"""Rules about what is bought: flights that make up a trip, bags beyond the allowance, and how it is paid.

Each looks only at the arguments that it needs, in the order in which it needs them.
"""

from __future__ import annotations

from collections import Counter
from typing import cast

from tool_specs.airline.integrity import trip_problem
from tool_specs.airline.lookups import leg_on
from tool_specs.airline.rows import (
    AVAILABLE,
    BAG_PRICE,
    CERTIFICATE,
    CREDIT_CARD,
    GIFT_CARD,
    MAX_PASSENGERS,
    Flight,
    FlightInfo,
    Payment,
    PaymentMethod,
    Reservation,
    ReservationFlight,
    User,
    free_bags,
    order_total,
)
from tool_specs.airline.trip_rules import BAGS, FLIGHTS, Arguments, reservation
from tool_specs.domain import GuardContext
from tool_specs.state import State

BOOK = "book_reservation"
MOST = {CERTIFICATE: 1, CREDIT_CARD: 1, GIFT_CARD: 3}
"""Payment methods of each kind in one booking."""


def _user(state: State, user_id: str) -> User | None:
    return cast("User | None", state.row("users", user_id))


def _owner(context: GuardContext, name: str, arguments: Arguments) -> User | None:
    if name == BOOK:
        return _user(context.sandbox.state, str(arguments["user_id"]))
    booked = reservation(context, arguments)
    return _user(context.sandbox.state, booked["user_id"]) if booked is not None else None


def _kept(old: Reservation | None, arguments: Arguments) -> dict[tuple[str, str], ReservationFlight]:
    """The flights of a reservation that would stay in their cabin, by number and date: they keep their price."""
    if old is None or old["cabin"] != arguments["cabin"]:
        return {}
    return {(leg["flight_number"], leg["date"]): leg for leg in reversed(old["flights"])}


def _legs(state: State, old: Reservation | None, arguments: Arguments, cabin: str) -> list[ReservationFlight] | None:
    """The flights that a call asks for with what they cost, None where one cannot be had."""
    kept = _kept(old, arguments)
    legs: list[ReservationFlight] = []
    for each in cast("list[FlightInfo]", arguments["flights"]):
        same = kept.get((each["flight_number"], each["date"]))
        flight = cast("Flight | None", state.row("flights", each["flight_number"]))
        day = flight["dates"].get(each["date"]) if flight is not None else None
        if same is not None:
            legs.append(same)
        elif flight is not None and day is not None and day["status"] == AVAILABLE:
            legs.append(leg_on(flight, each["date"], cast("dict[str, int]", day["prices"])[cabin]))
        else:
            return None
    return legs


def itinerary(context: GuardContext, name: str, arguments: Arguments) -> str | None:
    """The flights make up the trip: from where to where, and back if it is a round trip."""
    state = context.sandbox.state
    airports: list[tuple[str, str]] = []
    for each in cast("list[FlightInfo]", arguments["flights"]):
        flight = cast("Flight | None", state.row("flights", each["flight_number"]))
        if flight is None:
            return None
        airports.append((flight["origin"], flight["destination"]))
    if name == BOOK:
        return trip_problem(airports, arguments["origin"], arguments["destination"], arguments["flight_type"])
    old = reservation(context, arguments)
    return trip_problem(airports, old["origin"], old["destination"], old["flight_type"]) if old is not None else None


def available(context: GuardContext, name: str, arguments: Arguments) -> str | None:
    """A flight that is booked can be booked: it is available, with a seat in the cabin for everybody."""
    state = context.sandbox.state
    old = reservation(context, arguments) if name == FLIGHTS else None
    kept = _kept(old, arguments)
    for each in cast("list[FlightInfo]", arguments["flights"]):
        number, date = each["flight_number"], each["date"]
        flight = cast("Flight | None", state.row("flights", number))
        day = flight["dates"].get(date) if flight is not None else None
        if day is None or (number, date) in kept:
            continue
        if day["status"] != AVAILABLE:
            return f"flight {number} on {date} is {day['status']}, so nobody can book it any more"
        seats = cast("dict[str, int]", day["available_seats"])[arguments["cabin"]]
        party = len(old["passengers"] if old is not None else arguments["passengers"])
        if seats < party:
            return f"flight {number} on {date} has {seats} seats left in {arguments['cabin']}, not {party}"
    return None


def party_size(context: GuardContext, name: str, arguments: Arguments) -> str | None:
    """A reservation is for one to five passengers."""
    count = len(arguments["passengers"])
    if 1 <= count <= MAX_PASSENGERS:
        return None
    return f"a reservation is for one to {MAX_PASSENGERS} passengers, not for {count}"


def baggage(context: GuardContext, name: str, arguments: Arguments) -> str | None:
    """Bags beyond the free allowance of membership and cabin are charged, all others are not."""
    owner = _owner(context, name, arguments)
    if owner is None:
        return None
    if name == BOOK:
        cabin, party = arguments["cabin"], len(arguments["passengers"])
    else:
        old = cast(Reservation, reservation(context, arguments))
        cabin, party = old["cabin"], len(old["passengers"])
    free = free_bags(owner["membership"], cabin, party)
    extra = max(0, arguments["total_baggages"] - free)
    if name == BAGS:
        # Bags that were paid for stay paid for, whatever the allowance has become.
        extra = max(extra, cast(Reservation, reservation(context, arguments))["nonfree_baggages"])
    if arguments["nonfree_baggages"] == extra:
        return None
    return (
        f"{free} bags are free, so of {arguments['total_baggages']} bags {extra} are charged, "
        f"not {arguments['nonfree_baggages']}"
    )


def own_payment(context: GuardContext, name: str, arguments: Arguments) -> str | None:
    """Only payment methods of the profile are used."""
    owner = _owner(context, name, arguments)
    for payment_id in _paid_with(name, arguments) if owner is not None else ():
        if owner is not None and payment_id not in owner["payment_methods"]:
            return f"payment method {payment_id} is not in the customer's profile"
    return None


def _paid_with(name: str, arguments: Arguments) -> list[str]:
    if name == BOOK:
        return [payment["payment_id"] for payment in cast("list[Payment]", arguments["payment_methods"])]
    return [str(arguments["payment_id"])]


def payment_mix(context: GuardContext, name: str, arguments: Arguments) -> str | None:
    """At most one certificate, one credit card and three gift cards pay for a booking."""
    owner = _owner(context, name, arguments)
    methods = owner["payment_methods"] if owner is not None else {}
    used = Counter(methods[each]["source"] for each in set(_paid_with(name, arguments)) if each in methods)
    for source, count in used.items():
        if count > MOST[source]:
            return f"{count} payment methods are of the kind {source}; at most {MOST[source]} can be used"
    return None


def no_certificate(context: GuardContext, name: str, arguments: Arguments) -> str | None:
    """Changes are paid with a credit card or a gift card."""
    owner = _owner(context, name, arguments)
    method = owner["payment_methods"].get(arguments["payment_id"]) if owner is not None else None
    if method is None or method["source"] != CERTIFICATE:
        return None
    return f"{method['id']} is a certificate, which cannot pay for a change"


def total(context: GuardContext, name: str, arguments: Arguments) -> str | None:
    """The amounts paid add up to what the booking costs."""
    legs = _legs(context.sandbox.state, None, arguments, arguments["cabin"])
    if legs is None:
        return None
    cost = order_total(legs, len(arguments["passengers"]), arguments["nonfree_baggages"], arguments["insurance"])
    paid = sum(payment["amount"] for payment in cast("list[Payment]", arguments["payment_methods"]))
    return None if paid == cost else f"the booking costs {cost} dollars, but {paid} would be paid"


def balance(context: GuardContext, name: str, arguments: Arguments) -> str | None:
    """Gift cards and certificates hold what they are to pay."""
    owner = _owner(context, name, arguments)
    if owner is None:
        return None
    drawn: Counter[str] = Counter()
    if name == BOOK:
        for payment in cast("list[Payment]", arguments["payment_methods"]):
            drawn[payment["payment_id"]] += payment["amount"]
    else:
        drawn[str(arguments["payment_id"])] += _charge(context, name, arguments)
    for payment_id, amount in drawn.items():
        method = owner["payment_methods"].get(payment_id)
        if method is not None and _short(name, method, amount):
            return f"{payment_id} holds {method['amount']} dollars, less than the {amount} that it would have to pay"
    return None


def _short(name: str, method: PaymentMethod, amount: int) -> bool:
    kinds = (GIFT_CARD, CERTIFICATE) if name == BOOK else (GIFT_CARD,)  # certificates have a rule of their own there
    return method["source"] in kinds and method["amount"] < amount


def _charge(context: GuardContext, name: str, arguments: Arguments) -> int:
    old = cast(Reservation, reservation(context, arguments))
    if name == BAGS:
        return BAG_PRICE * max(0, int(arguments["nonfree_baggages"]) - old["nonfree_baggages"])
    legs = _legs(context.sandbox.state, old, arguments, arguments["cabin"])
    if legs is None:
        return 0
    before = sum(leg["price"] for leg in old["flights"])
    return (sum(leg["price"] for leg in legs) - before) * len(old["passengers"])
