"""The bytes of a request and the reading of its answer, in the form of OpenAI's chat completions.

Example of a body::

    {"model": "large-1", "messages": [...], "tools": [...], "temperature": 0.7, "max_tokens": 1024, "seed": 8123}

Never streamed. The body of a request depends on the request and the model alone, so that its digest can name it.
"""

from __future__ import annotations

from typing import Any

import msgspec
import orjson

from pipeline.engines.faults import Fault
from schemas.base import Json
from schemas.completion import Completion, CompletionRequest, RawCall, Usage


def body_of(request: CompletionRequest, model: str) -> bytes:
    """Returns the JSON body that asks a model."""
    body: dict[str, Json] = {"model": model, "messages": request.messages}
    if request.tools:
        body["tools"] = tools_fragment(request.tools)
    if request.tool_choice is not None:
        body["tool_choice"] = request.tool_choice
    if request.response_format is not None:
        body["response_format"] = request.response_format
    drawn = request.sampling
    for name in ("temperature", "top_p", "max_tokens", "seed"):
        value = getattr(drawn, name)
        if value is not None:
            body[name] = value
    if drawn.stop:
        body["stop"] = drawn.stop
    body.update(drawn.extra)
    return orjson.dumps(body)


_TOOLS: dict[int, tuple[tuple[Json, ...], orjson.Fragment]] = {}
_TOOLS_KEPT = 64


def tools_fragment(tools: tuple[Json, ...]) -> orjson.Fragment:
    """Returns tools as JSON; a domain's are written once, they outweigh most dialogues."""
    found = _TOOLS.get(id(tools))
    if found is None or found[0] is not tools:
        if len(_TOOLS) >= _TOOLS_KEPT:
            _TOOLS.clear()
        # The tuple is kept, so that no other one gets its id.
        found = _TOOLS[id(tools)] = (tools, orjson.Fragment(orjson.dumps(tools)))
    return found[1]


class _Function(msgspec.Struct):
    name: str = ""
    arguments: str | dict[str, Any] | None = None


class _Call(msgspec.Struct):
    function: _Function
    id: str | None = None


class _Said(msgspec.Struct):
    content: str | None = None
    tool_calls: list[_Call] | None = None


class _Choice(msgspec.Struct):
    message: _Said
    finish_reason: str | None = None


class _Details(msgspec.Struct):
    cached_tokens: int | None = None


class _Usage(msgspec.Struct):
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    prompt_tokens_details: _Details | None = None


class Answer(msgspec.Struct):
    """A chat completion as it came, as far as it matters."""

    choices: list[_Choice]
    model: str | None = None
    usage: _Usage | None = None
    system_fingerprint: str | None = None


def read_answer(body: bytes) -> Answer:
    """Reads an answer.

    Raises:
        Fault: it is no chat completion.
    """
    try:
        answer = msgspec.json.decode(body, type=Answer)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise Fault(f"the answer is no chat completion ({error})") from error
    if not answer.choices:
        raise Fault("the answer has no choices")
    return answer


def completion_of(answer: Answer, engine: str, seconds: float) -> Completion:
    """Returns an answer as a completion, word for word."""
    choice, usage = answer.choices[0], answer.usage or _Usage()
    details = usage.prompt_tokens_details or _Details()
    return Completion(
        content=choice.message.content or "",
        tool_calls=tuple(
            RawCall(id=call.id or "", name=call.function.name, arguments=_text(call.function.arguments))
            for call in choice.message.tool_calls or ()
        ),
        finish_reason=choice.finish_reason or "",
        usage=Usage(
            prompt_tokens=usage.prompt_tokens or 0,
            completion_tokens=usage.completion_tokens or 0,
            cached_tokens=details.cached_tokens or 0,
        ),
        engine=engine + (f"#{answer.system_fingerprint}" if answer.system_fingerprint else ""),
        seconds=seconds,
    )


def _text(arguments: str | dict[str, Any] | None) -> str:
    """Returns arguments as text; some servers give them as an object already."""
    if isinstance(arguments, dict):
        return orjson.dumps(arguments).decode()
    return arguments or ""
