from __future__ import annotations

import pytest

from stages.text_statistics import distinct_2, masked, openings, polite, short, text_statistics


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("My order #W123 was $4.50.", "my order <n> was <n>."),
        ("I'm Ann, ann@example.com!", "i'm <x>, <n>!"),
        ("two office chairs, gift_card_12", "two <x>, <n>"),
        ("", ""),
    ],
)
def test_values_and_names_are_masked(text: str, expected: str) -> None:
    assert masked(text, ("Ann", "office chair")) == expected


def test_distinct_2_is_a_share_of_pairs() -> None:
    assert distinct_2(["a b c", "a b"]) == pytest.approx(2 / 3)
    assert distinct_2([]) == 1.0


def test_openings_leave_short_ones_out() -> None:
    found = openings(["hi", "return order #W1 please", "Return order #W2 please", "what is my balance"])
    assert (found.counted, found.top) == (3, "return order <n> please")
    assert found.distinct_share == pytest.approx(2 / 3)


def test_polite_and_short_turns() -> None:
    assert polite("yes please")
    assert not polite("yes")
    assert short("no thats it")
    assert not short("that was all, bye")


def test_statistics_over_dialogues() -> None:
    numbers = text_statistics([(["I want a chair now", "yes"], ["Sure, which one?"]), (["thanks, bye then ok"], [])])
    assert numbers.short_share == pytest.approx(1 / 3)
    assert numbers.polite_share == pytest.approx(1 / 3)
    assert numbers.openings.counted == 2
