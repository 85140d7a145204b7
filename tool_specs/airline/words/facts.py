"""What users state as they know it: who they are, what they choose, how many bags."""

from __future__ import annotations

from tool_specs.lexicon import Texts

FACTS: dict[str, Texts] = {
    "user_id": (
        "my user id is {value}",
        "my user ID is {value}",
        "user id {value}",
        "I'm {value}",
        "my account is {value}",
        "you'll find me under {value}",
        "the user id is {value}",
        "it's {value}, that's my user id",
    ),
    "flights": ("{flight_number} on {date}",),
    "passengers": ("{first_name} {last_name}, born {dob}", "{first_name} {last_name} (date of birth {dob})"),
    "payment_methods": ("${amount} from {payment_id}",),
    "reservation_id": ("reservation {value}", "my reservation {value}"),
}
ASK_IDENTITY: Texts = (
    "So I can find your profile, could you give me your user id?",
    "Could I have your user id, please?",
    "First I need to find your profile. What's your user id?",
    "May I have your user id, so that I can pull up your profile?",
    "Which user id is your profile under?",
    "Let me look you up first: what is your user id?",
    "To get started I need your user id.",
    "Who am I talking to? Please give me your user id.",
    "For that I have to open your profile. What is your user id?",
    "Please tell me your user id first.",
    "I'd need your user id to identify you first.",
    "Under which user id would I find you?",
)
CHOICES: dict[str, dict[str, Texts]] = {
    "cabin": {
        "business": ("business", "business class", "the business cabin"),
        "economy": ("economy", "regular economy", "the economy cabin"),
        "basic_economy": ("basic economy", "the basic economy cabin"),
    },
    "insurance": {
        "yes": ("with travel insurance", "with the insurance", "with insurance"),
        "no": ("without travel insurance", "without insurance", "without any insurance"),
    },
    "flight_type": {
        "one_way": ("one way", "just one way", "a one-way trip"),
        "round_trip": ("round trip", "there and back", "a round trip"),
    },
}
