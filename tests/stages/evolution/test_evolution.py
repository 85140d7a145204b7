"""Persona evolution on synthetic people: points with known classes and clouds, and a target known to be best."""

from __future__ import annotations

import numpy as np
import pytest

from schemas.behavior import BehaviorSpace
from stages.behaviors.space import SPACE, sum_problem
from stages.evolution import Fitness, Measured, Mutation, search
from stages.evolution.fitness import MOST_USERS, SCHEDULE, vectors
from stages.evolution.forest import DEPTH, Forest
from stages.evolution.search import reweighted

RANDOM = np.random.default_rng(3)
PEOPLE = RANDOM.normal(0, 1, (200, 6))
BASE = RANDOM.normal(1.5, 0.3, (200, 6))
FITNESS = Fitness.against(PEOPLE.tolist(), BASE.tolist(), 7)


def test_the_forest_tells_classes_apart_that_it_has_not_seen() -> None:
    forest = Forest.grown(PEOPLE, BASE, 7, trees=40)
    people, base = RANDOM.normal(0, 1, (300, 6)), RANDOM.normal(1.5, 0.3, (300, 6))
    assert (forest.likely(people) > 0.5).mean() > 0.9
    assert (forest.likely(base) < 0.5).mean() > 0.95


def test_classes_of_unlike_size_count_alike() -> None:
    """Of 30 people four in five say please, of 500 others one in five: who says it is a person four times in five."""
    people = np.array([[1.0]] * 24 + [[0.0]] * 6)
    others = np.array([[1.0]] * 100 + [[0.0]] * 400)
    said, unsaid = Forest.grown(people, others, 7, trees=60).likely(np.array([[1.0], [0.0]]))
    assert said == pytest.approx(0.8, abs=0.05)
    assert unsaid == pytest.approx(0.2, abs=0.05)


def test_trees_are_no_deeper_than_they_may_be() -> None:
    tree = Forest.grown(PEOPLE, RANDOM.normal(0, 1, (200, 6)), 7, trees=1).trees[0]
    depth = {0: 0}
    for node in range(len(tree.column)):
        if tree.column[node] >= 0:
            depth[int(tree.low[node])] = depth[int(tree.high[node])] = depth[node] + 1
    assert max(depth.values()) == DEPTH


def test_the_same_seed_grows_the_same_forest() -> None:
    one, two = (Forest.grown(PEOPLE, BASE, 7, trees=5).likely(PEOPLE) for _ in range(2))
    assert (one == two).all()


def test_people_themselves_are_the_best_there_is() -> None:
    own, base = FITNESS.of(PEOPLE.tolist(), MOST_USERS), FITNESS.of(BASE.tolist(), MOST_USERS)
    assert own.coverage == pytest.approx(1.0)
    assert own.likeness > 0.9 > 0.1 > base.likeness
    assert own.total > base.total


def test_one_kind_of_people_is_like_people_and_covers_little() -> None:
    quick, slow = RANDOM.normal(-3, 0.3, (100, 4)), RANDOM.normal(3, 0.3, (100, 4))
    fitness = Fitness.against(np.concatenate([quick, slow]).tolist(), RANDOM.normal(0, 0.3, (200, 4)).tolist(), 7)
    one, both = fitness.of(quick.tolist(), MOST_USERS), fitness.of([*quick[:50], *slow[:50]], MOST_USERS)
    assert one.likeness > 0.95 and both.likeness > 0.95
    assert one.coverage < both.coverage - 0.2


def test_variety_counts_the_more_the_more_users_there_are() -> None:
    rows = BASE.tolist()  # varied little, and unlike people
    for users, share in zip(SCHEDULE, (0.25, 0.4, 0.5), strict=True):
        found = FITNESS.of(rows, users)
        assert found.total == pytest.approx((1 - share) * found.likeness + share * found.coverage)


def test_features_stand_in_the_order_of_their_names() -> None:
    assert vectors([{"b": 2.0, "a": 1.0}]) == [[1.0, 2.0]]


def terse(space: BehaviorSpace) -> float:
    return next(each.weight for each in space.behaviors if each.behavior == "terse")


def test_the_search_finds_the_weights_that_are_known_to_be_best() -> None:
    """Synthetic: a user is the more like people the terser it is, and all are equally varied."""

    def measure(space: BehaviorSpace, users: int) -> Measured:
        return Measured(terse(space), 0.5, 0.5 * terse(space) + 0.25)

    best, tried = search(SPACE, measure, Mutation(7), generations=30, children=8)
    assert terse(best.space) > terse(SPACE) + 0.2
    assert best.measured.total == max(each.measured.total for each in tried if each.users == MOST_USERS)
    assert tried[0].space is SPACE
    assert [each.users for each in tried] == sorted(each.users for each in tried)
    assert (best, tried) == search(SPACE, measure, Mutation(7), generations=30, children=8)


def test_what_is_varied_is_not_driven_out_by_what_is_likely() -> None:
    """MAP-Elites: a candidate of another field stays, however much better another one is."""
    seen: list[int] = []

    class Watching:
        def propose(self, elites, generation, number):  # type: ignore[no-untyped-def]
            seen.append(len({each.field for each in elites}))
            return Mutation(1).propose(elites, generation, number)

    def measure(space: BehaviorSpace, users: int) -> Measured:
        likeness = terse(space)
        return Measured(likeness, 1 - likeness, likeness)

    search(SPACE, measure, Watching(), generations=20, children=6)
    assert max(seen) > 1


def test_candidates_are_sound_spaces() -> None:
    mutation, space = Mutation(5), SPACE
    best, _ = search(space, lambda *_: Measured(0.5, 0.5, 0.5), mutation, generations=3, children=30)
    elites = [best]
    for number in range(200):
        found = mutation.propose(elites, 1, number)
        for axis in found.axes:
            total = sum(each.weight for each in found.behaviors if each.axis == axis.name)
            assert sum_problem(axis, total) == ""
        assert all(0 <= each.weight <= 1 for each in found.behaviors)


def test_an_axis_of_which_one_must_hold_is_never_left_without() -> None:
    none = reweighted(SPACE, {"neutral": 0.0, "terse": 0.0, "chatty": 0.0})
    assert sum(each.weight for each in none.behaviors if each.axis == "register") == pytest.approx(1.0)
