"""Wishes: requests of the user, as far as they have been told.

Wish(number=0, tool="renew_loan", kind="write", programs={0: ...}, binds={"loan_id": ...}, roles={"object": None})
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

import msgspec

from schemas.base import Json, canonical
from schemas.program import Bind, Condition, Program
from tool_specs.programs import Selection
from tool_specs.remember import remembered

UNTOLD = Program(steps=())
"""Stands for a selection that the user has not told."""

FoundAt = tuple[tuple[Program, ...], int, tuple[Json, ...]]
"""What the result of selections rests on: they themselves, the number of own writes before, the facts in them."""


@dataclass
class Wish:
    """One request of the user, as far as it has been told.

    Attributes:
        number: Position in the order of being raised.
        tool: The write it amounts to; None for questions and for what no tool does.
        kind: `write`, `answer`, `out_of_scope`, or `unknown` while only hinted at.
        words: The message that raised it.
        programs: Told selections by their number.
        binds: Parameter -> where its value stands in the selected rows.
        facts: Parameter -> name of the fact that is its value.
        roles: Roles that have been told.
        unclear: Roles that were told by a makeshift name only, with that name.
        condition: On what it depends whether it is wanted at all.
        version: Counts changes of what was told.
        found: What the told selections gave, and at what they did.
    """

    number: int
    tool: str | None = None
    kind: str = "unknown"
    words: str = ""
    programs: dict[int, Program] = field(default_factory=dict)
    binds: dict[str, Bind] = field(default_factory=dict)
    facts: dict[str, str] = field(default_factory=dict)
    roles: dict[str, None] = field(default_factory=dict)
    unclear: dict[str, str] = field(default_factory=dict)
    condition: Condition | None = None
    version: int = 0
    found: tuple[FoundAt, Selection] | None = None
    closed: bool = False

    def names(self, fact: str) -> bool:
        """Whether what was told names a fact."""
        return (
            fact in self.facts.values()
            or any(fact in program.facts for program in self.programs.values())
            or (self.condition is not None and self.condition.fact == fact)
        )

    def hear(self, role: str, value: dict[str, Json]) -> None:
        """Takes in what a role was told as. Told again as before, it changes nothing."""
        self.roles[role] = None
        if value.get("program") is not None:
            program = _program_told(value["program"])
            if self.programs.get(value["number"]) != program:
                self.programs[value["number"]] = program
                self.version += 1
        if value.get("condition") is not None:
            condition = msgspec.convert(value["condition"], Condition)
            self.version += self.condition != condition
            self.condition = condition
        for parameter, plain_bind in value.get("binds", {}).items():
            bind = _bind_told(plain_bind)
            if self.binds.get(parameter) != bind:
                self.binds[parameter] = bind
                self.facts.pop(parameter, None)
                self.version += 1
        for parameter, name in value.get("facts", {}).items():
            if self.facts.get(parameter) != name:
                self.facts[parameter] = name
                self.binds.pop(parameter, None)
                self.version += 1


@remembered(1)
def _program_told(told: dict[str, Json]) -> Program:
    return _program(canonical(told))


@lru_cache(maxsize=256)
def _program(data: bytes) -> Program:
    return msgspec.json.decode(data, type=Program)


@remembered(1)
def _bind_told(told: dict[str, Json]) -> Bind:
    return _bind(canonical(told))


@lru_cache(maxsize=256)
def _bind(data: bytes) -> Bind:
    return msgspec.json.decode(data, type=Bind)


def programs_of(wish: Wish) -> tuple[Program, ...]:
    """Returns the told selections by number; one that is not told yet, or continues such a one, selects nothing."""
    found: list[Program] = []
    for number in range(max(wish.programs, default=-1) + 1):
        program = wish.programs.get(number, UNTOLD)
        if program.start is not None and (program.start >= number or found[program.start] is UNTOLD):
            program = UNTOLD
        found.append(program)
    key = tuple(map(id, found))
    if key not in _told:
        if len(_told) >= _MOST_TOLD:
            _told.clear()
        _told[key] = tuple(found)
    return _told[key]


_told: dict[tuple[int, ...], tuple[Program, ...]] = {}
"""Told selections, by their programs' identities: what is known of them by identity is known again."""
_MOST_TOLD = 1024
