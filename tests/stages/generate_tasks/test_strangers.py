"""Tasks of users who are nobody in the world: a greenhouse and whoever comes along."""

from __future__ import annotations

import pytest

from schemas.task import Kind, Task, TaskSpec
from stages.base import Services
from stages.behaviors.rules import fitting
from stages.behaviors.space import SPACE
from stages.generate_tasks import GenerateTasks
from stages.generate_tasks.ground import Ground, split_of
from tests.stages.acted import acted, failures, made
from tests.tool_specs.greenhouse import DOMAIN
from tool_specs.domain import generate_world
from tool_specs.plain_words import worded
from tool_specs.sandbox import Sandbox

VALIDATION = 0.3
CELLS: tuple[tuple[Kind, int, int], ...] = (
    ("read_heavy", 1, 4), ("read_heavy", 1, 6), ("write_intensive", 1, 3), ("write_intensive", 2, 3),
    ("information", 0, 4), ("must_refuse", 0, 3),
)  # fmt: skip


@pytest.fixture(scope="module")
def services() -> Services:
    world = generate_world(DOMAIN, 1, 14)
    return Services({"greenhouse": Sandbox(worded(DOMAIN, world), world)})


@pytest.fixture(scope="module")
def tasks(services: Services) -> list[Task]:
    specs = (
        TaskSpec(
            id=f"o{number}", domain="greenhouse", kind=kind, num_writes=num_writes, burden=burden, seed=2,
            number=number, split="validation" if number % 3 == 2 else "train",
        )
        for number, (kind, num_writes, burden) in enumerate(CELLS * 3)
    )  # fmt: skip
    tasks, drops = made(specs, services, GenerateTasks(validation=VALIDATION))
    assert len(drops) <= 0.2 * len(CELLS) * 3, [each.detail for each in drops]
    return tasks


def test_strangers_begin_with_nothing_or_with_a_shelf(services: Services) -> None:
    ground = Ground.of(services.sandboxes["greenhouse"])
    assert ground.strangers.tools == {"": "", "about.shelf_id": "get_shelf"}
    assert ground.identities == ((), ("about.shelf_id",))
    assert len(ground.people("train", 0.5)) == 15


def test_tasks_are_nobodys_and_identify_nobody(tasks: list[Task]) -> None:
    assert {task.principal for task in tasks} == {""}
    assert not any(entry.identity for task in tasks for entry in task.knowledge)
    stated = [entry for task in tasks for entry in task.knowledge if entry.name == "about.shelf_id"]
    assert stated and all(entry.type == "shelf_id" for entry in stated)


def test_the_row_that_a_write_is_about_decides_on_the_split(tasks: list[Task]) -> None:
    written = [(task.split, request.arguments["plant_id"]) for task in tasks for request in task.writes]
    assert {split for split, _ in written} == {"train", "validation"}
    assert all(split_of(str(plant), VALIDATION) == split for split, plant in written)


def test_their_dialogues_pass_without_a_word_about_who_it_is(services: Services, tasks: list[Task]) -> None:
    dialogues = acted(tasks, services, 1)
    failed = [each for each in dialogues if failures([each], services)]
    assert len(failed) <= 0.05 * len(dialogues), failures(failed, services)
    assert not any("account" in message.content for each in dialogues for message in each.messages)


def test_strangers_have_no_occasion_to_drip(services: Services, tasks: list[Task]) -> None:
    domain = services.sandboxes["greenhouse"].domain
    for task in tasks:
        room = fitting(SPACE, task, domain)
        assert "drip" not in room
        assert ("only_when_asked" in room) == any(request.kind != "answer" for request in task.requests)
