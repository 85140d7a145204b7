"""The end of a run: what is made of its kept rows, and going on there when that was interrupted.

Once it is decided which rows are kept, no shard need be looked at any more. `finishing.json` says so until `run.json`
does, and which of the files made of the rows are whole::

    {"key": "5b1f...", "chosen": "c0de...", "seconds": 3361.2, "made": ["pipeline.dataset.write_dataset"], ...}
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from pipeline.fill_cells import Filling
from pipeline.observe.watch import Watch
from pipeline.outcome import Outcome
from pipeline.plan import Plan
from pipeline.plan_tasks import Cell
from pipeline.run_folder import SIZES, grown_from
from pipeline.run_json import formed, read_told
from pipeline.storage import read_json, write_json
from schemas.base import Json, digest

FILE = "finishing.json"

Finish = Sequence[Callable[[Path], object]]


class Finishing(msgspec.Struct):
    """What is still to be made of a run whose rows are chosen.

    Attributes:
        key: of the run (`runner.whole_run` compares it).
        chosen: digest of `kept.json`, which says what is kept.
        seconds: that the run took until the rows were chosen.
        ending: what else `run.json` will say of the circumstances.
        poisoned: records that were given up, in words.
        made: what is made of the rows already, by name.
    """

    key: str
    chosen: str
    seconds: float
    ending: dict[str, Json]
    poisoned: list[str]
    made: list[str] = []


def begun(out: Path, key: str) -> Finishing | None:
    """Returns what a run with this key has left to make of its chosen rows, or None if it has not come so far.

    Raises:
        StorageError: somebody changed the file.
    """
    path = out / FILE
    if not (path.exists() and (out / "kept.json").exists()):
        return None
    found = formed(path, read_json(path), Finishing)
    return found if (found.key, found.chosen) == (key, digest(read_json(out / "kept.json"))) else None


def finish(plan: Plan, finishing: Finishing, filling: Filling, watch: Watch, makers: Finish) -> Outcome:
    """Makes what is missing, and `run.json` last.

    Args:
        plan: the run, whose `kept.json` is whole.
        finishing: what is there.
        filling: the cells, for `watch`.
        watch: is told how it goes.
        makers: what is made of the kept rows, in order; called with the run's folder.
    """
    started = time.monotonic()
    _note(plan.out, finishing)
    for make in makers:
        if (name := name_of(make)) not in finishing.made:
            watch.update(filling, None, make.__name__.replace("_", " "))
            make(plan.out)
            finishing.made.append(name)
            _note(plan.out, finishing)
    facts = read_told(plan.out, "kept.json")["facts"]
    write_json(plan.out / SIZES, [*grown_from(plan.out, plan.recipe.count), plan.recipe.count])
    seconds = finishing.seconds + time.monotonic() - started
    took = {"seconds": round(seconds, 2), "kept_per_second": round(facts["kept"] / max(seconds, 1e-9), 1)}
    write_json(plan.out / "run.json", {"key": finishing.key, **facts, **finishing.ending, **took})
    (plan.out / FILE).unlink(missing_ok=True)
    return Outcome(facts["kept"], plan.recipe.count, facts["unfilled"], poisoned=finishing.poisoned)


def _note(out: Path, finishing: Finishing) -> None:
    write_json(out / FILE, msgspec.to_builtins(finishing))


def name_of(make: Callable[[Path], object]) -> str:
    """Returns the name by which something that is made of kept rows is known."""
    return f"{make.__module__}.{make.__qualname__}"


def filled(plan: Plan) -> Filling:
    """Returns the cells as they were when the rows were chosen."""
    filling = Filling(plan.recipe)
    for each in read_told(plan.out, "kept.json")["facts"]["cells"]:
        cell = Cell(*(each[name] for name in Cell._fields))
        filling.kept[cell] = filling.quota[cell] = each["kept"]
    return filling
