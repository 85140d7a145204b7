"""Kept trajectories per second over a real MCP server: mcp-server-sqlite with the recipe of examples/mcp.

    python -m benchmarks.mcp --server .venv/servers/bin/mcp-server-sqlite [-n 400]

The CPU time of a run of a few rows is taken from that of a longer one, the servers' own time included, so that neither
the start nor what else the machine does counts. Limit: 10 per second on 2 cores, that is 200 ms of CPU per row.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

import yaml

EXAMPLES = Path(__file__).resolve().parents[1] / "examples" / "mcp"
FEW = 40
LIMIT = 0.2


def main() -> None:
    """Measures and prints one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--server", default="mcp-server-sqlite", help="the program mcp-server-sqlite")
    parser.add_argument("-n", type=int, default=400, help="rows of the longer run beyond the shorter one")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        subprocess.run([sys.executable, str(EXAMPLES / "make_library.py"), str(place / "data")], check=True)
        recipe = yaml.safe_load((EXAMPLES / "sqlite.yaml").read_text())
        recipe["domains"][0]["mcp"]["command"][0] = asked.server
        path = place / "sqlite.yaml"
        path.write_text(json.dumps(recipe))
        few, many = (_cpu(path, place / f"run-{count}", count) for count in (FEW, FEW + asked.n))
    row = (many - few) / asked.n
    found = {"cpu_ms_per_row": round(row * 1000, 1), "per_second_on_2_cores": round(2 / row, 1)}
    print(json.dumps({**found, "ratio_to_limit": round(LIMIT / row, 2), "cpu_seconds_of_the_start": round(few, 1)}))


def _cpu(recipe: Path, out: Path, count: int) -> float:
    """Returns the CPU seconds of a run in a process of its own, its servers included."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = ["run", str(recipe), "-n", str(count), "--out", str(out), "--executor", "inline"]
    subprocess.run([sys.executable, "-m", "pipeline.cli", *command], check=True, stderr=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


if __name__ == "__main__":
    main()
