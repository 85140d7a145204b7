"""What a program means as a sentence part: its rows' noun, its filters by place, its scope. Words come later.

Example: `items of my orders, status delivered, by price` has the levels order and item; told at item level the
status filter is an ancestor's, told at order level a filter on items is a part's ("the order with the camera").
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from schemas.base import Path
from schemas.program import At, Call, Each, Fact, Filter, OrderKey, Program, Step, column_id
from tool_specs.lexicon import Lexicon, RowWords
from tool_specs.remember import remembered


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
