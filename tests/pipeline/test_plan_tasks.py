import itertools
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.plan_tasks import Fields, cell_of, first_orders, interleave, kind_shares, quotas, sequence
from pipeline.recipe import Recipe

DOMAINS = [{"name": "library", "share": 0.75}, {"name": "museum", "share": 0.25}]


def recipe(**changes):
    return Recipe.model_validate({"name": "r", "domains": DOMAINS, "seed": 5, **changes})


@given(
    st.dictionaries(st.integers(0, 30), st.floats(0.01, 1), min_size=1, max_size=12),
    st.integers(1, 400),
    st.booleans(),
)
def test_every_beginning_has_the_shares_give_or_take_one(weights, length, jitter):
    total = sum(weights.values())
    shares = {key: weight / total for key, weight in weights.items()}
    counts = Counter(itertools.islice(interleave(shares, ("x",) if jitter else ()), length))
    for key, share in shares.items():
        assert abs(counts[key] - share * length) <= 1 + len(shares) * share


@given(st.integers(1, 3000), st.integers(1, 4))
def test_quotas_sum_to_the_count(count, per_task):
    assert sum(quotas(recipe(count=count, behaviors_per_task=per_task)).values()) == count


def test_quotas_meet_the_shares_of_every_axis():
    plan = recipe(count=6000)
    wanted = quotas(plan)

    def share(**fields):
        rows = (rows for cell, rows in wanted.items() if all(getattr(cell, k) == v for k, v in fields.items()))
        return sum(rows) / 6000

    assert share(domain="museum") == pytest.approx(0.25, abs=0.005)
    assert share(split="validation") == pytest.approx(0.05, abs=0.005)
    for kind, part in plan.tasks.items():
        assert share(kind=kind) == pytest.approx(part, abs=0.005)
    for burden, part in plan.grid.burden.items():
        assert share(kind="read_heavy", burden=burden) == pytest.approx(0.5 * part, abs=0.006)
    for decisions, part in plan.grid.decisions.items():
        assert share(kind="write_intensive", num_writes=decisions) == pytest.approx(0.2 * part, abs=0.006)


def test_small_counts_favour_no_size_of_cell():
    wanted = Counter()
    for seed in range(40):
        for cell, rows in quotas(recipe(count=60, seed=seed, tasks={"mixed": 1.0}, behaviors_per_task=1)).items():
            wanted[cell.num_writes] += rows
    shares = {decisions: rows / 2400 for decisions, rows in wanted.items()}
    expected = {2: 0.375, 3: 0.3125, 4: 0.1875, 5: 0.125}
    assert {n: pytest.approx(part, abs=0.04) for n, part in expected.items()} == shares


def test_a_larger_count_orders_the_same_tasks_first():
    few, many = (list(first_orders(recipe(count=count))) for count in (300, 900))
    assert many[: len(few)] == few
    assert len({spec.id for spec in many}) == len(many)


def test_cells_may_be_given_outright():
    cells = kind_shares(recipe(grid={"cells": {"1x9": 0.25, "3x4": 0.75}}, tasks={"must_refuse": 0.2}))
    assert cells["read_heavy"] == {(1, 9): pytest.approx(0.2)}
    assert cells["mixed"] == {(3, 4): pytest.approx(0.6)}
    assert set(cells) == {"read_heavy", "mixed", "must_refuse"}


def fields(cell, **changes):
    given = {**cell._asdict(), "plausible_burden": cell.burden, **changes}
    return Fields(**given)


def test_rows_find_their_cell_and_strangers_do_not():
    wanted = quotas(recipe(count=2000))
    exact = next(cell for cell in wanted if cell.kind == "read_heavy")
    assert cell_of(fields(exact), wanted, "logical") == exact
    loose = next(cell for cell in wanted if cell.kind == "write_intensive")
    assert cell_of(fields(loose, burden=77), wanted, "logical") == loose
    assert cell_of(fields(exact, burden=77), wanted, "logical") is None


def test_a_grid_of_plausible_burdens_looks_at_those():
    wanted = quotas(recipe(count=2000))
    exact = next(cell for cell in wanted if cell.kind == "read_heavy")
    assert cell_of(fields(exact, burden=77), wanted, "plausible") == exact
    assert cell_of(fields(exact, plausible_burden=77), wanted, "plausible") is None


def test_kinds_carry_the_axes_that_the_recipe_says():
    for cell in itertools.islice(sequence(recipe()), 2000):
        if cell.kind == "read_heavy":
            assert cell.num_writes == 1 and cell.burden is not None
        if cell.kind == "mixed":
            assert cell.num_writes >= 2 and cell.burden is not None
        if cell.kind == "write_intensive":
            assert cell.num_writes >= 1 and cell.burden is None
        if cell.kind in ("information", "must_refuse"):
            assert cell.num_writes == 0
