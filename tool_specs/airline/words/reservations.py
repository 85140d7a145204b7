"""How changes and cancellations of reservations are asked for, told, confirmed and reported."""

from __future__ import annotations

from tool_specs.lexicon import Settlement, Texts, WriteWords

_ABOUT: Texts = (
    "It's about {object}.",
    "I mean {object}.",
    "The one I mean is {object}.",
    "I'm talking about {object}.",
)
_WHICH: Texts = (
    "Which reservation is it about?",
    "Which of your reservations do you mean?",
    "Can you tell me which reservation that is?",
    "For which of your reservations?",
)
PAYMENT_SAY: Texts = (
    "Use {payment}.",
    "Charge {payment}.",
    "Put it on {payment}.",
    "I'd like to pay with {payment}.",
    "Take {payment} for that.",
)
PAYMENT_QUESTION: Texts = (
    "Which payment method would you like to use?",
    "What would you like to pay with?",
    "Which of your payment methods shall I take?",
)

SETTLEMENT = Settlement(
    role="payment",
    paid="payment_history.*.amount",
    more=(
        "It costs {1} more, charged to {0}.",
        "That's {1} extra, to be paid with {0}.",
        "You pay {1} with {0}.",
        "{1} will be charged to {0}.",
    ),
    less=(
        "It's cheaper by {1}, which goes back to {0}.",
        "You get {1} back on {0}.",
        "{1} will be refunded to {0}.",
    ),
    even=(
        "There's nothing to pay, so nothing is charged to {0}.",
        "It costs nothing extra, so {0} isn't charged.",
        "There's no charge for that, so nothing goes on {0}.",
    ),
    unknown="Any difference is settled with {0}.",
)
CANCEL = WriteWords(
    roles={"reservation_id": "object"},
    topic=(
        "cancel something",
        "cancel a trip",
        "call off a trip",
        "get out of a booking",
        "have a reservation cancelled",
        "cancel a reservation",
        "cancel something I booked",
    ),
    ask=(
        "cancel {object}",
        "have {object} cancelled",
        "get {object} cancelled",
        "call off {object}",
        "call {object} off",
        "cancel {object} and get my money back",
        "have {object} cancelled and refunded",
    ),
    say={
        "object": (*_ABOUT, "The one to cancel is {object}.", "What I want cancelled is {object}."),
        "": (
            "My plans have changed.",
            "I won't be able to go after all.",
            "Sorry about the hassle.",
            "I'd rather sort it out now than later.",
            "Something else came up.",
        ),
    },
    question={"object": ("Which reservation would you like to cancel?", *_WHICH)},
    confirm=(
        "the cancellation of {object}. The full amount goes back to the original payment methods",
        "I'll cancel {object}, all of its flights, and the whole amount goes back to where it came from",
        "I'll cancel {object}, with a full refund to the original payment methods",
    ),
    done=(
        "Done. {object} is cancelled.",
        "{object} has been cancelled.",
        "All set, {object} is cancelled.",
        "I've cancelled {object} for you.",
        "{object} is called off.",
    ),
    noun="cancellation",
    tail=(
        "The refund takes 5 to 7 business days.",
        "You'll have your money back within 5 to 7 business days.",
        "Please allow 5 to 7 business days for the refund.",
        "The money goes back to what you paid with, within 5 to 7 business days.",
    ),
)
PASSENGERS = WriteWords(
    roles={"reservation_id": "object", "passengers": "passengers"},
    topic=(
        "change who flies on a trip",
        "change the passengers on a reservation",
        "put somebody else on a reservation",
        "have somebody else fly instead",
        "change a name on a booking",
    ),
    ask=(
        "change the passengers on {object}",
        "change who flies on {object}",
        "change the passengers on {object} to {passengers}",
        "have {passengers} fly on {object} instead",
    ),
    say={
        "object": _ABOUT,
        "passengers": (
            "Please book it for {passengers}.",
            "It should be {passengers}.",
            "Make it {passengers}.",
            "The new passenger list is {passengers}.",
        ),
        "": ("There's been a change of plans.", "Somebody else will travel.", "I hope that's not too late."),
    },
    question={
        "object": _WHICH,
        "passengers": (
            "Who should fly? I need first name, last name and date of birth.",
            "What are the names and dates of birth of everybody who flies?",
        ),
    },
    confirm=(
        "new passengers on {object}: {passengers}",
        "{object} will be for {passengers}",
        "I'll change the passengers on {object} to {passengers}",
    ),
    done=(
        "Done. The passengers on {object} are changed.",
        "All set, {object} is for {passengers} now.",
        "The passengers on {object} are updated.",
    ),
    noun="passenger change",
)
BAGS = WriteWords(
    roles={
        "reservation_id": "object",
        "total_baggages": "bags",
        "nonfree_baggages": "extra",
        "payment_id": "payment",
    },
    topic=(
        "add checked bags to a trip",
        "take more bags along",
        "add luggage to a reservation",
        "change the bags on a reservation",
        "check another bag",
    ),
    ask=(
        "add checked bags to {object}",
        "take more checked bags along on {object}",
        "raise the checked bags on {object} to {bags}",
        "raise the number of checked bags on {object} to {bags}",
        "bring the checked bags on {object} up to {bags} and pay with {payment}",
    ),
    say={
        "object": _ABOUT,
        "bags": (
            "The number of checked bags should be {bags}.",
            "As for checked bags, I need {bags} in all.",
            "That makes {bags} in all.",
            "It should be {bags} in all.",
        ),
        "payment": PAYMENT_SAY,
        "": ("I'm bringing more than I thought.", "I've been shopping.", "I hope that's still possible."),
    },
    question={
        "object": _WHICH,
        "bags": ("How many checked bags should there be in all?", "How many checked bags do you need in total?"),
        "payment": PAYMENT_QUESTION,
    },
    confirm=(
        "checked bags on {object}: {total_baggages} in all, {nonfree_baggages} of them beyond the free allowance. "
        "{settlement}",
        "the number of checked bags on {object} becomes {total_baggages}, with {nonfree_baggages} beyond the free "
        "allowance. {settlement}",
    ),
    done=(
        "Done. The number of checked bags on {object} is {total_baggages} now.",
        "All set, the checked bags on {object} are {total_baggages} in all.",
        "The bags on {object} are updated.",
    ),
    noun="baggage change",
)
MOVE = WriteWords(
    roles={"reservation_id": "object", "cabin": "cabin", "flights": "flights", "payment_id": "payment"},
    topic=(
        "change a trip",
        "change the flights of a reservation",
        "change the cabin of a reservation",
        "modify a booking",
        "change something about a trip I booked",
    ),
    ask=(
        "change {object}",
        "change the flights of {object} to {flights}",
        "move {object} to {flights}",
        "change the cabin of {object} to {cabin}",
        "switch {object} to {cabin}",
        "switch {object} to {cabin} and settle the difference with {payment}",
    ),
    say={
        "object": _ABOUT,
        "cabin": ("I'd like {cabin}.", "Make it {cabin}.", "The cabin should be {cabin}."),
        "flights": ("I want {flights}.", "Put me on {flights}.", "I'd rather take {flights}."),
        "payment": (*PAYMENT_SAY, "Any difference can go on {payment}.", "Settle the difference with {payment}."),
        "": ("My plans have changed a bit.", "I'd like to be more comfortable.", "Hope that's possible."),
    },
    question={
        "object": _WHICH,
        "cabin": ("Which cabin would you like?", "What should the cabin be: basic economy, economy or business?"),
        "flights": (
            "What would you like to change, the flights or the cabin?",
            "Which flights would you like instead, or which cabin?",
            "What should it be instead: other flights, another cabin?",
        ),
        "payment": PAYMENT_QUESTION,
    },
    confirm=(
        "I'll change {object} to {cabin}, on {flights}. {settlement}",
        "I'll put {object} on {flights}, in {cabin}. {settlement}",
        "the change of {object} to {cabin}, with {flights}. {settlement}",
    ),
    done=(
        "Done. {object} is changed.",
        "All set, the change of {object} has gone through.",
        "{object} is updated.",
    ),
    noun="booking change",
)
