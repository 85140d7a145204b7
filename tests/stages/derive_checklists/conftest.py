"""Dialogues of every kind, in two domains, with their checklists as JSON."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, get_args

import msgspec
import orjson
import pytest

from schemas.dialogue import Dialogue
from schemas.task import Kind, Task, TaskSpec
from stages.base import Services
from stages.derive_checklists import derive
from stages.diversify_behaviors import DiversifyBehaviors
from stages.generate_tasks import GenerateTasks
from stages.simulate_dialogues import SimulateDialogues
from stages.validate_dialogues import judge
from tool_specs.catalog import domain
from tool_specs.domain import generate_world
from tool_specs.sandbox import Sandbox

SIZES: dict[Kind, tuple[int, int]] = {
    "write_intensive": (3, 3), "mixed": (2, 4), "budget": (2, 5), "information": (0, 4), "difference": (0, 4),
    "must_refuse": (0, 3),
}  # fmt: skip
"""Decisions and burden; one and four where nothing is said."""
PER_KIND = 3

Checked = tuple[Dialogue, dict[str, Any]]


@pytest.fixture(scope="session")
def worlds() -> Services:
    domains = [domain(name) for name in ("retail", "airline")]
    return Services(sandboxes={each.name: Sandbox(each, generate_world(each, 5, 60)) for each in domains})


@pytest.fixture(scope="session")
def checked(worlds: Services) -> list[Checked]:
    """Good dialogues with their checklists, after both were stored and read again."""

    async def told(name: str, kind: Kind, number: int) -> Sequence[Any]:
        writes, burden = SIZES.get(kind, (1, 4))
        spec = TaskSpec(id="s", domain=name, kind=kind, num_writes=writes, burden=burden, seed=5, number=number)
        found: list[Any] = []
        for task in await GenerateTasks().process(spec, worlds):
            if isinstance(task, Task):
                for scenario in await DiversifyBehaviors(per_task=2).process(task, worlds):
                    found += await SimulateDialogues().process(scenario, worlds)
        return found

    made = [
        each
        for name in worlds.sandboxes
        for kind in get_args(Kind)
        for number in range(PER_KIND)
        for each in asyncio.run(told(name, kind, number))
    ]
    good = [
        each for each in made if isinstance(each, Dialogue) and all(verdict.passed for verdict in judge(each, worlds))
    ]
    return [(each, checklist_of(each, worlds)) for each in good]


def checklist_of(dialogue: Dialogue, services: Services) -> dict[str, Any]:
    found = derive(dialogue, services.sandboxes[dialogue.scenario.task.domain].domain)
    value: dict[str, Any] = orjson.loads(msgspec.json.encode(found))
    return value
