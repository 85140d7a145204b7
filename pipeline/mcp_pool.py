"""A pool of servers of one kind: whoever asks names the state, and a server is brought into it.

A server that is in the state already answers at once; one that is on the way there has the rest of the writes made
again; otherwise one is reset. Writes that are made again must answer as they did: a server that does otherwise is no
basis for anything, and is reported with both answers.

The servers live in an event loop on a thread of its own, so that callers need not be coroutines. They end with the
process whatever ends it (`pipeline.mcp_guard`).
"""

from __future__ import annotations

import asyncio
import atexit
import threading
from collections.abc import Coroutine, Mapping
from contextlib import suppress
from typing import Any, TypeVar

from pipeline.errors import BackendError
from pipeline.live_folder import sweep
from pipeline.live_sandbox import Answer, Journal
from pipeline.mcp_process import run_in
from pipeline.mcp_server import Server
from pipeline.mcp_settings import McpSettings, Probe
from pipeline.mcp_tools import Listed, Route, listed
from schemas.base import Json, canonical, digest

T = TypeVar("T")


class McpPool:
    """See the module's text. It is a `pipeline.live_sandbox.Backend`.

    Attributes:
        started: servers started so far; resets so far; calls made.
    """

    def __init__(self, name: str, settings: McpSettings) -> None:
        """Prepares a pool; servers start when they are needed."""
        self.name, self.settings = name, settings
        self.started = self.resets = self.calls = 0
        self._servers: list[Server] = []
        self._routes: Mapping[str, Route] = {}
        self._listing: dict[str, str] | None = None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name=f"mcp-{name}", daemon=True)
        self._thread.start()
        self._turn = asyncio.Lock()
        atexit.register(self.close)

    def open(self) -> Listed:
        """Starts a server and returns its tools.

        Raises:
            BackendError: it does not start, or its tools cannot be used.
        """
        server = self._wait(self._clean())
        found = listed(self.name, self.settings, server.tools)
        self._routes = found.routes
        return found

    def read(self, journal: Journal, tool: str, arguments: dict[str, Json]) -> Answer:
        """Answers a read in the state after a journal."""
        return self._wait(self._asked(journal, tool, arguments, stays=True))

    def write(self, journal: Journal, tool: str, arguments: dict[str, Json]) -> Answer:
        """Answers a write in the state after a journal."""
        return self._wait(self._asked(journal, tool, arguments, stays=False))

    def digest(self, journal: Journal) -> str:
        """Returns the digest of the state after a journal, by the probes or the working folder."""
        return self._wait(self._digest(journal))

    def twice(self, tool: str, arguments: dict[str, Json]) -> tuple[Answer, Answer]:
        """Returns what two fresh servers answer to a read."""
        return self._wait(self._twice(tool, arguments))

    def digests(self) -> tuple[str, str]:
        """Returns the digests of two fresh servers."""
        return self._wait(self._digests())

    def renew(self) -> None:
        """Distrusts all servers: each is reset before it is asked again."""
        for server in self._servers:
            server.state = None

    def seed(self, probe: Probe, route: Route | None = None) -> Answer:
        """Answers a read of the server that is no tool of the domain."""
        return self._wait(self._probed(probe, route))

    def close(self) -> None:
        """Takes all servers down."""
        atexit.unregister(self.close)
        if self._loop.is_running():
            with suppress(Exception):
                asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(15)
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(5)
        sweep()

    def rest(self) -> None:
        """Takes all servers down until somebody asks again."""
        self._wait(self._close())

    def _wait(self, work: Coroutine[Any, Any, T]) -> T:
        try:
            return asyncio.run_coroutine_threadsafe(work, self._loop).result()
        except KeyboardInterrupt:
            self.close()
            raise

    async def _close(self) -> None:
        servers, self._servers = self._servers, []
        await asyncio.gather(*(server.stop() for server in servers))

    async def _asked(self, journal: Journal, tool: str, arguments: dict[str, Json], *, stays: bool) -> Answer:
        async with self._turn:
            for attempt in (1, 2):
                server = await self._at(journal)
                try:
                    answer = await self._call(server, tool, arguments)
                except BackendError:
                    # A server that has ended may have had bad luck; one that gives a wrong answer will do so again.
                    if server.alive or attempt == 2:
                        server.state = None
                        raise
                    continue
                if not stays and not answer.error:
                    server.state = (*_key(journal), _step(tool, arguments))
                return answer
            raise AssertionError("unreachable")

    async def _call(self, server: Server, tool: str, arguments: Mapping[str, Json]) -> Answer:
        route = self._routes.get(tool, Route(tool))
        self.calls += 1
        answer = route.read(await server.ask(route.tool, route.call(arguments)))
        if server.changed:
            await server.list_again()
            self._same_listing(server)
        return answer

    async def _at(self, journal: Journal) -> Server:
        """Returns a server in the state after a journal."""
        wanted = _key(journal)
        alive = [server for server in self._servers if server.alive]
        near = [(len(s.state), s) for s in alive if s.state is not None and wanted[: len(s.state)] == s.state]
        done, server = max(near, key=lambda pair: pair[0], default=(0, None))
        if server is None or (not done and wanted and len(alive) < self.settings.processes):
            server = await self._clean()
        for position, written in enumerate(journal[done:], done):
            answer = await self._call(server, written.tool, written.arguments)
            if answer != written.answer:
                server.state = None
                call = f"{written.tool}({canonical(written.arguments).decode()})"
                both = f"first {written.answer.content()[:200]!r}, then {answer.content()[:200]!r}"
                raise BackendError(
                    f"MCP server of {self.name}: {call} does not answer the same twice in the same state: {both}; "
                    "nothing that it answers can be proven"
                )
            server.state = wanted[: position + 1]
        # The last used comes last: states that nobody returns to are the first to be given up.
        self._servers.remove(server)
        self._servers.append(server)
        return server

    async def _clean(self) -> Server:
        """Returns a server in its initial state: one that is so, a new one, or the longest unused one reset."""
        for dead in [server for server in self._servers if not server.alive]:
            self._servers.remove(dead)
            self._later(dead.stop())
        if len(self._servers) < self.settings.processes:
            server = await self._start()
            self._servers.append(server)
            return server
        clean = next((server for server in self._servers if server.state == ()), None)
        if clean is not None:
            return clean
        return await self._reset(self._servers[0])

    async def _start(self) -> Server:
        self.started += 1
        server = await Server.start(self.name, self.settings)
        try:
            self._same_listing(server)
        except BackendError:
            await server.stop()
            raise
        return server

    def _same_listing(self, server: Server) -> None:
        listing = {tool.name: digest(tool.model_dump(mode="json")) for tool in server.tools}
        if self._listing is None:
            self._listing = listing
        elif listing != self._listing:
            other = sorted(n for n in {*listing, *self._listing} if listing.get(n) != self._listing.get(n))
            raise BackendError(
                f"MCP server of {self.name}: it changed its tool list ({', '.join(other)} came, went or "
                "became another); a domain's tools must stay as they are: mend the server"
            )

    async def _reset(self, server: Server) -> Server:
        """Brings a server back to its beginning; returns the one that stands there then."""
        self.resets += 1
        reset = self.settings.reset
        server.state = None
        if reset == "workdir":
            server.folder.refresh()
        elif reset == "restart":
            self._servers.remove(server)
            self._later(server.stop())
            server = await self._start()
            self._servers.insert(0, server)
        elif (call := self.settings.reset_tool) is not None:
            if (await server.ask(call.tool, call.arguments)).is_error:
                raise BackendError(f"MCP server of {self.name}: the reset tool {call.tool!r} fails; see mcp.reset_tool")
        else:
            await run_in(server.folder, self.name, self.settings.reset_command, self.settings.timeout)
        server.state = ()
        return server

    async def _digest(self, journal: Journal) -> str:
        async with self._turn:
            return await self._digest_of(await self._at(journal))

    async def _digest_of(self, server: Server) -> str:
        if not self.settings.probes:
            return server.folder.digest()
        found = []
        for probe in self.settings.probes:
            route = self._routes.get(probe.tool, Route(probe.tool))
            self.calls += 1
            answer = route.read(await server.ask(route.tool, route.call(probe.arguments)))
            if answer.error:
                raise BackendError(f"{self.name}: the probe {probe.tool} fails: {answer.value}; correct mcp.probes")
            found.append(_sorted(answer.value) if probe.sort else answer.value)
        return digest(found)

    async def _probed(self, probe: Probe, route: Route | None) -> Answer:
        async with self._turn:
            route = route or self._routes.get(probe.tool, Route(probe.tool))
            self.calls += 1
            return route.read(await (await self._at(())).ask(route.tool, route.call(probe.arguments)))

    async def _pair(self) -> tuple[Server, Server]:
        """Returns two servers in the initial state; where only one may run, it is reset in between."""
        first = await self._at(())
        if self.settings.processes == 1:
            return first, first
        while len([server for server in self._servers if server.alive and server.state == ()]) < 2:
            if len(self._servers) < self.settings.processes:
                self._servers.insert(0, await self._start())
            else:
                await self._reset(next(server for server in self._servers if server is not first))
        second = next(server for server in self._servers if server.state == () and server is not first)
        return first, second

    async def _twice(self, tool: str, arguments: dict[str, Json]) -> tuple[Answer, Answer]:
        async with self._turn:
            first, second = await self._pair()
            one = await self._call(first, tool, arguments)
            if first is second and self.settings.reset != "restart":
                await self._reset(first)
            return one, await self._call(second, tool, arguments)

    async def _digests(self) -> tuple[str, str]:
        async with self._turn:
            first, second = await self._pair()
            return await self._digest_of(first), await self._digest_of(second)

    def _later(self, work: Coroutine[Any, Any, None]) -> None:
        task = self._loop.create_task(work)
        _TASKS.add(task)
        task.add_done_callback(_TASKS.discard)


_TASKS: set[asyncio.Task[None]] = set()
"""Tasks that nobody waits for: a loop keeps only weak references to them."""


def _step(tool: str, arguments: Mapping[str, Json]) -> tuple[str, bytes]:
    return tool, canonical(dict(arguments))


def _key(journal: Journal) -> tuple[tuple[str, bytes], ...]:
    return tuple(_step(each.tool, each.arguments) for each in journal)


def _sorted(value: Json) -> Json:
    if isinstance(value, list):
        return sorted((_sorted(each) for each in value), key=canonical)
    return {name: _sorted(each) for name, each in value.items()} if isinstance(value, dict) else value
