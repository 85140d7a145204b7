"""What a program means as a sentence part: its rows' noun, its filters by place, its scope. Words come later.

Example: `items of my orders, status delivered, by price` has the levels order and item; told at item level the
status filter is an ancestor's, told at order level a filter on items is a part's ("the order with the camera").
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

import orjson

from schemas.base import Json, Path
from schemas.program import At, Bind, Call, Each, Fact, Filter, OrderKey, Program, Step, column_id
from schemas.task import Request, Source
from tool_specs.lexicon import ColumnWords, Lexicon, RowWords, Texts
from tool_specs.remember import remembered

T = TypeVar("T")


@dataclass(frozen=True)
class Level:
    """A binding whose rows have a noun.

    Attributes:
        place: position among all bindings of the program, those of its `start` included.
        own: whether the program itself binds it, not the one that it continues.
    """

    name: str
    id: str
    words: RowWords
    place: int
    own: bool
    step: Step


@remembered(1)
def bindings(programs: Sequence[Program], number: int) -> list[tuple[int, Step]]:
    """Returns (program number, step) for every binding of a program, those of its `start` first."""
    program = programs[number]
    before = bindings(programs, program.start) if program.start is not None else []
    return before + [(number, step) for step in program.steps]


@remembered(1)
def column_name(programs: Sequence[Program], number: int, path: Path) -> str:
    """Returns `schemas.program.column_id` of a column."""
    return column_id(tuple(programs), number, path)


@remembered(2)
def levels(words: Lexicon, programs: Sequence[Program], number: int) -> list[Level]:
    """Returns the levels of a program, outermost first."""
    found: list[Level] = []
    for place, (owner, step) in enumerate(bindings(programs, number)):
        id_ = column_name(programs, owner, (step.name,))
        if id_ in words.rows:
            found.append(Level(step.name, id_, words.rows[id_], place, owner == number, step))
    return found


@remembered(2)
def level_of(words: Lexicon, programs: Sequence[Program], number: int, path: Path) -> Level | None:
    """Returns the level that a column belongs to: its binding's, or the nearest one outside."""
    places = {step.name: place for place, (_, step) in enumerate(bindings(programs, number))}
    place = places.get(str(path[0]), -1)
    inside = [level for level in levels(words, programs, number) if level.place <= place]
    return inside[-1] if inside else None


def column_words(words: Lexicon, column: str) -> ColumnWords | None:
    """Returns a column's words, or those of the more general column."""
    return _find(words.columns, column)


def texts_for(table: Mapping[str, Texts], column: str) -> Texts:
    """Returns the phrases of a column id (or of a more general one) in a table of phrases."""
    return _find(table, column) or ()


def _find(table: Mapping[str, T], column: str) -> T | None:
    for key in general_ids(column):
        if key in table:
            return table[key]
    return None


@lru_cache(maxsize=4096)
def general_ids(column: str) -> tuple[str, ...]:
    """Returns the column id and the more general ones that answer for it."""
    prefix, _, rest = column.rpartition(":")
    starred = re.sub(r"(?<=\.)\d+(?=\.|$)", "*", rest)
    found = [rest, starred, re.sub(r"(\.\*)+$", "", starred), f"{starred.rpartition('.')[0]}.*"]
    return tuple(dict.fromkeys(f"{prefix}:{key}" if prefix else key for key in found))


@lru_cache(maxsize=4096, typed=True)
def value_json(value: str | float | bool | None) -> str:
    """Returns a scalar as JSON text, the form in which lexicons list values."""
    return orjson.dumps(value).decode()


def value_texts(words: ColumnWords, value: Json) -> tuple[Texts, bool]:
    """Returns the phrases for a value, and whether they are templates of `any_value`."""
    own = words.values.get(value_json(value)) if isinstance(value, (str, int, float, bool)) else None
    return (own, False) if own else (words.any_value, True)


@dataclass(frozen=True)
class Meaning:
    """One program, told at one level.

    Attributes:
        same: filters on the row or its ancestors.
        parts: filters on rows inside it.
        excluded: filters that only say "not the same one".
        keys: ordering keys, each with whether its column is the row's (0), an ancestor's (1) or a part's (-1).
        named: names of the noun that the path itself holds: `types["T-Shirt"]`.
        fact: level and fact that the rows come from, if the user states an id or a list of ids.
    """

    program: Program
    number: int
    level: Level
    same: tuple[Filter, ...]
    parts: tuple[Filter, ...]
    excluded: tuple[Filter, ...]
    keys: tuple[tuple[OrderKey, int], ...]
    named: str | None
    fact: tuple[Level, str, bool] | None

    def id_of(self, programs: Sequence[Program], path: Path) -> str:
        """Returns a column's id."""
        return column_name(programs, self.number, path)


@remembered(2)
def meaning(words: Lexicon, programs: Sequence[Program], number: int, told: str | None = None) -> Meaning | None:
    """Returns what a program means, told at the level named `told` (default: its innermost).

    None: the program selects nothing that has a noun (it only finds the user's own row).
    """
    every = levels(words, programs, number)
    if not every:
        return None
    program = programs[number]
    level = next((one for one in every if one.name == told), every[-1])
    same, parts, excluded = [], [], []
    for rule in program.where:
        if rule.other is not None and rule.op == "ne":
            excluded.append(rule)
        elif _side(words, programs, number, rule.column, level) < 0:
            parts.append(rule)
        else:
            same.append(rule)
    keys = tuple((key, _side(words, programs, number, key.column, level)) for key in program.order)
    return Meaning(
        program, number, level, tuple(same), tuple(parts), tuple(excluded), keys, _named(programs, number),
        _stated(every, level, programs, number),
    )  # fmt: skip


@remembered(2)
def outside(words: Lexicon, programs: Sequence[Program], number: int, name: str) -> Level | None:
    """Returns the nearest level whose rows do not hold those of level `name` but lead to them by another read.

    An order holds its items; the versions of an item come from reading its product.
    """
    every = levels(words, programs, number)
    level = next(one for one in every if one.name == name)
    reads = [place for place, (_, step) in enumerate(bindings(programs, number)) if isinstance(step, Call)]
    last = max((place for place in reads if place <= level.place), default=-1)
    found = [one for one in every if one.place < last and one.own == level.own]
    return found[-1] if found else None


def _side(words: Lexicon, programs: Sequence[Program], number: int, path: Path, level: Level) -> int:
    other = level_of(words, programs, number, path)
    if other is None or other.place < level.place:
        return 1
    return -1 if other.place > level.place else 0


def _named(programs: Sequence[Program], number: int) -> str | None:
    for _, step in bindings(programs, number):
        if isinstance(step, Call):
            for operand in step.arguments.values():
                if isinstance(operand, At) and len(operand.path) > 1 and str(operand.path[-1])[:1].isupper():
                    return str(operand.path[-1])
    return None


def _stated(
    every: Sequence[Level], level: Level, programs: Sequence[Program], number: int
) -> tuple[Level, str, bool] | None:
    for one in every:
        if one.place <= level.place and isinstance(one.step, Call):
            for operand in one.step.arguments.values():
                if isinstance(operand, Fact):
                    return one, operand.name, False
                for _, step in bindings(programs, number):
                    if isinstance(step, Each) and isinstance(step.source, Fact) and operand.path[0] == step.name:
                        return one, step.source.name, True
    return None


def _roles_of(words: Lexicon, request: Request) -> Mapping[str, str]:
    own = words.writes.get(request.tool or "")
    return own.roles if own else {}


@dataclass(frozen=True)
class Joint:
    """Two roles that one selection gives, told as one: "see which of my items has the cheapest other version, ...".

    Neither can be described without the other: which item it is follows from which version is the cheapest of all.

    Attributes:
        role: the role by which both are told.
        other: the role that is told along with it.
        programs: those of the request, and two that stand for the halves of the selection.
        scope: number of the half that says among what: all items that may be meant.
        best: number of the half that says what is looked for with each of them; it continues `scope`.
    """

    role: str
    other: str
    programs: tuple[Program, ...]
    scope: int
    best: int


@remembered(2)
def joint(words: Lexicon, request: Request) -> Joint | None:
    """Returns the two roles of a write that are told as one, or None."""
    table, programs = _roles_of(words, request), request.programs
    places: dict[tuple[int, str], Level] = {}
    for name, source in request.sources.items() if table else ():
        bind = source.bind
        if bind is None or bind.program >= len(programs) or not _ranks_freely(programs[bind.program]):
            continue
        level = level_of(words, programs, bind.program, bind.column)
        if level is None or original(words, programs, bind):
            continue
        key = (bind.program, table.get(name, name))
        if key not in places or places[key].place < level.place:
            places[key] = level
    for (number, role), level in places.items():
        for (same, other), inner in places.items():
            if same == number and other != role and outside(words, programs, number, inner.name) == level:
                return _halves(programs, number, level, role, other)
    return None


def _ranks_freely(program: Program) -> bool:
    return program.start is None and program.pick == "first" and bool(program.steps)


def _halves(programs: tuple[Program, ...], number: int, level: Level, role: str, other: str) -> Joint:
    whole, end = programs[number], level.place + 1
    names = {step.name for step in whole.steps[:end]}
    scope = Program(
        steps=whole.steps[:end],
        where=tuple(rule for rule in whole.where if rule.column[0] in names),
        pick="all",
        role=role,
    )
    best = Program(
        steps=whole.steps[end:],
        where=tuple(rule for rule in whole.where if rule.column[0] not in names),
        order=whole.order,
        pick="first",
        start=len(programs),
        role=other,
    )
    return Joint(role, other, (*programs, scope, best), len(programs), len(programs) + 1)


def role_told_for(words: Lexicon, request: Request, role: str) -> str:
    """Returns the role by which a role is told: its own, or the one that tells two at once."""
    both = joint(words, request)
    return both.role if both is not None and role == both.other else role


@remembered(2)
def parameters_of(words: Lexicon, request: Request, role: str) -> dict[str, Source]:
    """Returns the arguments that a role tells, with their sources."""
    table = _roles_of(words, request)
    return {
        name: source
        for name, source in request.sources.items()
        if role_told_for(words, request, table.get(name, name)) == role
    }


@remembered(2)
def roles(words: Lexicon, request: Request) -> tuple[str, ...]:
    """Returns the roles that the user tells, what it is about first. What only the system knows is left out."""
    found: list[str] = []
    table = _roles_of(words, request)
    for name in request.sources:
        role = table.get(name, name)
        if role not in found and is_told(words, request, role):
            found.append(role)
    return tuple(sorted(found, key=lambda role: role != "object"))


def is_told(words: Lexicon, request: Request, role: str) -> bool:
    """Whether a role has anything to tell."""
    for source in parameters_of(words, request, role).values():
        if source.fact is not None:
            return True
        if source.bind is not None and (
            original(words, request.programs, source.bind) or levels(words, request.programs, source.bind.program)
        ):
            return True
    return False


def original(words: Lexicon, programs: Sequence[Program], bind: Bind) -> Texts:
    """Returns the phrases for "the one already there" of a bind's column, or of the object it is part of."""
    column = column_name(programs, bind.program, bind.column)
    return words.originals.get(column) or words.originals.get(column.rpartition(".")[0]) or ()


@remembered(2)
def told_level(words: Lexicon, request: Request, role: str) -> tuple[int, str | None] | None:
    """Returns the program that a role is told by and the name of the innermost level that its columns come from."""
    best: tuple[int, int, str | None] | None = None
    for source in parameters_of(words, request, role).values():
        if source.bind is None:
            continue
        level = level_of(words, request.programs, source.bind.program, source.bind.column)
        place = level.place if level else -1
        if best is None or place > best[0]:
            best = (place, source.bind.program, level.name if level else None)
    return (best[1], best[2]) if best else None


def question_key(request: Request) -> str:
    """Returns the key of an information request: the answer's column id, or `count:<row id>`, `sum:<column id>`."""
    bind = next(iter(request.sources.values())).bind
    if bind is None:
        return ""
    if bind.aggregate == "none":
        return column_name(request.programs, bind.program, bind.column)
    if bind.aggregate == "count":
        return "count:" + column_id(request.programs, bind.program, bind.column[:1])
    return f"{bind.aggregate}:{column_id(request.programs, bind.program, bind.column)}"


def rules_of(request: Request) -> Iterator[tuple[int, Filter]]:
    """Yields every filter of a request with its program's number."""
    for number, program in enumerate(request.programs):
        for rule in program.where:
            yield number, rule
