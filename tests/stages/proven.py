"""Proven scenarios for tests: tasks that were really generated on a small world, each told in some manners."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from functools import cache

from schemas.behavior import Scenario
from schemas.dialogue import Dialogue
from schemas.task import Task, TaskSpec
from stages.base import Services
from stages.behaviors.rules import fitting
from stages.behaviors.space import SPACE, by_name
from stages.diversify_behaviors import DiversifyBehaviors, scenario
from stages.generate_tasks import GenerateTasks
from stages.simulate_dialogues import simulate
from stages.simulate_dialogues.loop import Caps
from stages.simulate_dialogues.scripted_agent import ScriptedAgents
from stages.simulate_dialogues.scripted_user import ScriptedUsers
from tool_specs.catalog import domain
from tool_specs.domain import generate_world
from tool_specs.sandbox import Sandbox

Order = tuple[str, int, int]
"""Kind, decisions, burden."""
SIMPLE: tuple[Order, ...] = (("read_heavy", 1, 4), ("write_intensive", 2, 3))


@cache
def world(name: str) -> Sandbox:
    own = domain(name)
    return Sandbox(own, generate_world(own, 3, 150))


def proven(name: str, orders: Sequence[Order] = SIMPLE, times: int = 1, per_task: int = 1) -> list[Scenario]:
    sandbox = world(name)
    services = Services(sandboxes={name: sandbox})
    found: list[Scenario] = []
    for number in range(times):
        for kind, writes, burden in orders:
            spec = TaskSpec(
                id=f"{kind}-{number}",
                domain=name,
                kind=kind,  # type: ignore[arg-type]
                num_writes=writes,
                burden=burden,
                seed=11,
                number=number,
            )
            (task,) = asyncio.run(GenerateTasks(attempts=40).process(spec, services))
            if isinstance(task, Task):
                found.extend(DiversifyBehaviors(per_task=per_task).scenarios(task, sandbox.domain))
    return found


WAYS = ("all_at_once", "drip", "only_when_asked", "vague_start")


@cache
def tasks(name: str, orders: Sequence[Order] = SIMPLE, times: int = 2) -> tuple[Task, ...]:
    return tuple({one.task.id: one.task for one in proven(name, orders, times)}.values())


def played(name: str, *traits: str, orders: Sequence[Order] = SIMPLE, times: int = 2) -> Iterator[Dialogue]:
    """Yields dialogues of users with these traits, in all ways of telling that go with them."""
    sandbox = world(name)
    for task in tasks(name, tuple(orders), times):
        fits = fitting(SPACE, task, sandbox.domain)
        for way in WAYS:
            apart = {other for trait in traits for other in by_name(SPACE)[trait].excludes}
            if {way, *traits} <= fits and way not in apart:
                yield play(scenario(task, way, "neutral", traits))


def play(told: Scenario) -> Dialogue:
    return asyncio.run(simulate(told, world(told.task.domain), ScriptedAgents(), ScriptedUsers(), Caps()))
