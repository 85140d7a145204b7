"""The network of a generated world: flights with their schedule, and what each does on every date of the month.

Dates are in listing order. Before today flights have landed or were cancelled; today they have landed, are flying, on
time or delayed; later they can be booked, but for a few that the airline has cancelled already.
"""

from __future__ import annotations

import datetime
import itertools
import math

from tool_specs.airline.airports import AIRPORTS, PLACES
from tool_specs.airline.rows import (
    AVAILABLE,
    CANCELLED,
    DELAYED,
    FLYING,
    LANDED,
    NOW,
    ON_TIME,
    Cabin,
    Flight,
    FlightDay,
    ReservationFlight,
)
from tool_specs.dice import Dice

DATES = tuple(f"2024-05-{day:02d}" for day in range(1, 31))
FARE_SHARES: dict[Cabin, float] = {"basic_economy": 0.62, "economy": 1.0, "business": 2.7}
"""What a seat costs, against economy."""

_ROUTES = 56
_PER_DIRECTION = [(2, 45), (3, 35), (4, 20)]
_SHORTEST = 150
"""Miles: nobody flies from one airport of a city to another."""
_MILES_PER_MINUTE = 7.6
_GROUND_MINUTES = 38
_WAS_CANCELLED = 0.08
_WILL_BE_CANCELLED = 0.05
_DELAYED = 0.4
_DAY = 24 * 60


class Network:
    """Flights by number, and the pairs of airports between which one can travel.

    Attributes:
        flights: flight number -> row.
        pairs: (origin, destination) with a direct flight or a connection.
    """

    def __init__(self, dice: Dice) -> None:
        self.flights: dict[str, Flight] = {}
        self._by_route: dict[tuple[str, str], list[Flight]] = {}
        for one, other in _routes(dice):
            for origin, destination in ((one, other), (other, one)):
                for _ in range(dice.weighted(_PER_DIRECTION)):
                    number = f"HAT{len(self.flights) + 1:03d}"
                    flight = _flight(dice, number, origin, destination)
                    self.flights[number] = flight
                    self._by_route.setdefault((origin, destination), []).append(flight)
        codes = [code for code, _ in AIRPORTS]
        self._stops = {
            (origin, destination): [
                stop for stop in codes if (origin, stop) in self._by_route and (stop, destination) in self._by_route
            ]
            for origin in codes
            for destination in codes
            if origin != destination and miles(origin, destination) >= _SHORTEST
        }
        self.pairs = [pair for pair, stops in self._stops.items() if stops or pair in self._by_route]

    def connection(self, dice: Dice, origin: str, destination: str, day: int) -> list[ReservationFlight] | None:
        """Returns a way from one airport to another on a date, direct or with a stop; None if dice found none."""
        direct = self._by_route.get((origin, destination), [])
        stops = self._stops[origin, destination]
        if direct and (not stops or dice.chance(0.6)):
            return [_leg(dice.pick(direct), day)]
        if not stops:
            return None
        stop = dice.pick(stops)
        first = dice.pick(self._by_route[origin, stop])
        arrival = first["scheduled_arrival_time_est"]
        onward = [
            each
            for each in self._by_route[stop, destination]
            if each["scheduled_departure_time_est"] >= arrival.removesuffix("+1")
        ]
        if not onward:
            return None
        return [_leg(first, day), _leg(dice.pick(onward), day + arrival.endswith("+1"))]


def miles(one: str, other: str) -> float:
    """Returns the distance between two airports, on a flattened earth."""
    (lat, lon), (lat2, lon2) = PLACES[one], PLACES[other]
    return math.hypot((lat - lat2) * 69, (lon - lon2) * 54)


def _routes(dice: Dice) -> list[tuple[str, str]]:
    """Pairs of airports: a ring, so that no airport is cut off, and as many others as belong to the network."""
    codes = dice.shuffled([code for code, _ in AIRPORTS])
    ring = [*itertools.pairwise(codes), (codes[-1], codes[0])]
    others = [(one, other) for place, one in enumerate(codes) for other in codes[place + 1 :]]
    chosen: dict[frozenset[str], tuple[str, str]] = {}
    for one, other in [*ring, *dice.shuffled(others)]:
        if len(chosen) < _ROUTES and miles(one, other) >= _SHORTEST:
            chosen.setdefault(frozenset((one, other)), (one, other))
    return list(chosen.values())


def _flight(dice: Dice, number: str, origin: str, destination: str) -> Flight:
    distance = miles(origin, destination)
    departure = 5 * dice.between(5 * 12, 23 * 12)
    minutes = 5 * round((distance / _MILES_PER_MINUTE + _GROUND_MINUTES + dice.between(-10, 20)) / 5)
    arrival = departure + minutes
    fare = 48 + 0.055 * distance
    return {
        "flight_number": number,
        "origin": origin,
        "destination": destination,
        "scheduled_departure_time_est": _clock(departure),
        "scheduled_arrival_time_est": _clock(arrival),
        "dates": {date: _day(dice, date, departure, arrival, fare) for date in DATES},
    }


def _day(dice: Dice, date: str, departure: int, arrival: int, fare: float) -> FlightDay:
    today = NOW[:10]
    if date > today:
        if dice.chance(_WILL_BE_CANCELLED):
            return {"status": CANCELLED}
        prices = {cabin: round(fare * share * dice.real(0.7, 1.3)) for cabin, share in FARE_SHARES.items()}
        seats = {cabin: dice.between(0, 20) for cabin in FARE_SHARES}
        return {"status": AVAILABLE, "available_seats": seats, "prices": prices}  # type: ignore[typeddict-item]
    left, landed = departure + dice.between(-15, 30), arrival + dice.between(-15, 30)
    if date == today:
        now = int(NOW[11:13]) * 60 + int(NOW[14:16])
        if departure > now:
            late = 5 * dice.between(6, 30) if dice.chance(_DELAYED) else 0
            return {
                "status": DELAYED if late else ON_TIME,
                "estimated_departure_time_est": _moment(date, departure + late),
                "estimated_arrival_time_est": _moment(date, arrival + late),
            }
        if landed > now:
            return {
                "status": FLYING,
                "actual_departure_time_est": _moment(date, min(left, now - 1)),
                "estimated_arrival_time_est": _moment(date, max(arrival, now + 5)),
            }
    elif dice.chance(_WAS_CANCELLED):
        return {"status": CANCELLED}
    return {
        "status": LANDED,
        "actual_departure_time_est": _moment(date, left),
        "actual_arrival_time_est": _moment(date, landed),
    }


def _leg(flight: Flight, day: int) -> ReservationFlight:
    """A flight of a trip on a date; its price is what economy costs or about cost then."""
    prices = flight["dates"][DATES[day]].get("prices")
    distance = miles(flight["origin"], flight["destination"])
    return {
        "flight_number": flight["flight_number"],
        "origin": flight["origin"],
        "destination": flight["destination"],
        "date": DATES[day],
        "price": prices["economy"] if prices is not None else round(48 + 0.055 * distance),
    }


def _clock(minutes: int) -> str:
    days, minutes = divmod(minutes, _DAY)
    return f"{minutes // 60:02d}:{minutes % 60:02d}:00" + (f"+{days}" if days else "")


def _moment(date: str, minutes: int) -> str:
    start = datetime.datetime.fromisoformat(date)
    return (start + datetime.timedelta(minutes=minutes)).isoformat()
