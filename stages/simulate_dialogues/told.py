"""Told: what a user has told of a request so far, in the form of a request, so that the grammar can speak of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from schemas.program import Bind, Program
from schemas.task import Proof, Request, Source
from stages.simulate_dialogues.wishes import UNTOLD, Wish
from tool_specs.lexicon import Lexicon
from tool_specs.phrasing.roles import roles, told_level
from tool_specs.programs import Selection
from tool_specs.remember import remembered

_NO_PROOF = Proof(reads=(), reachable=(), clauses=(), lower=0, upper=0, plausible=0)


@dataclass(frozen=True)
class Told:
    """What the user has told about one request, and what following it found.

    Attributes:
        request: What was told, in the form of a request.
        selection: What it found.
        levels: Per selection, the rows that the user means by it: a loan, or the reader who has it.
    """

    request: Request
    selection: Selection | None
    levels: dict[int, str | None] = field(default_factory=dict)


def told_of(lexicon: Lexicon, wish: Wish, programs: Sequence[Program], selection: Selection | None) -> Told:
    """Returns what was told as a request, for the grammar."""
    request, levels = _told(lexicon, programs, wish.tool, tuple(wish.binds.items()), tuple(wish.facts.items()))
    return Told(request, selection, levels if selection is not None else {})


@remembered(2)
def _told(
    lexicon: Lexicon,
    programs: Sequence[Program],
    tool: str | None,
    binds: tuple[tuple[str, Bind], ...],
    facts: tuple[tuple[str, str], ...],
) -> tuple[Request, dict[int, str | None]]:
    # Until it is said what shall be swapped, nothing can be said of "the cheapest black one" in its place.
    there = (bind for bind in binds if bind[1].program < len(programs) and programs[bind[1].program] is not UNTOLD)
    sources = {name: Source(provenance="evidence", bind=bind) for name, bind in there}
    sources.update((name, Source(provenance="user", fact=fact)) for name, fact in facts)
    kind: Literal["write", "answer"] = "write" if tool else "answer"
    request = Request(kind=kind, tool=tool, arguments={}, sources=sources, programs=tuple(programs), proof=_NO_PROOF)
    levels: dict[int, str | None] = {}
    # Not every role has words yet: what has none is told at no level.
    for role in roles(lexicon, request) if any(program.steps for program in programs) else ():
        level = told_level(lexicon, request, role)
        if level is not None:
            levels.setdefault(*level)
    return request, levels
