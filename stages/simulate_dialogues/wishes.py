"""Wishes: requests of the user, as far as they have been told.

Wish(number=0, tool="renew_loan", kind="write", programs={0: ...}, binds={"loan_id": ...}, roles={"object": None})
"""

from __future__ import annotations

from dataclasses import dataclass, field

from schemas.base import Json
from schemas.program import Bind, Condition, Program
from tool_specs.programs import Selection

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
