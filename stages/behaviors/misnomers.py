"""Misnomers: what is left of a thing's name where somebody does not remember it.

    >>> misnomer(request_for_the_reading_lamp, "object"), misnomer(request_for_the_hammock, "object")
    ('lamp', 'ham-')

A name is what a filter of the task asks for: words that are written large ("Reading Lamp", of which the last one is
remembered, or "Hammock", of which the beginning is), or a code of capitals ("LHR": its first letter).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from schemas.task import Request, Task
from tool_specs.domain import Domain

_NAME = re.compile(r"[A-Z][a-z']+(?:[ -][A-Z][a-z]+)*|[A-Z]{3,4}")
_BEGINNING = re.compile(r"[^aeiouy]*[aeiouy]+(?:ck|[^aeiouy])", re.IGNORECASE)


def misnomer(request: Request, role: str) -> str | None:
    """Returns the word by which the thing that a role is about can be half named; None where nothing has a name.

    What ends in "-" is the beginning of a word.
    """
    return next((half for name in _names(request, role) if (half := _half(name)) is not None), None)


def _half(name: str) -> str | None:
    if " " in name:
        return name.rpartition(" ")[2].lower()
    if name.isupper():
        return f"{name[0]}-"
    beginning = _BEGINNING.match(name)
    return f"{beginning[0].lower()}-" if beginning is not None and len(beginning[0]) < len(name) - 1 else None


def misnamable(task: Task, domain: Domain) -> bool:
    """Whether the agent will ask about something that can be half named: the object of a write that is told plainly."""
    return any(
        request.kind == "write" and not (request.flaw or request.coupled or request.condition)
        for request in task.requests
        if misnomer(request, "object")
    )


def _names(request: Request, role: str) -> Iterator[str]:
    for program in request.programs:
        if program.role != role:
            continue
        for rule in program.where:
            if rule.op == "eq" and isinstance(rule.value, str) and _NAME.fullmatch(rule.value):
                yield rule.value
