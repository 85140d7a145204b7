"""Choices: what a user can pick from a list that the agent reads out, instead of describing it.

    >>> choices(task, domain)
    [Choice(request=0, role='card', parameter='card_id')]

One of several things of the user's own, known by what it is: which cards there are stands in the user's own row, so
that an agent which has read that row can list them. How many there are is a matter of the world (`of_several`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec

from schemas.program import Call, Program
from schemas.task import Request, Source, Task
from tool_specs.domain import Domain
from tool_specs.phrasing.roles import original, parameters_of, roles
from tool_specs.programs import MISSING, ReadAsk, run
from tool_specs.sandbox import Sandbox
from tool_specs.starting import started

_OWN_READS = 2
"""Reads that lead to the user's own row: who it is, and the row."""


@dataclass(frozen=True)
class Choice:
    """A role that can be picked, and the one parameter that it fills."""

    request: int
    role: str
    parameter: str


def choices(task: Task, domain: Domain) -> list[Choice]:
    """Returns what a task's user could pick from a list."""
    found: list[Choice] = []
    for number, request in enumerate(task.requests):
        if request.kind != "write" or request.flaw or request.coupled or request.condition:
            continue
        for role in roles(domain.lexicon, request):
            sources = parameters_of(domain.lexicon, request, role)
            if role != "object" and len(sources) == 1:
                ((name, source),) = sources.items()
                if _is_own(request, name, source, domain):
                    found.append(Choice(number, role, name))
    return found


def of_several(task: Task, sandbox: Sandbox) -> bool:
    """Whether whatever this task's user picks, there are others of it to turn down."""
    found = choices(task, sandbox.domain)
    return bool(found) and all(_count(task, each, sandbox) > 1 for each in found)


def _count(task: Task, choice: Choice, sandbox: Sandbox) -> int:
    """Returns how many things of a kind the user has at the beginning of the task."""
    state, request = started(sandbox, task), task.requests[choice.request]
    bind = request.sources[choice.parameter].bind
    assert bind is not None

    def read(ask: ReadAsk) -> Any:
        result = state.call(ask.tool, ask.arguments)
        return MISSING if result.error else result.value

    every = msgspec.structs.replace(request.programs[bind.program], where=(), order=(), pick="all")
    (picked,) = run([every], {entry.name: entry.value for entry in task.knowledge}, read).picked
    return len(picked)


def _is_own(request: Request, name: str, source: Source, domain: Domain) -> bool:
    bind = source.bind
    if bind is None or bind.many or not isinstance(request.arguments.get(name), str):
        return False
    program = request.programs[bind.program]
    if program.pick != "only" or program.start is not None or not program.where:
        return False
    kind = domain.specs[request.tool or ""].types.get(name)
    return bool(kind) and kind in _shown(program, domain) and not original(domain.lexicon, request.programs, bind)


def _shown(program: Program, domain: Domain) -> set[str]:
    """Returns the types of the values in the answers of a selection's reads, where these end at the user's own row."""
    reads = [step.tool for step in program.steps if isinstance(step, Call)]
    if len(reads) > _OWN_READS:
        return set()
    return {kind for read in reads for path, kind in domain.specs[read].types.items() if path.startswith("return.")}
