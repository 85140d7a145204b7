"""How bookings and certificates are asked for, told, confirmed and reported."""

from __future__ import annotations

from tool_specs.airline.words.reservations import PAYMENT_QUESTION, PAYMENT_SAY
from tool_specs.lexicon import WriteWords

BOOK = WriteWords(
    roles={
        "origin": "object",
        "destination": "object",
        "flights": "object",
        "flight_type": "trip",
        "cabin": "cabin",
        "passengers": "passengers",
        "payment_methods": "payment",
        "total_baggages": "bags",
        "nonfree_baggages": "extra",
        "insurance": "insurance",
    },
    topic=(
        "book a flight",
        "get a flight",
        "fly somewhere",
        "book a trip",
        "make a new booking",
        "reserve a flight",
    ),
    ask=(
        "book {object}",
        "get a ticket for {object}",
        "reserve {object}",
        "take {object}",
        "book {object} in {cabin}",
        "get a seat in {cabin} on {object}",
        "book {object} in {cabin} and pay with {payment}",
        "reserve {object} in {cabin}, paid with {payment}",
    ),
    say={
        "object": (
            "I want {object}.",
            "I'm looking for {object}.",
            "What I want to book is {object}.",
            "It's {object} that I want.",
        ),
        "trip": ("It's {trip}.", "{trip}, please.", "That's {trip}."),
        "cabin": ("I'd like {cabin}.", "{cabin}, please.", "The cabin should be {cabin}."),
        "passengers": (
            "It's {passengers}.",
            "Book it for {passengers}.",
            "It's for {passengers}.",
            "That's {passengers}.",
        ),
        "payment": PAYMENT_SAY,
        "bags": (
            "Checked bags: {bags}.",
            "{bags} to check in.",
            "I'm checking in {bags}.",
            "As for checked bags, {bags}.",
        ),
        "insurance": ("I'd like it {insurance}.", "{insurance}, please.", "Make it {insurance}."),
        "": (
            "I'm looking forward to it.",
            "I haven't been there in years.",
            "It's a bit of a spontaneous trip.",
        ),
    },
    question={
        "object": (
            "From where to where would you like to fly, and when?",
            "Which flight are you looking for?",
            "Where would you like to go, from where, and on which day?",
        ),
        "trip": ("Is it one way or a round trip?", "Do you need a flight back as well?"),
        "cabin": ("Which cabin would you like: basic economy, economy or business?", "In which cabin?"),
        "passengers": ("Who flies? I need names and dates of birth.", "Is it just you, or does somebody come along?"),
        "payment": PAYMENT_QUESTION,
        "bags": ("How many checked bags do you have?", "How many bags will you check in?"),
        "insurance": ("Would you like travel insurance?", "With or without travel insurance?"),
    },
    confirm=(
        "booking of {flights}, from {origin} to {destination}, {trip}, in {cabin}, for {passengers}. Checked bags: "
        "{total_baggages}, of which charged: {nonfree_baggages}. Travel insurance: {insurance}. Payment: "
        "{payment_methods}",
        "I'll book {flights} in {cabin}, {trip}, {origin} to {destination}; passengers: {passengers}; checked bags: "
        "{total_baggages} ({nonfree_baggages} charged); travel insurance: {insurance}; paid with {payment_methods}",
        "a {trip} booking from {origin} to {destination} on {flights}, cabin: {cabin}. Passengers: {passengers}. "
        "Bags to check: {total_baggages}, to be paid for: {nonfree_baggages}. Insurance: {insurance}. You pay "
        "{payment_methods}",
    ),
    done=(
        "Done. {flights}: it's booked.",
        "All set, you're booked on {flights}.",
        "The booking has gone through: {flights}, {origin} to {destination}.",
        "Booked: {flights}.",
    ),
    noun="booking",
)
CERTIFY = WriteWords(
    roles={"amount": "object"},
    topic=(
        "get some compensation",
        "be compensated for a flight",
        "get some compensation for the trouble with a flight",
        "ask for a certificate because of a flight",
    ),
    ask=(
        "get a certificate as compensation for {object}",
        "be compensated for {object}",
        "get some compensation for {object}",
    ),
    say={
        "object": ("It's about {object}.", "I mean {object}.", "I want compensation for {object}.", "It was {object}."),
        "": ("That really upset my plans.", "I lost a whole day over it."),
    },
    question={"object": ("Which flight is it about?", "Which flight was that?", "For which of your flights?")},
    confirm=(
        "a travel certificate worth {amount} dollars for you",
        "I'll send you a travel certificate of {amount} dollars",
    ),
    done=("Done. The certificate over {amount} dollars is in your profile.",),
    noun="compensation",
)
