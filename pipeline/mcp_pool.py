"""A pool of MCP servers: how one is started, reset and asked; the rest is `pipeline.live_pool`."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.errors import BackendError
from pipeline.live_pool import LivePool
from pipeline.live_process import run_once
from pipeline.live_sandbox import Answer
from pipeline.live_settings import Probe
from pipeline.mcp_server import Server
from pipeline.mcp_settings import McpSettings
from pipeline.mcp_tools import Listed, Route, listed
from schemas.base import Json, digest


class McpPool(LivePool[Server]):
    """See the module's text."""

    kind = "MCP server"

    def __init__(self, name: str, settings: McpSettings) -> None:
        """Prepares a pool; servers start when they are needed."""
        super().__init__(name, settings)
        self.settings = settings
        self._routes: Mapping[str, Route] = {}
        self._listing: dict[str, str] | None = None

    def open(self) -> Listed:
        """Starts a server and returns its tools.

        Raises:
            BackendError: it does not start, or its tools cannot be used.
        """
        server = self._wait(self._clean())
        found = listed(self.name, self.settings, server.tools)
        self._routes = found.routes
        return found

    def seeds(self) -> list[Json]:
        """Returns what the declared seeds answer.

        Raises:
            BackendError: one of them fails.
        """
        found = []
        for seed in self.settings.seeds:
            route = self._routes.get(seed.tool)
            templated = route is not None and route.arguments is not None
            answer = self._wait(self._seed(seed, None if templated else Route(seed.tool, None, seed.answer)))
            if answer.error:
                raise BackendError(f"{self.name}: the seed {seed.tool} fails: {answer.value}; correct mcp.seeds")
            found.append(answer.value)
        return found

    async def _seed(self, seed: Probe, route: Route | None) -> Answer:
        async with self._turn():
            self.calls += 1
            return await self._ask_probe(await self._at(()), seed, route)

    async def _ask_probe(self, server: Server, probe: Probe, route: Route | None = None) -> Answer:
        route = route or self._routes.get(probe.tool, Route(probe.tool))
        return route.read(await server.ask(route.tool, route.call(probe.arguments)))

    async def _call(self, server: Server, tool: str, arguments: Mapping[str, Json]) -> Answer:
        route = self._routes.get(tool, Route(tool))
        self.calls += 1
        answer = route.read(await server.ask(route.tool, route.call(arguments)))
        if server.changed:
            await server.list_again()
            self._same_listing(server)
        return answer

    async def _digest_of(self, server: Server) -> str:
        return await super()._digest_of(server) if self._probes else server.folder.digest()

    async def _start(self) -> Server:
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

    async def _refresh(self, server: Server) -> bool:
        reset = self.settings.reset
        if reset == "restart":
            return False
        if reset == "workdir":
            server.folder.refresh()
        elif (call := self.settings.reset_tool) is not None:
            if (await server.ask(call.tool, call.arguments)).is_error:
                raise BackendError(f"MCP server of {self.name}: the reset tool {call.tool!r} fails; see mcp.reset_tool")
        else:
            where = "mcp.reset_command"
            await run_once(self.name, where, self.settings.reset_command, server.folder, self.settings.timeout)
        return True
