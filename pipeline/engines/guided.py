"""Guided answers: a JSON Schema holds every answer in a form, for models that do not call tools by themselves.

    GuidedEngine(engine)        # the request goes with a schema, the answer comes back as words or a call

    {"content": "Which book is it?"}   or   {"name": "renew_loan", "arguments": {"loan_id": "L204815"}}

The schema is made of the tools' own parameters and nothing else: it knows nothing of the task. Texts and lists without
bounds of their own get some, so that a weak model ends them.
"""

from __future__ import annotations

import json

from msgspec.structs import replace

from schemas.base import Json
from schemas.completion import Completion, CompletionRequest, RawCall
from stages.base import Engine

_LONGEST_TEXT, _LONGEST_VALUE, _LONGEST_LIST = 400, 80, 8
_BOUNDED = ("enum", "const", "pattern", "format", "maxLength")


class GuidedEngine:
    """See the module's text; satisfies `stages.base.Engine`."""

    def __init__(self, engine: Engine) -> None:
        """Guides the answers of an engine."""
        self._engine = engine
        self._formats: dict[int, tuple[tuple[Json, ...], Json]] = {}

    @property
    def revision(self) -> str:
        """Name and version."""
        return self._engine.revision

    async def complete(self, request: CompletionRequest) -> Completion:
        """Answers a request; one that asks for a form of its own gets that."""
        if request.response_format is not None:
            return await self._engine.complete(request)
        answer = await self._engine.complete(replace(request, response_format=self._format(request.tools)))
        return unguided(answer)

    def _format(self, tools: tuple[Json, ...]) -> Json:
        """Returns the form for these tools; a domain's are always the same object, which is kept beside its form."""
        found = self._formats.get(id(tools))
        if found is None or found[0] is not tools:
            if len(self._formats) >= 64:
                self._formats.clear()
            found = self._formats[id(tools)] = (tools, answer_format(tools))
        return found[1]


def answer_format(tools: tuple[Json, ...]) -> Json:
    """Returns the `response_format` of words, or a call of one of these tools (OpenAI form)."""
    words = _object({"content": {"type": "string", "minLength": 1, "maxLength": _LONGEST_TEXT}})
    functions = [tool["function"] for tool in tools]
    calls = [_object({"name": {"const": each["name"]}, "arguments": bounded(each["parameters"])}) for each in functions]
    return {
        "type": "json_schema",
        "json_schema": {"name": "answer", "strict": True, "schema": {"anyOf": [words, *calls]} if calls else words},
    }


def bounded(schema: Json) -> Json:
    """Returns a schema whose texts and lists have an end, and whose objects have no keys of their own invention."""
    if isinstance(schema, list):
        return [bounded(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    found = {name: value if name in ("enum", "const", "default") else bounded(value) for name, value in schema.items()}
    kind = schema.get("type")
    if kind == "string" and not any(name in schema for name in _BOUNDED):
        found["maxLength"] = max(_LONGEST_VALUE, schema.get("minLength", 0))
    if kind == "array":
        found.setdefault("maxItems", max(_LONGEST_LIST, schema.get("minItems", 0)))
    if kind == "object" and "properties" in schema:
        found.setdefault("additionalProperties", False)
    return found


def unguided(answer: Completion) -> Completion:
    """Returns an answer as words or a call; one that is no such JSON stays as it is, for those who read it."""
    try:
        # Not strict: grammars let control characters into texts.
        found = json.loads(answer.content, strict=False)
    except json.JSONDecodeError:
        return answer
    match found:
        case {"content": str(content)}:
            return replace(answer, content=content)
        case {"name": str(name), "arguments": dict(arguments)}:
            call = RawCall(id="guided", name=name, arguments=json.dumps(arguments))
            return replace(answer, content="", tool_calls=(call,))
    return answer


def _object(properties: dict[str, Json]) -> Json:
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}
