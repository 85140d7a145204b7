"""YAML read as JSON would be: keys are strings, and a date is its text.

read_yaml(b"responses: {200: {since: 2026-11-22}}") -> {"responses": {"200": {"since": "2026-11-22"}}}

A few lines of aliases can stand for more than any memory holds, or for themselves. Whoever walks over such a value
never ends, so it is refused before it is built.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import yaml

from schemas.base import Json
from tool_specs.tool_list import ToolListError

MOST_NODES = 2_000_000
"""Values that a document may stand for. Written out, so many are some 40 MB."""


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """YAML's safe types without dates."""

    yaml_implicit_resolvers = {
        first: [(tag, pattern) for tag, pattern in found if tag != "tag:yaml.org,2002:timestamp"]
        for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


def read_yaml(text: bytes) -> Json:
    """Returns a YAML text's one document.

    Raises:
        ToolListError: it is no YAML; the message has the line.
    """
    try:
        return _plain(parsed(text, _Loader)[1], {})
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f" at line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise ToolListError(f"neither JSON nor YAML{place}: {getattr(error, 'problem', None) or error}") from error


def parsed(text: str | bytes, loader: Any = yaml.SafeLoader) -> tuple[Any, Any]:
    """Returns a YAML text's one document, as nodes that know their lines, and as its value.

    Raises:
        yaml.YAMLError: it is no YAML, or is larger than its text by far.
    """
    reader = loader(text)
    try:
        tree = reader.get_single_node()
        if tree is None:
            return None, None
        _weight(tree, {})
        return tree, reader.construct_document(tree)
    except RecursionError:
        raise yaml.MarkedYAMLError(problem="is nested too deeply") from None
    finally:
        reader.dispose()


def _weight(node: yaml.Node, known: dict[int, int]) -> int:
    """Returns how many nodes one stands for when all aliases are written out."""
    if isinstance(node, yaml.ScalarNode):
        return 1
    if id(node) not in known:
        known[id(node)] = MOST_NODES  # an alias within itself
        parts = itertools.chain(*node.value) if isinstance(node, yaml.MappingNode) else node.value
        known[id(node)] = weight = 1 + sum(_weight(part, known) for part in parts)
        if weight > MOST_NODES:
            what = f"its aliases (`*name`) stand for more than {MOST_NODES:,} values, or for themselves"
            raise yaml.MarkedYAMLError(problem=f"{what}; write out what is meant", problem_mark=node.start_mark)
    return known[id(node)]


def _plain(value: Any, known: dict[int, Any]) -> Json:
    """Returns a value with strings as keys; what is shared by an alias stays shared."""
    if not isinstance(value, (dict, list)):
        return value
    if id(value) not in known:
        if isinstance(value, list):
            known[id(value)] = [_plain(each, known) for each in value]
        else:
            known[id(value)] = {_key(key): _plain(each, known) for key, each in value.items()}
    return known[id(value)]


def _key(key: object) -> str:
    return {True: "true", False: "false", None: "null"}[key] if key is None or isinstance(key, bool) else str(key)


def line_of(node: Any, place: Sequence[str | int]) -> int:
    """Returns the line of the innermost thing of a place that a composed document has, counted from 1."""
    line = 1
    for part in place:
        if isinstance(node, yaml.MappingNode):
            found = next(((key, value) for key, value in node.value if key.value == str(part)), None)
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            found = (node.value[part], node.value[part])
        else:
            found = None
        if found is None:
            break
        line, node = found[0].start_mark.line + 1, found[1]
    return line
