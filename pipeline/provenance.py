"""What the shards of a run were made with, and what has changed since: the file `stages.json` of a run's folder.

Example (shortened)::

    {"recipe": {...}, "orders": "5b1f...", "worlds": {"retail": "9f..."},
     "steps": {"validate_dialogues": {"key": "c0de...", "settings": {"parallel_calls": 1},
                                      "code": {"stages/validate_dialogues/words.py": "77aa..."}}}}

`steps` are in the line's order, the group that decides what is kept comes last. Nothing here decides what is fresh: the
keys of the shards do. This says why.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import asdict, is_dataclass
from pathlib import Path

import msgspec

from pipeline.fingerprint import code_files
from pipeline.line import Line
from pipeline.plan_tasks import sequence
from pipeline.recipe import Recipe
from pipeline.run_json import LAYOUT, formed
from pipeline.storage import read_json, write_json
from schemas.base import Json, digest
from stages.base import Stage

FILE = "stages.json"
SELECT = "select"
"""The name of the step in which the group decides."""
_ORDERS = 512
"""Cells of the endless sequence of orders by which it is known."""
_LONG = 200
"""Elements, or characters, from which on a setting is not told whole."""
NAMED = 3
"""Files that are named of those that changed."""


class StepRecord(msgspec.Struct, frozen=True):
    """What one step's shards were made with.

    Attributes:
        key: of the stage with its settings, its code and the worlds.
        code: file -> digest.
    """

    key: str
    settings: dict[str, Json]
    code: dict[str, str]


class Provenance(msgspec.Struct, frozen=True, kw_only=True):
    """See the module's text.

    Attributes:
        layout: version of the folder.
    """

    layout: int = LAYOUT
    recipe: Json
    orders: str
    worlds: dict[str, str]
    steps: dict[str, StepRecord]


def provenance_of(recipe: Recipe, identity: Json, line: Line) -> Provenance:
    """Returns what shards would be made with now."""
    stages = [*((step.name, step.stage) for step in line.steps), (SELECT, line.group)]
    cells = itertools.islice(sequence(recipe), _ORDERS)
    found = Provenance(
        recipe=identity,
        orders=digest([recipe.seed, [list(cell) for cell in cells]]),
        worlds={each["name"]: each["world"].get("digest", "") for each in identity["domains"]},
        steps={name: _record(line, stage) for name, stage in stages},
    )
    # As it comes back from its file, where a tuple is a list.
    return msgspec.json.decode(msgspec.json.encode(found), type=Provenance)


def read_provenance(folder: Path) -> Provenance | None:
    """Returns what the shards in a folder were made with, or None where nothing says so.

    Raises:
        StorageError: a newer version wrote it, or somebody changed it.
    """
    path = folder / FILE
    return formed(path, read_json(path), Provenance) if path.exists() else None


def write_provenance(folder: Path, found: Provenance) -> None:
    """Writes what the shards in a folder are made with from now on."""
    write_json(folder / FILE, msgspec.to_builtins(found))


def settings_of(stage: object) -> dict[str, Json]:
    """Returns a stage's settings as JSON."""
    plain = asdict(stage) if is_dataclass(stage) and not isinstance(stage, type) else {}
    found: dict[str, Json] = {name: _short(value) for name, value in msgspec.to_builtins(plain).items()}
    return found


def _short(value: Json) -> Json:
    """Returns a setting as it is told: what is long is known by its digest."""
    if isinstance(value, dict) and len(value) <= _LONG:
        return {str(name): _short(each) for name, each in value.items()}
    if isinstance(value, (dict, list, tuple, str)) and len(value) > _LONG:
        return f"digest {digest(value)[:12]}"
    return value


def changes(old: Provenance, new: Provenance) -> dict[str, list[str]]:
    """Returns step -> what has changed in it, in words; steps of which nothing has are left out."""
    worlds = [
        f"the world of {name} is another one" if name in old.worlds else f"the domain {name} is new"
        for name, each in new.worlds.items()
        if old.worlds.get(name) != each
    ]
    worlds += [f"the domain {name} is gone" for name in old.worlds if name not in new.worlds]
    found: dict[str, list[str]] = {}
    for number, (name, record) in enumerate(new.steps.items()):
        before = old.steps.get(name)
        if before is None:
            found[name] = ["it is new"]
            continue
        told = [] if before.key == record.key else [*worlds, *_settings(before, record), *_code(before, record)]
        if before.key != record.key and not told:
            told = ["it is another stage under the same name"]
        if number == 0 and old.orders != new.orders:
            ordering = [each for each in differences(old.recipe, new.recipe) if not each.startswith("domains.")]
            told += [f"the orders are others ({'; '.join(ordering[:NAMED]) or 'shares of the domains'})"]
        if told:
            found[name] = told
    return found


def differences(old: Json, new: Json, path: str = "") -> Iterator[str]:
    """Yields how two JSON values differ, leaf by leaf: `grid.burden.3 0.2 -> 0.3`."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key in dict.fromkeys((*old, *new)):
            yield from differences(old.get(key), new.get(key), f"{path}.{key}" if path else str(key))
    elif old != new:
        yield f"{path} {_said(old)} -> {_said(new)}"


def _said(value: Json) -> str:
    if value is None:
        return "unset"
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def _record(line: Line, stage: object) -> StepRecord:
    return StepRecord(line.stage_key(stage), settings_of(stage), _code_of(stage, line.domains))


def _code_of(stage: object, domains: tuple[str, ...]) -> dict[str, str]:
    """Returns the files of a stage and of the stages that it holds."""
    found = dict(code_files(type(stage).__module__, domains))
    for each in vars(stage).values():
        if isinstance(each, Stage):
            found.update(_code_of(each, domains))
    return found


def _settings(old: StepRecord, new: StepRecord) -> Sequence[str]:
    return [f"setting {each}" for each in differences(old.settings, new.settings)]


def _code(old: StepRecord, new: StepRecord) -> Sequence[str]:
    files = sorted(name for name in {*old.code, *new.code} if old.code.get(name) != new.code.get(name))
    if not files:
        return []
    more = f" and {len(files) - NAMED} more" if len(files) > NAMED else ""
    return [f"code of {', '.join(files[:NAMED])}{more}"]
