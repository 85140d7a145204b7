"""A pool of servers of one kind: whoever asks names the state, and a server is brought into it.

A server that is in the state already answers at once; one that is on the way there has the rest of the writes made
again; otherwise one is reset. Writes that are made again must answer as they did: a server that does otherwise is no
basis for anything, and is reported with both answers.

The servers live in an event loop on a thread of its own, so that callers need not be coroutines. They end with the
process whatever ends it (`pipeline.live_guard`). What servers speak is for subclasses: `pipeline.mcp_pool`,
`pipeline.openapi_pool`.
"""

from __future__ import annotations

import asyncio
import atexit
import threading
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Coroutine, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from pipeline.errors import BackendError
from pipeline.live_folder import sweep
from pipeline.live_sandbox import Answer, Journal
from pipeline.live_settings import LiveSettings, Probe
from schemas.base import Json, canonical, digest
from schemas.tool import ToolSpec
from tool_specs.tool_list import Note

State = tuple[tuple[str, bytes], ...]
"""What was done to a server since it was fresh: tools and canonical arguments."""


class Instance(Protocol):
    """One running server.

    Attributes:
        state: kept by the pool; None where nobody knows.
    """

    state: State | None

    @property
    def alive(self) -> bool:
        """Whether it can be asked."""
        ...

    async def stop(self) -> None:
        """Takes it down."""
        ...


T = TypeVar("T")
Server = TypeVar("Server", bound=Instance)


@dataclass(frozen=True)
class Offered:
    """The tools of a domain before exploration.

    Attributes:
        specs: by the names that agents use; the effect of those in `open_effects` is a guess by name.
        notes: what had to be decided on the way (names that models forbid, schemas that contain themselves).
    """

    specs: tuple[ToolSpec, ...]
    open_effects: frozenset[str]
    notes: tuple[Note, ...]


class LivePool(ABC, Generic[Server]):
    """See the module's text. It is a `pipeline.live_sandbox.Backend`.

    Attributes:
        kind: what messages call a server.
        started: servers started so far; resets so far; calls made.
    """

    kind = "server"

    def __init__(self, name: str, settings: LiveSettings) -> None:
        """Prepares a pool; servers start when they are needed."""
        self.name = name
        self.section = settings.section
        self.started = self.resets = self.calls = 0
        self._processes, self._probes = settings.processes, settings.probes
        self._servers: list[Server] = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name=f"{self.section}-{name}", daemon=True)
        self._thread.start()
        self._lock = asyncio.Lock()
        atexit.register(self.close)

    @abstractmethod
    def open(self) -> Offered:
        """Starts a server and returns its tools.

        Raises:
            BackendError: it does not start, or its tools cannot be used.
        """

    @abstractmethod
    def seeds(self) -> list[Json]:
        """Returns answers whose columns give the first values to explore with."""

    @abstractmethod
    async def _start(self) -> Server:
        """Starts a server."""

    @abstractmethod
    async def _refresh(self, server: Server) -> bool:
        """Brings a running server back to its beginning; False if it has to be started anew."""

    @abstractmethod
    async def _call(self, server: Server, tool: str, arguments: Mapping[str, Json]) -> Answer:
        """Calls a tool."""

    @abstractmethod
    async def _ask_probe(self, server: Server, probe: Probe) -> Answer:
        """Asks a server what a probe asks, which need not be a tool that agents see."""

    async def _digest_of(self, server: Server) -> str:
        found = []
        for probe in self._probes:
            self.calls += 1
            answer = await self._ask_probe(server, probe)
            if answer.error:
                where = f"correct {self.section}.probes"
                raise BackendError(f"{self.name}: the probe {probe.tool} fails: {answer.value}; {where}")
            found.append(_sorted(answer.value) if probe.sort else answer.value)
        return digest(found)

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        """Whoever is inside has the servers for itself."""
        async with self._lock:
            yield

    def read(self, journal: Journal, tool: str, arguments: dict[str, Json]) -> Answer:
        """Answers a read in the state after a journal."""
        return self._wait(self._asked(journal, tool, arguments, stays=True))

    def write(self, journal: Journal, tool: str, arguments: dict[str, Json]) -> Answer:
        """Answers a write in the state after a journal."""
        return self._wait(self._asked(journal, tool, arguments, stays=False))

    def digest(self, journal: Journal) -> str:
        """Returns the digest of the state after a journal."""
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
        async with self._turn():
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

    async def _at(self, journal: Journal) -> Server:
        """Returns a server in the state after a journal."""
        wanted = _key(journal)
        alive = [server for server in self._servers if server.alive]
        near = [(len(s.state), s) for s in alive if s.state is not None and wanted[: len(s.state)] == s.state]
        done, server = max(near, key=lambda pair: pair[0], default=(0, None))
        if server is None or (not done and wanted and len(alive) < self._processes):
            server = await self._clean()
        for position, written in enumerate(journal[done:], done):
            answer = await self._call(server, written.tool, written.arguments)
            if answer != written.answer:
                server.state = None
                call = f"{written.tool}({canonical(written.arguments).decode()})"
                both = f"first {written.answer.content()[:200]!r}, then {answer.content()[:200]!r}"
                raise BackendError(
                    f"{self.kind} of {self.name}: {call} does not answer the same twice in the same state: {both}; "
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
        if len(self._servers) < self._processes:
            return await self._one_more()
        clean = next((server for server in self._servers if server.state == ()), None)
        if clean is not None:
            return clean
        server = await self._reset(self._servers[0])
        return server if server.alive else await self._clean()

    async def _one_more(self) -> Server:
        self.started += 1
        server = await self._start()
        self._servers.append(server)
        return server

    async def _reset(self, server: Server) -> Server:
        """Returns the server in its initial state, or another in its place."""
        self.resets += 1
        server.state = None
        if not await self._refresh(server):
            self._servers.remove(server)
            self._later(server.stop())
            server = await self._one_more()
        server.state = ()
        return server

    async def _digest(self, journal: Journal) -> str:
        async with self._turn():
            return await self._digest_of(await self._at(journal))

    async def _pair(self) -> tuple[Server, Server]:
        """Returns two servers in the initial state; where only one may run, it is the same twice."""
        first = await self._at(())
        if self._processes == 1:
            return first, first
        while len([server for server in self._servers if server.alive and server.state == ()]) < 2:
            if len(self._servers) < self._processes:
                await self._one_more()
            else:
                await self._reset(next(server for server in self._servers if server is not first))
        second = next(server for server in self._servers if server.state == () and server is not first)
        return first, second

    async def _twice(self, tool: str, arguments: dict[str, Json]) -> tuple[Answer, Answer]:
        async with self._turn():
            first, second = await self._pair()
            one = await self._call(first, tool, arguments)
            if first is second and await self._refresh(first):
                self.resets += 1
            return one, await self._call(second, tool, arguments)

    async def _digests(self) -> tuple[str, str]:
        async with self._turn():
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


def _key(journal: Journal) -> State:
    return tuple(_step(each.tool, each.arguments) for each in journal)


def _sorted(value: Json) -> Json:
    if isinstance(value, list):
        return sorted((_sorted(each) for each in value), key=canonical)
    return {name: _sorted(each) for name, each in value.items()} if isinstance(value, dict) else value
