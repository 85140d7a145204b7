"""The second program agrees with what people worked out by hand, and disagrees with what is false."""

from __future__ import annotations

import copy
from typing import Any

import orjson
import pytest

from schemas.base import plain
from schemas.task import Task
from schemas.world import World
from tests.independent.checker import Checker
from tests.tool_specs.phrasing.samples import (
    MY_ITEMS,
    ORDER_ID,
    PARTS,
    PRINCIPAL,
    SHIP,
    TABLES,
    TASKS,
    TOP_PENDING,
    address_of,
    named,
    part,
    rows,
    task,
)
from tool_specs.catalog import domain
from tool_specs.sandbox import Sandbox

EMAIL = ("find_user_id_by_email", {"email": "nora.field2208@example.com"})
PROFILE = ("get_user_details", {"user_id": PRINCIPAL})
ORDERS = [("get_order_details", {"order_id": order_id}) for order_id in TABLES["orders"]]
CHAIR = "9100000001"
BOOTS = ("1400000001", "1400000002")
READS: dict[str, list[tuple[str, dict[str, Any]]]] = {
    "return_best_delivered": [EMAIL, PROFILE, *ORDERS],
    "cancel_named": [],
    "cancel_with_camera": [EMAIL, PROFILE, ("get_order_details", {"order_id": "#W7678072"})],
    "cancel_best_pending": [EMAIL, PROFILE, *ORDERS],
    "cancel_cheapest_of_named": [
        ("get_order_details", {"order_id": "#W4817420"}),
        ("get_order_details", {"order_id": "#W7678072"}),
    ],
    "balance": [EMAIL, PROFILE],
    "exchange_cheapest_black": [
        EMAIL,
        PROFILE,
        ("get_order_details", {"order_id": "#W3113816"}),
        ("get_product_details", {"product_id": CHAIR}),
    ],
}
"""Sample task -> the reads that a person finds necessary."""


def with_neighbour() -> dict[str, dict[str, Any]]:
    """The samples' world and one more person, so that columns have other values to take."""
    tables: dict[str, dict[str, Any]] = copy.deepcopy(TABLES)
    other = tables["users"]["otto_lane_1200"] = copy.deepcopy(tables["users"][PRINCIPAL])
    card = {"source": "gift_card", "id": "gift_card_6023546", "balance": 55.0}
    other |= {"user_id": "otto_lane_1200", "email": "otto.lane5@example.com", "orders": []}
    other["name"] = {"first_name": "Otto", "last_name": "Lane"}
    other["payment_methods"] = {"gift_card_6023546": card, **dict(list(other["payment_methods"].items())[1:])}
    for order_id, order in copy.deepcopy(TABLES["orders"]).items():
        twin = order_id[:-1] + ("1" if order_id[-1] != "1" else "2")
        tables["orders"][twin] = {**order, "order_id": twin, "user_id": "otto_lane_1200"}
        other["orders"].append(twin)
        for item in tables["orders"][twin]["items"]:
            item["price"] = round(item["price"] + 225.0, 2)
        tables["orders"][twin] = domain("retail").settle("orders", tables["orders"][twin])
    return tables


@pytest.fixture(scope="module")
def checker() -> Checker:
    return Checker(Sandbox(domain("retail"), World.of("retail", "file:samples", with_neighbour())))


def row(name: str, checker: Checker) -> dict[str, Any]:
    """A row whose dialogue is nothing but the gold write, and whose proof is a person's."""
    return row_of(name, TASKS[name], READS[name], checker)


def row_of(name: str, sample: Task, needed: list[tuple[str, dict[str, Any]]], checker: Checker) -> dict[str, Any]:
    task: dict[str, Any] = orjson.loads(orjson.dumps(plain(sample)))
    reads = [{"tool": tool, "arguments": arguments} for tool, arguments in needed]
    bound = len(reads)
    task["requests"][0]["proof"] |= {
        "reads": list(range(bound)),
        "reachable": reads,
        "lower": bound,
        "upper": bound,
    }
    fork = checker.sandbox.fork()
    task["initial_digest"] = fork.digest()
    messages: list[dict[str, Any]] = []
    for number, request in enumerate(task["requests"]):
        if request["kind"] == "write":
            result = fork.call(request["tool"], request["arguments"])
            call = {"id": f"call_{number}", "function": {"name": request["tool"], "arguments": request["arguments"]}}
            messages.append({"role": "assistant", "content": "", "tool_calls": [call]})
            messages.append({"role": "tool", "content": result.content, "tool_call_id": call["id"]})
    task["goal_digest"], task["burden"] = fork.digest(), bound
    return {"id": name, "messages": messages, "metadata": {"task": task}}


@pytest.mark.parametrize("name", READS)
def test_agrees_with_a_person(name: str, checker: Checker) -> None:
    assert checker.check(row(name, checker)) == []


def with_crowd() -> dict[str, dict[str, Any]]:
    """The world with many more orders of the neighbour: dear and pending with boots, cheap and pending, delivered.

    Of the pending ones without boots only the laptop is dear, and in no column is it among the first or the last.
    """
    tables = with_neighbour()
    otto = tables["users"]["otto_lane_1200"]
    shirt, boots = (
        next(item for order in tables["orders"].values() for item in order["items"] if item["name"] == name)
        for name in ("T-Shirt", "Hiking Boots")
    )
    base = next(o for o in tables["orders"].values() if o["user_id"] == otto["user_id"] and o["status"] == "delivered")
    for number in range(220):
        first = 9500000 if number >= 200 else 2000000
        order = {**copy.deepcopy(base), "order_id": f"#W{first + number}", "items": [shirt]}
        if number < 150 or number >= 200:
            order |= {"status": "pending", "fulfillments": []}
        if number < 150:
            order["items"] = [{**boots, "item_id": item_id, "price": 3000.0 + number} for item_id in BOOTS]
            for place, column in enumerate(PARTS):  # each column has both its ends in other orders
                turned = (number + 25 * place) % 150
                order["address"][column] = f"{'0' if turned < 75 else 'z'}{turned:03}"
        tables["orders"][order["order_id"]] = domain("retail").settle("orders", order)
        otto["orders"].append(order["order_id"])
    return tables


def test_what_one_program_wants_may_have_to_lack_what_another_one_does() -> None:
    """A dearer pending order is a witness only if it holds no boots: with them, *where the boots went* is ambiguous."""
    boots = rows(MY_ITEMS, named("Hiking Boots"), role="address")
    sources = {"order_id": ORDER_ID, **address_of(1, "order")}
    sample = task("read_heavy", part("write", SHIP, sources, TOP_PENDING, boots))
    checker = Checker(Sandbox(domain("retail"), World.of("retail", "file:crowd", with_crowd())))
    assert checker.check(row_of("ship", sample, [EMAIL, PROFILE, *ORDERS], checker)) == []


def changed(name: str, checker: Checker, **proof: Any) -> dict[str, Any]:
    found = copy.deepcopy(row(name, checker))
    found["metadata"]["task"]["requests"][0]["proof"] |= proof
    return found


def test_a_read_too_many_is_found(checker: Checker) -> None:
    name = "cancel_with_camera"
    false = changed(name, checker)
    task = false["metadata"]["task"]
    proof = task["requests"][0]["proof"]
    proof["reachable"].append({"tool": "get_order_details", "arguments": {"order_id": "#W9004417"}})
    proof |= {"reads": [0, 1, 2, 3], "lower": 4, "upper": 4}
    task["burden"] = 4
    problems = checker.check(false)
    assert len(problems) == 1
    assert "lower bound: own search shows" in problems[0]


def test_a_read_too_few_is_found(checker: Checker) -> None:
    false = changed("return_best_delivered", checker, reads=[0, 1, 2], lower=3, upper=3)
    assert any("upper bound" in problem for problem in checker.check(false))


def test_a_wrong_answer_is_found(checker: Checker) -> None:
    false = changed("return_best_delivered", checker)
    false["metadata"]["task"]["requests"][0]["arguments"]["item_ids"] = ["1300000001"]
    assert any("the programs give" in problem for problem in checker.check(false))


def test_a_tie_is_found(checker: Checker) -> None:
    false = changed("return_best_delivered", checker)
    false["metadata"]["task"]["requests"][0]["programs"][0]["order"] = []
    assert any("no unique answer" in problem for problem in checker.check(false))


def test_another_state_is_found(checker: Checker) -> None:
    false = row("cancel_with_camera", checker)
    false["messages"][0]["tool_calls"][0]["function"]["arguments"]["reason"] = "ordered by mistake"
    problems = checker.check(false)
    assert any("answers otherwise" in problem for problem in problems)
    assert any("not in the goal" in problem for problem in problems)


def test_a_witness_that_is_none_is_found(checker: Checker) -> None:
    edit = {"table": "orders", "key": "#W9004417", "values": [[["status"], "pending"]]}
    clause = {"reads": [2], "why": "witness", "witness": {"strength": "logical", "edits": [edit], "answer": None}}
    problems = checker.check(changed("cancel_with_camera", checker, clauses=[clause]))
    assert len(problems) == 1
    assert "clause 0: the stated witness is none" in problems[0]
