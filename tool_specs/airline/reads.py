"""Tools that look things up, and the two that neither read nor write."""

# ruff: noqa: D417 - the docstrings are the tools' schemas, and the state is no argument of a tool.

from __future__ import annotations

from typing import cast

from tool_specs.airline.airports import AIRPORTS
from tool_specs.airline.lookups import day_of, flight_of, reservation_of, user_of
from tool_specs.airline.rows import (
    AirportCity,
    FlightDate,
    FlightNumber,
    Reservation,
    ReservationId,
    Status,
    User,
    UserId,
)
from tool_specs.arithmetic import ExpressionError, evaluate
from tool_specs.state import State
from tool_specs.tool import ToolError, tool


@tool(effect="read")
def get_user_details(db: State, user_id: UserId) -> User:
    """Get a customer's profile: membership, payment methods, saved passengers and the ids of all reservations.

    Args:
        user_id: The customer's user id, such as 'ann_moss_4021'.
    """
    return user_of(db, user_id)


@tool(effect="read")
def get_reservation_details(db: State, reservation_id: ReservationId) -> Reservation:
    """Get a reservation: its flights, cabin, passengers, bags, insurance and payments.

    Args:
        reservation_id: The reservation id, six letters and digits such as 'K4T9QZ'.
    """
    return reservation_of(db, reservation_id)


@tool(effect="read")
def get_flight_status(db: State, flight_number: FlightNumber, date: FlightDate) -> Status:
    """Find out what a flight does on a date: available, on time, delayed, flying, landed or cancelled.

    Args:
        flight_number: The flight number, such as 'HAT048'.
        date: The day of departure as YYYY-MM-DD, such as '2024-05-20'.
    """
    return day_of(flight_of(db, flight_number), date)["status"]


@tool(effect="read")
def list_all_airports(db: State) -> list[AirportCity]:
    """List every airport that the airline flies to: its three-letter code and its city."""
    return [cast(AirportCity, {"iata": code, "city": city}) for code, city in AIRPORTS]


@tool(effect="generic")
def calculate(db: State, expression: str) -> str:
    """Work out an arithmetic expression, rounded to cents.

    Args:
        expression: Numbers, + - * /, parentheses and spaces, such as '3 * (122 + 30)'.
    """
    try:
        return str(round(evaluate(expression), 2))
    except ExpressionError as error:
        raise ToolError(str(error)) from error


@tool(effect="generic")
def transfer_to_human_agents(db: State, summary: str) -> str:
    """Hand the customer over to a human agent.

    Only when the customer asks for one, or when the request cannot be met with the other tools under the policy.

    Args:
        summary: What the customer wants and what was done so far, in a sentence or two.
    """
    return "Transfer successful"
