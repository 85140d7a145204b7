"""What engines note while they work for a shard: finished turns in its journal, and what they cost.

Engines know nothing of shards; the notes of the one that they work for come with the context (`contextvars`).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from pipeline.engines.journal import Journal
from pipeline.storage import Spent
from schemas.behavior import Scenario


@dataclass
class Notes:
    """Of one step of one shard; `spent` is by role."""

    journal: Journal | None = None
    spent: dict[str, Spent] = field(default_factory=dict)
    shard: str = ""
    stage: str = ""

    def pay(self, role: str, spent: Spent) -> None:
        """Adds what a request cost."""
        self.spent.setdefault(role, Spent()).add(spent)


_CURRENT: ContextVar[Notes | None] = ContextVar("notes", default=None)


def notes() -> Notes | None:
    """Returns the notes of the shard that asks, or None."""
    return _CURRENT.get()


def announce(scenario: Scenario) -> None:
    """Notes in the journal of the shard that asks, if it has one, a scenario that no stage's output holds."""
    current = notes()
    if current is not None and current.journal is not None:
        current.journal.announce(scenario)


@contextmanager
def noting(notes: Notes) -> Iterator[Notes]:
    """Makes these the notes of all that is begun inside."""
    token = _CURRENT.set(notes)
    try:
        yield notes
    finally:
        _CURRENT.reset(token)
