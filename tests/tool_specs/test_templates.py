from __future__ import annotations

import math
import sqlite3
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tool_specs.templates import AnswerError, NotFound, at_path, parsed, rendered, shaped, slots_in


def test_slots_are_found_wherever_they_stand() -> None:
    template = {"query": "SELECT {a:sql}", "list": ["{b}", {"deep": "x{c:json}y"}], "plain": 3}
    assert sorted(slots_in(template)) == ["a", "b", "c"]
    assert rendered(template, {"a": "it's", "b": 3, "c": ["x"]}) == {
        "query": "SELECT 'it''s'",
        "list": [3, {"deep": 'x["x"]y'}],
        "plain": 3,
    }


@given(st.one_of(st.text(), st.integers(-(2**62), 2**62), st.floats(allow_nan=False, allow_infinity=False)))
def test_an_sql_slot_is_the_value_and_nothing_else(value: Any) -> None:
    query = rendered("SELECT {value:sql} AS found", {"value": value})
    if isinstance(value, str) and ("\0" in value or any(0xD800 <= ord(each) < 0xE000 for each in value)):
        return  # no text that SQLite takes
    connection = sqlite3.connect(":memory:")
    ((found,),) = connection.execute(query).fetchall()
    connection.close()
    if isinstance(value, float):  # written exactly; SQLite reads some numbers one bit off
        assert float(query.split()[1]) == value
        assert math.isclose(found, value, rel_tol=1e-15, abs_tol=1e-300)
    else:
        assert found == value


def test_sql_knows_no_objects() -> None:
    assert rendered("x IN {ids:sql}", {"ids": ["a", 2, None, True]}) == "x IN ('a', 2, NULL, 1)"
    with pytest.raises(AnswerError, match="no form in SQL"):
        rendered("{x:sql}", {"x": {"a": 1}})


def test_answers_are_read_as_they_are_meant() -> None:
    assert parsed("[{'id': 1, 'name': None}]", "python", None) == [{"id": 1, "name": None}]
    assert parsed('{"a": 1}', "auto", None) == {"a": 1} and parsed("plain {", "auto", None) == "plain {"
    lines = "[FILE] a.json\n[DIR] sub\nnothing"
    assert parsed(lines, "lines", r"^\[FILE\] (?P<file>.+)$") == [{"file": "a.json"}]
    assert at_path({"content": {"x": 1}}, ("content", "x")) == 1
    for how in ("json", "python"):
        with pytest.raises(AnswerError, match="the answer is no"):
            parsed("Welcome!", how, None)
    with pytest.raises(AnswerError, match=r"no content\.y"):
        at_path({"content": {}}, ("content", "y"))


def test_shapes() -> None:
    rows = [{"id": "L1"}]
    assert shaped(rows, "rows", "loans", "") == {"loans": rows}
    assert shaped(rows, "row", "", "") == {"id": "L1"} and shaped(rows, "value", "", "") == "L1"
    with pytest.raises(NotFound, match="no such loan"):
        shaped([], "row", "", "no such loan")
    for wrong, shape in (([1, 2], "row"), ("text", "rows"), ([{"a": 1, "b": 2}], "value")):
        with pytest.raises(AnswerError):
            shaped(wrong, shape, "rows", "")
