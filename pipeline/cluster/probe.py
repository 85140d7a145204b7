"""Where a shard's workers die, and on which of its records: asked in processes that may die of the question."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from pathlib import Path

from pipeline.engines.journal import Journal
from pipeline.engines.work import Notes, noting
from pipeline.errors import StageFailed, Stopped, UserError
from pipeline.gate import together
from pipeline.line import Line, Order, Step
from pipeline.remote.path import at
from pipeline.run_folder import journal_file, step_shard
from pipeline.shard import apply
from pipeline.storage import read_shard, whole
from schemas.base import Record, digest, encode


def suspects(line: Line, folder: str, order: Order) -> tuple[int, list[str]]:
    """Returns the number of the step in which a shard stopped, and the ids of its records; none if all are done."""
    found = _frontier(line, at(folder), order)
    if found is None:
        return line.end, []
    number, records = found
    return number, [str(getattr(record, "id", "")) for record in records]


def survive(line: Line, folder: str, order: Order, ids: Collection[str]) -> None:
    """Works on some of those records and throws away what is made of them; to return at all is the answer."""
    found = _frontier(line, at(folder), order)
    if found is None:
        return
    number, records = found
    step = line.steps[number - 1]
    chosen = [record for record in records if getattr(record, "id", "") in ids]
    journal = Journal(journal_file(at(folder), order.name)) if step.live else None
    try:
        with noting(Notes(journal)):
            asyncio.run(_all(line, step, chosen, order.lost))
    except (UserError, StageFailed, Stopped):
        return  # told by the shard itself
    finally:
        if journal:
            journal.close()


async def _all(line: Line, step: Step, records: Sequence[Record], lost: Collection[str]) -> None:
    # Each for itself: that others raise ends no search for the one that kills.
    await together([apply(line, step, [record], lost=lost) for record in records])


def _frontier(line: Line, folder: Path, order: Order) -> tuple[int, Sequence[Record]] | None:
    """Returns the number of the first step of a shard that is not done, and what it takes."""
    given: Sequence[Record] = order.specs
    before = digest([encode(spec).decode() for spec in order.specs])
    for number, step in enumerate(line.steps[: line.end], 1):
        shard = step_shard(folder, line, number, order.name)
        manifest = whole(shard.manifest, line.key(step.stage, before) if number >= line.first else None)
        if manifest is None:
            return number, given
        given, before = read_shard(shard.records, step.makes), manifest.files[shard.records.name].digest
    return None
