"""A pool of HTTP services described by one OpenAPI document; the rest is `pipeline.live_pool`.

A service that runs already is a pool of one, shared with all who use it on this machine (`pipeline.openapi_claim`).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec

from pipeline.errors import BackendError
from pipeline.live_pool import LivePool, Offered
from pipeline.live_sandbox import Answer
from pipeline.live_settings import Probe, known_names
from pipeline.openapi_claim import Claim
from pipeline.openapi_service import Service
from pipeline.openapi_settings import OpenApiSettings, is_url
from schemas.base import Json
from schemas.tool import ToolSpec
from tool_specs.openapi import Operation, read_openapi
from tool_specs.references import BadSchema
from tool_specs.tool_list import ToolListError
from tool_specs.tool_lists import parsed


class OpenApiPool(LivePool[Service]):
    """See the module's text."""

    kind = "HTTP service"

    def __init__(self, name: str, settings: OpenApiSettings) -> None:
        """Prepares a pool; services start when they are needed."""
        super().__init__(name, settings)
        self.settings = settings
        self._operations: Mapping[str, Operation] = {}
        self._claim = None if settings.command else Claim(settings.base_url)

    def open(self) -> Offered:
        """Reads the document and returns its operations as tools.

        Raises:
            BackendError: the document cannot be had or read, or the settings do not fit it.
        """
        settings = self.settings
        place = f"{self.name}: {settings.document}"
        try:
            document = parsed(self._document())
            if not isinstance(document, dict):
                raise ToolListError("this is no OpenAPI document")
            listed, operations = read_openapi(document)
        except (ToolListError, BadSchema) as error:
            raise BackendError(f"{place}: {error}") from error
        by_agent = {each.spec.name: each for each in operations}
        # The recipe may use the document's names as well as those that agents see.
        self._operations = {**{listed.sources[name]: each for name, each in by_agent.items()}, **by_agent}
        self._check_names()
        specs = [self._spec(name, listed.sources[name]) for name in by_agent if self._shown(name, listed.sources[name])]
        if not specs:
            raise BackendError(f"{place}: no tool is left; look at openapi.only and openapi.exclude")
        self._check_writes([spec.name for spec in specs if spec.effect == "write"])
        return Offered(tuple(specs), frozenset(), listed.notes)

    def seeds(self) -> list[Json]:
        """Returns what the declared seeds answer.

        Raises:
            BackendError: one of them fails.
        """
        found = []
        for seed in self.settings.seeds:
            answer = self._wait(self._seed(seed))
            if answer.error:
                raise BackendError(f"{self.name}: the seed {seed.tool} fails: {answer.value}; correct openapi.seeds")
            found.append(answer.value)
        return found

    def close(self) -> None:
        """Takes all services down that were started here."""
        super().close()
        if self._claim is not None:
            self._claim.close()
            self._claim = None

    async def _seed(self, seed: Probe) -> Answer:
        async with self._turn():
            self.calls += 1
            return await self._ask_probe(await self._at(()), seed)

    def _document(self) -> bytes:
        document = self.settings.document
        if is_url(document):
            return self._wait(self._fetched(document))
        try:
            return Path(document).read_bytes()
        except OSError as error:
            raise BackendError(
                f"{self.name}: {document}: cannot be read ({error.strerror}); correct openapi.document"
            ) from error

    async def _fetched(self, url: str) -> bytes:
        async with self._turn():
            return await (await self._at(())).fetch(url)

    def _check_names(self) -> None:
        settings = self.settings
        named = {
            "only": settings.only or (),
            "exclude": settings.exclude,
            "effects": tuple(settings.effects),
            "types": tuple(settings.types),
            "probes": tuple(each.tool for each in settings.probes),
            "seeds": tuple(each.tool for each in settings.seeds),
        }
        known_names(self.name, settings.section, named, list(self._operations))
        for place, probes in (("probes", settings.probes), ("seeds", settings.seeds)):
            for probe in probes:
                operation = self._operations[probe.tool]
                lacking = [each for each in operation.spec.required if each not in probe.arguments]
                wrong = [each for each in probe.arguments if each not in operation.places]
                if lacking or wrong:
                    what = f"lacks {', '.join(lacking)}" if lacking else f"has no parameter {', '.join(wrong)}"
                    raise BackendError(f"{self.name}: openapi.{place}: {probe.tool} {what}; correct its arguments")

    def _check_writes(self, writes: list[str]) -> None:
        if not writes:
            return
        told = f"{', '.join(writes[:5])}{', ...' if len(writes) > 5 else ''}"
        if not self.settings.resettable:
            raise BackendError(
                f"{self.name}: {told} write, and nothing takes the service back to its beginning; give openapi.reset, "
                "or a command that starts it, or leave them out (openapi.exclude)"
            )
        if not self.settings.probes:
            raise BackendError(
                f"{self.name}: {told} write, and nothing tells the service's states apart; give openapi.probes: reads "
                "that together show what writes change"
            )

    def _shown(self, name: str, source: str) -> bool:
        settings = self.settings
        if name in settings.exclude or source in settings.exclude:
            return False
        return settings.only is None or name in settings.only or source in settings.only

    def _spec(self, name: str, source: str) -> ToolSpec:
        settings, spec = self.settings, self._operations[name].spec
        changes: dict[str, Any] = {"types": {**spec.types, **_either(settings.types, name, source, {})}}
        effect = _either(settings.effects, name, source, None)
        if effect is not None:
            changes.update(effect=effect, effect_source="declared")
        if not _tells(spec.returns):
            changes["returns"] = None  # exploration finds out what it looks like
        return msgspec.structs.replace(spec, **changes)

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        async with super()._turn():
            claim = self._claim
            if claim is None:
                yield
                return
            if await asyncio.to_thread(claim.take):
                self.renew()
            try:
                yield
            finally:
                claim.release()

    async def _start(self) -> Service:
        service = await Service.start(self.name, self.settings)
        if service.state is None:  # it ran before: who knows in which state
            try:
                await service.reset()
            except BaseException:
                await service.stop()
                raise
            service.state = ()
        return service

    async def _refresh(self, server: Service) -> bool:
        return await server.reset()

    async def _call(self, server: Service, tool: str, arguments: Mapping[str, Json]) -> Answer:
        self.calls += 1
        return await server.ask(self._operations[tool], arguments)

    async def _ask_probe(self, server: Service, probe: Probe) -> Answer:
        return await server.ask(self._operations[probe.tool], probe.arguments)


def _either(found: Mapping[str, Any], name: str, source: str, otherwise: Any) -> Any:
    return found.get(name, found.get(source, otherwise))


def _tells(schema: Json) -> bool:
    """Whether a schema says what a result looks like: not just that it is an object or a list."""
    if not isinstance(schema, dict):
        return False
    if schema.get("properties") or any(key in schema for key in ("allOf", "anyOf", "oneOf", "enum", "const")):
        return True
    if schema.get("type") == "array":
        return _tells(schema.get("items"))
    if schema.get("type") == "object":
        return _tells(schema.get("additionalProperties"))
    return "type" in schema
