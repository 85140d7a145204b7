"""What follows from the rest of a call: how many bags are charged, and the amount that a booking costs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from schemas.base import Json
from tool_specs.airline.rows import BAG_PRICE, BUSINESS, CANCELLED, DELAYED, INSURANCE_PRICE, free_bags
from tool_specs.airline.trip_rules import PER_CANCELLED, PER_DELAYED
from tool_specs.domain import Follow

_USER = "get_user_details"
_METHOD = "get_user_details.payment_methods.*"
_WAY = "search_direct_flight.*"
_TRIP = "get_reservation_details"
_STATUS = "get_flight_status"


def _charged_bags(arguments: Mapping[str, Json], rows: Mapping[str, Any]) -> int:
    free = free_bags(rows[_USER]["membership"], arguments["cabin"], len(arguments["passengers"]))
    return max(0, int(arguments["total_baggages"]) - free)


def _charged_bags_afterwards(arguments: Mapping[str, Json], rows: Mapping[str, Any]) -> int:
    trip = rows[_TRIP]
    free = free_bags(rows[_USER]["membership"], trip["cabin"], len(trip["passengers"]))
    return max(0, int(arguments["total_baggages"]) - free, int(trip["nonfree_baggages"]))


def _cabin_as_it_is(arguments: Mapping[str, Json], rows: Mapping[str, Any]) -> Json:
    return rows[_TRIP]["cabin"]


def _flights_as_they_are(arguments: Mapping[str, Json], rows: Mapping[str, Any]) -> list[dict[str, Json]]:
    return [{"flight_number": leg["flight_number"], "date": leg["date"]} for leg in rows[_TRIP]["flights"]]


def _payments(arguments: Mapping[str, Json], rows: Mapping[str, Any]) -> list[dict[str, Json]]:
    party = len(arguments["passengers"])
    insured = INSURANCE_PRICE * party if arguments["insurance"] == "yes" else 0
    fares = rows[_WAY]["prices"][arguments["cabin"]] * party
    return [
        {"payment_id": rows[_METHOD]["id"], "amount": fares + insured + BAG_PRICE * arguments["nonfree_baggages"]},
    ]


def _made_up_for(arguments: Mapping[str, Json], rows: Mapping[str, Any]) -> int:
    trip, status = rows[_TRIP], rows[_STATUS]
    entitled = rows[_USER]["membership"] != "regular" or trip["insurance"] == "yes" or trip["cabin"] == BUSINESS
    over = status == DELAYED and trip.get("status") == CANCELLED
    worth = PER_CANCELLED if status == CANCELLED else PER_DELAYED if over else 0
    return worth * len(trip["passengers"]) if entitled else 0


FOLLOWS: dict[str, dict[str, Follow]] = {
    "book_reservation": {
        "nonfree_baggages": Follow(_charged_bags, rows=(_USER,)),
        "payment_methods": Follow(_payments, rows=(_WAY, _METHOD), role="payment"),
    },
    "update_reservation_flights": {
        "cabin": Follow(_cabin_as_it_is, rows=(_TRIP,), unless_told=True),
        "flights": Follow(_flights_as_they_are, rows=(_TRIP,), unless_told=True),
    },
    "send_certificate": {
        "amount": Follow(_made_up_for, rows=(_USER, _TRIP, _STATUS), role="object"),
    },
    "update_reservation_baggages": {
        "nonfree_baggages": Follow(_charged_bags_afterwards, rows=(_USER, _TRIP)),
    },
}
"""In the order in which they are worked out."""
