"""Days are read in the forms in which people write them, and in no others."""

from __future__ import annotations

import pytest

from tool_specs.days import days, says_day, says_time, whole_day, without_days
from tool_specs.phrasing.finders import datum

DAY = "2024-05-24"


@pytest.mark.parametrize(
    "text",
    [
        "2024-05-24", "may 24", "may 24th, 2024", "the 24th of may", "24 may 2024", "fri, may 24 at 6:00 am",
        "am 24. mai",
        "le 24 mai 2024", "el 24 de mayo de 2024", "24 maggio", "24 mei", "24.05.2024", "24.5.", "05/24/2024", "5/24",
        "24/05/2024", "2024/05/24", "2024年5月24日", "may 23 and 24", "may 23-24, 2024", "23rd or 24th of may",
        "| date | **may 24** |", "on may 24.",
    ],
)  # fmt: skip
def test_a_day_is_said_in_any_usual_form(text: str) -> None:
    assert says_day(text, DAY)
    assert datum(DAY)(text.title())


@pytest.mark.parametrize(
    "text",
    [
        "2023-05-24", "may 24, 2023", "may 25", "june 24", "24.06.2024", "24/7 service",
        "the total is 24. may i go on?",
        "$24 may be due", "24:05", "24%", "may", "v5.24", "5.24", "124 may", "may 241", "",
    ],
)  # fmt: skip
def test_another_day_or_no_day_is_not_that_day(text: str) -> None:
    assert not says_day(text, DAY)


def test_a_moment_is_said_by_its_day_and_its_time() -> None:
    assert says_day("may 5, 2024 at 1:04 am", "2024-05-05T01:04:08")
    assert says_day("5 may, 13:04", "2024-05-05T13:04:00") and says_day("5 may, 1:04 p.m.", "2024-05-05T13:04:00")
    assert not says_day("may 5 at 1:04 pm", "2024-05-05T01:04:08")
    assert not says_day("may 5", "2024-05-05T01:04:08")


@pytest.mark.parametrize("text", ["19:30", "7:30 pm", "7:30 p.m.", "19h30", "at 19:30:00.", "19.30"])
def test_a_time_is_said_in_any_usual_form(text: str) -> None:
    assert says_time(text, "19:30:00") and says_time(text, "19:30")
    assert not says_time(text, "07:30:00") and not says_time(text, "19:31:00")


def test_a_full_hour_needs_no_minutes_where_its_half_is_said() -> None:
    assert says_time("at 7 pm", "19:00:00") and says_time("12 am", "00:00") and says_time("12 pm", "12:00")
    assert not says_time("at 7", "07:00:00") and not says_time("7", "seven")


def test_between_slashes_a_day_may_stand_first_or_second() -> None:
    assert days("05/06") == {(None, 5, 6), (None, 6, 5)}
    assert days("05/24") == {(None, 5, 24)}


def test_a_word_that_is_a_whole_date_stands_for_a_day() -> None:
    assert whole_day("24.05.2024") == [DAY] == whole_day(DAY)
    assert whole_day("24.05.") == whole_day("4111.2024") == whole_day("w2024-05-24") == []


def test_what_is_left_without_days_keeps_its_other_numbers() -> None:
    assert without_days("on may 4: 5 bags, 4 in all").split() == ["on", ":", "5", "bags,", "4", "in", "all"]
    assert "4" in without_days("that makes 4. may i go ahead?")
