"""Slots: the scalars in a tool's arguments and result, as a graph's edges connect them.

>>> [slot.column for slot in output_slots(get_reader)]
['get_reader.reader_id', 'get_reader.loans.*']
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from schemas.base import Json
from schemas.tool import ToolSpec
from tool_specs.names import parameter_name, subject

_MAX_DEPTH = 6


@dataclass(frozen=True, slots=True)
class Slot:
    """A scalar inside a tool's result or arguments: dotted path without the tool, JSON types, semantic type."""

    tool: str
    path: tuple[str, ...]
    kinds: frozenset[str]
    type: str | None

    @property
    def column(self) -> str:
        """The column id of an output."""
        return ".".join((self.tool, *self.path))

    @property
    def parameter(self) -> str:
        """The name of an input; a list's elements go by the list's name."""
        return ".".join(self.path[:-1] if self.path[-1] == "*" else self.path)


def output_slots(spec: ToolSpec) -> list[Slot]:
    """Returns the scalars in a tool's result."""
    found = _slots(spec, spec.returns or {}, "return")
    if spec.returns is None:  # the types may know more than the schema
        paths = (tuple(path.split(".")[1:]) for path in spec.types if path.split(".")[0] == "return")
        found = [Slot(spec.name, path, frozenset(), spec.types[".".join(("return", *path))]) for path in paths]
    if spec.returns is None and not found and not _echoes(spec):
        return [Slot(spec.name, ("*",), frozenset(), None)]  # only the name is left: `list_loans` gives loans' ids
    return found


def _echoes(spec: ToolSpec) -> bool:
    """Whether a tool is given the id of the very thing that it is about."""
    own = subject(spec.name) | {"id"}
    return any(parameter_name(spec.name, slot.path) == own for slot in input_slots(spec))


def input_slots(spec: ToolSpec) -> list[Slot]:
    """Returns the scalars in a tool's arguments."""
    return _slots(spec, spec.parameters, "")


def _slots(spec: ToolSpec, schema: Json, prefix: str) -> list[Slot]:
    merged: dict[tuple[str, ...], frozenset[str]] = {}
    for path, kind in _scalars(schema, schema, ()):
        if path or prefix:
            merged[path] = merged.get(path, frozenset()) | {kind}
    return [Slot(spec.name, path, kinds, _type(spec, prefix, path)) for path, kinds in merged.items()]


def _type(spec: ToolSpec, prefix: str, path: tuple[str, ...]) -> str | None:
    name = ".".join((prefix, *path) if prefix else path)
    return spec.types.get(name) or spec.types.get(name.removesuffix(".*"))  # a list may go by its elements' type


def _scalars(schema: Any, root: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    if not isinstance(schema, dict) or len(path) > _MAX_DEPTH:
        return
    if "$ref" in schema:
        target = root.get("$defs", {}).get(str(schema["$ref"]).rsplit("/", 1)[-1])
        if len(path) < _MAX_DEPTH - 2:
            yield from _scalars(target, root, path)
        return
    for word in ("anyOf", "oneOf", "allOf"):
        for option in schema.get(word, ()):
            yield from _scalars(option, root, path)
    kinds = schema.get("type", ())
    for kind in [kinds] if isinstance(kinds, str) else kinds:
        if kind not in ("object", "array", "null"):
            yield path, kind
    for key, child in (schema.get("properties") or {}).items():
        yield from _scalars(child, root, (*path, key))
    yield from _scalars(schema.get("additionalProperties"), root, (*path, "*"))
    yield from _scalars(schema.get("items"), root, (*path, "*"))
