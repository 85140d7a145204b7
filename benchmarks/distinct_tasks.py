"""How many different tasks a world has: tasks are drawn as a run orders them, and what was there before is counted.

    python benchmarks/distinct_tasks.py [--tasks 6731] [--world-size 2000] [--rows 20000 100000 1000000]

A task was there before if the same person wanted the same thing. From the pairs per kind and burden follows how many
tasks such a cell seems to have (a birthday's reckoning, as if all were equally likely), and from that the share of
repeats in a run of so many rows. Where no pair was seen, none are reckoned: draw more. Told are also CPU per task by
thousands, and memory: the first tasks look at the whole world.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import math
import resource
import sys
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from pipeline.plan_tasks import order, sequence
from pipeline.recipe import Recipe
from pipeline.recipe_file import load_recipe
from pipeline.worlds import Source, build_services
from schemas.base import canonical
from schemas.task import Task
from stages.deduplicate import _wanted
from stages.generate_tasks import GenerateTasks

RECIPE = Path(__file__).resolve().parents[1] / "recipes" / "retail.yaml"
STEP = 1000

Cell = tuple[str, int]
"""Kind and burden of an order."""


async def draw(recipe: Recipe, size: int, count: int) -> tuple[Counter[Cell], Counter[Cell]]:
    """Returns, per cell, how many tasks were made, and how many of them had been there before."""
    (domain,) = recipe.domains
    source = Source(domain=domain.name, size=size, seed=domain.world.seed, file=None)
    services = build_services((source,))
    stage = GenerateTasks(validation=recipe.validation, witnesses=recipe.grid.witnesses)
    made, repeated, seen = Counter[Cell](), Counter[Cell](), set[bytes]()
    began = time.process_time()
    for number, cell in enumerate(itertools.islice(sequence(recipe), count)):
        spec = order(recipe, cell, number)
        for task in await stage.process(spec, services):
            if isinstance(task, Task):
                place = spec.kind, spec.burden
                key = canonical([task.principal, *_wanted(task)])
                made[place] += 1
                repeated[place] += key in seen
                seen.add(key)
        if (number + 1) % STEP == 0:
            spent, began = time.process_time() - began, time.process_time()
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
            told = {"tasks": number + 1, "cpu_ms_per_task": round(spent, 1), "repeated": repeated.total()}
            print(json.dumps({**told, "peak_mib": peak}), flush=True)
    return made, repeated


def reckoned(made: Counter[Cell], repeated: Counter[Cell], tasks: int) -> float:
    """Returns the share of repeats among so many tasks, in the same shares."""
    repeats = 0.0
    for cell, seen in made.items():
        if pairs := repeated[cell]:
            there = seen * seen / 2 / pairs
            drawn = tasks * seen / made.total()
            repeats += drawn - there * (1 - math.exp(-drawn / there))
    return repeats / tasks


def main() -> None:
    """Draws what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tasks", type=int, default=6731)
    parser.add_argument("--world-size", type=int, default=2000)
    parser.add_argument("--rows", type=int, nargs="+", default=[20_000, 100_000, 1_000_000])
    asked = parser.parse_args()
    recipe = load_recipe(RECIPE)
    made, repeated = asyncio.run(draw(recipe, asked.world_size, asked.tasks))
    print(json.dumps({"world_size": asked.world_size, "tasks": made.total(), "repeated": repeated.total()}))
    for rows in asked.rows:
        share = reckoned(made, repeated, rows // recipe.behaviors_per_task)
        print(json.dumps({"rows": rows, "reckoned_share_of_repeated_tasks": round(share, 4)}))


if __name__ == "__main__":
    main()
