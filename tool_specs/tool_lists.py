"""Lists of tools from elsewhere, recognised by their content: OpenAI functions, MCP `tools/list`, OpenAPI documents.

    [{"type": "function", "function": {"name": "get_loan", "description": ..., "parameters": {...}}}]    OpenAI
    {"tools": [{"name": "get_loan", "inputSchema": {...}, "annotations": {"readOnlyHint": true}}]}        MCP
    openapi: 3.1.0                                                                                        OpenAPI

JSON, one JSON object per line, or YAML. `x-writ-effect` beside a name says what a tool does; then come annotations and
methods; else it is guessed from the name, with a note. No tool is called.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import orjson

from schemas.base import Json
from schemas.tool import Effect, EffectSource, ToolSpec
from tool_specs.effects import effect_of_name
from tool_specs.openapi import read_openapi
from tool_specs.references import BadSchema, Schemas
from tool_specs.tool_list import Note, ToolList, ToolListError, called, renamed, twice
from tool_specs.yaml_text import read_yaml

__all__ = ["ToolList", "ToolListError", "read_tool_file", "read_tools"]

_HINT = (
    "give an OpenAI list of functions, the result of an MCP server's `tools/list`, or an OpenAPI 3 document "
    "(JSON or YAML)"
)


def read_tool_file(path: Path) -> ToolList:
    """Reads a file of tools.

    Raises:
        ToolListError: it cannot be read or is none of the known forms; the message begins with the file.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ToolListError(f"{path}: cannot be read ({error.strerror}); {_HINT}") from error
    try:
        return read_tools(parsed(data))
    except ToolListError as error:
        raise ToolListError(f"{path}: {error}") from error


def read_tools(value: Json) -> ToolList:
    """Returns the tools in a list or document of any known form.

    Raises:
        ToolListError: the form is unknown, an entry is malformed, or two tools have one name.
    """
    if isinstance(value, dict) and ("openapi" in value or "swagger" in value):
        return read_openapi(value)[0]
    entries = _entries(value)
    twice((_name(each, place), place) for each, place in entries)
    notes: list[Note] = []
    specs = {_name(each, place): _spec(each, place, notes) for each, place in entries}
    names, changes = renamed(specs)
    return ToolList(
        form="mcp" if any("inputSchema" in each for each, _ in entries) else "openai",
        title="",
        specs=tuple(called(spec, names[source]) for source, spec in specs.items()),
        sources={names[source]: source for source in specs},
        notes=(*changes, *notes),
    )


def parsed(data: bytes) -> Json:
    """Returns what a file of tools holds: JSON, JSON lines, or YAML.

    Raises:
        ToolListError: it is none of them; the message has the line.
    """
    text = data.removeprefix(b"\xef\xbb\xbf").strip()
    if not text:
        raise ToolListError(f"the file is empty; {_HINT}")
    if text[:1] not in b"[{":
        return read_yaml(text)
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        lines = text.splitlines()
        if len(lines) > 1 and lines[0].rstrip().endswith(b"}"):
            return [_line(line, number) for number, line in enumerate(lines, 1) if line.strip()]
        raise ToolListError(
            f"no JSON at line {error.lineno}, column {error.colno}: {error.msg}; export it again"
        ) from error


def _line(line: bytes, number: int) -> Json:
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise ToolListError(
            f"line {number}: no JSON at column {error.colno}: {error.msg}; write a tool per line"
        ) from error


def _entries(value: Json) -> list[tuple[dict[str, Json], str]]:
    """Returns the entries of a list, without what they are wrapped in, each with its place."""
    place = ""
    if isinstance(value, dict) and isinstance(value.get("result"), dict):
        value, place = value["result"], "result."
    if isinstance(value, dict):
        for key in ("tools", "functions"):
            if isinstance(value.get(key), list):
                value, place = value[key], f"{place}{key}"
                break
        else:
            value = [value] if "name" in value or "function" in value else None
    if not isinstance(value, list):
        raise ToolListError(f"this is no list of tools; {_HINT}")
    if not value:
        raise ToolListError(f"the list of tools is empty; {_HINT}")
    found = []
    for number, each in enumerate(value):
        where = f"{place}[{number}]"
        if isinstance(each, dict) and isinstance(each.get("function"), dict):
            each = {**{key: said for key, said in each.items() if key.startswith("x-")}, **each["function"]}
        if not isinstance(each, dict):
            raise ToolListError(f"{where}: a tool must be an object; {_HINT}")
        found.append((each, where))
    return found


def _name(entry: Mapping[str, Json], place: str) -> str:
    name = entry.get("name")
    if not isinstance(name, str) or not name.strip():
        raise ToolListError(f"{place}: the tool has no name; add `name`")
    return name


def _spec(entry: dict[str, Json], place: str, notes: list[Note]) -> ToolSpec:
    name = _name(entry, place)
    where = f"{place} ({name})"
    given: Json = next((entry[key] for key in ("inputSchema", "input_schema", "parameters") if entry.get(key)), {})
    parameters = _schema(given, f"{where}, parameters", notes)
    if not isinstance(parameters, dict) or parameters.get("type", "object") != "object":
        raise ToolListError(f"{where}: the parameters must be a JSON Schema of an object")
    required = parameters.get("required") or []
    properties = {**(parameters.get("properties") or {})}
    properties.update((each, {}) for each in required if each not in properties)
    said = next((entry[key] for key in ("outputSchema", "returns", "return", "response") if entry.get(key)), None)
    returns = _schema(said, f"{where}, result", notes)
    effect, source = _effect(entry, where, notes)
    types = entry.get("types")
    return ToolSpec(
        name=name,
        description=str(entry.get("description") or entry.get("title") or ""),
        parameters={**parameters, "type": "object", "properties": properties, "required": required},
        returns=returns if isinstance(returns, dict) else None,
        effect=effect,
        effect_source=source,
        types=dict(types) if isinstance(types, dict) else {},
    )


def _schema(schema: Any, place: str, notes: list[Note]) -> Json:
    schemas = Schemas(schema)
    try:
        plain = schemas.plain(schema, place)
    except BadSchema as error:
        raise ToolListError(str(error)) from error
    notes += [Note("bounded", where, f"{at} contains itself; it is cut there") for where, at in schemas.bounded.items()]
    return plain


def _effect(entry: Mapping[str, Json], where: str, notes: list[Note]) -> tuple[Effect, EffectSource]:
    said = entry.get("x-writ-effect", entry.get("effect"))
    if said is not None:
        if said not in ("read", "write", "generic"):
            raise ToolListError(f"{where}: the effect {said!r} is unknown; write read, write or generic")
        return cast(Effect, said), "declared"
    annotations = entry.get("annotations")
    read_only = annotations.get("readOnlyHint") if isinstance(annotations, dict) else None
    if isinstance(read_only, bool):
        return "read" if read_only else "write", "annotation"
    effect = effect_of_name(str(entry["name"]), str(entry.get("description") or ""))
    notes.append(Note("guessed", where, f"{effect}, from the name; say `x-writ-effect` where that is wrong"))
    return effect, "name"
