from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from schemas.task import Kind, Strength, Task, TaskSpec
from schemas.verdict import Drop
from schemas.world import World
from stages.base import Services
from stages.generate_tasks import GenerateTasks
from stages.generate_tasks.ground import Ground
from tool_specs.domain import Domain
from tool_specs.sandbox import Sandbox

CELLS: tuple[tuple[Kind, int, int], ...] = (
    *(("read_heavy", 1, burden) for burden in range(2, 13)),
    *(("write_intensive", decisions, 3) for decisions in range(1, 6)),
    ("mixed", 2, 4),
    ("mixed", 3, 6),
    ("mixed", 5, 5),
    *(("information", 0, burden) for burden in (3, 5, 8)),
    *(("must_refuse", 0, 3),) * 6,
)


def order(kind: Kind, num_writes: int, burden: int, number: int = 0) -> TaskSpec:
    """An order as the planner writes it."""
    return TaskSpec(
        id=f"order-{kind}-{num_writes}-{burden}-{number}",
        domain="retail",
        kind=kind,
        num_writes=num_writes,
        burden=burden,
        seed=5,
        number=number,
    )


def make(services: Services, specs: Sequence[TaskSpec], witnesses: Strength = "logical") -> list[Task | Drop]:
    """Runs the stage over orders."""

    async def run() -> list[Task | Drop]:
        stage = GenerateTasks(witnesses=witnesses)
        return [made for spec in specs for made in await stage.process(spec, services)]

    return asyncio.run(run())


@pytest.fixture(scope="session")
def rich_world(retail: Domain) -> World:
    """A generated world with enough people for every cell."""
    from tool_specs.domain import generate_world

    return generate_world(retail, 3, 300)


@pytest.fixture(scope="session")
def services(retail: Domain, rich_world: World) -> Services:
    return Services({"retail": Sandbox(retail, rich_world)})


@pytest.fixture(scope="session")
def specs() -> list[TaskSpec]:
    return [order(*cell, number) for number, cell in enumerate(CELLS)]


@pytest.fixture(scope="session")
def tasks(services: Services, specs: list[TaskSpec]) -> list[Task]:
    made = make(services, specs)
    drops = [each for each in made if isinstance(each, Drop)]
    assert not drops, [(drop.id, drop.reason, drop.detail) for drop in drops]
    return [each for each in made if isinstance(each, Task)]


@pytest.fixture(scope="session")
def ground(services: Services) -> Ground:
    return services.memo("ground:retail", lambda: Ground.of(services.sandboxes["retail"]))
