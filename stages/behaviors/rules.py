"""Rules: which behaviours fit a task.

    >>> "multi_request" in fitting_traits(task_with_one_request, domain)
    False

A behaviour that a task has no room for is never planned: no slip where there is nothing to slip on, no drip where
there is nothing left to tell.
"""

from __future__ import annotations

from schemas.behavior import Disclosure, Trait
from schemas.task import Request, Task
from stages.behaviors.second_thoughts import second_thoughts
from stages.behaviors.slips import slippable
from tool_specs.domain import Domain
from tool_specs.phrasing.roles import roles


def fitting_disclosures(task: Task, domain: Domain) -> tuple[Disclosure, ...]:
    """Returns the ways in which this task's facts can come out."""
    every: list[Disclosure] = ["all_at_once", "only_when_asked", "vague_start"]
    stranger = not any(entry.identity for entry in task.knowledge)
    # Saying who one is is the occasion for adding a detail unasked.
    if not stranger and any(request.tool and _tellable(request, domain) for request in task.requests):
        every.insert(1, "drip")
    if stranger and all(request.kind == "answer" for request in task.requests):
        every.remove("only_when_asked")  # a question tells everything
    return tuple(every)


def _tellable(request: Request, domain: Domain) -> bool:
    """Whether there is anything to tell that need not be asked for."""
    held = request.flaw.role if request.flaw and request.flaw.kind == "ask_first" else None
    return any(role != held for role in roles(domain.lexicon, request))


def fitting_traits(task: Task, domain: Domain) -> tuple[Trait, ...]:
    """Returns what may happen while this task is told."""
    handed_over = any(request.refusal is not None and request.refusal.transfer for request in task.requests)
    # A transfer may come before there was an occasion for anything.
    fitting: list[Trait] = [] if handed_over else ["typos", "impatience", "off_topic"]
    # Who tells something wrongly or incompletely by the task itself does not do so by manner as well.
    flawed = any(request.flaw for request in task.requests)
    if slippable(task, domain) and not flawed:
        fitting.append("slip")
    if second_thoughts(task, domain.lexicon) and not flawed:
        fitting.append("change_of_mind")
    if any(request.kind == "write" for request in task.requests):
        fitting.append("refuse_first")
    if len(task.requests) > 1 and not any(request.coupled for request in task.requests):
        fitting.append("multi_request")
    return tuple(fitting)
