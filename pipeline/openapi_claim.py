"""Turns at a service that runs already: one at a time on this machine, and whoever comes next knows it.

A service has one state. A worker that takes its turn after another finds it as the other left it, so it must bring it
back to the beginning first: `take` says whether that is so. Not promised: turns between machines.
"""

from __future__ import annotations

import fcntl
import os
import tempfile
from pathlib import Path

from schemas.base import digest


class Claim:
    """See the module's text."""

    def __init__(self, base_url: str) -> None:
        """Opens a lock file for a service; it is this user's own."""
        name = f"writ-{os.getuid()}-{digest(base_url)[:16]}.turn"
        path = Path(tempfile.gettempdir()) / name
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        self._mark = f"{os.getpid()}-{os.urandom(8).hex()}".encode()

    def take(self) -> bool:
        """Waits for a turn; returns whether somebody else has had one since."""
        fcntl.flock(self._file, fcntl.LOCK_EX)
        if os.pread(self._file, 256, 0) == self._mark:
            return False
        os.ftruncate(self._file, 0)
        os.pwrite(self._file, self._mark, 0)
        return True

    def release(self) -> None:
        """Lets the next one have a turn."""
        fcntl.flock(self._file, fcntl.LOCK_UN)

    def close(self) -> None:
        """Closes the file; it stays where it is, for others may wait at it."""
        os.close(self._file)
