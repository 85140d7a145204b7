"""Is a call well-formed? A check per parameter, cheap for the types that nearly all parameters have.

Values inside are not converted: an agent that sends 5 where a string belongs is told so, as a real backend would.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping

import jsonschema_rs

from schemas.base import Json

Check = Callable[[Json], bool]


def _is_string(value: Json) -> bool:
    return type(value) is str


def _is_strings(value: Json) -> bool:
    if type(value) is not list:
        return False
    for each in value:  # a loop, because all() over a generator costs four times as much
        if type(each) is not str:
            return False
    return True


def _is_integer(value: Json) -> bool:
    return type(value) is int


def _is_number(value: Json) -> bool:
    return type(value) in (int, float)


def _is_boolean(value: Json) -> bool:
    return type(value) is bool


_SIMPLE: dict[str, Check] = {
    "string": _is_string,
    "integer": _is_integer,
    "number": _is_number,
    "boolean": _is_boolean,
}


def check_of(schema: Mapping[str, Json]) -> Check:
    """Returns a predicate for one parameter's schema."""
    words = {key: value for key, value in schema.items() if key not in ("description", "default")}
    if words.keys() == {"type"} and words["type"] in _SIMPLE:
        return _SIMPLE[words["type"]]
    if words == {"type": "array", "items": {"type": "string"}}:
        return _is_strings
    return jsonschema_rs.validator_for(words).is_valid


def complaint(parameters: Mapping[str, Json], checks: Mapping[str, Check], arguments: Json) -> str | None:
    """Says in words what is wrong with a call's arguments, or returns None.

    Args:
        parameters: JSON Schema of the arguments object.
        checks: A predicate per parameter.
        arguments: What the agent sent.
    """
    if not isinstance(arguments, Mapping):
        return f"the arguments must be a JSON object, not {_kind(arguments)}"
    properties = parameters["properties"]
    for name in arguments:
        if name not in properties:
            close = difflib.get_close_matches(str(name), properties, n=1)
            hint = f"; did you mean {close[0]!r}?" if close else ""
            return f"unknown argument {name!r}{hint}"
    missing = [name for name in parameters.get("required", ()) if name not in arguments]
    if missing:
        return "missing argument " + ", ".join(repr(name) for name in missing)
    for name, check in checks.items():
        if name in arguments and not check(arguments[name]):
            return f"argument {name!r} must be {_wanted(properties[name])}, not {_kind(arguments[name])}"
    return None


def _wanted(schema: Mapping[str, Json]) -> str:
    kind = schema.get("type")
    if kind == "array":
        return f"an array of {schema.get('items', {}).get('type', 'value')}s"
    if "enum" in schema:
        return "one of " + ", ".join(repr(each) for each in schema["enum"])
    article = "an" if str(kind)[0] in "aio" else "a"
    return f"{article} {kind}" if isinstance(kind, str) else "as its schema says"


def _kind(value: Json) -> str:
    if value is None:
        return "null"
    if isinstance(value, list) and value:
        return f"an array with {_kind(next((each for each in value if not isinstance(each, str)), value[0]))}"
    if isinstance(value, (list, dict)):
        return "an array" if isinstance(value, list) else "an object"
    names = {str: "string", bool: "boolean", int: "number", float: "number"}
    return f"a {names.get(type(value), type(value).__name__)}"
