"""What users state as they know it: who they are, addresses, reasons."""

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
        "it's {first_name} {last_name}",
        "{first_name} {last_name} here",
    ),
    "first_name,last_name,zip": (
        "I'm {first_name} {last_name}, zip code {zip}",
        "my name is {first_name} {last_name} and my zip is {zip}",
        "this is {first_name} {last_name}, {zip}",
        "{first_name} {last_name}, zip {zip}",
        "I'm {first_name} {last_name} and I live in {zip}",
        "{first_name} {last_name}, and the zip code is {zip}",
    ),
    "first_name": ("my first name is {value}", "I'm {value}"),
    "last_name": ("my last name is {value}", "last name {value}"),
    "zip": ("my zip code is {value}", "zip {value}", "my zip is {value}", "the zip code is {value}"),
    "order_id": ("order {value}", "my order {value}"),
    "address": (
        "{address1}, {address2}, {city}, {state} {zip}, {country}",
        "{address1}, {address2}, {city}, {state}, {zip}, {country}",
        "{address1}, {address2} in {city}, {state} {zip}, {country}",
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
    "Who am I talking to? Your e-mail address will do, or your first name, last name and zip code.",
    "For that I have to open your account. Which e-mail address did you sign up with, or what are your name and zip?",
    "Please tell me the e-mail address you use with us, or your full name and zip code.",
    "I'd need to find your account first. Could I have your e-mail, or your full name and zip code?",
    "Under which e-mail address would I find you? Alternatively, give me your full name and zip.",
    "Could you send me your account's e-mail address? Name and zip code are fine too.",
)
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
