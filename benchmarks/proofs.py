"""How many proven read-heavy tasks a second are made on two cores, against the limit of 100, for each domain.

    python benchmarks/proofs.py [retail] [airline] [--world DOMAIN=FILE] [--users 500] [--tasks 400] [--processes 2]

For each domain, each process makes its share of read-heavy tasks with burdens 3 to 12 in turn, text and leak checks
included. What is learnt of the world once (graph, plans, ranked donors) is counted apart, as start; drops count as
time, not as tasks. Prints CPU milliseconds per task and the tasks per second that two cores make of that if nobody
else is on them, the rate by the clock over all processes, and the ratios of both to the limit; then the CPU time of
tasks about rows of a search and of the others apart.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import multiprocessing
import sys
import time
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from schemas.task import Task, TaskSpec
from stages.base import Services
from stages.generate_tasks import GenerateTasks
from tool_specs.catalog import domain
from tool_specs.domain import generate_world, load_world
from tool_specs.sandbox import Sandbox

LIMIT = 100.0
CORES = 2
BURDENS = tuple(range(3, 13))


@dataclass(frozen=True)
class Share:
    """What one process makes: `count` orders from number `first` on."""

    domain: str
    file: Path | None
    users: int
    first: int
    count: int


@dataclass(frozen=True)
class Done:
    """What one process made. `searched` and `plain` are CPU seconds per task, about rows of a search and others."""

    start: float
    wall: float
    cpu: float
    drops: int
    searched: tuple[float, ...]
    plain: tuple[float, ...]


def order(name: str, number: int) -> TaskSpec:
    """The order of one read-heavy task."""
    return TaskSpec(
        id=f"order-{number}",
        domain=name,
        kind="read_heavy",
        num_writes=1,
        burden=BURDENS[number % len(BURDENS)],
        seed=1,
        number=number,
    )


def work(share: Share) -> Done:
    """Makes a share of the tasks."""
    known = domain(share.domain)
    world = load_world(known, share.file) if share.file else generate_world(known, 1, share.users)
    services = Services({share.domain: Sandbox(known, world)})
    stage = GenerateTasks()
    searched: list[float] = []
    plain: list[float] = []
    drops = 0

    async def make(numbers: range) -> None:
        nonlocal drops
        for number in numbers:
            begun = time.process_time()
            (made,) = await stage.process(order(share.domain, number), services)
            spent = time.process_time() - begun
            if isinstance(made, Task):
                (searched if _searches(made, known.identity_tools) else plain).append(spent)
            else:
                drops += 1

    begun = time.perf_counter()
    asyncio.run(make(range(10_000, 10_020)))
    start = time.perf_counter() - begun
    searched.clear(), plain.clear()
    drops = 0
    gc.collect()
    gc.freeze()  # as workers do: what is known of the world is not looked through again and again
    gc.set_threshold(1_000_000, 20, 50)
    begun, cpu = time.perf_counter(), time.process_time()
    asyncio.run(make(range(share.first, share.first + share.count)))
    wall = time.perf_counter() - begun
    return Done(start, wall, time.process_time() - cpu, drops, tuple(searched), tuple(plain))


def _searches(task: Task, identity_tools: tuple[str, ...]) -> bool:
    """Whether some of a task's reads are questions of several values (and not who the user is)."""
    reads = [read for request in task.requests for read in request.proof.reachable]
    return any(len(read.arguments) > 1 and read.tool not in identity_tools for read in reads)


def report(name: str, done: list[Done], processes: int) -> None:
    """Prints what was measured of one domain."""
    searched = [each for part in done for each in part.searched]
    plain = [each for part in done for each in part.plain]
    made = len(searched) + len(plain)
    cpu = sum(part.cpu for part in done) / max(made, 1)
    rate, clock = CORES / cpu, made / max(part.wall for part in done)
    print(f"{name}: start {max(part.start for part in done):.1f} s (graph, plans, first 20 tasks)")
    print(f"  {made} tasks, {sum(part.drops for part in done)} drops; {1000 * cpu:.1f} ms CPU a task, drops included")
    print(f"  {rate:.0f} tasks/s of CPU time on {CORES} cores; ratio to the limit of {LIMIT:.0f}/s: {rate / LIMIT:.2f}")
    print(f"  {clock:.0f} tasks/s by the clock with {processes} processes; ratio to the limit: {clock / LIMIT:.2f}")
    for words, each in (("about rows of a search", searched), ("others", plain)):
        if each:
            worst = 1000 * sorted(each)[len(each) * 95 // 100]
            print(f"  {len(each)} tasks {words}: {1000 * sum(each) / len(each):.1f} ms, 95 % within {worst:.0f} ms")


def main() -> None:
    """Runs the benchmark."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("domains", nargs="*", default=["retail", "airline"])
    parser.add_argument("--world", action="append", default=[], metavar="DOMAIN=FILE", help="a world file")
    parser.add_argument("--users", type=int, default=500, help="size of a generated world")
    parser.add_argument("--tasks", type=int, default=400)
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args()
    files = {name: Path(file) for name, _, file in (each.partition("=") for each in options.world)}
    count = options.tasks // options.processes
    for name in options.domains:
        shares = [Share(name, files.get(name), options.users, n * count, count) for n in range(options.processes)]
        with multiprocessing.get_context("spawn").Pool(options.processes) as pool:
            report(name, pool.map(work, shares), options.processes)


if __name__ == "__main__":
    main()
