"""Questions: information requests. The lexicon says what can be asked; chains say where the answer stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from schemas.base import Path
from schemas.program import At, Bind, Call, Each, Filter, OrderKey, Program, Step
from schemas.task import Source
from stages.generate_tasks.columns import filters_for, order_keys
from stages.generate_tasks.compose import Composer
from stages.generate_tasks.drafts import MAX_FILTERS, Draft, NoSuchRequest
from stages.generate_tasks.ground import Ground
from tool_specs.chains import Binding, Chain
from tool_specs.phrasing.differences import askable
from tool_specs.programs import BindingRow, column, passes

AGGREGATES = ("count", "sum", "min", "max")


@dataclass(frozen=True)
class Question:
    """Something that can be asked: a column (or the rows themselves, to be counted) of a chain."""

    key: str
    aggregate: Any
    chain: Chain
    column: Path


def questions_of(ground: Ground, identity: tuple[str, ...]) -> list[Question]:
    """Returns what can be asked of a person's rows and of what anybody can read."""
    found: list[Question] = []
    for key in ground.lexicon.questions:
        aggregate, _, target = key.rpartition(":") if key.split(":")[0] in AGGREGATES else ("none", "", key)
        for chain in ground.chains(identity):
            path = _path_of(ground, chain, target) if chain.last.id in ground.lexicon.rows else None
            if path is not None:
                found.append(Question(key, aggregate, chain, path))
    return found


def differences_of(ground: Ground, identity: tuple[str, ...]) -> list[Question]:
    """Returns the differences that can be asked for: of the greatest and the least number of a person's rows."""
    found: list[Question] = []
    for chain in ground.chains(identity):
        for key in order_keys(ground, chain) if chain.last.id in ground.lexicon.rows else ():
            column_id = ".".join([chain.last.id, *(str(part) for part in key.column[1:])])
            if key.descending and askable(ground.lexicon, column_id):
                found.append(Question(f"difference:{column_id}", "difference", chain, key.column))
    return found


def _path_of(ground: Ground, chain: Chain, column_id: str) -> Path | None:
    """Returns the path of a column id on a chain whose last row it belongs to (or is).

    A collection that has a noun has rows of its own; of one without (the parcels of an order) the first is meant.
    """
    last = chain.last
    if column_id == last.id:
        return (last.name,)
    rest = column_id.removeprefix(last.id + ".")
    if rest == column_id:
        return None
    parts = rest.split(".")
    for position, part in enumerate(parts):
        if part == "*" and ".".join([last.id, *parts[: position + 1]]) in ground.lexicon.rows:
            return None
    return (last.name, *(0 if part == "*" else int(part) if part.isdigit() else part for part in parts))


def ask(composer: Composer, question: Question) -> Draft:
    """Composes a question of one person.

    Raises:
        NoSuchRequest: the person's rows do not allow it.
    """
    chain = _keyed(composer, question.chain)
    rows = composer.rows(chain)
    rows = tuple(row for row in rows if question.aggregate == "count" or _present(row, question.column))
    if not rows:
        raise NoSuchRequest("the person has no such row")
    row = rows[composer.rng.randrange(len(rows))]
    draft = Draft(None)
    if question.aggregate == "none":
        program = _one_row(composer, chain, rows, row)
        if any(rule.column == question.column for rule in program.where):
            raise NoSuchRequest("the question would tell the answer")
        draft.programs.append(program)
    else:
        draft.programs.append(_many_rows(composer, chain, rows, row))
    bind = Bind(program=0, column=question.column, aggregate=question.aggregate)
    draft.sources["answer"] = Source(provenance="evidence", bind=bind)
    return draft


def _present(row: BindingRow, path: Path) -> bool:
    return isinstance(column(row, path), (str, int, float)) and not isinstance(column(row, path), bool)


def _one_row(composer: Composer, chain: Chain, rows: tuple[BindingRow, ...], row: BindingRow) -> Program:
    ground, rng = composer.ground, composer.rng
    keys = order_keys(ground, chain)
    if keys and rng.random() < 0.6:
        filters = filters_for(ground, chain.bindings, row, labels=False)[:MAX_FILTERS]
        filters = _leaving_two(filters, rows)
        order: tuple[OrderKey, ...] = (keys[rng.randrange(len(keys))],)
        return Program(steps=chain.steps, where=tuple(filters), order=order, pick="first")
    described, scope = chain, rows
    if not filters_for(ground, [chain.last], row, labels=True):
        longer = [c for c in composer.extensions(chain) if composer.has_labels(c)]
        if longer:
            described = longer[0]
            inner = [r for r in composer.rows(described) if r[chain.last.name] == row[chain.last.name]]
            scope = composer.rows(described)
            row = inner[rng.randrange(len(inner))]
    wanted: list[Path] = [(chain.last.name,)]
    filters = list(composer.unique(scope, row, described.bindings, wanted))
    return Program(steps=described.steps, where=tuple(filters), pick="only")


def _many_rows(composer: Composer, chain: Chain, rows: tuple[BindingRow, ...], row: BindingRow) -> Program:
    ground, rng = composer.ground, composer.rng
    filters = filters_for(ground, chain.bindings, row, labels=False)
    labels = filters_for(ground, [chain.last], row, labels=True)
    if labels and rng.random() < 0.3:
        filters.append(labels[rng.randrange(len(labels))])
    if rng.random() < 0.25:
        filters = filters[1:]
    return Program(steps=chain.steps, where=tuple(_leaving_two(filters[:MAX_FILTERS], rows)), pick="all")


def _leaving_two(filters: list[Filter], rows: Sequence[BindingRow]) -> list[Filter]:
    """Returns as many of the filters as leave two rows: where rows have many columns, few are alike in all of them."""
    while sum(all(passes(rule, row) for rule in filters) for row in rows) < 2:
        if not filters:
            raise NoSuchRequest("nothing to compare")
        filters = filters[:-1]
    return filters


def _keyed(composer: Composer, chain: Chain) -> Chain:
    """Where a chain walks an index of names, the user says the name: one entry instead of all."""
    steps = chain.steps
    if len(steps) < 3 or not isinstance(steps[0], Call) or steps[0].arguments:
        return chain
    first, entry, following = steps[0], steps[1], steps[2]
    if not isinstance(entry, Each) or not isinstance(following, Call):
        return chain
    index = composer.ground.reader(composer.ground.reader.ask(first.tool, {}))
    if not isinstance(index, dict) or not index or not all(isinstance(each, str) for each in index.values()):
        return chain
    names = sorted(index)
    name = names[composer.rng.randrange(len(names))]
    (parameter,) = following.arguments
    call: Step = Call(name=following.name, tool=following.tool, arguments={parameter: At(path=(first.name, name))})
    bindings: tuple[Binding, ...] = (chain.bindings[0], *chain.bindings[2:])
    return Chain((first, call, *steps[3:]), bindings)
