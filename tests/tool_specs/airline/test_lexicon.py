"""Words for what the tools, rules and rows have."""

from __future__ import annotations

import string

import orjson
import pytest

from tool_specs.domain import Domain, generate_world
from tool_specs.lexicon import Lexicon
from tool_specs.reading import values_at
from tool_specs.sandbox import Sandbox


@pytest.fixture
def words(airline: Domain) -> Lexicon:
    assert isinstance(airline.lexicon, Lexicon)
    return airline.lexicon


def test_every_write_and_rule_has_words(airline: Domain, words: Lexicon) -> None:
    writes = {name for name, tool in airline.tools.items() if tool.spec.effect == "write"}
    assert words.writes.keys() == writes
    spoken_of = {guard.name for guard in airline.guards} - {"identity_first", "confirmed", "summary"}
    assert spoken_of <= words.refusals.keys()


def test_roles_are_of_parameters_and_slots_of_roles(airline: Domain, words: Lexicon) -> None:
    for name, write in words.writes.items():
        parameters = set(airline.tools[name].spec.parameters["properties"])
        assert write.roles.keys() <= parameters
        roles = set(write.roles.values())
        verbs = {"it", "is", "was", "has", "s"}
        for text in (*write.ask, *(text for texts in write.say.values() for text in texts)):
            assert {slot for _, slot, _, _ in string.Formatter().parse(text) if slot} <= roles | verbs, text
        for text in (*write.confirm, *write.done):
            assert {slot for _, slot, _, _ in string.Formatter().parse(text) if slot} <= roles | parameters | verbs | {
                "settlement"
            }


def test_choices_are_the_schemas(airline: Domain, words: Lexicon) -> None:
    properties = airline.tools["book_reservation"].spec.parameters["properties"]
    for parameter, choices in words.choices.items():
        assert set(choices) == set(properties[parameter]["enum"])


def test_columns_stand_in_results(airline: Domain, words: Lexicon) -> None:
    """Each column has a value in some profile or reservation, and each phrased value occurs or may occur."""
    sandbox = Sandbox(airline, generate_world(airline, 3, 60))
    people = [sandbox.call("get_user_details", {"user_id": each}).value for each in sandbox.world.tables["users"]]
    trips = [
        sandbox.call("get_reservation_details", {"reservation_id": each}).value
        for each in sandbox.world.tables["reservations"]
    ]
    found = {"get_user_details": people, "get_reservation_details": trips}
    for column, own in words.columns.items():
        tool, *path = column.split(".")
        if tool not in found or path == ["status"]:
            continue
        steps = ["*" if part.isdigit() else part for part in path]
        values = [value for row in found[tool] for value in values_at(row, steps)]
        assert values, column
        if own.values and not own.any_value:
            assert {orjson.dumps(value).decode() for value in values} <= own.values.keys(), column
