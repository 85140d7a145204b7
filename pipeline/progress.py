"""How a run tells what it does: bars on a terminal, JSON lines on stderr elsewhere.

Example of a line::

    {"phase": "round 1", "kept": 412, "wanted": 1000, "cells_full": 31, "cells": 58, "per_second": 96.1, "drops": {...}}
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from types import TracebackType
from typing import Any

import orjson

from pipeline.fill_cells import Filling
from pipeline.shard import ShardResult

_BEAT = 5.0


class _State:
    """What all ways of telling count."""

    def __init__(self) -> None:
        self.started = time.monotonic()
        self.drops: Counter[str] = Counter()

    def note(self, result: ShardResult | None) -> None:
        if result is not None:
            for (_, reason, _), count in result.drops.items():
                self.drops[reason] += count

    def rate(self, filling: Filling) -> float:
        return round(filling.total / max(time.monotonic() - self.started, 1e-9), 1)


class Silent:
    """Tells nothing."""

    def update(self, filling: Filling, result: ShardResult | None, phase: str) -> None:
        """Does nothing."""

    def __enter__(self) -> Silent:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Does nothing."""


class Heartbeat(Silent):
    """One JSON line per phase, and one every few seconds."""

    def __init__(self) -> None:
        """Starts the clock."""
        self._state, self._phase, self._last = _State(), "", 0.0

    def update(self, filling: Filling, result: ShardResult | None, phase: str) -> None:
        """Writes a line if it is time."""
        self._state.note(result)
        now = time.monotonic()
        if phase == self._phase and now - self._last < _BEAT:
            return
        self._phase, self._last = phase, now
        line = {
            "phase": phase,
            "kept": filling.total,
            "wanted": filling.recipe.count,
            "cells_full": filling.full,
            "cells": len(filling.wanted),
            "per_second": self._state.rate(filling),
            "drops": dict(self._state.drops.most_common()),
        }
        sys.stderr.write(orjson.dumps(line).decode() + "\n")
        sys.stderr.flush()


class Bars(Silent):
    """A bar that fills with trajectories, with rate, full cells and drops by reason."""

    def __init__(self) -> None:
        """Prepares the bar."""
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

        self._state = _State()
        self._bars = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.fields[more]}"),
            console=Console(stderr=True),
        )
        self._task: Any = self._bars.add_task("starting", total=None, more="")

    def __enter__(self) -> Bars:
        self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leaves the last state on the screen."""
        self._bars.stop()

    def update(self, filling: Filling, result: ShardResult | None, phase: str) -> None:
        """Redraws."""
        self._state.note(result)
        more = f"{self._state.rate(filling):g}/s, {filling.full}/{len(filling.wanted)} cells full"
        if self._state.drops:
            more += ", dropped: " + ", ".join(f"{name} {n}" for name, n in self._state.drops.most_common(3))
        self._bars.update(self._task, description=phase, completed=filling.total, total=filling.recipe.count, more=more)


def progress_for_terminal() -> Silent:
    """Returns bars if stderr is a terminal, else heartbeats."""
    return Bars() if sys.stderr.isatty() else Heartbeat()
