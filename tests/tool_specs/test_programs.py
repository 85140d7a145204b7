from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.base import decode, encode
from schemas.program import At, Bind, Call, Each, Fact, Filter, OrderKey, Program, column_id
from tool_specs.programs import MISSING, ReadAsk, bound, run, settled

LOANS = {
    "L1": {
        "id": "L1",
        "status": "open",
        "due": 5,
        "copies": [{"shelf": "A", "price": 9.5}, {"shelf": "B", "price": 7.0}],
    },
    "L2": {"id": "L2", "status": "open", "due": 3, "copies": [{"shelf": "A", "price": 8.0}]},
    "L3": {"id": "L3", "status": "closed", "due": 1, "copies": []},
}
STEPS = (
    Call(name="reader", tool="get_reader", arguments={"card": Fact(name="card")}),
    Each(name="loan_id", source=At(path=("reader", "loans"))),
    Call(name="loan", tool="get_loan", arguments={"loan_id": At(path=("loan_id",))}),
)
COPIES = Each(name="copy", source=At(path=("loan", "copies")))
OPEN = Filter(column=("loan", "status"), value="open")
FACTS = {"card": "C-1"}


def read(ask: ReadAsk) -> Any:
    if ask.tool == "get_reader":
        return {"loans": ["L1", "L2", "L3", "L2"]} if ask.arguments == {"card": "C-1"} else MISSING
    return LOANS.get(ask.arguments["loan_id"], MISSING)


def test_the_best_row_and_every_read_once() -> None:
    program = Program(steps=STEPS, where=(OPEN,), order=(OrderKey(column=("loan", "due")),), pick="first")
    found = run([program], FACTS, read)
    assert [row["loan"]["id"] for row in found.picked[0]] == ["L2", "L2"]
    assert [ask.arguments for ask in found.reads] == [{"card": "C-1"}, *({"loan_id": i} for i in ("L1", "L2", "L3"))]
    assert bound(Bind(program=0, column=("loan", "id")), [program], found) == "L2"


def test_filters_come_before_the_reads_that_they_make_needless() -> None:
    steps = (*STEPS, Call(name="again", tool="get_loan", arguments={"loan_id": At(path=("loan", "next"))}))
    program = Program(steps=steps, where=(Filter(column=("loan", "status"), value="lost"),), pick="all")
    assert len(run([program], FACTS, read).reads) == 4


def test_a_look_up_may_stop_at_its_row() -> None:
    program = Program(steps=STEPS, where=(Filter(column=("loan", "id"), value="L1"),))
    assert len(run([program], FACTS, read, exhaustive=False).reads) == 2
    assert len(run([program], FACTS, read).reads) == 4


def test_a_program_goes_on_from_the_rows_of_another() -> None:
    first = Program(steps=STEPS, where=(OPEN,), pick="all")
    cheapest = Program(steps=(COPIES,), order=(OrderKey(column=("copy", "price")),), pick="each", start=0)
    found = run([first, cheapest], FACTS, read)
    assert [row["copy"]["price"] for row in found.picked[1]] == [7.0, 8.0, 8.0]


def test_each_picks_nothing_where_one_row_has_nothing_or_a_tie() -> None:
    everything = Program(steps=STEPS, pick="all")
    cheapest = Program(steps=(COPIES,), order=(OrderKey(column=("copy", "price")),), pick="each", start=0)
    assert run([everything, cheapest], FACTS, read).picked[1] == ()


def test_unequal_values_that_tie_are_no_answer() -> None:
    program = Program(steps=STEPS, where=(OPEN,), order=(OrderKey(column=("loan", "status")),), pick="first")
    found = run([program], FACTS, read)
    assert bound(Bind(program=0, column=("loan", "id")), [program], found) is MISSING
    assert bound(Bind(program=0, column=("loan", "status")), [program], found) == "open"


def test_aggregates() -> None:
    program = Program(steps=(*STEPS, COPIES), where=(OPEN,), pick="all")
    found = run([program], FACTS, read)
    price = ("copy", "price")
    values = {
        how: bound(Bind(program=0, column=price, aggregate=how), [program], found)
        for how in ("count", "sum", "min", "max")
    }
    assert values == {"count": 4, "sum": 32.5, "min": 7.0, "max": 9.5}


def test_a_failed_read_drops_its_rows() -> None:
    assert run([Program(steps=STEPS, pick="all")], {"card": "C-9"}, read).picked[0] == ()


def test_a_fact_that_is_not_there_is_an_error() -> None:
    with pytest.raises(KeyError):
        run([Program(steps=STEPS)], {}, read)


def test_columns_are_named_without_bindings() -> None:
    programs = (Program(steps=(*STEPS, COPIES)), Program(steps=(), start=0))
    assert column_id(programs, 0, ("copy", "price")) == "get_loan.copies.*.price"
    assert column_id(programs, 1, ("loan", "due")) == "get_loan.due"


@given(st.lists(st.tuples(st.integers(0, 5), st.booleans(), st.integers(0, 3)), max_size=8), st.booleans())
def test_agrees_with_a_plain_sort(loans: list[tuple[int, bool, int]], descending: bool) -> None:
    rows = [
        {"id": str(n), "due": due, "open": is_open, "weight": weight} for n, (due, is_open, weight) in enumerate(loans)
    ]
    each = Each(name="loan", source=At(path=("reader", "loans")))
    order = (OrderKey(column=("loan", "due"), descending=descending), OrderKey(column=("loan", "weight")))
    where = (Filter(column=("loan", "open"), value=True),)
    program = Program(steps=(STEPS[0], each), where=where, order=order, pick="first")
    found = run([program], FACTS, lambda _: {"loans": rows})
    left = [row for row in rows if row["open"]]
    key = [((-row["due"] if descending else row["due"]), row["weight"]) for row in left]
    expected = [row for row, own in zip(left, key, strict=True) if own == min(key)]
    assert [row["loan"] for row in found.picked[0]] == expected


def test_a_wish_counts_where_a_row_grants_it_and_nothing_is_lost_where_none_does() -> None:
    def cheapest(*shelves: str) -> tuple[list[float], int]:
        wishes = tuple(Filter(column=("copy", "shelf"), value=shelf) for shelf in shelves)
        order = (OrderKey(column=("copy", "price")),)
        program = Program(steps=(*STEPS, COPIES), order=order, pick="first", prefer=wishes)
        found = run([program], FACTS, read)
        plain, compared = settled([program], found)
        assert run(plain, FACTS, read).picked == found.picked
        assert len(compared.candidates[0]) <= len(found.candidates[0])
        return [row["copy"]["price"] for row in found.picked[0]], len(found.reads)

    assert cheapest("B") == ([7.0], 4)
    assert cheapest("A") == ([8.0, 8.0], 4)
    assert cheapest("Z", "A") == ([8.0, 8.0], 4)
    assert cheapest("Z") == ([7.0], 4)


def test_a_program_without_wishes_has_the_bytes_it_always_had() -> None:
    assert b"prefer" not in encode(Program(steps=STEPS))
    wished = Program(steps=STEPS, pick="first", prefer=(OPEN,))
    assert decode(encode(wished), Program) == wished
