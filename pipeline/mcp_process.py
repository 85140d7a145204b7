"""How an MCP server is started (under a guard) and reached: over stdio or streamable HTTP."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from typing import IO, Any

from mcp import StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp.client.streamable_http import streamable_http_client

from pipeline.live_folder import WorkingFolder
from pipeline.live_process import environment_with, filled, free_port, guarded, listening, started, stopped
from pipeline.mcp_settings import McpSettings


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
        values["port"] = str(free_port())
    command = [filled(part, values) for part in settings.command]
    environment = environment_with(settings.env, values)
    if not settings.url:
        line = guarded(folder, command)
        parameters = StdioServerParameters(command=line[0], args=line[1:], env=environment, cwd=folder.path)
        # Its type asks for a text file; it becomes the process's standard error, for which any file will do.
        async with stdio_client(parameters, errlog=log) as streams:  # type: ignore[arg-type]
            yield streams
        return
    url = filled(settings.url, values)
    process = await started(folder, command, environment, log) if command else None
    try:
        if process is not None:
            await listening(url, process)
        async with streamable_http_client(url) as streams:
            yield streams
    finally:
        await stopped(process)
