"""Guided answers: the form is the tools' own, and what comes back is words or a call."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import jsonschema_rs
import pytest

from pipeline.engines.guided import GuidedEngine, answer_format, bounded, unguided
from schemas.completion import Completion, CompletionRequest
from schemas.tool import openai_form
from tool_specs.catalog import DOMAINS, domain

RENEW = {
    "type": "function",
    "function": {
        "name": "renew_loan",
        "description": "Renew a loan.",
        "parameters": {
            "type": "object",
            "properties": {
                "loan_id": {"type": "string"},
                "days": {"type": "array", "items": {"type": "string", "enum": ["mon", "tue"]}},
            },
            "required": ["loan_id"],
        },
    },
}


class Echo:
    """Answers with a text, and keeps what it was asked."""

    revision = "echo"

    def __init__(self, content: str) -> None:
        self.content, self.asked = content, list[CompletionRequest]()

    async def complete(self, request: CompletionRequest) -> Completion:
        """Answers."""
        self.asked.append(request)
        return Completion(content=self.content, finish_reason="stop")


def _request(**more: Any) -> CompletionRequest:
    return CompletionRequest(role="agent", session="s", turn=0, messages=({"role": "user", "content": "hi"},), **more)


def _schema(response_format: Any) -> Any:
    return response_format["json_schema"]["schema"]


@pytest.mark.parametrize(
    ("answer", "fits"),
    [
        ({"content": "Which loan is it?"}, True),
        ({"name": "renew_loan", "arguments": {"loan_id": "L204815"}}, True),
        ({"name": "renew_loan", "arguments": {"loan_id": "L204815", "days": ["mon"]}}, True),
        ({"name": "renew_loan", "arguments": {}}, False),
        ({"name": "renew_loan", "arguments": {"loan_id": "L204815", "why": "so"}}, False),
        ({"name": "renew_loan", "arguments": {"loan_id": "x" * 81}}, False),
        ({"name": "renew_loan", "arguments": {"loan_id": "L204815", "days": ["sun"]}}, False),
        ({"name": "close_branch", "arguments": {}}, False),
        ({"content": ""}, False),
    ],
)
def test_an_answer_is_words_or_a_call_of_a_tool(answer: Any, fits: bool) -> None:
    assert jsonschema_rs.validator_for(_schema(answer_format((RENEW,)))).is_valid(answer) == fits


@pytest.mark.parametrize("name", sorted(DOMAINS))
def test_what_the_form_lets_through_is_what_the_tools_take(name: str) -> None:
    tools = tuple(openai_form(tool.spec) for tool in domain(name).tools.values())
    schema = _schema(answer_format(tools))
    jsonschema_rs.meta.validate(schema)
    assert [each["properties"]["name"]["const"] for each in schema["anyOf"][1:]] == list(domain(name).tools)
    assert "$ref" not in json.dumps(schema), "a reference would point to another place than before"


def test_bounds_are_added_only_where_there_are_none() -> None:
    given = {"type": "object", "properties": {"a": {"type": "string", "pattern": "^x$"}, "b": {"type": "string"}}}
    found = bounded(given)
    assert found["properties"] == {"a": {"type": "string", "pattern": "^x$"}, "b": {"type": "string", "maxLength": 80}}
    assert "maxLength" not in json.dumps(given), "what was given stays as it is"


@pytest.mark.parametrize(
    ("content", "words", "calls"),
    [
        ('{"content":"Which loan is it?"}', "Which loan is it?", []),
        ('{"content":"a\x01b"}', "a\x01b", []),
        ('{"name":"renew_loan","arguments":{"loan_id":"L2"}}', "", [("renew_loan", {"loan_id": "L2"})]),
        ('{"name":"renew_loan","arguments":{"loan_', '{"name":"renew_loan","arguments":{"loan_', []),
        ("[]", "[]", []),
    ],
)
def test_an_answer_comes_back_as_words_or_a_call(content: str, words: str, calls: list[Any]) -> None:
    found = unguided(Completion(content=content))
    assert found.content == words
    assert [(call.name, json.loads(call.arguments)) for call in found.tool_calls] == calls


def test_a_request_with_a_form_of_its_own_keeps_it() -> None:
    echo = Echo('{"content": "hello"}')
    engine = GuidedEngine(echo)
    own = {"type": "json_object"}
    assert asyncio.run(engine.complete(_request(response_format=own))).content == '{"content": "hello"}'
    assert asyncio.run(engine.complete(_request())).content == "hello"
    assert echo.asked[0].response_format == own
    assert _schema(echo.asked[1].response_format)["required"] == ["content"], "without tools there are no calls"
