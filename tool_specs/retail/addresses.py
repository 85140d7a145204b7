"""Tools that change where something goes: one order, or all that a customer will order."""

# ruff: noqa: D417 - the docstrings are the tools' schemas, and the state is no argument of a tool.

from __future__ import annotations

from typing import Annotated, cast

from tool_specs.retail.lookups import order_of, user_of
from tool_specs.retail.rows import PENDING, Address, Order, OrderId, User, UserId
from tool_specs.state import State
from tool_specs.tool import Sem, ToolError, tool

Address1 = Annotated[str, Sem("address1")]
Address2 = Annotated[str, Sem("address2")]
City = Annotated[str, Sem("city")]
StateCode = Annotated[str, Sem("state")]
Country = Annotated[str, Sem("country")]
Zip = Annotated[str, Sem("zip")]


@tool(effect="write")
def modify_pending_order_address(
    db: State,
    order_id: OrderId,
    address1: Address1,
    address2: Address2,
    city: City,
    state: StateCode,
    country: Country,
    zip: Zip,
) -> Order:
    """Send a pending order to another address.

    Ask the customer to confirm the new address first. Returns the modified order.

    Args:
        order_id: The order id with its leading '#', such as '#W0000000'.
        address1: House number and street, such as '12 Mill Lane'.
        address2: Apartment, suite or unit, such as 'Apt 4'; '' if there is none.
        city: The city's name, such as 'Chicago'.
        state: The state's two letters, such as 'IL'.
        country: The country's short name, 'USA'.
        zip: The five-digit zip code, such as '60614'.
    """
    if PENDING not in order_of(db, order_id)["status"]:
        raise ToolError("Non-pending order cannot be modified")
    own = cast(Order, db.edit("orders", order_id))
    own["address"] = _address(address1, address2, city, state, country, zip)
    return own


@tool(effect="write")
def modify_user_address(
    db: State,
    user_id: UserId,
    address1: Address1,
    address2: Address2,
    city: City,
    state: StateCode,
    country: Country,
    zip: Zip,
) -> User:
    """Change a customer's default address. Orders that were placed already keep theirs.

    Ask the customer to confirm the new address first. Returns the changed profile.

    Args:
        user_id: The customer's user id, such as 'ann_moss_4021'.
        address1: House number and street, such as '12 Mill Lane'.
        address2: Apartment, suite or unit, such as 'Apt 4'; '' if there is none.
        city: The city's name, such as 'Chicago'.
        state: The state's two letters, such as 'IL'.
        country: The country's short name, 'USA'.
        zip: The five-digit zip code, such as '60614'.
    """
    user_of(db, user_id)
    own = cast(User, db.edit("users", user_id))
    own["address"] = _address(address1, address2, city, state, country, zip)
    return own


def _address(address1: str, address2: str, city: str, state: str, country: str, zip_: str) -> Address:
    return {
        "address1": address1,
        "address2": address2,
        "city": city,
        "country": country,
        "state": state,
        "zip": zip_,
    }
