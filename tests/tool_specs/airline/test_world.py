from __future__ import annotations

import collections
import hashlib
import os
import subprocess
import sys
import time
from pathlib import Path

import msgspec
import orjson
import pytest

from schemas.world import Tables
from tool_specs.airline.integrity import check_tables
from tool_specs.airline.rows import ROWS, free_bags
from tool_specs.airline.world import generate
from tool_specs.domain import Domain, generate_world
from tool_specs.sandbox import Sandbox


@pytest.fixture(scope="module")
def tables() -> Tables:
    return generate(3, 500)


def test_the_same_seed_and_size_give_the_same_bytes_in_another_process() -> None:
    code = (
        "import hashlib, orjson; from tool_specs.airline.world import generate;"
        "print(hashlib.sha256(orjson.dumps(generate(5, 40))).hexdigest())"
    )
    root = Path(__file__).resolve().parents[3]
    environment = {**os.environ, "PYTHONHASHSEED": "77", "PYTHONPATH": str(root)}
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, env=environment, cwd=root)
    assert result.stdout.decode().strip() == hashlib.sha256(orjson.dumps(generate(5, 40))).hexdigest()


def test_seed_and_size_matter() -> None:
    assert generate(1, 5) != generate(2, 5)
    assert [len(generate(1, size)["users"]) for size in (1, 7, 30)] == [1, 7, 30]


@pytest.mark.parametrize("seed", range(6))
def test_integrity(seed: int) -> None:
    made = generate(seed, 60)
    assert check_tables(made) == []
    for table, rows in made.items():
        for row in rows.values():
            msgspec.convert(row, ROWS[table])


def test_half_a_thousand_customers_in_a_second() -> None:
    start = time.process_time()
    generate(11, 500)
    assert time.process_time() - start < 1


def test_flights_on_every_date(tables: Tables) -> None:
    flights = tables["flights"].values()
    assert 220 <= len(flights) <= 400
    seen: dict[str, set[str]] = {"past": set(), "today": set(), "later": set()}
    for flight in flights:
        assert list(flight["dates"]) == [f"2024-05-{day:02d}" for day in range(1, 31)]
        for date, day in flight["dates"].items():
            when = "past" if date < "2024-05-15" else "today" if date == "2024-05-15" else "later"
            seen[when].add(day["status"])
    assert seen == {
        "past": {"landed", "cancelled"},
        "today": {"landed", "flying", "on time", "delayed"},
        "later": {"available", "cancelled"},
    }


def test_most_pairs_have_several_ways(airline: Domain) -> None:
    sandbox = Sandbox(airline, generate_world(airline, 1, 5))
    airports = [each["iata"] for each in sandbox.call("list_all_airports", {}).value]
    counts = collections.Counter[str]()
    for origin in airports[:10]:
        for destination in airports[10:]:
            arguments = {"origin": origin, "destination": destination, "date": "2024-05-21"}
            direct = sandbox.call("search_direct_flight", arguments).value
            stops = sandbox.call("search_onestop_flight", arguments).value
            counts["direct"] += len(direct) >= 2
            counts["one stop"] += len(stops) >= 3
    assert counts["direct"] >= 20
    assert counts["one stop"] >= 55


def test_reservations_of_each_kind(tables: Tables) -> None:
    reservations = tables["reservations"].values()
    assert {each["cabin"] for each in reservations} == {"business", "economy", "basic_economy"}
    assert {each["flight_type"] for each in reservations} == {"one_way", "round_trip"}
    assert {len(each["flights"]) for each in reservations} == {1, 2, 3, 4}
    assert {len(each["passengers"]) for each in reservations} == {1, 2, 3, 4, 5}
    fresh = [each for each in reservations if each["created_at"] > "2024-05-14T15:00:00"]
    assert 0.05 < len(fresh) / len(reservations) < 0.2
    for each in reservations:
        assert each["created_at"][:10] <= each["flights"][0]["date"] and each["created_at"] < "2024-05-15T15:00:00"
        dates = [leg["date"] for leg in each["flights"]]
        assert dates == sorted(dates)
        member = tables["users"][each["user_id"]]["membership"]
        free = free_bags(member, each["cabin"], len(each["passengers"]))
        assert each["nonfree_baggages"] == max(0, each["total_baggages"] - free)
    statuses = collections.Counter(
        tables["flights"][leg["flight_number"]]["dates"][leg["date"]]["status"]
        for each in reservations
        for leg in each["flights"]
    )
    assert set(statuses) == {"available", "cancelled", "landed", "on time", "delayed", "flying"}
    assert statuses["cancelled"] > 100


def test_people(tables: Tables) -> None:
    users = tables["users"].values()
    assert len({user["email"] for user in users}) == len(users)
    assert {user["membership"] for user in users} == {"regular", "silver", "gold"}
    assert all(user["saved_passengers"] and user["payment_methods"] for user in users)
    assert {len(user["reservations"]) for user in users} == set(range(10))
    methods = [each for user in users for each in user["payment_methods"].values()]
    assert {each["source"] for each in methods} == {"credit_card", "gift_card", "certificate"}
    for each in methods:
        assert ("amount" in each) == (each["source"] != "credit_card")
        assert ("last_four" in each) == ("brand" in each) == (each["source"] == "credit_card")
