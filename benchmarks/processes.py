"""Processes as the kernel shows them in `/proc`.

    [pid for pid in below(os.getpid()) if command_of(pid).startswith(b"ray::Actor")]

Linux only. A process that ends while it is looked at is as one that was never there.
"""

from __future__ import annotations

import contextlib
import os
import signal
from pathlib import Path


def below(root: int) -> list[int]:
    """Returns the processes below one, as they are now."""
    parents: dict[int, int] = {}
    for path in Path("/proc").iterdir():
        if path.name.isdigit():
            with contextlib.suppress(OSError):
                parents[int(path.name)] = int((path / "stat").read_text().rpartition(")")[2].split()[1])
    ours = {root}
    while more := {pid for pid, parent in parents.items() if parent in ours} - ours:
        ours |= more
    return sorted(ours - {root})


def command_of(pid: int) -> bytes:
    """Returns how a process calls itself; nothing if it is gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def kill(pid: int) -> None:
    """Kills a process, if it is there."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
