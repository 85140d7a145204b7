"""Wishes: a comparison that prefers rows of one kind and falls back on the others: "if there is none, the cheapest".

Both ends are made: a wish that some rows grant (and that makes the answer another one), and one that none does, which
only the reads of all of them show. A chain of two wishes has a second one in between.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from schemas.base import Path
from schemas.program import Call, Filter, Program, column_id
from stages.generate_tasks.columns import filters_for
from stages.generate_tasks.compose import Composer
from stages.generate_tasks.drafts import Draft, NoSuchRequest
from stages.generate_tasks.ground import Ground
from stages.generate_tasks.plans import Plan
from stages.generate_tasks.shapes import shape_of
from tool_specs.chains import Binding
from tool_specs.phrasing.wishes import sayable
from tool_specs.programs import MISSING, BindingRow, column, passes, rank, run
from tool_specs.reading import walk

TWO = 0.3
"""Share of the chains that hold two wishes, where there are two to hold."""


def wishing(composer: Composer, plan: Plan, draft: Draft, *, granted: bool) -> Draft:
    """Returns the draft with wishes in the comparison that the request is about.

    Args:
        composer: whose request it is.
        plan: what it was composed by.
        draft: the request; it compares rows.
        granted: whether some rows shall be as wished.

    Raises:
        NoSuchRequest: there is nothing to wish for.
    """
    number, binding = _compared(plan, draft)
    program = draft.programs[number]
    where = tuple(
        rule for rule in program.where if rule.other is not None or not _describes(composer.ground, draft, number, rule)
    )
    # Of "the blue one for four people, and if there is none, any" nobody knows what is still wanted; one state can be
    # said again.
    states = [rule for rule in where if rule.other is None]
    where = tuple(rule for rule in where if rule not in states[1:])
    program = msgspec.structs.replace(program, where=where, order=program.order[:1])
    draft.programs[number] = program
    selection = run(draft.programs, composer.facts(draft), composer.ground.reader)
    rows = rank(program, selection.candidates[number])
    if len(rows) < 2:
        raise NoSuchRequest("nothing to compare")
    seen = {rule.column: rule for row in rows for rule in filters_for(composer.ground, [binding], row, labels=True)}
    columns = [path for path in seen if sum(column(row, path) is not MISSING for row in rows) * 2 >= len(rows)]
    there = [rule for rule in _values(rows, columns) if _matters(program, rule, rows)]
    absent = list(_elsewhere(composer, draft, number, binding, columns))
    rng = composer.rng
    if granted:
        if not there:
            raise NoSuchRequest("no wish that rows grant makes a difference")
        last = there[rng.randrange(len(there))]
        before = [rule for rule in absent if rule.column == last.column]
        two = bool(before) and rng.random() < TWO
        wishes = (before[rng.randrange(len(before))], last) if two else (last,)
    else:
        if not absent:
            raise NoSuchRequest("every wish is granted")
        first = absent[rng.randrange(len(absent))]
        others = [rule for rule in absent if rule.column == first.column and rule != first]
        two = bool(others) and rng.random() < TWO
        wishes = (first, others[rng.randrange(len(others))]) if two else (first,)
    draft.programs[number] = msgspec.structs.replace(program, prefer=wishes)
    if not sayable(composer.ground.lexicon, draft.programs, number):
        raise NoSuchRequest("no words for the wish")
    return draft


def _compared(plan: Plan, draft: Draft) -> tuple[int, Binding]:
    """Returns the program that ranks rows, and what its rows are: the object's, else the target's."""
    for number, program in enumerate(draft.programs):
        for place in plan.selected:
            last = place.chain.last
            if program.pick == "first" and program.order and program.steps and program.steps[-1].name == last.name:
                return number, last
    raise NoSuchRequest("nothing to compare")


def _describes(ground: Ground, draft: Draft, number: int, rule: Filter) -> bool:
    """Whether a filter says what a row is like, not what state it is in."""
    words = ground.words(column_id(tuple(draft.programs), number, rule.column))
    return words is not None and bool(words.any_value)


def _values(rows: Sequence[BindingRow], columns: Sequence[Path]) -> Iterator[Filter]:
    for path in columns:
        for value in dict.fromkeys(column(row, path) for row in rows):
            if isinstance(value, str):
                yield Filter(column=path, value=value)


def _matters(program: Program, rule: Filter, rows: Sequence[BindingRow]) -> bool:
    """Whether the best of the rows that grant a wish is not the best of all."""
    key = program.order[0].column
    granting = [row for row in rows if passes(rule, row)]
    return 0 < len(granting) < len(rows) and column(granting[0], key) != column(rows[0], key)


def _elsewhere(
    composer: Composer, draft: Draft, number: int, binding: Binding, columns: Sequence[Path]
) -> Iterator[Filter]:
    """Yields wishes that no row grants: of what filters leave out, or what things of the same name have elsewhere."""
    program = draft.programs[number]
    bare = [*draft.programs[:number], msgspec.structs.replace(program, where=(), pick="all")]
    rows = run(draft.programs, composer.facts(draft), composer.ground.reader).candidates[number]
    every = run(bare, composer.facts(draft), composer.ground.reader).picked[number]
    alike = _of_a_name(composer.ground, program, binding)
    names = {value for row in rows for value in row.get(binding.name, {}).values() if isinstance(value, str)}
    for path in columns:
        here = {column(row, path) for row in rows}
        values = [column(row, path) for row in every]
        values += sorted({each for name in names for each in alike.get(name, {}).get(path[1:], ())})
        for value in dict.fromkeys(values):
            if isinstance(value, str) and value not in here:
                yield Filter(column=path, value=value)


def _of_a_name(ground: Ground, program: Program, binding: Binding) -> Mapping[str, Mapping[Path, set[str]]]:
    """Returns name -> column -> values of all rows of that name that the last call shows anywhere in the world."""
    position = max((n for n, step in enumerate(program.steps) if isinstance(step, Call)), default=None)
    if position is None:
        return {}
    shape = shape_of([program], 0, position, ())
    key = f"names:{shape.call.tool}:{binding.id}"
    if key not in ground.pools:
        found: dict[str, dict[Path, set[str]]] = {}
        for _, value in ground.donors(shape.call.tool):
            for each in walk(value, shape.prefixes[binding.name]):
                rules = filters_for(ground, [binding], {binding.name: each}, labels=True)
                named = [rule.value for rule in rules if _names(ground, binding, rule)]
                for rule in rules if named else ():
                    found.setdefault(named[0], {}).setdefault(rule.column[1:], set()).add(rule.value)
        ground.pools[key] = found
    known: Mapping[str, Mapping[Path, set[str]]] = ground.pools[key]
    return known


def _names(ground: Ground, binding: Binding, rule: Filter) -> bool:
    """Whether a filter says what kind of thing a row is."""
    words = ground.words(".".join([binding.id, *(str(part) for part in rule.column[1:])]))
    return words is not None and words.kind == "text"
