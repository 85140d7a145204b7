"""Drivers and workers as processes of their own, which wait for a file in the middle of a shard, or at a run's end.

python -m tests.pipeline.orphan drive OUT PLACE     # has the folder OUT, starts the worker, and waits to be killed
python -m tests.pipeline.orphan work OUT PLACE EPOCH
python -m tests.pipeline.orphan run OUT PLACE WHERE  # drives a run without workers; waits in a "stage" or at the "end"
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.errors import StageFailed, StorageError
from pipeline.local import Inline
from pipeline.orchestrators import Failure, task
from pipeline.plan_tasks import SHARD, first_orders
from pipeline.progress import Silent
from pipeline.run_lock import locked
from pipeline.runner import orders, run
from pipeline.storage import write_bytes
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
    say(place, found.message if isinstance(found, Failure) else "written")


def run_alone(out: Path, place: Path, where: str) -> None:
    """Makes a run as a driver does, and says what came of it."""
    polish = Waiting(word="earlier", place=str(place)) if where == "stage" else Polish(word="earlier")
    try:
        run(plan(out, polish=polish, count=COUNT), Inline, Silent(), (wait_beside, page) if where == "end" else ())
    except StorageError as error:
        say(place, str(error))
    else:
        say(place, "written")


def wait_beside(out: Path) -> None:
    """Is made of kept rows: waits, as `Waiting` does."""
    (out.parent / "at work").touch()
    while not (out.parent / "go").exists():
        time.sleep(0.02)


def page(out: Path) -> Path:
    """Is made of kept rows: a page of the earlier run."""
    write_bytes(out / "page.html", b"earlier")
    return out / "page.html"


def say(place: Path, text: str) -> None:
    (place / "said.new").write_text(text)
    (place / "said.new").replace(place / "said")


if __name__ == "__main__":
    {"drive": drive, "work": work, "run": run_alone}[sys.argv[1]](*map(Path, sys.argv[2:4]), *sys.argv[4:])  # type: ignore[operator]
