"""Requests in flight: how many there were, what they cost, and how many of the slots had work.

    watch = Watch(slots=64)
    engine = Counted(engine, watch)        # every request of it is seen
    watch.measured.rate, watch.measured.busy

Rates count while work for every slot is left (`end` says when it is not any more).
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path

from schemas.completion import Completion, CompletionRequest
from stages.base import Engine


def waited() -> float:
    """Returns the seconds that this process has waited for a core so far; 0 where the kernel does not say."""
    try:
        return int(Path("/proc/self/schedstat").read_text().split()[1]) / 1e9
    except OSError:
        return 0.0


@dataclass
class Measured:
    """Requests over time, and what they cost."""

    requests: int = 0
    seconds: float = 0.0
    cpu: float = 0.0
    busy: float = 0.0
    waited: float = 0.0
    kept: int = 0
    dropped: int = 0

    @property
    def rate(self) -> float:
        return self.requests / self.seconds

    @property
    def cpu_ms(self) -> float:
        return 1000 * self.cpu / self.requests


@dataclass
class Watch:
    """Counts requests while work for every slot is left, and how many slots had a request in flight meanwhile."""

    slots: int
    measured: Measured = field(default_factory=Measured)
    in_flight: int = 0
    _area: float = 0.0
    _at: float = 0.0
    _began: tuple[float, float, float] = (0.0, 0.0, 0.0)
    _ended: bool = False

    def begin(self) -> None:
        self._began = time.perf_counter(), time.process_time(), waited()
        self._at = self._began[0]

    def change(self, by: int) -> None:
        now = time.perf_counter()
        self._area += self.in_flight * (now - self._at)
        self._at = now
        self.in_flight += by
        if by < 0 and not self._ended:
            self.measured.requests += 1

    def end(self) -> None:
        if not self._ended:
            self._ended = True
            self.change(0)
            self.measured.seconds = time.perf_counter() - self._began[0]
            self.measured.cpu = time.process_time() - self._began[1]
            self.measured.waited = waited() - self._began[2]
            self.measured.busy = self._area / self.measured.seconds / self.slots


class Counted:
    """An engine with a watch."""

    def __init__(self, engine: Engine, watch: Watch) -> None:
        self._engine, self._watch, self.revision = engine, watch, engine.revision

    async def complete(self, request: CompletionRequest) -> Completion:
        self._watch.change(1)
        try:
            return await self._engine.complete(request)
        finally:
            self._watch.change(-1)
