from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tool_specs.openapi import read_openapi
from tool_specs.tool_lists import ToolListError, read_tools
from tool_specs.yaml_text import read_yaml

LIBRARY = b"""
openapi: 3.0.3
info: {title: Library, version: 2026-11-22}
paths:
  /loans/{loan_id}:
    parameters:
      - {name: loan_id, in: path, required: true, description: The loan., schema: {type: string}}
      - {name: trace, in: header, required: true, schema: {type: string}}
    get:
      operationId: getLoan
      summary: Look a loan up.
      responses:
        200: {content: {application/json: {schema: {$ref: '#/components/schemas/Loan'}}}}
    put:
      operationId: loans.change
      description: Change a loan.
      requestBody: {$ref: '#/components/requestBodies/Loan'}
      responses: {'204': {description: Done.}}
  /loans/search:
    post:
      x-writ-effect: read
      requestBody:
        content: {application/x-www-form-urlencoded: {schema: {type: object, properties: {title: {type: string}}}}}
      responses:
        default: {content: {application/json: {schema: {type: array, items: {$ref: '#/components/schemas/Loan'}}}}}
  /notes:
    post:
      operationId: addNotes
      requestBody: {required: true, content: {application/json: {schema: {type: array, items: {type: string}}}}}
      responses: {}
  /cover:
    put: {operationId: setCover, requestBody: {content: {image/png: {}}}, responses: {}}
components:
  requestBodies:
    Loan: {required: true, content: {application/json: {schema: {$ref: '#/components/schemas/Loan'}}}}
  schemas:
    Loan:
      allOf:
        - {type: object, required: [loan_id, days], properties: {loan_id: {type: string}, days: {type: integer}}}
        - {type: object, properties: {since: {type: string, readOnly: true}, note: {type: string, nullable: true}}}
"""


def document(**paths: Any) -> dict[str, Any]:
    return {"openapi": "3.1.0", "paths": {f"/{name}": item for name, item in paths.items()}}


def test_an_operation_is_a_tool_of_path_query_and_body() -> None:
    listed, operations = read_openapi(read_yaml(LIBRARY))
    assert (listed.form, listed.title) == ("openapi", "Library")
    by_name = {each.spec.name: each for each in operations}
    assert [spec.name for spec in listed.specs] == list(by_name)
    assert list(by_name) == ["getLoan", "loans_change", "post_loans_search", "addNotes", "setCover"]
    get = by_name["getLoan"]
    assert get.spec.description == "Look a loan up."
    assert get.spec.parameters == {
        "type": "object",
        "properties": {"loan_id": {"description": "The loan.", "type": "string"}},
        "required": ["loan_id"],
        "additionalProperties": False,
    }
    assert get.spec.returns["allOf"][0]["properties"]["days"] == {"type": "integer"}  # type: ignore[index]
    change = by_name["loans_change"]
    assert listed.sources["loans_change"] == "loans.change"
    assert (change.method, change.path, change.content_type) == ("put", "/loans/{loan_id}", "application/json")
    assert change.places == {
        "loan_id": ("path", "loan_id"),
        "body_loan_id": ("body", "loan_id"),
        "days": ("body", "days"),
        "note": ("body", "note"),
    }
    assert change.spec.required == ("loan_id", "body_loan_id", "days") and change.spec.returns is None
    assert change.spec.parameters["properties"]["note"] == {"type": ["string", "null"]}
    notes = by_name["addNotes"]
    assert notes.places == {"body": ("whole body", "body")} and notes.spec.required == ("body",)
    assert by_name["post_loans_search"].content_type == "application/x-www-form-urlencoded"
    assert by_name["post_loans_search"].spec.returns["type"] == "array"  # type: ignore[index]


def test_effects_come_from_the_method_unless_the_document_says_otherwise() -> None:
    listed, _ = read_openapi(read_yaml(LIBRARY))
    assert {spec.name: (spec.effect, spec.effect_source) for spec in listed.specs} == {
        "getLoan": ("read", "method"),
        "loans_change": ("write", "method"),
        "post_loans_search": ("read", "declared"),
        "addNotes": ("write", "method"),
        "setCover": ("write", "method"),
    }
    found = document(
        a={"post": {"x-read-only": True}, "get": {"x-readOnly": False}, "head": {"x-writ-effect": "generic"}}
    )
    assert [spec.effect for spec in read_tools(found).specs] == ["write", "read", "generic"]


def test_what_was_decided_is_told() -> None:
    listed, _ = read_openapi(read_yaml(LIBRARY))
    told = [(note.kind, note.place) for note in listed.notes]
    assert told == [
        ("renamed", "loans.change"),
        ("left out", "GET /loans/{loan_id}"),
        ("left out", "PUT /loans/{loan_id}"),
        ("collision", "PUT /loans/{loan_id}"),
        ("left out", "PUT /cover"),
    ]
    assert "'body_loan_id'" in listed.notes[3].message and "image/png" in listed.notes[4].message


def test_an_operation_s_parameter_replaces_that_of_its_path() -> None:
    one = {"name": "page", "in": "query", "schema": {"type": "string"}}
    found = document(
        a={"parameters": [one], "get": {"parameters": [{**one, "schema": {"type": "integer"}, "required": True}]}}
    )
    (spec,) = read_tools(found).specs
    assert spec.parameters["properties"] == {"page": {"type": "integer"}} and spec.required == ("page",)


def test_a_recursive_schema_is_bounded_and_told() -> None:
    topic = {
        "type": "object",
        "properties": {"parts": {"type": "array", "items": {"$ref": "#/components/schemas/Topic"}}},
    }
    answer = {"200": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Topic"}}}}}
    found = read_tools({**document(topics={"get": {"responses": answer}}), "components": {"schemas": {"Topic": topic}}})
    assert found.specs[0].returns == {
        "type": "object",
        "properties": {"parts": {"type": "array", "items": {"type": "object"}}},
    }
    assert [(note.kind, note.place) for note in found.notes] == [
        ("bounded", "#/components/schemas/Topic/properties/parts/items")
    ]


@pytest.mark.parametrize(
    ("listed", "words"),
    [
        ({"openapi": "2.0", "paths": {}}, "OpenAPI 2.0 is not read"),
        ({"openapi": "3.0.0", "paths": {}}, "has no operations"),
        ({"openapi": "3.0.0", "paths": []}, "`paths` must be an object"),
        (document(a={"get": {"operationId": "x"}}, b={"get": {"operationId": "x"}}), "'x': GET /a and GET /b"),
        (document(a={"get": {"parameters": [{"in": "query"}]}}), "GET /a, parameter 1: it needs a `name`"),
        (document(a={"get": {"parameters": [{"$ref": "#/no"}]}}), "GET /a, parameter 1: .*leads nowhere"),
        (document(**{"a/{id}": {"get": {}}}), "GET /a/{id}: no parameter describes {id}"),
        (document(a={"get": {"x-writ-effect": "reads"}}), "GET /a: `x-writ-effect: reads` is unknown"),
        (document(a={"get": {"x-read-only": "yes"}}), "GET /a: `x-read-only: yes` is unknown"),
        (document(a={"get": 3}), "GET /a: an object is wanted"),
        (document(a={"$ref": "paths.yaml#/a"}), "/a: .*another file"),
        (
            document(a={"post": {"requestBody": {"content": {"application/json": {"schema": {"$ref": "#/x"}}}}}}),
            "POST /a, request body: .*'#/x' leads nowhere",
        ),
    ],
)
def test_documents_that_cannot_be_used_are_refused_with_their_place(listed: dict[str, Any], words: str) -> None:
    with pytest.raises(ToolListError, match=words):
        read_tools(listed)


def nodes(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(each for key, child in inner for each in nodes(child, (*path, key)))]


@given(st.data())
def test_a_document_that_is_wrong_anywhere_is_read_or_refused_and_never_crashes(data: st.DataObject) -> None:
    wrong = read_yaml(LIBRARY)
    path = data.draw(st.sampled_from(nodes(wrong)[1:]))
    value = data.draw(st.sampled_from([None, True, 3, "x", [], {}, [3], {"$ref": "#/info"}, {"type": []}, {"a": 1}]))
    place = wrong
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    with suppress(ToolListError):
        for spec in read_tools(wrong).specs:
            assert spec.parameters["type"] == "object" and set(spec.required) <= set(spec.parameters["properties"])
