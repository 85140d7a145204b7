"""What `writ export` costs per format, against the limit of 60 s for 100,000 rows, and whether its memory is flat.

    writ run recipes/retail.yaml -n 2000
    python benchmarks/export.py outputs/retail [--rows 100000] [--format FORMAT]

The rows are those of the run, its shards read again and again until there are enough: every one is read, parsed and
written like the first time. Each figure is of a process of its own: CPU seconds (user and system, all threads) and the
largest resident set, beside that of a tenth of the rows. The files go to a temporary folder beside the run.
"""

from __future__ import annotations

import argparse
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

LIMIT = 60.0
ROWS = 100_000


def many(run: Path, rows: int, folder: Path) -> Path:
    """Makes a run of so many rows out of the shards of another, without copying them."""
    from pipeline.kept_tables import kept_tables
    from pipeline.storage import read_json, write_json

    there = sum(table.num_rows for table in kept_tables(run, ["id"]))
    kept = read_json(run / "kept.json")
    for name in ("recipe.json", "run.json", "stages.json"):
        shutil.copy2(run / name, folder / name)
    for place in {kept["rows"], kept["select"]}:
        shutil.copytree(run / place, folder / place)
    write_json(folder / "kept.json", {**kept, "shards": kept["shards"] * max(round(rows / there), 1)})
    return folder


def once(run: Path, name: str) -> None:
    """Exports and prints CPU seconds and MiB."""
    from rich.console import Console

    from pipeline.exports.command import export
    from stages.training_examples import Shape

    with tempfile.TemporaryDirectory(dir=run.parent) as folder:
        before = time.process_time()
        export(run, name, Path(folder) / "out", Shape(), Console(quiet=True))
        spent = time.process_time() - before
        written = sum(path.stat().st_size for path in (Path(folder) / "out").iterdir())
    print(spent, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, written / 2**20)


def measured(run: Path, name: str) -> tuple[float, float, float]:
    """Exports in a process of its own."""
    done = subprocess.run(
        [sys.executable, __file__, str(run), "--once", name], check=True, capture_output=True, text=True
    )
    seconds, mebibytes, written = map(float, done.stdout.split())
    return seconds, mebibytes, written


def main() -> None:
    """Measures."""
    from pipeline.exports.formats import FORMATS

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("run", type=Path)
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--format", choices=list(FORMATS))
    parser.add_argument("--once", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.once:
        once(arguments.run, arguments.once)
        return
    with tempfile.TemporaryDirectory(dir=arguments.run.absolute().parent) as work:
        runs = []
        for rows in (arguments.rows // 10, arguments.rows):
            folder = Path(work) / str(rows)
            folder.mkdir()
            runs.append(many(arguments.run, rows, folder))
        for name in [arguments.format] if arguments.format else FORMATS:
            (_, small, _), (seconds, large, written) = (measured(run, name) for run in runs)
            ratio = seconds * ROWS / arguments.rows / LIMIT
            print(
                f"{name}: {seconds:.1f} s CPU for {arguments.rows:,} rows, {ratio:.2f} of the limit; "
                f"{large:.0f} MiB at most, {large / small:.2f} of a tenth of the rows; {written:.0f} MiB written",
                flush=True,
            )


if __name__ == "__main__":
    main()
