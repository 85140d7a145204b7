"""Ids that are numbers, and tools that say nothing of semantic types: names alone lead from read to read."""

from __future__ import annotations

import asyncio

from schemas.task import Kind, Task, TaskSpec
from schemas.verdict import Drop
from stages.base import Services
from stages.diversify_behaviors import DiversifyBehaviors
from stages.generate_tasks import GenerateTasks
from stages.simulate_dialogues import SimulateDialogues
from stages.validate_dialogues import ValidateDialogues
from tests.tool_specs.parking import DOMAIN
from tool_specs.domain import generate_world
from tool_specs.plain_words import worded
from tool_specs.reading import row_argument
from tool_specs.sandbox import Sandbox

CELLS: tuple[tuple[Kind, int, int], ...] = (
    ("read_heavy", 1, 4), ("read_heavy", 1, 5), ("write_intensive", 1, 3), ("write_intensive", 2, 3),
    ("information", 0, 4), ("must_refuse", 0, 3),
)  # fmt: skip


def test_tasks_about_numbered_rows_are_proven_and_their_dialogues_pass() -> None:
    world = generate_world(DOMAIN, 1, 14)
    services = Services({"parking": Sandbox(worded(DOMAIN, world), world)})

    async def run() -> tuple[list[Task], list[Drop]]:
        tasks: list[Task] = []
        drops: list[Drop] = []
        for number, (kind, num_writes, burden) in enumerate(CELLS * 2):
            spec = TaskSpec(
                id=f"o{number}", domain="parking", kind=kind, num_writes=num_writes, burden=burden, seed=1,
                number=number,
            )  # fmt: skip
            for task in await GenerateTasks(validation=0.0).process(spec, services):
                if isinstance(task, Drop):
                    continue
                tasks.append(task)
                for scenario in await DiversifyBehaviors(per_task=1).process(task, services):
                    for dialogue in await SimulateDialogues().process(scenario, services):  # type: ignore[arg-type]
                        judged = await ValidateDialogues().process(dialogue, services)  # type: ignore[arg-type]
                        drops += [each for each in judged if isinstance(each, Drop)]
        return tasks, drops

    tasks, drops = asyncio.run(run())
    assert len(tasks) >= 0.75 * len(CELLS) * 2
    assert not drops, [each.detail for each in drops]
    assert {task.kind for task in tasks} >= {"read_heavy", "write_intensive", "must_refuse"}
    heavy = [task for task in tasks if task.kind == "read_heavy"]
    assert all(isinstance(task.requests[0].arguments["permit_id"], int) for task in heavy)
    assert all(task.burden == task.spec.burden for task in heavy)


def test_a_row_s_id_is_given_as_its_parameter_wants_it() -> None:
    spec = DOMAIN.tools["get_permit"].spec
    assert row_argument(spec, "permit_id", "512") == 512 and row_argument(spec, "permit_id", "x") == "x"
