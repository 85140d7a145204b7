"""Rules about calls of which not everything is known."""

from __future__ import annotations

from schemas.base import Json
from tests.stages.simulate_dialogues.talks import SANDBOX
from tool_specs.domain import GuardContext
from tool_specs.partial import consulted, decided

DOMAIN = SANDBOX.domain
CANCEL = "cancel_pending_order"


def order(status: str) -> dict[str, Json]:
    found = next(row for row in SANDBOX.world.tables["orders"].values() if row["status"] == status)
    return {"order_id": found["order_id"]}


def heard(known: dict[str, Json]) -> GuardContext:
    owner = SANDBOX.world.tables["orders"][str(known["order_id"])]["user_id"]
    return GuardContext(sandbox=SANDBOX, principal_id=owner, confirmed=True)


def test_what_is_known_may_be_enough_to_refuse() -> None:
    known = order("delivered")
    found = decided(DOMAIN, heard(known), CANCEL, known, ("reason",))
    assert found is not None
    assert found[0] == "status"


def test_a_rule_about_what_is_not_known_says_nothing() -> None:
    known = order("pending")
    assert decided(DOMAIN, heard(known), CANCEL, known, ("reason",)) is None
    assert decided(DOMAIN, heard(known), CANCEL, {**known, "reason": "bored"}, ()) is not None


def test_a_rule_shows_what_it_looks_at() -> None:
    known = {**order("delivered"), "reason": "no longer needed"}
    assert consulted(DOMAIN, heard(known), CANCEL, known, "status") == frozenset({"order_id"})
    assert consulted(DOMAIN, heard(known), CANCEL, known, "reason") is None
