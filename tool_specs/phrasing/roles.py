"""What a request tells, role by role: the parameters of each, the selection it is told by, and roles told as one.

Example: of `renew_loan(loan_id, until)` the object (a loan, told by its title) and the date are told; the reader's own
id, which only the system knows, is not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from schemas.program import Bind, Filter, Program, column_id
from schemas.task import Request, Source
from tool_specs.lexicon import Lexicon, Texts
from tool_specs.phrasing.meaning import Level, column_name, level_of, levels, outside
from tool_specs.remember import remembered


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
    return _told_for(joint(words, request), role)


def _told_for(both: Joint | None, role: str) -> str:
    return both.role if both is not None and role == both.other else role


@remembered(2)
def parameters_of(words: Lexicon, request: Request, role: str) -> dict[str, Source]:
    """Returns the arguments that a role tells, with their sources."""
    table, both = _roles_of(words, request), joint(words, request)
    return {name: source for name, source in request.sources.items() if _told_for(both, table.get(name, name)) == role}


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
        if source.fact is not None and "." in source.fact:  # the others say who the user is
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
