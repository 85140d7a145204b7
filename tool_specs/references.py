"""`$ref` resolved: schemas that stand for themselves, from documents in which they refer to one another.

    Schemas(document).plain({"$ref": "#/components/schemas/Loan"}, "GET /loans, response 200")

What is promised: no `$ref` is left. Schemas that contain one another (a category has sub-categories) are *bounded*: a
group of them is entered once, and a reference from within to any of the group becomes its bare type; `bounded` says
which ones. A reference that leads nowhere, into another file, or only back to itself is a `BadSchema`.

What OpenAPI 3.0 says otherwise than JSON Schema 2020-12 is translated: `nullable`, `example`, exclusive bounds.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

import networkx as nx

from schemas.base import Json

_NAMED = ("properties", "patternProperties", "dependentSchemas")
_LISTED = ("allOf", "anyOf", "oneOf", "prefixItems")
_SINGLE = frozenset(
    {"items", "additionalProperties", "contains", "propertyNames", "not", "if", "then", "else", "unevaluatedItems"}
    | {"unevaluatedProperties"}
)
_DROPPED = frozenset({"$defs", "definitions", "nullable", "example", "discriminator", "xml", "externalDocs", "$schema"})
_DEEPEST = 64


class BadSchema(ValueError):
    """A schema that cannot be read, most often for a `$ref`; the message names the place and what to do."""


class Schemas:
    """The schemas of one document.

    Attributes:
        bounded: the references that were cut because the schema contains itself, in the order in which they were met.
    """

    def __init__(self, document: Json) -> None:
        self._document = document
        self._plain: dict[str, Json] = {}
        self._groups: dict[str, int] = {}
        self._explored: set[str] = set()
        self.bounded: dict[str, str] = {}

    def follow(self, value: Json, place: str) -> tuple[Json, str]:
        """Returns what a chain of references leads to, and where that is; a value that is no reference is itself.

        Raises:
            BadSchema: the chain leads nowhere, into another file, or back to itself.
        """
        seen: list[str] = []
        start = place
        while isinstance(value, dict) and isinstance(value.get("$ref"), str):
            pointer = value["$ref"]
            if pointer in seen:
                raise BadSchema(f"{start}: $ref {seen[0]!r} leads only back to itself; write the schema out there")
            seen.append(pointer)
            value = self._at(pointer, place)
            place = pointer
        return value, place

    def plain(self, schema: Json, place: str) -> Json:
        """Returns a schema without references, as JSON Schema 2020-12.

        Raises:
            BadSchema: a reference cannot be resolved.
        """
        return self._walk(schema, place, None, 0)

    def _at(self, pointer: str, place: str) -> Json:
        if not pointer.startswith("#"):
            raise BadSchema(
                f"{place}: $ref {pointer!r} leads into another file; bundle the document into one file first"
            )
        nowhere = f"{place}: $ref {pointer!r} leads nowhere; define it, or correct the reference"
        if pointer[1:2] not in ("", "/"):
            raise BadSchema(nowhere)
        value = self._document
        for part in [unquote(each).replace("~1", "/").replace("~0", "~") for each in pointer[1:].split("/")[1:]]:
            if isinstance(value, dict) and part in value:
                value = value[part]
            elif isinstance(value, list) and part.isdigit() and int(part) < len(value):
                value = value[int(part)]
            else:
                raise BadSchema(nowhere)
        return value

    def _walk(self, schema: Json, place: str, group: int | None, depth: int) -> Json:
        """Returns a schema without references; `group` is the group of schemas that we are inside of."""
        if not isinstance(schema, dict):
            return schema
        if depth > _DEEPEST:
            raise BadSchema(f"{place}: nested deeper than {_DEEPEST} levels; flatten the schema")
        if isinstance(schema.get("$ref"), str):
            beside = {key: value for key, value in schema.items() if key != "$ref"}
            found = self._referred(schema["$ref"], place, group, depth)
            if not beside or not isinstance(found, dict):
                return found
            return {**found, **self._walk(beside, place, group, depth + 1)}
        plain: dict[str, Json] = {}
        for key, value in schema.items():
            if key in _DROPPED or key.startswith("x-"):
                continue
            _well_formed(key, value, place)
            if key in _NAMED:
                named = value or {}  # some exporters write an empty object as []
                plain[key] = {
                    name: self._walk(each, f"{place}/{key}/{name}", group, depth + 1) for name, each in named.items()
                }
            elif key in _LISTED:
                plain[key] = [
                    self._walk(each, f"{place}/{key}/{number}", group, depth + 1) for number, each in enumerate(value)
                ]
            elif key in _SINGLE and isinstance(value, dict):
                plain[key] = self._walk(value, f"{place}/{key}", group, depth + 1)
            else:
                plain[key] = value
        return _modern(plain, schema)

    def _referred(self, pointer: str, place: str, group: int | None, depth: int) -> Json:
        target, at = self.follow({"$ref": pointer}, place)
        self._grouped(at, place)
        own = self._groups.get(at)
        if own is not None and own == group:
            self.bounded.setdefault(place, at)
            kind = target.get("type") if isinstance(target, dict) else None
            return {"type": kind} if kind else {}
        if at not in self._plain:
            self._plain[at] = self._walk(target, at, own, depth + 1)
        return self._plain[at]

    def _grouped(self, pointer: str, place: str) -> None:
        """Finds the groups of schemas that contain one another, as far as can be reached from a pointer."""
        if pointer in self._explored:
            return
        links: nx.DiGraph[str] = nx.DiGraph()
        links.add_node(pointer)
        waiting = [pointer]
        for one in waiting:  # grows while it runs
            for reference in _references(self._at(one, place)):
                _, other = self.follow({"$ref": reference}, one)
                if other not in links and other not in self._explored:
                    waiting.append(other)
                links.add_edge(one, other)
        for group in nx.strongly_connected_components(links):
            if len(group) > 1 or any(links.has_edge(each, each) for each in group):
                self._groups.update(dict.fromkeys(group, len(self._groups)))
        self._explored.update(links)


def _references(schema: Any) -> Iterator[str]:
    """Yields the references in a schema, in order; examples and defaults hold none."""
    if not isinstance(schema, dict):
        return
    if isinstance(schema.get("$ref"), str):
        yield schema["$ref"]
    for key, value in schema.items():
        if key in _NAMED and isinstance(value, dict):
            for each in value.values():
                yield from _references(each)
        elif key in _LISTED and isinstance(value, list):
            for each in value:
                yield from _references(each)
        elif key in _SINGLE:
            yield from _references(value)


def _well_formed(key: str, value: Json, place: str) -> None:
    """Refuses a keyword whose value nothing could be made of."""
    if key in _NAMED and value != [] and not isinstance(value, dict):
        wanted = "an object from name to schema"
    elif key in _LISTED and not isinstance(value, list):
        wanted = "a list of schemas"
    elif key == "type" and not isinstance(value, str) and not _texts(value):
        wanted = "a type's name, or a list of them"
    elif key == "required" and not isinstance(value, bool) and not _texts(value):
        wanted = "a list of names"
    elif key == "enum" and not isinstance(value, list):
        wanted = "a list of values"
    else:
        return
    raise BadSchema(f"{place}: `{key}` must be {wanted}")


def _texts(value: Json) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


def _modern(plain: dict[str, Json], schema: dict[str, Json]) -> dict[str, Json]:
    """Returns a schema of OpenAPI 3.0 in the words of JSON Schema 2020-12."""
    if "example" in schema and "examples" not in plain:
        plain["examples"] = [schema["example"]]
    if isinstance(plain.get("required"), bool):  # said of a property itself, as in older drafts
        del plain["required"]
    if schema.get("nullable") is True:
        if isinstance(plain.get("type"), str):
            plain["type"] = [plain["type"], "null"]
        if "enum" in plain and None not in plain["enum"]:
            plain["enum"] = [*plain["enum"], None]
    for bound, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        if plain.get(exclusive) is True and bound in plain:
            plain[exclusive] = plain.pop(bound)
        elif isinstance(plain.get(exclusive), bool):
            del plain[exclusive]
    return plain
