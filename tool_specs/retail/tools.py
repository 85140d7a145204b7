"""The sixteen tools of a retail service desk, in listing order."""

from __future__ import annotations

from tool_specs.retail.addresses import modify_pending_order_address, modify_user_address
from tool_specs.retail.delivered import exchange_delivered_order_items, return_delivered_order_items
from tool_specs.retail.pending import cancel_pending_order, modify_pending_order_items, modify_pending_order_payment
from tool_specs.retail.reads import (
    calculate,
    find_user_id_by_email,
    find_user_id_by_name_zip,
    get_item_details,
    get_order_details,
    get_product_details,
    get_user_details,
    list_all_product_types,
    transfer_to_human_agents,
)

TOOLS = (
    find_user_id_by_email,
    find_user_id_by_name_zip,
    get_user_details,
    get_order_details,
    get_product_details,
    get_item_details,
    list_all_product_types,
    cancel_pending_order,
    modify_pending_order_address,
    modify_pending_order_payment,
    modify_pending_order_items,
    return_delivered_order_items,
    exchange_delivered_order_items,
    modify_user_address,
    calculate,
    transfer_to_human_agents,
)
