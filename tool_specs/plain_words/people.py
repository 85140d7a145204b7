"""People in words: how users say who they are, and how an agent asks for it."""

from __future__ import annotations

from tool_specs.domain import Domain
from tool_specs.lexicon import Texts
from tool_specs.phrasing.english import listed
from tool_specs.plain_words.names import phrase

_KNOWN: dict[str, Texts] = {
    "email": (
        "my e-mail is {value}", "my email is {value}", "the e-mail on my account is {value}", "email: {value}",
        "you'll find me under {value}",
    ),
    "phone": ("my phone number is {value}", "you can find me by my phone number, {value}", "phone: {value}"),
    "phone_number": ("my phone number is {value}", "my number is {value}", "phone: {value}"),
    "name": ("my name is {value}", "I'm {value}", "this is {value}", "{value} here"),
    "full_name": ("my name is {value}", "I'm {value}", "this is {value}", "{value} here"),
    "username": ("my username is {value}", "I'm logged in as {value}"),
    "first_name": ("my first name is {value}",),
    "last_name": ("my last name is {value}",),
    "zip": ("my zip code is {value}", "zip {value}"),
    "birth_date": ("my date of birth is {value}", "I was born on {value}"),
    "date_of_birth": ("my date of birth is {value}", "I was born on {value}"),
}  # fmt: skip
_BOTH: Texts = ("I'm {first_name} {last_name}", "my name is {first_name} {last_name}", "{first_name} {last_name} here")
_ASKED = {
    "email": "e-mail address", "phone": "phone number", "zip": "zip code", "name": "full name", "username": "username",
    "first_name": "first name", "last_name": "last name",
}  # fmt: skip


def facts_of(domain: Domain) -> dict[str, Texts]:
    """Returns phrases for what the user knows by heart, by semantic type."""
    found = {kind: fact_texts(kind) for kind in domain.principal.types.values()}
    if {"first_name", "last_name"} <= found.keys():
        found["first_name,last_name"] = _BOTH
    return found


def fact_texts(kind: str) -> Texts:
    """Returns phrases in the user's voice that state a fact of a kind."""
    name = called(kind)
    return _KNOWN.get(kind) or (f"my {name} is {{value}}", f"{name} {{value}}", f"{name}: {{value}}")


def called(kind: str) -> str:
    """Returns what a fact is called: `card` -> `card`, `reader_card_number` -> `reader card number`."""
    return _ASKED.get(kind) or phrase(kind)


def ask_identity(domain: Domain) -> Texts:
    """Returns what an agent says to find out who it talks to."""
    ways: list[str] = []
    for name in domain.identity_tools:
        spec = domain.tools[name].spec
        ways.append(listed([called(spec.types.get(parameter, parameter)) for parameter in spec.required]))
    if not ways:
        return ("Who am I talking to?",)
    first, *rest = ways
    comma = "," if any(" and " in way for way in ways) else ""
    other = f"{comma} or your {' or your '.join(rest)}" if rest else ""
    return (
        f"Could you tell me your {first}{other}, so that I can find you?",
        f"May I have your {first}{other}?",
        f"First I need to find you. What's your {first}{other}?",
        f"To get started, please give me your {first}{other}.",
        f"So that I can look you up: what is your {first}{other}?",
        f"I'll need your {first}{other} for that.",
        f"What's the {first} that you're registered with{comma}{other.removeprefix(comma)}?",
        f"Before anything else, your {first}{other}, please.",
    )
