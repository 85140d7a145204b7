"""Figures: how many of something the user says, and arguments that follow from the others by a rule of the domain.

reserve(title, copies=3, fee=4.5): the user says three copies; the fee follows from the reader's card and the title
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from schemas.base import Json
from schemas.program import Call, Fact, Program, column_id
from schemas.task import Source
from schemas.tool import ToolSpec
from stages.generate_tasks.ground import Ground
from tool_specs.chains import Chain
from tool_specs.plain_words.names import is_id
from tool_specs.programs import BindingRow, run

MOST = 6
"""How many of something anybody asks for."""


@dataclass(frozen=True)
class Counted:
    """A role of one whole number that the user says."""

    role: str
    parameter: str


@dataclass(frozen=True)
class Followed:
    """A role that nobody tells: its parameters follow from the others."""

    role: str
    parameters: tuple[str, ...]


def followed(ground: Ground, spec: ToolSpec, role: str, parameters: Sequence[str]) -> Followed | None:
    """Returns the place of a role whose parameters all follow from others."""
    follows = ground.follows(spec.name)
    return Followed(role, tuple(parameters)) if all(name in follows for name in parameters) else None


def counted(spec: ToolSpec, role: str, parameters: Sequence[str]) -> Counted | None:
    """Returns the place of a role that is one whole number and names nothing."""
    if len(parameters) != 1 or is_id(parameters[0]):
        return None
    whole = spec.parameters["properties"][parameters[0]].get("type") == "integer"
    return Counted(role, parameters[0]) if whole else None


def count(rng: random.Random) -> int:
    """Returns how many somebody asks for."""
    return rng.randrange(1, MOST + 1)


def complete(
    ground: Ground, tool: str, arguments: dict[str, Json], chain: Chain, row: BindingRow, facts: Mapping[str, Json]
) -> dict[str, Json] | None:
    """Returns arguments with those that follow, for a row of the object's chain; None where a row is missing."""
    follows = ground.follows(tool)
    if not follows:
        return arguments
    rows: dict[str, Any] = {binding.id: row[binding.name] for binding in chain.bindings if binding.name in row}
    for rule in follows.values():
        for id_ in rule.rows:
            if id_ not in rows:
                own = own_chain(ground, facts, id_)
                found = run([Program(steps=own.steps)], facts, ground.reader).picked[0] if own is not None else ()
                if not found:
                    return None
                rows[id_] = found[0][own.last.name] if own is not None else None
    for name, rule in follows.items():
        if not (rule.unless_told and name in arguments):
            arguments[name] = rule.value(arguments, rows)
    return arguments


def own_chain(ground: Ground, facts: Mapping[str, Json], id_: str) -> Chain | None:
    """Returns the one read from what the user knows that gives a row, or None."""
    identity = next((each for each in ground.identities if set(each) <= facts.keys()), None)
    chains = ground.chains(identity) if identity is not None else []
    return next((chain for chain in chains if chain.last.id == id_ and len(chain.steps) == 1), None)


def supply(
    ground: Ground, tool: str, programs: list[Program], sources: Mapping[str, Source], facts: Mapping[str, Json]
) -> None:
    """Adds programs for the rows that what follows looks at and no program reads yet."""
    for rule in ground.follows(tool).values():
        for id_ in rule.rows:
            if any(_binds(programs, number, id_) for number in range(len(programs))):
                continue
            chain = own_chain(ground, facts, id_)
            steps = chain.steps if chain is not None else _stated(ground, tool, sources, id_)
            if steps:
                programs.append(Program(steps=steps, role=""))


def _binds(programs: Sequence[Program], number: int, id_: str) -> bool:
    return any(column_id(tuple(programs), number, (step.name,)) == id_ for step in programs[number].steps)


def _stated(ground: Ground, tool: str, sources: Mapping[str, Source], id_: str) -> tuple[Call, ...]:
    """Returns the read of a row whose id the user states for one of the parameters."""
    read = ground.specs.get(id_)
    if read is None or len(read.required) != 1:
        return ()
    (parameter,) = read.required
    for name, source in sources.items():
        if source.fact is not None and ground.specs[tool].types.get(name) == read.types.get(parameter):
            return (Call(name=id_, tool=id_, arguments={parameter: Fact(name=source.fact)}),)
    return ()
