"""A driver and its worker as processes of their own: the worker waits for a file in the middle of a shard.

python -m tests.pipeline.orphan drive OUT PLACE     # has the folder OUT, starts the worker, and waits to be killed
python -m tests.pipeline.orphan work OUT PLACE EPOCH
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.errors import StageFailed
from pipeline.orchestrators import Failure, task
from pipeline.plan_tasks import SHARD, first_orders
from pipeline.run_lock import locked
from pipeline.runner import orders
from tests.pipeline.toy import Polish, plan

COUNT = 40


@dataclass(frozen=True, kw_only=True)
class Waiting(Polish):
    """Says that it is at work, and waits for leave to go on."""

    place: str = ""

    async def process(self, record, services):
        place = Path(self.place)
        (place / "at work").touch()
        while not (place / "go").exists():
            await asyncio.sleep(0.02)
        return await super().process(record, services)


def drive(out: Path, place: Path) -> None:
    with locked(out) as epoch:
        command = [sys.executable, "-m", "tests.pipeline.orphan", "work", str(out), str(place)]
        subprocess.Popen([*command, epoch], start_new_session=True)
        time.sleep(600)


def work(out: Path, place: Path, epoch: str) -> None:
    """Does what a worker of Ray's is sent, and says what came of it."""
    made = plan(out, polish=Waiting(word="earlier", place=str(place)), count=COUNT)
    order = next(orders(first_orders(made.recipe, 0), 0, SHARD))
    found = task(replace(made.line, epoch=epoch), str(out), order, {}, None, None)
    if isinstance(found, Failure) and found.kind is StageFailed:
        raise found.error()
    (place / "said.new").write_text(found.message if isinstance(found, Failure) else "written")
    (place / "said.new").replace(place / "said")


if __name__ == "__main__":
    {"drive": drive, "work": work}[sys.argv[1]](*map(Path, sys.argv[2:4]), *sys.argv[4:])  # type: ignore[operator]
