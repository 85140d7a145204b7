"""The pair under a budget: found greedily, and the same as the best of all combinations."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from schemas.program import Budget, OrderKey, Program, Term
from tool_specs.picking import pick_within

PROGRAMS = [
    Program(steps=(), order=(OrderKey(column=("copy", "rating"), descending=True),), pick="first"),
    Program(steps=(), order=(OrderKey(column=("copy", "fee"), descending=False),), pick="first"),
]
TERMS = (
    Term(program=0, column=("copy", "fee"), less=("old", "fee")),
    Term(program=1, column=("copy", "fee")),
)
Copies = list[tuple[int, int, int]]
copies = st.lists(st.tuples(st.integers(1, 5), st.integers(0, 900), st.integers(0, 300)), max_size=6)


def row(number: int, rating: int, cents: int, old: int) -> dict[str, object]:
    return {"n": number, "copy": {"rating": rating, "fee": cents / 100}, "old": {"fee": old / 100}}


@given(copies, copies, st.integers(0, 15))
def test_the_best_of_all_combinations_is_picked(one: Copies, other: Copies, limit: int) -> None:
    lists = [[row(n, *each) for n, each in enumerate(some)] for some in (one, other)]
    picked = pick_within(Budget(fact="limit", terms=TERMS), PROGRAMS, lists, {"limit": limit})
    within = [
        (a, b)
        for (a, x), (b, y) in itertools.product(enumerate(one), enumerate(other))
        if x[1] - x[2] + y[1] <= 100 * limit
    ]
    key = {(a, b): (-one[a][0], other[b][1]) for a, b in within}
    best = {pair for pair in within if key[pair] == min(key.values())}
    assert {r["n"] for r in picked[0]} == {a for a, _ in best}
    assert {r["n"] for r in picked[1]} == {b for _, b in best}


def test_what_lacks_a_price_is_not_picked() -> None:
    rows = [{"copy": {"rating": 5}, "old": {"fee": 1.0}}, {"copy": {"rating": 3, "fee": 2.0}, "old": {"fee": 1.0}}]
    budget = Budget(fact="limit", terms=TERMS[:1])
    assert pick_within(budget, PROGRAMS, [rows, []], {"limit": 10}) == {0: [rows[1]]}
