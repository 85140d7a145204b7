"""Runs one server so that nothing of it outlives the pipeline: a script of its own, between pipeline and server.

    python -I -S live_guard.py PARENT FOLDER GRACE COMMAND...

The server gets a process group of its own and the guard's standard input and output. Whatever ends first (the server,
the pipeline, be it by SIGKILL, or the guard by SIGTERM), the group is killed and FOLDER removed. PARENT is the number
of the process that starts the guard: on a busy machine it may be gone before the guard could ask whose child it is.
GRACE is how many seconds the group has before, to tidy up after SIGTERM; 0 asks nobody. Only the standard library, and
little of it: every start of a server waits for this. Not promised: a server that moves to another group.

Guards are two, one the child of the other: Ray's workers kill their own children, by SIGKILL, when they end.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import shutil
import signal
import sys
import threading
import time
from collections.abc import Callable
from typing import NoReturn

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36


def _die_with(parent: int, end: Callable[[], object]) -> None:
    """Asks Linux for SIGTERM when the parent dies; elsewhere a thread looks. If it is dead already, `end` is called."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    else:
        threading.Thread(target=_watch, args=(parent,), daemon=True).start()
    if os.getppid() != parent:
        end()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(0.2)
    os.kill(os.getpid(), signal.SIGTERM)


def _ask_to_end(group: int, grace: float) -> None:
    """Sends a group SIGTERM and waits until nobody is left of it, or for so many seconds."""
    deadline = time.monotonic() + grace
    with contextlib.suppress(OSError):  # nobody is left
        os.killpg(group, signal.SIGTERM)
        while time.monotonic() < deadline:
            with contextlib.suppress(ChildProcessError):  # who has ended and is not waited for still counts as there
                while os.waitpid(-1, os.WNOHANG) != (0, 0):
                    pass
            os.killpg(group, 0)
            time.sleep(0.05)


def main(parent: int, folder: str, grace: float, command: list[str]) -> NoReturn:
    """Runs the command to its end."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal's Ctrl-C is the pipeline's business
    if os.getppid() != parent:
        shutil.rmtree(folder, ignore_errors=True)
        os._exit(143)
    outer = os.getpid()
    inner = os.fork()
    if inner:
        relay(parent, inner)
    guard(outer, folder, grace, command)


def relay(parent: int, inner: int) -> NoReturn:
    """Passes on that it is time to end, and how the inner guard ended; if this is killed, the inner guard sees it."""

    def ask(*_: object) -> None:
        with contextlib.suppress(OSError):
            os.kill(inner, signal.SIGTERM)

    signal.signal(signal.SIGTERM, ask)
    _die_with(parent, ask)
    for descriptor in (0, 1):  # the pipes belong to the server: their ends must be seen when it ends
        os.close(descriptor)
    _, status = os.waitpid(inner, 0)
    os._exit(os.waitstatus_to_exitcode(status) % 256)


def guard(parent: int, folder: str, grace: float, command: list[str]) -> NoReturn:
    """Runs the command in a group of its own, and ends the group with it."""
    child = 0

    def end(status: int) -> NoReturn:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        if child:
            if grace:
                _ask_to_end(child, grace)
            with contextlib.suppress(OSError):
                os.killpg(child, signal.SIGKILL)
        shutil.rmtree(folder, ignore_errors=True)
        os._exit(status)

    signal.signal(signal.SIGTERM, lambda *_: end(143))
    _die_with(parent, lambda: end(143))
    if grace and sys.platform == "linux":  # the server's orphans become the guard's, to be waited for
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1)
    child = os.fork()
    if child == 0:
        os.setpgid(0, 0)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_DFL)
        if sys.platform == "linux":
            ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        try:
            os.execvp(command[0], command)
        except OSError as error:
            os.write(2, f"{command[0]}: {error.strerror}\n".encode())
            os._exit(127)
    with contextlib.suppress(OSError):
        os.setpgid(child, child)  # also here: whoever comes first
    for descriptor in (0, 1):
        os.close(descriptor)
    _, status = os.waitpid(child, 0)
    end(os.waitstatus_to_exitcode(status) % 256)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], float(sys.argv[3]), sys.argv[4:])
