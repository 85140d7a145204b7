"""Columns that words exist for: by which rows can be told apart, and by which they can be ordered.

Only what the lexicon phrases is offered, and never a column that feeds a tool: an id pins its row and would leak it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from schemas.base import Json, Path
from schemas.program import Filter, OrderKey
from stages.generate_tasks.ground import Ground
from tool_specs.chains import Binding, Chain, leaves
from tool_specs.programs import MISSING, BindingRow, column


def filters_for(ground: Ground, bindings: Sequence[Binding], row: BindingRow, *, labels: bool) -> list[Filter]:
    """Returns filters that a row passes and that can be said.

    Args:
        labels: those that describe the thing itself (a name, a colour: any value has a phrase), else those that
            describe its state (each value has phrases of its own).
    """
    found: list[Filter] = []
    for binding in bindings:
        for path in _scalar_paths(binding, row):
            value = column(row, path)
            if value is MISSING or not isinstance(value, (str, bool)):
                continue
            column_id = ".".join([binding.id, *(str(part) for part in path[1:])])
            words = ground.words(column_id)
            if words is None or ground.feeds.get(column_id) or words.kind == "id":
                continue
            own = json.dumps(value) in words.values
            if own != labels and (own or words.any_value):
                found.append(Filter(column=path, value=value))
            elif labels and own and words.any_value:
                found.append(Filter(column=path, value=value))
    return found


def order_keys(ground: Ground, chain: Chain) -> list[OrderKey]:
    """Returns the orderings of a chain's rows that can be said."""
    prefix = chain.last.id + "."
    found: list[OrderKey] = []
    for column_id, words in ground.lexicon.columns.items():
        rest = column_id.removeprefix(prefix).split(".")
        if not column_id.startswith(prefix) or "*" in rest or words.kind not in ("money", "number", "date", "duration"):
            continue
        path: Path = (chain.last.name, *(int(part) if part.isdigit() else part for part in rest))
        if words.most:
            found.append(OrderKey(column=path, descending=True))
        if words.least:
            found.append(OrderKey(column=path, descending=False))
    return found


def _scalar_paths(binding: Binding, row: BindingRow) -> Iterator[Path]:
    static = set(leaves(binding.schema))
    for path in leaves(binding.schema):
        if path:
            yield (binding.name, *path)
    # Objects with free keys (`options`) have columns only their values know.
    value: Any = row.get(binding.name)
    if isinstance(value, dict):
        for key, child in value.items():
            if isinstance(child, dict) and not any(path[0] == key for path in static):
                yield from ((binding.name, key, name) for name, leaf in child.items() if _scalar(leaf))


def _scalar(value: Json) -> bool:
    return isinstance(value, (str, bool, int, float))
