"""An orchestrator: runs shards of a line with live steps beside one another, on one event loop.

    orchestrator = Orchestrator(line, folder)
    result = await orchestrator.shard(order)             # others may be awaited at the same time
    await orchestrator.close()

While one shard's last dialogues end, the next shard's are under way: no step waits for a whole shard but its own.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.engines.speaking import speaking
from pipeline.errors import Stopped
from pipeline.gate import Gate
from pipeline.line import Line, Order
from pipeline.shard import ShardResult, bring, services_here

if TYPE_CHECKING:
    from pipeline.engines.admission import Admission

_BEAT = 0.05
"""Seconds between two looks at the loop's lag."""


class Orchestrator:
    """See the module's text.

    Attributes:
        gate: says how many records are in work.
        lag: seconds that the loop is late, smoothed: above some milliseconds it has more to do than it can.
    """

    def __init__(self, line: Line, folder: Path) -> None:
        """Begins; must be called on the event loop."""
        self._line, self._folder = line, folder
        self.gate = Gate(line.concurrency)
        self.lag = 0.0
        self._pulse = [asyncio.ensure_future(self._beat())]
        self._admission: Admission | None = None
        engines = speaking(services_here(line))
        if engines and engines.pools:
            from pipeline.engines.admission import Admission

            self._admission = Admission(self.gate, list(engines.pools.values()), line.concurrency)
            self._pulse.append(asyncio.ensure_future(self._admission.watch()))

    def share(self, limit: int) -> None:
        """Sets how many records may be in work here at most."""
        if self._admission:
            self._admission.ceiling(limit)
        else:
            self.gate.set(limit)

    async def shard(self, order: Order, upto: int | None = None) -> ShardResult:
        """Brings a shard through its steps; see `pipeline.shard.bring`."""
        return await bring(self._line, self._folder, order, upto, self.gate)

    def hold(self) -> tuple[float, float]:
        """Spends nothing until the next grant; returns what is spent and what is committed so far. See `Purse`."""
        engines = speaking(services_here(self._line))
        return (engines.purse.spent, engines.purse.hold()) if engines else (0.0, 0.0)

    def grant(self, elsewhere: float, processes: int) -> None:
        """Shares what is left of the budget with other processes, which have committed so much."""
        if engines := speaking(services_here(self._line)):
            engines.purse.grant(elsewhere, processes)

    async def close(self) -> None:
        """Closes connections."""
        from pipeline.engines.connections import close_connections

        for pulse in self._pulse:
            pulse.cancel()
        await asyncio.gather(*self._pulse, return_exceptions=True)
        await close_connections()

    async def _beat(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            before = loop.time()
            await asyncio.sleep(_BEAT)
            self.lag += 0.1 * (loop.time() - before - _BEAT - self.lag)


def ahead(concurrency: int, orders_per_shard: int) -> int:
    """Returns how many shards must be in flight to have so many records in work."""
    return 2 + -(-2 * concurrency // orders_per_shard)


def run_here(line: Line, folder: Path, orders: Iterator[Order]) -> Iterator[ShardResult]:
    """Runs shards on an event loop of this thread and yields results in the order of the orders."""
    with asyncio.Runner() as runner:
        orchestrator = runner.run(_begin(line, folder))
        flying: deque[asyncio.Task[ShardResult]] = deque()
        try:
            for order in orders:
                flying.append(runner.run(_start(orchestrator, order)))
                if len(flying) >= ahead(line.concurrency, len(order.specs)):
                    yield runner.run(_end(flying.popleft()))
            while flying:
                yield runner.run(_end(flying.popleft()))
        except Stopped:
            # What was asked is paid for: it is waited for, and noted. Nothing new is asked.
            runner.run(_all(flying))
            raise
        finally:
            runner.run(_close(orchestrator, flying))


async def _begin(line: Line, folder: Path) -> Orchestrator:
    return Orchestrator(line, folder)


async def _start(orchestrator: Orchestrator, order: Order) -> asyncio.Task[ShardResult]:
    return asyncio.ensure_future(orchestrator.shard(order))


async def _end(task: asyncio.Task[ShardResult]) -> ShardResult:
    return await task


async def _all(flying: deque[asyncio.Task[ShardResult]]) -> None:
    await asyncio.gather(*flying, return_exceptions=True)


async def _close(orchestrator: Orchestrator, flying: deque[asyncio.Task[ShardResult]]) -> None:
    for task in flying:
        task.cancel()
    await asyncio.gather(*flying, return_exceptions=True)
    await orchestrator.close()
