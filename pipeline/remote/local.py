"""What a run in a store has on a disk of this machine, and how folders get from there to their place.

    on_disk(at("s3://bucket/run")) / "journal"          # ~/.cache/writ/5f0c3a.../journal; of a run on disk: its own
    bring(work, run / "dataset", last="README.md")      # renames, or uploads

A journal is lost with its machine, so the turns of dialogues that were open there are asked for again.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline.remote.path import RemotePath
from pipeline.storage import ask_leave
from pipeline.temporary import OwnFolder
from schemas.base import digest

_PIECE = 16 << 20


def on_disk(run: Path) -> Path:
    """Returns the run's folder, or for a run in a store a folder of this machine that is always the same."""
    if not isinstance(run, RemotePath):
        return run
    cache = os.environ.get("XDG_CACHE_HOME")
    return (Path(cache) if cache else Path.home() / ".cache") / "writ" / digest(str(run))[:16]


def work_place(target: Path) -> Path:
    """Returns a folder on a disk in which what becomes `target` may be made."""
    return Path(tempfile.gettempdir()) if isinstance(target, RemotePath) else target.parent


def bring(work: Path, target: Path, last: str) -> None:
    """Puts a folder that is whole in the place of `target`.

    Args:
        work: the folder, on a disk; on the same one as `target` if that is on one, and in an `OwnFolder`, where what is
            replaced goes: of a process that is killed before it is removed, the next one sweeps it.
        target: where it goes; what is there goes away.
        last: in a store, the file that comes after all others: who finds it finds them.

    Raises:
        StorageError, OSError: it cannot be written there.
    """
    ask_leave()
    if not isinstance(target, RemotePath):
        old = work.with_name(f"{work.name}.old")
        if target.exists():
            target.rename(old)
        work.rename(target)
        shutil.rmtree(old, ignore_errors=True)
        return
    names = sorted(
        (path.relative_to(work) for path in work.rglob("*") if path.is_file()), key=lambda n: (n.name == last, n)
    )
    for name in names:
        _upload(work / name, target / name)
    for path in target.rglob("*"):
        if path.relative_to(target) not in names:
            path.unlink()


def bring_file(work: Path, target: Path) -> None:
    """Puts a file that is whole in the place of `target`; see `bring`."""
    ask_leave()
    if isinstance(target, RemotePath):
        _upload(work, target)
    else:
        work.replace(target)


@contextmanager
def nearby(run: Path, *parts: str) -> Iterator[Path]:
    """Gives the run's folder, or for a run in a store a folder with copies of some of its files and folders."""
    if not isinstance(run, RemotePath):
        yield run
        return
    place = OwnFolder("writ-nearby-", Path(tempfile.gettempdir()))
    try:
        for part in parts:
            for path in (run / part).rglob("*") if (run / part).is_dir() else [run / part]:
                _download(path, place.path / path.relative_to(run))
        yield place.path
    finally:
        place.remove()


def _download(path: RemotePath, file: Path) -> None:
    if not path.is_file():
        return  # which is told by whoever looks for it
    file.parent.mkdir(parents=True, exist_ok=True)
    with path.opened() as opened, file.open("wb") as copy:
        while piece := opened.read(_PIECE):
            copy.write(piece)


def _upload(file: Path, target: RemotePath) -> None:
    with file.open("rb") as opened:
        target.put(iter(lambda: opened.read(_PIECE), b""))
