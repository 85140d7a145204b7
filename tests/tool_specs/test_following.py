"""Arguments that follow from others: what they rest on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from schemas.base import Json
from tool_specs.domain import Follow
from tool_specs.following import with_grounds


def fee(arguments: Mapping[str, Json], rows: Mapping[str, Any]) -> Json:
    return arguments["days"] * rows["get_loan"]["rate"]


def payment(arguments: Mapping[str, Json], rows: Mapping[str, Any]) -> Json:
    return {"account": arguments["account"], "amount": arguments["fee"]}


FOLLOWS = {"fee": Follow(fee, rows=("get_loan",)), "payment": Follow(payment)}
ARGUMENTS: dict[str, Json] = {"loan_id": "L1", "days": 7, "account": "A1", "fee": 1.4, "payment": {}}
ROWS = {"get_loan": {"rate": 0.2}}


@pytest.mark.parametrize(
    ("names", "found"),
    [
        ({"loan_id"}, {"loan_id"}),
        ({"fee"}, {"fee", "days"}),
        ({"payment"}, {"payment", "account", "fee", "days"}),
        ({"loan_id", "days"}, {"loan_id", "days"}),
    ],
)
def test_arguments_come_with_those_that_they_follow_from(names: set[str], found: set[str]) -> None:
    assert with_grounds(names, FOLLOWS, ARGUMENTS, ROWS) == found


def test_what_follows_from_a_row_that_is_not_there_stands_alone() -> None:
    assert with_grounds({"fee"}, FOLLOWS, ARGUMENTS, {}) == {"fee"}
