"""What must hold between the rows of an airline world.

Prices in reservations are what was paid at the time, so they may differ from the flights' present prices; certificates
that paid for one are gone from the profile.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import cast

from schemas.world import Row, Tables
from tool_specs.airline.rows import (
    AVAILABLE,
    CANCELLED,
    CERTIFICATE,
    ROUND_TRIP,
    Flight,
    Payment,
    Reservation,
    User,
    order_total,
)
from tool_specs.state import State

Look = Callable[[str, str], Row | None]
"""(table, id) -> row."""


def check_tables(tables: Tables) -> list[str]:
    """Returns the integrity problems of a whole world, each with its place."""

    def look(table: str, id_: str) -> Row | None:
        return tables[table].get(id_)

    found: list[str] = []
    for table in ("flights", "users", "reservations"):
        for id_, row in tables[table].items():
            found += [f'{table}["{id_}"].{problem}' for problem in _problems(look, table, id_, row)]
    return found


def check_row(state: State, table: str, id_: str, row: Row | None) -> bool:
    """Returns whether one row would agree with the rest of a state, if it stood there (None: absent)."""
    if row is None:
        return not _needed(state, table, id_)
    if next(_problems(state.row, table, id_, row), None) is not None:
        return False
    if table == "flights":
        before = state.row(table, id_)
        # Reservations name the route and the dates of flights: those stay.
        return before is None or (
            (before["origin"], before["destination"]) == (row["origin"], row["destination"])
            and before["dates"].keys() <= row["dates"].keys()
        )
    return True


def settle(table: str, row: Row) -> Row:
    """Returns a row whose dependent columns agree with the others again; the given row stays as it is.

    Reservations: the first payment makes up for what the fares, bags and insurance come to.
    """
    if table == "reservations":
        reservation = cast(Reservation, dict(row))
        history = reservation["payment_history"]
        missing = _owed(reservation) - sum(payment["amount"] for payment in history)
        if missing and history:
            first: Payment = {**history[0], "amount": history[0]["amount"] + missing}
            reservation["payment_history"] = [first, *history[1:]]
        return cast(Row, reservation)
    return row


def trip_problem(airports: list[tuple[str, str]], origin: str, destination: str, flight_type: str) -> str | None:
    """Says why flights (origin, destination) do not make up a trip, or returns None."""
    if not airports:
        return "there are no flights"
    if airports[0][0] != origin:
        return f"the first flight leaves from {airports[0][0]}, not from {origin}"
    for (_, arrival), (departure, _) in itertools.pairwise(airports):
        if arrival != departure:
            return f"a flight arrives in {arrival}, but the next one leaves from {departure}"
    end = origin if flight_type == ROUND_TRIP else destination
    if airports[-1][1] != end:
        return f"the last flight arrives in {airports[-1][1]}, not in {end}"
    if all(arrival != destination for _, arrival in airports):
        return f"no flight arrives in {destination}"
    return None


def _owed(reservation: Reservation) -> int:
    if reservation.get("status") == CANCELLED:
        return 0
    return order_total(
        reservation["flights"],
        len(reservation["passengers"]),
        reservation["nonfree_baggages"],
        reservation["insurance"],
    )


def _needed(state: State, table: str, id_: str) -> bool:
    """Whether other rows refer to this one."""
    row = state.row(table, id_)
    if row is None:
        return False
    if table == "reservations":
        user = state.row("users", row["user_id"])
        return user is not None and id_ in user["reservations"]
    if table == "users":
        return bool(row["reservations"])
    return any(leg["flight_number"] == id_ for _, each in state.rows("reservations") for leg in each["flights"])


def _problems(look: Look, table: str, id_: str, row: Row) -> Iterator[str]:
    if table == "reservations":
        return _reservation_problems(look, id_, cast(Reservation, row))
    if table == "users":
        return _user_problems(look, id_, cast(User, row))
    return _flight_problems(id_, cast(Flight, row))


def _user_problems(look: Look, id_: str, user: User) -> Iterator[str]:
    if user["user_id"] != id_:
        yield f"user_id: {user['user_id']!r} is not the row's id"
    for key, method in user["payment_methods"].items():
        if method["id"] != key:
            yield f'payment_methods["{key}"].id: {method["id"]!r} is not its key'
        if method["source"] != "credit_card" and not method.get("amount", -1) >= 0:
            yield f'payment_methods["{key}"].amount: a {method["source"]} needs an amount of 0 or more'
    for place, reservation_id in enumerate(user["reservations"]):
        reservation = look("reservations", reservation_id)
        if reservation is None:
            yield f"reservations[{place}]: no reservation {reservation_id!r} in reservations"
        elif reservation["user_id"] != id_:
            yield f"reservations[{place}]: {reservation_id!r} belongs to user {reservation['user_id']!r}"


def _flight_problems(id_: str, flight: Flight) -> Iterator[str]:
    if flight["flight_number"] != id_:
        yield f"flight_number: {flight['flight_number']!r} is not the row's id"
    if flight["origin"] == flight["destination"]:
        yield f"destination: the flight goes from {flight['origin']} to {flight['destination']}"
    for date, day in flight["dates"].items():
        seats, prices = day.get("available_seats"), day.get("prices")
        if (day["status"] == AVAILABLE) != (seats is not None and prices is not None):
            yield f'dates["{date}"]: a flight has seats and prices while it is available, and only then'
        if seats is not None and min(seats["basic_economy"], seats["economy"], seats["business"]) < 0:
            yield f'dates["{date}"].available_seats: fewer than none'
        if prices is not None and min(prices["basic_economy"], prices["economy"], prices["business"]) <= 0:
            yield f'dates["{date}"].prices: a price is not above 0'


def _reservation_problems(look: Look, id_: str, reservation: Reservation) -> Iterator[str]:
    if reservation["reservation_id"] != id_:
        yield f"reservation_id: {reservation['reservation_id']!r} is not the row's id"
    user = cast("User | None", look("users", reservation["user_id"]))
    if user is None:
        yield f"user_id: no user {reservation['user_id']!r} in users"
    elif id_ not in user["reservations"]:
        yield f"user_id: user {reservation['user_id']!r} does not list the reservation"
    if not reservation["passengers"]:
        yield "passengers: nobody flies"
    if not 0 <= reservation["nonfree_baggages"] <= reservation["total_baggages"]:
        yield f"nonfree_baggages: {reservation['nonfree_baggages']} of {reservation['total_baggages']} bags"
    airports = [(leg["origin"], leg["destination"]) for leg in reservation["flights"]]
    problem = trip_problem(airports, reservation["origin"], reservation["destination"], reservation["flight_type"])
    if problem:
        yield f"flights: {problem}"
    for place, leg in enumerate(reservation["flights"]):
        flight = cast("Flight | None", look("flights", leg["flight_number"]))
        if flight is None:
            yield f"flights[{place}].flight_number: no flight {leg['flight_number']!r} in flights"
        elif (flight["origin"], flight["destination"]) != (leg["origin"], leg["destination"]):
            yield f"flights[{place}]: {leg['flight_number']} goes from {flight['origin']} to {flight['destination']}"
        elif leg["date"] not in flight["dates"]:
            yield f"flights[{place}].date: {leg['flight_number']} does not fly on {leg['date']}"
    for place, payment in enumerate(reservation["payment_history"]):
        known = user is None or payment["payment_id"] in user["payment_methods"]
        if not known and not payment["payment_id"].startswith(CERTIFICATE):
            yield (
                f"payment_history[{place}].payment_id: user {reservation['user_id']!r} has no payment method "
                f"{payment['payment_id']!r}"
            )
    paid = sum(payment["amount"] for payment in reservation["payment_history"])
    if paid != _owed(reservation):
        yield f"payment_history: {paid} was paid, but the reservation costs {_owed(reservation)}"
