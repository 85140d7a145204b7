"""The policy's rules that can be checked at a call. A rule is a sentence; an agent that refuses says it.

A guard returns what is wrong in words, or None. It says nothing about rows that do not exist: the tool will.
"""

from __future__ import annotations

from collections.abc import Mapping

from schemas.base import Json
from tool_specs.domain import Guard, GuardContext

Arguments = Mapping[str, Json]


def _own(context: GuardContext, name: str, arguments: Arguments) -> str | None:
    for parameter, table in (("loan_id", "loans"), ("hold_id", "holds")):
        row = context.sandbox.state.row(table, str(arguments.get(parameter)))
        if row is not None and context.principal_id is not None and row["reader_id"] != context.principal_id:
            return f"{arguments[parameter]} belongs to another reader"
    return None


def _renewable(context: GuardContext, name: str, arguments: Arguments) -> str | None:
    loan = context.sandbox.state.row("loans", str(arguments.get("loan_id")))
    if loan is None or (loan["status"] == "on loan" and loan["renewals"] < 2):
        return None
    return f"loan {loan['loan_id']} is {loan['status']} and has been renewed {loan['renewals']} times"


def _still_out(context: GuardContext, name: str, arguments: Arguments) -> str | None:
    loan = context.sandbox.state.row("loans", str(arguments.get("loan_id")))
    if loan is None or loan["status"] in ("on loan", "overdue"):
        return None
    return f"loan {loan['loan_id']} is {loan['status']}"


def _active(context: GuardContext, name: str, arguments: Arguments) -> str | None:
    hold = context.sandbox.state.row("holds", str(arguments.get("hold_id")))
    return f"hold {hold['hold_id']} is cancelled" if hold is not None and hold["status"] == "cancelled" else None


def _waiting(context: GuardContext, name: str, arguments: Arguments) -> str | None:
    hold = context.sandbox.state.row("holds", str(arguments.get("hold_id")))
    return f"hold {hold['hold_id']} is {hold['status']}" if hold is not None and hold["status"] != "waiting" else None


GUARDS = (
    Guard("own", "I can only help with your own loans and holds.", _own),
    Guard(
        "renewable",
        "A loan can be renewed only while it is on loan and not overdue, and at most twice.",
        _renewable,
        frozenset({"renew_loan"}),
    ),
    Guard(
        "still_out",
        "Only a book that you have at home can be reported as lost.",
        _still_out,
        frozenset({"report_loan_lost"}),
    ),
    Guard("active", "A hold that is cancelled cannot be cancelled again.", _active, frozenset({"cancel_hold"})),
    Guard(
        "waiting",
        "The pickup branch can be changed only while the hold is waiting.",
        _waiting,
        frozenset({"change_pickup_branch"}),
    ),
)
