"""Rows that no read shows whole: an agent reads on until what it tries out can be worked out."""

from __future__ import annotations

from typing import Any

from schemas.dialogue import Message
from stages.simulate_dialogues.desk import Desk
from stages.simulate_dialogues.notebook import PARTLY_KNOWN, Notebook
from tool_specs.catalog import domain
from tool_specs.domain import generate_world
from tool_specs.sandbox import Sandbox

AIRLINE = domain("airline")
SANDBOX = Sandbox(AIRLINE, generate_world(AIRLINE, 1, 60))


def read(notebook: Notebook, tool: str, arguments: dict[str, Any]) -> None:
    result = SANDBOX.call(tool, arguments)
    notebook.note_read(tool, arguments, Message(role="tool", content=result.content, error=result.error))


def bookable_trip() -> dict[str, Any]:
    flights = SANDBOX.world.tables["flights"]
    for trip in SANDBOX.world.tables["reservations"].values():
        days = [flights[leg["flight_number"]]["dates"][leg["date"]] for leg in trip["flights"]]
        free = all(day["status"] == "available" and day["available_seats"]["economy"] > 4 for day in days)
        if len(days) == 1 and free and trip["cabin"] != "economy":
            return trip
    raise AssertionError("no such trip")


def test_what_is_known_in_part_is_read_on_until_it_can_be_tried() -> None:
    notebook, trip = Notebook(Desk(AIRLINE)), bookable_trip()
    (leg,) = trip["flights"]
    flights = [{"flight_number": leg["flight_number"], "date": leg["date"]}]
    user = SANDBOX.world.tables["users"][trip["user_id"]]
    card = next(each["id"] for each in user["payment_methods"].values() if each["source"] == "credit_card")
    wanted = {
        "reservation_id": trip["reservation_id"], "cabin": "economy", "flights": flights, "payment_id": card,
    }  # fmt: skip
    read(notebook, "get_user_details", {"user_id": trip["user_id"]})
    read(notebook, "get_reservation_details", {"reservation_id": trip["reservation_id"]})
    read(notebook, "get_flight_status", dict(flights[0]))
    _, result, unread = notebook.rehearse("update_reservation_flights", wanted)
    assert result is PARTLY_KNOWN and unread is None
    search = {"origin": leg["origin"], "destination": leg["destination"], "date": leg["date"]}
    ways = notebook.ways_to_parts(wanted)
    assert ways[0] == ("search_direct_flight", search)
    read(notebook, *ways[0])
    rehearsed, result, _ = notebook.rehearse("update_reservation_flights", wanted)
    assert not result.error and rehearsed.diff()["reservations"][trip["reservation_id"]]["cabin"] == "economy"  # type: ignore[index]
    assert all(way != ("search_direct_flight", search) for way in notebook.ways_to_parts(wanted))


def test_a_search_is_made_again_once_a_booking_has_changed_what_it_showed() -> None:
    notebook, trip = Notebook(Desk(AIRLINE)), bookable_trip()
    (leg,) = trip["flights"]
    user = SANDBOX.world.tables["users"][trip["user_id"]]
    card = next(each["id"] for each in user["payment_methods"].values() if each["source"] == "credit_card")
    flight = {"flight_number": leg["flight_number"], "date": leg["date"]}
    price = SANDBOX.world.tables["flights"][leg["flight_number"]]["dates"][leg["date"]]["prices"]["economy"]
    search = {"origin": leg["origin"], "destination": leg["destination"], "date": leg["date"]}
    booking = {
        "user_id": trip["user_id"], "origin": leg["origin"], "destination": leg["destination"],
        "flight_type": "one_way", "cabin": "economy", "flights": [flight],
        "passengers": [{**user["name"], "dob": user["dob"]}],
        "payment_methods": [{"payment_id": card, "amount": price}],
        "total_baggages": 0, "nonfree_baggages": 0, "insurance": "no",
    }  # fmt: skip
    read(notebook, "get_user_details", {"user_id": trip["user_id"]})
    read(notebook, "search_direct_flight", search)
    rehearsed, result, _ = notebook.rehearse("book_reservation", booking)
    notebook.note_write("book_reservation", booking, Message(role="tool", content=result.content), rehearsed)
    read(notebook, "get_flight_status", flight)
    later = {
        "reservation_id": result.value["reservation_id"], "cabin": "basic_economy", "flights": [flight],
        "payment_id": card,
    }  # fmt: skip
    assert notebook.rehearse("update_reservation_flights", later)[1] is PARTLY_KNOWN
    assert ("search_direct_flight", search) in notebook.ways_to_parts(later)
