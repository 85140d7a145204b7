"""How the seven writes of the retail desk are asked for, told, confirmed and reported."""

from __future__ import annotations

from tool_specs.lexicon import Texts, WriteWords

_REFUND_QUESTION: Texts = (
    "Where should the refund go: to the original payment method, or to a gift card?",
    "How would you like to be refunded: to the original payment method or to a gift card in your profile?",
    "Which payment method should receive the refund, the original one or a gift card?",
)
_DIFFERENCE_QUESTION: Texts = (
    "Which payment method should I use for any price difference?",
    "How would you like to settle the price difference?",
    "Which of your payment methods should the price difference go to or come from?",
)
_DIFFERENCE_SAY: Texts = (
    "Use {payment} for the difference.",
    "Any price difference can go on {payment}.",
    "If there's a difference, use {payment}.",
    "For the price difference, take {payment}.",
    "Settle the difference with {payment}.",
    "{payment}, for any price difference.",
)
_TARGET_QUESTION: Texts = (
    "Which version would you like instead?",
    "What would you like to get instead?",
    "And what should it be swapped for?",
)
_TARGET_SAY: Texts = (
    "I want {target} instead.",
    "I'd like {target} instead.",
    "What I want instead is {target}.",
    "Give me {target} instead.",
    "I'd rather have {target}.",
    "{target} would be the one I want.",
)
_ITEMS = {"order_id": "object", "item_ids": "object", "new_item_ids": "target", "payment_method_id": "payment"}
_ADDRESS_ROLES = {name: "address" for name in ("address1", "address2", "city", "state", "country", "zip")}
_ADDRESS_QUESTION: Texts = (
    "What is the new address, with street, city, state, country and zip code?",
    "Which address should I use?",
    "What address would you like it to be?",
)

RETURN = WriteWords(
    roles={"order_id": "object", "item_ids": "object", "payment_method_id": "payment"},
    topic=(
        "return something",
        "send something back",
        "make a return",
        "get a refund on something I bought",
        "send back something I got from you",
        "get my money back for something",
        "start a return",
        "give something back",
    ),
    ask=(
        "return {object}",
        "send {object} back",
        "send back {object}",
        "give back {object}",
        "get a refund for {object}",
        "return {object} for a refund",
        "set up a return for {object}",
        "start a return for {object}",
        "return {object} and get the refund on {payment}",
        "return {object}, with the refund going to {payment}",
        "send {object} back and have the money go to {payment}",
        "get {object} refunded to {payment}",
        "return {object} and get my money back on {payment}",
        "send back {object} and get it refunded to {payment}",
        "return {object}, refund to {payment}",
    ),
    say={
        "object": (
            "It's about {object}.",
            "I mean {object}.",
            "The thing to return is {object}.",
            "What I want to send back is {object}.",
            "{object}, that's what has to go back.",
            "I'm talking about {object}.",
        ),
        "payment": (
            "Put the refund on {payment}.",
            "Refund it to {payment}, please.",
            "The money should go to {payment}.",
            "I want the refund on {payment}.",
            "Refund to {payment}.",
            "Have the refund go to {payment}.",
            "I'd like the money back on {payment}.",
        ),
        "": (
            "Turns out I don't need {it}.",
            "I changed my mind about {it}.",
            "Not what I expected.",
            "I just don't use {it}.",
            "I got {it} as a surprise for someone who already has one.",
            "My partner doesn't like {it}.",
            "I'm trying to spend less this month.",
            "We're moving and there's no room for {it}.",
            "I found something that suits me better.",
            "I bought on impulse and regret it.",
            "It was a gift that didn't land well.",
        ),
    },
    question={
        "object": ("What would you like to return?", "Which item would you like to send back?"),
        "payment": _REFUND_QUESTION,
    },
    confirm=(
        "return of {object} from order {order_id}, refund to {payment}",
        "I request the return of {object} from order {order_id}, and the refund goes to {payment}",
        "order {order_id}: return {object}; the refund goes to {payment}",
    ),
    done=(
        "Done. The return of {object} is requested.",
        "The return is requested: {object}, from order {order_id}.",
        "All set, I've requested the return of {object}.",
    ),
    noun="return",
    tail=(
        "You'll get an e-mail that explains how and where to send {it} back.",
        "An e-mail with instructions for sending {it} back is on its way.",
        "You'll receive an e-mail with how to send {it} back.",
    ),
)
EXCHANGE = WriteWords(
    roles=_ITEMS,
    topic=(
        "exchange something",
        "swap something I got",
        "exchange something I received",
        "make an exchange",
        "swap something for another version",
        "trade something I bought for another version",
        "get a different version of something",
        "set up an exchange",
    ),
    ask=(
        "exchange {object}",
        "swap {object} for something else",
        "make an exchange for {object}",
        "exchange {object} for another version",
        "exchange {object} for {target}",
        "swap {object} for {target}",
        "trade {object} for {target}",
        "get {target} in exchange for {object}",
        "exchange {object} and get {target} instead",
        "exchange {object} for {target}, with any difference on {payment}",
        "exchange {object} for {target}, using {payment} for the difference",
        "swap {object} for {target} and settle the difference with {payment}",
        "swap {object} for {target} and use {payment} for any price difference",
        "exchange {object}, using {payment} for the price difference",
        "swap {object} for something else and use {payment} for any difference",
    ),
    say={
        "object": (
            "It's about {object}.",
            "I mean {object}.",
            "The thing to exchange is {object}.",
            "What I want to exchange is {object}.",
            "I'm talking about {object}.",
        ),
        "target": _TARGET_SAY,
        "payment": _DIFFERENCE_SAY,
        "": (
            "I like the product, just not this version.",
            "Not quite what I had in mind.",
            "I picked too quickly.",
            "On second thought something else suits me better.",
            "I should have looked at the options more closely.",
            "It's nice, but not quite right for me.",
        ),
    },
    question={
        "object": ("Which item would you like to exchange?", "What would you like to exchange?"),
        "target": _TARGET_QUESTION,
        "payment": _DIFFERENCE_QUESTION,
    },
    confirm=(
        "exchange in order {order_id}: {pairs}. {settlement}",
        "in order {order_id} I exchange {pairs}. {settlement}",
        "order {order_id}, exchange of {pairs}. {settlement}",
    ),
    done=(
        "Done. The exchange is requested: {pairs}.",
        "The exchange in order {order_id} is requested.",
        "All set, the exchange is requested for order {order_id}.",
    ),
    noun="exchange",
    tail=(
        "You'll get an e-mail that explains how to send {it} back; there's no need to place a new order.",
        "An e-mail will tell you how to send {it} back. You don't need to place a new order.",
    ),
)
SWAP = WriteWords(
    roles=_ITEMS,
    topic=(
        "change something in an order",
        "change an order I placed",
        "modify an order",
        "swap something in my order",
        "make a change to an order",
        "change an order before it ships",
        "fix something in an order of mine",
        "get a different version of something I ordered",
    ),
    ask=(
        "change {object} to something else",
        "switch {object} to another version",
        "modify {object} before it ships",
        "change {object} to {target}",
        "switch {object} to {target}",
        "swap {object} for {target} before it ships",
        "get {target} instead of {object}",
        "replace {object} with {target}",
        "change {object} to {target}, using {payment} for the difference",
        "switch {object} to {target} and settle the difference with {payment}",
        "replace {object} with {target} and use {payment} for any price difference",
        "change {object} to {target}, with any difference on {payment}",
        "change {object} to something else, using {payment} for the difference",
    ),
    say={
        "object": (
            "It's about {object}.",
            "I mean {object}.",
            "What I want to change is {object}.",
            "I'm talking about {object}.",
        ),
        "target": _TARGET_SAY,
        "payment": _DIFFERENCE_SAY,
        "": (
            "I picked too quickly.",
            "I should have looked at the options more closely.",
            "On second thought something else suits me better.",
            "Hope it's not too late for that.",
            "I clicked the wrong thing, I think.",
        ),
    },
    question={
        "object": ("Which item would you like to change?", "What in the order should I change?"),
        "target": _TARGET_QUESTION,
        "payment": _DIFFERENCE_QUESTION,
    },
    confirm=(
        "change of items in order {order_id}: {pairs}. {settlement} Items of an order can be changed only once",
        "in order {order_id} I replace {replacements}. {settlement} This is possible only once per order",
        "order {order_id}, replace {replacements}. {settlement} Please note that it works only once per order",
    ),
    done=(
        "Done. The items in order {order_id} are changed: {pairs}.",
        "Order {order_id} is updated.",
        "All set, the change in order {order_id} has gone through.",
    ),
    noun="change",
    tail=("The order can't be changed or cancelled from here on.",),
)
CANCEL = WriteWords(
    roles={"order_id": "object", "reason": "reason"},
    topic=(
        "cancel something",
        "cancel an order",
        "call off an order",
        "stop an order I placed",
        "get out of an order",
        "have an order cancelled",
        "cancel something I ordered",
    ),
    ask=(
        "cancel {object}",
        "have {object} cancelled",
        "get {object} cancelled",
        "call off {object}",
        "call {object} off",
        "stop {object}",
        "cancel {object} because {reason}",
        "cancel {object} since {reason}",
        "have {object} cancelled since {reason}",
        "get {object} cancelled as {reason}",
        "cancel {object} as {reason}",
        "call off {object} because {reason}",
    ),
    say={
        "object": (
            "It's about {object}.",
            "I mean {object}.",
            "The one to cancel is {object}.",
            "What I want cancelled is {object}.",
            "I'm talking about {object}.",
        ),
        "reason": ("{reason}.", "The reason is that {reason}.", "It's because {reason}.", "Just because {reason}."),
        "": (
            "Hope it hasn't left yet.",
            "Sorry about the hassle.",
            "I'd rather sort it out now than later.",
            "I only noticed today.",
        ),
    },
    question={
        "object": ("Which order would you like to cancel?", "Which order is it?"),
        "reason": (
            "Why would you like to cancel it: is it no longer needed, or was it ordered by mistake?",
            "May I ask for the reason: no longer needed, or ordered by mistake?",
            "What's the reason for the cancellation, no longer needed or ordered by mistake?",
        ),
    },
    confirm=(
        "cancellation of {object}, reason: {reason}. The full amount goes back to the payment method you used",
        'I cancel {object}, with "{reason}" as the reason, and the whole amount goes back to where it came from',
        "cancel {object}; reason: {reason}; full refund to the original payment method",
    ),
    done=(
        "Done. {object} is cancelled.",
        "{object} has been cancelled.",
        "All set, {object} is cancelled.",
    ),
    noun="cancellation",
    tail=(
        "The refund is immediate if you paid by gift card; otherwise it takes 5 to 7 business days.",
        "A gift card gets its money back at once, any other payment method within 5 to 7 business days.",
    ),
)
SHIP = WriteWords(
    roles={"order_id": "object", **_ADDRESS_ROLES},
    topic=(
        "change the address on an order",
        "change where an order goes",
        "fix a shipping address",
        "have an order sent somewhere else",
        "ship an order to another address",
        "redirect an order",
        "update the shipping address of an order",
    ),
    ask=(
        "change the shipping address of {object}",
        "change where {object} is going",
        "have {object} shipped somewhere else",
        "send {object} to a different address",
        "have {object} shipped to {address}",
        "have {object} sent to {address} instead",
        "change the shipping address of {object} to {address}",
        "get {object} delivered to {address}",
        "change where {object} is going, to {address}",
        "update the address for {object} to {address}",
    ),
    say={
        "object": (
            "It's about {object}.",
            "I mean {object}.",
            "The order I mean is {object}.",
            "I'm talking about {object}.",
        ),
        "address": (
            "It should go to {address}.",
            "The new address is {address}.",
            "Send it to {address}.",
            "Make it {address}.",
            "Ship it to {address} instead.",
        ),
        "": (
            "I won't be home that week.",
            "I got the address wrong.",
            "I didn't check the address when I ordered.",
            "Nobody will be there to take it in.",
        ),
    },
    question={
        "object": ("Which order is it about?", "Which order should go to another address?"),
        "address": _ADDRESS_QUESTION,
    },
    confirm=(
        "new shipping address for {object}: {address}",
        "{object} will go to {address}",
        "I change the shipping address of {object} to {address}",
    ),
    done=(
        "Done. {object} now goes to {address}.",
        "The shipping address of {object} is changed.",
        "All set, {object} will be shipped to {address}.",
    ),
    noun="address change",
)
PAY = WriteWords(
    roles={"order_id": "object", "payment_method_id": "payment"},
    topic=(
        "change how I pay for an order",
        "change the payment on an order",
        "use another payment method for an order",
        "switch the payment method on an order",
        "pay for an order some other way",
        "update the payment on an order",
    ),
    ask=(
        "change the payment method on {object}",
        "pay for {object} some other way",
        "switch the payment for {object}",
        "pay for {object} with {payment} instead",
        "switch the payment for {object} to {payment}",
        "change the payment method on {object} to {payment}",
        "have {object} charged to {payment} instead",
        "put {object} on {payment} instead",
        "use {payment} to pay for {object}",
    ),
    say={
        "object": (
            "It's about {object}.",
            "I mean {object}.",
            "The order I mean is {object}.",
            "I'm talking about {object}.",
        ),
        "payment": (
            "I want to use {payment}.",
            "Use {payment}.",
            "Charge {payment} instead.",
            "I'd rather pay with {payment}.",
            "Put it on {payment}.",
        ),
        "": (
            "I picked the wrong one at checkout.",
            "I mixed up my payment methods.",
            "It makes my bookkeeping easier.",
            "I meant to do that when I ordered.",
        ),
    },
    question={
        "object": ("Which order is it about?", "For which order should I change the payment method?"),
        "payment": ("Which payment method would you like to use?", "What should the order be paid with instead?"),
    },
    confirm=(
        "{object} will be paid with {payment}, and the former payment method is refunded",
        "new payment method for {object}: {payment}. What you paid before is refunded",
        "I switch the payment for {object} to {payment} and refund the former payment method",
    ),
    done=(
        "Done. {object} is now paid with {payment}.",
        "The payment method for {object} is changed to {payment}.",
        "All set, {object} now runs on {payment}.",
    ),
    noun="payment change",
    tail=("The former payment method is refunded at once if it's a gift card, otherwise within 5 to 7 business days.",),
)
MOVE = WriteWords(
    roles={"user_id": "object", **_ADDRESS_ROLES},
    topic=(
        "change my address",
        "update my profile",
        "update the address on my account",
        "change the address in my profile",
        "fix my account details",
        "tell you about my new address",
    ),
    ask=(
        "change my default address",
        "update the default address on my account",
        "change the address in my profile",
        "change my default address to {address}",
        "update the address in my profile to {address}",
        "set my default address to {address}",
        "have my account's address changed to {address}",
        "make {address} my default address",
    ),
    say={
        "address": (
            "The new address is {address}.",
            "It should be {address}.",
            "Make it {address}.",
            "It's {address} now.",
        ),
        "": ("I moved.", "I keep forgetting to do this.", "We moved last month.", "It's been out of date for a while."),
    },
    question={"address": _ADDRESS_QUESTION},
    confirm=(
        "your default address becomes {address}",
        "new default address on your account: {address}",
        "I change your default address to {address}",
    ),
    done=(
        "Done. Your default address is now {address}.",
        "Your profile is updated with the new address.",
        "All set, your default address is changed.",
    ),
    noun="address change",
    tail=("Orders that you've already placed keep the address they have.",),
)
WRITES = {
    "cancel_pending_order": CANCEL,
    "modify_pending_order_address": SHIP,
    "modify_pending_order_items": SWAP,
    "modify_pending_order_payment": PAY,
    "modify_user_address": MOVE,
    "return_delivered_order_items": RETURN,
    "exchange_delivered_order_items": EXCHANGE,
}
