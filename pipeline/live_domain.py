"""A live server as a domain: settings in, a domain with its recorded world and live sandbox out.

Opened once per process: the same settings give the same servers, the same record and the same digest anywhere.
"""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from pipeline.errors import BackendError, RecipeError
from pipeline.live_explore import Explored, explore
from pipeline.live_pool import LivePool
from pipeline.live_sandbox import LiveSandbox
from pipeline.live_settings import LiveSettings
from pipeline.mcp_settings import McpSettings
from pipeline.openapi_settings import OpenApiSettings
from schemas.base import Json, canonical
from schemas.tool import ToolSpec
from schemas.world import Row, World
from tool_specs.domain import NOBODY, Domain, Principal
from tool_specs.plain_words import worded
from tool_specs.recorded import recorded_domain, recorded_tools
from tool_specs.tool_list import Note

_IDENTITY = (
    "- First find out who the user is, with the tools that look a user up. Help this user only.",
    "- Whatever the user says about their own id, look it up.",
)
_POLICY = (
    "- Before you change anything, list the details and get an explicit yes.",
    "- Make one tool call at a time. Tell the user only what the tools' answers show.",
    "- If a tool refuses, say why; there is nobody to hand the user to.",
)
"""What agents are told where the recipe names no policy."""


@dataclass(frozen=True)
class LiveDomain:
    """A domain with living servers behind it.

    Attributes:
        problems: why it cannot be used for tasks; empty if it can.
    """

    domain: Domain
    world: World
    sandbox: LiveSandbox
    pool: LivePool[Any]
    explored: Explored
    notes: tuple[Note, ...]
    problems: tuple[str, ...]


_OPEN: dict[str, LiveDomain] = {}


def open_domain(name: str, settings: LiveSettings) -> LiveDomain:
    """Returns the domain of a server, explored.

    Raises:
        BackendError: the server does not start, nothing can be asked, or the client is not installed.
        RecipeError: the policy's file cannot be read.
    """
    key = name + settings.model_dump_json()
    if key not in _OPEN:
        pool = _pool(name, settings)
        try:
            _OPEN[key] = _opened(name, settings, pool)
        except BaseException:
            pool.close()
            raise
    return _OPEN[key]


def _pool(name: str, settings: LiveSettings) -> LivePool[Any]:
    if isinstance(settings, OpenApiSettings):
        from pipeline.openapi_pool import OpenApiPool

        return OpenApiPool(name, settings)
    assert isinstance(settings, McpSettings)
    try:
        from pipeline.mcp_pool import McpPool
    except ModuleNotFoundError as error:
        raise BackendError(f"MCP servers need the package {error.name!r}; pip install 'writ[mcp]'") from error
    return McpPool(name, settings)


def close_domains() -> None:
    """Takes down all servers of this process."""
    while _OPEN:
        _OPEN.popitem()[1].pool.close()


def _opened(name: str, settings: LiveSettings, pool: LivePool[Any]) -> LiveDomain:
    policy = _policy(settings)
    found = pool.open()
    explored = explore(
        pool,
        found.specs,
        found.open_effects,
        _columns(pool.seeds()),
        observable=settings.resettable,
        calls_per_read=settings.explore.calls_per_read,
        calls=settings.explore.calls,
        section=settings.section,
    )
    world = World.of(name, f"recorded:{settings.origin}", explored.tables)
    domain = _domain(name, settings, explored, policy)
    if not explored.problems:
        _facts_are_there(name, settings, explored)
        domain = worded(domain, world)
    problems = [f"{name}: {each}" if not each.startswith((pool.kind, name)) else each for each in explored.problems]
    return LiveDomain(domain, world, LiveSandbox(domain, world, pool), pool, explored, found.notes, tuple(problems))


def _columns(values: Iterable[Any]) -> dict[str, list[Json]]:
    """Returns column -> values of all rows anywhere in some answers."""
    found: dict[str, dict[bytes, Json]] = {}
    waiting = list(values)
    for value in waiting:  # grows while it runs
        if isinstance(value, list):
            waiting.extend(value)
        elif isinstance(value, dict):
            for name, each in value.items():
                if isinstance(each, (dict, list)):
                    waiting.append(each)
                if not isinstance(each, dict):
                    for one in each if isinstance(each, list) else [each]:
                        if isinstance(one, (str, int, float)):
                            found.setdefault(name, {}).setdefault(canonical(one), one)
    return {name: list(each.values()) for name, each in found.items()}


def _domain(name: str, settings: LiveSettings, explored: Explored, policy: str) -> Domain:
    principal = settings.principal
    tools = recorded_tools(_with_facts(name, settings, explored))
    bare = Domain(
        name=name,
        tools=tools,
        policy=policy,
        rows={},
        generate=lambda seed, size: explored.tables,
        principal=_principal(settings),
        identity_tools=principal.identity if principal is not None else (),
    )
    return recorded_domain(bare, explored.tables)


def _with_facts(name: str, settings: LiveSettings, explored: Explored) -> list[ToolSpec]:
    """Returns the tools; those that find and show the user say so by semantic types.

    Raises:
        BackendError: there is no such read, or one that finds the user asks for what the user does not know.
    """
    found = {spec.name: spec for spec in explored.specs}
    principal = settings.principal
    if principal is None:
        return list(explored.specs)
    place = f"{name}: {settings.section}.principal"
    for each in (principal.read, *principal.identity):
        if each not in found or found[each].effect == "write":
            raise BackendError(f"{place}: there is no read {each!r}; correct the name")
    kinds = {fact: principal.types.get(fact, fact) for fact in principal.facts}
    shown = found[principal.read]
    own = {each: shown.types.get(each, each) for each in shown.required[:1]}
    for each in principal.identity:
        spec = found[each]
        types = {**{parameter: kinds[parameter] for parameter in spec.required if parameter in kinds}, **spec.types}
        for parameter in spec.required:
            if types.get(parameter) not in kinds.values():
                raise BackendError(
                    f"{place}: {each} asks for {parameter!r}, which is none of the facts ({', '.join(kinds)}); add it "
                    f"to principal.facts, or say which fact it is ({settings.section}.types: {{{each}: "
                    f"{{{parameter}: ...}}}})"
                )
        if not any(path.startswith("return") for path in types):
            people = explored.tables[principal.read]
            columns = _naming(explored.tables[each].values(), people)
            types.update((f"return.{column}", kind) for column in columns for kind in own.values())
        found[each] = msgspec.structs.replace(spec, types=types)
    facts = {f"return.{path}": kinds[fact] for fact, path in principal.facts.items()}
    for spec in list(found.values()):
        asked = {parameter: kind for parameter, kind in own.items() if parameter in spec.required}
        more = {**asked, **facts} if spec.name == principal.read else asked
        found[spec.name] = msgspec.structs.replace(spec, types={**more, **spec.types})
    return list(found.values())


def _facts_are_there(name: str, settings: LiveSettings, explored: Explored) -> None:
    """Refuses facts that the row of some user does not have.

    Raises:
        BackendError: with what the row has.
    """
    principal = settings.principal
    if principal is None:
        return
    for person, row in explored.tables[principal.read].items():
        for path in principal.facts.values():
            value: Json = row
            for step in path.split("."):
                if not isinstance(value, dict) or step not in value:
                    raise BackendError(
                        f"{name}: {settings.section}.principal.facts: what {principal.read} answers about {person} has "
                        f"no {path!r}; it has {', '.join(row)}"
                    )
                value = value[step]


def _naming(rows: Collection[Row], people: Container[str]) -> list[str]:
    """Returns the columns of some rows that always name a person."""
    columns = dict.fromkeys(column for row in rows for column in row)
    return [column for column in columns if all(str(row.get(column)) in people for row in rows)]


def _policy(settings: LiveSettings) -> str:
    if settings.policy:
        try:
            return Path(settings.policy).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            place = f"{settings.section}.policy: {settings.policy}"
            raise RecipeError(
                f"{place}: cannot be read as text ({error}); it is named relative to the recipe"
            ) from error
    known = settings.principal is not None and bool(settings.principal.identity)
    return "\n".join([*(_IDENTITY if known else ()), *_POLICY])


def _principal(settings: LiveSettings) -> Principal:
    found = settings.principal
    if found is None:
        return NOBODY
    facts = {name: tuple(path.split(".")) for name, path in found.facts.items()}
    return Principal(found.read, facts, {name: found.types.get(name, name) for name in facts})
