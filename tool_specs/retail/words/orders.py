"""How a whole order is cancelled, and how it is paid in another way."""

from __future__ import annotations

from tool_specs.lexicon import Texts, WriteWords

ORDER_SAY: Texts = (
    "It's about {object}.",
    "It's {object}.",
    "The order I mean is {object}.",
    "I'm thinking of {object}.",
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
            "It's {object}.",
            "The one to cancel is {object}.",
            "What I want cancelled is {object}.",
            "I'm thinking of {object}.",
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
        "object": (
            "Which order would you like to cancel?",
            "Which order is it?",
            "Which of your orders should I call off?",
            "Can you tell me which order you mean?",
        ),
        "reason": (
            "Why would you like to cancel it: is it no longer needed, or was it ordered by mistake?",
            "May I ask for the reason: no longer needed, or ordered by mistake?",
            "What's the reason for the cancellation, no longer needed or ordered by mistake?",
        ),
    },
    confirm=(
        'the cancellation of {object} as "{reason}". The full amount goes back to the payment method you used',
        'I\'ll cancel {object}, with "{reason}" as the reason, and the whole amount goes back to where it came from',
        'I\'ll cancel {object} as "{reason}", with a full refund to the original payment method',
    ),
    done=(
        "Done. {object} is cancelled.",
        "{object} has been cancelled.",
        "All set, {object} is cancelled.",
        "That's it, {object} won't be sent.",
        "I've cancelled {object} for you.",
        "{object} is called off.",
    ),
    noun="cancellation",
    tail=(
        "The refund is immediate if you paid by gift card; otherwise it takes 5 to 7 business days.",
        "A gift card gets its money back at once, any other payment method within 5 to 7 business days.",
        "You'll have your money back in 5 to 7 business days, or right away if a gift card was used.",
        "Refunds to gift cards are instant; all others need 5 to 7 business days.",
        "Please allow 5 to 7 business days for the refund, unless you used a gift card, where it's there already.",
    ),
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
        "object": ORDER_SAY,
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
        "{object} will be paid with {payment}, and the former payment method will be refunded",
        "the new payment method for {object} will be {payment}. What you paid before is refunded",
        "I'll switch the payment for {object} to {payment} and refund the former payment method",
    ),
    done=(
        "Done. {object} is now paid with {payment}.",
        "The payment method for {object} is changed to {payment}.",
        "All set, {object} is now charged to {payment}.",
    ),
    noun="payment change",
    tail=(
        "The former payment method is refunded at once if it's a gift card, otherwise within 5 to 7 business days.",
        "What you paid before comes back right away on a gift card, and in 5 to 7 business days on anything else.",
        "The old payment is returned: immediately for gift cards, within 5 to 7 business days for the rest.",
        "Expect the earlier amount back in 5 to 7 business days, or at once if it was a gift card.",
    ),
)
