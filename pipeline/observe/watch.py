"""The driver's watch over its run: writes down what happens, adds it up, and gives a sign of life every few seconds.

    with Watch(Path("outputs/quickstart"), wanted=1000, progress=Bars()) as watch:
        for result in executor.map(line, folder, watch.beginning(orders)):
            watch.update(filling, result, "round 1")
        watch.ended(kept=1000, partial=False)

What cannot be written is counted and told, and ends no run: shards say soon enough that a disk is full.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from contextvars import copy_context
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Protocol

from pipeline.errors import Stopped, StorageError
from pipeline.fill_cells import Filling
from pipeline.line import Order
from pipeline.observe.event import Event, Name, event, told
from pipeline.observe.log import FILE_BYTES, STORE_FILE_BYTES, EventLog
from pipeline.observe.spans import RunSpans, flush, on
from pipeline.observe.state import STORE_BEAT, Ended, begin, write_state
from pipeline.remote.path import RemotePath
from pipeline.shard import ShardResult

if TYPE_CHECKING:
    from pipeline.observe.metrics import Metrics

EVENTS = "events"
_ENDS: dict[Ended, Name] = {
    "finished": "run.finished",
    "stopped": "run.stopped",
    "failed": "run.failed",
    "interrupted": "run.interrupted",
}


class Progress(Protocol):
    """Is told how a run goes."""

    def update(self, filling: Filling, result: ShardResult | None, phase: str) -> None:
        """A shard is done, or another phase begins."""
        ...


class Watch:
    """See the module's text; satisfies `Progress`, and passes on what it is told.

    Attributes:
        state: the sums so far.
    """

    def __init__(self, folder: Path, wanted: int, progress: Progress, metrics: Metrics | None = None) -> None:
        """Writes nothing yet."""
        self._folder, self._progress = folder, progress
        self.state = begin(wanted)
        self._log: EventLog | None = None
        self._spans = RunSpans() if on() else None
        self._lock = threading.Lock()
        self._ended = threading.Event()
        # In the same context: what may no longer be written by the driver, it must not write either.
        beating = copy_context().run
        self._thread = threading.Thread(target=beating, args=(self._beating,), name="writ-watch", daemon=True)
        if metrics is not None:
            self.state.metrics = metrics.address
            metrics.show(self.state, self._lock)

    def __enter__(self) -> Watch:
        remote = isinstance(self._folder, RemotePath)
        try:
            size = STORE_FILE_BYTES if remote else FILE_BYTES
            self._log = EventLog(self._folder / EVENTS, size)
        except (OSError, StorageError) as error:
            self._lose(0, error)
        if remote:
            self.state.every = STORE_BEAT
        told()  # what a run before this one in the same process left
        self._say("run.started")
        self._beat()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Says how it ended."""
        self._ended.set()
        self._thread.join()
        ended = _ending(error)
        with self._lock:
            self.state.state = ended
            if error is not None:
                self.state.detail = str(error) or type(error).__name__
        seconds = round(time.time() - self.state.began, 3)
        self._say(_ENDS[ended], seconds=seconds, rows=self.state.kept, detail=self.state.detail)
        self._beat()
        flush()
        if self._log is not None:
            self._log.close()

    def beginning(self, orders: Iterator[Order]) -> Iterator[Order]:
        """Passes orders on as they are taken up."""
        for order in orders:
            self._say("shard.started", shard=order.name)
            yield order

    def update(self, filling: Filling, result: ShardResult | None, phase: str) -> None:
        """A shard is done, or another phase begins."""
        with self._lock:
            self.state.kept, self.state.cells = filling.total, len(filling.wanted)
            self.state.cells_full = filling.full
        if phase != self.state.phase:
            self._say("run.phase", about=phase)
        if result is not None:
            rows = next(reversed(result.made.values()), 0)
            end = event("shard.finished", shard=result.name, rows=rows, fresh=result.fresh)
            self._take([*result.told, *told(), end])
        self._progress.update(filling, result, phase)

    def ended(self, kept: int, partial: bool) -> None:
        """The run came to its end."""
        with self._lock:
            self.state.kept, self.state.partial, self.state.in_work = kept, partial, 0
            self.state.phase = "ended"

    def _say(self, name: Name, **said: object) -> None:
        self._take([*told(), event(name, **said)])

    def _take(self, events: Sequence[Event]) -> None:
        with self._lock:
            for each in events:
                self.state.take(each)
                if self._spans is not None:
                    self._spans.take(each)
            if self._log is not None:
                try:
                    self._log.add(events)
                except (OSError, StorageError) as error:
                    self._lose(len(events), error)

    def _beating(self) -> None:
        while not self._ended.wait(self.state.every):
            if waiting := told():
                self._take(waiting)
            self._beat()

    def _beat(self) -> None:
        with self._lock:
            self.state.beat += 1
            self.state.at = time.time()
            try:
                if self._log is not None:
                    self._log.flush()
                write_state(self._folder, self.state)
            except StorageError as error:
                self._lose(0, error)

    def _lose(self, count: int, error: Exception) -> None:
        self.state.lost += count
        self.state.lost_why = str(error)


def _ending(error: BaseException | None) -> Ended:
    if error is None:
        return "finished"
    if isinstance(error, Stopped):
        return "stopped"
    return "interrupted" if isinstance(error, KeyboardInterrupt | GeneratorExit) else "failed"
