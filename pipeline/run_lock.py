"""One `writ run` per folder.

    with locked(Path("outputs/quickstart")) as epoch:
        ...                                     # a second one is refused, and told who is at work

    with fenced(Path("outputs/quickstart"), epoch):
        write_shard(...)                        # refused once another driver has the folder

The lock is the file system's (`flock` on `.lock`): it goes with its process, however that ends, so a killed run leaves
none behind, and a process that has got the same number means nothing. Where file systems keep such locks per machine,
or have none, the folder's `status.json` says who was at work last: a run on this machine is looked for, one on another
is given a few seconds for a sign of life. Nobody compares clocks. A run in a store has a lease (`remote.lease`).

Workers do not go with their driver at once, and one that was frozen or cut off may wake up much later; so may a driver
that another machine held for dead. So the lock names its driver by an epoch that nobody else has; workers know whose
they are, and they and the driver itself look whether that one still stands there before a file gets its name.

Not promised: that of two runs that begin in the same second, on two machines that share a folder but no locks, one is
refused; or that a process is stopped between that look and the renaming, microseconds later (in a store: a second).
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

from pipeline.errors import StorageError
from pipeline.observe.state import State, read_state, this_machine
from pipeline.remote.lease import leased, owner
from pipeline.remote.path import RemotePath
from pipeline.storage import allowed_by, storage_error

_FILE = ".lock"
_LOOK = 1.0
"""Seconds between two looks at a lease: each is a request."""
TAKEN = (errno.EWOULDBLOCK, errno.EACCES)


@contextlib.contextmanager
def locked(out: Path, lock: Callable[[int, int], object] = fcntl.flock) -> Iterator[str]:
    """Keeps a second run out of a folder, which is made if it is not there; yields the epoch that begins.

    Args:
        out: the folder.
        lock: takes a file's lock, as `fcntl.flock` does.

    Raises:
        StorageError: another run is at work here, or the folder cannot be written.
    """
    if isinstance(out, RemotePath):
        with leased(out) as epoch:
            yield epoch
        return
    try:
        out.mkdir(parents=True, exist_ok=True)
        file = (out / _FILE).open("a")
    except OSError as error:
        raise storage_error(out, error) from error
    with file:
        alone = True
        try:
            lock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno in TAKEN:
                raise _busy(out, read_state(out)) from error
            alone = False  # the file system knows no locks
        last = read_state(out)
        if last is not None and last.state == "running" and not (alone and _here(last)):
            from pipeline.observe.status import sign_of_life  # seldom needed, and it prints

            life, last = sign_of_life(out, last)
            if life in ("running", "stuck"):
                raise _busy(out, last)
        epoch = uuid.uuid4().hex
        try:
            file.truncate(0)
            file.write(epoch)
            file.flush()
            os.fsync(file.fileno())  # for workers on other machines: over NFS they see what was closed or synced
        except OSError as error:
            raise storage_error(out, error) from error
        yield epoch


@contextlib.contextmanager
def fenced(out: Path, epoch: str) -> Iterator[None]:
    """Lets files be written inside only while the folder is still that driver's; a `StorageError` says so if not.

    Args:
        out: the folder.
        epoch: of the driver; "" is for shards that are made without one, and fences nothing.
    """
    looked = -_LOOK

    def ask() -> None:
        nonlocal looked
        now = time.monotonic()
        if isinstance(out, RemotePath) and now < looked + _LOOK:
            return
        if _epoch(out) != epoch:
            raise StorageError(
                f"{out}: another `writ run` has taken this folder over; nothing more of this one is written"
            )
        looked = now

    with allowed_by(ask) if epoch else contextlib.nullcontext():
        yield


def _epoch(out: Path) -> str:
    if isinstance(out, RemotePath):
        return owner(out)
    with contextlib.suppress(FileNotFoundError):
        return (out / _FILE).read_text(encoding="utf-8")
    return ""


def _here(state: State) -> bool:
    return bool(state.boot) and (state.host, state.boot) == this_machine()


def _busy(out: Path, state: State | None) -> StorageError:
    who = f" (process {state.pid} on {state.host})" if state is not None and state.state == "running" else ""
    return StorageError(
        f"{out}: another `writ run` is at work here{who}; wait for it (`writ status {out}` shows it), or give another "
        "--out"
    )
