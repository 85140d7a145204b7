"""How fast `writ view` shows a large run: 1 s from the command to the first page over 100,000 rows.

    python benchmarks/view.py [--rows 100000] [--run outputs/small]

The large run is a small one (made first, where none is given) whose shards are there many times, under other names and
with other ids. Told are the start (from nothing to a server that listens), the first page, and pages of lists and
dialogues: what a person waits for, and the CPU time that the server spends on it. First with the index that a run
leaves, then without, as of a run of an older version.
"""

from __future__ import annotations

import argparse
import http.client
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import pyarrow.compute as pc

from pipeline.kept_tables import kept_shards, kept_tables
from pipeline.run_folder import INDEX
from pipeline.storage import read_json, read_table, write_json, write_table
from pipeline.view.kept_rows import IndexWriter

ROOT = Path(__file__).resolve().parents[1]
LIMIT = 1.0


def enlarged(run: Path, out: Path, rows: int) -> int:
    """Writes the large run; returns how many rows it has."""
    kept = read_json(run / "kept.json")
    parts = []
    for name in kept["shards"]:
        tables = {place: read_table(run / kept[place] / f"{name}.parquet") for place in ("rows", "select", "judged")}
        parts.append((name, tables))
    size = sum(tables["select"].num_rows for _, tables in parts)
    names, total = [], 0
    for copy in range(-(-rows // size)):
        for name, tables in parts:
            names.append(f"r{copy}-{name[1:]}")
            total += tables["select"].num_rows
            table = tables["rows"]
            ids = pc.binary_join_element_wise(table["id"], f"{copy:06d}", "")
            write_table(out / kept["rows"] / f"{names[-1]}.parquet", table.set_column(0, table.schema.field(0), ids))
            write_table(out / kept["select"] / f"{names[-1]}.parquet", tables["select"])
            if copy == 0:  # nothing but the dialogues that are opened is read of these
                judged = tables["judged"].set_column(
                    0,
                    tables["judged"].schema.field(0),
                    pc.binary_join_element_wise(tables["judged"]["id"], "000000", ""),
                )
                write_table(out / kept["judged"] / f"{names[-1]}.parquet", judged)
    write_json(out / "kept.json", {**kept, "shards": names, "all_shards": names})
    for name in ("recipe.json", "run.json"):
        write_json(out / name, read_json(run / name))
    return total


def write_index(run: Path) -> None:
    """Writes the index of the large run, as `pipeline.dataset` does while it makes the data set."""
    index, spent = IndexWriter(run, read_json(run / "kept.json"), run.parent), 0.0
    for name, table in zip(kept_shards(run), kept_tables(run), strict=True):
        start = time.process_time()
        index.add(name, table)
        spent += time.process_time() - start
    start = time.process_time()
    index.close()
    spent += time.process_time() - start
    print(f"  writing the index: {spent:.2f} s CPU", flush=True)


def cpu(pid: int) -> float:
    """CPU seconds of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def ask(port: int, path: str) -> str:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    connection.request("GET", path)
    answer = connection.getresponse()
    body = answer.read().decode()
    if answer.status != 200:
        raise SystemExit(f"{path}: {answer.status}")
    return body


def measure(run: Path) -> bool:
    began = time.monotonic()
    command = [sys.executable, "-m", "pipeline.cli", "view", str(run), "--port", "0"]
    server = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        line = server.stdout.readline()
        port = int(line.rsplit(":", 1)[1].split("/")[0])
        start_took = time.monotonic() - began
        print(f"  start: {start_took:.2f} s, {cpu(server.pid):.2f} s CPU", flush=True)
        first = 0.0
        dialogue = ask_for = ""
        pages = ["/", "/1/kept", "/1/kept?page=1500", "/1/kept?kind=mixed&happens=typos", "/1/kept?q=0000a", "dialogue"]
        for path in pages:
            ask_for = dialogue if path == "dialogue" else path
            before, start = cpu(server.pid), time.monotonic()
            body = ask(port, ask_for)
            took, spent = time.monotonic() - start, cpu(server.pid) - before
            first = first or took
            print(f"  {path}: {took:.3f} s, {spent:.2f} s CPU, {len(body) / 1024:.0f} KiB", flush=True)
            if path == "/1/kept":
                dialogue = body.split('href="/1/dialogue/', 1)[1].split('"', 1)[0]
                dialogue = f"/1/dialogue/{dialogue}"
        status = Path(f"/proc/{server.pid}/status").read_text(encoding="ascii")
        peak = next(int(each.split()[1]) for each in status.splitlines() if each.startswith("VmHWM"))
        print(f"  memory at most: {peak / 1024:.0f} MiB")
    finally:
        server.kill()
        server.wait()
    return start_took + first <= LIMIT


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--run", type=Path, help="a finished run; default: one of 1,000 rows is made")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        run = arguments.run
        if run is None:
            run = Path(folder) / "small"
            recipe = ROOT / "recipes" / "retail.yaml"
            command = [sys.executable, "-m", "pipeline.cli", "run", str(recipe), "-n", "1000", "--executor", "inline"]
            subprocess.run([*command, "--out", str(run)], cwd=ROOT, check=True, stderr=subprocess.DEVNULL)
        large = Path(folder) / "large"
        total = enlarged(run, large, arguments.rows)
        size = sum(path.stat().st_size for path in large.rglob("*")) / 2**20
        shards = len(read_json(large / "kept.json")["shards"])
        print(f"{total:,} rows in {shards:,} shards, {size:.0f} MiB; load {os.getloadavg()[0]:.1f}", flush=True)
        write_index(large)
        fast = measure(large)
        (large / INDEX).unlink()
        print("without an index:", flush=True)
        measure(large)
        sys.exit(0 if fast else 1)


if __name__ == "__main__":
    main()
