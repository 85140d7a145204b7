"""A server's working folder: a copy of a template that can be made fresh again, and whose content has a digest.

Of a large template only what was changed is copied again: files are compared by size and time of their last change,
which copies share with their originals.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

_PREFIX = "writ-mcp-"
_ROOM = 1 << 30
"""Bytes that must be free in memory for working folders to lie there."""
_SETTLED = 2.0
"""Seconds after which a file's time tells one content from the next: clocks of file systems are coarse."""


class WorkingFolder:
    """See the module's text.

    Attributes:
        path: the folder itself.
        home: the temporary folder that it lies in, to be removed at the end.
    """

    def __init__(self, template: str | None) -> None:
        """Makes an empty home for it; `refresh` fills it."""
        sweep()
        self.home = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-", dir=_quick_folder()))
        self.path = self.home / "data"
        self._template = Path(template) if template is not None else None
        self._digests: dict[tuple[str, int, int], bytes] = {}

    def refresh(self) -> None:
        """Makes the folder what the template is. The folder itself stays: a running server stands in it."""
        self.path.mkdir(parents=True, exist_ok=True)
        if self._template is None:
            return
        wanted = dict(_entries(self._template))
        for name, _ in sorted(_entries(self.path), reverse=True):  # a folder comes after what lies in it
            if name not in wanted:
                _remove(self.path / name)
        present = dict(_entries(self.path))
        for name, entry in sorted(wanted.items()):
            if name in present and present[name] == entry:
                continue
            if entry is None:
                (self.path / name).mkdir(exist_ok=True)
            else:
                shutil.copy2(self._template / name, self.path / name, follow_symlinks=False)

    def digest(self) -> str:
        """Returns the digest of all names and contents."""
        found = hashlib.blake2b(digest_size=16)
        for name, entry in sorted(_entries(self.path)):
            found.update(name.encode() + b"\0")
            found.update(b"folder" if entry is None else self._content(name, entry))
        return found.hexdigest()

    def remove(self) -> None:
        """Removes it with its home."""
        shutil.rmtree(self.home, ignore_errors=True)

    def _content(self, name: str, entry: tuple[int, int]) -> bytes:
        known = self._digests.get((name, *entry))
        if known is None:
            path = self.path / name
            content = str(path.readlink()).encode() if path.is_symlink() else path.read_bytes()
            known = hashlib.blake2b(content, digest_size=16).digest()
            if entry[1] < (time.time() - _SETTLED) * 1e9:
                self._digests[name, *entry] = known
        return known


def sweep() -> None:
    """Removes what processes left behind that were killed together with whoever should have tidied up after them."""
    for home in Path(_quick_folder() or tempfile.gettempdir()).glob(f"{_PREFIX}*-*"):
        owner = home.name.removeprefix(_PREFIX).partition("-")[0]
        if owner.isdigit() and not _runs(int(owner)):
            shutil.rmtree(home, ignore_errors=True)


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _entries(folder: Path) -> Iterator[tuple[str, tuple[int, int] | None]]:
    """Yields (relative path, (size, time of change)), and for a folder (its path with a slash, None)."""
    waiting = [""]
    for place in waiting:  # grows while it runs
        with os.scandir(folder / place) as entries:
            for entry in entries:
                name = f"{place}{entry.name}"
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(name + "/")
                    yield name + "/", None
                else:
                    about = entry.stat(follow_symlinks=False)
                    yield name, (about.st_size, about.st_mtime_ns)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _quick_folder() -> str | None:
    """Returns where copies of data wait for no disk, if there is room and nobody says otherwise."""
    memory = "/dev/shm"
    if "TMPDIR" in os.environ or not os.access(memory, os.W_OK) or shutil.disk_usage(memory).free < _ROOM:
        return None
    return memory
