"""From orders to dialogues with real stages on real worlds: what the tests of a kind of task begin with.

    services = services_on("retail", size=150)
    tasks = ordered(specs, services)                      # a dropped order fails the test
    good = [each for each in acted(tasks, services, 2) if not failures([each], services)]

`proven` has tasks and dialogues for tests that do not care of which kind they are.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from schemas.dialogue import Dialogue
from schemas.task import Task, TaskSpec
from schemas.verdict import Drop, Verdict
from stages.base import Services
from stages.diversify_behaviors import DiversifyBehaviors
from stages.generate_tasks import GenerateTasks
from stages.simulate_dialogues import SimulateDialogues
from stages.validate_dialogues import judge
from tool_specs.catalog import domain
from tool_specs.domain import generate_world
from tool_specs.sandbox import Sandbox


def services_on(*names: str, size: int, seed: int = 5) -> Services:
    """Domains of the catalog on generated worlds."""
    domains = [domain(name) for name in names]
    return Services(sandboxes={each.name: Sandbox(each, generate_world(each, seed, size)) for each in domains})


def made(
    specs: Iterable[TaskSpec], services: Services, stage: GenerateTasks | None = None
) -> tuple[list[Task], list[Drop]]:
    """What becomes of orders."""
    stage = stage or GenerateTasks()
    every = [each for spec in specs for each in asyncio.run(stage.process(spec, services))]
    return [each for each in every if isinstance(each, Task)], [each for each in every if isinstance(each, Drop)]


def ordered(specs: Iterable[TaskSpec], services: Services) -> list[Task]:
    """The tasks of orders, each of which can be carried out."""
    tasks, drops = made(specs, services)
    assert not drops, [(drop.record_id, drop.reason, drop.detail) for drop in drops]
    return tasks


def acted(tasks: Iterable[Task], services: Services, per_task: int) -> list[Dialogue]:
    """Dialogues of scripts about tasks, each by a user of another manner."""
    found: list[Dialogue] = []
    for task in tasks:
        sandbox = services.sandboxes[task.domain]
        for scenario in DiversifyBehaviors(per_task=per_task).scenarios(task, sandbox.domain, sandbox):
            (dialogue,) = asyncio.run(SimulateDialogues().process(scenario, services))
            assert isinstance(dialogue, Dialogue), dialogue
            found.append(dialogue)
    return found


def failures(dialogues: Iterable[Dialogue], services: Services) -> list[Verdict]:
    """The checks that dialogues do not pass."""
    return [verdict for each in dialogues for verdict in judge(each, services) if not verdict.passed]
