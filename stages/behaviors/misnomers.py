"""Misnomers: what is left of a thing's name where somebody does not remember it.

    >>> misnomer(request_for_the_reading_lamp, "object")
    'lamp'

A name is what a filter of the task asks for, in two words or more that are written large: "Reading Lamp", "Board Game".
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from schemas.task import Request, Task
from tool_specs.domain import Domain

_NAME = re.compile(r"[A-Z][a-z]+(?: [A-Z][a-z]+)+")


def misnomer(request: Request, role: str) -> str | None:
    """Returns the word by which the thing that a role is about can be half named; None where nothing has a name."""
    return next((name.rpartition(" ")[2].lower() for name in _names(request, role)), None)


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
