from __future__ import annotations

import pytest

from tool_specs.arithmetic import ExpressionError, evaluate


@pytest.mark.parametrize(
    ("text", "value"),
    [("2 + 2", 4), ("10.5*3 - 4", 27.5), ("(1+2)/4", 0.75), ("-(3) + +1", -2), ("2 ** 3", 8), ("7//2", 3), (" 5", 5)],
)
def test_values(text: str, value: float) -> None:
    assert evaluate(text) == value


@pytest.mark.parametrize(
    "text",
    ["3 +", "abs(3)", "1/0", "9**9**9", "10.0**400", "(-1)**0.5", "", "1 2", "(" * 300, "()", "1,2", "((1))(2)"],
)
def test_no_value(text: str) -> None:
    with pytest.raises(ExpressionError):
        evaluate(text)


def test_long_expressions_do_not_exhaust_the_stack() -> None:
    with pytest.raises(ExpressionError):
        evaluate("-" * 100_000 + "1")
