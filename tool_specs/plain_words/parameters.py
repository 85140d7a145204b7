"""Parameters in words: the part that each plays in a write, the role it is told as, and what its values are called.

cancel_booking(id, reason)  -> id: object, "booking"; reason: choice, "reason"
swap_item(item_id, new_item_id, user_id)  -> object, target, me
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from schemas.base import Json
from schemas.tool import ToolSpec
from tool_specs.plain_words.names import (
    PARTICLES,
    PREPOSITIONS,
    is_adjective,
    is_id,
    phrase,
    said,
    singular,
    stem,
    tokens,
)
from tool_specs.plain_words.rows import RowKind

_FRESH = ("new", "target", "to", "other")
DETAILS = frozenset({"details", "info", "information", "data", "record", "items"})
"""Words of a name that say nothing of their own."""

Feeds = Mapping[str, Sequence[tuple[str, str]]]
What = Literal["me", "object", "target", "id", "choice", "value"]


@dataclass(frozen=True)
class Parameter:
    """A required parameter of a write.

    Attributes:
        role: what it is told as.
        noun: what its values are called.
        choices: the values that its schema lists.
        mine: whether it names the user, who is what the write is about.
    """

    name: str
    what: What
    role: str
    noun: str
    many: bool
    choices: tuple[Json, ...] = ()
    mine: bool = False


def choices_of(schema: Mapping[str, Json]) -> tuple[Json, ...]:
    """Returns the values among which a schema lets one choose."""
    listed_values: Sequence[Json] = schema.get("enum") or schema.get("examples") or ()
    return tuple(listed_values)


def parameters_of(spec: ToolSpec, rows: Sequence[RowKind], people: frozenset[str], feeds: Feeds) -> list[Parameter]:
    """Returns the required parameters with the part that each plays."""
    ids = [name for name in spec.required if _is_key(spec, name, rows, feeds) and spec.types.get(name) not in people]
    main = _main(spec, ids)
    if main is None and any(spec.types.get(name) in people for name in spec.required):
        main = next(name for name in spec.required if spec.types.get(name) in people)
    found: list[Parameter] = []
    for name in spec.required:
        schema = spec.parameters["properties"][name]
        many, noun = schema.get("type") == "array", stem(name) or _thing(spec) or phrase(name)
        fresh = tokens(name)[0] in _FRESH
        role, what = name, _what(spec, name, ids, main, people, schema)
        if what == "object":
            role = "object"
        elif what == "me":
            role = "me"
        elif what == "id" and fresh and any(stem(other) == stem(name) for other in ids if other != name):
            what, role = "target", "target"
        elif what == "id":
            if many and main is not None and _inside(spec, name, main, feeds):
                what, role = "object", "object"
            else:
                role = "_".join(noun.split(" "))
        elif what == "value":
            role = "_".join(("new", *(word for word in tokens(name) if word not in _FRESH)))
            noun = said(tuple(word for word in tokens(name) if word not in _FRESH)) or noun
        mine = what == "object" and spec.types.get(name) in people
        found.append(Parameter(name, what, role, noun, many, choices_of(schema), mine))
    return _grouped(spec, found, feeds)


def _grouped(spec: ToolSpec, parameters: list[Parameter], feeds: Feeds) -> list[Parameter]:
    """Gives values that stand in one object of some read's result one role: the parts of an address."""
    values = [each.name for each in parameters if each.what == "value"]
    homes: dict[str, list[str]] = {}
    for column, targets in feeds.items():
        parent, _, leaf = column.rpartition(".")
        if leaf in values and (spec.name, leaf) in targets and "." in parent and not parent.endswith("*"):
            homes.setdefault(parent, []).append(leaf)
    for parent, leaves in sorted(homes.items(), key=lambda home: -len(home[1])):
        key = parent.rpartition(".")[2]
        if len(leaves) > 1:
            return [
                replace(each, role=f"new_{key}", noun=phrase(key)) if each.name in leaves else each
                for each in parameters
            ]
    return parameters


def _thing(spec: ToolSpec) -> str:
    """Returns what a bare `id` is the id of: `cancel_booking(id)` -> `booking`."""
    words = tokens(spec.name)[1:]
    words = words[1:] if words[:1] and words[0] in PARTICLES and len(words) > 1 else words
    preposition, group = next(iter(groups_of(words)), ("", ()))
    beside = {word for name in spec.required for word in tokens(name)} | DETAILS
    kept = list(group)
    while len(kept) > 1 and (kept[-1] in beside or is_adjective(kept[-1])):
        kept.pop()
    while len(kept) > 1 and is_adjective(kept[0]):
        kept.pop(0)
    return said((*kept[:-1], singular(kept[-1]))) if kept and not preposition else ""


def _what(
    spec: ToolSpec, name: str, ids: Sequence[str], main: str | None, people: frozenset[str], schema: Mapping[str, Json]
) -> What:
    if name == main:
        return "object"
    if spec.types.get(name) in people:
        return "me"
    if choices_of(schema):
        return "choice"
    return "id" if name in ids else "value"


def _main(spec: ToolSpec, ids: Sequence[str]) -> str | None:
    """Returns the parameter that a write is about: the one that its name names, else the first id."""
    named = set(map(singular, tokens(spec.name)[1:]))
    about = [name for name in ids if set((stem(name) or _thing(spec) or "?").split(" ")) <= named]
    return next(iter([*(name for name in about if tokens(name)[0] not in _FRESH), *about, *ids]), None)


def _is_key(spec: ToolSpec, name: str, rows: Sequence[RowKind], feeds: Feeds) -> bool:
    if choices_of(spec.parameters["properties"][name]):
        return False
    if is_id(name):
        return True
    for row in rows:
        own = f"{row.id}.{row.own_id}"
        if row.own_id and (spec.name, name) in feeds.get(own, ()):
            return True
    return False


def _inside(spec: ToolSpec, name: str, main: str, feeds: Feeds) -> bool:
    """Whether a list parameter takes rows inside the row that the main one names: items of the order."""
    homes = {column.split(".")[0] for column, targets in feeds.items() if (spec.name, main) in targets}
    return any(
        (spec.name, name) in targets and "." in column and column.split(".")[0] in homes
        for column, targets in feeds.items()
    )


def groups_of(words: tuple[str, ...]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Splits words at prepositions: `member to class` -> ("", member), ("to", class)."""
    preposition = ""
    group: list[str] = []
    for word in words:
        if word in PREPOSITIONS:
            if group or preposition:
                yield preposition, tuple(group)
            preposition, group = word, []
        else:
            group.append(word)
    if group:
        yield preposition, tuple(group)
