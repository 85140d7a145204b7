from __future__ import annotations

import random

import pytest

from tool_specs.phrasing.english import a, agree, inside, is_plural, listed, lower_name, money, number, plural, sentence
from tool_specs.phrasing.frames import casual


@pytest.mark.parametrize(
    ("noun", "many"),
    [
        ("office chair", "office chairs"),
        ("bookshelf", "bookshelves"),
        ("chef's knife", "chef's knives"),
        ("hiking boots", "hiking boots"),
        ("wristwatch", "wristwatches"),
        ("luggage set", "luggage sets"),
        ("battery", "batteries"),
        ("T-Shirt", "T-Shirts"),
    ],
)
def test_plurals(noun: str, many: str) -> None:
    assert plural(noun) == many
    assert is_plural(many)


@pytest.mark.parametrize(
    ("noun", "said"),
    [
        ("order", "an order"),
        ("laptop", "a laptop"),
        ("LED light bulb", "an LED light bulb"),
        ("E-Reader", "an E-Reader"),
        ("USB hub", "a USB hub"),
        ("sunglasses", "sunglasses"),
    ],
)
def test_articles(noun: str, said: str) -> None:
    assert a(noun) == said


def test_clauses_agree() -> None:
    assert agree("that has been delivered", True) == "that have been delivered"
    assert agree("that's already been delivered", True) == "that have already been delivered"
    assert agree("that's in stock", True) == "that are in stock"
    assert agree("that's in stock", False) == "that's in stock"


def test_small_things() -> None:
    assert listed(["a", "b", "c"]) == "a, b and c"
    assert money(1380.7) == "$1,380.70"
    assert (number(7), number(17)) == ("seven", "17")
    assert lower_name("LED Light Bulb") == "LED light bulb"
    assert sentence("hi , there") == "Hi, there."
    assert inside("The end.") == "the end"
    assert inside("I know.") == "I know"


def test_casual_text_keeps_names() -> None:
    text = casual("Hi there. Nora Field here. I want it, and I'm sure. The Visa card.", random.Random(0))
    assert text.startswith("hi there. Nora Field here. i want it, and i'm sure. the Visa card")
