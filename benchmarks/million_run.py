"""Makes 1,000,000 trajectories for real, by the program, and tells how it goes: rate, memory, disk, duplicates.

    python benchmarks/million_run.py --out DIR [--rows 1000000] [--world-size 20000] [--every 300]

The recipe is `recipes/retail.yaml` in a world of so many customers: the recipe's own 2,000 are too few for that many
different tasks (docs/scale.md). Every few minutes a line says what is kept, the rate since the line before, what driver
and largest worker hold for themselves (USS, MiB) at that moment, and what the folder takes. The run stays in DIR: the
same command goes on after any interruption. The last lines hold the figures against the limits: 70 minutes, and memory
at most 1.10 times that at a tenth of the rows, of the driver without the index of near-duplicates (400 bytes a row).
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.throughput import HOME, Watched, look, processes_below
from pipeline.storage import read_json

LIMIT_MINUTES, LIMIT_GROWTH = 70.0, 1.10
INDEX = 400
_POLL = 2.0
_MIB = 1 << 20


def recipe_in(world_size: int, folder: Path) -> Path:
    """Writes the default recipe with a world of another size; returns its path."""
    text = (HOME / "recipes" / "retail.yaml").read_text(encoding="utf-8")
    own = "world: {size: 2000, seed: 1}"
    if own not in text:
        sys.exit(f"recipes/retail.yaml has no `{own}` any more; change this script")
    path = folder / f"retail-{world_size}.yaml"
    path.write_text(text.replace(own, f"world: {{size: {world_size}, seed: 1}}"), encoding="utf-8")
    return path


def disk(folder: Path) -> tuple[int, int]:
    """Returns files and bytes of a folder; what goes away meanwhile is left out."""
    done = subprocess.run(["du", "-s", "--block-size=1", str(folder)], capture_output=True, text=True)
    listed = subprocess.run(["find", str(folder), "-type", "f"], capture_output=True)
    return listed.stdout.count(b"\n"), int(done.stdout.split()[0]) if done.stdout else 0


def watch(child: subprocess.Popen[bytes], out: Path, every: float) -> tuple[dict[int, Watched], list[dict[str, Any]]]:
    """Tells how the run goes until it has ended; returns what was seen of its processes, and the lines."""
    seen: dict[int, Watched] = {}
    lines: list[dict[str, Any]] = []
    started = last = time.monotonic()
    before = 0
    while child.poll() is None:
        time.sleep(_POLL)
        now: dict[str, int] = {"driver": 0, "worker": 0}
        for pid, role in processes_below(child.pid):
            at_once = Watched(role)
            look(pid, at_once, making=True)
            kept = seen.setdefault(pid, Watched(role))
            kept.role = role if kept.role == "ray" else kept.role
            kept.cpu, kept.memory = max(kept.cpu, at_once.cpu), max(kept.memory, at_once.memory)
            now[role] = max(now.get(role, 0), at_once.memory)
        if time.monotonic() - last >= every and (out / "status.json").exists():
            state = read_json(out / "status.json")
            files, size = disk(out)
            line: dict[str, Any] = {
                "minutes": round((time.monotonic() - started) / 60, 1),
                "kept": state["kept"],
                "per_second": round((state["kept"] - before) / (time.monotonic() - last), 1),
                "driver_mib": round(now["driver"] / _MIB),
                "worker_mib": round(now["worker"] / _MIB),
                "disk_mib": round(size / _MIB),
                "files": files,
                "phase": state["phase"],
            }
            print(json.dumps(line), flush=True)
            lines.append(line)
            last, before = time.monotonic(), state["kept"]
    return seen, lines


def tell(out: Path, rows: int, seen: dict[int, Watched], lines: list[dict[str, Any]], seconds: float) -> None:
    """Prints the figures of the whole run."""
    ended = read_json(out / "run.json")
    files, size = disk(out)
    cpu = {role: sum(e.cpu for e in seen.values() if e.role == role) for role in ("driver", "worker")}
    drops = {each["reason"]: each["count"] for each in ended["drops"]}
    print(json.dumps({
        "kept": ended["kept"], "minutes": round(seconds / 60, 1), "limit_minutes": LIMIT_MINUTES,
        "kept_per_second": round(ended["kept"] / seconds, 1), "rounds": ended["rounds"], "shards": ended["shards"],
        "cpu_ms_per_kept": {role: round(1000 * each / max(ended["kept"], 1), 2) for role, each in cpu.items()},
        "near_duplicates": drops.get("near_duplicate", 0), "drops": drops,
        "disk_bytes_per_row": round(size / max(ended["kept"], 1)), "files": files,
    }))  # fmt: skip
    # Data set and report hold row groups and texts for a while; that is told apart.
    rounds = [line for line in lines if line["phase"].startswith("round") and line["worker_mib"]]
    tenth = next((line for line in rounds if line["kept"] >= rows / 10), None)
    full = [line for line in rounds if line["kept"] >= rows * 0.9]
    if tenth is None or not full:
        print("memory at a tenth and at the end: not seen; give a smaller --every")
        return

    def apart(line: dict[str, Any]) -> float:
        return float(line["driver_mib"] - line["kept"] * INDEX / _MIB)

    told = {
        "driver_without_index": round(max(map(apart, full)) / apart(tenth), 3),
        "driver": round(max(line["driver_mib"] for line in full) / tenth["driver_mib"], 3),
        "workers": round(max(line["worker_mib"] for line in full) / tenth["worker_mib"], 3),
    }
    peak = max(each.memory for each in seen.values() if each.role == "driver") / _MIB
    print(json.dumps({"memory_growth": told, "limit_growth": LIMIT_GROWTH, "driver_peak_mib": round(peak)}))


def main() -> None:
    """Makes the run that the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--world-size", type=int, default=20_000)
    parser.add_argument("--every", type=float, default=300.0)
    asked = parser.parse_args()
    asked.out.mkdir(parents=True, exist_ok=True)
    run = asked.out / "run"
    writ = Path(sys.executable).with_name("writ")
    command = [str(writ), "run", str(recipe_in(asked.world_size, asked.out)), "-n", str(asked.rows), "--out", str(run)]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    print(json.dumps({"command": " ".join(command), "load_before": round(os.getloadavg()[0], 1)}), flush=True)
    started = time.monotonic()
    with (asked.out / "said.log").open("ab") as said:
        child = subprocess.Popen(command, stderr=said, env=environment)
        try:
            seen, lines = watch(child, run, asked.every)
        finally:
            if child.poll() is None:
                child.terminate()
    seconds = time.monotonic() - started
    if child.returncode not in (0, 1):
        sys.exit(f"the run ended with exit code {child.returncode}: see {asked.out / 'said.log'}")
    tell(run, asked.rows, seen, lines, seconds)
    sys.exit(child.returncode)


if __name__ == "__main__":
    main()
