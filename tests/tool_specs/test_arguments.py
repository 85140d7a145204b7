from __future__ import annotations

from typing import Any

import pytest

from tests.tool_specs.library import find_reader, renew_loan
from tool_specs.arguments import check_of


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({}, "missing argument 'loan_id'"),
        ({"loan_id": "L1", "time": 2}, "unknown argument 'time'; did you mean 'times'?"),
        ({"loan_id": 5}, "argument 'loan_id' must be a string, not a number"),
        ({"loan_id": None}, "argument 'loan_id' must be a string, not null"),
        ({"loan_id": "L1", "times": "2"}, "argument 'times' must be an integer, not a string"),
        ({"loan_id": "L1", "times": True}, "argument 'times' must be an integer, not a boolean"),
        (["L1"], "the arguments must be a JSON object, not an array"),
        ("L1", "the arguments must be a JSON object, not a string"),
        (None, "the arguments must be a JSON object, not null"),
    ],
)
def test_bad_arguments_are_named(arguments: Any, words: str) -> None:
    complaint = renew_loan.complaint(arguments)
    assert complaint is not None and complaint.startswith(words)


def test_good_arguments() -> None:
    assert renew_loan.complaint({"loan_id": "L1"}) is None
    assert renew_loan.complaint({"times": 2, "loan_id": "L1"}) is None
    assert find_reader.complaint({"card": ""}) is None


@pytest.mark.parametrize(
    ("schema", "good", "bad"),
    [
        ({"type": "array", "items": {"type": "string"}}, ["a"], ["a", 1]),
        ({"type": "number"}, 1, True),
        ({"type": "integer", "minimum": 3}, 3, 2),
        ({"type": "array", "items": {"type": "integer"}}, [1], ["1"]),
        ({"anyOf": [{"type": "string"}, {"type": "null"}]}, None, 1),
    ],
)
def test_checks(schema: dict[str, Any], good: Any, bad: Any) -> None:
    check = check_of(schema)
    assert check(good) and not check(bad)
