"""How a return is asked for, told, confirmed and reported."""

from __future__ import annotations

from tool_specs.lexicon import Texts, WriteWords

_REFUND_QUESTION: Texts = (
    "Where should the refund go: to the original payment method, or to a gift card?",
    "How would you like to be refunded: to the original payment method or to a gift card in your profile?",
    "Which payment method should receive the refund, the original one or a gift card?",
    "Should the money go back to where it came from, or to a gift card of yours?",
    "For the refund there are two ways, the original payment method or a gift card. Which one?",
    "And the refund, to a gift card or to what you paid with?",
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
            "It's {object}.",
            "The thing to return is {object}.",
            "What I want to send back is {object}.",
            "{object}, that's what has to go back.",
            "I'm thinking of {object}.",
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
        "object": (
            "What would you like to return?",
            "Which item would you like to send back?",
            "What is it that should go back?",
            "Which of your things is it about?",
        ),
        "payment": _REFUND_QUESTION,
    },
    confirm=(
        "the return of {object} from order {order_id}, with the refund to {payment}",
        "I'll request the return of {object} from order {order_id}, and the refund will go to {payment}",
        "{object} from order {order_id} will go back, and the refund will go to {payment}",
    ),
    done=(
        "Done. The return of {object} is requested.",
        "The return is requested: {object}, from order {order_id}.",
        "All set, I've requested the return of {object}.",
        "That's in: the return of {object}.",
        "Your return of {object} is registered.",
        "I've just put the return of {object} through.",
    ),
    noun="return",
    tail=(
        "You'll get an e-mail that explains how and where to send {it} back.",
        "An e-mail with instructions for sending {it} back is on its way.",
        "You'll receive an e-mail with how to send {it} back.",
        "Look out for our e-mail; it explains how to return {it}.",
        "The steps for returning {it} come by e-mail.",
        "We'll write to you about how to get {it} back to us.",
    ),
)
