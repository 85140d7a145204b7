"""A gate: how many records of live steps are in work at once in one process, whatever shards they belong to.

    gate = Gate(64)
    made = await together([gate.enter(stage_of_one_record, record) for record in records])

Who came first goes first. When the limit falls, those who came last wait where they next ask for leave (`turn`), that
is between two turns of a dialogue. Nobody is thrown out, and what is finished makes room for them again.
"""

from __future__ import annotations

import asyncio
from bisect import bisect_left, insort
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from contextvars import ContextVar
from typing import Any, TypeVar

from pipeline.errors import Stopped

A = TypeVar("A")
B = TypeVar("B")

_PLACE: ContextVar[tuple[Gate, int] | None] = ContextVar("place", default=None)


class Gate:
    """See the module's text.

    Attributes:
        limit: records that may be in work.
    """

    def __init__(self, limit: int) -> None:
        """Lets `limit` records in."""
        self.limit = limit
        self._next = 0
        self._inside: list[int] = []
        self._waiting: dict[int, asyncio.Future[None]] = {}

    @property
    def inside(self) -> int:
        """Records that are in, parked ones included."""
        return len(self._inside)

    @property
    def eager(self) -> int:
        """Records that wait outside or are parked: a higher limit would be used."""
        return len(self._waiting)

    async def enter(self, work: Callable[[A], Awaitable[B]], record: A) -> B:
        """Does a record's work when there is room."""
        place, self._next = self._next, self._next + 1
        insort(self._inside, place)
        _PLACE.set((self, place))
        try:
            await self._leave_for(place)
            return await work(record)
        finally:
            del self._inside[bisect_left(self._inside, place)]
            self._wake()

    def set(self, limit: int) -> None:
        """Changes the limit."""
        self.limit = max(limit, 1)
        self._wake()

    async def _leave_for(self, place: int) -> None:
        while len(self._inside) > self.limit and bisect_left(self._inside, place) >= self.limit:
            future = self._waiting[place] = asyncio.get_running_loop().create_future()
            try:
                await future
            finally:
                self._waiting.pop(place, None)

    def _wake(self) -> None:
        if self._waiting:
            for place in self._inside[: self.limit]:
                future = self._waiting.get(place)
                if future is not None and not future.done():
                    future.set_result(None)


async def turn() -> None:
    """Asks for leave to take another turn; returns at once unless the record that asks must wait.

    Called by engines before a request. Outside of a gate nobody waits.
    """
    place = _PLACE.get()
    if place is not None:
        await place[0]._leave_for(place[1])


async def together(works: Iterable[Coroutine[Any, Any, B]]) -> list[B]:
    """Does works beside one another; the first one that fails ends the others, and its exception is raised.

    Where it is `Stopped`, the others end by themselves: what they have asked for is paid, so it is waited for.
    """
    tasks = [asyncio.ensure_future(work) for work in works]
    try:
        return list(await asyncio.gather(*tasks))
    except Stopped:
        await asyncio.gather(*tasks, return_exceptions=True)
        raise
    except BaseException:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        raise
