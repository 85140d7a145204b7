"""From a tool's call to an HTTP request, and from the response to what an agent sees: pure, without a network.

request_of(<PUT /loans/{loan_id}>, {"loan_id": "L 1", "days": 7})
-> Request(method="PUT", path="/loans/L%201", query=(), body=b'{"days":7}', content_type="application/json")
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

import orjson

from schemas.base import Json
from tool_specs.openapi import Operation

DONE = "done"
"""What an agent sees of an answer without content."""
_SAID = ("detail", "message", "error_description", "error", "title")
"""Where services put the sentence that says what is wrong, problem details (RFC 9457) first."""


class OddAnswer(ValueError):
    """An answer that is not what the document says it is."""


@dataclass(frozen=True)
class Request:
    """What is sent.

    Attributes:
        path: below the base URL, encoded.
        query: encoded; may be empty.
    """

    method: str
    path: str
    query: str
    body: bytes | None
    content_type: str | None


def request_of(operation: Operation, arguments: Mapping[str, Json]) -> Request:
    """Returns the request that a call is."""
    path, query = operation.path, list[tuple[str, str]]()
    fields: dict[str, Json] = {}
    body: bytes | None = None
    places = operation.places
    for name, value in arguments.items():
        where, there = places[name]
        if where == "path":
            path = path.replace("{" + there + "}", quote(",".join(_texts(value)), safe=","))
        elif where == "query":
            query.extend(_queried(there, value, operation.styles.get(name, "")))
        elif where == "body":
            fields[there] = value
        else:
            body = _written(value, operation.content_type)
    if body is None and operation.content_type is not None and any(where == "body" for where, _ in places.values()):
        body = _written(fields, operation.content_type)
    content_type = None if body is None else _sent_type(operation.content_type)
    return Request(operation.method.upper(), path, urlencode(query, quote_via=quote), body, content_type)


def _sent_type(content_type: str | None) -> str:
    if content_type is None or content_type.startswith("*"):
        return "application/json"
    # A form without files needs no parts.
    return "application/x-www-form-urlencoded" if content_type.startswith("multipart/") else content_type


def _written(value: Json, content_type: str | None) -> bytes:
    if _sent_type(content_type) != "application/x-www-form-urlencoded" or not isinstance(value, dict):
        return orjson.dumps(value)
    pairs = [(name, text) for name, each in value.items() for text in _texts(each)]
    return urlencode(pairs).encode()


def _queried(name: str, value: Json, style: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, each in value.items():
            for text in _texts(each):
                yield (f"{name}[{key}]" if style == "deep" else key), text
    elif style and style != "deep":
        yield name, style.join(_texts(value))
    else:
        for text in _texts(value):
            yield name, text


def _texts(value: Json) -> Iterator[str]:
    """Yields a value as texts: of a list, one for each entry; null is none."""
    for each in value if isinstance(value, list) else [value]:
        if isinstance(each, str):
            yield each
        elif each is not None:
            yield orjson.dumps(each).decode()


def answer_of(status: int, content_type: str, content: bytes, schema: Mapping[str, Any] | None) -> Json:
    """Returns what a successful response says.

    Raises:
        OddAnswer: it is no JSON although it says so, or although the document does.
    """
    if not content.strip():
        if schema:
            raise OddAnswer("the document describes an answer, but there is none")
        return DONE
    kind = content_type.split(";")[0].strip().lower()
    if kind.endswith(("/json", "+json")):
        try:
            value: Json = orjson.loads(content)
        except orjson.JSONDecodeError as error:
            raise OddAnswer(f"the answer calls itself {kind} but is no JSON ({error.msg})") from error
        return value
    if schema:
        raise OddAnswer(f"the document describes JSON, but the answer is {kind or 'of no type'}")
    return content.decode("utf-8", errors="replace")


def refusal_of(status: int, content: bytes) -> str:
    """Returns the sentence with which a service refuses a call."""
    text = content.decode("utf-8", errors="replace").strip()
    try:
        value = orjson.loads(content)
    except orjson.JSONDecodeError:
        return text if text and not text.startswith("<") else f"HTTP {status}"
    while isinstance(value, dict):
        value = next((value[key] for key in _SAID if value.get(key)), None) or text
    return value if isinstance(value, str) else text
