"""What the recorded episodes do not reach."""

from __future__ import annotations

import copy
import datetime
import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from schemas.world import Row, World
from tool_specs.domain import Domain
from tool_specs.sandbox import Sandbox


@pytest.fixture
def sandbox(airline: Domain, airline_world: World) -> Sandbox:
    return Sandbox(airline, airline_world, audit=True)


def booking(sandbox: Sandbox) -> tuple[Row, dict[str, Any]]:
    """A user with a gift card and a certificate, and a booking that both pay for."""
    tables = sandbox.world.tables
    for user in tables["users"].values():
        held = {each["source"]: each for each in user["payment_methods"].values() if each.get("amount", 0) > 90}
        if {"gift_card", "certificate"} <= held.keys():
            break
    for flight in tables["flights"].values():
        day = flight["dates"]["2024-05-20"]
        if day["status"] == "available" and day["prices"]["economy"] < 180 and day["available_seats"]["economy"] > 0:
            break
    price = day["prices"]["economy"]
    return user, {
        "user_id": user["user_id"],
        "origin": flight["origin"],
        "destination": flight["destination"],
        "flight_type": "one_way",
        "cabin": "economy",
        "flights": [{"flight_number": flight["flight_number"], "date": "2024-05-20"}],
        "passengers": [{"first_name": "Ann", "last_name": "Moss", "dob": "1980-02-03"}],
        "payment_methods": [
            {"payment_id": held["certificate"]["id"], "amount": 90},
            {"payment_id": held["gift_card"]["id"], "amount": price - 90},
        ],
        "total_baggages": 0,
        "nonfree_baggages": 0,
        "insurance": "no",
    }


def test_the_interface(airline: Domain, real_airline: Path) -> None:
    """Names, parameters, required ones and effects are the benchmark's; the wording is not."""
    wanted = {each["name"]: each for each in json.loads((real_airline / "tools.json").read_text())}
    assert airline.tools.keys() == wanted.keys() and len(wanted) == 14
    for name, tool in airline.tools.items():
        spec, other = tool.spec, wanted[name]
        assert spec.effect == other["effect"]
        assert list(spec.parameters["properties"]) == list(other["parameters"]["properties"])
        assert list(spec.required) == other["parameters"].get("required", [])
        for parameter, schema in other["parameters"]["properties"].items():
            own = spec.parameters["properties"][parameter]
            assert own["type"] == schema["type"] and set(own.get("enum", ())) == set(schema.get("enum", ()))
            assert own["description"] != schema["description"]
        assert spec.description != other["description"]


def test_all_results_are_typed(airline: Domain) -> None:
    direct = airline.tools["search_direct_flight"].spec.types
    assert (
        direct["return.*.flight_number"] == "flight_number" and direct["origin"] == direct["destination"] == "airport"
    )
    assert airline.tools["search_onestop_flight"].spec.types["return.*.*.prices.economy"] == "price"
    book = airline.tools["book_reservation"].spec.types
    assert book["flights.*.flight_number"] == "flight_number" and book["payment_methods.*.payment_id"] == "payment_id"


def test_results_keep_to_their_schema(airline: Domain, sandbox: Sandbox) -> None:
    user, arguments = booking(sandbox)
    route = {key: arguments[key] for key in ("origin", "destination")}
    calls = [
        ("get_user_details", {"user_id": user["user_id"]}),
        ("get_reservation_details", {"reservation_id": user["reservations"][0]}),
        ("search_direct_flight", {**route, "date": "2024-05-20"}),
        ("search_onestop_flight", {**route, "date": "2024-05-20"}),
        ("get_flight_status", arguments["flights"][0]),
        ("list_all_airports", {}),
        ("book_reservation", arguments),
        ("send_certificate", {"user_id": user["user_id"], "amount": 100}),
        ("cancel_reservation", {"reservation_id": user["reservations"][0]}),
    ]
    for name, given in calls:
        result = sandbox.fork().call(name, given)
        assert not result.error, result.content
        plain = result.content if airline.tools[name].spec.returns == {"type": "string"} else json.loads(result.content)
        jsonschema_rs.validator_for(airline.tools[name].spec.returns).validate(plain)
        jsonschema_rs.validator_for(airline.specs[name].returns).validate(result.value)
    assert sandbox.violations == []


def test_a_booking_pays_and_takes_a_seat(sandbox: Sandbox) -> None:
    user, arguments = booking(sandbox)
    before = copy.deepcopy(arguments)
    result = sandbox.call("book_reservation", arguments)
    assert result.value["reservation_id"] == "HATHAT" and result.value["created_at"] == "2024-05-15T15:00:00"
    diff = sandbox.diff()
    profile = diff["users"][user["user_id"]]
    assert profile is not None and profile["reservations"][-1] == "HATHAT"
    certificate, card = (payment["payment_id"] for payment in arguments["payment_methods"])
    assert certificate not in profile["payment_methods"]
    paid = arguments["payment_methods"][1]["amount"]
    assert profile["payment_methods"][card]["amount"] == user["payment_methods"][card]["amount"] - paid
    number = arguments["flights"][0]["flight_number"]
    seats = diff["flights"][number]["dates"]["2024-05-20"]["available_seats"]["economy"]  # type: ignore[index]
    was = sandbox.world.tables["flights"][number]["dates"]["2024-05-20"]["available_seats"]["economy"]
    assert seats == was - 1
    assert arguments == before
    arguments["passengers"][0]["first_name"] = "Bob"
    assert sandbox.state.row("reservations", "HATHAT")["passengers"][0]["first_name"] == "Ann", (  # type: ignore[index]
        "what the caller does with its arguments afterwards is the caller's business"
    )


def test_bookings_run_out(sandbox: Sandbox) -> None:
    _, arguments = booking(sandbox)
    arguments["payment_methods"] = []
    arguments["flights"] = []
    made = [sandbox.call("book_reservation", arguments) for _ in range(4)]
    assert [result.error for result in made] == [False, False, False, True]
    assert made[3].content == "Error: Too many reservations"


def test_the_same_certificate_pays_once(sandbox: Sandbox) -> None:
    _, arguments = booking(sandbox)
    first = arguments["payment_methods"][0]
    halves = [{**first, "amount": 45}, {**first, "amount": 45}, arguments["payment_methods"][1]]
    assert not sandbox.fork().call("book_reservation", {**arguments, "payment_methods": halves}).error
    much = [{**first, "amount": 400}, {**first, "amount": 400}]
    result = sandbox.call("book_reservation", {**arguments, "payment_methods": much})
    assert result.content == f"Error: Not enough balance in payment method {first['payment_id']}"


def test_other_cabins_than_three_are_malformed(sandbox: Sandbox) -> None:
    _, arguments = booking(sandbox)
    result = sandbox.call("book_reservation", {**arguments, "cabin": "first"})
    assert result.content.startswith("Error: book_reservation: argument 'cabin' must be one of 'business'")


def test_certificates_run_out(sandbox: Sandbox) -> None:
    user_id = next(iter(sandbox.world.tables["users"]))
    texts = [sandbox.call("send_certificate", {"user_id": user_id, "amount": 50}).content for _ in range(4)]
    assert texts[0] == f"Certificate certificate_3221322 added to user {user_id} with amount 50."
    assert texts[3] == "Error: Too many certificates"


def test_changed_flights_keep_the_price_of_those_that_stay(sandbox: Sandbox) -> None:
    for reservation in sandbox.world.tables["reservations"].values():
        if reservation["cabin"] == "economy" and len(reservation["flights"]) == 2:
            flights = [{"flight_number": leg["flight_number"], "date": leg["date"]} for leg in reservation["flights"]]
            payment = reservation["payment_history"][0]["payment_id"]
            same = {"reservation_id": reservation["reservation_id"], "cabin": "economy", "payment_id": payment}
            result = sandbox.fork().call("update_reservation_flights", {**same, "flights": flights})
            assert result.value == reservation
            shorter = sandbox.fork().call("update_reservation_flights", {**same, "flights": flights[:1]}).value
            back = reservation["flights"][1]["price"] * len(reservation["passengers"])
            assert shorter["payment_history"][-1] == {"payment_id": payment, "amount": -back}
            break


def test_cancelling_gives_everything_back(sandbox: Sandbox) -> None:
    reservation_id, reservation = next(iter(sandbox.world.tables["reservations"].items()))
    result = sandbox.call("cancel_reservation", {"reservation_id": reservation_id})
    assert result.value["status"] == "cancelled"
    assert sum(payment["amount"] for payment in result.value["payment_history"]) == 0
    assert list(sandbox.diff()) == ["reservations"] and "status" not in reservation


def test_searches_against_a_plain_scan(airline: Domain, airline_world: World) -> None:
    """The index finds what looking at every flight finds, in the same order."""
    sandbox = Sandbox(airline, airline_world)
    flights = list(airline_world.tables["flights"].values())
    found = 0
    for origin, destination, date in [("SEA", "MIA", "2024-05-20"), ("JFK", "DEN", "2024-05-23")]:
        onward = (datetime.date.fromisoformat(date) + datetime.timedelta(1)).isoformat()
        direct = [
            flight["flight_number"]
            for flight in flights
            if (flight["origin"], flight["destination"]) == (origin, destination)
            and flight["dates"][date]["status"] == "available"
        ]
        pairs = [
            [one["flight_number"], other["flight_number"]]
            for one in flights
            for other in flights
            if one["origin"] == origin
            and other["destination"] == destination
            and one["destination"] == other["origin"]
            and one["dates"][date]["status"] == "available"
            and one["scheduled_arrival_time_est"] <= other["scheduled_departure_time_est"]
            and other["dates"][onward if "+1" in one["scheduled_arrival_time_est"] else date]["status"] == "available"
        ]
        arguments = {"origin": origin, "destination": destination, "date": date}
        shown = json.loads(sandbox.call("search_direct_flight", arguments).content)
        assert [each["flight_number"] for each in shown] == direct
        stops = json.loads(sandbox.call("search_onestop_flight", arguments).content)
        assert [[each["flight_number"] for each in pair] for pair in stops] == pairs
        found += len(pairs)
    assert found > 3


def test_a_full_search_sees_what_a_booking_changed(sandbox: Sandbox) -> None:
    _, arguments = booking(sandbox)
    wanted = {key: arguments[key] for key in ("origin", "destination")} | {"date": "2024-05-20"}
    before = json.loads(sandbox.call("search_direct_flight", wanted).content)
    sandbox.call("book_reservation", arguments)
    after = json.loads(sandbox.call("search_direct_flight", wanted).content)
    number = arguments["flights"][0]["flight_number"]
    seats = [
        {each["flight_number"]: each["available_seats"]["economy"] for each in offers}[number]
        for offers in (before, after)
    ]
    assert seats[1] == seats[0] - 1
    assert [each["flight_number"] for each in before] == [each["flight_number"] for each in after]
    assert sandbox.call("search_direct_flight", {**wanted, "date": "2024-05-02"}).value == []
    assert sandbox.call("search_onestop_flight", {**wanted, "date": "soon"}).value == []
