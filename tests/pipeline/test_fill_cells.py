"""Rounds fill cells at any yield: a weak model's as a script's, and never for more tasks than that takes."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from pipeline.fill_cells import MOST_PER_ROW, Filling
from pipeline.recipe import Recipe


def filled(passing: float, per_task: int, seed: int) -> tuple[Filling, list[int]]:
    """Returns what is filled when so many of the dialogues pass, and how many tasks each round had."""
    recipe = Recipe.model_validate(
        {
            "name": "toy",
            "count": 200,
            "domains": [{"name": "retail"}],
            "tasks": {"read_heavy": 1.0},
            "grid": {"burden": {3: 0.5, 5: 0.5}},
            "behaviors_per_task": per_task,
        }
    )
    filling, rng, rounds = Filling(recipe), random.Random(seed), list[int]()
    while (orders := filling.next_round()) is not None:
        every = list(orders)
        rounds.append(len(every))
        for spec in every:
            cell = filling._cell_of(spec)
            assert cell is not None
            filling.kept[cell] += sum(rng.random() < passing for _ in range(per_task))
    return filling, rounds


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("passing", [0.2, 0.4])
def test_a_weak_models_cells_are_full_in_few_rounds(passing: float, seed: int) -> None:
    filling, rounds = filled(passing, 1, seed)
    assert filling.total == 200
    assert len(rounds) <= 8, rounds  # as many tasks as rows are missing would be 15 at a yield of a fifth
    assert sum(rounds) <= 1.6 * 200 / passing, rounds


@pytest.mark.parametrize("per_task", [1, 3])
def test_a_scripts_rounds_order_hardly_more_than_is_missing(per_task: int) -> None:
    filling, rounds = filled(0.97, per_task, 1)
    assert filling.total == 200
    assert sum(rounds) <= 1.1 * 200 / (0.97 * per_task), rounds


def test_a_round_orders_no_more_than_so_many_tasks_for_a_row() -> None:
    filling, _ = filled(0.97, 1, 1)
    cell = next(iter(filling.quota))
    filling.kept, filling._ordered = Counter({cell: 1}), Counter({cell: 1_000})
    assert filling._tasks_for(cell, 5) == 5 * MOST_PER_ROW
