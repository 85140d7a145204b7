"""A lease on a run in a store: who holds it renews it, and whoever finds one that is not renewed takes it.

    with leased(at("s3://bucket/run")): ...

A store has no locks, but what was put last is what everybody then reads: who wants the lease puts its name there, waits
a little, and has it if the name is still its own. A driver that was killed on this machine is known at once, one
elsewhere by its silence; no clocks are compared. Not promised: that two drivers never overlap, if one of them stood
still for longer than the others' patience. Shards are put whole and are the same from both: nothing is damaged by it.
"""

from __future__ import annotations

import contextlib
import os
import threading
import time
import uuid
from collections.abc import Iterator

import msgspec

from pipeline.errors import StorageError
from pipeline.observe.state import started, this_machine
from pipeline.remote.path import RemotePath

FILE = "lease.json"
BEAT = 5.0
"""Seconds between renewals."""
_PATIENCE = 4
"""Renewals that do not come before somebody counts as dead."""
SETTLE = 1.0
"""Seconds after which a put of somebody who began at the same time has arrived."""


class Lease(msgspec.Struct, kw_only=True):
    """Who drives a run, and how often that was renewed."""

    owner: str
    host: str
    boot: str
    pid: int
    pid_started: str
    beat: int = 0


@contextlib.contextmanager
def leased(run: RemotePath, beat: float = BEAT) -> Iterator[str]:
    """Holds the lease; yields its owner's name.

    Raises:
        StorageError: somebody else does, or the store refuses.
    """
    file = run / FILE
    run.mkdir()
    _free(file, _PATIENCE * beat)
    host, boot = this_machine()
    own = Lease(owner=uuid.uuid4().hex, host=host, boot=boot, pid=os.getpid(), pid_started=started(os.getpid()))
    file.write_bytes(msgspec.json.encode(own))
    time.sleep(SETTLE)
    found = _read(file)
    if found is None or found.owner != own.owner:
        raise _taken(file, found)
    ended = threading.Event()
    thread = threading.Thread(target=_renew, args=(file, own, ended, beat), name="writ-lease", daemon=True)
    thread.start()
    try:
        yield own.owner
    finally:
        ended.set()
        thread.join()
        with contextlib.suppress(StorageError):
            found = _read(file)
            if found is not None and found.owner == own.owner:
                file.unlink(missing_ok=True)


def owner(run: RemotePath) -> str:
    """Returns who holds the lease, "" if nobody does."""
    found = _read(run / FILE)
    return found.owner if found else ""


def _renew(file: RemotePath, own: Lease, ended: threading.Event, beat: float) -> None:
    while not ended.wait(beat):
        # A store that does not answer ends the run elsewhere, with a message.
        with contextlib.suppress(StorageError):
            found = _read(file)
            if found is not None and found.owner != own.owner:
                return  # taken by somebody who held this driver for dead
            own.beat += 1
            file.write_bytes(msgspec.json.encode(own))


def _free(file: RemotePath, patience: float) -> None:
    """Waits until it is known that nobody holds the lease."""
    lease = _read(file)
    if lease is None:
        return
    if lease.boot and (lease.host, lease.boot) == this_machine() and lease.pid_started:
        if started(lease.pid) == lease.pid_started:
            raise _taken(file, lease)
        return
    until = time.monotonic() + patience
    while time.monotonic() < until:
        time.sleep(min(patience / 10, 1.0))
        again = _read(file)
        if again is None:
            return
        if (again.owner, again.beat) != (lease.owner, lease.beat):
            raise _taken(file, again)


def _taken(file: RemotePath, lease: Lease | None) -> StorageError:
    who = f" ({lease.host}, process {lease.pid})" if lease is not None else ""
    return StorageError(f"{file.parent}: another `writ run` is at work here{who}; wait for it, or give another --out")


def _read(file: RemotePath) -> Lease | None:
    try:
        return msgspec.json.decode(file.read_bytes(), type=Lease)
    except (FileNotFoundError, msgspec.MsgspecError):
        return None
