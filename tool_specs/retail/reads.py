"""Tools that look things up, and the two that neither read nor write."""
# ruff: noqa: D417 - the docstrings are the tools' schemas, and the state is no argument of a tool.

from __future__ import annotations

from typing import Annotated, cast

from tool_specs.arithmetic import ExpressionError, evaluate
from tool_specs.retail.lookups import order_of, product_of, user_of
from tool_specs.retail.rows import ItemId, Order, OrderId, Product, ProductId, User, UserId, Variant
from tool_specs.state import State
from tool_specs.tool import Sem, ToolError, tool


@tool(effect="read")
def find_user_id_by_email(db: State, email: Annotated[str, Sem("email")]) -> UserId:
    """Find out which customer has an e-mail address.

    Fails if no customer has it.

    Args:
        email: The customer's e-mail address, such as 'ann.moss@example.com'.
    """
    user_id = db.find("user_by_email", email.lower())
    if user_id is None:
        raise ToolError("User not found")
    return user_id


@tool(effect="read")
def find_user_id_by_name_zip(
    db: State,
    first_name: Annotated[str, Sem("first_name")],
    last_name: Annotated[str, Sem("last_name")],
    zip: Annotated[str, Sem("zip")],
) -> UserId:
    """Find out which customer has a name and a zip code.

    The second choice: use it when the customer does not remember the e-mail address, or no customer has it.

    Args:
        first_name: The customer's first name, such as 'Ann'.
        last_name: The customer's last name, such as 'Moss'.
        zip: The zip code of the customer's default address, such as '60614'.
    """
    user_id = db.find("user_by_name_zip", (first_name.lower(), last_name.lower(), zip))
    if user_id is None:
        raise ToolError("User not found")
    return user_id


@tool(effect="read")
def get_user_details(db: State, user_id: UserId) -> User:
    """Get a customer's profile: name, e-mail, default address, payment methods and the ids of all orders.

    Args:
        user_id: The customer's user id, such as 'ann_moss_4021'.
    """
    return user_of(db, user_id)


@tool(effect="read")
def get_order_details(db: State, order_id: OrderId) -> Order:
    """Get an order: its status, items, shipping address, parcels and payments.

    Args:
        order_id: The order id with its leading '#', such as '#W0000000'.
    """
    return order_of(db, order_id)


@tool(effect="read")
def get_product_details(db: State, product_id: ProductId) -> Product:
    """Get a product with all its variants: their options, prices and whether they are in stock.

    Args:
        product_id: The product id, such as '7204518836'. This is not an item id.
    """
    return product_of(db, product_id)


@tool(effect="read")
def get_item_details(db: State, item_id: ItemId) -> Variant:
    """Get one variant of a product: its options, price and whether it is in stock.

    Args:
        item_id: The item id, such as '7204518836'. This is not a product id.
    """
    product_id = db.find("product_by_item", item_id)
    if product_id is None:
        raise ToolError("Item not found")
    return product_of(db, product_id)["variants"][item_id]


@tool(effect="read")
def list_all_product_types(db: State) -> dict[str, ProductId]:
    """List every type of product that the store sells: product name and product id."""
    return {name: id_ for name, id_ in sorted((cast(Product, row)["name"], id_) for id_, row in db.rows("products"))}


@tool(effect="generic")
def calculate(db: State, expression: str) -> str:
    """Work out an arithmetic expression, rounded to cents.

    Args:
        expression: Numbers, + - * /, parentheses and spaces, such as '2 * (19.99 + 5)'.
    """
    try:
        return str(round(evaluate(expression), 2))
    except ExpressionError as error:
        raise ToolError(str(error)) from error


@tool(effect="generic")
def transfer_to_human_agents(db: State, summary: str) -> str:
    """Hand the customer over to a human agent.

    Only when the customer's request cannot be met with the other tools under the policy.

    Args:
        summary: What the customer wants and what was done so far, in a sentence or two.
    """
    return "Transfer successful"
