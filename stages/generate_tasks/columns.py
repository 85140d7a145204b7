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
from tool_specs.chains import Binding, Chain
from tool_specs.columns import BindingRow, Getter, column, getter
from tool_specs.lexicon import ColumnWords

State = tuple[tuple[str, Json], ...]
"""The columns of a row, by name, that decide whether a write can be done, with their values."""


def filters_for(ground: Ground, bindings: Sequence[Binding], row: BindingRow, *, labels: bool) -> list[Filter]:
    """Returns filters that a row passes and that can be said.

    Args:
        ground: the world.
        bindings: the bindings whose columns are wanted.
        row: the row.
        labels: those that describe the thing itself (a name, a colour: any value has a phrase), else those that
            describe its state (each value has phrases of its own).
    """
    found: list[Filter] = []
    for number, binding in enumerate(bindings):
        if _named_by_user(ground, bindings, number):
            continue
        if labels:
            for path in _labels(ground, binding, row):
                value = column(row, path)
                if isinstance(value, (str, bool)):
                    found.append(Filter(column=path, value=value))
        else:
            found += [
                Filter(column=path, value=value)
                for _, path, get, phrased in _states(ground, binding)
                if _is_said(value := get(row), phrased)
            ]
    return found


def state_of(ground: Ground, bindings: Sequence[Binding], row: BindingRow) -> State:
    """Returns the state columns of a row with their values."""
    return states_of(ground, bindings, [row])[0]


def states_of(ground: Ground, bindings: Sequence[Binding], rows: Sequence[BindingRow]) -> list[State]:
    """Returns `state_of` of each of these rows."""
    columns = [
        each
        for number, binding in enumerate(bindings)
        if not _named_by_user(ground, bindings, number)
        for each in _states(ground, binding)
    ]
    return [
        tuple([(name, value) for name, _, get, phrased in columns if _is_said(value := get(row), phrased)])
        for row in rows
    ]


def _named_by_user(ground: Ground, bindings: Sequence[Binding], number: int) -> bool:
    """Whether this is the one row that a stranger names."""
    return number == 0 and len(bindings) > 1 and ground.strangers.states(bindings[0].id)


def _states(ground: Ground, binding: Binding) -> list[tuple[str, Path, Getter, frozenset[str | bool]]]:
    """Returns the columns of a binding whose values have phrases one by one: name, path, getter, those values."""
    key = f"states:{binding.name}:{binding.id}"
    if key not in ground.pools:
        static = [each for each in _static(ground, binding) if not each[1].any_value]
        ground.pools[key] = [(str(path), path, getter(path), _phrased(words)) for path, words in static]
    found: list[tuple[str, Path, Getter, frozenset[str | bool]]] = ground.pools[key]
    return found


def _is_said(value: Any, phrased: frozenset[str | bool]) -> bool:
    return isinstance(value, (str, bool)) and value in phrased


def _phrased(words: ColumnWords) -> frozenset[str | bool]:
    return frozenset(value for value in map(json.loads, words.values) if isinstance(value, (str, bool)))


def _static(ground: Ground, binding: Binding) -> list[tuple[Path, ColumnWords]]:
    key = f"static:{binding.name}:{binding.id}"
    if key not in ground.pools:
        ground.pools[key] = [
            ((binding.name, *path), words)
            for path in binding.leaves
            if path and (words := _sayable(ground, ".".join([binding.id, *path]))) is not None
        ]
    found: list[tuple[Path, ColumnWords]] = ground.pools[key]
    return found


def _labels(ground: Ground, binding: Binding, row: BindingRow) -> Iterator[Path]:
    """Yields the columns of a binding that any value can be said of, those with free keys (`options`) included."""
    yield from (path for path, words in _static(ground, binding) if words.any_value)
    value: Any = row.get(binding.name)
    if isinstance(value, dict):
        fixed = {path[0] for path in binding.leaves if path}
        for name, child in value.items():
            if isinstance(child, dict) and name not in fixed:
                for leaf, each in child.items():
                    words = _free(ground, f"{binding.id}.{name}.{leaf}") if isinstance(each, str) else None
                    if words is not None and words.any_value:
                        yield binding.name, name, leaf


def _free(ground: Ground, column_id: str) -> ColumnWords | None:
    key = f"sayable:{column_id}"
    if key not in ground.pools:
        ground.pools[key] = _sayable(ground, column_id)
    found: ColumnWords | None = ground.pools[key]
    return found


def _sayable(ground: Ground, column_id: str) -> ColumnWords | None:
    words = ground.words(column_id)
    if words is None or words.kind == "id" or (ground.feeds.get(column_id) and not words.spoken):
        return None
    return words


def order_keys(ground: Ground, chain: Chain) -> list[OrderKey]:
    """Returns the orderings of a chain's rows that can be said."""
    key = f"orders:{chain.last.name}:{chain.last.id}"
    if key not in ground.pools:
        ground.pools[key] = _order_keys(ground, chain)
    found: list[OrderKey] = ground.pools[key]
    return found


def _order_keys(ground: Ground, chain: Chain) -> list[OrderKey]:
    prefix = chain.last.id + "."
    found: list[OrderKey] = []
    for column_id, words in ground.lexicon.columns.items():
        rest = column_id.removeprefix(prefix).split(".")
        if (
            not column_id.startswith(prefix)
            or "*" in rest
            or words.kind not in ("money", "number", "date", "duration", "minutes")
        ):
            continue
        path: Path = (chain.last.name, *(int(part) if part.isdigit() else part for part in rest))
        if words.most:
            found.append(OrderKey(column=path, descending=True))
        if words.least:
            found.append(OrderKey(column=path, descending=False))
    return found
