from __future__ import annotations

import dataclasses

import pytest

from schemas.tool import ToolSpec
from schemas.world import Tables, World
from tests.tool_specs.library import library
from tool_specs.domain import Domain
from tool_specs.recorded import answer_of, arguments_of, recorded_domain, recorded_tools, row_id, row_of
from tool_specs.sandbox import Sandbox


def spec(name: str, effect: str = "read", **parameters: str) -> ToolSpec:
    properties = {each: {"type": kind} for each, kind in parameters.items()}
    schema = {"type": "object", "properties": properties, "required": list(parameters)}
    return ToolSpec(name=name, description=name, parameters=schema, effect=effect)  # type: ignore[arg-type]


READS = [
    spec("list_loans", reader_id="string"),
    spec("get_loan", loan_id="string"),
    spec("get_shelf", number="integer"),
    spec("find", title="string", year="integer"),
    spec("branches"),
]
TABLES: Tables = {
    "list_loans": {"R1": {"loans": [{"loan_id": "L1", "title": "Kim"}, {"loan_id": "L2", "title": "Emma"}]}},
    "get_loan": {
        "L1": {"loan_id": "L1", "title": "Kim", "fee": 2.0},
        "L2": {"loan_id": "L2", "title": "Emma", "fee": 5.0},
    },
    "get_shelf": {"3": {"number": 3}},
    "find": {},
    "branches": {"{}": {"#answer": ["Station", "Harbour"]}},
}


def domain() -> Domain:
    tools = recorded_tools([*READS, spec("renew", "write", loan_id="string")])
    return recorded_domain(dataclasses.replace(library(), tools=tools), TABLES)


@pytest.mark.parametrize(
    ("read", "arguments", "id_"),
    [
        (1, {"loan_id": "L1"}, "L1"),
        (2, {"number": 3}, "3"),
        (3, {"title": "Kim", "year": 1901}, '{"title":"Kim","year":1901}'),
        (4, {}, "{}"),
        (1, {"loan_id": "{odd}"}, '{"loan_id":"{odd}"}'),
    ],
)
def test_a_row_id_stands_for_arguments(read: int, arguments: dict[str, object], id_: str) -> None:
    assert row_id(READS[read], arguments) == id_ and arguments_of(READS[read], id_) == arguments


def test_a_record_answers_like_a_world() -> None:
    sandbox = Sandbox(domain(), World.of("library", "recorded:test", TABLES))
    assert sandbox.call("get_loan", {"loan_id": "L1"}).rows == (("get_loan", "L1"),)
    assert sandbox.call("branches", {}).value == ["Station", "Harbour"] == answer_of(row_of(["Station", "Harbour"]))
    assert sandbox.call("get_loan", {"loan_id": "L9"}).error


def test_what_a_write_is_about_is_not_known_afterwards() -> None:
    sandbox = Sandbox(domain(), World.of("library", "recorded:test", TABLES))
    assert not sandbox.call("renew", {"loan_id": "L1"}).error
    gone = {table: set(rows) for table, rows in sandbox.diff().items()}
    assert gone == {"get_loan": {"L1"}, "list_loans": {"R1"}, "branches": {"{}"}}


def test_a_response_may_not_contradict_another_one() -> None:
    found = domain()
    state = Sandbox(found, World.of("library", "recorded:test", TABLES)).state
    loan = TABLES["get_loan"]["L1"]
    assert found.check_row(state, "get_loan", "L1", {**loan, "fee": 5.0}), "nobody else shows the fee"
    assert not found.check_row(state, "get_loan", "L1", {**loan, "title": "Dune"}), "the list shows the title"
    assert not found.check_row(state, "get_loan", "L1", {**loan, "loan_id": "L2"})
    swapped = {"loans": list(reversed(TABLES["list_loans"]["R1"]["loans"]))}
    assert found.check_row(state, "list_loans", "R1", swapped), "the order is its own"
    assert not found.check_row(state, "list_loans", "R1", {"loans": []})
