from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from stages.generate_tasks.hitting import minimum

CLAUSES = st.lists(st.sets(st.integers(0, 6), min_size=1, max_size=4), max_size=8)


@given(CLAUSES)
def test_is_as_small_as_trying_all_sets_finds(clauses: list[set[int]]) -> None:
    found = minimum(clauses)
    assert all(found & clause for clause in clauses)
    for size in range(len(found)):
        for smaller in itertools.combinations(range(7), size):
            assert not all(set(smaller) & clause for clause in clauses)


@given(CLAUSES)
def test_does_not_depend_on_the_order_of_clauses(clauses: list[set[int]]) -> None:
    assert minimum(clauses) == minimum(list(reversed(clauses)))


def test_nothing_to_hit_needs_nothing() -> None:
    assert minimum([]) == frozenset()
