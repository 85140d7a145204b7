"""The HTTP of a scripted server: `/v1/models`, `/v1/chat/completions`, `/health`, `/metrics`, `/served`.

    server = Server(answers.to, model="scripted", latency=Latency(0.05), mischief=Mischief(), rate=None, key=None)
    await server.serve("127.0.0.1", 8000)

`/served` tells what was answered: how many times each (session, turn) was, so that a test can see what was asked twice.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import msgspec
import orjson
from aiohttp import web

from pipeline.engines.settings import ROLES
from pipeline.serve.cache import Cache
from pipeline.serve.mischief import Fault, Latency, Mischief
from schemas.base import Json
from schemas.completion import Completion, CompletionRequest, EngineRole, Sampling
from stages.base import EngineError

_LARGEST = 64 << 20


class Server:
    """See the module's text."""

    def __init__(
        self,
        answer: Callable[[CompletionRequest], Completion],
        *,
        model: str,
        latency: Latency | None = None,
        mischief: Mischief | None = None,
        rate: float | None = None,
        key: str | None = None,
        cache: Cache | None = None,
    ) -> None:
        """Makes a server that does not listen yet.

        Args:
            answer: who speaks.
            model: the one name that is served.
            latency: of an answer.
            mischief: what goes wrong.
            rate: answers per second above which requests are sent away with 429.
            key: the one that is asked for, if any.
            cache: what requests in work fill; None has room for all.
        """
        self._answer, self._model, self._key = answer, model, key
        self._latency, self._mischief = latency or Latency(), mischief or Mischief()
        self._rate, self._free = rate, 0.0
        self._cache = cache
        self._attempts: Counter[tuple[str, int]] = Counter()
        self._served: Counter[tuple[str, int]] = Counter()
        self.app = web.Application(client_max_size=_LARGEST)
        self.app.router.add_post("/v1/chat/completions", self._complete)
        self.app.router.add_get("/v1/models", self._models)
        self.app.router.add_get("/health", self._health)
        self.app.router.add_get("/served", self._tell)
        self.app.router.add_get("/metrics", self._metrics)

    async def serve(self, host: str, port: int, ready: Callable[[int], object]) -> None:
        """Serves until it is cancelled.

        Args:
            host: address to listen at.
            port: 0 takes a free one.
            ready: is told the port as soon as it listens.
        """
        runner = web.AppRunner(self.app, access_log=None, handle_signals=False)
        await runner.setup()
        try:
            site = web.TCPSite(runner, host, port, backlog=4096)
            await site.start()
            ready(runner.addresses[0][1])
            await asyncio.Event().wait()
        finally:
            await runner.cleanup()

    async def _complete(self, http: web.Request) -> web.StreamResponse:
        refused = self._refused(http)
        if refused is not None:
            return refused
        try:
            body = orjson.loads(await http.read())
            request = _request(http.headers.get("X-Session-ID", ""), body)
        except (orjson.JSONDecodeError, KeyError, TypeError, msgspec.ValidationError) as error:
            return _error(400, f"no chat completion is asked for ({type(error).__name__}: {error})")
        if body.get("model") != self._model:
            return _error(404, f"the model {body.get('model')!r} does not exist; {self._model!r} does")
        place = (request.session, request.turn)
        fault = self._mischief.of(request, self._attempts[place])
        self._attempts[place] += 1
        if fault == "storm" or self._too_many():
            return _error(429, "too many requests", {"Retry-After": "0.2"})
        async with self._cache.room(request) if self._cache else contextlib.nullcontext():
            await asyncio.sleep(self._latency.of(self._mischief.seed, *place))
        if fault == "error":
            return _error(500, "something broke")
        try:
            # Who says the same for ever says it whatever the history; no script would have come this far.
            completion = Completion(content="") if fault == "loop" else self._answer(request)
        except EngineError as error:
            return _error(400, str(error))
        answer = orjson.dumps(_wire(self._mischief.spoiled(completion, fault, request), self._name(fault)))
        response = await _sent(http, answer, fault)
        self._served[place] += fault is None
        return response

    def _name(self, fault: Fault | None) -> str:
        return "another-model" if fault == "model" else self._model

    def _refused(self, http: web.Request) -> web.Response | None:
        if self._key is None or http.headers.get("Authorization") == f"Bearer {self._key}":
            return None
        # As some endpoints do, it repeats what it was given.
        return _error(401, f"incorrect key: {http.headers.get('Authorization', 'none')}")

    def _too_many(self) -> bool:
        if self._rate is None:
            return False
        now = time.monotonic()
        if self._free > now + 0.25:
            return True
        self._free = max(self._free, now) + 1 / self._rate
        return False

    async def _models(self, http: web.Request) -> web.Response:
        refused = self._refused(http)
        longest = {"max_model_len": self._cache.longest} if self._cache else {}
        return refused or _json({"object": "list", "data": [{"id": self._model, "object": "model", **longest}]})

    async def _health(self, _: web.Request) -> web.Response:
        return web.Response()

    async def _metrics(self, _: web.Request) -> web.Response:
        return web.Response(text=self._cache.page()) if self._cache else web.Response(status=404)

    async def _tell(self, _: web.Request) -> web.Response:
        return _json([[session, turn, count] for (session, turn), count in sorted(self._served.items())])


def _request(session: str, body: dict[str, Any]) -> CompletionRequest:
    messages = body["messages"]
    named = session.rpartition("/")[2]
    role: EngineRole = next((role for role in ROLES if role == named), "agent")
    return CompletionRequest(
        role=role,
        session=session,
        # With the system prompt and, for a user, the opening, this grows from request to request of a session.
        turn=len(messages),
        messages=tuple(messages),
        tools=tuple(body.get("tools") or ()),
        response_format=_form(body.get("response_format")),
        sampling=Sampling(max_tokens=body.get("max_tokens")),
    )


def _form(wanted: Json) -> Json:
    """Returns the form that an answer shall have, if it is one; endpoints refuse others."""
    if wanted is None or (isinstance(wanted, dict) and wanted.get("type") in ("text", "json_object")):
        return wanted
    if wanted["type"] != "json_schema" or not isinstance(wanted["json_schema"]["schema"], dict):
        raise TypeError("response_format is none of text, json_object and json_schema")
    msgspec.convert(wanted["json_schema"]["name"], str)
    return wanted


def _wire(completion: Completion, model: str) -> Json:
    calls = [
        {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}
        for call in completion.tool_calls
    ]
    usage = completion.usage
    message = {"role": "assistant", "content": completion.content or None, **({"tool_calls": calls} if calls else {})}
    return {
        "id": "chatcmpl-scripted",
        "object": "chat.completion",
        "model": model,
        "choices": [{"index": 0, "message": message, "finish_reason": completion.finish_reason}],
        "usage": {
            "prompt_tokens": usage.prompt_tokens,
            "completion_tokens": usage.completion_tokens,
            "total_tokens": usage.prompt_tokens + usage.completion_tokens,
        },
    }


async def _sent(http: web.Request, answer: bytes, fault: Fault | None) -> web.StreamResponse:
    """Sends an answer, or what a fault makes of it."""
    if fault == "type":
        return web.Response(body=b"<html>Welcome to the hotel's network</html>", content_type="text/html")
    if fault == "shape":
        return _json({"result": "ok"})
    if fault == "reset":
        _cut(http)
        return web.Response()
    if fault in ("half", "loris"):
        response = web.StreamResponse(headers={"Content-Type": "application/json", "Content-Length": str(len(answer))})
        await response.prepare(http)
        if fault == "half":
            await response.write(answer[: len(answer) // 2])
            _cut(http)
            return response
        for place in range(len(answer)):
            await response.write(answer[place : place + 1])
            await asyncio.sleep(0.5)
        return response
    return web.Response(body=answer, content_type="application/json")


def _cut(http: web.Request) -> None:
    if http.transport is not None:
        http.transport.abort()


def _json(value: Json, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    return web.Response(body=orjson.dumps(value), status=status, content_type="application/json", headers=headers)


def _error(status: int, message: str, headers: dict[str, str] | None = None) -> web.Response:
    return _json({"error": {"message": message, "type": "scripted", "code": status}}, status, headers)
