"""What the desk does not do, and how it says so."""

from __future__ import annotations

from tool_specs.lexicon import Texts

OUT_OF_SCOPE: dict[str, Texts] = {
    "reorder": ("place a new order for a gift I saw in your shop", "order something new from your catalog"),
    "add_item": (
        "add another product to an order I already placed",
        "put one more product into an order I already placed",
    ),
    "change_email": ("change the e-mail address on my account", "update my account's e-mail to a new one"),
    "add_card": ("add a new credit card to my account", "put a new credit card on my account"),
    "price_match": ("get a price match, I saw it cheaper elsewhere", "get a competitor's lower price matched"),
    "gift_wrap": ("have my next delivery gift-wrapped", "get gift wrapping for my delivery"),
    "warranty": ("extend the warranty on something I bought", "get a longer warranty on something I bought"),
    "repair": ("have something I bought repaired", "get something I bought from you repaired"),
    "speed_up": ("get my delivery sped up", "have my delivery moved to an earlier day"),
    "delete_account": ("delete my account", "have my account closed for good"),
    "buy_gift_card": ("buy a gift card for a friend", "top up my gift card with more money"),
    "complaint": ("file a complaint about the courier", "make a formal complaint about a courier"),
}
_NOT_CHANGED: Texts = (
    "I'm sorry, but {order_id.status}, and only pending orders can be changed.",
    "I'm afraid I can't change anything there: {order_id.status}, and changes are only possible while an order is "
    "pending.",
    "I can't do that, I'm sorry: {order_id.status}. Only orders that are pending can be changed.",
    "That isn't possible, I'm afraid, because {order_id.status}. Changes only work for pending orders.",
)
REFUSALS: dict[str, Texts] = {
    "status:cancel_pending_order": (
        "I'm sorry, but {order_id.status}, and only pending orders can be cancelled.",
        "I'm afraid I can't cancel that one: {order_id.status}, and cancelling is only possible while an order is "
        "pending.",
        "That isn't possible, I'm sorry: {order_id.status}. Only orders that are pending can be cancelled.",
        "I can't do that, I'm afraid, because {order_id.status}. Cancelling only works for pending orders.",
    ),
    "status:modify_pending_order_address": _NOT_CHANGED,
    "status:modify_pending_order_items": _NOT_CHANGED,
    "status:modify_pending_order_payment": _NOT_CHANGED,
    "status:return_delivered_order_items": (
        "I'm sorry, but {order_id.status}, and only delivered orders can be returned.",
        "I'm afraid that can't go back: {order_id.status}, and returns are only possible from delivered orders.",
        "That isn't possible, I'm sorry: {order_id.status}. Only what has been delivered can be returned.",
        "I can't set up a return there, I'm afraid, because {order_id.status}. It only works for delivered orders.",
    ),
    "status:exchange_delivered_order_items": (
        "I'm sorry, but {order_id.status}, and only delivered orders can be exchanged.",
        "I'm afraid that can't be exchanged: {order_id.status}, and exchanges are only possible for delivered orders.",
        "That isn't possible, I'm sorry: {order_id.status}. Only what has been delivered can be exchanged.",
        "I can't set up an exchange there, I'm afraid, because {order_id.status}. It only works for delivered orders.",
    ),
    "one_customer": (
        "I'm sorry, but I can only help with your own account and orders.",
        "I can't do that: in this conversation I can only work on your own account.",
    ),
    "status": (
        "I'm sorry, I can't do that for this order. Only pending orders can be cancelled or changed, and only "
        "delivered ones can be returned or exchanged.",
        "I'm afraid this order's status doesn't allow that: cancelling and changing works while an order is pending, "
        "returns and exchanges once it has been delivered.",
    ),
    "Non-pending order cannot be cancelled": (
        "I'm sorry, but this order can't be cancelled any more: only pending orders can.",
        "I'm afraid it's too late to cancel this one. Only orders that are still pending can be cancelled.",
    ),
    "Non-pending order cannot be modified": (
        "I'm sorry, but this order can't be changed any more: only pending orders can.",
        "I'm afraid this one can't be modified. That only works while an order is pending.",
    ),
    "Non-delivered order cannot be returned": (
        "I'm sorry, this order hasn't been delivered, and only delivered items can be returned.",
        "I'm afraid that isn't possible: only items from delivered orders can be returned.",
    ),
    "Non-delivered order cannot be exchanged": (
        "I'm sorry, this order hasn't been delivered, and only delivered items can be exchanged.",
        "I'm afraid that isn't possible: only items from delivered orders can be exchanged.",
    ),
    "Payment method should be the original payment method": (
        "I'm sorry, a refund can only go to the original payment method or to one of your gift cards.",
    ),
    "refund": (
        "I'm sorry, a refund can only go to the original payment method or to one of your gift cards.",
        "I can't send the refund there: it goes either to the original payment method or to a gift card of yours.",
    ),
    "Insufficient gift card balance to pay for the order": (
        "I'm sorry, the balance of that gift card doesn't cover the order's total.",
    ),
    "Insufficient gift card balance to pay for the new item": (
        "I'm sorry, the balance of that gift card doesn't cover the price difference.",
    ),
    "Insufficient gift card balance to pay for the price difference": (
        "I'm sorry, the balance of that gift card doesn't cover the price difference.",
    ),
    "balance": (
        "I'm sorry, that gift card doesn't hold enough money for this.",
        "I'm afraid the balance of that gift card isn't high enough for this.",
    ),
    "The new payment method should be different from the current one": (
        "I'm sorry, but that's how the order is paid already; only a different payment method would be a change.",
    ),
    "other_payment": (
        "I'm sorry, but that's how the order is paid already; only a different payment method would be a change.",
        "I can't do that: the order is already paid with that method, and the new one has to be a different one.",
    ),
    "own_payment": ("I'm sorry, I can only use payment methods that are in your profile.",),
    "once_per_order": (
        "I'm sorry, items of an order can be changed only once, and that has already happened for this order.",
        "I'm afraid this order has been changed once already, and it can't be changed again.",
    ),
    "same_product": (
        "I'm sorry, an item can only be swapped for another version of the same product.",
        "I can't do that: it has to be another version of the same product.",
    ),
    "other_variant": (
        "I'm afraid that's exactly the version you have, so I can't swap anything.",
        "I can't do that, I'm sorry: it's the very version you have already.",
    ),
    "available": (
        "I'm sorry, the version you would like is out of stock.",
        "I'm afraid that version isn't in stock at the moment.",
    ),
    "reason": (
        "I'm sorry, an order can only be cancelled because it's no longer needed or was ordered by mistake.",
        "I can't cancel it for that reason: it has to be that it's no longer needed or was ordered by mistake.",
    ),
    "out_of_scope": (
        "I'm sorry, that's something I can't do from here.",
        "That's beyond what I can do here, I'm afraid.",
        "I don't have a way to do that, I'm sorry.",
    ),
    "transfer": ("YOU ARE BEING TRANSFERRED TO A HUMAN AGENT. PLEASE HOLD ON.",),
}
