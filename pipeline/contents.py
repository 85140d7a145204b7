"""What a run holds on its disk when it ends, by name and size, and what of it is there no more.

    write_contents(out, {ROWS: ["stages", "kept.json"], "pipeline.report.write_report": ["report.html"]})
    lost(out)        # [Lost("pipeline.report.write_report", "report.html", None, 48211)]

`contents.json` is written just before `run.json`; per part, folder and file it says how many bytes there were::

    {"rows": {"stages/2_give_users": {"r0-00000.json": 312, "r0-00000.parquet": 9120}}, ...}

To look costs a listing of each folder (0.4 s of CPU for the 150,000 files of 1,000,000 rows). Not noticed: other
content of the same size, and another card, which is anybody's to edit. Imports nothing heavy (see `unchanged`).
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from pipeline.remote.path import RemotePath

FILE = "contents.json"
ROWS = "rows"
"""The part that all others are made of: the shards, and which of their rows are kept."""
_EDITABLE = ("README.md",)
_NAMED = 3

Folders = dict[str, dict[str, int | None]]


class Lost(NamedTuple):
    """A file that is not there any more, or has another size.

    Attributes:
        part: what it belongs to: `ROWS`, or the name of what is made of them.
        path: from the run's folder on.
        found, noted: its bytes now (None: it is gone), and when the run ended.
    """

    part: str
    path: str
    found: int | None
    noted: int | None

    def __str__(self) -> str:
        if self.found is None:
            return f"{self.path} is missing"
        told = f": {self.found:,} bytes instead of {self.noted:,}" if self.found != self.noted else ""
        return f"{self.path} was changed{told}"


def write_contents(out: Path, parts: Mapping[str, Sequence[str]]) -> None:
    """Writes down what is there.

    Args:
        out: the run's folder.
        parts: by name, the places of each: files and folders, from the run's folder on.
    """
    from pipeline.storage import write_bytes

    found = {name: _held(out, places) for name, places in parts.items()}
    write_bytes(out / FILE, msgspec.json.encode(found, order="sorted"))


def read_contents(out: Path) -> dict[str, Folders] | None:
    """Returns what was there when the run ended; None where that is not known."""
    try:
        found = msgspec.json.decode((out / FILE).read_bytes(), type=dict[str, Folders])
        return found if ROWS in found else None
    except (OSError, msgspec.MsgspecError):
        return None


def lost(out: Path) -> list[Lost]:
    """Returns what is not as it was when the run ended."""
    before = read_contents(out)
    if before is None:
        spoilt = 0 if (out / FILE).exists() else None
        return [Lost(ROWS, FILE, spoilt, spoilt)]
    found: list[Lost] = []
    for part, folders in before.items():
        for folder, files in folders.items():
            now = sizes(out / folder)
            if not files.items() <= now.items():
                for name, size in files.items():
                    if name not in now or size not in (None, now[name]):
                        found.append(Lost(part, (Path(folder) / name).as_posix(), now.get(name), size))
    return found


def manifests(gone: Iterable[Lost]) -> list[str]:
    """Returns the manifests of the shards that have lost files."""
    paths = {Path(each.path) for each in gone if each.path.startswith("stages/")}
    return sorted({(path.parent / f"{path.name.split('.')[0]}.json").as_posix() for path in paths})


def named(gone: Sequence[Lost]) -> str:
    """Names the first lost files."""
    more = f" and {len(gone) - _NAMED:,} more" if len(gone) > _NAMED else ""
    return "; ".join(map(str, gone[:_NAMED])) + more


def sizes(folder: Path) -> dict[str, int]:
    """Returns the bytes of a folder's files by name; none if it cannot be listed."""
    if isinstance(folder, RemotePath):
        return folder.sizes()
    try:
        with os.scandir(folder) as found:
            return {each.name: each.stat(follow_symlinks=False).st_size for each in found if not each.is_dir()}
    except OSError:
        return {}


def _held(out: Path, places: Sequence[str]) -> Folders:
    found: Folders = {}
    for place in places:
        if (out / place).is_dir():
            for folder in _folders(out / place):
                found[folder.relative_to(out).as_posix()] = _told(sizes(folder))
        else:
            path = Path(place)
            files = found.setdefault(path.parent.as_posix(), {})
            files |= _told({name: size for name, size in sizes(out / path.parent).items() if name == path.name})
    return found


def _told(files: Mapping[str, int]) -> dict[str, int | None]:
    # What begins with a dot is some process's own, and soon gone.
    return {name: None if name in _EDITABLE else size for name, size in files.items() if not name.startswith(".")}


def _folders(place: Path) -> Iterator[Path]:
    if isinstance(place, RemotePath):
        yield from sorted({path.parent for path in place.rglob("*")})
    else:
        yield from (Path(folder) for folder, _, _ in os.walk(place))
