from __future__ import annotations

import copy

import pytest

from schemas.world import Row, Tables, World
from tool_specs.airline.integrity import check_row, check_tables, settle, trip_problem
from tool_specs.domain import Domain
from tool_specs.sandbox import Sandbox


@pytest.fixture
def sandbox(airline: Domain, airline_world: World) -> Sandbox:
    return Sandbox(airline, airline_world)


def reservation(sandbox: Sandbox, insured: str = "no") -> Row:
    for _, row in sandbox.state.rows("reservations"):
        if row["insurance"] == insured:
            return copy.deepcopy(row)
    raise AssertionError("no such reservation")


def test_every_row_agrees_with_its_own_world(sandbox: Sandbox) -> None:
    state = sandbox.state
    for table in ("users", "flights", "reservations"):
        for id_, row in state.rows(table):
            assert check_row(state, table, id_, row), (table, id_)
            assert settle(table, row) == row


def test_a_new_price_settles_into_the_payment(sandbox: Sandbox) -> None:
    row = reservation(sandbox, "yes")
    count = len(row["passengers"])
    row["flights"][0]["price"] += 7
    assert not check_row(sandbox.state, "reservations", row["reservation_id"], row)
    before = copy.deepcopy(row)
    settled = settle("reservations", row)
    assert row == before, "the given row stays"
    assert check_row(sandbox.state, "reservations", row["reservation_id"], settled)
    assert settled["payment_history"][0]["amount"] == row["payment_history"][0]["amount"] + 7 * count
    uninsured = settle("reservations", {**settled, "insurance": "no"})
    assert uninsured["payment_history"][0]["amount"] == settled["payment_history"][0]["amount"] - 30 * count


def test_broken_references_are_seen(sandbox: Sandbox) -> None:
    state = sandbox.state
    row = reservation(sandbox)
    id_ = row["reservation_id"]
    other = next(each for each in state.ids("users") if each != row["user_id"])
    assert not check_row(state, "reservations", id_, {**row, "user_id": "nobody"})
    assert not check_row(state, "reservations", id_, {**row, "user_id": other})
    assert not check_row(state, "reservations", id_, {**row, "passengers": []})
    assert not check_row(state, "reservations", id_, {**row, "nonfree_baggages": row["total_baggages"] + 1})
    assert not check_row(state, "reservations", id_, None), "the user lists it"
    leg = row["flights"][0]
    for changed in ({"flight_number": "HAT999"}, {"date": "2024-07-01"}, {"origin": leg["destination"]}):
        assert not check_row(state, "reservations", id_, {**row, "flights": [{**leg, **changed}, *row["flights"][1:]]})
    user = state.row("users", row["user_id"])
    assert user is not None
    assert not check_row(state, "users", row["user_id"], {**user, "reservations": ["ABC123"]})
    assert not check_row(state, "users", row["user_id"], None)
    assert not check_row(state, "users", row["user_id"], {**user, "payment_methods": {"a": {"source": "x", "id": "b"}}})


def test_flights(sandbox: Sandbox) -> None:
    state = sandbox.state
    number = reservation(sandbox)["flights"][0]["flight_number"]
    flight = copy.deepcopy(state.row("flights", number))
    assert flight is not None
    assert not check_row(state, "flights", number, None), "reservations refer to it"
    date = next(each for each, day in flight["dates"].items() if day["status"] == "available")
    flight["dates"][date]["prices"]["economy"] = 1
    assert check_row(state, "flights", number, flight), "reservations keep the price paid"
    assert not check_row(state, "flights", number, {**flight, "origin": flight["destination"]})
    assert not check_row(state, "flights", number, {**flight, "dates": {}})
    flight["dates"][date]["available_seats"]["economy"] = -1
    assert not check_row(state, "flights", number, flight)
    flight["dates"][date] = {"status": "available"}
    assert not check_row(state, "flights", number, flight)


def test_problems_have_their_place(airline_world: World) -> None:
    tables: Tables = copy.deepcopy(airline_world.tables)
    id_, row = next(iter(tables["reservations"].items()))
    row["payment_history"][0]["amount"] += 5
    row["payment_history"][0]["payment_id"] = "gift_card_0"
    assert [each.split(":")[0] for each in check_tables(tables)] == [
        f'reservations["{id_}"].payment_history[0].payment_id',
        f'reservations["{id_}"].payment_history',
    ]


@pytest.mark.parametrize(
    ("airports", "kind", "problem"),
    [
        ([("SEA", "MIA")], "one_way", None),
        ([("SEA", "DEN"), ("DEN", "MIA")], "one_way", None),
        ([("SEA", "MIA"), ("MIA", "SEA")], "round_trip", None),
        ([("SEA", "DEN"), ("DEN", "MIA"), ("MIA", "SEA")], "round_trip", None),
        ([], "one_way", "no flights"),
        ([("DEN", "MIA")], "one_way", "leaves from DEN"),
        ([("SEA", "DEN"), ("BOS", "MIA")], "one_way", "next one leaves from BOS"),
        ([("SEA", "DEN")], "one_way", "arrives in DEN"),
        ([("SEA", "MIA")], "round_trip", "arrives in MIA"),
        ([("SEA", "DEN"), ("DEN", "SEA")], "round_trip", "no flight arrives in MIA"),
    ],
)
def test_trips(airports: list[tuple[str, str]], kind: str, problem: str | None) -> None:
    found = trip_problem(airports, "SEA", "MIA", kind)
    assert found is None if problem is None else problem in str(found)
