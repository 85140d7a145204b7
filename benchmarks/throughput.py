"""Measures the main job: time of 1,000 with the start of Ray, sustained rate, CPU and memory of driver and workers.

    python benchmarks/throughput.py                  # all of it: 1,000, then 5,000 and 50,000 of the default recipe
    python benchmarks/throughput.py --count 5000     # the same at 500 and 5,000: a quick look
    python benchmarks/throughput.py start            # 1,000 of the quickstart recipe only
    python benchmarks/throughput.py sustained        # the two counts of the default recipe only

The sustained rate counts from the first shard that is done to the last file, so start-up is out and data set, card and
report are in. CPU time says what a machine that is busy with other things would hide: `rate_if_idle` is what the CPU
time per trajectory allows on so many cores. Memory is what a process holds for itself (USS), its peak; of the driver
also that of its data (no libraries) until all shards are made, less the index of near-duplicates. At the end, while
data set and report are written, the index is gone, so nothing is taken off; Ray's workers are gone, too, and libraries
that they shared count as the driver's own, about 90 MiB. Every figure comes with the limit that it is held against, and
with the load of the machine before the run.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

HOME = Path(__file__).resolve().parent.parent
LIMIT_SECONDS, LIMIT_RATE, LIMIT_GROWTH = 30.0, 300.0, 1.10
START_COUNT, COUNT = 1_000, 50_000
INDEX_BYTES = 332
"""Of the index of near-duplicates, a row: `benchmarks/near_duplicates.py`."""
_POLL = 0.5
_TICK = os.sysconf("SC_CLK_TCK")
_BYTECODE = ("PYTHONDONTWRITEBYTECODE",)
"""Not for the measured program: compiling every module anew is no part of a run."""


@dataclass
class Watched:
    """What was seen of one process: role, CPU seconds so far, peaks of its own memory and of its data while making."""

    role: str
    cpu: float = 0.0
    memory: int = 0
    making: int = 0


@dataclass
class Measured:
    """One run."""

    count: int
    kept: int = 0
    seconds: float = 0.0
    first: tuple[float, int] | None = None
    making: bool = True
    exit_code: int = 0
    load: float = 0.0
    processes: dict[int, Watched] = field(default_factory=dict)

    def cpu(self, role: str) -> float:
        """Returns the CPU seconds of all processes of a role."""
        return sum(each.cpu for each in self.processes.values() if each.role == role)

    def memory(self, role: str) -> float:
        """Returns the peak of the largest process of a role, in MiB."""
        return max((each.memory for each in self.processes.values() if each.role == role), default=0) / (1 << 20)

    @property
    def driver_making(self) -> float:
        """The peak of the driver's data until all shards were made, less the index of near-duplicates, in MiB."""
        peak = max((each.making for each in self.processes.values() if each.role == "driver"), default=0)
        return (peak - INDEX_BYTES * self.kept) / (1 << 20)

    @property
    def rate(self) -> float:
        """Trajectories per second after the first shard."""
        if self.first is None:
            return 0.0
        since, before = self.first
        return (self.kept - before) / max(self.seconds - since, 1e-9)


def processes_below(root: int) -> list[tuple[int, str]]:
    """Returns (pid, role) of the driver, of its Ray workers, and of the rest of Ray."""
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
            is_worker = Path(f"/proc/{pid}/cmdline").read_bytes().startswith(b"ray::")
        except OSError:
            continue
        found.append((pid, "worker" if is_worker else "ray"))
    return found


def look(pid: int, into: Watched, making: bool) -> None:
    """Brings what is known of a process up to date; leaves it as it is when the process is gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        into.cpu = max(into.cpu, (int(fields[11]) + int(fields[12])) / _TICK)
        if into.role != "ray":
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
            own = sum(int(line.split()[1]) for line in lines if line.startswith(("Private_Clean:", "Private_Dirty:")))
            into.memory = max(into.memory, own * 1024)
            data = sum(int(line.split()[1]) for line in lines if line.startswith("Anonymous:")) * 1024
            into.making = max(into.making, data) if making else into.making
    except OSError:
        return


def listen(lines: Iterable[str], measured: Measured, started: float, said: list[str]) -> None:
    """Takes from the program's heartbeats when the first trajectories were kept, how many, and when all are made."""
    for line in lines:
        said.append(line)
        if line.startswith("{"):
            beat = json.loads(line)
            kept, measured.making = beat.get("kept", 0), beat.get("phase", "").startswith("round")
            if kept and measured.first is None:
                measured.first = time.monotonic() - started, kept


def measure(recipe: str, count: int, workers: int) -> Measured:
    """Runs a recipe into a folder that is thrown away."""
    folder = Path(tempfile.mkdtemp(prefix="writ-bench-"))
    measured = Measured(count, load=os.getloadavg()[0])
    writ = Path(sys.executable).with_name("writ")
    command = [str(writ), "run", str(HOME / "recipes" / recipe), "-n", str(count), "--workers", str(workers)]
    environment = {name: value for name, value in os.environ.items() if name not in _BYTECODE}
    started = time.monotonic()
    child = subprocess.Popen(
        [*command, "--out", str(folder / "run")], stderr=subprocess.PIPE, text=True, env=environment
    )
    said: list[str] = []
    listener = threading.Thread(target=listen, args=(child.stderr, measured, started, said), daemon=True)
    listener.start()
    try:
        while child.poll() is None:
            for pid, role in processes_below(child.pid):
                watched = measured.processes.setdefault(pid, Watched(role))
                watched.role = role if watched.role == "ray" else watched.role
                look(pid, watched, measured.making)
            time.sleep(_POLL)
        measured.seconds = time.monotonic() - started
        listener.join(timeout=5)
        measured.exit_code = child.returncode
        measured.kept = json.loads((folder / "run" / "run.json").read_text())["kept"]
    except OSError:
        sys.exit(f"the run failed with exit code {child.returncode}:\n{''.join(said[-20:])}")
    finally:
        if child.poll() is None:
            child.terminate()
        shutil.rmtree(folder, ignore_errors=True)
    return measured


def tell(measured: Measured, workers: int, **more: object) -> None:
    """Prints one run as a line of JSON."""
    kept = max(measured.kept, 1)
    driver, worker = (measured.cpu(role) / kept * 1000 for role in ("driver", "worker"))
    line: dict[str, object] = {
        "kept": measured.kept,
        "seconds": round(measured.seconds, 1),
        "kept_per_second": round(measured.rate, 1),
        "cpu_ms_per_kept": {"driver": round(driver, 2), "workers": round(worker, 2)},
        "rate_if_idle": round(1000 * workers / max(driver + worker, 1e-9), 1),
        "memory_mib": {role: round(measured.memory(role), 1) for role in ("driver", "worker")},
        "driver_data_while_making_mib": round(measured.driver_making, 1),
        "load_before": round(measured.load, 2),
        "exit_code": measured.exit_code,
    }
    print(json.dumps({**line, **more}), flush=True)


def main() -> None:
    """Measures what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["all", "start", "sustained"], nargs="?", default="all")
    parser.add_argument(
        "-n", "--count", type=int, help=f"of the sustained run ({COUNT}), and of the start ({START_COUNT})"
    )
    parser.add_argument("--workers", type=int, default=len(os.sched_getaffinity(0)))
    asked = parser.parse_args()
    if asked.what != "sustained":
        count = min(asked.count or START_COUNT, START_COUNT)
        start = measure("quickstart.yaml", count, asked.workers)
        ratio = round(start.seconds / LIMIT_SECONDS, 2)
        tell(start, asked.workers, what="start", limit_seconds=LIMIT_SECONDS, ratio_to_limit=ratio)
    if asked.what != "start":
        count = asked.count or COUNT
        small, large = (measure("retail.yaml", n, asked.workers) for n in (max(count // 10, 1), count))
        tell(small, asked.workers, what="a tenth")
        ratio = round(LIMIT_RATE / max(large.rate, 1e-9), 2)
        tell(large, asked.workers, what="sustained", limit_rate=LIMIT_RATE, ratio_to_limit=ratio)
        growth = {role: round(large.memory(role) / max(small.memory(role), 1.0), 3) for role in ("driver", "worker")}
        growth["driver_data_while_making"] = round(large.driver_making / max(small.driver_making, 1.0), 3)
        ratios = {role: round(each / LIMIT_GROWTH, 2) for role, each in growth.items()}
        print(json.dumps({"what": "memory", "growth": growth, "limit_growth": LIMIT_GROWTH, "ratio_to_limit": ratios}))


if __name__ == "__main__":
    main()
