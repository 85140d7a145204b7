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

from schemas.world import Tables, World
from tool_specs import catalog
from tool_specs.retail.integrity import check_tables
from tool_specs.retail.rows import ROWS
from tool_specs.retail.world import generate
from tool_specs.sandbox import Sandbox


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
        "return requested",
        "exchange requested",
        "pending (item modified)",
    }
    assert set(collections.Counter(len(order["items"]) for order in orders.values())) == {1, 2, 3, 4, 5}


@pytest.mark.parametrize("status", ["return requested", "exchange requested"])
def test_requests_are_as_the_tools_leave_them(tables: Tables, status: str) -> None:
    kind = status.split()[0]
    fields = [name for name in ROWS["orders"].__annotations__ if name.startswith(f"{kind}_")]
    sandbox = Sandbox(catalog.domain("retail"), World.of("retail", "test", tables))
    orders = [each for each in tables["orders"].values() if each["status"] == status]
    assert len(orders) > 20
    for order in orders:
        before = {name: value for name, value in order.items() if name not in fields} | {"status": "delivered"}
        arguments = {"order_id": order["order_id"], "item_ids": order[f"{kind}_items"]}
        arguments["payment_method_id"] = order[f"{kind}_payment_method_id"]
        if kind == "exchange":
            arguments["new_item_ids"] = order["exchange_new_items"]
        then = sandbox.with_rows({"orders": {order["order_id"]: before}}).fork()
        assert then.call(f"{kind}_delivered_order_items", arguments).value == order


def test_modified_orders_are_as_the_tool_leaves_them(tables: Tables) -> None:
    orders = [each for each in tables["orders"].values() if each["status"] == "pending (item modified)"]
    assert len(orders) > 20
    for order in orders:
        first, second = order["payment_history"]
        signed = second["amount"] if second["transaction_type"] == "payment" else -second["amount"]
        assert second["payment_method_id"] == first["payment_method_id"]
        assert round(first["amount"] + signed, 2) == round(sum(item["price"] for item in order["items"]), 2)


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
    tied = 0
    for user in tables["users"].values():
        own = [tables["orders"][each]["payment_history"][0]["amount"] for each in user["orders"]]
        tied += len(set(own)) < len(own)
    assert tied / len(tables["users"]) < 0.01


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
