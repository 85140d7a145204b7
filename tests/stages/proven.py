"""Proven scenarios for tests: tasks that were really generated on a small world, each told in some manners."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import cache

from schemas.behavior import Scenario
from schemas.task import Task, TaskSpec
from stages.base import Services
from stages.diversify_behaviors import DiversifyBehaviors
from stages.generate_tasks import GenerateTasks
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
