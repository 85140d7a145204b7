"""One `writ run` per folder.

    with locked(Path("outputs/quickstart")):
        ...                                     # a second one is refused, and told who is at work

The lock is the file system's (`flock` on `.lock`): it goes with its process, however that ends, so a killed run leaves
none behind, and a process that has got the same number means nothing. Where file systems keep such locks per machine,
or have none, the folder's `status.json` says who was at work last: a run on this machine is looked for, one on another
is given a few seconds for a sign of life. Nobody compares clocks. A run in a store has a lease (`remote.lease`).

Not promised: that of two runs that begin in the same second, on two machines that share a folder but no locks, one is
refused.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
from collections.abc import Callable, Iterator
from pathlib import Path

from pipeline.errors import StorageError
from pipeline.observe.state import State, read_state, this_machine
from pipeline.remote.lease import leased
from pipeline.remote.path import RemotePath
from pipeline.storage import storage_error

_TAKEN = (errno.EWOULDBLOCK, errno.EACCES)


@contextlib.contextmanager
def locked(out: Path, lock: Callable[[int, int], object] = fcntl.flock) -> Iterator[None]:
    """Keeps a second run out of a folder, which is made if it is not there.

    Args:
        out: the folder.
        lock: takes a file's lock, as `fcntl.flock` does.

    Raises:
        StorageError: another run is at work here, or the folder cannot be written.
    """
    if isinstance(out, RemotePath):
        with leased(out):
            yield
        return
    try:
        out.mkdir(parents=True, exist_ok=True)
        file = (out / ".lock").open("a")
    except OSError as error:
        raise storage_error(out, error) from error
    with file:
        alone = True
        try:
            lock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno in _TAKEN:
                raise _busy(out, read_state(out)) from error
            alone = False  # the file system knows no locks
        last = read_state(out)
        if last is not None and last.state == "running" and not (alone and _here(last)):
            from pipeline.observe.status import sign_of_life  # seldom needed, and it prints

            life, last = sign_of_life(out, last)
            if life in ("running", "stuck"):
                raise _busy(out, last)
        yield


def _here(state: State) -> bool:
    return bool(state.boot) and (state.host, state.boot) == this_machine()


def _busy(out: Path, state: State | None) -> StorageError:
    who = f" (process {state.pid} on {state.host})" if state is not None and state.state == "running" else ""
    return StorageError(
        f"{out}: another `writ run` is at work here{who}; wait for it (`writ status {out}` shows it), or give another "
        "--out"
    )
