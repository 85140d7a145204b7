"""Rows by id, for tools: the row with its type, or the error an agent reads. And the indexes that searches use."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from schemas.world import Row
from tool_specs.airline.rows import (
    AVAILABLE,
    CABINS,
    Flight,
    FlightDay,
    FlightInfo,
    Reservation,
    ReservationFlight,
    User,
)
from tool_specs.state import IndexDeclaration, State
from tool_specs.tool import ToolError


def _route(row: Row) -> list[tuple[str, str, str]]:
    return [(row["origin"], row["destination"], date) for date in row["dates"]]


def _origin(row: Row) -> list[tuple[str, str]]:
    return [(row["origin"], date) for date in row["dates"]]


INDEXES: dict[str, IndexDeclaration] = {
    "flights_by_route": ("flights", _route),
    "flights_by_origin": ("flights", _origin),
}


def user_of(db: State, user_id: str) -> User:
    """Returns a user to look at."""
    row = db.row("users", user_id)
    if row is None:
        raise ToolError(f"User {user_id} not found")
    return cast(User, row)


def reservation_of(db: State, reservation_id: str) -> Reservation:
    """Returns a reservation to look at."""
    row = db.row("reservations", reservation_id)
    if row is None:
        raise ToolError(f"Reservation {reservation_id} not found")
    return cast(Reservation, row)


def flight_of(db: State, flight_number: str) -> Flight:
    """Returns a flight to look at."""
    row = db.row("flights", flight_number)
    if row is None:
        raise ToolError(f"Flight {flight_number} not found")
    return cast(Flight, row)


def day_of(flight: Flight, date: str) -> FlightDay:
    """Returns what a flight does on a date."""
    day = flight["dates"].get(date)
    if day is None:
        raise ToolError(f"Flight {flight['flight_number']} not found on date {date}")
    return day


def leg_on(flight: Flight, date: str, price: int) -> ReservationFlight:
    """Returns a flight on a date as a reservation has it, with its price per passenger."""
    return {
        "flight_number": flight["flight_number"],
        "origin": flight["origin"],
        "destination": flight["destination"],
        "date": date,
        "price": price,
    }


def bookable(db: State, wanted: FlightInfo, cabin: str, seats: int) -> ReservationFlight:
    """Returns a flight that has seats free in a cabin on a date, as a reservation has it."""
    number, date = wanted["flight_number"], wanted["date"]
    flight = flight_of(db, number)
    day = day_of(flight, date)
    if day["status"] != AVAILABLE:
        raise ToolError(f"Flight {number} not available on date {date}")
    free, prices = dict(day["available_seats"]), dict(day["prices"])
    if cabin not in CABINS or cast(int, free[cabin]) < seats:
        raise ToolError(f"Not enough seats on flight {number}")
    return leg_on(flight, date, cast(int, prices[cabin]))


def flights_between(db: State, origin: str, destination: str, date: str) -> Iterator[Flight]:
    """Yields the flights of a route that are scheduled for a date."""
    for number in db.find_all("flights_by_route", (origin, destination, date)):
        yield flight_of(db, number)


def flights_from(db: State, origin: str, date: str) -> Iterator[Flight]:
    """Yields the flights that leave from an airport on a date, as scheduled."""
    for number in db.find_all("flights_by_origin", (origin, date)):
        yield flight_of(db, number)
