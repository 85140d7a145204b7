"""The JSON files of a run's folder, read with care: somebody may have edited them, or a newer version written them.

read_told(Path("outputs/quickstart"), "kept.json")["shards"] -> ["r0-00000", ...]

What comes back is the plain value; that it has the form that its readers count on was looked at before.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal, TypeVar

import msgspec

from pipeline.errors import StorageError
from pipeline.storage import read_json
from schemas.base import Json

LAYOUT = 1
"""Version of a run's folder: it grows when an older program could no longer read what a newer one wrote."""

T = TypeVar("T")
File = Literal["recipe.json", "stages.json", "kept.json", "run.json"]


class _World(msgspec.Struct):
    origin: str
    digest: str


class _Domain(msgspec.Struct):
    name: str
    share: float
    world: _World


class _Recipe(msgspec.Struct):
    name: str
    seed: int
    domains: list[_Domain]
    grid: dict[str, Json] = {}
    contamination: dict[str, Json] | None = None
    engines: dict[str, Json] = {}
    licences: dict[str, str] = {}


class _Step(msgspec.Struct):
    key: str


class _Stages(msgspec.Struct):
    steps: dict[str, _Step] = {}


class _Cell(msgspec.Struct):
    domain: str
    kind: str
    num_writes: int
    burden: int | None
    split: str
    wanted: int


class _Unfilled(msgspec.Struct):
    cell: str
    wanted: int
    kept: int
    reasons: dict[str, int] = {}


class _Drop(msgspec.Struct):
    stage: str
    reason: str
    owner: str | None
    count: int


class _Facts(msgspec.Struct):
    wanted: int = 0
    kept: int = 0
    cells: list[_Cell] = []
    unfilled: list[_Unfilled] = []
    drops: list[_Drop] = []
    made: dict[str, int] = {}
    grown_from: list[int] = []


class _Run(_Facts, kw_only=True):
    kept: int
    key: str = ""


class _Kept(msgspec.Struct):
    shards: list[str]
    all_shards: list[str]
    rows: str
    judged: str
    features: str
    select: str
    facts: _Facts = msgspec.field(default_factory=_Facts)


_FORMS: dict[File, type] = {"recipe.json": _Recipe, "stages.json": _Stages, "kept.json": _Kept, "run.json": _Run}


def read_told(folder: Path, name: File) -> dict[str, Json]:
    """Returns what one of a run's files says.

    Raises:
        StorageError: it is not there, a newer version wrote it, or it has another form.
    """
    value: dict[str, Json] = read_json(folder / name)
    formed(folder / name, value, _FORMS[name])
    return value


def formed(path: Path, value: Json, form: type[T]) -> T:
    """Returns a file's value as a record.

    Raises:
        StorageError: a newer version wrote it, or it has another form.
    """
    layout = value.get("layout", LAYOUT) if isinstance(value, dict) else LAYOUT
    if isinstance(layout, int) and layout > LAYOUT:
        raise StorageError(
            f"{path}: a newer version of WRIT wrote this folder (layout {layout}; this one knows {LAYOUT}). Use that "
            "version, or make the run anew into another --out"
        )
    try:
        return msgspec.convert(value, form)
    except msgspec.ValidationError as error:
        raise StorageError(
            f"{path}: is not what `writ run` wrote ({error}); somebody changed it. Put it back, or make the run anew "
            "into another --out"
        ) from error
