"""An MCP server as a domain: settings in, a domain with its recorded world and live sandbox out.

Opened once per process: the same settings give the same servers, the same record and the same digest anywhere.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.errors import BackendError
from pipeline.live_explore import Explored, explore
from pipeline.live_sandbox import LiveSandbox
from pipeline.mcp_pool import McpPool
from pipeline.mcp_settings import McpSettings
from pipeline.mcp_tools import Listed, Route
from schemas.base import Json, canonical
from schemas.world import World
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
    pool: McpPool
    explored: Explored
    notes: tuple[Note, ...]
    problems: tuple[str, ...]


_OPEN: dict[str, LiveDomain] = {}


def open_domain(name: str, settings: McpSettings) -> LiveDomain:
    """Returns the domain of a server, explored.

    Raises:
        BackendError: the server does not start, or nothing can be asked.
    """
    key = name + settings.model_dump_json()
    if key not in _OPEN:
        pool = McpPool(name, settings)
        try:
            _OPEN[key] = _opened(name, settings, pool)
        except BaseException:
            pool.close()
            raise
    return _OPEN[key]


def close_domains() -> None:
    """Takes down all servers of this process."""
    while _OPEN:
        _OPEN.popitem()[1].pool.close()


def _opened(name: str, settings: McpSettings, pool: McpPool) -> LiveDomain:
    found = pool.open()
    explored = explore(
        pool,
        found.specs,
        found.open_effects,
        _seeds(pool, settings, found),
        observable=settings.workdir_template is not None or settings.reset in ("command", "tool"),
        calls_per_read=settings.explore.calls_per_read,
        calls=settings.explore.calls,
    )
    world = World.of(name, f"recorded:{settings.origin}", explored.tables)
    domain = _domain(name, settings, explored)
    if not explored.problems:
        domain = worded(domain, world)
    problems = [f"{name}: {each}" if not each.startswith(("MCP server", name)) else each for each in explored.problems]
    return LiveDomain(domain, world, LiveSandbox(domain, world, pool), pool, explored, found.notes, tuple(problems))


def _seeds(pool: McpPool, settings: McpSettings, found: Listed) -> dict[str, list[Json]]:
    values = []
    for seed in settings.seeds:
        route = found.routes.get(seed.tool)
        templated = route is not None and route.arguments is not None
        answer = pool.seed(seed, route if templated else Route(seed.tool, None, seed.answer))
        if answer.error:
            raise BackendError(f"{pool.name}: the seed {seed.tool} fails: {answer.value}; correct mcp.seeds")
        values.append(answer.value)
    return _columns(values)


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


def _domain(name: str, settings: McpSettings, explored: Explored) -> Domain:
    tools = recorded_tools(explored.specs)
    principal = settings.principal
    if principal is not None:
        for each in (principal.read, *principal.identity):
            if each not in tools or tools[each].spec.effect == "write":
                raise BackendError(f"{name}: mcp.principal: there is no read {each!r}; correct the name")
    bare = Domain(
        name=name,
        tools=tools,
        policy=_policy(settings),
        rows={},
        generate=lambda seed, size: explored.tables,
        principal=_principal(settings),
        identity_tools=principal.identity if principal is not None else (),
    )
    return recorded_domain(bare, explored.tables)


def _policy(settings: McpSettings) -> str:
    if settings.policy:
        return Path(settings.policy).read_text(encoding="utf-8")
    known = settings.principal is not None and bool(settings.principal.identity)
    return "\n".join([*(_IDENTITY if known else ()), *_POLICY])


def _principal(settings: McpSettings) -> Principal:
    found = settings.principal
    if found is None:
        return NOBODY
    facts = {name: tuple(path.split(".")) for name, path in found.facts.items()}
    return Principal(found.read, facts, {name: found.types.get(name, name) for name in facts})
