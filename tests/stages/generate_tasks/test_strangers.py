"""Tasks of users who are nobody in the world: a greenhouse and whoever comes along."""

from __future__ import annotations

import asyncio

import pytest

from schemas.task import Kind, Task, TaskSpec
from schemas.verdict import Drop, Judged
from stages.base import Services
from stages.behaviors.rules import fitting
from stages.behaviors.space import SPACE
from stages.diversify_behaviors import DiversifyBehaviors
from stages.generate_tasks import GenerateTasks
from stages.generate_tasks.ground import Ground, split_of
from stages.simulate_dialogues import SimulateDialogues
from stages.validate_dialogues import ValidateDialogues
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
    found = []
    for number, (kind, num_writes, burden) in enumerate(CELLS * 3):
        split = "validation" if number % 3 == 2 else "train"
        spec = TaskSpec(
            id=f"o{number}", domain="greenhouse", kind=kind, num_writes=num_writes, burden=burden, seed=2,
            number=number, split=split,
        )  # fmt: skip
        found += asyncio.run(GenerateTasks(validation=VALIDATION).process(spec, services))
    made = [task for task in found if isinstance(task, Task)]
    assert len(made) >= 0.8 * len(found), [each.detail for each in found if isinstance(each, Drop)]
    return made


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
    async def talk(task: Task) -> list[Judged | Drop]:
        judged: list[Judged | Drop] = []
        for scenario in await DiversifyBehaviors(per_task=1).process(task, services):
            for dialogue in await SimulateDialogues().process(scenario, services):  # type: ignore[arg-type]
                judged += await ValidateDialogues().process(dialogue, services)  # type: ignore[arg-type]
        return judged

    results = [each for task in tasks for each in asyncio.run(talk(task))]
    drops = [each.detail for each in results if isinstance(each, Drop)]
    assert len(drops) <= 0.05 * len(results), drops
    told = [m.content for each in results if isinstance(each, Judged) for m in each.dialogue.messages]
    assert not any("account" in text for text in told)


def test_strangers_have_no_occasion_to_drip(services: Services, tasks: list[Task]) -> None:
    domain = services.sandboxes["greenhouse"].domain
    for task in tasks:
        room = fitting(SPACE, task, domain)
        assert "drip" not in room
        assert ("only_when_asked" in room) == any(request.kind != "answer" for request in task.requests)
