"""Admission: how many dialogues are open at once, by what the endpoints say of themselves.

    admission = Admission(gate, pools, ceiling=256)
    await admission.watch()                       # until it is cancelled

Endpoints with vLLM's `/metrics` are filled until their KV cache is. What counts is the level: the share of the cache
that open dialogues need, were all of them in it, those that wait for room included, and for the most part those that
are between two requests, since what they left in the cache is worth keeping. Too many open dialogues cost far more than
too few: each turn then computes its whole history again. So the limit begins at what fits at full length, doubles while
the level is low, grows by a seventh per turnover up to 60 %, more slowly up to 85 %, is trimmed above, and is cut at
once to what fits from 95 % on or when requests keep waiting. What endpoints do not say changes nothing. Other endpoints
begin at the ceiling; 429s make it less, answers more again. A lower limit parks dialogues between two turns
(`pipeline.gate`); nobody is thrown out.

How near that comes to the best fixed limit: `python -m benchmarks.admission`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from pipeline.engines.pool import Pool
from pipeline.engines.vllm_metrics import Load
from pipeline.gate import Gate

LOW, EASY, SOFT, HARD = 0.3, 0.6, 0.85, 0.95
"""Levels up to which the limit doubles, grows, grows ever more slowly; and from which on it is cut to what fits."""
FIT, FIT_EARLY = 0.9, 0.7
"""Levels that a cut aims at, and doubling: dialogues that have just begun will need more than they need now."""
_GROWTH, _TRIM, _BUSY = 1.15, 0.95, 0.8
_BETWEEN = 0.75
"""How much of its share a dialogue counts between two requests: the cache may be needed by others meanwhile."""
_CROWD, _PATIENCE = 0.15, 2
"""Share of requests that wait, and looks in a row, from which on that counts, once the cache is filled by _TAKEN."""
_TAKEN = 0.4
_THROWN_OUT = 0.05
"""Requests thrown out of the cache per open dialogue and turnover."""
_SMOOTH = 0.5
_FIRST_BEAT, _BEAT = 0.05, 1.0
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
    _level: float | None = None
    _waiting: float = 0.0
    _crowded: int = 0
    _turned: int = 0
    _thrown_out: int = 0
    _early: bool = True
    _cut: bool = False
    _preempted: dict[int, int] = field(default_factory=dict)

    def see(self, loads: Sequence[Load], inside: int, eager: bool, answered: int) -> None:
        """Takes a look at servers that say how full they are.

        Args:
            loads: of those that said it just now.
            inside: dialogues that are open and not parked.
            eager: more dialogues would come if they might.
            answered: answers since the last look.
        """
        self._turned += answered
        preempted = {place: load.preemptions for place, load in enumerate(loads)}
        self._thrown_out += sum(max(now - self._preempted.get(place, now), 0) for place, now in preempted.items())
        self._preempted = preempted
        if not inside or not any(load.running for load in loads):
            return
        running = sum(load.running for load in loads)
        waiting = sum(load.waiting for load in loads)
        level = level_of(loads, inside)
        smooth = self._level = level if self._level is None else self._level + _SMOOTH * (level - self._level)
        self._waiting += _SMOOTH * (waiting / (running + waiting) - self._waiting)
        # Waiting is no sign of a full cache while a server still takes its first ones in.
        taken = max(load.kv_usage for load in loads) > _TAKEN
        self._crowded = self._crowded + 1 if waiting and taken else 0
        settled = self._turned >= self.value
        full = min(level, smooth)
        if self._crowded >= _PATIENCE and self._waiting > _CROWD:
            self._lower(inside * (1 - self._waiting))
        elif full >= HARD and inside * FIT / full < self.value:
            self._lower(inside * FIT / full)
        elif self._cut and not settled:
            return  # its effect is still to come: who must be parked is so after the turn that is under way
        elif full >= SOFT or self._thrown_out > _THROWN_OUT * self.value:
            self._lower(self.value * _TRIM)
        elif eager and self._early and level < LOW and (settled or running > 0.8 * self.value):
            self._raise(min(2.0, FIT_EARLY / max(level, 0.01)))
        elif eager and settled:
            self._raise(1 + (_GROWTH - 1) * min(max((SOFT - smooth) / (SOFT - EASY), 0.0), 1.0))

    def hear(self, refused: int, eager: bool, answered: int) -> None:
        """Takes a look at endpoints that only answer or send away.

        Args:
            refused: 429s since the last look.
            eager: more dialogues would come if they might.
            answered: answers since the last look.
        """
        if refused:
            self._lower(self.value * _BUSY)
        elif eager and answered:
            self.value = min(self.value * 1.05 + 1, self.ceiling)

    def _lower(self, value: float) -> None:
        self.value = max(min(value, self.value), 1.0)
        self._early, self._cut = False, True
        self._turned = self._thrown_out = 0

    def _raise(self, factor: float) -> None:
        # One more at least, where the limit is so low that a share of it is none.
        self.value = min(max(self.value * factor, self.value + min(factor - 1, 1.0)), self.ceiling)
        self._cut = False
        self._turned = self._thrown_out = 0


def level_of(loads: Sequence[Load], inside: int) -> float:
    """Returns the share of the fullest server's KV cache that open dialogues need; more than 1 does not fit.

    Args:
        loads: of all servers.
        inside: dialogues that are open and not parked.
    """
    asked = max(load.kv_usage * (load.running + load.waiting) / load.running for load in loads if load.running)
    requests = sum(load.running + load.waiting for load in loads)
    return asked * (1 + _BETWEEN * max(inside - requests, 0) / requests)


class Admission:
    """Moves a gate's limit."""

    def __init__(self, gate: Gate, pools: Sequence[Pool], ceiling: int) -> None:
        """Takes the gate, and whom to ask."""
        self._gate, self._pools = gate, pools
        self._limit = Limit(ceiling, ceiling)
        self._talking = [endpoint for pool in pools if pool.metrics for endpoint in pool.endpoints]
        self._answered = self._refused = 0
        self._begun = not self._talking
        if self._talking:
            gate.set(1)  # until it is known how many fit

    def ceiling(self, value: int) -> None:
        """Changes the most that may be open, as other orchestrators come."""
        self._limit.ceiling = value
        self._limit.value = min(self._limit.value, value)
        if self._begun:
            self._gate.set(int(self._limit.value))

    async def watch(self) -> None:
        """Looks at the endpoints again and again."""
        await self._begin()
        beat = _FIRST_BEAT
        while True:
            await asyncio.sleep(beat)
            loads = [
                load for load in await asyncio.gather(*(each.load() for each in self._talking)) if load is not None
            ]
            answered, refused = self._since()
            # Half a turnover, so that what was changed is seen before the next change.
            beat = min(max(beat * self._limit.value / (2 * answered + 1), _FIRST_BEAT), _BEAT)
            eager = self._gate.eager > 0
            if self._talking:
                self._limit.see(loads, self._gate.inside - self._gate.eager, eager, answered)
            if refused or not self._talking:
                self._limit.hear(refused, eager, answered)
            self._gate.set(int(self._limit.value))

    async def _begin(self) -> None:
        """Finds out who says how full it is, and how many dialogues surely fit."""
        loads = await asyncio.gather(*(each.load() for each in self._talking))
        self._talking = [endpoint for endpoint, load in zip(self._talking, loads, strict=True) if load is not None]
        if self._talking:
            lengths = await asyncio.gather(*(each.longest() for each in self._talking))
            told = [load.kv_tokens for load in loads if load is not None]
            fit = sum(
                tokens // length if tokens and length else _UNKNOWN
                for tokens, length in zip(told, lengths, strict=True)
            )
            self._limit.value = min(max(fit, 1), self._limit.ceiling)
        self._begun = True
        self._gate.set(int(self._limit.value))

    def _since(self) -> tuple[int, int]:
        """Returns answers and 429s since the last call."""
        answered = sum(pool.answered for pool in self._pools)
        refused = sum(endpoint.refused for pool in self._pools for endpoint in pool.endpoints)
        before = self._answered, self._refused
        self._answered, self._refused = answered, refused
        return answered - before[0], refused - before[1]
