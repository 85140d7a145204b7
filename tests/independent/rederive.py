"""Re-derives, from a dataset's Parquet file and the world file alone, what the dataset claims about itself.

    python tests/independent/rederive.py RUN_OR_PARQUET --world FILE [--sample 200] [--seed 0]
    python tests/independent/rederive.py RUN --recipe RECIPE.yaml      # domains in folders, MCP servers, HTTP services

For each sampled row, and each request of its task:

* a second interpreter finds that the programs determine the arguments, and that they are the gold ones;
* run on the proof's reads alone, they still do (the upper bound);
* a second search finds, for each of these reads, a changed world on which skipping it would go unnoticed, or that a
  needed value cannot be had otherwise; the smallest set of reads that meets all of that has the stated size (lower);
* replaying the calls of the messages reaches the stated goal digest.

Rows of servers are replayed on servers of this program's own, and their outcome is compared in the backing store
(`live.py`).

Imports neither `pipeline` nor `stages`. Exit code 1 and the places if anything disagrees.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import yaml

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.independent.checker import Checker, loaded
from tests.independent.live import LiveChecker
from tool_specs import catalog
from tool_specs.domain import generate_world, load_world
from tool_specs.sandbox import Sandbox


def rows_of(path: Path) -> Iterator[dict[str, Any]]:
    """Yields messages and metadata of a run's or a file's rows."""
    files = [path] if path.is_file() else sorted(path.glob("dataset/data/*.parquet")) or sorted(path.rglob("*.parquet"))
    if not files:
        raise SystemExit(f"{path}: no Parquet file there; name a run's folder or a file")
    for file in files:
        for row in pq.read_table(file, columns=["id", "messages", "metadata"]).to_pylist():
            messages, metadata = loaded(row["messages"]), loaded(row["metadata"])
            yield {"id": row["id"], "messages": [loaded(each) for each in messages], "metadata": metadata}


def sandbox_for(name: str | Path, world: str | None, origin: str) -> Sandbox:
    """Opens the world of a dataset: from the file, or generated again as `origin` says."""
    domain = catalog.domain(name)
    if world is not None:
        return Sandbox(domain, load_world(domain, world))
    settings = dict(part.split("=") for part in origin.removeprefix("generated:").split(","))
    return Sandbox(domain, generate_world(domain, int(settings["seed"]), int(settings["size"])))


def domains_of(recipe: Path) -> dict[str, dict[str, Any]]:
    """Returns the domains of a recipe (YAML or JSON) by the names that rows have for them."""
    entries = yaml.safe_load(recipe.read_text(encoding="utf-8"))["domains"]
    return {Path(entry["name"]).name: entry for entry in entries}


def checker_for(
    name: str, origin: str, entry: dict[str, Any], world: str | None, recipe: Path | None
) -> Checker | LiveChecker:
    """Returns what checks the rows of a domain."""
    if recipe is not None and (entry.get("mcp") or entry.get("openapi")):
        return LiveChecker(entry, recipe.parent)
    if origin.startswith("recorded:"):
        raise SystemExit(f"{name} is a server; name the recipe that says how it is started: --recipe FILE")
    folder = recipe.parent / entry["name"] if recipe is not None and entry.get("name", name) != name else name
    return Checker(sandbox_for(folder, world, origin))


def main(arguments: list[str] | None = None) -> int:
    """Runs the checks; returns the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("dataset", type=Path, help="a run's folder, or a Parquet file")
    parser.add_argument("--world", help="the world file; without it, the generated world that the dataset names")
    parser.add_argument("--recipe", type=Path, help="the run's recipe, where it has servers or domains in folders")
    parser.add_argument("--sample", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)
    rows = list(rows_of(options.dataset))
    sample = random.Random(options.seed).sample(rows, min(options.sample, len(rows)))
    checkers: dict[tuple[str, str], Checker | LiveChecker] = {}
    named = domains_of(options.recipe) if options.recipe else {}
    wrong = 0
    began = time.perf_counter()
    for row in sample:
        world = row["metadata"]["world"]
        key = world["domain"], world["origin"]
        if key not in checkers:
            checkers[key] = checker_for(*key, named.get(world["domain"], {}), options.world, options.recipe)
        problems = checkers[key].check(row)
        wrong += bool(problems)
        for problem in problems:
            print(f"{row['id']}: {problem}")
    counts: Counter[str] = sum((checker.counts for checker in checkers.values()), Counter())
    print(f"{len(sample)} of {len(rows)} rows checked in {time.perf_counter() - began:.0f} s, {wrong} disagree")
    print(", ".join(f"{name}: {count}" for name, count in sorted(counts.items())))
    return 1 if wrong or not sample else 0


if __name__ == "__main__":
    sys.exit(main())
