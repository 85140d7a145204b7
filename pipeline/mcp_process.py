"""How a server is started and reached (under a guard; over stdio or streamable HTTP), and its reset command."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import sys
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import IO, Any

from mcp import StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp.client.streamable_http import streamable_http_client

from pipeline.errors import BackendError
from pipeline.live_folder import WorkingFolder
from pipeline.mcp_settings import McpSettings

_GUARD = Path(__file__).with_name("mcp_guard.py")


@contextlib.asynccontextmanager
async def connected(settings: McpSettings, folder: WorkingFolder, log: IO[bytes]) -> AsyncIterator[Any]:
    """Starts a server in its folder, if it has a command, and yields the streams that speak with it.

    Args:
        settings: how it is started; `{folder}` and `{port}` are filled in.
        folder: where it works.
        log: what it writes to standard error (and over HTTP to standard output) goes there.
    """
    values = {"folder": str(folder.path)}
    if settings.url and "{port}" in settings.url:
        values["port"] = str(_free_port())
    command = [_filled(part, values) for part in settings.command]
    guarded = [sys.executable, "-I", "-S", str(_GUARD), str(folder.home), *command]
    environment = {**os.environ, **{name: _filled(value, values) for name, value in settings.env.items()}}
    if not settings.url:
        parameters = StdioServerParameters(command=guarded[0], args=guarded[1:], env=environment, cwd=folder.path)
        async with stdio_client(parameters, errlog=log) as streams:  # type: ignore[arg-type]
            yield streams
        return
    url = _filled(settings.url, values)
    process = None
    if command:
        process = await asyncio.create_subprocess_exec(
            *guarded, env=environment, cwd=folder.path, stdin=asyncio.subprocess.DEVNULL,
            stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
    try:
        if process is not None:
            await _listening(url, process)
        async with streamable_http_client(url) as streams:
            yield streams
    finally:
        if process is not None and process.returncode is None:
            process.terminate()
            await process.wait()


async def run_in(folder: WorkingFolder, name: str, command: tuple[str, ...], seconds: float) -> None:
    """Runs a reset command in a working folder.

    Raises:
        BackendError: it fails, or does not end in time.
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
        raise BackendError(f"{name}: the reset command did not end in {seconds:g} s; see mcp.reset_command") from None
    if process.returncode:
        words = errors.decode(errors="replace").strip()[-200:]
        raise BackendError(f"{name}: the reset command failed with code {process.returncode}: {words}")


def _filled(text: str, values: Mapping[str, str]) -> str:
    for name, value in values.items():
        text = text.replace("{" + name + "}", value)
    return text


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


async def _listening(url: str, process: asyncio.subprocess.Process) -> None:
    """Waits until somebody listens at a URL's port; whoever starts the server has the deadline."""
    host, _, port = url.partition("://")[2].partition("/")[0].partition(":")
    while process.returncode is None:
        with contextlib.suppress(OSError):
            _, writer = await asyncio.open_connection(host, int(port or 80))
            writer.close()
            return
        await asyncio.sleep(0.02)
    raise RuntimeError(f"the command ended with code {process.returncode}")
