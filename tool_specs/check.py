"""Is a domain sound? What `writ check` reports: each problem with its place and what to do.

Reads are executed with values from the world, under audit: one that changes state is a defect. The calls start from
what users know by heart and go on with what earlier reads returned, by semantic type.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import orjson

from schemas.base import Json, digest
from schemas.tool import ToolSpec
from schemas.world import World
from tool_specs.domain import NOBODY, Domain
from tool_specs.plain_words.observe import observe
from tool_specs.reading import values_at
from tool_specs.sandbox import Sandbox

_PEOPLE = 8
_ROUNDS = 4
_CALLS = 12


@dataclass(frozen=True)
class Problem:
    """Something wrong with a domain.

    Attributes:
        kind: `docs`, `reference`, `integrity`, `generator`, `effect` or `unreached`.
        place: The tool, guard, table or field it is about.
        message: What is wrong and what to do.
    """

    kind: str
    place: str
    message: str

    def __str__(self) -> str:
        return f"[{self.kind}] {self.place}: {self.message}"


def check_domain(domain: Domain, world: World) -> list[Problem]:
    """Returns all problems of a domain, judged on one of its worlds; empty means sound."""
    found = [*_documentation(domain), *_references(domain, world), *_generator(domain)]
    found += [Problem("integrity", world.origin, each) for each in domain.check_tables(world.tables)]
    if not any(each.kind == "reference" for each in found):
        found += _effects(domain, world)
    return found


def _documentation(domain: Domain) -> Iterator[Problem]:
    for name, tool in domain.tools.items():
        spec = tool.spec
        if spec.name != name:
            yield Problem("docs", name, f"is listed under this name but called {spec.name!r}; use one name")
        if not spec.description.strip():
            yield Problem("docs", name, "has no description; say in a sentence what it does")
        for parameter, schema in spec.parameters["properties"].items():
            if not schema.get("description"):
                yield Problem("docs", f"{name}.{parameter}", "has no description; say what it is, with an example")
        if spec.effect == "read" and spec.returns is None:
            yield Problem("docs", name, "does not say what it returns; annotate the result with a TypedDict")


def _references(domain: Domain, world: World) -> Iterator[Problem]:
    for guard in domain.guards:
        for name in sorted(guard.tools - domain.tools.keys()):
            yield Problem("reference", f"guard {guard.name}", f"there is no tool {name!r}; correct its `tools`")
    named = {"identity_tools": domain.identity_tools, "loose_errors": sorted(domain.loose_errors)}
    named["transfer_tool"] = (domain.transfer_tool,) if domain.transfer_tool else ()
    for place, names in named.items():
        for name in names:
            if name not in domain.tools:
                yield Problem("reference", place, f"there is no tool {name!r}; correct the name")
            elif place == "identity_tools" and domain.tools[name].spec.effect != "read":
                yield Problem("reference", place, f"{name!r} is no read; people are identified by looking them up")
    for table in domain.rows:
        if table not in world.tables:
            yield Problem("reference", f"rows[{table!r}]", "the world has no such table; correct the name")
    for name, (table, key_of) in domain.indexes.items():
        if table not in domain.rows:
            yield Problem("reference", f"index {name}", f"there is no table {table!r}; correct the name")
            continue
        try:
            for row in world.tables.get(table, {}).values():
                key_of(row)
        except (KeyError, TypeError, AttributeError, IndexError) as error:
            yield Problem("reference", f"index {name}", f"its key function fails on a row of {table} ({error!r})")
    yield from _principal(domain, world)


def _principal(domain: Domain, world: World) -> Iterator[Problem]:
    principal = domain.principal
    if principal is NOBODY:
        if domain.identity_tools:
            yield Problem("reference", "identity_tools", "nobody is looked up where users are nobody; set `principal`")
        return
    if not domain.identity_tools:
        yield Problem("reference", "principal", "no tool finds out who the user is; name one in `identity_tools`")
    if principal.table not in domain.rows:
        yield Problem("reference", "principal", f"there is no table {principal.table!r}; correct the name")
        return
    for id_, row in list(world.tables.get(principal.table, {}).items())[:_PEOPLE]:
        try:
            principal.known(row)
        except (KeyError, IndexError, TypeError) as error:
            place = f'principal, {principal.table}["{id_}"]'
            yield Problem("reference", place, f"a fact's path leads nowhere ({error!r}); correct `facts`")
            return
    for name in principal.facts.keys() - principal.types.keys():
        yield Problem("reference", f"principal.{name}", "has no semantic type; add it to `types`")


def _generator(domain: Domain) -> Iterator[Problem]:
    first, second = domain.generate(1, 20), domain.generate(1, 20)
    if orjson.dumps(first) != orjson.dumps(second):
        yield Problem("generator", "generate", "the same seed and size gave two worlds; use nothing but the seed")
    for each in domain.check_tables(first):
        yield Problem("generator", "generate", each)


def _effects(domain: Domain, world: World) -> Iterator[Problem]:
    # A copy: a read that mutates its row would damage the caller's world.
    tables = orjson.loads(orjson.dumps(world.tables))
    before = digest(tables)
    sandbox = Sandbox(domain, World.of(world.domain, world.origin, tables), audit=True)
    reached = _exercise(domain, sandbox)
    if any(tool.spec.effect == "read" and name not in reached for name, tool in domain.tools.items()):
        reached |= observe(sandbox).results.keys()  # by names as well as by types
    seen: set[tuple[str, str]] = set()
    for each in sandbox.violations:
        if (each.tool, each.what) not in seen:
            seen.add((each.tool, each.what))
            effect = domain.tools[each.tool].spec.effect
            yield Problem(
                "effect",
                each.tool,
                f'is declared {effect} but {each.what}, {each.table}["{each.id}"], when called with '
                f'{each.arguments}; declare it effect="write", or change only what `db.edit` gives it',
            )
    if not seen and digest(tables) != before:
        yield Problem("effect", "reads", "some read changed a row that it did not take from `db.row`; look for it")
    for name, tool in domain.tools.items():
        if tool.spec.effect == "read" and name not in reached:
            yield Problem(
                "unreached",
                name,
                "no call succeeded with values from the world; give its parameters semantic types (`Sem`) that a "
                "user's facts or another read's results have, or list their values (`OneOf`)",
            )


def _exercise(domain: Domain, sandbox: Sandbox) -> set[str]:
    """Calls the reads with values by semantic type, people's facts kept together; returns the tools that answered."""
    pool: dict[str, list[Json]] = {}
    for row in list(sandbox.world.tables.get(domain.principal.table, {}).values())[:_PEOPLE]:
        for name, value in domain.principal.known(row).items():
            pool.setdefault(domain.principal.types.get(name, name), []).append(value)
    reached: set[str] = set()
    done: set[bytes] = set()
    for _ in range(_ROUNDS):
        for name, tool in domain.tools.items():
            if tool.spec.effect == "write":
                continue
            for arguments in _candidates(tool.spec, pool):
                key = orjson.dumps([name, arguments], option=orjson.OPT_SORT_KEYS)
                if key in done:
                    continue
                done.add(key)
                result = sandbox.call(name, arguments)
                if not result.error:
                    reached.add(name)
                    _collect(domain.specs[name], result.value, pool)
    return reached


def _candidates(spec: ToolSpec, pool: dict[str, list[Json]]) -> Iterator[dict[str, Json]]:
    kinds = {name: spec.types.get(name) for name in spec.required}
    properties = spec.parameters["properties"]
    values = {name: pool.get(kind, []) if kind else [] for name, kind in kinds.items()}
    if not all(values.values()):
        return
    for place in range(min(_CALLS, max((len(each) for each in values.values()), default=1))):
        chosen = {name: each[place % len(each)] for name, each in values.items()}
        yield {name: [each] if properties[name].get("type") == "array" else each for name, each in chosen.items()}


def _collect(spec: ToolSpec, value: Json, pool: dict[str, list[Json]]) -> None:
    for path, kind in spec.types.items():
        if path == "return" or path.startswith("return."):
            known = pool.setdefault(kind, [])
            for each in values_at(value, path.split(".")[1:]):
                if len(known) < _CALLS and each not in known:
                    known.append(each)
