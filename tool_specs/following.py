"""Following: arguments that follow from the others and from rows that were read, by rules of the domain.

    follow({"fee": Follow(...)}, sources, {"loan_id": "L1", "days": 7}, programs, selection)
        -> {"loan_id": "L1", "days": 7, "fee": 1.4}

A source with the provenance `policy` says that its argument is such a one; its `bind`, if it has any, says only which
selection the user tells it by.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

from schemas.base import Json
from schemas.program import Program, column_id
from schemas.task import Source
from tool_specs.domain import Follow
from tool_specs.programs import LINEAGE, Selection


def follow(
    follows: Mapping[str, Follow],
    sources: Mapping[str, Source],
    values: dict[str, Json],
    programs: Sequence[Program],
    selection: Selection,
) -> dict[str, Json] | None:
    """Returns the arguments with those that follow, in the sources' order; None where a row for one is missing."""
    names = [name for name in follows if name in sources and sources[name].provenance == "policy"]
    if not names:
        return values
    rows = rows_by_id(programs, selection)
    complete = dict(values)
    for name in names:
        rule = follows[name]
        if any(row not in rows for row in rule.rows):
            return None
        complete[name] = rule.value(complete, rows)
    return {name: complete[name] for name in sources}


def with_grounds(
    names: AbstractSet[str], follows: Mapping[str, Follow], arguments: Mapping[str, Json], rows: Mapping[str, Any]
) -> frozenset[str]:
    """Returns some arguments and those that they follow from.

    Args:
        names: of arguments.
        follows: the tool's rules, in the order in which they are worked out.
        arguments: all of them, complete.
        rows: by column id; an argument that follows from another row stands alone.
    """
    found = set(names)
    for name in reversed(list(follows)):
        if name in found and all(row in rows for row in follows[name].rows):
            looked_at = _LookedAt(arguments)
            follows[name].value(looked_at, rows)
            found |= looked_at.names
    return frozenset(found)


class _LookedAt(dict[str, Json]):
    """Arguments that note who is asked for."""

    def __init__(self, arguments: Mapping[str, Json]) -> None:
        super().__init__(arguments)
        self.names: set[str] = set()

    def __getitem__(self, name: str) -> Json:
        self.names.add(name)
        return super().__getitem__(name)


def rows_by_id(programs: Sequence[Program], selection: Selection) -> dict[str, Any]:
    """Returns column id -> what it is in the row that a program picked first; later programs win.

    Where words presuppose one row and several fit, only what is the same in all of them is known.
    """
    found: dict[str, Any] = {}
    for number, picked in enumerate(selection.picked):
        if picked:
            rest = picked[1:] if programs[number].pick == "only" else ()
            for name, value in picked[0].items():
                if name != LINEAGE and all(row.get(name) == value for row in rest):
                    found[column_id(tuple(programs), number, (name,))] = value
    return found
