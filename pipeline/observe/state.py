"""What has become of a run so far, as sums over its events; one small file, written anew every few seconds.

Example of `status.json`::

    {"v": 1, "state": "running", "host": "node7", "pid": 4711, "beat": 31, "kept": 412, "wanted": 1000,
     "phase": "round 1",
     "stages": {"validate_dialogues": {"shards": 9, "rows": 611, "drops": {"outcome": 31}, "seconds": 4.1, ...}}, ...}

Sums begin anew with each session of `writ run`; shards that were found done count as found, not as made.
"""

from __future__ import annotations

import contextlib
import os
import platform
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Literal

import msgspec

from pipeline.observe.event import Event
from pipeline.storage import Spent, write_bytes

VERSION = 1
FILE = "status.json"
BEAT = 2.0
STORE_BEAT = 5.0
"""Seconds between two writings, on a disk and in a store."""


class StageState(msgspec.Struct):
    """What one stage made in this session.

    Attributes:
        shards: that it made.
        rows, drops: records made, and dropped, by reason.
        seconds: of work, of all workers together.
        spent: what engines cost, by role.
    """

    shards: int = 0
    rows: int = 0
    drops: dict[str, int] = {}
    seconds: float = 0.0
    spent: dict[str, Spent] = {}


class EndpointState(msgspec.Struct):
    """An endpoint that was in trouble: how often, and whether it is now."""

    failures: int = 0
    failing: bool = False
    detail: str = ""


Ended = Literal["finished", "stopped", "failed", "interrupted"]


class State(msgspec.Struct, kw_only=True):
    """See the module's text.

    Attributes:
        v: version of the form.
        state: what the driver said last; one that was killed says "running" for ever (see `status.sign_of_life`).
        detail: why it ended.
        host, boot, pid, pid_started: which process the driver is.
        beat: how often this was written.
        at, began: when that was, and when the session began, in seconds since 1970 by the driver's clock.
        every: seconds between two beats.
        partial: whether it ended with less than was wanted.
        kept, wanted: trajectories.
        cells_full, cells: of the recipe.
        in_work: shards that were begun and are not done.
        made, found: shards that were made, and that were there.
        last: when something happened last.
        lost: events that could not be written, with the reason.
        metrics: address of the metrics.
    """

    v: int = VERSION
    state: Ended | Literal["running"] = "running"
    detail: str = ""
    host: str
    boot: str
    pid: int
    pid_started: str
    beat: int = 0
    at: float
    began: float
    every: float = BEAT
    partial: bool = False
    phase: str = "starting"
    kept: int = 0
    wanted: int = 0
    cells_full: int = 0
    cells: int = 0
    in_work: int = 0
    made: int = 0
    found: int = 0
    resumed: int = 0
    restarts: int = 0
    workers_lost: int = 0
    last: float = 0.0
    lost: int = 0
    lost_why: str = ""
    metrics: str = ""
    stages: dict[str, StageState] = {}
    endpoints: dict[str, EndpointState] = {}

    def take(self, event: Event) -> None:
        """Adds an event."""
        self.last = max(self.last, event.at)
        match event.event:
            case "run.phase":
                self.phase = event.about
            case "shard.started":
                self.in_work += 1
            case "shard.finished":
                self.in_work -= 1
                self.found += event.fresh
                self.made += not event.fresh
            case "stage.finished":
                self._made(event)
            case "stage.resumed":
                self.resumed += event.rows
            case "replica.restarted":
                self.restarts += 1
            case "worker.lost":
                self.workers_lost += 1
            case "engine.failing" | "engine.recovered":
                endpoint = self.endpoints.setdefault(event.about, EndpointState())
                endpoint.failing = event.event == "engine.failing"
                endpoint.failures += endpoint.failing
                endpoint.detail = event.detail if endpoint.failing else endpoint.detail
            case _:
                pass

    @property
    def spent(self) -> dict[str, Spent]:
        """What engines cost, by role."""
        return summed(stage.spent for stage in self.stages.values())

    def _made(self, event: Event) -> None:
        stage = self.stages.setdefault(event.stage, StageState())
        stage.shards += 1
        stage.rows += event.rows
        stage.seconds += event.seconds
        for reason, count in event.drops.items():
            stage.drops[reason] = stage.drops.get(reason, 0) + count
        stage.spent = summed((stage.spent, event.spent))


def summed(parts: Iterable[Mapping[str, Spent]]) -> dict[str, Spent]:
    """Returns what several parts cost together, by role."""
    found: dict[str, Spent] = {}
    for part in parts:
        for role, spent in part.items():
            found.setdefault(role, Spent()).add(spent)
    return found


def begin(wanted: int) -> State:
    """Returns the state of a run that this process begins to drive."""
    now, pid = time.time(), os.getpid()
    host, boot = this_machine()
    return State(host=host, boot=boot, pid=pid, pid_started=started(pid), at=now, began=now, last=now, wanted=wanted)


def this_machine() -> tuple[str, str]:
    """Returns the machine's name, and what tells its boots apart (empty where that is not known)."""
    boot = Path("/proc/sys/kernel/random/boot_id")
    with contextlib.suppress(OSError):
        return platform.node(), boot.read_text().strip()
    return platform.node(), ""


def started(pid: int) -> str:
    """Returns when a process began, as its system counts; empty where that is not known or there is none."""
    with contextlib.suppress(OSError, IndexError):
        # The name of the program, in brackets, may hold anything.
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    return ""


def write_state(folder: Path, state: State) -> None:
    """Writes a run's state.

    Raises:
        StorageError: the folder cannot be written.
    """
    write_bytes(folder / FILE, msgspec.json.format(msgspec.json.encode(state)))


def read_state(folder: Path) -> State | None:
    """Returns what a run said of itself last; None if it said nothing that this version understands."""
    try:
        found = msgspec.json.decode((folder / FILE).read_bytes(), type=State)
    except (OSError, msgspec.MsgspecError):
        return None
    return found if found.v == VERSION else None
