"""Numbers are compared with what they count, and only with all of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.base import Json
from tool_specs.counting import counted, miscounted, nouns, told_otherwise
from tool_specs.lexicon import Lexicon

COPIES = nouns("number_of_copies")


@pytest.mark.parametrize(
    "text",
    [
        "so that's 5 printed copies for loan l3, two of them in colour. is this okay?",
        "- **copies:** 5 (1 in colour)",
        "| copies | 5 |\n| colour | 1 |", "5 copies, ready in 4 days", "five (5) copies in total", "copies: five",
        "the number of copies becomes 5", "1. loan: l3\n4. copies: 5", "your total copies would be 5",
        "set copies to 5",
        "on may 4: 5 copies", "5 copies at $4 each", "5 copies (the 4th is free)", "copies in total: 5",
    ],
)  # fmt: skip
def test_another_number_in_the_place_of_the_right_one_is_wrong(text: str) -> None:
    assert miscounted(text, 4, COPIES) == 5
    assert miscounted(text, 5, COPIES) is None


@pytest.mark.parametrize(
    "text",
    [
        "4 copies", "from 3 copies to 4", "you have 3 copies now; the new total will be 4.", "i'd add 2 extra copies",
        "3 free copies and 1 paid copy", "3 copies are free, the fourth copy isn't: 4 in all", "copies: 3 → 4",
        "you have 3 copies. i'll add 1 copy. total: 4. may i go ahead?",
        "each reader has 2 copies; that makes 4 copies",
        "no number at all", "5 pages", "the 5th copy", "the first 2 copies", "**4** copies, not 5 copies",
    ],
)  # fmt: skip
def test_the_right_number_may_stand_anywhere_and_parts_say_nothing_of_all(text: str) -> None:
    assert miscounted(text, 4, COPIES) is None


def test_a_calls_other_numbers_of_such_things_are_right_too() -> None:
    arguments: dict[str, Json] = {"copies": 4, "colour_copies": 1, "days": 9, "name": "x"}
    assert told_otherwise(Lexicon(), "copy", arguments, "copies", "1 copy, please") is None
    assert told_otherwise(Lexicon(), "copy", arguments, "copies", "9 copies, please") == 9
    assert told_otherwise(Lexicon(), "copy", arguments, "name", "9 names, please") is None


def test_nouns_are_those_of_the_parameter_and_its_role() -> None:
    assert nouns("total_baggages", "bags") == {"baggage", "bag"}
    assert nouns("amount") == nouns("count") == frozenset()


@given(st.integers(0, 100), st.integers(0, 100))
def test_whatever_the_numbers_one_of_them_is_told(said: int, meant: int) -> None:
    text = f"that would be {said} copies, all right?"
    assert counted(text, COPIES) == {said}
    assert miscounted(text, meant, COPIES) == (None if said == meant else said)
