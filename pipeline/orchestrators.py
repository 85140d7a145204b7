"""Orchestrators on Ray: actors that run the live steps of shards; the steps before and after are ordinary tasks.

    orders --task--> scenarios --orchestrator--> dialogues --task--> rows

So what computes never stalls what waits. One orchestrator is enough until its loop lags; then there is another, and
they share the concurrency. A shard passes by path; one whose process died is brought on from where it was.
"""

from __future__ import annotations

import asyncio
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from pipeline.errors import StageFailed, Stopped, UserError
from pipeline.house import differing
from pipeline.line import Line, Order
from pipeline.observe.event import Event, hear, told
from pipeline.observe.spans import flush
from pipeline.orchestrator import Orchestrator
from pipeline.remote.path import at
from pipeline.shard import ShardResult, run_shard

LAG = 0.02
"""Seconds that a loop is late on average from which on it needs help: answers then wait longer than work takes."""


_LOOK = 1.0
"""Seconds between two looks at all of them."""


@dataclass(frozen=True)
class Failure:
    """What went wrong in a worker, as a value: the driver tells it in its own words in place of Ray's.

    Attributes:
        kind: the exception that the driver raises.
    """

    kind: type[Exception]
    message: str
    trace: str = ""

    def error(self) -> Exception:
        """Returns what the driver raises."""
        return self.kind(f"{self.message}\n{self.trace}" if self.trace else self.message)


def failure_of(error: Exception) -> Failure:
    """Returns what is told of an exception; raises it again if it is none of those that are told."""
    if isinstance(error, StageFailed):
        return Failure(StageFailed, str(error), traceback.format_exc())
    if isinstance(error, Stopped):
        return Failure(Stopped, str(error))
    if isinstance(error, UserError):
        return Failure(UserError, str(error))
    raise error


def task(
    line: Line, folder: str, order: Order, files: dict[str, str], upto: int | None, before: ShardResult | Failure | None
) -> ShardResult | Failure:
    """Brings a shard through steps that compute.

    Args:
        line: the steps.
        folder: of the run.
        order: the shard.
        files: digests of the modules that the driver has.
        upto: the last step, from 1; None is all.
        before: what came of the steps before.
    """
    if isinstance(before, Failure):
        return before
    if problem := differing(files):
        return Failure(UserError, problem)
    try:
        result = run_shard(line, at(folder), order, upto)
    except (UserError, StageFailed, Stopped) as error:
        return failure_of(error)
    return result if before is None else result.after(before)


class Actor:
    """One orchestrator in a process of its own."""

    def __init__(self, line: Line, folder: str, files: dict[str, str]) -> None:
        """Waits for the first shard, to have a loop."""
        self._line, self._folder, self._files = line, at(folder), files
        self._orchestrator: Orchestrator | None = None
        self._limit = line.concurrency

    async def shard(self, order: Order, upto: int, before: ShardResult | Failure | None) -> ShardResult | Failure:
        """Brings a shard through live steps."""
        if isinstance(before, Failure):
            return before
        if problem := differing(self._files):
            return Failure(UserError, problem)
        try:
            result = await self._running().shard(order, upto)
            result.told.extend(told())  # what endpoints did, too: there may be no more looks
        except (UserError, StageFailed, Stopped) as error:
            return failure_of(error)
        return result if before is None else result.after(before)

    async def share(self, limit: int) -> None:
        """Sets how many records may be in work here."""
        self._limit = limit
        if self._orchestrator is not None:
            self._orchestrator.share(limit)

    async def look(self) -> tuple[float, tuple[float, float], list[Event]]:
        """Spends nothing until the next grant.

        Returns:
            How late the loop is in seconds, what is spent and committed here, and what happened since the last look.
        """
        if self._orchestrator is None:
            return 0.0, (0.0, 0.0), []
        return self._orchestrator.lag, self._orchestrator.hold(), told()

    async def grant(self, elsewhere: float, processes: int) -> None:
        """Hears what others have committed, and spends again."""
        if self._orchestrator is not None:
            self._orchestrator.grant(elsewhere, processes)

    async def close(self) -> None:
        """Closes connections."""
        if self._orchestrator is not None:
            await self._orchestrator.close()
        await asyncio.to_thread(flush)

    def _running(self) -> Orchestrator:
        if self._orchestrator is None:
            self._orchestrator = Orchestrator(self._line, self._folder)
            self._orchestrator.share(self._limit)
            self._orchestrator.hold()  # others may be at it; the next look is a second away at most
        return self._orchestrator


@dataclass
class Orchestrators:
    """The driver's side: starts actors, gives them shards, and starts more when they lag.

    Attributes:
        ray: the module, started.
        line: a reference to the line.
        concurrency: of all together.
        most: actors that there may be.
        options: what an actor needs, as Ray is told.
    """

    ray: Any
    line: Any
    folder: str
    files: dict[str, str]
    concurrency: int
    most: int
    options: dict[str, Any]
    _actors: list[Any] = field(default_factory=list)
    _given: list[int] = field(default_factory=list)
    _spent: list[float] = field(default_factory=list)
    _gone: float = 0.0
    _looked: float = 0.0

    def submit(self, order: Order, upto: int, before: Any) -> tuple[Any, Callable[[], None]]:
        """Gives a shard to the orchestrator that has the fewest.

        Returns:
            The reference to its result, and what to call when it is there.
        """
        if not self._actors:
            self._start()
        place = min(range(len(self._actors)), key=lambda each: self._given[each])
        self._given[place] += 1

        def done() -> None:
            self._given[place] -= 1

        shard = self._actors[place].shard.options(max_task_retries=0)  # `flights` counts who dies
        return shard.remote(order, upto, before), done

    def look(self) -> None:
        """Shares what is left of the budget, and starts another one if one lags. Does nothing if it just did."""
        if not self._actors or time.monotonic() < self._looked + _LOOK:
            return
        self._share()  # one that was started again has forgotten it
        lags, money, events = zip(*self.ray.get([actor.look.remote() for actor in self._actors]), strict=True)
        # What one that was started again does not remember counts on: rather too little is spent than too much.
        self._gone += sum(before for before, (now, _) in zip(self._spent, money, strict=True) if now < before)
        self._spent = [spent for spent, _ in money]
        for each in events:
            hear(each)
        if max(lags) > LAG and len(self._actors) < self.most:
            self._start()
        everything = sum(committed for _, committed in money) + self._gone
        for actor, (_, own) in zip(self._actors, [*money, (0.0, 0.0)], strict=False):
            actor.grant.remote(everything - own, len(self._actors))
        self._looked = time.monotonic()

    def close(self) -> None:
        """Lets the orchestrators close their connections; Ray ends their processes."""
        if self._actors and self.ray.is_initialized():
            self.ray.wait([actor.close.remote() for actor in self._actors], num_returns=len(self._actors), timeout=5)

    def _start(self) -> None:
        remote = self.ray.remote(max_restarts=-1, max_task_retries=-1, max_concurrency=1000, **self.options)(Actor)
        self._actors.append(remote.remote(self.line, self.folder, self.files))
        self._given.append(0)
        self._spent.append(0.0)
        self._share()

    def _share(self) -> None:
        share = -(-self.concurrency // len(self._actors))
        for actor in self._actors:
            actor.share.remote(share)
