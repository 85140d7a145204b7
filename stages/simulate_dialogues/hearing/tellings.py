"""Tellings: every way in which a scenario's user may tell a detail, with what has to stand in a text for it.

    Telling(number=0, role="object", request=..., facts={}, demands=[filter status delivered, order price])

A detail may be told as it is meant, as a user with a flaw tells it first, or as a second thought would have it. The
demands are those by which a task's text is checked (`tool_specs.phrasing.recover`); what is not in the lexicon's words
is not heard.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import msgspec

from schemas.base import Json
from schemas.task import Request, Task
from stages.behaviors.second_thoughts import revisions, second_thoughts
from stages.simulate_dialogues.meanings import owners_of, selections_of
from tool_specs.lexicon import Lexicon
from tool_specs.phrasing.budgets import borrowed
from tool_specs.phrasing.recover import (
    Demand,
    all_told,
    condition_demand,
    fact_demands,
    original_demand,
    program_demands,
    untold,
)
from tool_specs.phrasing.roles import parameters_of, roles


@dataclass(frozen=True)
class Telling:
    """One way of telling one role.

    Attributes:
        number: The task's request.
        request: The request as it would be told.
        facts: Stated values that differ from what the user knows.
        demands: What must stand in the text.
        stated: Names of the facts that must be stated.
        implied: Those of the demands that go without saying: what somebody wants in place of a thing can be had.
        meant: Whether this is what the user really wants.
    """

    number: int
    role: str
    request: Request
    facts: Mapping[str, Json]
    demands: tuple[Demand, ...]
    stated: tuple[str, ...]
    meant: bool
    implied: tuple[Demand, ...] = ()

    def stands_in(self, text: str) -> bool:
        """Whether all that tells it stands in a text, facts apart."""
        return all_told(self.demands, text)

    def answers_in(self, text: str) -> bool:
        """The same for an answer to a question for it: what goes without saying need not be said."""
        return bool(self.implied) and all(demand in self.implied for demand in untold(self.demands, text))


def tellings(lexicon: Lexicon, task: Task) -> list[Telling]:
    """Returns all ways of telling a task's roles, what is meant first."""
    found = [
        each for number, request in enumerate(task.requests) for each in _of(lexicon, task, number, request, {}, True)
    ]
    for number, request in enumerate(task.requests):
        if request.flaw:
            found.extend(_of(lexicon, task, number, request.told_first, request.flaw.facts, False))
    for thought in (*second_thoughts(task, lexicon), *revisions(task, lexicon)):
        changed = msgspec.structs.replace(task.requests[thought.request], programs=thought.programs)
        facts = {thought.fact: thought.value} if thought.fact is not None else {}
        found.extend(
            each for each in _of(lexicon, task, thought.request, changed, facts, False) if each.role == thought.role
        )
    return found


def _of(
    lexicon: Lexicon, task: Task, number: int, request: Request, facts: Mapping[str, Json], meant: bool
) -> Iterator[Telling]:
    owners = owners_of(lexicon, request)
    known = {entry.name: entry.value for entry in task.knowledge} | dict(facts)
    for role in roles(lexicon, request):
        demands: list[Demand] = []
        implied: list[Demand] = []
        stated: list[str] = []
        sources = parameters_of(lexicon, request, role)
        binds = {name: source.bind for name, source in sources.items() if source.bind is not None}
        for name, source in sources.items():
            if source.fact is not None:
                stated.append(source.fact)
            original = original_demand(lexicon, request, name)
            if original is not None and original not in demands:
                demands.append(original)
        for place in selections_of(request, binds.values()):
            if owners.get(place, role) == role:
                borrows = place in borrowed(
                    request
                )  # another request tells it, in whose words "another" need not stand
                own = [d for d in program_demands(lexicon, request, place) if not (borrows and d.meaning[0] == "other")]
                demands += own
                if borrows or request.programs[place].role == "target":
                    implied += [each for each in own if each.meaning[0] == "filter" and each.meaning[-1] is True]
                stated += [name for name in request.programs[place].facts if "." in name]
                if request.condition and request.condition.bind.program == place:
                    demands.append(condition_demand(lexicon, request, request.condition))
                    stated.append(request.condition.fact)
        # A value that is known by heart is heard wherever it stands; a choice by the lexicon's words for it.
        for name in dict.fromkeys(stated):
            demands += fact_demands(lexicon, (request,), name, known[name]) if name in facts else []
        needed = tuple(
            name for name in dict.fromkeys(stated) if name not in facts and fact_demands(lexicon, (), name, known[name])
        )
        yield Telling(number, role, request, facts, tuple(demands), needed, meant, tuple(implied))
