"""Admission: how many dialogues are open at once, by what the endpoints say of themselves.

    admission = Admission(gate, pools, ceiling=256)
    await admission.watch()                       # until it is cancelled

Endpoints with vLLM's `/metrics` are filled until their KV cache is: from what fits at full length upwards, by a fifth
per turnover while the cache is under 60 % and more dialogues would come, more slowly up to 80 %; trimmed softly above
80 %, to 70 % at once above 90 %, and when requests were thrown out of the cache or keep waiting for room in it. What
they do not say changes nothing. Other endpoints begin at the ceiling; 429s make it less, answers more again.
A lower limit parks dialogues between two turns (`pipeline.gate`); nobody is thrown out.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

import aiohttp
import msgspec

from pipeline.engines.connections import connections
from pipeline.engines.endpoint import Endpoint
from pipeline.engines.pool import Pool
from pipeline.engines.vllm_metrics import Load, load_of
from pipeline.gate import Gate

EASY, SOFT, HARD, TARGET = 0.6, 0.8, 0.9, 0.7
"""Shares of the KV cache: below the first the limit grows fast, at the second not at all; see the module's text."""
_GROWTH, _TRIM, _BUSY = 1.2, 0.95, 0.8
_PATIENCE = 3
"""Looks in a row at which requests wait for room before that counts."""
_BEAT = 1.0
_SECONDS = 2.0
_UNKNOWN = 32
"""Dialogues to begin with where an endpoint does not say how much fits."""


@dataclass
class Limit:
    """The rule, apart from who measures: a limit that each look at the endpoints changes.

    Attributes:
        value: dialogues that may be open.
        ceiling: the most that may ever be.
    """

    value: float
    ceiling: int
    _turned: int = 0
    _waiting: int = 0
    _preempted: dict[int, int] = field(default_factory=dict)

    def see(self, loads: Sequence[Load], eager: bool, answered: int) -> None:
        """Takes a look at servers that say how full they are.

        Args:
            loads: of those that said it just now.
            eager: more dialogues would come if they might.
            answered: answers since the last look.
        """
        if not loads:
            return
        kv = max(load.kv_usage for load in loads)
        preempted = {place: load.preemptions for place, load in enumerate(loads)}
        thrown_out = any(count > self._preempted.get(place, count) for place, count in preempted.items())
        self._preempted = preempted
        # Waiting is no sign of a full cache while a server still takes its first ones in.
        self._waiting = self._waiting + 1 if any(load.waiting for load in loads) and kv > EASY else 0
        self._turned += answered
        if kv >= HARD:
            self._cut(TARGET / kv)
        elif thrown_out or self._waiting >= _PATIENCE or kv >= SOFT:
            self._cut(_TRIM)
        elif eager and self._turned >= self.value:
            slope = min(max((SOFT - kv) / (SOFT - EASY), 0.0), 1.0)
            self.value = min(max(self.value * (1 + (_GROWTH - 1) * slope), self.value + slope), self.ceiling)
            self._turned = 0

    def hear(self, refused: int, eager: bool, answered: int) -> None:
        """Takes a look at endpoints that only answer or send away.

        Args:
            refused: 429s since the last look.
            eager: more dialogues would come if they might.
            answered: answers since the last look.
        """
        if refused:
            self._cut(_BUSY)
        elif eager and answered:
            self.value = min(self.value * 1.05 + 1, self.ceiling)

    def _cut(self, factor: float) -> None:
        self.value, self._turned = max(self.value * factor, 1.0), 0


class _Model(msgspec.Struct):
    max_model_len: int | None = None


class _Models(msgspec.Struct):
    data: list[_Model] = []


class Admission:
    """Moves a gate's limit."""

    def __init__(self, gate: Gate, pools: Sequence[Pool], ceiling: int) -> None:
        """Takes the gate, and whom to ask."""
        self._gate, self._pools = gate, pools
        self._limit = Limit(ceiling, ceiling)
        self._talking = [endpoint for pool in pools if pool.metrics for endpoint in pool.endpoints]
        self._answered = self._refused = 0

    def ceiling(self, value: int) -> None:
        """Changes the most that may be open, as other orchestrators come."""
        self._limit.ceiling = value
        self._limit.value = min(self._limit.value, value)
        self._gate.set(int(self._limit.value))

    async def watch(self) -> None:
        """Looks at the endpoints again and again."""
        await self._begin()
        while True:
            await asyncio.sleep(_BEAT)
            loads = [load for load in await asyncio.gather(*map(_load, self._talking)) if load is not None]
            answered, refused = self._since()
            eager = self._gate.eager > 0
            if self._talking:
                self._limit.see(loads, eager, answered)
            if refused or not self._talking:
                self._limit.hear(refused, eager, answered)
            self._gate.set(int(self._limit.value))

    async def _begin(self) -> None:
        """Finds out who says how full it is, and how many dialogues surely fit."""
        loads = await asyncio.gather(*map(_load, self._talking))
        self._talking = [endpoint for endpoint, load in zip(self._talking, loads, strict=True) if load is not None]
        if not self._talking:
            return
        lengths = await asyncio.gather(*map(_longest, self._talking))
        told = [load.kv_tokens for load in loads if load is not None]
        fit = sum(
            tokens // length if tokens and length else _UNKNOWN for tokens, length in zip(told, lengths, strict=True)
        )
        self._limit.value = min(max(fit, 1), self._limit.ceiling)
        self._gate.set(int(self._limit.value))

    def _since(self) -> tuple[int, int]:
        """Returns answers and 429s since the last call."""
        answered = sum(pool.answered for pool in self._pools)
        refused = sum(endpoint.refused for pool in self._pools for endpoint in pool.endpoints)
        before = self._answered, self._refused
        self._answered, self._refused = answered, refused
        return answered - before[0], refused - before[1]


async def _load(endpoint: Endpoint) -> Load | None:
    page = await _page(endpoint.url.removesuffix("/v1") + "/metrics")
    return load_of(page.decode("utf-8", "replace")) if page else None


async def _longest(endpoint: Endpoint) -> int | None:
    """Returns the tokens of the longest conversation that an endpoint takes, if it says so."""
    try:
        models = msgspec.json.decode(await _page(f"{endpoint.url}/models"), type=_Models).data
    except msgspec.MsgspecError:
        return None
    return models[0].max_model_len if models else None


async def _page(url: str) -> bytes:
    """Returns a page, or nothing; no key is sent, vLLM asks for none there."""
    try:
        async with connections().get(url, timeout=aiohttp.ClientTimeout(total=_SECONDS)) as response:
            return await response.read() if response.status == 200 else b""
    except (aiohttp.ClientError, OSError, TimeoutError):
        return b""
