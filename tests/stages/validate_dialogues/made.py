"""Real dialogues: generated tasks on a small world, told by scripted speakers. Tests and a benchmark use them."""

from __future__ import annotations

from schemas.dialogue import Dialogue
from schemas.task import Kind, Task, TaskSpec
from stages.base import Services
from stages.diversify_behaviors import DiversifyBehaviors
from stages.generate_tasks import GenerateTasks
from stages.simulate_dialogues import SimulateDialogues
from tool_specs.catalog import domain
from tool_specs.domain import generate_world
from tool_specs.sandbox import Sandbox

CELLS: tuple[tuple[Kind, int, int], ...] = (
    *(("read_heavy", 1, burden) for burden in (3, 4, 5, 6, 7, 8)),
    *(("write_intensive", writes, 3) for writes in (1, 2, 3)),
    ("mixed", 2, 4),
    ("mixed", 2, 5),
    ("information", 0, 3),
    ("information", 0, 4),
    ("must_refuse", 0, 2),
    ("must_refuse", 0, 3),
    ("must_refuse", 0, 4),
)
ROUNDS = 4


def made_services() -> Services:
    """A small retail world."""
    retail = domain("retail")
    return Services(sandboxes={"retail": Sandbox(retail, generate_world(retail, 5, 60))})


async def simulated(services: Services, rounds: int = ROUNDS) -> list[Dialogue]:
    """All dialogues about so many tasks of each cell."""
    found: list[Dialogue] = []
    for number in range(rounds * len(CELLS)):
        kind, writes, burden = CELLS[number % len(CELLS)]
        spec = TaskSpec(
            id=f"spec-{number}", domain="retail", kind=kind, num_writes=writes, burden=burden, seed=3, number=number
        )
        for task in await GenerateTasks().process(spec, services):
            if isinstance(task, Task):
                for scenario in await DiversifyBehaviors(per_task=3).process(task, services):
                    found += [
                        d for d in await SimulateDialogues().process(scenario, services) if isinstance(d, Dialogue)
                    ]
    return found
