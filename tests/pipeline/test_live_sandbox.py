"""A live sandbox answers as the backend would in every state, and asks it nothing twice."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.live_explore import explore
from pipeline.live_sandbox import Answer, Journal, LiveSandbox
from schemas.world import World
from tests.tool_specs.library import library, world
from tool_specs.recorded import recorded_domain, recorded_tools
from tool_specs.sandbox import Result, Sandbox

Step = tuple[str, dict[str, Any]]


class Library:
    """A backend over the toy domain's in-process sandbox: it has a state only while it is asked."""

    def __init__(self) -> None:
        self.start = Sandbox(library(), world())
        self.asked = 0

    def _at(self, journal: Journal) -> Sandbox:
        sandbox = self.start.fork()
        for written in journal:
            assert not sandbox.call(written.tool, written.arguments).error
        return sandbox

    def read(self, journal: Journal, tool: str, arguments: dict[str, Any]) -> Answer:
        self.asked += 1
        return _answer(self._at(journal).call(tool, arguments))

    write = read

    def digest(self, journal: Journal) -> str:
        return self._at(journal).digest()

    def twice(self, tool: str, arguments: dict[str, Any]) -> tuple[Answer, Answer]:
        return self.read((), tool, arguments), self.read((), tool, arguments)

    def digests(self) -> tuple[str, str]:
        return self.start.digest(), self.start.digest()

    def renew(self) -> None: ...


def _answer(result: Result) -> Answer:
    return Answer(result.error, result.content.removeprefix("Error: ") if result.error else result.value)


def live() -> tuple[LiveSandbox, Library]:
    backend = Library()
    specs = [tool.spec for tool in library().tools.values()]
    cards = [f"C-1-{number}" for number in range(3)]
    found = explore(backend, specs, frozenset(), {"card": cards}, observable=True)
    assert not found.problems
    bare = dataclasses.replace(library(), tools=recorded_tools(found.specs))
    domain = recorded_domain(bare, found.tables)
    return LiveSandbox(domain, World.of("library", "recorded:test", found.tables), backend), backend


LIVE, BACKEND = live()
loans = st.sampled_from([f"L{number}" for number in range(9)])
readers = st.sampled_from([f"R{number}" for number in range(3)])
steps: st.SearchStrategy[list[Step]] = st.lists(
    st.one_of(
        st.tuples(st.just("get_loan"), st.fixed_dictionaries({"loan_id": loans})),
        st.tuples(st.just("get_reader"), st.fixed_dictionaries({"reader_id": readers})),
        st.tuples(st.just("renew_loan"), st.fixed_dictionaries({"loan_id": loans, "times": st.integers(-3, 6)})),
        st.tuples(st.just("lend"), st.fixed_dictionaries({"loan_id": loans, "reader_id": readers})),
        st.tuples(st.just("give_back"), st.fixed_dictionaries({"loan_id": loans})),
        st.tuples(st.just("get_lone"), st.just({})),
        st.tuples(st.just("get_loan"), st.fixed_dictionaries({"loan_id": st.integers()})),
    ),
    max_size=8,
)


def test_exploration_records_what_can_be_reached() -> None:
    tables = LIVE.world.tables
    assert set(tables["find_reader"]) == {"C-1-0", "C-1-1", "C-1-2"}
    assert set(tables["get_reader"]) == {"R0", "R1", "R2"} and len(tables["get_loan"]) == 6
    assert tables["get_loan"]["L1"] == {"loan_id": "L1", "reader": "R0", "title": "Book L1", "renewals": 0}
    assert "renew_loan" not in tables


@given(steps)
@settings(max_examples=100, deadline=None)
def test_it_answers_as_the_backend_does(calls: list[Step]) -> None:
    real, fork = Sandbox(library(), world()), LIVE.fork()
    for call in calls:
        expected, got = real.call(*call), fork.call(*call)
        assert (got.content, got.error, got.value) == (expected.content, expected.error, expected.value)
    assert fork.digest() == real.digest()
    assert LIVE.diff() == {} and LIVE.digest() == Sandbox(library(), world()).digest()


@given(steps, steps)
@settings(max_examples=60, deadline=None)
def test_forks_are_independent(first: list[Step], second: list[Step]) -> None:
    parent = LIVE.fork()
    for call in first:
        parent.call(*call)
    before = parent.digest(), parent.diff()
    child = parent.fork()
    results = [child.call(*call) for call in second]
    assert (parent.digest(), parent.diff()) == before
    asked = BACKEND.asked
    again = parent.fork()
    assert [again.call(*call) for call in second] == results and again.digest() == child.digest()
    assert BACKEND.asked == asked, "what was answered once is remembered"


def test_diff_names_the_reads_that_answer_otherwise() -> None:
    fork = LIVE.fork()
    fork.call("renew_loan", {"loan_id": "L1"})
    assert fork.diff() == {"get_loan": {"L1": {**LIVE.world.tables["get_loan"]["L1"], "renewals": 1}}}
    fork.call("renew_loan", {"loan_id": "L1", "times": -1})
    assert fork.diff() == {} and fork.digest() == LIVE.digest()
    gone = LIVE.fork()
    gone.call("give_back", {"loan_id": "L1"})
    assert gone.diff()["get_loan"] == {"L1": None} and gone.diff()["get_reader"]["R0"]["loans"] == ["L0"]


def test_a_failing_write_leaves_nothing_behind() -> None:
    fork = LIVE.fork()
    result = fork.call("renew_loan", {"loan_id": "L1", "times": 10})
    assert result.error and result.content == "Error: Too many renewals" and fork.digest() == LIVE.digest()


def test_a_response_can_be_another_one() -> None:
    row = {**LIVE.world.tables["get_loan"]["L1"], "title": "Another"}
    changed = LIVE.with_rows({"get_loan": {"L1": row}})
    assert changed.call("get_loan", {"loan_id": "L1"}).value == row
    assert changed.call("get_loan", {"loan_id": "L0"}) == LIVE.call("get_loan", {"loan_id": "L0"})
    assert changed.diff() == {} and LIVE.call("get_loan", {"loan_id": "L1"}).value != row
    check = LIVE.domain.check_row
    assert check(LIVE.state, "get_loan", "L1", row)
    assert not check(LIVE.state, "get_loan", "L1", {**row, "loan_id": "L2"}), "an id is what others know it by"


@pytest.mark.parametrize("wrong", [("get_lone", {}), ("get_loan", {"loan_id": 3})])
def test_calls_that_make_no_sense_reach_no_server(wrong: Step) -> None:
    asked = BACKEND.asked
    assert LIVE.fork().call(*wrong) == Sandbox(library(), world()).call(*wrong)
    assert BACKEND.asked == asked
