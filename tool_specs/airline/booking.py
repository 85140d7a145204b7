"""The tool that books, and the one that gives a certificate. Each checks everything before it changes anything."""

# ruff: noqa: D417 - the docstrings are the tools' schemas, and the state is no argument of a tool.

from __future__ import annotations

from typing import cast

from schemas.world import Row
from tool_specs.airline.lookups import bookable, user_of
from tool_specs.airline.rows import (
    CERTIFICATE,
    CREDIT_CARD,
    GIFT_CARD,
    NOW,
    Airport,
    Bags,
    Cabin,
    Dollars,
    FlightInfo,
    Insurance,
    Passenger,
    Payment,
    Reservation,
    TripType,
    User,
    UserId,
    order_total,
)
from tool_specs.state import State
from tool_specs.tool import ToolError, tool

_NEW_RESERVATIONS = ("HATHAT", "HATHAU", "HATHAV")
_NEW_CERTIFICATES = ("certificate_3221322", "certificate_3221323", "certificate_3221324")


@tool(effect="write")
def book_reservation(
    db: State,
    user_id: UserId,
    origin: Airport,
    destination: Airport,
    flight_type: TripType,
    cabin: Cabin,
    flights: list[FlightInfo],
    passengers: list[Passenger],
    payment_methods: list[Payment],
    total_baggages: Bags,
    nonfree_baggages: Bags,
    insurance: Insurance,
) -> Reservation:
    """Book flights for a customer and everybody who flies along.

    The amounts paid must add up to the total: fares of all passengers, extra bags and insurance. Returns the new
    reservation.

    Args:
        user_id: The user id of the customer who books, such as 'ann_moss_4021'.
        origin: The three letters of the airport where the trip starts, such as 'SEA'.
        destination: The three letters of the airport that the trip is to, such as 'MIA'.
        flight_type: 'one_way', or 'round_trip' with flights there and back.
        cabin: The cabin of all flights.
        flights: Every flight of the trip in order, each with its flight number and date.
        passengers: Everybody who flies, each with first name, last name and date of birth.
        payment_methods: What is paid with, each with the payment id from the customer's profile and an amount.
        total_baggages: How many checked bags there are in all.
        nonfree_baggages: How many of them are beyond the free allowance.
        insurance: Whether everybody is insured.
    """
    user = user_of(db, user_id)
    reservation_id = _unused(db)
    legs = [bookable(db, each, cabin, len(passengers)) for each in flights]
    total = order_total(legs, len(passengers), nonfree_baggages, insurance)
    _check_payments(user, payment_methods, total)

    own = cast(User, db.edit("users", user_id))
    for payment in payment_methods:
        method = own["payment_methods"][payment["payment_id"]]
        if method["source"] == GIFT_CARD:
            method["amount"] -= payment["amount"]
    for payment in payment_methods:  # what is left of a certificate is lost
        if user["payment_methods"][payment["payment_id"]]["source"] == CERTIFICATE:
            own["payment_methods"].pop(payment["payment_id"], None)
    own["reservations"].append(reservation_id)
    for leg in legs:
        day = db.edit("flights", leg["flight_number"])["dates"][leg["date"]]
        day["available_seats"][cabin] -= len(passengers)
    reservation: Reservation = {
        "reservation_id": reservation_id,
        "user_id": user_id,
        "origin": origin,
        "destination": destination,
        "flight_type": flight_type,
        "cabin": cabin,
        "flights": legs,
        "passengers": [{**passenger} for passenger in passengers],
        "payment_history": [{**payment} for payment in payment_methods],
        "created_at": NOW,
        "total_baggages": total_baggages,
        "nonfree_baggages": nonfree_baggages,
        "insurance": insurance,
    }
    db.insert("reservations", reservation_id, cast(Row, reservation))
    return reservation


@tool(effect="write")
def send_certificate(db: State, user_id: UserId, amount: Dollars) -> str:
    """Give a customer a travel certificate as a compensation, within what the policy allows.

    Args:
        user_id: The user id of the customer who gets it, such as 'ann_moss_4021'.
        amount: Its worth in dollars.
    """
    user_of(db, user_id)
    methods = db.edit("users", user_id)["payment_methods"]
    for payment_id in _NEW_CERTIFICATES:
        if payment_id not in methods:
            methods[payment_id] = {"source": CERTIFICATE, "id": payment_id, "amount": amount}
            return f"Certificate {payment_id} added to user {user_id} with amount {amount}."
    raise ToolError("Too many certificates")


def _unused(db: State) -> str:
    for reservation_id in _NEW_RESERVATIONS:
        if db.row("reservations", reservation_id) is None:
            return reservation_id
    raise ToolError("Too many reservations")


def _check_payments(user: User, payments: list[Payment], total: int) -> None:
    drawn: dict[str, int] = {}
    for payment in payments:
        payment_id = payment["payment_id"]
        method = user["payment_methods"].get(payment_id)
        if method is None:
            raise ToolError(f"Payment method {payment_id} not found")
        drawn[payment_id] = drawn.get(payment_id, 0) + payment["amount"]
        if method["source"] != CREDIT_CARD and method["amount"] < drawn[payment_id]:
            raise ToolError(f"Not enough balance in payment method {payment_id}")
    paid = sum(payment["amount"] for payment in payments)
    if paid != total:
        raise ToolError(f"Payment amount does not add up, total price is {total}, but paid {paid}")
