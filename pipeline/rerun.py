"""What a run would make anew, and why: found without running anything.

    outlook(plan, now)[3] -> StepOutlook("validate_dialogues", fresh=0, stale=104, missing=21, why=("setting ...",))

Stale is what other code, other settings or another world made. Behind a stale step, shards count as fresh although
their input may come out otherwise: what comes out the same is not made again.
"""

from __future__ import annotations

import itertools
import os
import shutil
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from pipeline.contents import Lost, manifests, named
from pipeline.errors import RecipeError, StorageError
from pipeline.line import Line
from pipeline.plan import Plan
from pipeline.plan_tasks import SHARD, first_round, sizes
from pipeline.provenance import FILE, Provenance, changes, read_provenance
from pipeline.remote.path import RemotePath
from pipeline.run_folder import SIZES, features_shard, grown_from, step_shard
from pipeline.storage import storage_error, write_bytes
from pipeline.temporary import OwnFolder


@dataclass(frozen=True)
class StepOutlook:
    """What is to be done in one step.

    Attributes:
        fresh, stale, missing: numbers of shards.
        why: what has changed, in words.
        behind: the first step before it that has stale shards; what this one takes may then be another.
        seconds: what its stale and missing shards would take one after the other, by what others took; None: unknown.
    """

    name: str
    fresh: int
    stale: int
    missing: int
    why: tuple[str, ...] = ()
    behind: str = ""
    seconds: float | None = None

    @property
    def idle(self) -> bool:
        """Whether nothing is to be done for certain."""
        return not (self.stale or self.missing or self.behind)


class _Made(msgspec.Struct):
    stage: str = ""
    seconds: float = 0.0


def outlook(plan: Plan, now: Provenance, gone: Sequence[Lost] = ()) -> list[StepOutlook]:
    """Returns what each step would make, in order; the features of the rows count as the last one's.

    Args:
        plan: the run.
        now: what it would be made with.
        gone: what it has lost since it ended.
    """
    line, before = plan.line, read_provenance(plan.out)
    told = changes(before, now) if before is not None else {}
    firsts = [0, *(first_round(each) for each in sizes(plan.recipe, grown_from(plan.out, plan.recipe.count)))]
    wanted = sum(-(-(last - first) // SHARD) for first, last in itertools.pairwise(firsts))
    found: list[StepOutlook] = []
    behind = ""
    for number, step in enumerate(line.steps, 1):
        folder = step_shard(plan.out, line, number, "").folder
        lost = [each for each in gone if plan.out / Path(each.path).parent == folder]
        broken = {Path(each).stem for each in manifests(lost)}
        made = list(_made(folder, broken))
        why = told.get(step.name, [])
        stale = len(made) if why else sum(each.stage != line.stage_key(step.stage) for each in made)
        if stale and not why:
            why = ["an update was interrupted"]
        missing = max(len(broken), wanted - len(made))
        why = [*why, named(lost)] if lost else why
        todo = (len(made) if behind else stale) + missing
        took = [each.seconds for each in made if each.seconds]
        seconds = todo * sum(took) / len(took) if took else (None if todo else 0.0)
        found.append(StepOutlook(step.name, len(made) - stale, stale, missing, tuple(why), behind, seconds))
        behind = behind or (step.name if stale else "")
    return found


def selected(line: Line, begin: str | None, only: str | None, until: str | None) -> Line:
    """Returns a line of which a part is run: from a step on, one step alone, or up to a step.

    Raises:
        RecipeError: a step of another name, or a part that ends before it begins.
    """
    names = [step.name for step in line.steps]
    if only and (begin or until):
        raise RecipeError("--only is --from and --until in one; give it alone")
    for name in (begin, only, until):
        if name and name not in names:
            raise RecipeError(f"there is no stage {name!r}; the stages are {', '.join(names)}")
    first, last = begin or only, until or only
    if first and last and names.index(first) > names.index(last):
        raise RecipeError(f"{last} comes before {first}; nothing lies between them")
    number = names.index(last) + 1 if last else 0
    return replace(line, first=names.index(first) + 1 if first else 1, last=number if number < len(names) else 0)


def fork(old: Path, new: Path) -> None:
    """Begins a run with what another one has made; the other stays as it is.

    On a disk the new folder is whole or absent.

    Raises:
        StorageError: there is no such run, or the new folder holds one.
    """
    if not (old / FILE).is_file():
        raise StorageError(f"--fork {old}: is no folder of a run; give one that `writ run` made")
    if new.exists() and any(new.iterdir()):
        raise StorageError(f"{new}: is there already; fork into a folder that is not, or add --update without --fork")
    place = None
    try:
        if isinstance(old, RemotePath) or isinstance(new, RemotePath):
            for path in (old / "stages").rglob("*"):
                if path.is_file():
                    write_bytes(new / path.relative_to(old), path.read_bytes())
            _copy_words(old, new)
        else:
            target = new.resolve()
            target.parent.mkdir(parents=True, exist_ok=True)
            place = OwnFolder(".writ-fork-", target.parent)
            work = place.path / target.name
            # Shards are never changed in place, so both runs can have the same file.
            shutil.copytree(old / "stages", work / "stages", copy_function=_link)
            _copy_words(old, work)
            work.rename(target)
    except OSError as error:
        raise storage_error(new, error) from error
    finally:
        if place is not None:
            place.remove()


def _copy_words(old: Path, new: Path) -> None:
    """Copies what says what the shards are; what they were made with comes last."""
    for name in (SIZES, "recipe.json", FILE):
        if (old / name).exists():
            write_bytes(new / name, (old / name).read_bytes())


def forget(plan: Plan, names: Sequence[str]) -> None:
    """Makes the shards of some steps count as missing."""
    for number, step in enumerate(plan.line.steps, 1):
        if step.name in names:
            folders = [step_shard(plan.out, plan.line, number, "").folder]
            if number == len(plan.line.steps):
                folders.append(features_shard(plan.out, plan.line, "").folder)
            for path in (path for folder in folders for path in folder.glob("*.json")):
                path.unlink()


def described(steps: Sequence[StepOutlook]) -> Iterator[str]:
    """Yields what is to be done, a line per step."""
    for each in steps:
        parts = [f"{count} {what}" for count, what in ((each.stale, "stale"), (each.missing, "missing")) if count]
        if not parts:
            parts = [f"{each.fresh} fresh"]
        because = list(each.why)
        if each.behind:
            because.append(f"again where {each.behind} gives it something else")
        yield f"  {each.name}: {', '.join(parts)}{': ' + '; '.join(because) if because else ''}"


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:  # another file system
        shutil.copy2(source, target)


def _made(folder: Path, but: Collection[str]) -> Iterator[_Made]:
    """Yields what is known of the shards in a folder; what is no manifest is left to the run to complain about."""
    decode = msgspec.json.Decoder(_Made).decode
    for path in _manifests(folder):
        if but and path.stem in but:
            continue
        try:
            yield decode(path.read_bytes())
        except (msgspec.MsgspecError, OSError):
            yield _Made()


def _manifests(folder: Path) -> Iterator[Path]:
    if isinstance(folder, RemotePath):
        yield from folder.glob("*.json")
    elif folder.is_dir():
        with os.scandir(folder) as entries:  # a third of the time of `glob`, with a hundred thousand of them
            for entry in entries:
                if entry.name.endswith(".json") and not entry.name.startswith("."):
                    yield Path(entry.path)
