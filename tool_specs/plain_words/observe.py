"""Observe: what a world's reads answer, as samples of every column. Nothing is written to the world.

    observe(sandbox) -> Observed(results={"get_loan": [...]}, values={"get_loan.status": ["open", ...]}, feeds=...)

The walk starts from what a few people know and from reads that need nothing, and goes along the confirmed edges of the
API graph. A function of the world: the same world gives the same samples.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from schemas.base import Json, canonical, rng_of
from schemas.tool import ToolSpec
from tool_specs.chains import Feeds, collections, leaves
from tool_specs.graph import build_graph, confirm, feeds
from tool_specs.reading import walk
from tool_specs.sandbox import Sandbox

_PEOPLE = 60
_CALLS = 300
"""Answers kept per tool."""
_SEED = 11


@dataclass
class Observed:
    """What was seen.

    Attributes:
        results: tool -> answers, in the order of asking.
        values: column id -> the values that stood there, one per row that was seen.
        feeds: column id -> the (tool, parameter) pairs that its values fit.
    """

    feeds: Feeds
    results: dict[str, list[Json]] = field(default_factory=lambda: defaultdict(list))
    values: dict[str, list[Json]] = field(default_factory=lambda: defaultdict(list))


def observe(sandbox: Sandbox) -> Observed:
    """Walks a world's reads."""
    specs = {name: tool.spec for name, tool in sandbox.domain.tools.items()}
    seen = Observed(feeds(confirm(build_graph(list(specs.values())), sandbox, _SEED)))
    asked: dict[str, set[bytes]] = defaultdict(set)
    waiting = deque(_beginnings(sandbox, specs))
    while waiting:
        tool, arguments = waiting.popleft()
        key = canonical(arguments)
        if key in asked[tool] or len(asked[tool]) >= _CALLS:
            continue
        asked[tool].add(key)
        result = sandbox.call(tool, arguments)
        if not result.error:
            seen.results[tool].append(result.value)
            waiting.extend(_onward(seen, specs, tool, result.value))
    for tool, results in seen.results.items():
        for value in results:
            _sample(seen, tool, specs[tool].returns or {}, value)
    return seen


def _beginnings(sandbox: Sandbox, specs: Mapping[str, ToolSpec]) -> Iterator[tuple[str, dict[str, Json]]]:
    reads = [spec for spec in specs.values() if spec.effect == "read"]
    yield from ((spec.name, {}) for spec in reads if not spec.required)
    for spec in reads:
        yield from ((spec.name, arguments) for arguments in _listed(spec))
    principal = sandbox.domain.principal
    rows = sandbox.world.tables.get(principal.table, {})
    for person in rng_of("observe", sandbox.world.digest).sample(sorted(rows), min(_PEOPLE, len(rows))):
        known = {principal.types.get(name, name): value for name, value in principal.known(rows[person]).items()}
        for spec in reads:
            kinds = [spec.types.get(name, "") for name in spec.required]
            if kinds and all(kind in known for kind in kinds):
                yield spec.name, {name: known[kind] for name, kind in zip(spec.required, kinds, strict=True)}


def _listed(spec: ToolSpec) -> Iterator[dict[str, Json]]:
    """Yields calls of a one-parameter read with the values that its schema lists."""
    if len(spec.required) == 1:
        schema = spec.parameters["properties"][spec.required[0]]
        for value in schema.get("enum") or schema.get("examples") or ():
            yield {spec.required[0]: value}


def _onward(
    seen: Observed, specs: Mapping[str, ToolSpec], tool: str, value: Json
) -> Iterator[tuple[str, dict[str, Json]]]:
    for column, targets in seen.feeds.items():
        name, *path = column.split(".")
        if name != tool:
            continue
        for target, parameter in targets:
            if specs[target].effect == "read" and specs[target].required == (parameter,):
                for each in walk(value, path):
                    yield target, {parameter: each}


def _sample(seen: Observed, id_: str, schema: Any, value: Any) -> None:
    for path in leaves(schema):
        seen.values[".".join((id_, *path))].extend(each for each in walk(value, path) if each is not None)
    for path, element in collections(schema):
        for each in walk(value, (*path, "*")):
            _sample(seen, ".".join((id_, *path, "*")), element, each)
