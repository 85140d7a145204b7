"""What a run of 1,000,000 costs its driver, and how long `writ plan` and a rerun of it take.

    python benchmarks/million.py [--rows 1000000] [--worker-ms 5.46]
    python benchmarks/million.py plan            # only the times of plan and rerun

The driver is the real one (orders, cells, near-duplicates, selection, manifests), the shards are made up: as many rows
as each order asks for, with MinHash features drawn at random, which is the worst that the index can meet. Told are CPU
seconds of the driver without those of making the shards up, its largest resident set, and what of that is the index of
near-duplicates, for a hundredth, a tenth and all of the rows. Then, on a folder with as many files as all of these
rows have in all stages, CPU and clock of `writ plan` and `writ run` beyond the start of Python: with nothing stale, and
of a plan that must look at every shard. Not in here: data set, card and report (`benchmarks/export.py` has the like).

With the workers' CPU time per trajectory (`benchmarks/throughput.py`), the last line projects a whole run on 2 cores.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import msgspec
import pyarrow as pa

from pipeline.commands import _finishers, _plan
from pipeline.contents import ROWS, write_contents
from pipeline.line import Line, Order
from pipeline.plan import Plan
from pipeline.plan_tasks import SHARD, Fields, first_round
from pipeline.progress import Silent
from pipeline.recipe_file import load_recipe
from pipeline.run_folder import features_shard, select_shard, step_shard
from pipeline.runner import _key, finishers, run
from pipeline.shard import ShardResult
from pipeline.storage import Manifest, read_json, write_json, write_manifest, write_table
from pipeline.unchanged import FILE, Asked, made_with, note

RECIPE = Path(__file__).resolve().parents[1] / "recipes" / "retail.yaml"
LIMIT_PLAN, LIMIT_MINUTES = 2.0, 70.0
FEATURES = 136


class MadeUp:
    """An executor that makes shards up.

    Attributes:
        cpu: seconds that it took for that.
        index: bytes of the index of near-duplicates after the last shard.
    """

    def __init__(self, per_task: int) -> None:
        """Makes so many rows per order."""
        self.per_task, self.cpu = per_task, 0.0

    def map(self, line: Line, folder: Path, orders: Iterator[Order]) -> Iterator[ShardResult]:
        """Writes the features of each order's rows."""
        pack = msgspec.msgpack.Encoder().encode
        for order in orders:
            began = time.process_time()
            rng = random.Random(order.name)
            columns: dict[str, list[bytes]] = {"id": [], "source": [], "fields": [], "features": []}
            for spec in order.specs:
                fields = Fields(spec.domain, spec.kind, spec.num_writes, spec.burden, spec.burden, spec.split)
                for number in range(self.per_task):
                    columns["id"].append(f"{spec.id}-{number}".encode())
                    columns["source"].append(f"dialogue-{spec.id[6:]}-{number}".encode())
                    columns["fields"].append(pack(tuple(fields)))
                    columns["features"].append(pack({"": rng.randbytes(FEATURES)}))
            shard = features_shard(folder, line, order.name)
            types = (pa.string(), pa.string(), pa.binary(), pa.binary())
            arrays = [
                pa.array(each, pa.binary()).cast(kind) for each, kind in zip(columns.values(), types, strict=True)
            ]
            info = write_table(shard.records, pa.table(arrays, names=list(columns)))
            rows = len(columns["id"])
            write_manifest(shard.manifest, Manifest(key="-", rows=rows, drops=0, files={shard.records.name: info}))
            self.cpu += time.process_time() - began
            yield ShardResult(order.name, made={step.name: rows for step in line.steps}, fresh=False)

    def close(self) -> None:
        """Holds nothing."""


def planned(rows: int, out: Path) -> Plan:
    recipe = load_recipe(RECIPE).model_copy(update={"count": rows})
    return _plan(recipe, RECIPE, None, out)


def drive(rows: int, out: Path) -> None:
    """Runs the driver in this process and prints what it took."""
    plan = planned(rows, out)
    executor = MadeUp(plan.recipe.behaviors_per_task)
    index = 0
    before = time.process_time()
    began = time.monotonic()
    outcome = run(plan, lambda: executor, Silent())
    cpu = time.process_time() - before - executor.cpu
    # What the index holds by its own count, of as many rows as were accepted: it is gone when the run has ended.
    state = plan.line.group.start()
    for number in range(1 << 14):
        plan.line.group.accept(state, f"dialogue-{number}", {"": random.Random(number).randbytes(FEATURES)})
    index = sum(each.nbytes for each in state.values()) * rows // (1 << 14)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    found = {
        "rows": outcome.kept,
        "driver_cpu_seconds": round(cpu, 1),
        "driver_cpu_ms_per_row": round(1000 * cpu / max(outcome.kept, 1), 3),
        "peak_mib": round(peak),
        "index_mib": round(index / (1 << 20)),
        "seconds": round(time.monotonic() - began, 1),
    }
    print(json.dumps(found), flush=True)


def furnish(rows: int, out: Path) -> int:
    """Gives the folder the files of all stages, and the end of a run with data set and report; returns the shards."""
    plan = planned(rows, out)
    names = [f"r0-{number:05d}" for number in range(-(-first_round(plan.recipe) // SHARD))]
    shards = [(step_shard(out, plan.line, number, ""), step.stage) for number, step in enumerate(plan.line.steps, 1)]
    shards += [(each(out, plan.line, ""), plan.line.group) for each in (features_shard, select_shard)]
    for shard, stage in shards:
        said = Manifest(key="-", stage=plan.line.stage_key(stage), seconds=0.4, rows=96, drops=0, files={})
        shard.folder.mkdir(parents=True, exist_ok=True)
        content = msgspec.json.encode(said)
        for name in names:
            (shard.folder / f"{name}.json").write_bytes(content)
            (shard.folder / f"{name}.parquet").write_bytes(content)
    for name in names:  # what was rejected, which not each stage does
        (shards[-1][0].folder / f"{name}.drops.parquet").write_bytes(b"-")
    write_contents(out, {ROWS: ["stages", "kept.json"]})
    ended = read_json(out / "run.json")
    write_json(
        out / "run.json", {**ended, "wanted": rows, "kept": rows, "key": _key(plan, finishers(_finishers()), rows)}
    )
    now = made_with(Asked(RECIPE, count=rows), plan.read())
    note(out, now, now)
    return len(names)


def took(*command: str | Path) -> tuple[float, float]:
    """Returns CPU and clock seconds of a command, which must not fail."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    # Compiling every module anew is no part of it.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run([str(each) for each in command], capture_output=True, text=True, env=environment)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        sys.exit(done.stderr)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, time.monotonic() - began


def main() -> None:
    """Measures what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["all", "plan"], nargs="?", default="all")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--worker-ms", type=float, default=5.46, help="of CPU per trajectory, by throughput.py")
    parser.add_argument("--drive", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.drive:
        drive(asked.rows, asked.drive)
        return
    with tempfile.TemporaryDirectory(prefix="writ-bench-") as folder:
        print(json.dumps({"load_before": round(os.getloadavg()[0], 1)}))
        found = []
        for rows in (asked.rows // 100, asked.rows // 10, asked.rows)[: 1 if asked.what == "plan" else 3]:
            out = Path(folder) / str(rows)
            done = subprocess.run(
                [sys.executable, __file__, "--rows", str(rows), "--drive", str(out)], stdout=subprocess.PIPE, text=True
            )
            print(done.stdout.strip(), flush=True)
            found.append(json.loads(done.stdout))
        out = Path(folder) / str(asked.rows // 100)
        shards = furnish(asked.rows, out)
        writ = Path(sys.executable).with_name("writ")
        same = [RECIPE, "-n", str(asked.rows), "--out", out]
        took(writ, "plan", *same)
        start = took(sys.executable, "-c", "pass")
        for what, command in (("plan, nothing stale", "plan"), ("run, nothing stale", "run")):
            tell(what, took(writ, command, *same), start, shards)
        (out / FILE).unlink()
        tell("plan after an edit that touches no stage", took(writ, "plan", *same), start, shards)
        (out / "run.json").unlink()
        tell("plan, every shard looked at", took(writ, "plan", *same), start, shards)
    if asked.what == "plan":
        return
    small, large = found[0], found[-1]
    flat = {
        "what": "memory of the driver, index apart",
        "mib": [each["peak_mib"] - each["index_mib"] for each in found],
        "ratio": round((large["peak_mib"] - large["index_mib"]) / (small["peak_mib"] - small["index_mib"]), 2),
    }
    print(json.dumps(flat))
    minutes = asked.rows * (asked.worker_ms + large["driver_cpu_ms_per_row"]) / 1000 / 60 / 2
    print(json.dumps({"what": "projected on 2 cores", "minutes": round(minutes, 1), "limit": LIMIT_MINUTES}))


def tell(what: str, taken: tuple[float, float], start: tuple[float, float], shards: int) -> None:
    cpu, seconds = (round(own - python, 2) for own, python in zip(taken, start, strict=True))
    ratio = round(cpu / LIMIT_PLAN, 2)
    print(
        json.dumps({"what": what, "shards": shards, "cpu": cpu, "seconds": seconds, "ratio_to_limit": ratio}),
        flush=True,
    )


if __name__ == "__main__":
    main()
