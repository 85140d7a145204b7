"""The end of a run: what is made of its kept rows, and going on there when that was interrupted.

Once it is decided which rows are kept, no shard need be looked at any more. `finishing.json` says so until `run.json`
does, and which of the files made of the rows are whole::

    {"key": "5b1f...", "chosen": "c0de...", "made": {"pipeline.report.write_report": ["report.html"]}, ...}

The same way a run that had ended gets again what was deleted of such files (`reopened`).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import msgspec

from pipeline.contents import ROWS, Lost, lost, read_contents, write_contents
from pipeline.fill_cells import Filling
from pipeline.observe.watch import Watch
from pipeline.outcome import Outcome
from pipeline.plan import Plan
from pipeline.plan_tasks import Cell
from pipeline.run_folder import SIZES, grown_from
from pipeline.run_json import File, formed, read_told
from pipeline.storage import read_json, write_json
from schemas.base import Json, digest

FILE = "finishing.json"
RUN: File = "run.json"
KEPT: File = "kept.json"
_OWN = ("key", "chosen", "seconds", "kept_per_second")
"""What `run.json` says beside the facts and the circumstances."""

Finish = Sequence[Callable[[Path], Path | Sequence[Path] | None]]
"""What is made of kept rows: each is called with the run's folder, and returns the files and folders that it made."""


class Finishing(msgspec.Struct):
    """What is still to be made of a run whose rows are chosen.

    Attributes:
        key: of the run (`runner.whole_run` compares it).
        chosen: digest of `kept.json`, which says what is kept.
        seconds: that the run took until the rows were chosen.
        ending: what else `run.json` will say of the circumstances.
        poisoned: records that were given up, in words.
        made: what is made of the rows already, by name, and where.
    """

    key: str
    chosen: str
    seconds: float
    ending: dict[str, Json]
    poisoned: list[str]
    made: dict[str, list[str]] = {}


def begun(out: Path, key: str) -> Finishing | None:
    """Returns what a run with this key has left to make of its chosen rows, or None if it has not come so far.

    Raises:
        StorageError: somebody changed the file.
    """
    path = out / FILE
    if not (path.exists() and (out / KEPT).exists()):
        return None
    found = formed(path, read_json(path), Finishing)
    return found if (found.key, found.chosen) == (key, digest(read_json(out / KEPT))) else None


def lost_since(out: Path, chosen: Json) -> list[Lost]:
    """Returns what is not as it was when a run ended.

    Args:
        out: its folder.
        chosen: digest of `kept.json` then, by `run.json`: other rows may have names as long.

    Raises:
        StorageError: `kept.json` cannot be read.
    """
    gone = lost(out)
    if not any(each.part == ROWS for each in gone) and digest(read_json(out / KEPT)) != chosen:
        size = (out / KEPT).stat().st_size
        gone.append(Lost(ROWS, KEPT, size, size))
    return gone


def reopened(out: Path, key: str, gone: Sequence[Lost]) -> Finishing | None:
    """Returns what a run that had ended has to make again of its chosen rows; None if shards or the choice are gone.

    Raises:
        StorageError: somebody changed the run's files.
    """
    parts = {each.part for each in gone}
    if ROWS in parts:
        return None
    chosen, ended = read_told(out, KEPT), read_told(out, RUN)
    ending = {name: each for name, each in ended.items() if name not in (*chosen["facts"], *_OWN)}
    before = read_contents(out) or {}
    made = {name: _places(folders) for name, folders in before.items() if name not in (ROWS, *parts)}
    return Finishing(key, digest(chosen), ended.get("seconds", 0.0), ending, [], made)


def _places(folders: Mapping[str, Mapping[str, object]]) -> list[str]:
    return sorted({(Path(folder) / name).parts[0] for folder, files in folders.items() for name in files})


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
    (plan.out / RUN).unlink(missing_ok=True)
    for make in makers:
        if (name := name_of(make)) not in finishing.made:
            watch.update(filling, None, make.__name__.replace("_", " "))
            made = make(plan.out) or ()
            places = [made] if isinstance(made, Path) else made
            finishing.made[name] = [each.relative_to(plan.out).as_posix() for each in places]
            _note(plan.out, finishing)
    facts = read_told(plan.out, KEPT)["facts"]
    write_json(plan.out / SIZES, [*grown_from(plan.out, plan.recipe.count), plan.recipe.count])
    seconds = finishing.seconds + time.monotonic() - started
    took = {"seconds": round(seconds, 2), "kept_per_second": round(facts["kept"] / max(seconds, 1e-9), 1)}
    write_contents(plan.out, {ROWS: ["stages", KEPT], **finishing.made})
    own = {"key": finishing.key, "chosen": finishing.chosen}
    write_json(plan.out / RUN, {**own, **facts, **finishing.ending, **took})
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
    for each in read_told(plan.out, KEPT)["facts"]["cells"]:
        cell = Cell(*(each[name] for name in Cell._fields))
        filling.kept[cell] = filling.quota[cell] = each["kept"]
    return filling
