"""One HTTP service: found where it runs, or started on its own copy of its data and taken down whatever happens.

What a service does wrong becomes a `BackendError` that names the service, the request and what to do. No message and
no answer holds what came from the environment.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from ipaddress import ip_address
from typing import IO, Any
from urllib.parse import urlsplit

import httpx2
import jsonschema_rs
import orjson

from pipeline.errors import BackendError
from pipeline.live_folder import WorkingFolder
from pipeline.live_pool import State
from pipeline.live_process import (
    environment_with,
    filled,
    free_port,
    last_words,
    listening,
    run_once,
    started,
    stopped,
)  # fmt: skip
from pipeline.live_sandbox import Answer
from pipeline.openapi_request import OddAnswer, Request, answer_of, refusal_of, request_of
from pipeline.openapi_settings import OpenApiSettings
from schemas.base import Json, canonical
from tool_specs.openapi import Operation

_SHOWN = 200
_MOST = 32 << 20
"""Bytes of an answer or a document."""
_NOT_THE_AGENTS = {
    401: "the service wants to know who asks; see openapi.headers_from_env",
    407: "a proxy wants to know who asks",
    429: "the service wants to be asked less often; lift its limit for this run",
}


@dataclass
class Service:
    """A service that can be asked.

    Attributes:
        state: what was done to it since it was fresh (kept by the pool); None where nobody knows.
    """

    name: str
    settings: OpenApiSettings
    folder: WorkingFolder
    values: dict[str, str] = field(default_factory=dict)
    state: State | None = None
    _client: httpx2.AsyncClient | None = None
    _process: asyncio.subprocess.Process | None = None
    _log: IO[bytes] = field(default_factory=tempfile.TemporaryFile)
    _secrets: tuple[str, ...] = ()
    _lost: bool = False

    @classmethod
    async def start(cls, name: str, settings: OpenApiSettings) -> Service:
        """Starts a service, or connects to the one that runs.

        Raises:
            BackendError: it does not start, or a variable of the environment is missing.
        """
        service = cls(name, settings, WorkingFolder(settings.workdir_template))
        try:
            service._connect(_from_environment(name, settings.headers_from_env))
            if settings.command:
                await asyncio.wait_for(service._run(), settings.start_timeout)
                service.state = ()
        except BaseException as error:
            failure = service._start_failure(error)
            await service.stop()
            if failure is error:
                raise
            raise failure from error
        return service

    @property
    def base_url(self) -> str:
        """Where it listens."""
        return filled(self.settings.base_url, self.values)

    @property
    def alive(self) -> bool:
        """Whether it can be asked."""
        ended = self._process is not None and self._process.returncode is not None
        return self._client is not None and not self._lost and not ended

    async def stop(self) -> None:
        """Takes down what was started here, and the connection."""
        if self._client is not None:
            await self._client.aclose()
            self._client = None
        await stopped(self._process)
        self.folder.remove()
        self._log.close()

    async def ask(self, operation: Operation, arguments: Mapping[str, Json]) -> Answer:
        """Calls an operation.

        Raises:
            BackendError: there is no answer in time, or none that can be used.
        """
        request = request_of(operation, arguments)
        call = f"{operation.spec.name}({_short(arguments)}), {request.method} {request.path}"
        response, content = await self._send(request, call)
        status = response.status_code
        if 400 <= status < 500:
            if status in _NOT_THE_AGENTS:
                raise self._failed(f"{call}: answers {status}: {_NOT_THE_AGENTS[status]}")
            return Answer(True, refusal_of(status, content))
        schema = operation.answer_schema(status)
        try:
            value = answer_of(status, response.headers.get("content-type", ""), content, schema)
        except OddAnswer as error:
            raise self._failed(f"{call}: {error}; mend the service or its document") from error
        if schema:
            self._check(call, operation, value, schema)
        return Answer(False, value)

    def _check(self, call: str, operation: Operation, value: Json, schema: dict[str, Any]) -> None:
        error = next(iter(_validator(canonical(schema)).iter_errors(value)), None)
        if error is not None:
            place = ".".join(map(str, error.instance_path)) or "the answer"
            raise self._failed(
                f"{call}: the answer breaks the schema that the document gives for it: {place}: {error.message}; "
                f"mend the service or its document, or leave the tool out (openapi.exclude: [{operation.spec.name}])"
            )

    async def fetch(self, url: str) -> bytes:
        """Returns a document of the service."""
        response, content = await self._send(Request("GET", filled(url, self.values), "", None, None), f"GET {url}")
        if response.status_code != 200:
            raise self._failed(f"GET {url}: answers {response.status_code}; correct openapi.document")
        return content

    async def reset(self) -> bool:
        """Brings the service back to its beginning; False if it has to be started anew."""
        reset = self.settings.reset
        if reset is None:
            return not self.settings.command
        if reset.command:
            await run_once(self.name, "openapi.reset", reset.command, self.folder, self.settings.timeout)
            return True
        body = None if reset.body is None else orjson.dumps(reset.body)
        request = Request(reset.method, str(reset.path), "", body, None if body is None else "application/json")
        call = f"the reset, {reset.method} {reset.path}"
        response, content = await self._send(request, call)
        if response.status_code >= 300:
            said = refusal_of(response.status_code, content)[:_SHOWN]
            raise self._failed(f"{call}: answers {response.status_code} ({said}); correct openapi.reset")
        return True

    async def _send(self, request: Request, call: str) -> tuple[httpx2.Response, bytes]:
        assert self._client is not None
        url = request.path if "://" in request.path else self.base_url + request.path
        headers = {"content-type": request.content_type} if request.content_type else {}
        try:
            response = await asyncio.wait_for(
                self._client.request(
                    request.method, url + (f"?{request.query}" if request.query else ""),
                    content=request.body, headers=headers,
                ),
                self.settings.timeout,
            )  # fmt: skip
        except (TimeoutError, httpx2.TimeoutException):
            self._lost = True  # what it still does cannot be known
            raise self._failed(
                f"{call}: no answer within {self.settings.timeout:g} s; raise openapi.timeout if it may take longer"
            ) from None
        except httpx2.ConnectError as error:
            self._lost = True
            raise self._failed(
                f"{call}: cannot be reached at {self.base_url}: {error}; start it, or correct openapi.base_url"
            ) from error
        except httpx2.HTTPError as error:
            self._lost = True
            what = str(error) or type(error).__name__
            raise self._failed(f"{call}: the service broke the connection ({what})") from error
        finally:
            self._client.cookies.clear()  # nothing but the state that is reset may lie between two calls
        self._judge(response, call)
        return response, response.content

    def _judge(self, response: httpx2.Response, call: str) -> None:
        status, content = response.status_code, response.content
        if len(content) > _MOST:
            raise self._failed(f"{call}: the answer has {len(content)} bytes, more than {_MOST}; leave the tool out")
        if any(secret.encode() in content for secret in self._secrets):
            raise self._failed(
                f"{call}: the answer holds a value of openapi.headers_from_env, which must not get into the data; "
                "leave the tool out (openapi.exclude)"
            )
        if 300 <= status < 400:
            raise self._failed(
                f"{call}: answers {status}, a redirection to {response.headers.get('location', 'nowhere')!r}; "
                "write the path or openapi.base_url as the service wants it"
            )
        if status >= 500 or status < 200:
            said = refusal_of(status, content)[:_SHOWN]
            raise self._failed(f"{call}: answers {status} ({said}); mend the service")

    def _connect(self, secrets: Mapping[str, str]) -> None:
        self._secrets = tuple(value for value in secrets.values() if len(value) >= 4)
        headers = {"accept": "application/json, */*;q=0.5", **self.settings.headers, **secrets}
        host = urlsplit(self.settings.base_url.replace("{port}", "1")).hostname or ""
        # A service of this machine is asked directly, whatever proxy the environment names for others.
        self._client = httpx2.AsyncClient(
            headers=headers, timeout=self.settings.timeout, follow_redirects=False, trust_env=not _is_here(host)
        )

    async def _run(self) -> None:
        self.folder.refresh()
        self.values = {"folder": str(self.folder.path), "port": str(free_port())}
        command = [filled(part, self.values) for part in self.settings.command]
        environment = environment_with(self.settings.env, self.values)
        self._process = await started(self.folder, command, environment, self._log)
        await listening(self.base_url, self._process)

    def _start_failure(self, error: BaseException) -> BaseException:
        if isinstance(error, BackendError) or not isinstance(error, Exception):
            return error
        program = self.settings.command[0] if self.settings.command else None
        if program is not None and shutil.which(program) is None:
            return self._failed(f"there is no program {program!r}; install it, or correct openapi.command")
        if isinstance(error, TimeoutError):
            seconds = f"{self.settings.start_timeout:g} s"
            return self._failed(
                f"does not listen {seconds} after its start; look at its command, or raise start_timeout"
            )
        return self._failed(f"does not start ({error or type(error).__name__}); run its command by hand")

    def _failed(self, what: str) -> BackendError:
        text = f"HTTP service of {self.name}: {what}{last_words(self._log)}"
        for secret in self._secrets:
            text = text.replace(secret, "***")
        return BackendError(text)


def _from_environment(name: str, variables: Mapping[str, str]) -> dict[str, str]:
    found = {}
    for header, variable in variables.items():
        place = f"HTTP service of {name}: openapi.headers_from_env.{header}"
        value = os.environ.get(variable, "")
        if not value:
            raise BackendError(f"{place}: the environment has no {variable}; export it")
        if not value.isascii() or not value.isprintable():
            raise BackendError(f"{place}: {variable} holds a line break or letters beyond ASCII, which no header may")
        found[header] = value
    return found


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@cache
def _validator(schema: bytes) -> Any:
    return jsonschema_rs.validator_for(orjson.loads(schema))


def _short(arguments: Mapping[str, Json]) -> str:
    text = canonical(dict(arguments)).decode()
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "..."
