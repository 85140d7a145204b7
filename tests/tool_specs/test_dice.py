from __future__ import annotations

import collections

from tool_specs.dice import Dice, Ids


def test_the_same_seed_gives_the_same_choices() -> None:
    """Literal values: they must not change with the version of Python."""
    dice = Dice("test", 1)
    assert [dice.below(100) for _ in range(5)] == [10, 35, 51, 6, 27]
    assert Dice("test", 2).digits(8) != Dice("test", 3).digits(8)


def test_choices_stay_in_range() -> None:
    dice = Dice("range")
    assert {dice.between(2, 4) for _ in range(200)} == {2, 3, 4}
    assert sorted(dice.shuffled("abcde")) == list("abcde")
    counts = collections.Counter(dice.weighted([("a", 3), ("b", 1), ("c", 0)]) for _ in range(4000))
    assert set(counts) == {"a", "b"} and 2.5 < counts["a"] / counts["b"] < 3.6
    assert all(len(dice.digits(4)) == 4 for _ in range(200))


def test_ids_are_all_different() -> None:
    ids = Ids(Dice("ids"))
    assert len({ids.new("x", 2) for _ in range(90)}) == 90
