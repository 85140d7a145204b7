"""A replica: keeps one vLLM server up, at one address. On Ray it is an actor; it knows nothing of Ray itself.

    replica = Replica(settings, "10.0.0.4", log)
    flags = await replica.flags()
    await replica.serve(flags, port=None)   # -> Report(url="http://10.0.0.4:8101", restarts=0, load=Load(...), ...)

A server that dies is started again at the same port, a bounded number of times: who asks it needs no new address.
`serve` may be called as often as one likes, also on an actor that Ray has made anew: it starts what is not there.
Not promised: that a server which hangs without ending is noticed, or that one moves when its machine is gone.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path

from pipeline.engines.settings import VllmSettings
from pipeline.engines.vllm_flags import Flags, probe
from pipeline.engines.vllm_metrics import Load
from pipeline.engines.vllm_server import VllmServer
from pipeline.errors import UserError


@dataclass(frozen=True)
class Report:
    """How a replica is.

    Attributes:
        url: where it serves, without `/v1`.
        restarts: how often its server died and was started again.
        load: None while it does not answer.
        problem: why it serves no longer, with the server's last lines; empty as long as it does or will again.
    """

    url: str
    restarts: int
    load: Load | None
    problem: str


class Replica:
    """See the module's text."""

    def __init__(self, settings: VllmSettings, host: str, log: Path) -> None:
        """Starts nothing yet.

        Args:
            settings: the model and how it is served.
            host: the address it listens at.
            log: file that the server's output is appended to.
        """
        self._settings = settings
        self._server = VllmServer(settings, host, log)
        self._restarts = 0
        self._problem = ""
        self._keeper: asyncio.Task[None] | None = None
        self._starting = asyncio.Lock()

    async def flags(self) -> Flags | str:
        """Returns what its vLLM knows, or why it has none."""
        try:
            return await asyncio.to_thread(probe, self._settings)
        except UserError as error:
            return str(error)

    async def serve(self, flags: Flags, port: int | None) -> Report:
        """Starts the server if this has not been done, and says how it is.

        Args:
            flags: what this vLLM knows.
            port: where it must listen; None takes a free one.
        """
        async with self._starting:
            if self._keeper is None and not self._problem and await self._started(flags, port):
                self._keeper = asyncio.create_task(self._keep(flags))
        load = await self._server.load() if self._server.alive else None
        return Report(self._server.url, self._restarts, load, self._problem)

    async def stop(self) -> None:
        """Takes the server down."""
        if self._keeper is not None:
            self._keeper.cancel()
        await self._server.stop()

    async def _keep(self, flags: Flags) -> None:
        while not self._problem:
            await self._server.ended()
            if self._restarts == self._settings.restarts:
                said = "\n".join(f"    {line}" for line in self._server.last_lines())
                self._problem = (
                    f"engines: vLLM with {self._settings.model} died and had been started again {self._restarts} times "
                    f"(restarts). Its last lines ({self._server.log}):\n{said}"
                )
                return
            self._restarts += 1
            await self._started(flags, self._server.port)

    async def _started(self, flags: Flags, port: int | None) -> bool:
        try:
            await self._server.start(flags, port)
        except UserError as error:
            self._problem = str(error)
        return not self._problem
