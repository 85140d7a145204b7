"""Structured answers: the form that a request asks for, and the JSON that comes back, which may have any other.

form("loans", {"type": "object", ...})         # -> a request's `response_format`
json_in('Here it is: {"loans": []}')           # -> {"loans": []}
"""

from __future__ import annotations

from typing import Any

import orjson

from schemas.base import Json
from schemas.completion import Completion


def form(name: str, schema: Json) -> Json:
    """Returns a JSON Schema as OpenAI's `response_format`; not strict, as that forbids optional keys."""
    return {"type": "json_schema", "json_schema": {"name": name, "schema": schema}}


def json_in(text: str) -> dict[str, Any] | None:
    """Returns the JSON object in a text, words around it left out; None where there is none."""
    try:
        found = orjson.loads(text[text.find("{") : text.rfind("}") + 1])
    except orjson.JSONDecodeError:
        return None
    return found if isinstance(found, dict) else None


def cut_off(answer: Completion, most: int | None) -> bool:
    """Whether an answer reached the cap of tokens, whatever its finish reason says."""
    return answer.finish_reason == "length" or (most is not None and answer.usage.completion_tokens >= most)
