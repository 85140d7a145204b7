"""Rules about reservations that exist: what of a trip can still be changed, cancelled or made up for.

Each looks only at the arguments that it needs, in the order in which it needs them.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from typing import cast

from schemas.base import Json
from tool_specs.airline.rows import (
    BASIC_ECONOMY,
    BUSINESS,
    CANCELLED,
    DELAYED,
    FLYING,
    LANDED,
    NOW,
    Flight,
    FlightInfo,
    Reservation,
    ReservationFlight,
    User,
)
from tool_specs.domain import GuardContext
from tool_specs.reasons import gives
from tool_specs.state import State

Arguments = Mapping[str, Json]

FLIGHTS = "update_reservation_flights"
BAGS = "update_reservation_baggages"
PASSENGERS = "update_reservation_passengers"
CANCEL = "cancel_reservation"
CERTIFY = "send_certificate"

PER_CANCELLED = 100
PER_DELAYED = 50
"""Dollars of compensation per passenger."""

_HAPPENED = re.compile(
    r"\b(ill|illness|sick|sickness|unwell|flu|fever|covid|injur\w*|surgery|storm\w*|hurricane\w*|tornado\w*|blizzard\w*"
    r"|flood\w*|hospitali[sz]ed|pneumonia|broke my|broken (?:leg|arm|ankle|foot|hip))\b"
)
_ABOUT = re.compile(r"\b(health|medical|doctor\w*|hospital|operation|weather|snow\w*)\b")
"""What a reason of health or weather may be about; who only names it has given none."""
_ASKED = re.compile(r"compensat|certificate|voucher|make (it|this|that) up|make up for|gesture|goodwill|credit for")


def reservation(context: GuardContext, arguments: Arguments) -> Reservation | None:
    """Returns the reservation that a call is about, or None."""
    row = context.sandbox.state.row("reservations", str(arguments.get("reservation_id")))
    return cast("Reservation | None", row)


def leg_status(state: State, leg: ReservationFlight) -> str | None:
    """Returns what a flight of a reservation does on its date, or None where nobody knows."""
    flight = cast("Flight | None", state.row("flights", leg["flight_number"]))
    day = flight["dates"].get(leg["date"]) if flight is not None else None
    return day["status"] if day is not None else None


def flown(state: State, booked: Reservation) -> list[ReservationFlight]:
    """Returns the flights of a reservation that have taken off."""
    return [leg for leg in booked["flights"] if leg_status(state, leg) in (FLYING, LANDED)]


def over(context: GuardContext, name: str, arguments: Arguments) -> str | None:
    """A cancelled reservation stays as it is."""
    booked = reservation(context, arguments)
    if booked is None or booked.get("status") != CANCELLED:
        return None
    return f"reservation {booked['reservation_id']} is cancelled already"


def _moves(booked: Reservation, arguments: Arguments) -> bool:
    """Whether the flights would be others than they are."""
    wanted = [(each["flight_number"], each["date"]) for each in cast("list[FlightInfo]", arguments["flights"])]
    return wanted != [(leg["flight_number"], leg["date"]) for leg in booked["flights"]]


def basic_economy(context: GuardContext, name: str, arguments: Arguments) -> str | None:
    """Flights in basic economy stay as they are."""
    booked = reservation(context, arguments)
    if booked is None or booked["cabin"] != BASIC_ECONOMY or not _moves(booked, arguments):
        return None
    return f"reservation {booked['reservation_id']} is in basic economy, whose flights cannot be changed"


def flown_stays(context: GuardContext, name: str, arguments: Arguments) -> str | None:
    """What has taken off is neither cancelled nor changed, nor is the cabin of a trip that has begun."""
    booked = reservation(context, arguments)
    gone = flown(context.sandbox.state, booked) if booked is not None else []
    if booked is None or not gone:
        return None
    said = f"flight {gone[0]['flight_number']} of reservation {booked['reservation_id']} has taken off already"
    if name == CANCEL:
        return f"{said}, so nothing of it can be cancelled"
    if arguments["cabin"] != booked["cabin"]:
        return f"{said}, so its cabin stays {booked['cabin']}"
    kept = [(each["flight_number"], each["date"]) for each in cast("list[FlightInfo]", arguments["flights"])]
    if any((leg["flight_number"], leg["date"]) not in kept for leg in gone):
        return f"{said}, so it cannot be replaced"
    return None


def cancellable(context: GuardContext, name: str, arguments: Arguments) -> str | None:
    """There is one of the four grounds to cancel."""
    booked = reservation(context, arguments)
    state = context.sandbox.state
    if booked is None or booked.get("status") == CANCELLED or flown(state, booked):
        return None  # other rules speak of those
    if _fresh(booked) or booked["cabin"] == BUSINESS:
        return None
    if any(leg_status(state, leg) == CANCELLED for leg in booked["flights"]):
        return None
    if booked["insurance"] == "yes" and covered(context.spoken):
        return None
    why = f"reservation {booked['reservation_id']} was booked more than 24 hours ago, is not in business and has no "
    if booked["insurance"] == "yes":
        return f"{why}cancelled flight, and its insurance covers reasons of health and weather only"
    return f"{why}cancelled flight and no insurance"


def covered(spoken: str) -> bool:
    """Whether a customer gives a reason of health or weather, in its own words, a message a line."""
    return gives(spoken.lower(), _HAPPENED, _ABOUT)


def _fresh(booked: Reservation) -> bool:
    age = datetime.datetime.fromisoformat(NOW) - datetime.datetime.fromisoformat(booked["created_at"])
    return age <= datetime.timedelta(hours=24)


def bags_stay(context: GuardContext, name: str, arguments: Arguments) -> str | None:
    """Checked bags can be added, not removed."""
    booked = reservation(context, arguments)
    if booked is None or arguments["total_baggages"] >= booked["total_baggages"]:
        return None
    return (
        f"reservation {booked['reservation_id']} has {booked['total_baggages']} checked bags; "
        f"with {arguments['total_baggages']} some would be removed"
    )


def same_number(context: GuardContext, name: str, arguments: Arguments) -> str | None:
    """The number of passengers stays."""
    booked = reservation(context, arguments)
    if booked is None or len(arguments["passengers"]) == len(booked["passengers"]):
        return None
    return (
        f"reservation {booked['reservation_id']} is for {len(booked['passengers'])} passengers, "
        f"not for {len(arguments['passengers'])}"
    )


def asked_for(context: GuardContext, name: str, arguments: Arguments) -> str | None:
    """Nobody is offered a compensation that they did not ask for."""
    if not context.history or _ASKED.search(context.spoken.lower()):
        return None
    return "the customer did not ask for a compensation"


def compensation(context: GuardContext, name: str, arguments: Arguments) -> str | None:
    """A certificate makes up for a cancelled flight, or a delayed one whose reservation was changed or cancelled."""
    state = context.sandbox.state
    wanted = arguments["amount"]
    user = cast("User | None", state.row("users", str(arguments["user_id"])))
    if user is None:
        return None
    sent = [given.get("amount") for earlier, given in context.writes if _is_sent_to(user, earlier, given)]
    due = 0
    for reservation_id in user["reservations"]:
        booked = cast("Reservation | None", state.row("reservations", reservation_id))
        worth = _due(context, user, booked) if booked is not None else 0
        if worth in sent:
            sent.remove(worth)
        elif worth == wanted and worth:
            return None
        else:
            due += bool(worth)
    if not due:
        return f"nothing is to be made up for to {user['user_id']}"
    return f"{wanted} dollars are not what is due to {user['user_id']}"


def _is_sent_to(user: User, earlier: str, given: Arguments) -> bool:
    return earlier == CERTIFY and given.get("user_id") == user["user_id"]


def _due(context: GuardContext, user: User, booked: Reservation) -> int:
    """What a reservation gives a claim to, 0 for none."""
    entitled = user["membership"] != "regular" or booked["insurance"] == "yes" or booked["cabin"] == BUSINESS
    if not entitled:
        return 0
    # A changed reservation no longer has its delayed flight, so the flights that it had are looked up as well.
    legs = list(booked["flights"])
    changed = booked.get("status") == CANCELLED
    for earlier, given in context.writes:
        if earlier in (FLIGHTS, CANCEL) and given.get("reservation_id") == booked["reservation_id"]:
            changed = True
            before = context.sandbox.world.tables["reservations"].get(booked["reservation_id"])
            legs += before["flights"] if before is not None else []
    statuses = {leg_status(context.sandbox.state, leg) for leg in legs}
    if CANCELLED in statuses:
        return PER_CANCELLED * len(booked["passengers"])
    return PER_DELAYED * len(booked["passengers"]) if DELAYED in statuses and changed else 0
