"""One `vllm serve` process: started under the guard, healthy or explained, gone with whoever started it.

    server = VllmServer(settings, host="127.0.0.1", log=Path("outputs/run/engines/vllm-0.log"))
    await server.start(flags, port=None)    # -> 8101, once /health answers
    await server.stop()

Whatever ends the process that owns it (SIGKILL included), the guard ends the server with all of its processes.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import time
from pathlib import Path

import aiohttp

from pipeline.engines.settings import VllmSettings
from pipeline.engines.vllm_environment import server_environment
from pipeline.engines.vllm_flags import Flags, command_line
from pipeline.engines.vllm_metrics import Load, load_of
from pipeline.errors import UserError
from pipeline.live_folder import WorkingFolder
from pipeline.live_process import free_port, started, stopped

_GRACE = 10.0
"""Seconds that a server has to give back shared memory; it takes about two."""
_LAST_LINES = 12
_POLL = 0.25
_TAKEN = "address already in use"


class VllmServer:
    """See the module's text."""

    def __init__(self, settings: VllmSettings, host: str, log: Path) -> None:
        """Starts nothing yet.

        Args:
            settings: the model and how it is served.
            host: the address it listens at.
            log: file that its output is appended to.
        """
        self._settings, self._host, self.log = settings, host, log
        self._process: asyncio.subprocess.Process | None = None
        self._beginning = 0
        self.port = 0

    @property
    def url(self) -> str:
        """Where it serves, without `/v1`."""
        return f"http://{self._host}:{self.port}"

    @property
    def alive(self) -> bool:
        """Whether its process runs."""
        return self._process is not None and self._process.returncode is None

    async def start(self, flags: Flags, port: int | None) -> int:
        """Starts it and waits until it is healthy.

        Args:
            flags: what this vLLM knows.
            port: where it must listen; None takes a free one.

        Returns:
            The port.

        Raises:
            RecipeError: it cannot be started with these settings.
            UserError: it ends before, or takes too long; with its last lines.
        """
        while True:
            self.port = port or free_port()
            await self._until_free()
            await self._spawn(command_line(self._settings, flags, self._host, self.port))
            problem = await self._until_healthy()
            if problem is None:
                return self.port
            await self.stop()
            said = self.last_lines()
            if port is None and any(_TAKEN in line.lower() for line in said):
                continue  # somebody else was quicker
            quoted = "\n".join(f"    {line}" for line in said) or "    (nothing)"
            raise UserError(
                f"engines: vLLM with {self._settings.model}: {problem}. Its last lines ({self.log}):\n{quoted}"
            )

    async def stop(self) -> None:
        """Takes it down, with all of its processes."""
        await stopped(self._process)

    async def ended(self) -> None:
        """Waits until its process has ended."""
        if self._process is not None:
            await self._process.wait()

    async def load(self) -> Load | None:
        """Returns how busy it is, or None where it does not say."""
        try:
            async with self._session() as session, session.get(f"{self.url}/metrics") as response:
                return load_of(await response.text())
        except (aiohttp.ClientError, TimeoutError):
            return None

    def last_lines(self) -> list[str]:
        """Returns the last lines that it wrote since it was started."""
        if not self.log.is_file():
            return []
        with self.log.open("rb") as log:
            log.seek(self._beginning)
            lines = log.read().decode(errors="replace").splitlines()
        return [line.rstrip()[:300] for line in lines if line.strip()][-_LAST_LINES:]

    async def _spawn(self, command: list[str]) -> None:
        folder = WorkingFolder(None)
        folder.refresh()
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self._beginning = log.tell()
            log.write(f"$ {' '.join(command)}\n".encode())
            log.flush()
            self._beginning = log.tell()
            environment = server_environment(self._settings, folder.path)
            self._process = await started(folder, command, environment, log, _GRACE)

    async def _until_free(self) -> None:
        """Waits for a port that a server under another guard is about to give back."""
        deadline = time.monotonic() + 2 * _GRACE
        while time.monotonic() < deadline:
            with socket.socket() as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                with contextlib.suppress(OSError):
                    probe.bind((self._host, self.port))
                    return
            await asyncio.sleep(_POLL)

    async def _until_healthy(self) -> str | None:
        """Waits until it is healthy; returns what came instead."""
        deadline = time.monotonic() + self._settings.start_timeout
        async with self._session() as session:
            while self.alive:
                try:
                    async with session.get(f"{self.url}/health") as response:
                        if response.status == 200:
                            return None
                except (aiohttp.ClientError, TimeoutError):
                    pass
                if time.monotonic() > deadline:
                    return f"not healthy after {self._settings.start_timeout:g} s (start_timeout)"
                await asyncio.sleep(_POLL)
        assert self._process is not None
        return f"it ended with code {self._process.returncode} before it was healthy"

    def _session(self) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5))
