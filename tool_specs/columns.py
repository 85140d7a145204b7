"""Columns of binding rows: getters, filters and orderings as plain functions, made once and called often.

>>> column({"loan": {"status": "open"}}, ("loan", "status"))
'open'
>>> sieve_of(Filter(column=("loan", "status"), value="open"))([{"loan": {"status": "open"}}, {"loan": {}}])
[{'loan': {'status': 'open'}}]
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

from schemas.base import Json, Path
from schemas.program import Filter, OrderKey

BindingRow = dict[str, Json]
Getter = Callable[[Any], Any]
Sieve = Callable[[list[Any]], list[Any]]


class _Missing:
    def __repr__(self) -> str:
        return "MISSING"


MISSING: Final = _Missing()
"""What a column is where a row does not have it, and what a failed read answers."""

_ABSENT = (KeyError, IndexError, TypeError)


def column(row: Any, path: Path) -> Any:
    """Returns the value at a path of a row, or `MISSING`."""
    value = row
    try:
        for part in path:
            value = value[part]
    except _ABSENT:
        return MISSING
    return MISSING if value is None else value


@lru_cache(maxsize=256)
def getter(path: Path) -> Getter:
    """Returns `column` for one path."""
    # Spelt out for short paths: programs spend most of their time here.
    if len(path) == 1:
        return _one(*path)
    if len(path) == 2:
        return _two(*path)
    if len(path) == 3:
        return _three(*path)
    return lambda row: column(row, path)


def _one(a: str | int) -> Getter:
    def get(row: Any) -> Any:
        try:
            value = row[a]
        except _ABSENT:
            return MISSING
        return MISSING if value is None else value

    return get


def _two(a: str | int, b: str | int) -> Getter:
    def get(row: Any) -> Any:
        try:
            value = row[a][b]
        except _ABSENT:
            return MISSING
        return MISSING if value is None else value

    return get


def _three(a: str | int, b: str | int, c: str | int) -> Getter:
    def get(row: Any) -> Any:
        try:
            value = row[a][b][c]
        except _ABSENT:
            return MISSING
        return MISSING if value is None else value

    return get


def elements(value: Json) -> list[Json]:
    """Returns the rows of a collection: a list's elements or an object's values."""
    if isinstance(value, list):
        return value
    return list(value.values()) if isinstance(value, dict) else []


def sieve_of(rule: Filter, *, inside: bool = False) -> Sieve:
    """Returns what keeps the rows that pass a filter, as a function. A row without the column passes none.

    Args:
        rule: the filter.
        inside: the function is given values of the column's binding instead of rows.
    """
    get = getter(rule.column[1:] if inside else rule.column)
    equal, wanted = rule.op == "eq", rule.value
    if rule.other is not None:
        other = getter(rule.other)
        return lambda rows: [
            row for row in rows if (value := get(row)) is not MISSING and (value == other(row)) is equal
        ]
    if equal:  # no value of a filter is `MISSING`
        return lambda rows: [row for row in rows if get(row) == wanted]
    return lambda rows: [row for row in rows if (value := get(row)) is not MISSING and value != wanted]


def passes(rule: Filter, row: Mapping[str, Json]) -> bool:
    """Whether a row passes a filter. A row without the column passes none."""
    value = column(row, rule.column)
    if value is MISSING:
        return False
    wanted = rule.value if rule.other is None else column(row, rule.other)
    return bool(value == wanted) is (rule.op == "eq")


def passing(rules: Sequence[Filter], rows: Sequence[BindingRow]) -> list[BindingRow]:
    """Returns the rows that pass all filters."""
    left = list(rows)
    for rule in rules:
        left = sieve_of(rule)(left)
    return left


def ranked(order: Sequence[OrderKey], rows: Sequence[BindingRow]) -> list[BindingRow]:
    """Returns the rows that have all ordering columns, best first (stable in listing order)."""
    kept = list(rows)
    for key in order:
        get = getter(key.column)
        kept = [row for row in kept if get(row) is not MISSING]
    for key in reversed(order):
        kept.sort(key=getter(key.column), reverse=key.descending)
    return kept
