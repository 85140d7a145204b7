"""Names of people and things in what tools answered: text statistics mask them, so that openings can be compared."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import orjson

from schemas.base import Json
from tool_specs import catalog


def name_columns(domain: str) -> dict[str, list[list[str]]]:
    """Returns, per tool, the paths of names in its results: nouns of the lexicon (products), and what people are by."""
    found: dict[str, list[list[str]]] = {}
    try:
        known = catalog.domain(domain)
    except ValueError:
        return found
    for column, words in getattr(known.lexicon, "columns", {}).items():
        if words.kind == "text":
            tool, *path = column.split(".")
            found.setdefault(tool, []).append(path)
    identity = set(known.principal.types.values())
    for each in known.tools.values():
        for place, kind in each.spec.types.items():
            root, *path = place.split(".")
            if root == "return" and kind in identity:
                found.setdefault(each.spec.name, []).append(path)
    return found


def names_in(message: dict[str, Json], columns: dict[str, list[list[str]]]) -> Iterator[str]:
    """Yields the names in a tool message."""
    paths = columns.get(message["name"])
    if paths and message["content"].startswith(("{", "[")):
        value = orjson.loads(message["content"])
        for path in paths:
            yield from (each for each in _at(value, path) if isinstance(each, str) and each)


def _at(value: Any, path: Sequence[str]) -> Iterator[Json]:
    if not path:
        yield value
    elif path[0] == "*":
        for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            yield from _at(each, path[1:])
    elif isinstance(value, dict) and path[0] in value:
        yield from _at(value[path[0]], path[1:])
