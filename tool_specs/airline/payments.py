"""Money: what a change of a reservation takes off a customer's payment methods, or gives back."""

from __future__ import annotations

from tool_specs.airline.rows import CERTIFICATE, GIFT_CARD, Payment, User
from tool_specs.state import State
from tool_specs.tool import ToolError


def charge_update(db: State, user: User, payment_id: str, amount: int) -> list[Payment]:
    """Charges a change of a reservation (a negative amount is given back); returns the payments to note."""
    method = user["payment_methods"].get(payment_id)
    if method is None:
        raise ToolError("Payment method not found")
    if method["source"] == CERTIFICATE:
        raise ToolError("Certificate cannot be used to update reservation")
    if method["source"] == GIFT_CARD:
        if method["amount"] < amount:
            raise ToolError("Gift card balance is not enough")
        if amount:
            db.edit("users", user["user_id"])["payment_methods"][payment_id]["amount"] -= amount
    return [{"payment_id": payment_id, "amount": amount}] if amount else []
