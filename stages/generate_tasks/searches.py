"""Searches: reads that show many rows and take several values, which the user states; and writes that take such a row.

    search_shelf(branch, day), search_depot(branch, day)  ->  borrow(copies=..., branch=..., days=..., fee=...)

Reads with parameters of the same types whose rows have the same shape answer the same question: they are alternatives.
A structured parameter (a list of objects) is filled by the column of a row that has its very schema.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from schemas.base import Json, Path, canonical
from schemas.tool import ToolSpec
from stages.generate_tasks.ground import Ground
from stages.generate_tasks.shapes import alike
from tool_specs.chains import Binding, Chain
from tool_specs.programs import MISSING
from tool_specs.reading import walk


@dataclass(frozen=True)
class Search:
    """Alternative reads of one question.

    Attributes:
        tools: the reads, in listing order.
        parameters: parameter -> semantic type, the same for each.
        row: one row of what they show.
    """

    tools: tuple[str, ...]
    parameters: Mapping[str, str]
    row: Binding


@dataclass(frozen=True)
class Own:
    """An argument that is a structured column of a row that a chain leads to, such as the user's own."""

    chain: Chain
    column: Path


@dataclass(frozen=True)
class SearchPlan:
    """A write whose object is a row of a search.

    Attributes:
        columns: parameter -> column of the row.
        principal: parameter -> the fact by which the user is known.
        owns: parameter -> structured column of another row.
        chosen: parameter -> the schema's values.
        counted: integer parameters: the user says how many.
        follows: parameters that follow from all that.
        further: column id -> chain to a row that what follows needs besides, and the user tells.
    """

    tool: str
    search: Search
    columns: Mapping[str, Path]
    principal: Mapping[str, str]
    owns: Mapping[str, Own]
    chosen: Mapping[str, tuple[Json, ...]]
    counted: tuple[str, ...]
    follows: tuple[str, ...]
    further: Mapping[str, Chain]


def searches_of(ground: Ground) -> list[Search]:
    """Returns the searches among the reads: all parameters typed, two at least, and rows that words exist for."""
    groups: dict[bytes, list[ToolSpec]] = {}
    for spec in ground.specs.values():
        returns = spec.returns or {}
        if spec.effect != "read" or len(spec.required) < 2 or returns.get("type") != "array":
            continue
        kinds = {name: spec.types.get(name) for name in spec.required}
        if all(kinds.values()):
            groups.setdefault(canonical([kinds, returns.get("items")]), []).append(spec)
    found: list[Search] = []
    for specs in groups.values():
        first = specs[0]
        row = Binding(f"{first.name}_entry", f"{first.name}.*", (first.returns or {})["items"])
        if row.id in ground.lexicon.rows:
            parameters = {name: first.types[name] for name in first.required}
            found.append(Search(tuple(spec.name for spec in specs), parameters, row))
    return found


def search_plans(ground: Ground, identity: tuple[str, ...]) -> list[SearchPlan]:
    """Returns the writes that take a row of a search, with where all their parameters come from."""
    found: list[SearchPlan] = []
    for spec in ground.specs.values():
        words = ground.lexicon.writes.get(spec.name)
        if spec.effect == "write" and words is not None:
            for search in searches_of(ground):
                found += _plans(ground, spec, search, identity)
    return found


def _plans(ground: Ground, spec: ToolSpec, search: Search, identity: tuple[str, ...]) -> Iterator[SearchPlan]:
    properties = spec.parameters["properties"]
    row_types = _row_types(ground, search)
    columns: dict[str, Path] = {}
    structured = False
    principal: dict[str, str] = {}
    own: dict[str, list[Own]] = {}
    chosen: dict[str, tuple[Json, ...]] = {}
    counted: list[str] = []
    follows = ground.follows(spec.name)
    types = ground.sandbox.domain.principal.types
    for name in spec.required:
        schema, kind = properties[name], spec.types.get(name)
        fact = next((fact for fact in identity if types[fact] == kind), None)
        same = alike(search.row.schema, schema)
        if name in follows:
            continue
        if fact is not None:
            principal[name] = fact
        elif len(same) == 1:
            columns[name] = (search.row.name, same[0])
            structured = True
        elif kind is not None and row_types.get(name) == kind:
            columns[name] = (search.row.name, name)
        elif "enum" in schema:
            chosen[name] = tuple(schema["enum"])
        elif schema.get("type") == "integer":
            counted.append(name)
        else:
            own[name] = _owns(ground, schema, identity)
    if not structured:
        return
    needed = [follows[name].rows for name in spec.required if name in follows]
    for each in itertools.product(*own.values()):
        owns = dict(zip(own, each, strict=True))
        further = _further(ground, needed, search, owns, identity)
        if further is not None:
            yield SearchPlan(
                spec.name,
                search,
                columns,
                principal,
                owns,
                chosen,
                tuple(counted),
                tuple(name for name in follows if name in spec.required),
                further,
            )


def _row_types(ground: Ground, search: Search) -> dict[str, str]:
    """Returns the semantic types of a row's own scalars."""
    prefix = "return.*."
    types = ground.specs[search.tools[0]].types
    return {path.removeprefix(prefix): kind for path, kind in types.items() if path.startswith(prefix)}


def _owns(ground: Ground, schema: Json, identity: tuple[str, ...]) -> list[Own]:
    """Returns the structured columns of this shape in the user's own row that words exist for ("just me")."""
    return [
        Own(chain, (chain.last.name, column))
        for chain in ground.chains(identity)
        for column in alike(chain.last.schema, schema)
        if f"{chain.last.id}.{column}" in ground.lexicon.originals and len(chain.steps) == 1
    ]


def _further(
    ground: Ground,
    wanted: Sequence[Sequence[str]],
    search: Search,
    owns: Mapping[str, Own],
    identity: tuple[str, ...],
) -> dict[str, Chain] | None:
    """Returns the chains to the rows that what follows looks at, those apart that are read anyhow."""
    shown = {search.row.id} | {own.chain.last.id for own in owns.values()}
    found: dict[str, Chain] = {}
    for row in dict.fromkeys(row for rows in wanted for row in rows):
        if row in shown:
            continue
        chain = next((chain for chain in ground.chains(identity) if chain.last.id == row), None)
        if chain is None:
            return None
        found[row] = chain
    return found


def values_of(ground: Ground, kind: str) -> list[Json]:
    """Returns the values of a semantic type that reads of the world show, sorted, each once."""
    key = f"typed:{kind}"
    if key not in ground.pools:
        seen: dict[str, Json] = {}
        for spec in ground.specs.values():
            if spec.effect == "read" and len(spec.required) <= 1:
                for path in _typed(spec, kind):
                    for value in _shown(ground, spec, path):
                        seen.setdefault(str(value), value)
        ground.pools[key] = [seen[text] for text in sorted(seen)]
    found: list[Json] = ground.pools[key]
    return found


def _typed(spec: ToolSpec, kind: str) -> Iterator[list[str]]:
    for path, each in spec.types.items():
        if each == kind and path.startswith("return."):
            yield path.split(".")[1:]


def _shown(ground: Ground, spec: ToolSpec, path: Sequence[str]) -> list[Any]:
    if spec.required:
        return ground.column_values(spec.name, path)
    value = ground.reader.answer(ground.reader.ask(spec.name, {})).value
    return [] if value is MISSING else walk(value, path)
