"""Ways: the reads that say something of a row that no read shows whole, found by what was read before.

    ways_to(desk, reads, "C7")        -> [("list_shelf", {"shelf": "A3", "day": "2024-05-01"})]
    values_of(desk, reads, "shelf")   -> ["A3", "B1"]

A read is a way if all its arguments stand together in one place that names the row: a loan's copy, shelf and day.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from schemas.base import Json
from stages.simulate_dialogues.desk import Desk
from tool_specs.programs import ReadKey, read_key
from tool_specs.reading import values_at


def ways_to(desk: Desk, reads: Mapping[ReadKey, Any], id_: str) -> list[tuple[str, dict[str, Json]]]:
    """Returns the reads that say something of a row that no read shows whole, as far as their arguments are known.

    A read that takes several values takes them from one place: a loan's shelf and its day.
    """
    found: list[tuple[str, dict[str, Json]]] = []
    for tool in desk.domain.shows:
        kinds = {name: desk.specs[tool].types.get(name) for name in desk.specs[tool].required}
        for place in _places(desk, reads, frozenset(kind for kind in kinds.values() if kind)):
            if id_ in place.values() and kinds.keys() and all(kind in place for kind in kinds.values()):
                found.append((tool, {name: place[str(kind)] for name, kind in kinds.items()}))
        found += [
            (tool, {name: each[name] for name in kinds}) for each in _naming(reads, id_) if each.keys() >= kinds.keys()
        ]
    return [each for each in found if read_key(*each) not in reads]


def values_of(desk: Desk, reads: Mapping[ReadKey, Any], kind: str) -> list[str]:
    """Returns the texts of a semantic type in what was read, each once, in the order of being read."""
    return list(
        dict.fromkeys(v for each in _places(desk, reads, frozenset({kind})) for v in each.values() if type(v) is str)
    )


def _naming(reads: Mapping[ReadKey, Any], id_: str) -> list[dict[str, Json]]:
    """Returns the objects in what was read that name a row among other things: a loan's copy, shelf and day."""
    waiting = [value for value in reads.values() if isinstance(value, (dict, list))]
    found: list[dict[str, Json]] = []
    for value in waiting:
        inner = value.values() if isinstance(value, dict) else value
        waiting += [each for each in inner if isinstance(each, (dict, list))]
        if isinstance(value, dict) and id_ in value.values():
            found.append(value)
    return found


def _places(desk: Desk, reads: Mapping[ReadKey, Any], kinds: frozenset[str]) -> list[dict[str, Json]]:
    """Returns objects in what was read that hold a value of each of these semantic types, by type."""
    found: list[dict[str, Json]] = []
    for (tool, _), value in reads.items():
        parents: dict[str, dict[str, str]] = {}
        for path, kind in desk.domain.specs[tool].types.items():
            parent, _, leaf = path.partition(".")[2].rpartition(".")
            if path.startswith("return.") and kind in kinds:
                parents.setdefault(parent, {})[kind] = leaf
        for parent, leaves in parents.items():
            if leaves.keys() == kinds:
                for each in values_at(value, parent.split(".") if parent else []):
                    if isinstance(each, dict):
                        found.append({kind: each.get(leaf) for kind, leaf in leaves.items()})
    return found
