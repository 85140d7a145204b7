"""How many proven read-heavy tasks a second are made on two cores, against the limit of 100.

    python benchmarks/proofs.py [--world FILE] [--users 500] [--tasks 400] [--processes 2]

Each process makes its share of read-heavy tasks with burdens 3 to 12 in turn, text and leak checks included. What is
learnt of the world once (graph, plans, ranked donors) is counted apart, as start; drops count as time, not as tasks.
Prints tasks per second over all processes, CPU milliseconds per task, and the ratio to the limit.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from schemas.task import Task, TaskSpec
from stages.base import Services
from stages.generate_tasks import GenerateTasks
from tool_specs.catalog import domain
from tool_specs.domain import generate_world, load_world
from tool_specs.sandbox import Sandbox

LIMIT = 100.0
BURDENS = tuple(range(3, 13))


def order(number: int) -> TaskSpec:
    """The order of one read-heavy task."""
    return TaskSpec(
        id=f"order-{number}",
        domain="retail",
        kind="read_heavy",
        num_writes=1,
        burden=BURDENS[number % len(BURDENS)],
        seed=1,
        number=number,
    )


def work(job: tuple[Path | None, int, int, int]) -> tuple[int, int, float, float, float]:
    """Makes a share of the tasks; returns (made, dropped, seconds to start, wall seconds, CPU seconds)."""
    file, users, first, count = job
    retail = domain("retail")
    world = load_world(retail, file) if file else generate_world(retail, 1, users)
    services = Services({"retail": Sandbox(retail, world)})
    stage = GenerateTasks()

    async def make(numbers: range) -> tuple[int, int]:
        made = [each for number in numbers for each in await stage.process(order(number), services)]
        return sum(isinstance(each, Task) for each in made), sum(not isinstance(each, Task) for each in made)

    begun = time.perf_counter()
    asyncio.run(make(range(10_000, 10_020)))
    start = time.perf_counter() - begun
    begun, cpu = time.perf_counter(), time.process_time()
    made, dropped = asyncio.run(make(range(first, first + count)))
    return made, dropped, start, time.perf_counter() - begun, time.process_time() - cpu


def main() -> None:
    """Runs the benchmark."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--world", type=Path, help="a world file instead of a generated world")
    parser.add_argument("--users", type=int, default=500)
    parser.add_argument("--tasks", type=int, default=400)
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args()
    share = options.tasks // options.processes
    jobs = [(options.world, options.users, n * share, share) for n in range(options.processes)]
    with multiprocessing.get_context("spawn").Pool(options.processes) as pool:
        done = pool.map(work, jobs)
    made, dropped = sum(each[0] for each in done), sum(each[1] for each in done)
    rate = made / max(each[3] for each in done)
    cpu = 1000 * sum(each[4] for each in done) / max(made, 1)
    print(f"start {max(each[2] for each in done):.1f} s (graph, plans, first 20 tasks)")
    print(
        f"{made} tasks, {dropped} drops; {rate:.0f} tasks/s on {options.processes} processes, {cpu:.1f} ms CPU a task"
    )
    print(f"ratio to the limit of {LIMIT:.0f}/s: {rate / LIMIT:.2f}")


if __name__ == "__main__":
    main()
