"""One MCP server: started on its own copy of its data, asked over stdio or HTTP, and taken down whatever happens.

All of this runs in one event loop (`pipeline.mcp_pool`). What a server does wrong becomes a `BackendError` that names
the server, the call and what to do. The SDK's own validation is not used: it says neither.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import shutil
import tempfile
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import IO, Any

import jsonschema_rs
import mcp_types as types
from mcp import ClientSession
from mcp.shared.exceptions import MCPError

from pipeline.errors import BackendError
from pipeline.live_folder import WorkingFolder
from pipeline.live_process import last_words
from pipeline.mcp_process import connected
from pipeline.mcp_settings import McpSettings
from schemas.base import Json, canonical

# The SDK prints tracebacks of what is reported here in words.
logging.getLogger("mcp.client").setLevel(logging.CRITICAL)
_SHOWN = 200


@dataclass
class Server:
    """A running server.

    Attributes:
        folder: its working folder: a copy of the template.
        state: what was done to it since it was fresh (kept by the pool); None where nobody knows.
        changed: it says that its tool list is another one.
    """

    name: str
    settings: McpSettings
    folder: WorkingFolder
    tools: tuple[types.Tool, ...] = ()
    state: tuple[tuple[str, bytes], ...] | None = ()
    changed: bool = False
    _session: ClientSession | None = None
    _stop: asyncio.Event = field(default_factory=asyncio.Event)
    _ended: asyncio.Event = field(default_factory=asyncio.Event)
    _rubbish: list[str] = field(default_factory=list)
    _stderr: IO[bytes] = field(default_factory=tempfile.TemporaryFile)
    _schemas: dict[str, Any] = field(default_factory=dict)
    _task: asyncio.Task[None] | None = None

    @classmethod
    async def start(cls, name: str, settings: McpSettings) -> Server:
        """Starts a server and lists its tools.

        Raises:
            BackendError: it does not start, or says nothing sensible.
        """
        server = cls(name, settings, WorkingFolder(settings.workdir_template))
        started: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        server._task = asyncio.create_task(server._run(started))
        try:
            await asyncio.wait_for(asyncio.shield(started), settings.start_timeout)
            server.tools = await asyncio.wait_for(server._list(), settings.start_timeout)
        except Exception as error:
            failure = server._start_failure(error)
            started.cancel()
            await server.stop()
            raise failure from error
        return server

    async def stop(self) -> None:
        """Takes the server down."""
        self._ended.set()
        self._stop.set()
        if self._task is not None:
            if self._session is None:
                self._task.cancel()  # it is still waiting for the first word
            with contextlib.suppress(Exception, asyncio.CancelledError):
                await asyncio.wait_for(self._task, 10)
        self.folder.remove()
        self._stderr.close()

    @property
    def alive(self) -> bool:
        """Whether it can be asked."""
        return self._session is not None and not self._ended.is_set()

    async def ask(self, tool: str, arguments: Mapping[str, Json]) -> types.CallToolResult:
        """Calls a tool of the server.

        Raises:
            BackendError: there is no answer in time, or none that can be used.
        """
        call = f"{tool}({_short(arguments)})"
        session = self._session
        if session is None or self._ended.is_set():
            raise self._failed(f"{call}: the server has ended")
        params = types.CallToolRequestParams(name=tool, arguments=dict(arguments))
        request = types.CallToolRequest(params=params)
        try:
            answer = await asyncio.wait_for(session.send_request(request, types.CallToolResult), self.settings.timeout)
        except TimeoutError:
            self._ended.set()  # what it still does cannot be known
            raise self._failed(
                f"{call}: no answer within {self.settings.timeout:g} s; raise mcp.timeout if it may take longer"
            ) from None
        except MCPError as error:
            if error.code == types.CONNECTION_CLOSED or self._ended.is_set():
                self._ended.set()
                raise self._failed(f"{call}: the server ended in the middle of the call") from error
            return types.CallToolResult(content=[types.TextContent(type="text", text=str(error))], is_error=True)
        except Exception as error:
            self._ended.set()
            raise self._failed(f"{call}: {_plain(error)}") from error
        self._check_rubbish(call)
        self._check_schema(call, tool, answer)
        return answer

    def _check_rubbish(self, place: str) -> None:
        if self._rubbish:
            raise self._rubbish_failure(place)

    def _rubbish_failure(self, place: str) -> BackendError:
        return self._failed(
            f"{place}: standard output has a line that is no JSON-RPC message: {self._rubbish[0]}; "
            "a server must write its log to standard error"
        )

    def _check_schema(self, call: str, tool: str, answer: types.CallToolResult) -> None:
        validator = self._schemas.get(tool)
        if validator is None or answer.is_error:
            return
        if answer.structured_content is None:
            raise self._failed(f"{call}: the tool declares an outputSchema but gives no structured content")
        error = next(iter(validator.iter_errors(answer.structured_content)), None)
        if error is not None:
            place = ".".join(map(str, error.instance_path)) or "the answer"
            raise self._failed(
                f"{call}: the answer breaks the tool's own outputSchema: {place}: {error.message}; "
                f"mend the server, or leave the tool out (mcp.exclude: [{tool}])"
            )

    async def _run(self, started: asyncio.Future[None]) -> None:
        """Holds the connection: the SDK wants it opened and closed by one task."""
        try:
            async with AsyncExitStack() as stack:
                self.folder.refresh()
                streams = connected(self.settings, self.folder, self._stderr)
                reading, writing = await stack.enter_async_context(streams)
                session = await stack.enter_async_context(ClientSession(reading, writing, message_handler=self._notice))
                await session.initialize()
                self._session = session
                started.set_result(None)
                await self._stop.wait()
        except BaseException as error:
            if not started.done():
                started.set_exception(
                    error if isinstance(error, Exception) else BackendError("interrupted while starting")
                )
            elif isinstance(error, asyncio.CancelledError):
                raise
        finally:
            self._ended.set()

    async def list_again(self) -> None:
        """Asks for the tool list once more."""
        self.changed = False
        self.tools = await asyncio.wait_for(self._list(), self.settings.timeout)

    async def _notice(self, message: Any) -> None:
        if isinstance(message, types.ToolListChangedNotification):
            self.changed = True
        if isinstance(message, Exception):
            errors = getattr(message, "errors", None)
            text = str(errors()[0].get("input", "")) if callable(errors) and errors() else str(message)
            self._rubbish.append(repr(text[:_SHOWN]))

    async def _list(self) -> tuple[types.Tool, ...]:
        assert self._session is not None
        found: list[types.Tool] = []
        cursor: str | None = None
        while True:
            params = types.PaginatedRequestParams(cursor=cursor) if cursor else None
            page = await self._session.send_request(types.ListToolsRequest(params=params), types.ListToolsResult)
            found.extend(page.tools)
            cursor = page.next_cursor
            if not cursor:
                break
        self._check_rubbish("tools/list")
        for tool in found:
            if tool.output_schema is not None:
                try:
                    self._schemas[tool.name] = jsonschema_rs.validator_for(tool.output_schema)
                except Exception as error:
                    raise self._failed(f"{tool.name}: its outputSchema is no JSON Schema ({error})") from error
        return tuple(found)

    def _start_failure(self, error: Exception) -> BackendError:
        if isinstance(error, BackendError):
            return error
        program = self.settings.command[0] if self.settings.command else None
        if program is not None and shutil.which(program) is None:
            return BackendError(
                f"MCP server of {self.name}: there is no program {program!r}; install it, or correct mcp.command"
            )
        if isinstance(error, TimeoutError):
            seconds = f"{self.settings.start_timeout:g} s"
            return self._failed(
                f"says nothing for {seconds} after its start; look at its command, or raise start_timeout"
            )
        if self._rubbish:
            return self._rubbish_failure("its start")
        return self._failed(f"does not start ({_plain(error)}); run its command by hand")

    def _failed(self, what: str) -> BackendError:
        return BackendError(f"MCP server of {self.name}: {what}{last_words(self._stderr)}")


def _short(arguments: Mapping[str, Json]) -> str:
    text = canonical(dict(arguments)).decode()
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "..."


def _plain(error: BaseException) -> str:
    while isinstance(error, BaseExceptionGroup) and error.exceptions:
        error = error.exceptions[0]
    return str(error) or type(error).__name__
