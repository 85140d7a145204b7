"""What saturates first on a large cluster: a simulation of events, checked against what was measured.

    python -m benchmarks.scale              # the check, then 1,000 GPUs by numbers of orchestrators
    python -m benchmarks.scale --gpus 200 --rate 20

Two queues are simulated, request by request and shard by shard, each small enough to read:

- `scripted`: one driver that sends shards, keeps at most two per worker in flight, and takes results in order.
- `served`: dialogues that ask replicas (so many requests at once, each of so many seconds) through orchestrators, each
  a core that every request takes for a moment, and every look at a replica's metrics, once a second, for another.

Checks: `served` against rates of `benchmarks/orchestration.py` on a quiet machine (they stand in RESULTS.md), and
`scripted` against a run on Ray here and now whose shards sleep, so that more workers than cores can be had; what one
worker makes of it gives the cost of a shard, and what eight make is compared. Ratios are simulated by measured.
"""

from __future__ import annotations

import argparse
import heapq
import json
import os
import tempfile
import time
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.engines.vllm_metrics import load_of
from pipeline.line import Line, Order, Step
from pipeline.on_ray import OnRay
from schemas.base import Record
from schemas.task import TaskSpec
from stages.base import GroupStage, Services, Stage

AHEAD = 2
REQUEST_CPU = 0.31e-3
"""CPU seconds of an orchestrator per request, everything included: RESULTS.md, Dialogues over HTTP."""
REQUESTS = 24
"""Per dialogue, as there."""
MEASURED = {(64, 1, 0.05): 1_175, (256, 1, 0.05): 3_106, (1_000, 2, 0.05): 6_028}
"""(dialogues at once, orchestrators, seconds per answer) -> requests per second, as there."""
DRIVER_CPU = 0.46e-3
"""CPU seconds of the driver per trajectory, data set and report included: RESULTS.md, The main job."""


def scripted(work: Sequence[float], workers: int, driver: float) -> float:
    """Returns the seconds until the last of some shards is taken in.

    Args:
        work: seconds of a worker per shard.
        workers: of them.
        driver: seconds of the driver per shard.
    """
    free = [0.0] * workers
    flying: deque[float] = deque()
    now = 0.0
    for seconds in work:
        if len(flying) >= AHEAD * workers:
            now = max(now, flying.popleft()) + driver
        end = max(now, heapq.heappop(free)) + seconds
        heapq.heappush(free, end)
        flying.append(end)
    for end in flying:
        now = max(now, end) + driver
    return now


def served(dialogues: int, orchestrators: int, answer: float, looks: float = 0.0, seconds: float = 5.0) -> float:
    """Returns the requests per second, once all is under way.

    Args:
        dialogues: open at once, each with one request at a time; replicas have a place for each.
        orchestrators: cores that they share.
        answer: seconds of a replica per request.
        looks: share of an orchestrator's time that goes to replicas' metrics.
        seconds: that are counted, after as many that are not.
    """
    cost = REQUEST_CPU / max(1.0 - looks, 1e-3)
    busy = [0.0] * orchestrators
    # Dialogues begin spread over one answer's time, as they are after a while.
    asking = [(answer * number / dialogues, number) for number in range(dialogues)]
    heapq.heapify(asking)
    span = max(seconds, 3 * answer)
    counted, until = 0, 2 * span
    while asking[0][0] < until:
        ready, number = heapq.heappop(asking)
        core = number % orchestrators
        busy[core] = max(busy[core], ready) + cost
        back = busy[core] + answer
        counted += span <= back < until
        heapq.heappush(asking, (back, number))
    return counted / span


def look_cpu() -> float:
    """Returns CPU seconds to read one page of metrics of 300 lines; asking for it costs about a request's."""
    lines = [f'vllm:some_metric_{n}_bucket{{engine="0",le="{n}",model_name="m"}} {n}.0' for n in range(290)]
    page = "\n".join([*lines, *(f'vllm:num_requests_running{{engine="{n}"}} 3.0' for n in range(10))])
    began = time.process_time()
    for _ in range(200):
        load_of(page)
    return (time.process_time() - began) / 200 + REQUEST_CPU


class Slept(Record):
    """What comes of an order that sleeps."""

    id: str


@dataclass(frozen=True, kw_only=True)
class Sleep(Stage[TaskSpec, Slept]):
    """Takes time and no core."""

    seconds: float

    async def process(self, record: TaskSpec, services: Services) -> Sequence[Slept]:
        """Sleeps."""
        time.sleep(self.seconds)
        return [Slept(id=record.id)]


@dataclass(frozen=True)
class KeepAll(GroupStage[Slept]):
    """Keeps everything."""

    def start(self) -> None:
        return None

    def features(self, record: Slept) -> bytes:
        return b""

    def accept(self, state: None, record_id: str, features: bytes) -> None:
        return None


def nothing() -> Services:
    return Services(sandboxes={})


def orders(shards: int, begin: int) -> Iterator[Order]:
    for number in range(begin, begin + shards):
        spec = TaskSpec(
            id=f"order-{number}", domain="library", kind="read_heavy", num_writes=1, burden=3, seed=0, number=number,
            split="train",
        )  # fmt: skip
        yield Order(f"r0-{number:05d}", (spec,))


def on_ray(workers: int, shards: int, sleep: float) -> float:
    """Returns the seconds that Ray takes for shards that sleep, its workers being there already."""
    line = Line(
        steps=(Step("sleep", Sleep(seconds=sleep), Slept),), group=KeepAll(), group_at="sleep", services=nothing,
        world_key="-", last=1,
    )  # fmt: skip
    executor = OnRay(workers)
    try:
        with tempfile.TemporaryDirectory(prefix="writ-bench-") as folder:
            list(executor.map(line, Path(folder), orders(4 * workers, 0)))
            began = time.monotonic()
            list(executor.map(line, Path(folder), orders(shards, 10_000)))
            return time.monotonic() - began
    finally:
        executor.close()


def check(sleep: float) -> None:
    """Prints ratios of simulated to measured."""
    for (dialogues, cores, answer), rate in MEASURED.items():
        simulated = served(dialogues, cores, answer)
        said = {"dialogues": dialogues, "orchestrators": cores, "simulated": round(simulated), "measured": rate}
        print(json.dumps({"check": "served", **said, "ratio": round(simulated / rate, 2)}), flush=True)
    shards = 120
    alone = on_ray(1, 20, sleep) / 20 - sleep
    measured = on_ray(8, shards, sleep)
    simulated = scripted([sleep + alone] * shards, 8, driver=0.0)
    said = {"workers": 8, "shards": shards, "simulated": round(simulated, 2), "measured": round(measured, 2)}
    print(json.dumps({"check": "scripted", **said, "ratio": round(simulated / measured, 2)}), flush=True)


def plan(gpus: int, rate: float, slots: int) -> None:
    """Prints what numbers of orchestrators make of so many GPUs, and what else is busy."""
    look = look_cpu()
    limit, answer = gpus * rate, slots / rate
    for cores in (1, 2, 4, 8, 16):
        looks = gpus * look
        made = served(gpus * slots, cores, answer, looks) if looks < 1 else 0.0
        trajectories = made / REQUESTS
        line = {
            "gpus": gpus,
            "orchestrators": cores,
            "requests_per_second": round(made),
            "of_what_gpus_can": round(made / limit, 2),
            "trajectories_per_second": round(trajectories, 1),
            "driver_core": round(trajectories * DRIVER_CPU, 3),
            "metrics_of_each_orchestrator": round(looks, 2),
        }
        print(json.dumps(line), flush=True)
    workers = 16
    while workers <= 1024:
        seconds = scripted([96 * 5.46e-3] * 20 * workers, workers, 96 * DRIVER_CPU)
        rows = 96 * 20 * workers / seconds
        print(
            json.dumps(
                {
                    "scripted_workers": workers,
                    "per_second": round(rows),
                    "of_linear": round(rows * 5.46e-3 / workers, 2),
                }
            )
        )
        workers *= 4


def main() -> None:
    """Does what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gpus", type=int, default=1000)
    parser.add_argument("--rate", type=float, default=10.0, help="requests per second of one GPU; an assumption")
    parser.add_argument("--slots", type=int, default=64, help="requests of one GPU at once; an assumption")
    parser.add_argument("--sleep", type=float, default=0.5, help="seconds of a shard in the check on Ray")
    parser.add_argument("--no-check", action="store_true")
    asked = parser.parse_args()
    print(json.dumps({"load_before": round(os.getloadavg()[0], 1)}))
    if not asked.no_check:
        check(asked.sleep)
    plan(asked.gpus, asked.rate, asked.slots)


if __name__ == "__main__":
    main()
