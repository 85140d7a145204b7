"""Searches: flights that can be booked between two airports on a date, direct or with one stop."""

# ruff: noqa: D417 - the docstrings are the tools' schemas, and the state is no argument of a tool.

from __future__ import annotations

import datetime

from tool_specs.airline.lookups import flights_between, flights_from
from tool_specs.airline.rows import AVAILABLE, Airport, Flight, FlightDate, FlightOffer
from tool_specs.state import State
from tool_specs.tool import tool


@tool(effect="read")
def search_direct_flight(db: State, origin: Airport, destination: Airport, date: FlightDate) -> list[FlightOffer]:
    """Search the direct flights from one airport to another that can be booked for a date.

    Args:
        origin: The three letters of the airport of departure, such as 'SEA'.
        destination: The three letters of the airport of arrival, such as 'MIA'.
        date: The day of departure as YYYY-MM-DD, such as '2024-05-20'.
    """
    offers = (_offer(flight, date) for flight in flights_between(db, origin, destination, date))
    return [offer for offer in offers if offer is not None]


@tool(effect="read")
def search_onestop_flight(
    db: State, origin: Airport, destination: Airport, date: FlightDate
) -> list[list[FlightOffer]]:
    """Search the connections with one stop that can be booked for a date: pairs of flights, the second after the first.

    Args:
        origin: The three letters of the airport of departure, such as 'SEA'.
        destination: The three letters of the airport of final arrival, such as 'MIA'.
        date: The day of the first departure as YYYY-MM-DD, such as '2024-05-20'.
    """
    pairs: list[list[FlightOffer]] = []
    onward_from: dict[tuple[str, str], list[Flight]] = {}
    for first in flights_from(db, origin, date):
        one = _offer(first, date)
        if one is None:
            continue
        arrival = first["scheduled_arrival_time_est"]
        overnight = arrival.endswith("+1")
        onward = _day_after(date) if overnight else date
        leg = first["destination"], onward
        if leg not in onward_from:
            onward_from[leg] = list(flights_between(db, leg[0], destination, onward))
        for second in onward_from[leg]:
            # Arrivals of the next day are compared with departures of the next day: "01:30:00+1" < "02:00:00".
            if arrival > second["scheduled_departure_time_est"]:
                continue
            other = _offer(second, onward)
            if other is not None:
                pairs.append([{**one, "date": date}, {**other, "date": onward}])
    return pairs


def _offer(flight: Flight, date: str) -> FlightOffer | None:
    day = flight["dates"].get(date)
    if day is None or day["status"] != AVAILABLE:
        return None
    return {
        "flight_number": flight["flight_number"],
        "origin": flight["origin"],
        "destination": flight["destination"],
        "status": day["status"],
        "scheduled_departure_time_est": flight["scheduled_departure_time_est"],
        "scheduled_arrival_time_est": flight["scheduled_arrival_time_est"],
        "available_seats": day["available_seats"],
        "prices": day["prices"],
    }


def _day_after(date: str) -> str:
    try:
        return (datetime.date.fromisoformat(date) + datetime.timedelta(days=1)).isoformat()
    except ValueError:
        return date
