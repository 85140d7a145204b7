"""How users of the airline's desk put things, where two ways of saying it would not go together."""

from __future__ import annotations

import random

import msgspec
import pytest

from schemas.program import At, Call, Each, Fact, OrderKey, Program
from tests.stages.simulate_dialogues.trips import AIRLINE, TASKS
from tool_specs.lexicon import Lexicon
from tool_specs.phrasing.user import ask, describe, roles

assert isinstance(AIRLINE.lexicon, Lexicon)
WORDS = AIRLINE.lexicon
MY_TRIPS = (
    Call(name="user", tool="get_user_details", arguments={"user_id": Fact(name="user_id")}),
    Each(name="number", source=At(path=("user", "reservations"))),
    Call(name="trip", tool="get_reservation_details", arguments={"reservation_id": At(path=("number",))}),
)


@pytest.mark.parametrize("column", ["created_at", "flights.0.date"])
def test_a_superlative_over_all_reservations_says_what_they_are_once(column: str) -> None:
    path = ("trip", *(int(part) if part.isdigit() else part for part in column.split(".")))
    latest = Program(steps=MY_TRIPS, where=(), order=(OrderKey(column=path, descending=True),), pick="first")
    texts = [describe(WORDS, (latest,), 0, {}, random.Random(seed)).text for seed in range(60)]
    assert any(" of all " in text for text in texts)
    for text in texts:
        assert text.count("reservation") == 1 and text.count("booked") < 2, text


def test_who_wants_another_cabin_does_not_ask_to_change_the_flights() -> None:
    task = TASKS["cabin_of_named"]
    (request,) = task.requests
    facts = {entry.name: entry.value for entry in task.knowledge}
    assert "cabin" in roles(WORDS, request) and "flights" not in roles(WORDS, request)
    hints = {ask(WORDS, request, facts, (), random.Random(seed)) for seed in range(60)}
    assert "change the cabin of a reservation" in hints and not any("flights" in hint for hint in hints)


def test_what_breaks_a_tie_ends_its_sentence() -> None:
    """Or "the fastest one in economy" would be another flight."""
    task = TASKS["book_cheapest"]
    (request,) = task.requests
    flights, *others = request.programs
    tie = OrderKey(column=("way", "duration"), descending=False)
    tied = msgspec.structs.replace(
        request, programs=(msgspec.structs.replace(flights, order=(*flights.order, tie)), *others)
    )
    facts = {entry.name: entry.value for entry in task.knowledge}
    for seed in range(60):
        said = ask(WORDS, tied, facts, ("object", "cabin", "payment"), random.Random(seed))
        clause, *rest = said.split(". ")
        assert clause.rstrip(")").endswith(" one") and len(rest) == 2, said
