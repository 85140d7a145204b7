"""What programs see of the searches and of a profile: ways to travel, one shape for direct flights and connections.

A way::

    {"flights": [{"flight_number": "HAT048", "date": "2024-05-20"}], "origin": "SEA", "destination": "MIA", "stops": 0,
     "departure": "2024-05-20T19:40:00", "arrival": "2024-05-21T01:05:00", "duration": 325,
     "prices": {"basic_economy": 140, ...}, "available_seats": {"basic_economy": 9, ...}}
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from functools import lru_cache
from typing import Annotated, Any, NotRequired, cast

from typing_extensions import TypedDict

from schemas.base import Json
from tool_specs.airline.rows import (
    CABINS,
    MAX_PASSENGERS,
    Airport,
    FlightInfo,
    FlightOffer,
    Moment,
    Passenger,
    Prices,
    Seats,
    User,
)
from tool_specs.tool import Sem


class Way(TypedDict):
    """A way from one airport to another: what its flights come to together. The duration is in minutes."""

    flights: list[FlightInfo]
    origin: Airport
    destination: Airport
    stops: Annotated[int, Sem("stop_count")]
    departure: Moment
    arrival: Moment
    duration: Annotated[int, Sem("duration")]
    prices: Prices
    available_seats: Seats


class Profile(User):
    """A profile, with its owner as somebody who flies, alone or along with all who are saved there, if any."""

    myself: list[Passenger]
    everybody: NotRequired[list[Passenger]]


def direct_ways(arguments: Mapping[str, Json], offers: list[FlightOffer]) -> list[Way]:
    """Returns the ways that a search of direct flights shows."""
    return [way([offer], str(arguments["date"])) for offer in offers]


def onestop_ways(arguments: Mapping[str, Json], pairs: list[list[FlightOffer]]) -> list[Way]:
    """Returns the ways that a search with one stop shows."""
    return [way(pair, str(arguments["date"])) for pair in pairs]


def profile(arguments: Mapping[str, Json], user: User) -> Profile:
    """Returns a profile with its owner as a passenger."""
    own: Passenger = {**user["name"], "dob": user["dob"]}
    seen = cast(Profile, {**user, "myself": [own]})
    saved = [each for each in user["saved_passengers"] if each != own]
    if 0 < len(saved) < MAX_PASSENGERS:
        seen["everybody"] = [own, *saved]
    return seen


def way(offers: list[FlightOffer], date: str) -> Way:
    """Returns what flights come to that follow each other, the first of them on this date."""
    first, last = offers[0], offers[-1]
    dates = [offer.get("date") or date for offer in offers]
    departure, begin = _moment(dates[0], first["scheduled_departure_time_est"])
    arrival, end = _moment(dates[-1], last["scheduled_arrival_time_est"])
    prices: Any = first["prices"]
    seats: Any = first["available_seats"]
    for offer in offers[1:]:
        more, left = cast(Any, offer["prices"]), cast(Any, offer["available_seats"])
        prices = {cabin: prices[cabin] + more[cabin] for cabin in CABINS}
        seats = {cabin: min(seats[cabin], left[cabin]) for cabin in CABINS}
    return {
        "flights": [
            {"flight_number": offer["flight_number"], "date": day} for offer, day in zip(offers, dates, strict=True)
        ],
        "origin": first["origin"],
        "destination": last["destination"],
        "stops": len(offers) - 1,
        "departure": departure,
        "arrival": arrival,
        "duration": end - begin,
        "prices": prices,
        "available_seats": seats,
    }


@lru_cache(maxsize=32_768)
def _moment(date: str, clock: str) -> tuple[str, int]:
    """Returns a time of a schedule as a moment, and in minutes since the year 1."""
    time, _, days = clock.partition("+")
    moment = datetime.datetime.fromisoformat(f"{date}T{time}") + datetime.timedelta(days=int(days or 0))
    return moment.isoformat(), moment.toordinal() * 24 * 60 + moment.hour * 60 + moment.minute
