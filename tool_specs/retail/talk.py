"""What people say at the retail desk beside writes: who they are, questions, answers, refusals."""

from __future__ import annotations

from tool_specs.lexicon import Texts

FACTS: dict[str, Texts] = {
    "email": (
        "my e-mail is {value}",
        "my email is {value}",
        "the e-mail on my account is {value}",
        "email: {value}",
        "you'll find me under {value}",
        "my account is under {value}",
    ),
    "first_name,last_name": (
        "I'm {first_name} {last_name}",
        "my name is {first_name} {last_name}",
        "this is {first_name} {last_name}",
        "name's {first_name} {last_name}",
        "{first_name} {last_name} here",
    ),
    "first_name,last_name,zip": (
        "I'm {first_name} {last_name}, zip code {zip}",
        "my name is {first_name} {last_name} and my zip is {zip}",
        "this is {first_name} {last_name}, {zip}",
        "{first_name} {last_name}, zip {zip}",
        "I'm {first_name} {last_name} and I live in {zip}",
        "name's {first_name} {last_name}, zip code's {zip}",
    ),
    "first_name": ("my first name is {value}", "I'm {value}"),
    "last_name": ("my last name is {value}", "last name {value}"),
    "zip": ("my zip code is {value}", "zip {value}", "my zip is {value}", "the zip code is {value}"),
    "order_id": ("order {value}", "my order {value}"),
    "address": (
        "{address1}, {address2}, {city}, {state} {zip}, {country}",
        "{address1}, {address2}, in {city}, {state}, {country}, {zip}",
        "{address1}, {address2}, {city} ({state}), {country}, zip {zip}",
    ),
}
ASK_IDENTITY: Texts = (
    "So I can find your account, could you give me the e-mail address on it, or your name and zip code?",
    "Could I have the e-mail address on your account, or your first and last name and zip code?",
    "First I need to find your account. What's your e-mail address, or your full name and zip code?",
    "May I have your e-mail address, so I can pull up your account? Your name and zip code work too.",
    "Which e-mail address is your account under? If you don't have it at hand, your name and zip code will do.",
    "Let me look you up first: what is your e-mail address, or your name together with your zip code?",
    "What's the e-mail on the account? With your name and zip code I can find it as well.",
    "To get started I need either your e-mail address or your full name plus zip code.",
    "Who am I talking to? An e-mail address will do, or first name, last name and zip code.",
    "For that I have to open your account. Which e-mail address did you sign up with, or what are your name and zip?",
    "Please tell me the e-mail address you use with us; otherwise your name and your zip code.",
    "I'd need to identify you first, by e-mail or by full name and zip code.",
    "Under which e-mail address would I find you? Alternatively, give me your full name and zip.",
    "Could you send me your account's e-mail address? Name and zip code are fine too.",
)
_AMOUNT = "get_order_details.payment_history.0.amount"
_TRACKING = "get_order_details.fulfillments.*.tracking_id.*"
QUESTIONS: dict[str, Texts] = {
    "get_product_details.variants.*.price": (
        "how much {object} cost{s}",
        "what {object} cost{s}",
        "what the price of {object} is",
        "how much {object} would be",
        "how much {is} {object}?",
        "what {does} {object} cost?",
        "what's the price of {object}?",
        "how much {does} {object} cost?",
    ),
    "get_order_details.items.*.price": (
        "how much I paid for {object}",
        "what I paid for {object}",
        "what {object} cost me",
        "what did {object} cost?",
        "how much {was} {object}?",
        "how much did I pay for {object}?",
    ),
    _AMOUNT: (
        "how much I paid for {object}",
        "what the total of {object} was",
        "what {object} came to",
        "how much did {object} come to?",
        "what did {object} cost altogether?",
        "what was the total of {object}?",
    ),
    "get_order_details.status": (
        "what the status of {object} is",
        "where {object} stand{s}",
        "what's going on with {object}",
        "what's the status of {object}?",
        "what's happening with {object}?",
    ),
    "get_order_details.order_id": (
        "what the order number of {object} is",
        "which order number {object} {has}",
        "what's the order number of {object}?",
        "which order number does {object} have?",
    ),
    _TRACKING: (
        "what the tracking number of {object} is",
        "what the tracking number for {object} is",
        "which tracking number {object} {has}",
        "what's the tracking number of {object}?",
        "what's the tracking number for {object}?",
    ),
    "get_order_details.address.city": (
        "which city {object} {is} going to",
        "which city {is} {object} going to?",
    ),
    "get_order_details.address.zip": (
        "which zip code {object} {is} going to",
        "which zip code {is} {object} going to?",
    ),
    "get_order_details.address.address1": (
        "which street {object} {is} going to",
        "what street address you have for {object}",
        "what street address do you have for {object}?",
    ),
    "get_user_details.payment_methods.*.balance": (
        "how much is left on {object}",
        "what the balance of {object} is",
        "how much money I still have on {object}",
        "how much is left on {object}?",
        "what's the balance of {object}?",
    ),
    "get_product_details.variants.*.item_id": (
        "what the item number of {object} is",
        "which item number {object} {has}",
        "what's the item number of {object}?",
    ),
    "get_order_details.items.*.item_id": (
        "what the item number of {object} is",
        "which item number {object} {has}",
        "what's the item number of {object}?",
    ),
    "get_order_details.items.*.name": ("what {object} {is}", "what exactly {is} {object}?"),
    "count:get_product_details.variants.*": (
        "how many {objects} there are",
        "how many {objects} you have",
        "how many {objects} I could choose from",
        "how many {objects} are there?",
        "how many {objects} do you have?",
        "how many {objects} can I choose from?",
    ),
    "count:get_order_details.items.*": (
        "how many {objects} there are",
        "how many {objects} I have",
        "how many {objects} are there?",
        "how many {objects} do I have?",
    ),
    "count:get_order_details": (
        "how many {objects} I have",
        "how many {objects} there are",
        "how many {objects} do I have?",
        "how many {objects} are there?",
    ),
    "count:list_all_product_types.*": (
        "how many {objects} you sell",
        "how many {objects} there are",
        "how many {objects} do you sell?",
    ),
    f"sum:{_AMOUNT}": (
        "how much I've spent in total on {object}",
        "what {object} add{s} up to",
        "how much {object} cost me altogether",
        "how much have I spent in total on {object}?",
        "what {does} {object} add up to?",
    ),
    "sum:get_order_details.items.*.price": (
        "how much I've spent in total on {object}",
        "what {object} add{s} up to",
        "how much {object} cost me altogether",
        "what {does} {object} add up to?",
        "what's the total price of {object}?",
    ),
    "sum:get_product_details.variants.*.price": (
        "what {object} would cost in total",
        "what would {object} cost in total?",
    ),
    "sum:get_user_details.payment_methods.*.balance": (
        "how much is left on {object} in total",
        "how much is left on {object} in total?",
    ),
    **{
        f"{how}:{column}": (
            f"what the {word} {noun} among {{object}} is",
            f"what's the {word} {noun} among {{object}}?",
        )
        for how, word in (("min", "lowest"), ("max", "highest"))
        for column, noun in (
            ("get_product_details.variants.*.price", "price"),
            ("get_order_details.items.*.price", "price"),
            (_AMOUNT, "total"),
        )
    },
}
ANSWERS: dict[str, Texts] = {
    "get_product_details.variants.*.price": (
        "{object} cost{s} {value}.",
        "The price of {object} is {value}.",
        "The price is {value}.",
        "That would be {value}.",
    ),
    "get_order_details.items.*.price": (
        "You paid {value} for {object}.",
        "{object} {was} {value}.",
        "You paid {value} for it.",
        "The price was {value}.",
    ),
    _AMOUNT: (
        "{object} came to {value}.",
        "The total of {object} was {value}.",
        "The total was {value}.",
        "It came to {value}.",
    ),
    "get_order_details.status": (
        "The status of {object} is: {value}.",
        "{object} currently {has} the status {value}.",
        "Its status is: {value}.",
        "It's {value}.",
    ),
    "get_order_details.order_id": ("The order number is {value}.", "That's order {value}."),
    _TRACKING: ("The tracking number is {value}.", "The tracking number of {object} is {value}."),
    "get_order_details.address.city": ("It's going to {value}.", "The city in the shipping address is {value}."),
    "get_order_details.address.zip": ("The zip code in the shipping address is {value}.",),
    "get_order_details.address.address1": ("The street in the shipping address is {value}.",),
    "get_user_details.payment_methods.*.balance": ("There's {value} left on {object}.", "The balance is {value}."),
    "get_product_details.variants.*.item_id": ("The item number is {value}.",),
    "get_order_details.items.*.item_id": ("The item number is {value}.",),
    "get_order_details.items.*.name": ("It's the {value}.", "That's the {value}."),
    "count:get_product_details.variants.*": (
        "I count {value} of those.",
        "In all it's {value}.",
        "The answer is {value}.",
    ),
    "count:get_order_details.items.*": ("I count {value} in all.", "The number is {value}."),
    "count:get_order_details": ("The number of orders is {value}.", "I count {value} in all."),
    "count:list_all_product_types.*": ("The number of product types we sell is {value}.",),
    f"sum:{_AMOUNT}": ("That adds up to {value}.", "Altogether it's {value}."),
    "sum:get_order_details.items.*.price": ("That adds up to {value}.", "Altogether it's {value}."),
    "sum:get_product_details.variants.*.price": ("Together they would cost {value}.", "That adds up to {value}."),
    "sum:get_user_details.payment_methods.*.balance": ("Altogether there's {value} left.",),
    **{
        f"{how}:{column}": (f"The {word} is {{value}}.",)
        for how, word in (("min", "lowest"), ("max", "highest"))
        for column in ("get_product_details.variants.*.price", "get_order_details.items.*.price", _AMOUNT)
    },
}
CHOICES = {
    "reason": {
        "no longer needed": (
            "I don't need it anymore",
            "I no longer need it",
            "it's no longer needed",
            "I don't need it any more",
            "it isn't needed any longer",
        ),
        "ordered by mistake": (
            "I ordered it by mistake",
            "it was ordered by mistake",
            "I placed it by mistake",
            "I ordered it by accident",
            "ordering it was a mistake",
        ),
    }
}
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
