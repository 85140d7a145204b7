"""Plan: what one scripted user is going to do, drawn once per scenario from its behaviour and seed.

A plan decides the order of requests, what slips and how, and what is wanted first. When each thing happens is decided
in the dialogue, by what the agent says.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from itertools import pairwise

from schemas.base import Json
from schemas.behavior import Scenario
from schemas.program import column_id
from schemas.task import Knowledge, Request, Task
from stages.behaviors.lacks import Lack, lacked_identity, lacked_numbers
from stages.behaviors.second_thoughts import Thought, later_thoughts, revisions, second_thoughts
from stages.behaviors.slips import identity_told, identity_ways, outdated, slippable, slipped, stale
from tool_specs.dice import Dice
from tool_specs.domain import Domain
from tool_specs.remember import remembered

_FOUND_BY_OTHER = 0.3
"""How many of those who tell everything at once, and could be found in two ways, tell the second."""
_FOUND_OTHERWISE = 0.35
"""How many of those who slipped in it let themselves be found in the other way, instead of looking for the slip."""


@dataclass(frozen=True)
class Slip:
    """A fact that is told wrongly first.

    Attributes:
        instead: Other facts by which this user can be found, told in place of putting the slip right.
        outdated: Whether it was right once, and is no slip of the fingers.
    """

    fact: str
    wrong: str
    true: Json
    instead: tuple[Knowledge, ...] = ()
    outdated: bool = False


@dataclass(frozen=True)
class Plan:
    """What one user is going to do.

    Attributes:
        order: The task's requests in the order of being raised.
        identity: Facts by which this user lets itself be found.
        partly: How many of these are told first, where the rest comes only when it is asked for (0: no such thing).
        lack: What the agent asks for and this user does not have.
    """

    order: tuple[int, ...]
    identity: tuple[Knowledge, ...]
    partly: int
    lack: Lack | None
    slip: Slip | None
    thought: Thought | None


def plan_of(scenario: Scenario, rules: Set[str], domain: Domain, dice: Dice) -> Plan:
    """Draws a plan for a user who follows these rules."""
    task = scenario.task
    ways = identity_ways(task, domain)
    told = identity_told(task, domain)
    others = [way for way in ways[1:] if not {each.name for each in way} & {each.name for each in told}]
    slip, lack, partly = None, None, 0
    if "slip" in rules or "stale_identity" in rules:
        old = "stale_identity" in rules
        known = outdated(task, domain) if old else slippable(task, domain)
        identifying = [entry for entry in known if entry.identity]
        entry = dice.pick(identifying if identifying and dice.chance(0.6) else known)
        instead = dice.pick(others) if others and entry.identity and dice.chance(_FOUND_OTHERWISE) else ()
        slip = Slip(entry.name, stale(entry.value) if old else slipped(entry.value, dice), entry.value, instead, old)
    elif "partial_identity" in rules:
        told = dice.pick([way for way in ways if len(way) > 1])
        partly = dice.between(1, len(told) - 1)
    elif "lacks_number" in rules:
        lack = dice.pick(lacked_numbers(task, domain))
    elif "lacks_identity" in rules:
        lack = dice.pick(lacked_identity(task, domain))
        told = dice.pick(lack.ways)
    elif "all_at_once" in rules and others and dice.chance(_FOUND_BY_OTHER):
        told = dice.pick(others)  # who is asked for nothing need not say why
    thought = dice.pick(second_thoughts(task, domain.lexicon)) if "change_of_mind" in rules else None
    order = _order(task, dice)
    if "corrects_other" in rules:
        thought, order = _amended(task, order, later_thoughts(task, domain.lexicon), dice)
    if "revises" in rules:
        thought = dice.pick(revisions(task, domain.lexicon))
    return Plan(
        order=order,
        identity=told,
        partly=partly,
        lack=lack,
        slip=slip,
        thought=thought,
    )


def _amended(
    task: Task, order: tuple[int, ...], thoughts: Sequence[Thought], dice: Dice
) -> tuple[Thought, tuple[int, ...]]:
    """Returns a thought about a request that comes after a write, and the order in which it does."""
    writes = [number for number, request in enumerate(task.requests) if request.kind == "write"]
    thought = dice.pick(thoughts)
    others = [other for other in writes if other != thought.request and (thought.request, other) not in task.precedence]
    if not any(order.index(other) < order.index(thought.request) for other in others):
        order = (*(number for number in order if number != thought.request), thought.request)
    return thought, order


def _order(task: Task, dice: Dice) -> tuple[int, ...]:
    """A random order that respects precedence; what ends the dialogue comes last."""
    before = _before(task)
    order: list[int] = []
    while len(order) < len(before):
        left = [number for number in before if number not in order]
        ready = [number for number in left if before[number] <= set(order)] or left
        here = [number for number in ready if not _ends(task, number)]
        order.append(dice.pick(here or ready))
    return tuple(order)


@remembered(1, size=64)
def _before(task: Task) -> dict[int, set[int]]:
    """Returns, per request, those that must be raised before it."""
    before: dict[int, set[int]] = {number: set() for number in range(len(task.requests))}
    coupled = [number for number, request in enumerate(task.requests) if request.coupled]
    for first, then in (*task.precedence, *(pairwise(coupled) if coupled else _overwritten(task))):
        before[then].add(first)
    return before


def _overwritten(task: Task) -> Iterator[tuple[int, int]]:
    """Yields (first, then) where the first copies a value that the other changes: "my default address" as it is now."""
    for then, write in enumerate(task.requests):
        for first, other in enumerate(task.requests):
            if first != then and (then, first) not in task.precedence and _changes(write, other):
                yield first, then


def _changes(write: Request, other: Request) -> bool:
    """Whether a write sets a column from which another request takes a value, in a row that it reads."""
    if write.kind != "write":
        return False
    rows = {str(value) for value in write.arguments.values()}
    for source in other.sources.values():
        bind = source.bind
        if bind is None or str(bind.column[-1]) not in write.arguments:
            continue
        tool = column_id(other.programs, bind.program, bind.column).partition(".")[0]
        reads = (other.proof.reachable[number] for number in other.proof.reads)
        if any(read.tool == tool and not rows.isdisjoint(map(str, read.arguments.values())) for read in reads):
            return True
    return False


def _ends(task: Task, number: int) -> bool:
    """Whether nothing comes after a request: the user is handed over or has left, or it may rest on the others."""
    if task.requests[number].kind in ("decline", "abandon"):
        return True
    refusal = task.requests[number].refusal
    return refusal is not None and (refusal.transfer or refusal.rule == "out_of_scope")
