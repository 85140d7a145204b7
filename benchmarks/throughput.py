"""Measures the main job: time of 1,000 with the start of Ray, sustained rate, memory of driver and workers.

    python benchmarks/throughput.py start                     # 1,000 of the quickstart recipe, start of Ray included
    python benchmarks/throughput.py sustained -n 50000        # default recipe; everything included
    python benchmarks/throughput.py memory -n 5000 -n 50000   # largest PSS of driver and of any worker, per count

Every figure comes with the limit that it is held against, and the load of the machine while it was taken.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

HOME = Path(__file__).resolve().parent.parent
WRIT = Path(sys.executable).with_name("writ")
LIMIT_SECONDS, LIMIT_RATE, LIMIT_GROWTH = 30.0, 300.0, 1.10


def processes_below(root: int) -> list[tuple[int, str]]:
    """Returns (pid, role) of the driver and of its Ray workers."""
    parents: dict[int, list[int]] = defaultdict(list)
    for path in Path("/proc").iterdir():
        if path.name.isdigit():
            try:
                parents[int((path / "stat").read_text().rpartition(")")[2].split()[1])].append(int(path.name))
            except OSError:
                continue
    found, waiting = [(root, "driver")], list(parents[root])
    while waiting:
        pid = waiting.pop()
        waiting.extend(parents[pid])
        try:
            if Path(f"/proc/{pid}/cmdline").read_bytes().startswith(b"ray::"):
                found.append((pid, "worker"))
        except OSError:
            continue
    return found


def pss(pid: int) -> int:
    """Returns a process's own share of memory in bytes; 0 if it is gone."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:")), 0)


def measured_run(recipe: str, count: int, workers: int) -> dict[str, float]:
    """Runs a recipe into a folder that is thrown away; returns seconds, kept, rate and largest memory by role."""
    folder = Path(tempfile.mkdtemp(prefix="writ-bench-"))
    peak: dict[str, int] = defaultdict(int)
    load = os.getloadavg()[0]
    started = time.monotonic()
    command = [str(WRIT), "run", str(HOME / "recipes" / recipe), "-n", str(count), "--workers", str(workers)]
    child = subprocess.Popen([*command, "--out", str(folder / "run")], stderr=(folder / "stderr").open("w"))
    while child.poll() is None:
        for pid, role in processes_below(child.pid):
            peak[role] = max(peak[role], pss(pid))
        time.sleep(0.5)
    seconds = time.monotonic() - started
    try:
        manifest = json.loads((folder / "run" / "run.json").read_text())
    except OSError:
        sys.exit(f"the run failed with exit code {child.returncode}:\n{(folder / 'stderr').read_text()}")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return {
        "kept": manifest["kept"],
        "seconds": round(seconds, 1),
        "kept_per_second": round(manifest["kept"] / seconds, 1),
        "driver_mib": peak["driver"] >> 20,
        "worker_mib": peak["worker"] >> 20,
        "load_before": round(load, 2),
        "exit_code": child.returncode,
    }


def main() -> None:
    """Measures what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["start", "sustained", "memory"])
    parser.add_argument("-n", type=int, action="append")
    parser.add_argument("--workers", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--recipe")
    asked = parser.parse_args()
    if asked.what == "start":
        found = measured_run(asked.recipe or "quickstart.yaml", (asked.n or [1000])[0], asked.workers)
        print(json.dumps({**found, "limit_seconds": LIMIT_SECONDS, "of_limit": found["seconds"] / LIMIT_SECONDS}))
    elif asked.what == "sustained":
        found = measured_run(asked.recipe or "retail.yaml", (asked.n or [50_000])[0], asked.workers)
        print(json.dumps({**found, "limit_rate": LIMIT_RATE, "of_limit": found["kept_per_second"] / LIMIT_RATE}))
    else:
        runs = [measured_run(asked.recipe or "retail.yaml", n, asked.workers) for n in asked.n or [5_000, 50_000]]
        for found in runs:
            print(json.dumps(found))
        for role in ("driver_mib", "worker_mib"):
            print(json.dumps({role: runs[-1][role] / max(runs[0][role], 1), "limit": LIMIT_GROWTH}))


if __name__ == "__main__":
    main()
