"""What a type annotation says about a value: its JSON Schema, and the semantic types inside it.

>>> schema_of(Annotated[str, Sem("order_id")])
{'type': 'string'}
>>> dict(types_in(list[Annotated[str, Sem("item_id")]], "return"))
{'return.*': 'item_id'}
"""

from __future__ import annotations

import types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, NotRequired, Required, Union, get_args, get_origin, get_type_hints

from pydantic import TypeAdapter
from typing_extensions import is_typeddict

from schemas.base import Json

_UNCHECKED = "x-unchecked"


@dataclass(frozen=True)
class Sem:
    """Semantic type of a value: two values of the same type may stand for each other (`Sem("order_id")`)."""

    name: str


@dataclass(frozen=True, init=False)
class OneOf:
    """The choices of a string as the agent is shown them.

    The schema gets an `enum`, but a call with another value still reaches the tool, which answers in its own words.
    """

    choices: tuple[str, ...]

    def __init__(self, *choices: str) -> None:
        object.__setattr__(self, "choices", choices)

    def __get_pydantic_json_schema__(self, core_schema: Any, handler: Any) -> dict[str, Json]:
        """Adds the enum, marked so that `loose=True` can take it out again."""
        schema: dict[str, Json] = dict(handler(core_schema))
        return {**schema, "enum": list(self.choices), _UNCHECKED: True}


def schema_of(annotation: Any, *, loose: bool = False) -> dict[str, Json]:
    """Returns the JSON Schema 2020-12 of an annotation, inline and without titles.

    Args:
        annotation: Any type that pydantic understands; a JSON Schema comes back as it is.
        loose: Leave the enums of `OneOf` out: what a call must satisfy before the tool itself looks at it.
    """
    if isinstance(annotation, dict):
        return annotation
    schema = TypeAdapter(annotation).json_schema()
    definitions = schema.pop("$defs", {})
    plain: dict[str, Json] = _inline(schema, definitions, (), loose)
    if "$ref" in str(plain):  # a type that contains itself has no finite inline form
        plain["$defs"] = {name: _inline(body, definitions, (name,), loose) for name, body in definitions.items()}
    return plain


def _inline(node: Any, definitions: Mapping[str, Any], open_: tuple[str, ...], loose: bool) -> Any:
    if isinstance(node, list):
        return [_inline(each, definitions, open_, loose) for each in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        name = node["$ref"].rsplit("/", 1)[-1]
        if name in open_:
            return dict(node)
        rest = {key: value for key, value in node.items() if key != "$ref"}
        return _inline({**definitions[name], **rest}, definitions, (*open_, name), loose)
    unchecked = node.get(_UNCHECKED, False)
    result: dict[str, Any] = {}
    for key, value in node.items():
        if key in ("title", _UNCHECKED) or (key == "enum" and unchecked and loose):
            continue
        if key == "properties":  # its keys are names, one of which may well be "title"
            result[key] = {name: _inline(each, definitions, open_, loose) for name, each in value.items()}
        else:
            result[key] = _inline(value, definitions, open_, loose)
    return result


def types_in(annotation: Any, path: str) -> Iterator[tuple[str, str]]:
    """Yields (path, semantic type) for each `Sem` inside an annotation; `*` stands for any key or position."""
    origin = get_origin(annotation)
    if origin is Annotated:
        inner, *extras = get_args(annotation)
        yield from ((path, extra.name) for extra in extras if isinstance(extra, Sem))
        yield from types_in(inner, path)
    elif origin in (Required, NotRequired, Union, types.UnionType):
        for each in get_args(annotation):
            yield from types_in(each, path)
    elif origin in (list, tuple, set, frozenset) or (origin and isinstance(origin, type) and origin is not dict):
        for each in get_args(annotation):
            if each is not Ellipsis:
                yield from types_in(each, f"{path}.*")
    elif origin is dict:
        yield from types_in(get_args(annotation)[1], f"{path}.*")
    elif is_typeddict(annotation):
        for name, each in get_type_hints(annotation, include_extras=True).items():
            yield from types_in(each, f"{path}.{name}")
