"""Picking: which of the rows that a program is left with it means, and the values that are taken from them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from msgspec import UNSET
from msgspec.structs import replace

from schemas.base import Json
from schemas.program import Bind, Budget, Condition, Filter, Program, Term
from tool_specs.columns import MISSING, BindingRow, getter, passes, ranked
from tool_specs.steps import ReadAsk


@dataclass(frozen=True)
class Selection:
    """What running programs gave.

    Attributes:
        reads: the reads asked for, in order.
        picked: per program, the rows it picked, best first (`only`/`first`: rows that tie for the place).
        candidates: per program, the rows that were compared.
        used: per program, the indices of the reads that it looked at.
    """

    reads: tuple[ReadAsk, ...]
    picked: tuple[tuple[BindingRow, ...], ...]
    candidates: tuple[tuple[BindingRow, ...], ...]
    used: tuple[frozenset[int], ...]


def rank(program: Program, rows: Sequence[BindingRow]) -> list[BindingRow]:
    """Returns the rows that have all ordering columns, best first (stable in listing order)."""
    return ranked(program.order, rows)


def preferred(program: Program, rows: Sequence[BindingRow]) -> tuple[Filter | None, list[BindingRow]]:
    """Returns the first wish that any of these rows passes, with the rows that do; no wish and all rows otherwise."""
    for wish in program.wishes:
        fitting = [row for row in rows if passes(wish, row)]
        if fitting:
            return wish, fitting
    return None, list(rows)


def settled(programs: Sequence[Program], selection: Selection) -> tuple[tuple[Program, ...], Selection]:
    """Returns programs without wishes that pick the same rows on this world: what a wish came to is a filter."""
    plain: list[Program] = []
    compared: list[tuple[BindingRow, ...]] = []
    for program, rows in zip(programs, selection.candidates, strict=False):
        if program.wishes:
            wish, left = preferred(program, rank(program, rows))
            rows = tuple(left)
            where = (*program.where, wish) if wish is not None else program.where
            program = replace(program, where=where, prefer=UNSET)
        plain.append(program)
        compared.append(rows)
    return tuple(plain), Selection(selection.reads, selection.picked, tuple(compared), selection.used)


def pick(program: Program, groups: list[list[BindingRow]], pool: list[BindingRow]) -> list[BindingRow]:
    """Returns the rows that a program means, of all that it is left with (`pool`), by the rows that it began from."""
    if program.pick == "each":
        result = []
        for group in groups:
            best = _ties(program, group)
            if len(best) != 1:
                return []  # nothing there, or a tie: the words do not say which
            result.append(best[0])
        return result
    return rank(program, pool) if program.pick == "all" else _ties(program, pool)


def pick_within(
    budget: Budget,
    programs: Sequence[Program],
    candidates: Sequence[Sequence[BindingRow]],
    facts: Mapping[str, Json],
) -> dict[int, list[BindingRow]]:
    """Returns the rows that programs under a budget mean, by program: those of the best combinations within it.

    Nothing for each of them where no combination is.
    """
    priced = [_priced(term, programs[term.program], candidates[term.program]) for term in budget.terms]
    spared = [min((cost for _, cost in rows), default=0) for rows in priced]
    limit = facts[budget.fact] * 100
    sums: list[tuple[tuple[BindingRow, ...], int]] = [((), 0)]
    for place, term in enumerate(budget.terms):
        rest = sum(spared[place + 1 :])
        keys = [getter(key.column) for key in programs[term.program].order]
        best: list[Any] | None = None
        kept: list[tuple[tuple[BindingRow, ...], int]] = []
        for row, cost in priced[place]:  # best first: what does not tie with the first that fits is worse
            if best is not None and [get(row) for get in keys] != best:
                break
            fitting = [((*rows, row), done + cost) for rows, done in sums if done + cost + rest <= limit]
            if fitting:
                best = [get(row) for get in keys]
                kept += fitting
        sums = kept
    picked: dict[int, list[BindingRow]] = {}
    for place, term in enumerate(budget.terms):
        picked[term.program] = list({id(rows[place]): rows[place] for rows, _ in sums}.values())
    return picked


def cost(term: Term, row: BindingRow) -> float | None:
    """Returns what a row costs by a budget's term; None where it lacks a column."""
    values = [getter(path)(row) for path in (term.column, term.less) if path is not None]
    if any(value is MISSING for value in values):
        return None
    return float(round(values[0] - sum(values[1:]), 2))


def _priced(term: Term, program: Program, rows: Sequence[BindingRow]) -> list[tuple[BindingRow, int]]:
    """Returns the rows that a program may pick, best first, with what each costs in hundredths."""
    ranked_rows = preferred(program, rank(program, rows))[1]
    priced = ((row, cost(term, row)) for row in ranked_rows)
    return [(row, round(each * 100)) for row, each in priced if each is not None]


def _ties(program: Program, rows: list[BindingRow]) -> list[BindingRow]:
    rows = preferred(program, rank(program, rows))[1]
    if program.pick == "only" or not rows:
        return rows
    keys = [getter(key.column) for key in program.order]
    best = [get(rows[0]) for get in keys]
    # They are sorted: those that tie stand in front.
    for number, row in enumerate(rows):
        if [get(row) for get in keys] != best:
            return rows[:number]
    return rows


def bound(bind: Bind, programs: Sequence[Program], selection: Selection) -> Any:
    """Returns the value that a bind takes from a selection; `MISSING` if nothing is picked or unequal values tie."""
    rows = selection.picked[bind.program]
    get = getter(bind.column)
    values = [get(row) for row in rows]
    if bind.aggregate == "count":
        return len(values)
    if any(value is MISSING for value in values):
        return MISSING
    if bind.aggregate != "none":
        return _fold(bind.aggregate, values)
    if bind.many and programs[bind.program].pick in ("all", "each"):
        return values if values else MISSING
    if not values or any(value != values[0] for value in values):
        return MISSING
    return [values[0]] if bind.many else values[0]


def meets(condition: Condition, value: Any, facts: Mapping[str, Json]) -> bool:
    """Whether a number is on the side of the limit that a condition wants (or, of the other branch, is not)."""
    limit = facts[condition.fact]
    return bool(value > limit if condition.above else value < limit) is (condition.branch != "otherwise")


def _fold(how: str, values: list[Any]) -> Any:
    if how == "sum":
        return round(sum(values), 2)
    if not values:
        return MISSING
    if how == "difference":
        return round(max(values) - min(values), 2)
    return min(values) if how == "min" else max(values)
