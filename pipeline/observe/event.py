"""One thing that happened in a run, told where it happened and written by the driver.

Example of a line of `events/00000.jsonl`::

    {"v": 1, "at": 1790000000.123, "event": "stage.finished", "where": "node7/4711", "shard": "r0-00004",
     "stage": "validate_dialogues", "seconds": 0.41, "rows": 61, "drops": {"outcome": 3}}

Workers keep what they tell until the driver hears of the shard (or looks after them); it then counts as if it had
happened there. What is told about one shard stands in order, shards may come mixed.
"""

from __future__ import annotations

import contextlib
import os
import platform
import time
from collections import deque
from collections.abc import Iterable
from typing import Any, Literal

import msgspec

from pipeline.storage import Spent

VERSION = 1
"""Of an event's form: raised when a field changes its meaning, so readers can tell."""
_MOST = 1000
"""Events of one process that wait for the driver; of more, the oldest go."""

Name = Literal[
    "run.started",
    "run.phase",
    "run.finished",
    "run.stopped",
    "run.failed",
    "run.interrupted",
    "shard.started",
    "shard.finished",
    "stage.started",
    "stage.finished",
    "stage.resumed",
    "engine.failing",
    "engine.recovered",
    "replica.restarted",
    "worker.lost",
]
"""`stage.resumed`: a live stage of a shard goes on after a crash, with so many turns that were finished before."""


class Event(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """See the module's text.

    Attributes:
        v: version of the form.
        at: when, in seconds since 1970, by the clock of the machine where it was; what takes time is told at its end.
        where: machine and process.
        seconds: how long it took.
        rows: records made; of a shard, by its last stage.
        drops: records dropped, by reason.
        fresh: of a shard: nothing had to be made.
        spent: what engines cost, by role.
        about: what it is about where that is no shard: a phase, an endpoint.
        detail: more, in words.
    """

    v: int
    at: float
    event: Name
    where: str
    shard: str = ""
    stage: str = ""
    seconds: float = 0.0
    rows: int = 0
    drops: dict[str, int] = {}
    fresh: bool = False
    spent: dict[str, Spent] = {}
    about: str = ""
    detail: str = ""


_WAITING: deque[Event] = deque(maxlen=_MOST)
_HOST = platform.node()


def event(name: Name, **said: Any) -> Event:
    """Returns what has happened here and now; `said` are fields of `Event`."""
    return Event(v=VERSION, at=round(time.time(), 3), event=name, where=f"{_HOST}/{os.getpid()}", **said)


def tell(told: Event) -> None:
    """Keeps what happened for the driver."""
    _WAITING.append(told)


def hear(told: Iterable[Event]) -> None:
    """Takes what another process told."""
    _WAITING.extend(told)


def told() -> list[Event]:
    """Returns what was told in this process, or heard from others, since the last call."""
    found: list[Event] = []
    with contextlib.suppress(IndexError):  # not asked for its length first: another thread may take the last one
        while True:
            found.append(_WAITING.popleft())
    return found
