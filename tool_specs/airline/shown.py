"""What searches and look-ups of a status say of flights: the part of a row that an agent then knows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import cast

from schemas.base import Json
from schemas.world import Row
from tool_specs.airline.rows import FlightOffer

Known = dict[str, dict[str, Row]]
"""Table -> row id -> columns that are known."""


def status_shown(arguments: Mapping[str, Json], status: str) -> Known:
    """Returns what the status of a flight on a date says of the flight."""
    number = str(arguments["flight_number"])
    return {"flights": {number: {"flight_number": number, "dates": {arguments["date"]: {"status": status}}}}}


def direct_shown(arguments: Mapping[str, Json], offers: list[FlightOffer]) -> Known:
    """Returns what a search of direct flights says of flights."""
    return _shown(offers, str(arguments["date"]))


def onestop_shown(arguments: Mapping[str, Json], pairs: list[list[FlightOffer]]) -> Known:
    """Returns what a search with one stop says of flights."""
    return _shown((offer for pair in pairs for offer in pair), str(arguments["date"]))


def _shown(offers: Iterable[FlightOffer], date: str) -> Known:
    flights: dict[str, Row] = {}
    for offer in cast("Iterable[Row]", offers):
        row = {key: offer[key] for key in _SCHEDULE}
        day = {key: offer[key] for key in _DAY}
        known = flights.setdefault(offer["flight_number"], {**row, "dates": {}})
        known["dates"][offer.get("date") or date] = day
    return {"flights": flights}


_SCHEDULE = (
    "flight_number",
    "origin",
    "destination",
    "scheduled_departure_time_est",
    "scheduled_arrival_time_est",
)
_DAY = ("status", "available_seats", "prices")
