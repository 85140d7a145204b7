"""A toy domain whose ids are numbers and whose tools say nothing of semantic types: car parks and their permits."""

from __future__ import annotations

from typing import Any, Literal

from typing_extensions import TypedDict

from schemas.world import Row, Tables
from tool_specs.dice import Dice
from tool_specs.domain import Domain, by_name
from tool_specs.state import State
from tool_specs.tool import ToolError, tool


class LotSummary(TypedDict):
    """A line of the list of lots."""

    lot_id: int
    name: str


class Lot(TypedDict):
    """A car park."""

    lot_id: int
    name: str
    levels: int
    permit_ids: list[int]


class Permit(TypedDict):
    """A permit to park."""

    permit_id: int
    lot_id: int
    holder: str
    monthly_fee: float
    valid_until: str
    is_electric: bool
    status: Literal["active", "revoked"]


@tool(effect="read")
def list_lots(db: State) -> list[LotSummary]:
    """List all car parks."""
    return [{"lot_id": row["lot_id"], "name": row["name"]} for _, row in db.rows("lots")]


@tool(effect="read")
def get_lot(db: State, lot_id: int) -> Lot:
    """Look a car park up.

    Args:
        lot_id: Its number, such as 12.
    """
    return _row(db, "lots", lot_id)  # type: ignore[no-any-return]


@tool(effect="read")
def get_permit(db: State, permit_id: int) -> Permit:
    """Look a permit up.

    Args:
        permit_id: Its number, such as 51200.
    """
    return _row(db, "permits", permit_id)  # type: ignore[no-any-return]


@tool(effect="write")
def revoke_permit(db: State, permit_id: int) -> Permit:
    """Revoke a permit.

    Args:
        permit_id: Its number, such as 51200.
    """
    _row(db, "permits", permit_id)
    permit: Any = db.edit("permits", str(permit_id))
    if permit["status"] == "revoked":
        raise ToolError("The permit is revoked already")
    permit["status"] = "revoked"
    return permit  # type: ignore[no-any-return]


@tool(effect="write")
def extend_permit(db: State, permit_id: int, new_valid_until: str) -> Permit:
    """Make a permit valid for longer, or for shorter.

    Args:
        permit_id: Its number, such as 51200.
        new_valid_until: A date, such as 2026-05-31.
    """
    _row(db, "permits", permit_id)
    permit: Any = db.edit("permits", str(permit_id))
    permit["valid_until"] = new_valid_until
    return permit  # type: ignore[no-any-return]


def _row(db: State, table: str, number: int) -> Any:
    row = db.row(table, str(number))
    if row is None:
        raise ToolError(f"There is no such row in {table}")
    return row


def generate(seed: int, size: int) -> Tables:
    """Car parks with two to nine permits each."""
    dice = Dice("parking", seed, size)
    tables: Tables = {"lots": {}, "permits": {}}
    for number in range(size):
        lot: Row = {"lot_id": 10 + number, "name": f"Lot {number}", "levels": dice.between(1, 6), "permit_ids": []}
        tables["lots"][str(10 + number)] = lot
        for _ in range(dice.between(2, 9)):
            while (id_ := dice.digits(5)) in tables["permits"]:
                pass
            tables["permits"][id_] = {
                "permit_id": int(id_), "lot_id": 10 + number, "holder": f"Holder {id_[:3]}",
                "monthly_fee": round(dice.real(20, 200), 2),
                "valid_until": f"2027-{dice.between(1, 12):02}-{dice.between(1, 28):02}",
                "is_electric": dice.chance(0.4), "status": dice.pick(("active", "active", "revoked")),
            }  # fmt: skip
            lot["permit_ids"].append(int(id_))
    return tables


DOMAIN = Domain(
    name="parking",
    tools=by_name((list_lots, get_lot, get_permit, revoke_permit, extend_permit)),
    policy="List the details of a change and wait for a yes.",
    rows={"lots": Lot, "permits": Permit},
    generate=generate,
)
