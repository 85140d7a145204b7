"""Whole dialogues over HTTP beside a bare loop: how much of an endpoint's rate they reach, and what a request costs.

    python -m benchmarks.orchestration            # a table
    python -m benchmarks.orchestration --json     # ends with one line of JSON

An endpoint of its own process answers after 50 ms (`benchmarks.fixed_endpoint`), so c requests in flight can make
c / 50 ms. The bare loop does nothing but `orjson.dumps`, `aiohttp` post and `orjson.loads`, with the bodies that the
dialogues send. Whole dialogues are WRIT's own: agent and user by language model, distrust of answers, sandbox, journal,
and all checks of each dialogue when it ends. Rates count while all slots have work; CPU time is that of the process.

`waited_for_a_core` is the share of the time that the process could have run and did not, because others had the cores:
where that is not near 0, rates and ratios say nothing; CPU times stand.

Limits: ratio of the rates at 64 >= 0.95; CPU per request at 256 <= 0.6 ms; at 1,000 two processes cost no more per
request than one at 256 (within a tenth); log-normal latencies: slots busy >= 95 % until 90 % of the dialogues are done.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Coroutine, Iterator, Sequence
from pathlib import Path
from typing import Any

import aiohttp
import orjson

from benchmarks.recorded import MODEL, record
from benchmarks.slots import Counted, Measured, Watch
from pipeline.engines.build import engines_of
from pipeline.engines.connections import close_connections
from pipeline.engines.journal import Journal
from pipeline.engines.settings import Engines
from pipeline.engines.work import Notes, noting
from pipeline.gate import Gate, together
from pipeline.recipe import Recipe
from pipeline.worlds import build_services, sources
from schemas.base import decode, encode
from schemas.behavior import Scenario
from schemas.verdict import Drop
from stages.base import Services
from stages.simulate_dialogues import SimulateDialogues
from stages.validate_dialogues import ValidateDialogues

LIMIT_RATIO, LIMIT_CPU_MS, LIMIT_BUSY = 0.95, 0.6, 0.95
LATENCY = 0.05
RECIPE: dict[str, Any] = {
    "name": "orchestration",
    "seed": 3,
    "count": 120,
    "domains": [{"name": "retail", "world": {"size": 200, "seed": 1}}],
}
HERE = Path(__file__).resolve().parents[1]
SDK = HERE / ".venv" / "trainers" / "bin" / "python"


async def dialogues(
    url: str, scenarios: Sequence[Scenario], sandboxes: Services, slots: int, count: int, until: float
) -> Measured:
    """Holds `count` dialogues, `slots` at once, and checks each; measures until a share of them is done."""
    model = {"http": {"base_url": f"{url}/v1", "model": MODEL}}
    engines = engines_of(Engines.model_validate({"agent": model, "user": model}), {})
    watch = Watch(slots)
    counted = {role: Counted(engine, watch) for role, engine in engines.items()}
    services = Services(sandboxes=sandboxes.sandboxes, engines=counted)
    validate, done = ValidateDialogues(), 0
    stages = [
        SimulateDialogues(agent=MODEL, user=MODEL, attempt=attempt) for attempt in range(count // len(scenarios) + 1)
    ]

    async def one(number: int) -> None:
        nonlocal done
        scenario = scenarios[number % len(scenarios)]
        for dialogue in await stages[number // len(scenarios)].process(scenario, services):
            if isinstance(dialogue, Drop):
                watch.measured.dropped += 1
                continue
            judged = await validate.process(dialogue, services)
            watch.measured.kept += not isinstance(judged[0], Drop)
        done += 1
        if done >= until * count:
            watch.end()

    gate = Gate(slots)
    with tempfile.TemporaryDirectory() as folder, noting(Notes(Journal(Path(folder) / "journal"))):
        watch.begin()
        await together([gate.enter(one, number) for number in range(count)])
    await close_connections()
    watch.end()
    return watch.measured


async def bare(url: str, bodies: Sequence[tuple[str, Any]], slots: int, count: int) -> Measured:
    """Posts bodies, `slots` at once, and does nothing else."""
    measured, left = Measured(), iter(range(count))
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar()) as session:

        async def worker() -> None:
            for number in left:
                name, body = bodies[number % len(bodies)]
                headers = {"Content-Type": "application/json", "X-Session-ID": name}
                async with session.post(f"{url}/v1/chat/completions", data=orjson.dumps(body), headers=headers) as got:
                    orjson.loads(await got.read())
                measured.requests += 1

        began, cpu = time.perf_counter(), time.process_time()
        await asyncio.gather(*(worker() for _ in range(slots)))
        measured.seconds, measured.cpu = time.perf_counter() - began, time.process_time() - cpu
    return measured


def sdk(url: str, bodies: Path, slots: int, count: int) -> Measured | None:
    """The same with the openai SDK, where `make .venv/.trainers` has installed it."""
    if not SDK.exists():
        return None
    reset(url)
    command = [str(SDK), str(HERE / "benchmarks" / "openai_sdk.py"), str(bodies), url, str(slots), str(count)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return Measured(**json.loads(done.stdout))


@contextlib.contextmanager
def endpoint(answers: Path, latency: str) -> Iterator[str]:
    """Starts the endpoint and yields its address."""
    command = [sys.executable, "-m", "benchmarks.fixed_endpoint", str(answers), "--latency", latency]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{int(process.stdout.readline())}"
    finally:
        process.kill()
        process.wait()


def reset(url: str) -> None:
    with urllib.request.urlopen(f"{url}/reset") as answer:
        answer.read()


def here(url: str, work: Coroutine[Any, Any, Measured]) -> Measured:
    reset(url)
    return asyncio.run(work)


def part(folder: Path, url: str, slots: int, count: int) -> None:
    """One of several processes: measures and prints one line of JSON."""
    scenarios = [decode(line, Scenario) for line in (folder / "scenarios.jsonl").read_bytes().splitlines()]
    recipe = Recipe.model_validate(RECIPE)
    services = build_services(sources(recipe, Path()))
    found = asyncio.run(dialogues(url, scenarios, services, slots, count, 1 - slots / count))
    print(json.dumps([found.requests, found.seconds, found.cpu]))


def parts(folder: Path, url: str, processes: int, slots: int, count: int) -> list[Measured]:
    """Runs several processes at once."""
    reset(url)
    command = [sys.executable, "-m", "benchmarks.orchestration", "--part", str(folder), url, str(slots), str(count)]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(processes)]
    return [Measured(*json.loads(process.communicate()[0].splitlines()[-1])) for process in running]


def measure(rounds: int, long: int) -> dict[str, Any]:
    """Measures everything; returns figures by name."""
    recipe = Recipe.model_validate(RECIPE)
    services = build_services(sources(recipe, Path()))
    scenarios, recorder = asyncio.run(record(recipe, services))
    bodies = [(name, orjson.loads(body)) for name, all_ in recorder.bodies.items() for body in all_]
    per = len(bodies) / len(scenarios)
    found: dict[str, Any] = {
        "dialogues_recorded": len(scenarios),
        "requests_per_dialogue": round(per, 1),
        "kib_per_request": round(sum(len(orjson.dumps(body)) for _, body in bodies) / len(bodies) / 1024, 1),
    }
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "answers.json").write_text(json.dumps(recorder.answers))
        (folder / "bodies.json").write_text(json.dumps(bodies))
        (folder / "scenarios.jsonl").write_bytes(b"\n".join(encode(scenario) for scenario in scenarios))
        with endpoint(folder / "answers.json", str(LATENCY)) as url:
            for slots in (64, 256):
                whole, loops = [], []
                for _ in range(rounds):
                    count = int(long * slots / 64 / per) + 2 * slots
                    loops.append(here(url, bare(url, bodies, slots, long * slots // 64)))
                    talks = dialogues(url, scenarios, services, slots, count, 1 - slots / count)
                    whole.append(here(url, talks))
                ratios = [mine.rate / loop.rate for mine, loop in zip(whole, loops, strict=True)]
                found |= {
                    f"ratio_c{slots}": round(statistics.median(ratios), 3),
                    f"rate_c{slots}": round(statistics.median(each.rate for each in whole)),
                    f"bare_rate_c{slots}": round(statistics.median(each.rate for each in loops)),
                    f"cpu_ms_per_request_c{slots}": round(statistics.median(each.cpu_ms for each in whole), 3),
                    f"bare_cpu_ms_c{slots}": round(statistics.median(each.cpu_ms for each in loops), 3),
                    f"waited_for_a_core_c{slots}": round(max(each.waited / each.seconds for each in whole), 3),
                    f"kept_c{slots}": whole[-1].kept,
                    f"dropped_c{slots}": whole[-1].dropped,
                }
            asked = sdk(url, folder / "bodies.json", 64, 1000)
            found["openai_cpu_ms_c64"] = round(asked.cpu_ms, 3) if asked else None
            found["openai_to_whole_dialogues"] = (
                round(asked.cpu_ms / found["cpu_ms_per_request_c64"], 1) if asked else None
            )
            two = parts(folder, url, 2, 500, 500 * 4)
            found["rate_c1000_2_processes"] = round(sum(each.rate for each in two))
            found["cpu_ms_per_request_c1000"] = round(sum(e.cpu for e in two) / sum(e.requests for e in two) * 1000, 3)
        with endpoint(folder / "answers.json", f"{LATENCY},1.0") as url:
            tail = here(url, dialogues(url, scenarios, services, 64, 640, 0.9))
            found["busy_lognormal"] = round(tail.busy, 3)
    found |= {
        "ratio_to_limit": {
            "ratio_c64": round(found["ratio_c64"] / LIMIT_RATIO, 2),
            "cpu_ms_per_request_c256": round(LIMIT_CPU_MS / found["cpu_ms_per_request_c256"], 2),
            "busy_lognormal": round(found["busy_lognormal"] / LIMIT_BUSY, 2),
        }
    }
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="end with one line of JSON")
    parser.add_argument("--rounds", type=int, default=3, help="pairs of bare loop and dialogues; the median counts")
    parser.add_argument("--requests", type=int, default=6000, help="of the bare loop at 64, per round")
    parser.add_argument("--part", nargs=4, metavar=("FOLDER", "URL", "SLOTS", "COUNT"), help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.part:
        folder, url, slots, count = asked.part
        part(Path(folder), url, int(slots), int(count))
        return
    found = measure(asked.rounds, asked.requests)
    if not asked.json:
        for name, value in found.items():
            print(f"{name:28} {value}")
        return
    print(json.dumps(found))


if __name__ == "__main__":
    main()
