"""Calls become requests that say the same, and responses become what an agent can read."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, unquote

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.openapi_request import DONE, OddAnswer, answer_of, refusal_of, request_of
from tool_specs.openapi import Operation, read_openapi

ARRAY = {"type": "array", "items": {"type": "string"}}


def operation(path: str, method: str = "get", **body: Any) -> Operation:
    return read_openapi({"openapi": "3.1.0", "paths": {path: {method: {"operationId": "it", **body}}}})[1][0]


def parameter(name: str, where: str, schema: Any = None, **more: Any) -> dict[str, Any]:
    return {"name": name, "in": where, "required": where == "path", "schema": schema or {"type": "string"}, **more}


BODY = {"type": "object", "properties": {"days": {"type": "integer"}, "note": {"type": "string"}, "tags": ARRAY}}
PUT = operation(
    "/loans/{loan_id}", "put",
    parameters=[parameter("loan_id", "path"), parameter("tag", "query", ARRAY)],
    requestBody={"required": True, "content": {"application/json": {"schema": BODY}}},
)  # fmt: skip


@given(st.text(min_size=1), st.lists(st.text()), st.integers(-99, 99))
def test_what_is_sent_is_what_was_said(loan: str, tags: list[str], days: int) -> None:
    request = request_of(PUT, {"loan_id": loan, "tag": tags, "days": days})
    begin, _, last = request.path.rpartition("/")
    assert (request.method, begin, unquote(last)) == ("PUT", "/loans", loan)
    assert parse_qsl(request.query, keep_blank_values=True) == [("tag", tag) for tag in tags]
    assert request.body is not None and orjson.loads(request.body) == {"days": days}
    assert request.content_type == "application/json"


@pytest.mark.parametrize(
    ("more", "value", "query"),
    [
        ({}, ["a", "b"], "q=a&q=b"),
        ({"explode": False}, ["a", "b"], "q=a%2Cb"),
        ({"style": "spaceDelimited"}, ["a", "b"], "q=a%20b"),
        ({"style": "pipeDelimited"}, ["a", "b"], "q=a%7Cb"),
        ({"style": "deepObject", "schema": {"type": "object"}}, {"from": "a", "to": 2}, "q%5Bfrom%5D=a&q%5Bto%5D=2"),
        ({"schema": {"type": "object"}}, {"from": "a"}, "from=a"),
        ({"schema": {"type": "boolean"}}, True, "q=true"),
        ({"schema": {"type": "number"}}, 2.5, "q=2.5"),
        ({}, None, ""),
    ],
)
def test_queries_have_the_style_that_the_document_says(more: Any, value: Any, query: str) -> None:
    it = operation("/loans", parameters=[{**parameter("q", "query", ARRAY), **more}])
    assert request_of(it, {"q": value}).query == query
    assert request_of(it, {}).query == ""


def test_bodies_are_json_a_form_or_the_one_value() -> None:
    def body(kind: str, schema: Any) -> Operation:
        return operation("/loans", "post", requestBody={"required": True, "content": {kind: {"schema": schema}}})

    form = request_of(body("application/x-www-form-urlencoded", BODY), {"note": "a b", "tags": ["x", "y"]})
    assert (form.body, form.content_type) == (b"note=a+b&tags=x&tags=y", "application/x-www-form-urlencoded")
    parts = request_of(body("multipart/form-data", BODY), {"days": 3})
    assert (parts.body, parts.content_type) == (b"days=3", "application/x-www-form-urlencoded")
    whole = request_of(body("application/json", ARRAY), {"body": ["x"]})
    assert whole.body == b'["x"]'
    assert request_of(body("application/json", BODY), {}).body == b"{}", "required, though nothing in it is"
    assert request_of(operation("/loans"), {}).body is None


def test_answers_are_json_text_or_nothing() -> None:
    assert answer_of(200, "application/json; charset=utf-8", b'{"a": 1}', None) == {"a": 1}
    assert answer_of(200, "application/problem+json", b"[1]", None) == [1]
    assert answer_of(200, "text/plain", "schön".encode(), {}) == "schön"
    assert answer_of(204, "", b"", None) == DONE
    with pytest.raises(OddAnswer, match="calls itself application/json but is no JSON"):
        answer_of(200, "application/json", b"<html>", None)
    with pytest.raises(OddAnswer, match="describes JSON, but the answer is text/html"):
        answer_of(200, "text/html", b"<html>", {"type": "object"})
    with pytest.raises(OddAnswer, match="describes an answer, but there is none"):
        answer_of(200, "", b" ", {"type": "object"})


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b'{"detail": "loan not found"}', "loan not found"),
        (b'{"error": {"code": 7, "message": "too late"}}', "too late"),
        (b'{"title": "No", "type": "about:blank"}', "No"),
        (b'{"detail": [{"loc": ["path"]}]}', '{"detail": [{"loc": ["path"]}]}'),
        (b'{"code": 7}', '{"code": 7}'),
        (b"not here", "not here"),
        (b"<html></html>", "HTTP 404"),
        (b"", "HTTP 404"),
    ],
)
def test_refusals_say_why(content: bytes, said: str) -> None:
    assert refusal_of(404, content) == said


def test_the_schema_of_an_answer_is_that_of_its_status() -> None:
    content = {"content": {"application/json": {"schema": {"type": "object"}}}}
    error = {"content": {"application/json": {"schema": {"type": "string"}}}}
    it = operation("/loans", responses={"201": content, "204": {}, "2XX": error, "default": error})
    assert it.answer_schema(201) == {"type": "object"} == it.spec.returns
    assert it.answer_schema(204) is None and it.answer_schema(202) == {"type": "string"}
    only_errors = operation("/loans", responses={"200": {}, "default": error})
    assert only_errors.spec.returns is None, "what an error looks like is no result"
