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
from tool_specs.retail.integrity import check_tables
from tool_specs.retail.rows import ROWS
from tool_specs.retail.world import generate


@pytest.fixture(scope="module")
def tables() -> Tables:
    return generate(3, 500)


def test_the_same_seed_and_size_give_the_same_bytes_in_another_process() -> None:
    code = (
        "import hashlib, orjson; from tool_specs.retail.world import generate;"
        "print(hashlib.sha256(orjson.dumps(generate(5, 40))).hexdigest())"
    )
    root = Path(__file__).resolve().parents[3]
    environment = {**os.environ, "PYTHONHASHSEED": "77"}
    there = subprocess.run([sys.executable, "-c", code], cwd=root, env=environment, capture_output=True, check=True)
    assert there.stdout.decode().strip() == hashlib.sha256(orjson.dumps(generate(5, 40))).hexdigest()


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


def test_customers_are_rich_in_orders(tables: Tables) -> None:
    orders = tables["orders"]
    statuses = [
        collections.Counter(orders[each]["status"] for each in user["orders"]) for user in tables["users"].values()
    ]
    counts = [status.total() for status in statuses]
    assert set(counts) == set(range(11))
    rich = [status for status in statuses if status.total() >= 4]
    assert len(rich) / len(counts) >= 0.35
    both = [status for status in rich if status["pending"] >= 2 and status["delivered"] >= 2]
    assert len(both) / len(rich) >= 0.7
    assert set(collections.Counter(order["status"] for order in orders.values())) == {
        "pending",
        "processed",
        "delivered",
        "cancelled",
    }
    assert set(collections.Counter(len(order["items"]) for order in orders.values())) == {1, 2, 3, 4, 5}


def test_products_have_grids_of_options(tables: Tables) -> None:
    assert len(tables["products"]) == 50
    for product in tables["products"].values():
        variants = list(product["variants"].values())
        assert 6 <= len(variants) <= 20
        assert len({each["price"] for each in variants}) == len(variants)
        assert len({tuple(each["options"].items()) for each in variants}) == len(variants)
        assert 3 <= len(variants[0]["options"]) <= 5
        assert sum(each["available"] for each in variants) >= 2


def test_comparisons_rarely_tie(tables: Tables) -> None:
    totals = [order["payment_history"][0]["amount"] for order in tables["orders"].values()]
    assert len(set(totals)) / len(totals) > 0.9
    for user in tables["users"].values():
        own = [tables["orders"][each]["payment_history"][0]["amount"] for each in user["orders"]]
        assert len(set(own)) == len(own)


def test_people_are_told_apart(tables: Tables) -> None:
    users = tables["users"].values()
    assert len({user["email"] for user in users}) == len(users)
    assert len({(*user["name"].values(), user["address"]["zip"]) for user in users}) == len(users)
    for user in users:
        name = user["name"]["first_name"].lower(), user["name"]["last_name"].lower()
        assert user["email"].startswith(".".join(name)) and user["user_id"].startswith("_".join(name))
        assert len(user["address"]["zip"]) == 5


def test_payment_methods_of_each_kind(tables: Tables) -> None:
    methods = [each for user in tables["users"].values() for each in user["payment_methods"].values()]
    assert {each["source"] for each in methods} == {"credit_card", "paypal", "gift_card"}
    for each in methods:
        assert ("balance" in each) == (each["source"] == "gift_card")
        assert ("last_four" in each) == ("brand" in each) == (each["source"] == "credit_card")
