"""Starting a server as a process that does not outlive the pipeline, and finding out when it listens."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

from pipeline.errors import BackendError
from pipeline.live_folder import WorkingFolder

_GUARD = Path(__file__).with_name("live_guard.py")
_SHOWN = 200


def guarded(folder: WorkingFolder, command: Sequence[str], grace: float = 0) -> list[str]:
    """Returns the command line with which this very process runs a command under the guard (`pipeline.live_guard`)."""
    return [sys.executable, "-I", "-S", str(_GUARD), str(os.getpid()), str(folder.home), str(grace), *command]


async def started(
    folder: WorkingFolder, command: Sequence[str], environment: Mapping[str, str], log: IO[bytes], grace: float = 0
) -> asyncio.subprocess.Process:
    """Starts a server that is spoken to over the network."""
    return await asyncio.create_subprocess_exec(
        *guarded(folder, command, grace), env=dict(environment), cwd=folder.path, stdin=asyncio.subprocess.DEVNULL,
        stdout=log, stderr=log, start_new_session=True,
    )  # fmt: skip


async def stopped(process: asyncio.subprocess.Process | None) -> None:
    """Takes a process down."""
    if process is not None and process.returncode is None:
        process.terminate()
        await process.wait()


async def listening(url: str, process: asyncio.subprocess.Process) -> None:
    """Waits until somebody listens at a URL's port; who calls it has the deadline."""
    host, _, rest = url.partition("://")[2].partition("/")[0].partition(":")
    while process.returncode is None:
        with contextlib.suppress(OSError):
            _, writer = await asyncio.open_connection(host, int(rest or 80))
            writer.close()
            return
        await asyncio.sleep(0.02)
    raise RuntimeError(f"the command ended with code {process.returncode}")


async def run_once(name: str, where: str, command: Sequence[str], folder: WorkingFolder, seconds: float) -> None:
    """Runs a reset command in a working folder.

    Args:
        name: of the domain.
        where: what of the recipe says it.
        command: the command.
        folder: where it runs.
        seconds: how long it may take.

    Raises:
        BackendError: it fails, or takes too long.
    """
    try:
        process = await asyncio.create_subprocess_exec(
            *command, cwd=folder.path, stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
    except OSError as error:
        raise BackendError(f"{name}: the reset command {command[0]!r} cannot be run ({error.strerror})") from error
    try:
        _, errors = await asyncio.wait_for(process.communicate(), seconds)
    except TimeoutError:
        process.kill()
        raise BackendError(f"{name}: the reset command did not end in {seconds:g} s; see {where}") from None
    if process.returncode:
        words = errors.decode(errors="replace").strip()[-_SHOWN:]
        raise BackendError(f"{name}: the reset command failed with code {process.returncode}: {words}")


def environment_with(more: Mapping[str, str], values: Mapping[str, str]) -> dict[str, str]:
    """Returns this process's environment with more variables, their slots filled."""
    return {**os.environ, **{name: filled(value, values) for name, value in more.items()}}


def filled(text: str, values: Mapping[str, str]) -> str:
    """Returns a text with values in place of its slots."""
    for name, value in values.items():
        text = text.replace("{" + name + "}", value)
    return text


def free_port() -> int:
    """Returns a port of this machine at which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def last_words(log: IO[bytes]) -> str:
    """Returns the last line that a server wrote, to be put after a message."""
    if log.closed:
        return ""
    log.seek(0)
    lines = [line for line in log.read().decode(errors="replace").splitlines() if line.strip()]
    return f". Its last words: {lines[-1][:_SHOWN]!r}" if lines else ""
