"""Temporary folders that do not outlive their process for long: what a killed one left is swept by the next.

    folder = OwnFolder("writ-ray-", Path("/tmp"))      # /tmp/writ-ray-x1y2z3, gone after folder.remove()

The owner holds a lock on a file in its folder; the lock goes with the process, however that ends. So a folder whose
file can be locked belongs to nobody. One without that file is somebody else's, or just being made, and stays.
"""

from __future__ import annotations

import contextlib
import fcntl
import shutil
import tempfile
from pathlib import Path

_OWNER = ".owner"


class OwnFolder:
    """A temporary folder of this process."""

    def __init__(self, prefix: str, place: Path) -> None:
        """Sweeps folders of dead processes and makes a new one.

        Args:
            prefix: how such folders' names begin.
            place: where they are.
        """
        sweep(prefix, place)
        self.path = Path(tempfile.mkdtemp(prefix=prefix, dir=place))
        self._lock = (self.path / f"{_OWNER}.new").open("w")
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        # Renamed only now: whoever sweeps never sees the file without its lock.
        (self.path / f"{_OWNER}.new").rename(self.path / _OWNER)

    def remove(self) -> None:
        """Removes the folder with all that is in it."""
        shutil.rmtree(self.path, ignore_errors=True)
        self._lock.close()


def sweep(prefix: str, place: Path) -> list[Path]:
    """Removes the folders whose owners are dead; returns which those were."""
    swept = []
    for owner in place.glob(f"{prefix}*/{_OWNER}"):
        with contextlib.suppress(OSError), owner.open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(owner.parent, ignore_errors=True)
            swept.append(owner.parent)
    return swept
