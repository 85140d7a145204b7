"""A toy stage whose work kills its process, or raises, where a test says so."""

import os
import signal
import time
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec
import ray

from pipeline.line import Step
from schemas.sft import SftRow
from stages.base import Stage
from tests.pipeline.toy import plan

_SEEN = []


@dataclass(frozen=True, kw_only=True)
class Fatal(Stage[SftRow, SftRow]):
    """Passes notes on.

    Attributes:
        kill: ids of notes that kill the process by a signal.
        leave: ids of notes that end it without one.
        fail: ids of notes at which it raises.
        once: folder in which a note that killed or held leaves a file, and then does not do so again.
        hold: ids of notes that wait for their machine to be lost; their file says which that is.
        weight: characters that it adds to each note.
        diary: folder in which it leaves, for each note, a file that says on which machine that was.
        meet: processes that must be at work with the same diary at once before any goes on.
        together: notes that one process bears.
    """

    kill: tuple[str, ...] = ()
    leave: tuple[str, ...] = ()
    fail: tuple[str, ...] = ()
    once: str = ""
    hold: tuple[str, ...] = ()
    weight: int = 0
    diary: str = ""
    meet: int = 0
    together: int = 0

    async def process(self, record, services):
        _SEEN.append(record.id)
        if self.diary:
            self._write(Path(self.diary) / record.id)
            self._meet()
        if record.id in self.fail:
            raise LookupError(f"nothing about {object()!r}")
        if record.id in (*self.kill, *self.leave) and not self._before(record):
            os.kill(os.getpid(), signal.SIGKILL) if record.id in self.kill else os._exit(3)
        if record.id in self.hold and not self._before(record):
            time.sleep(600)
        if self.together and len(_SEEN) > self.together:
            os.kill(os.getpid(), signal.SIGKILL)
        return [msgspec.structs.replace(record, metadata={**record.metadata, "weight": "x" * self.weight})]

    def _before(self, record):
        if not self.once:
            return False
        mark = Path(self.once) / record.id
        there = mark.exists()
        self._write(mark)
        return there

    def _write(self, path):
        path.with_suffix(".new").write_text(ray.get_runtime_context().get_node_id())
        path.with_suffix(".new").rename(path)

    def _meet(self):
        (Path(self.diary) / f"here-{os.getpid()}").touch()
        until = time.monotonic() + 120
        while len(list(Path(self.diary).glob("here-*"))) < self.meet:
            if time.monotonic() > until:
                raise TimeoutError(f"fewer than {self.meet} processes came")
            time.sleep(0.02)


def fatal_plan(out, live=False, workers_share=4, **settings):
    """The toy's plan with this stage between its two; `Fatal` takes the settings."""
    made = plan(out, count=settings.pop("count", 200))
    steps = list(made.line.steps)
    steps.insert(1, Step("endanger", Fatal(**settings), SftRow, live=live))
    return replace(made, line=replace(made.line, steps=tuple(steps), concurrency=workers_share))
