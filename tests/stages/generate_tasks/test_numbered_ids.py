"""Ids that are numbers, and tools that say nothing of semantic types: names alone lead from read to read."""

from __future__ import annotations

from schemas.task import Kind, TaskSpec
from stages.base import Services
from stages.generate_tasks import GenerateTasks
from tests.stages.acted import acted, failures, made
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
    specs = (
        TaskSpec(
            id=f"o{number}", domain="parking", kind=kind, num_writes=num_writes, burden=burden, seed=1, number=number
        )
        for number, (kind, num_writes, burden) in enumerate(CELLS * 2)
    )
    tasks, _ = made(specs, services, GenerateTasks(validation=0.0))
    assert len(tasks) >= 0.75 * len(CELLS) * 2
    failed = failures(acted(tasks, services, 1), services)
    assert not failed, failed
    assert {task.kind for task in tasks} >= {"read_heavy", "write_intensive", "must_refuse"}
    heavy = [task for task in tasks if task.kind == "read_heavy"]
    assert all(isinstance(task.requests[0].arguments["permit_id"], int) for task in heavy)
    assert all(task.burden == task.spec.burden for task in heavy)


def test_a_row_s_id_is_given_as_its_parameter_wants_it() -> None:
    spec = DOMAIN.tools["get_permit"].spec
    assert row_argument(spec, "permit_id", "512") == 512 and row_argument(spec, "permit_id", "x") == "x"
