"""Tools that change or cancel a reservation. They check little: the policy's other rules are up to the agent."""

# ruff: noqa: D417 - the docstrings are the tools' schemas, and the state is no argument of a tool.

from __future__ import annotations

from typing import cast

from tool_specs.airline.lookups import bookable, reservation_of, user_of
from tool_specs.airline.payments import charge_update
from tool_specs.airline.rows import (
    BAG_PRICE,
    CANCELLED,
    Bags,
    Cabin,
    FlightInfo,
    Passenger,
    PaymentId,
    Reservation,
    ReservationFlight,
    ReservationId,
)
from tool_specs.state import State
from tool_specs.tool import ToolError, tool


@tool(effect="write")
def update_reservation_flights(
    db: State, reservation_id: ReservationId, cabin: Cabin, flights: list[FlightInfo], payment_id: PaymentId
) -> Reservation:
    """Change the flights or the cabin of a reservation. The difference in price is charged or given back.

    Flights that stay in the same cabin keep their price; all others cost what they cost now. Returns the reservation.

    Args:
        reservation_id: The reservation id, such as 'K4T9QZ'.
        cabin: The cabin of all flights afterwards.
        flights: Every flight of the trip afterwards, also those that stay, each with flight number and date.
        payment_id: The credit card or gift card in the customer's profile that pays the difference or receives it,
            such as 'credit_card_0000000'.
    """
    old = reservation_of(db, reservation_id)
    count = len(old["passengers"])
    kept = {(leg["flight_number"], leg["date"]): leg for leg in reversed(old["flights"])}
    legs: list[ReservationFlight] = []
    for each in flights:
        same = kept.get((each["flight_number"], each["date"]))
        if same is not None and cabin == old["cabin"]:
            legs.append({**same})
        else:
            legs.append(bookable(db, each, cabin, count))
    difference = (sum(leg["price"] for leg in legs) - sum(leg["price"] for leg in old["flights"])) * count
    payments = charge_update(db, user_of(db, old["user_id"]), payment_id, difference)
    own = cast(Reservation, db.edit("reservations", reservation_id))
    own["payment_history"] += payments
    own["flights"] = legs
    own["cabin"] = cabin
    return own


@tool(effect="write")
def update_reservation_baggages(
    db: State, reservation_id: ReservationId, total_baggages: Bags, nonfree_baggages: Bags, payment_id: PaymentId
) -> Reservation:
    """Change how many checked bags a reservation has. Added bags beyond the allowance are charged.

    Returns the reservation.

    Args:
        reservation_id: The reservation id, such as 'K4T9QZ'.
        total_baggages: How many checked bags there are in all afterwards.
        nonfree_baggages: How many of them are beyond the free allowance.
        payment_id: The credit card or gift card in the customer's profile that pays, such as 'credit_card_0000000'.
    """
    old = reservation_of(db, reservation_id)
    amount = BAG_PRICE * max(0, nonfree_baggages - old["nonfree_baggages"])
    payments = charge_update(db, user_of(db, old["user_id"]), payment_id, amount)
    own = cast(Reservation, db.edit("reservations", reservation_id))
    own["payment_history"] += payments
    own["total_baggages"] = total_baggages
    own["nonfree_baggages"] = nonfree_baggages
    return own


@tool(effect="write")
def update_reservation_passengers(db: State, reservation_id: ReservationId, passengers: list[Passenger]) -> Reservation:
    """Change who flies on a reservation, not how many. Returns the reservation.

    Args:
        reservation_id: The reservation id, such as 'K4T9QZ'.
        passengers: Everybody who flies afterwards, each with first name, last name and date of birth.
    """
    old = reservation_of(db, reservation_id)
    if len(passengers) != len(old["passengers"]):
        raise ToolError("Number of passengers does not match")
    own = cast(Reservation, db.edit("reservations", reservation_id))
    own["passengers"] = [{**passenger} for passenger in passengers]
    return own


@tool(effect="write")
def cancel_reservation(db: State, reservation_id: ReservationId) -> Reservation:
    """Cancel a whole reservation. All payments are given back to where they came from.

    Returns the reservation.

    Args:
        reservation_id: The reservation id, such as 'K4T9QZ'.
    """
    reservation_of(db, reservation_id)
    own = cast(Reservation, db.edit("reservations", reservation_id))
    own["payment_history"] += [
        {"payment_id": payment["payment_id"], "amount": -payment["amount"]} for payment in own["payment_history"]
    ]
    own["status"] = CANCELLED
    return own
