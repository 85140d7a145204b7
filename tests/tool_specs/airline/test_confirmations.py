"""What an agent lists before a reservation is changed: its flights once, and what it costs."""

from __future__ import annotations

import random
from typing import Any

import pytest

from schemas.world import World
from tool_specs.airline.rows import BAG_PRICE
from tool_specs.domain import Domain
from tool_specs.lexicon import Lexicon
from tool_specs.phrasing.agent import confirm
from tool_specs.phrasing.labels import Known
from tool_specs.sandbox import Sandbox


class Desk:
    """An agent that has read a one-way reservation, and its owner's profile."""

    def __init__(self, airline: Domain, world: World) -> None:
        assert isinstance(airline.lexicon, Lexicon)
        self.sandbox, self.words = Sandbox(airline, world), airline.lexicon
        users = world.tables["users"]
        for trip in world.tables["reservations"].values():
            owned: dict[str, Any] = users[trip["user_id"]]["payment_methods"]  # type: ignore[assignment]
            self.card = next((id_ for id_, each in owned.items() if each["source"] == "credit_card"), "")
            flights: list[dict[str, Any]] = trip["flights"]  # type: ignore[assignment]
            self.flights = [{key: leg[key] for key in ("flight_number", "date")} for leg in flights]
            self.trip: dict[str, Any] = dict(trip)
            if self.card and not self.change("business")[1].error and trip["cabin"] == "economy":
                self.digits = owned[self.card]["last_four"]
                break
        self.known = Known(self.words)
        self.known.add("get_user_details", self.sandbox.call("get_user_details", {"user_id": trip["user_id"]}).value)
        self.known.add("get_reservation_details", self.trip)

    def change(self, cabin: str) -> tuple[dict[str, Any], Any]:
        arguments = {
            "reservation_id": self.trip["reservation_id"], "cabin": cabin, "flights": self.flights,
            "payment_id": self.card,
        }  # fmt: skip
        return arguments, self.sandbox.fork().call("update_reservation_flights", arguments)

    def says(self, tool: str, arguments: dict[str, Any], answer: Any, seed: int) -> str:
        return confirm(self.words, tool, arguments, self.known, random.Random(seed), answer)


@pytest.fixture(scope="module")
def desk(airline: Domain, airline_world: World) -> Desk:
    return Desk(airline, airline_world)


@pytest.mark.parametrize("seed", range(6))
def test_a_change_of_cabin_names_each_flight_once_and_what_it_costs(desk: Desk, seed: int) -> None:
    arguments, result = desk.change("business")
    text = desk.says("update_reservation_flights", arguments, result.value, seed)
    paid = result.value["payment_history"][-1]["amount"]
    assert result.value["payment_history"][:-1] == desk.trip["payment_history"] and paid > 0
    assert f"${paid:,.2f}" in text and f"credit card ending in {desk.digits}" in text
    assert all(text.count(f"{leg['flight_number']} on {leg['date']}") == 1 for leg in desk.flights), text


def test_what_a_change_would_cost_is_left_open_where_nobody_has_tried_it(desk: Desk) -> None:
    arguments, _ = desk.change("business")
    text = desk.says("update_reservation_flights", arguments, None, 0)
    assert "$" not in text and "Any difference" in text


def test_flights_that_are_left_are_named_beside_those_that_come(desk: Desk) -> None:
    arguments, _ = desk.change("economy")
    other = {"flight_number": "HAT999", "date": desk.flights[0]["date"]}
    text = desk.says("update_reservation_flights", {**arguments, "flights": [other]}, None, 0)
    assert "HAT999" in text and all(leg["flight_number"] in text for leg in desk.flights)


@pytest.mark.parametrize("seed", range(6))
def test_bags_beyond_the_allowance_have_a_price_and_others_have_none(desk: Desk, seed: int) -> None:
    more, had = desk.trip["total_baggages"] + 2, desk.trip["nonfree_baggages"]
    for charged in (had, had + 2):
        arguments = {
            "reservation_id": desk.trip["reservation_id"], "total_baggages": more, "nonfree_baggages": charged,
            "payment_id": desk.card,
        }  # fmt: skip
        answer = desk.sandbox.fork().call("update_reservation_baggages", arguments)
        assert not answer.error
        text = desk.says("update_reservation_baggages", arguments, answer.value, seed)
        assert (f"${2 * BAG_PRICE:,.2f}" in text) is (charged > had), text
        assert ("$" in text) is (charged > had), text
