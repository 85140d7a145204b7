from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tool_specs.references import BadSchema, Schemas

TEXT = {"type": "string"}


def shelf(**schemas: Any) -> Schemas:
    return Schemas({"components": {"schemas": schemas}})


def to(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def references(value: Any) -> list[str]:
    if isinstance(value, dict):
        own = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
        return own + [each for inner in value.values() for each in references(inner)]
    return [each for inner in value for each in references(inner)] if isinstance(value, list) else []


def test_references_are_replaced_and_what_stands_beside_them_wins() -> None:
    schemas = shelf(
        Loan={"type": "object", "properties": {"id": to("Id")}}, Id={"type": "string", "description": "An id."}
    )
    plain = schemas.plain({"type": "array", "items": {**to("Loan"), "description": "One loan."}}, "here")
    assert plain["items"] == {
        "type": "object",
        "properties": {"id": {"type": "string", "description": "An id."}},
        "description": "One loan.",
    }
    assert schemas.bounded == {}


def test_a_property_may_be_called_like_a_keyword() -> None:
    given = {"type": "object", "properties": {"$ref": TEXT, "example": to("Id"), "items": TEXT}}
    assert shelf(Id=TEXT).plain(given, "here") == {
        "type": "object",
        "properties": {"$ref": TEXT, "example": TEXT, "items": TEXT},
    }


def test_a_schema_that_contains_itself_is_entered_once() -> None:
    topic = {"type": "object", "properties": {"name": TEXT, "parts": {"type": "array", "items": to("Topic")}}}
    schemas = shelf(Topic=topic)
    plain = schemas.plain(to("Topic"), "GET /topics")
    assert plain["properties"]["parts"] == {"type": "array", "items": {"type": "object"}}
    assert schemas.bounded == {"#/components/schemas/Topic/properties/parts/items": "#/components/schemas/Topic"}


def test_many_schemas_that_contain_one_another_stay_small() -> None:
    names = [f"S{number}" for number in range(40)]
    everything = {name: {"type": "object", "properties": {other: to(other) for other in names}} for name in names}
    plain = shelf(**everything).plain(to("S0"), "here")
    assert set(plain["properties"]) == set(names)
    assert all(each == {"type": "object"} for each in plain["properties"].values())


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        (to("Nobody"), "leads nowhere"),
        ({"$ref": "loans.yaml#/Loan"}, "another file"),
        ({"$ref": "#Loan"}, "leads nowhere"),
        (to("One"), "back to itself"),
    ],
)
def test_references_that_cannot_be_followed_name_their_place(schema: dict[str, Any], words: str) -> None:
    schemas = shelf(One=to("Two"), Two=to("One"), Fine=TEXT)
    with pytest.raises(BadSchema, match=words) as caught:
        schemas.plain({"type": "object", "properties": {"loan": schema}}, "POST /loans")
    assert "POST /loans/properties/loan" in str(caught.value)


def test_pointers_are_unescaped() -> None:
    schemas = Schemas({"paths": {"/loans/{id}": {"x": [TEXT]}}})
    assert schemas.plain({"$ref": "#/paths/~1loans~1%7Bid%7D/x/0"}, "here") == TEXT


def test_the_words_of_openapi_3_0_are_translated() -> None:
    plain = shelf().plain(
        {"type": "integer", "nullable": True, "minimum": 0, "exclusiveMinimum": True, "example": 3, "xml": {}}, "here"
    )
    assert plain == {"type": ["integer", "null"], "exclusiveMinimum": 0, "examples": [3]}
    assert shelf().plain({"enum": ["a"], "nullable": True, "maximum": 1, "exclusiveMaximum": False}, "here") == {
        "enum": ["a", None],
        "maximum": 1,
    }


@given(st.integers(0, 2**32))
def test_any_tangle_of_schemas_comes_out_finite_and_the_same_from_every_start(seed: int) -> None:
    rng = random.Random(seed)
    names = [f"S{number}" for number in range(rng.randint(1, 7))]

    def some(depth: int) -> dict[str, Any]:
        if depth == 0 or rng.random() < 0.4:
            return {"type": "object", "allOf": [to(rng.choice(names))]} if rng.random() < 0.7 else TEXT
        return {"type": "object", "properties": {str(n): some(depth - 1) for n in range(rng.randint(0, 3))}}

    given = {name: some(2) for name in names}
    plain = {name: shelf(**given).plain(to(name), "here") for name in names}
    assert not references(plain)
    together = shelf(**given)
    assert {name: together.plain(to(name), "here") for name in reversed(names)} == plain


@pytest.mark.parametrize(
    "schema", [{"properties": ["a"]}, {"allOf": {}}, {"type": 3}, {"type": [3]}, {"required": "a"}, {"enum": "a"}]
)
def test_keywords_nothing_can_be_made_of_are_refused(schema: dict[str, Any]) -> None:
    with pytest.raises(BadSchema, match=r"here/items: `.*` must be"):
        shelf().plain({"items": schema}, "here")


def test_what_other_exporters_write_is_understood() -> None:
    given = {"properties": {"a": {"type": "string", "required": True}, "b": {"properties": []}}}
    assert shelf().plain(given, "here") == {"properties": {"a": TEXT, "b": {"properties": {}}}}
