"""Rules: which behaviours fit a task.

    >>> FITS["several"](task_with_one_request, domain)
    False

A behaviour that a task has no room for is never planned: no slip where there is nothing to slip on, no drip where
there is nothing left to tell.
"""

from __future__ import annotations

from collections.abc import Callable

from schemas.behavior import BehaviorSpace
from schemas.task import Request, Task
from stages.behaviors.choices import choices, of_several
from stages.behaviors.lacks import lacked_identity, lacked_numbers
from stages.behaviors.misnomers import misnamable
from stages.behaviors.second_thoughts import later_thoughts, revisions, second_thoughts
from stages.behaviors.slips import identity_ways, outdated, slippable
from tool_specs.domain import Domain
from tool_specs.phrasing.roles import roles
from tool_specs.sandbox import Sandbox


def fitting(space: BehaviorSpace, task: Task, domain: Domain, sandbox: Sandbox | None = None) -> frozenset[str]:
    """Returns the behaviours of a space that a task has room for.

    Args:
        space: the behaviours; those without weight are left out.
        task: what is wanted.
        domain: in which words.
        sandbox: the world that the task is about; without one, a task has the room that worlds can give it.
    """
    answers: dict[str, bool] = {"": True}
    for each in space.behaviors:
        if each.weight and each.fits not in answers:
            answers[each.fits] = FITS[each.fits](task, domain)
            if answers[each.fits] and sandbox is not None and each.fits in IN_WORLD:
                answers[each.fits] = IN_WORLD[each.fits](task, sandbox)
    return frozenset(each.behavior for each in space.behaviors if each.weight and answers[each.fits])


def _drippable(task: Task, domain: Domain) -> bool:
    """Saying who one is is the occasion for adding a detail unasked."""
    return _known(task) and any(request.tool and tellable(request, domain) for request in task.requests)


def _askable(task: Task, domain: Domain) -> bool:
    """A question tells everything."""
    return _known(task) or any(request.kind != "answer" for request in task.requests)


def _known(task: Task) -> bool:
    return any(entry.identity for entry in task.knowledge)


def tellable(request: Request, domain: Domain) -> bool:
    """Whether there is anything to tell that need not be asked for."""
    held = request.flaw.role if request.flaw and request.flaw.kind == "ask_first" else None
    return any(role != held for role in roles(domain.lexicon, request))


def _stays(task: Task, domain: Domain) -> bool:
    """Who is handed over, or leaves, may do so before there was an occasion for anything."""
    left = any(request.kind == "abandon" for request in task.requests)
    return not left and not any(r.refusal is not None and r.refusal.transfer for r in task.requests)


def _flawless(task: Task) -> bool:
    """Who tells something wrongly or incompletely by the task itself does not do so by manner as well."""
    return not any(request.flaw for request in task.requests)


def looked_up(request: Request) -> bool:
    """Whether what is done or answered rests on a comparison, so that the agent can be asked for its reasons."""
    return request.kind in ("write", "answer") and any(program.order for program in request.programs)


def _several(task: Task, domain: Domain) -> bool:
    return len(task.requests) > 1 and not any(request.coupled for request in task.requests)


_PAIR = 2
FITS: dict[str, Callable[[Task, Domain], bool]] = {
    "drippable": _drippable,
    "askable": _askable,
    "stays": _stays,
    "slippable": lambda task, domain: _flawless(task) and bool(slippable(task, domain)),
    "reconsiderable": lambda task, domain: _flawless(task) and bool(second_thoughts(task, domain.lexicon)),
    "revisable": lambda task, domain: _flawless(task) and bool(revisions(task, domain.lexicon)),
    "many": lambda task, domain: _several(task, domain) and len(task.requests) > _PAIR,
    "served": lambda task, domain: any(request.kind in ("write", "answer") for request in task.requests),
    "pickable": lambda task, domain: bool(choices(task, domain)),
    "pickable_of_several": lambda task, domain: bool(choices(task, domain)),
    "amendable": lambda task, domain: _flawless(task) and bool(later_thoughts(task, domain.lexicon)),
    "writes": lambda task, domain: any(request.kind == "write" for request in task.requests),
    "several": _several,
    "numbered": lambda task, domain: bool(lacked_numbers(task, domain)),
    "found_otherwise": lambda task, domain: bool(lacked_identity(task, domain)),
    "found_in_parts": lambda task, domain: any(len(way) > 1 for way in identity_ways(task, domain)),
    "datable": lambda task, domain: _flawless(task) and bool(outdated(task, domain)),
    "misnamable": misnamable,
    "looked_up": lambda task, domain: any(looked_up(request) for request in task.requests),
}
"""What playbooks name under `fits`: whether a task has room for a behaviour."""
IN_WORLD: dict[str, Callable[[Task, Sandbox], bool]] = {"pickable_of_several": of_several}
"""What must hold of the world, too, for some of these."""
