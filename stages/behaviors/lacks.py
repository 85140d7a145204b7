"""Lacks: what an agent asks for and this user does not have, though the user can be served without it.

    >>> lacked_numbers(task, domain), lacked_identity(task, domain)
    ([Lack(slot='loan_id', request=0)], [Lack(slot='email', request=None, ways=(('card_number',),))])

A number of a thing that the user can only describe (the agent then reads until it has found it), or a fact by which the
user would be found, where others do as well.
"""

from __future__ import annotations

from dataclasses import dataclass

from schemas.task import Knowledge, Request, Task
from stages.behaviors.slips import identity_told, identity_ways
from tool_specs.domain import Domain
from tool_specs.phrasing.roles import parameters_of, roles

_ID = "_id"


@dataclass(frozen=True)
class Lack:
    """One thing that the user does not have.

    Attributes:
        slot: The parameter (of the request's object) or the identifying fact that is lacking.
        request: Number of the task's request; None where it is about who the user is.
        ways: Other facts by which the user can be found, the sets of them that are enough.
    """

    slot: str
    request: int | None = None
    ways: tuple[tuple[Knowledge, ...], ...] = ()


def lacked_numbers(task: Task, domain: Domain) -> list[Lack]:
    """Returns what this user could be asked for and only describe: the object of a write by its own number."""
    found: list[Lack] = []
    for number, request in enumerate(task.requests):
        if request.kind == "write" and not request.coupled and not request.flaw:
            slot = _number_of(request, domain)
            if slot is not None:
                found.append(Lack(slot, number))
    return found


def lacked_identity(task: Task, domain: Domain) -> list[Lack]:
    """Returns the fact by which this user would be found first, if there are other ways."""
    told = {entry.name for entry in identity_told(task, domain)}
    others = tuple(way for way in identity_ways(task, domain)[1:] if not told & {entry.name for entry in way})
    return [Lack(next(iter(told)), None, others)] if others and len(told) == 1 else []


def _number_of(request: Request, domain: Domain) -> str | None:
    """Returns the parameter with the object's own number, where reads alone give it and no number is stated."""
    if "object" not in roles(domain.lexicon, request):
        return None
    if any("." in name for program in request.programs for name in program.facts):
        return None
    for name, source in parameters_of(domain.lexicon, request, "object").items():
        described = source.bind is not None and not source.bind.many and source.fact is None
        if name.endswith(_ID) and described and isinstance(request.arguments.get(name), str):
            return name
    return None
