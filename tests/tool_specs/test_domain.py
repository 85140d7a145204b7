from __future__ import annotations

import pickle

import pytest

from tests.tool_specs.library import get_loan, lend, library, world
from tool_specs.catalog import domain
from tool_specs.domain import Guard, GuardContext, by_name
from tool_specs.sandbox import Sandbox


def test_what_a_principal_knows() -> None:
    given = world()
    assert library().principal.known(given.tables["readers"]["R1"]) == {"card": "C-1-1"}


def test_violations_ask_the_guards_of_a_tool() -> None:
    guard = Guard("never", "Never lend.", lambda context, name, arguments: f"{name} is lending", frozenset({"lend"}))
    guarded = library(guards=(guard,))
    context = GuardContext(sandbox=Sandbox(guarded, world()))
    call = {"loan_id": "L9", "reader_id": "R1"}
    assert guarded.violations(context, "lend", call) == [("never", "lend is lending")]
    assert guarded.violations(context, "get_loan", {"loan_id": "L1"}) == []
    assert guarded.violations(context, "lend", {"loan_id": 9}) == [], "a malformed call fails by itself"
    assert guarded.violations(context, "lent", {}) == []


def test_two_tools_of_one_name() -> None:
    assert list(by_name((get_loan, lend))) == ["get_loan", "lend"]
    with pytest.raises(ValueError, match="two tools are named 'lend'"):
        by_name((lend, get_loan, lend))


def test_a_domain_travels_to_a_worker() -> None:
    retail = domain("retail")
    copy = pickle.loads(pickle.dumps(retail))
    assert copy.tools == dict(retail.tools) and copy.guards == retail.guards
