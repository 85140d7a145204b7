from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.world import Tables, World
from tests.tool_specs.library import CARELESS, OFFICIAL, generate, library, world
from tool_specs.sandbox import Sandbox

DOMAIN = library()
Step = tuple[str, dict[str, Any]]


def fresh(tables: Tables) -> Sandbox:
    return Sandbox(DOMAIN, World.of("library", "generated:test", copy.deepcopy(tables)))


def tables_of(sandbox: Sandbox) -> Tables:
    return {table: dict(sandbox.state.rows(table)) for table in sandbox.world.tables}


loans = st.sampled_from([f"L{number}" for number in range(9)])
readers = st.sampled_from([f"R{number}" for number in range(3)])
steps: st.SearchStrategy[list[Step]] = st.lists(
    st.one_of(
        st.tuples(st.just("get_loan"), st.fixed_dictionaries({"loan_id": loans})),
        st.tuples(st.just("renew_loan"), st.fixed_dictionaries({"loan_id": loans, "times": st.integers(-3, 6)})),
        st.tuples(st.just("lend"), st.fixed_dictionaries({"loan_id": loans, "reader_id": readers})),
        st.tuples(st.just("give_back"), st.fixed_dictionaries({"loan_id": loans})),
    ),
    max_size=12,
)


@given(steps)
@settings(max_examples=150, deadline=None)
def test_digest_of_a_changed_fork_is_that_of_a_world_with_these_rows(calls: list[Step]) -> None:
    start = Sandbox(DOMAIN, world())
    fork = start.fork()
    for call in calls:
        fork.call(*call)
    assert fork.digest() == fresh(tables_of(fork)).digest()
    assert bool(fork.diff()) == (fork.digest() != start.digest())
    assert start.diff() == {} and tables_of(start) == generate(1, 3)


@given(steps, steps)
@settings(max_examples=100, deadline=None)
def test_nested_forks_are_independent(first: list[Step], second: list[Step]) -> None:
    parent = Sandbox(DOMAIN, world()).fork()
    for call in first:
        parent.call(*call)
    before = parent.digest(), parent.diff(), tables_of(parent)
    child = parent.fork()
    results = [child.call(*call) for call in second]
    assert (parent.digest(), parent.diff(), tables_of(parent)) == before
    assert [parent.call(*call) for call in second] == results, "the same calls give the same answers"
    assert parent.digest() == child.digest() and parent.diff() == child.diff()


@given(steps)
@settings(max_examples=100, deadline=None)
def test_diff_applied_to_the_world_gives_the_state(calls: list[Step]) -> None:
    fork = Sandbox(DOMAIN, world()).fork()
    for call in calls:
        fork.call(*call)
    tables = generate(1, 3)
    for table, rows in fork.diff().items():
        for id_, row in rows.items():
            tables[table].pop(id_, None)
            if row is not None:
                tables[table][id_] = row
    assert fresh(tables).digest() == fork.digest()
    changed = Sandbox(DOMAIN, world()).with_rows(fork.diff())
    assert changed.digest() == fork.digest() and changed.diff() == {}


def test_edit_and_undo_is_no_change() -> None:
    sandbox = Sandbox(DOMAIN, world())
    fork = sandbox.fork()
    fork.call("set_title", {"loan_id": "L1", "title": "Other"})
    assert fork.diff() == {"loans": {"L1": {**generate(1, 3)["loans"]["L1"], "title": "Other"}}}
    assert fork.digest() != sandbox.digest()
    fork.call("set_title", {"loan_id": "L1", "title": "Book L1"})
    assert fork.diff() == {} and fork.digest() == sandbox.digest()


def test_a_failing_write_leaves_nothing_behind() -> None:
    sandbox = Sandbox(DOMAIN, world())
    result = sandbox.call("renew_loan", {"loan_id": "L1", "times": 10})
    assert result.error and result.content == "Error: Too many renewals" and result.value is None
    assert sandbox.diff() == {}


@pytest.mark.parametrize(
    ("name", "arguments", "words"),
    [
        ("get_lone", {}, "Error: there is no tool 'get_lone'; did you mean 'get_loan'?"),
        ("get_loan", {}, "Error: get_loan: missing argument 'loan_id'"),
        ("get_loan", {"loan_id": ["L1"]}, "Error: get_loan: argument 'loan_id' must be a string"),
        ("get_loan", None, "Error: get_loan: the arguments must be a JSON object"),
        ("get_loan", {"loan_id": "L99"}, "Error: Loan not found"),
    ],
)
def test_bad_calls_are_answered_not_raised(name: str, arguments: Any, words: str) -> None:
    result = Sandbox(DOMAIN, world()).call(name, arguments)
    assert result.error and result.content.startswith(words)


def test_results_are_compact_json_or_plain_text_and_name_their_rows() -> None:
    sandbox = Sandbox(DOMAIN, world())
    result = sandbox.call("get_loan", {"loan_id": "L1"})
    assert result.content == '{"loan_id":"L1","reader":"R0","title":"Book L1","renewals":0}'
    assert result.rows == (("loans", "L1"),)
    found = sandbox.call("find_reader", {"card": "C-1-2"})
    assert (found.content, found.rows) == ("R2", (("readers", "R2"),))
    assert sandbox.call("give_back", {"loan_id": "L1"}).rows == (("loans", "L1"), ("readers", "R0"))
    assert sandbox.call("get_loan", {"loan_id": "L1"}).rows == (("loans", "L1"),), "also a look at nothing"


def test_null_fields_are_left_out() -> None:
    row = {**generate(1, 3)["loans"]["L1"], "note": None, "history": [{"by": None, "at": 1}]}
    result = Sandbox(DOMAIN, world()).with_rows({"loans": {"L1": row}}).call("get_loan", {"loan_id": "L1"})
    assert "null" not in result.content and "note" not in result.value and result.value["history"] == [{"at": 1}]


def test_an_index_follows_changed_rows() -> None:
    sandbox = Sandbox(DOMAIN, world())
    assert sandbox.call("find_reader", {"card": "C-1-0"}).content == "R0"
    rows = generate(1, 3)["readers"]
    other = sandbox.with_rows({"readers": {"R0": {**rows["R0"], "card": "new"}, "R2": None}})
    assert other.call("find_reader", {"card": "new"}).content == "R0"
    assert other.call("find_reader", {"card": "C-1-0"}).error and other.call("find_reader", {"card": "C-1-2"}).error
    assert sandbox.call("find_reader", {"card": "C-1-0"}).content == "R0"
    twins = sandbox.with_rows({"readers": {"R2": {**rows["R2"], "card": "C-1-1"}, "R1": dict(rows["R1"])}})
    assert twins.call("find_reader", {"card": "C-1-1"}).content == "R1", "the first in table order, as in a fresh world"
    both = twins.state
    assert list(both.find_all("reader_by_card", "C-1-1")) == ["R1", "R2"]
    assert list(both.seen) == [("readers", "R1"), ("readers", "R2")]
    assert list(both.find_all("reader_by_card", "C-1-2")) == []


def test_with_rows_is_a_new_start() -> None:
    row = {**generate(1, 3)["loans"]["L1"], "title": "Changed world"}
    changed = Sandbox(DOMAIN, world()).with_rows({"loans": {"L1": row, "L2": None}})
    assert changed.diff() == {} and changed.state.ids("loans") == ["L0", "L1", "L3", "L4", "L5"]
    changed.call("renew_loan", {"loan_id": "L1"})
    assert changed.diff() == {"loans": {"L1": {**row, "renewals": 1}}}
    assert row["renewals"] == 0


def test_state_says_what_it_cannot_do() -> None:
    state = Sandbox(DOMAIN, world()).state
    for wrong in (
        lambda: state.edit("loans", "L99"),
        lambda: state.delete("loans", "L99"),
        lambda: state.insert("loans", "L1", {}),
    ):
        with pytest.raises(KeyError, match="loans"):
            wrong()
    state.delete("loans", "L1")
    assert state.row("loans", "L1") is None and "L1" not in state.ids("loans")


def test_a_read_that_mutates_a_shared_row_is_caught() -> None:
    sandbox = Sandbox(library(CARELESS), world(), audit=True)
    assert not sandbox.call("get_loan", {"loan_id": "L1"}).error and not sandbox.violations
    sandbox.fork().call("peek_carelessly", {"loan_id": "L1"})
    (violation,) = sandbox.violations
    assert (violation.tool, violation.table, violation.id) == ("peek_carelessly", "loans", "L1")


def test_a_read_that_mutates_its_own_fork_is_caught() -> None:
    sandbox = Sandbox(library(CARELESS), world(), audit=True)
    sandbox.call("renew_loan", {"loan_id": "L1"})
    sandbox.call("peek_carelessly", {"loan_id": "L1"})
    assert [each.id for each in sandbox.violations] == ["L1"]


def test_a_read_that_edits_is_caught_even_without_audit() -> None:
    sandbox = Sandbox(library(OFFICIAL), world())
    sandbox.call("peek_officially", {"loan_id": "L1"})
    assert [(each.tool, each.id) for each in sandbox.violations] == [("peek_officially", "L1")]


def test_results_say_what_was_looked_up_whether_it_was_found_or_not() -> None:
    from tool_specs.catalog import domain
    from tool_specs.domain import generate_world

    airline = domain("airline")
    sandbox = Sandbox(airline, generate_world(airline, 1, 20))
    number, flight = next(iter(sandbox.world.tables["flights"].items()))
    elsewhere = {**flight, "flight_number": "HAT999", "origin": flight["destination"], "destination": flight["origin"]}
    date = next(date for date, day in flight["dates"].items() if day["status"] == "available")
    there = {"origin": flight["origin"], "destination": flight["destination"], "date": date}
    back = {"origin": flight["destination"], "destination": flight["origin"], "date": date}
    ways = sandbox.looked_up_by("flights", "HAT999", elsewhere)
    for tool in ("search_direct_flight", "search_onestop_flight"):
        assert not ways.isdisjoint(sandbox.call(tool, back).keys)
    assert ways.isdisjoint(sandbox.call("search_direct_flight", there).keys)
    assert ("flights", number) in sandbox.call("search_direct_flight", there).rows
    changed = sandbox.with_rows({"flights": {"HAT999": elsewhere}})
    assert sandbox.call("search_direct_flight", back).content != changed.call("search_direct_flight", back).content


def test_who_looked_up_no_way_to_a_new_row_answers_as_before() -> None:
    from tool_specs.catalog import domain
    from tool_specs.domain import generate_world

    airline = domain("airline")
    sandbox = Sandbox(airline, generate_world(airline, 1, 20))
    flights = list(sandbox.world.tables["flights"].values())
    told = 0
    for flight in flights[:12]:
        row = {**flight, "flight_number": "HAT999"}
        ways = sandbox.looked_up_by("flights", "HAT999", row)
        changed = sandbox.with_rows({"flights": {"HAT999": row}})
        for other in flights[::7]:
            for tool in ("search_direct_flight", "search_onestop_flight"):
                asked = {"origin": other["origin"], "destination": flight["destination"], "date": "2024-05-20"}
                before = sandbox.call(tool, asked)
                if ways.isdisjoint(before.keys) and ways.isdisjoint(before.rows):
                    assert changed.call(tool, asked).content == before.content
                    told += 1
    assert told > 20
