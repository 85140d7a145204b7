"""A vLLM server that is simulated in virtual time: a KV cache, prefixes that stay in it, preemption, batched steps.

    endpoint = SimulatedEndpoint(Server(Machine(), shared=3_000))      # in place of one that speaks HTTP
    run(main())                                                        # on an event loop on which waiting takes no time

The same seeds give the same numbers on any machine, however busy. What is as in vLLM's scheduler: requests run in
the order in which they came; a step computes one token of each request that decodes and prompts up to a budget of
tokens; blocks of finished requests stay until others need the room, the longest unused first and of those the last
tokens first; what finds no room while it decodes throws out the request that came last, which begins again.
What a step costs is the weights' read, each new token's arithmetic, and the read of what the cache holds for it.
Simpler than vLLM: decoding goes on in gulps of a few tokens, the cache is counted in tokens, and the prefix that all
sessions share never leaves it.
"""

from __future__ import annotations

import asyncio
import selectors
from collections import OrderedDict, deque
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any, TypeVar

import orjson

from pipeline.engines.endpoint import Endpoint
from pipeline.engines.settings import HttpSettings
from pipeline.engines.vllm_metrics import Load

T = TypeVar("T")
_GULP = 4
"""Tokens that a request decodes per step of the simulation."""


class _Selector(selectors.SelectSelector):
    """Instead of waiting it says how long it would have waited."""

    waited = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        self.waited += max(timeout or 0.0, 0.0)
        return super().select(0)


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop whose clock jumps to the next timer as soon as nothing is left to do."""

    def __init__(self) -> None:
        self._clock = _Selector()
        super().__init__(self._clock)

    def time(self) -> float:
        return self._clock.waited


def run(main: Coroutine[Any, Any, T]) -> T:
    """Runs a coroutine in virtual time."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(main)


@dataclass(frozen=True)
class Machine:
    """What serves: by default a model of 8 billion parameters in 16 bits on one H100.

    Attributes:
        kv_tokens: that the cache holds.
        max_model_len: tokens of the longest conversation.
        step: seconds that a step takes at least, to read the weights.
        token: seconds of arithmetic per new token.
        held: seconds per token of the cache that a decoding request reads.
        batch: tokens that a step computes at most.
        most: requests that run at once at most.
    """

    kv_tokens: int = 430_000
    max_model_len: int = 32_768
    step: float = 0.008
    token: float = 4e-5
    held: float = 4e-8
    batch: int = 8_192
    most: int = 256


@dataclass(eq=False)
class _Request:
    session: str
    prompt: int
    wanted: int
    done: asyncio.Future[None]
    made: int = 0
    computed: int = 0
    """Tokens in the cache."""
    found: int = -1
    """Tokens of the prompt that were there when it was first taken in."""

    @property
    def length(self) -> int:
        return self.prompt + self.made


@dataclass(eq=False)
class Server:
    """See the module's text.

    Attributes:
        shared: tokens that all prompts begin with.
    """

    machine: Machine
    shared: int
    running: list[_Request] = field(default_factory=list)
    waiting: deque[_Request] = field(default_factory=deque)
    preemptions: int = 0
    generated: int = 0
    computed: int = 0
    _idle: OrderedDict[str, int] = field(default_factory=OrderedDict)
    _used: int = 0
    _kept: int = 0
    _work: asyncio.Task[None] | None = None

    async def complete(self, session: str, prompt: int, wanted: int) -> int:
        """Answers one request; returns how many tokens of the prompt were in the cache."""
        request = _Request(session, prompt, wanted, asyncio.get_running_loop().create_future())
        self.waiting.append(request)
        if self._work is None:
            self._work = asyncio.ensure_future(self._steps())
        await request.done
        return request.found

    def load(self) -> Load:
        """What `/metrics` would say."""
        used = self._used + (self.shared if self.running else 0)
        return Load(
            running=len(self.running), waiting=len(self.waiting), kv_usage=used / self.machine.kv_tokens,
            kv_tokens=self.machine.kv_tokens, preemptions=self.preemptions, prompt_tokens=0,
            generated_tokens=self.generated, prefix_queries=0, prefix_hits=0,
        )  # fmt: skip

    async def _steps(self) -> None:
        while self.running or self.waiting:
            await asyncio.sleep(self._step())
            for request in [each for each in self.running if each.made >= each.wanted]:
                self.running.remove(request)
                self._release(request)
                if not request.done.done():
                    request.done.set_result(None)
        self._work = None

    def _step(self) -> float:
        """Schedules one step; returns how long it takes."""
        budget, new, read, decoding, thrown = self.machine.batch, 0, 0, 0, False
        for request in list(self.running):
            if request not in self.running:
                continue
            lacking = request.length - request.computed
            count = min(lacking, budget) if lacking > 1 else min(_GULP, request.wanted - request.made)
            while not self._take(count) and self.running:
                thrown = True
                last = self.running[-1]
                self._throw_out(last)
                if last is request:
                    break
            if request not in self.running:
                break
            self._advance(request, count, lacking)
            budget -= count
            if lacking > 1:
                new += count
            else:
                decoding += 1
                read += request.computed
        while self.waiting and budget > 0 and not thrown and len(self.running) < self.machine.most:
            request = self.waiting[0]
            there = min(self._idle.get(request.session, 0), request.length - self.shared - 1)
            count = min(request.length - self.shared - there, budget)
            if self._used + there + count > self._room:
                break
            self.waiting.popleft()
            whole = self._idle.pop(request.session, 0)
            self._kept -= whole
            self._used += there
            assert self._take(count)
            request.computed = self.shared + there
            if request.found < 0:
                request.found = request.computed
            self.running.append(request)
            self._advance(request, count, request.length - request.computed)
            budget -= count
            new += count
        self.computed += new
        gulps = _GULP if decoding else 1
        return (
            gulps * self.machine.step
            + new * self.machine.token
            + gulps * (decoding * self.machine.token + read * self.machine.held)
        )

    @property
    def _room(self) -> int:
        return self.machine.kv_tokens - self.shared

    def _advance(self, request: _Request, count: int, lacking: int) -> None:
        request.computed += count
        if lacking <= 1:
            request.made += count
            self.generated += count
        elif count == lacking:
            request.made += 1  # the step that ends a prompt gives the next token, too
            self.generated += 1

    def _take(self, count: int) -> bool:
        if self._used + count > self._room:
            return False
        self._used += count
        while self._used + self._kept > self._room:
            session, tokens = next(iter(self._idle.items()))
            gone = min(tokens, self._used + self._kept - self._room)
            self._kept -= gone
            if gone == tokens:
                del self._idle[session]
            else:
                self._idle[session] = tokens - gone
        return True

    def _release(self, request: _Request) -> None:
        own = request.computed - self.shared
        self._used -= own
        self._kept += own - self._idle.get(request.session, 0)
        self._idle[request.session] = own
        self._idle.move_to_end(request.session)

    def _throw_out(self, request: _Request) -> None:
        self.running.remove(request)
        self._release(request)
        request.computed = 0
        self.waiting.appendleft(request)
        self.preemptions += 1


class SimulatedEndpoint(Endpoint):
    """A simulated server in place of an address. The text of a message is the number of its tokens."""

    def __init__(self, server: Server, name: str = "http://simulated/v1") -> None:
        super().__init__(name, None, None, HttpSettings(base_url=name, model="simulated"), "simulated")
        self.server = server

    async def post(self, body: bytes, session: str) -> bytes:
        asked = orjson.loads(body)
        prompt, wanted = sum(int(each["content"]) for each in asked["messages"]), asked["max_tokens"]
        self.in_flight += 1
        try:
            found = await self.server.complete(session, prompt, wanted)
        finally:
            self.in_flight -= 1
        usage = {
            "prompt_tokens": prompt,
            "completion_tokens": wanted,
            "prompt_tokens_details": {"cached_tokens": found},
        }
        return orjson.dumps({"choices": [{"message": {"content": str(wanted)}}], "usage": usage})

    async def load(self) -> Load | None:
        return self.server.load()

    async def longest(self) -> int | None:
        return self.server.machine.max_model_len
