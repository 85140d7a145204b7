"""Makes the changed worlds of a proof, asks its reads there, and prints what differs.

    python examples/see_witnesses.py outputs/small dialogue-1a6a4ccd29a162de [--world FILE]

Uses the sandbox and the interpreter of programs; nothing of the generator that made the proof.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import msgspec
import pyarrow.parquet as pq

from schemas.task import Edit, Task
from tool_specs import catalog
from tool_specs.domain import generate_world, load_world
from tool_specs.programs import MISSING, bound, run
from tool_specs.sandbox import Sandbox


def task_of(folder: Path, begin: str) -> tuple[Task, str]:
    """Returns the task of a dialogue, and where its world came from."""
    for file in sorted(folder.glob("dataset/data/*.parquet")):
        for row in pq.read_table(file, columns=["id", "metadata"]).to_pylist():
            if row["id"].startswith(begin):
                metadata = json.loads(row["metadata"])
                return msgspec.convert(metadata["task"], Task), metadata["world"]["origin"]
    raise SystemExit(f"{folder}: no row begins with {begin!r}")


def sandbox_of(name: str, origin: str, file: str | None) -> Sandbox:
    """Opens the world that a data set names."""
    domain = catalog.domain(name)
    if file is not None:
        return Sandbox(domain, load_world(domain, file))
    settings = dict(part.split("=") for part in origin.removeprefix("generated:").split(","))
    return Sandbox(domain, generate_world(domain, int(settings["seed"]), int(settings["size"])))


def changed(sandbox: Sandbox, edits: tuple[Edit, ...]) -> Sandbox:
    """Returns the world with these rows edited."""
    rows: dict[str, dict[str, Any]] = {}
    for edit in edits:
        row: Any = json.loads(json.dumps(sandbox.world.tables[edit.table][edit.key]))
        for path, value in edit.values:
            place = row
            for part in path[:-1]:
                place = place[part]
            place[path[-1]] = value
        rows.setdefault(edit.table, {})[edit.key] = row
    return sandbox.with_rows(rows)


def main() -> None:
    """Prints, per witness, the reads that answer otherwise on it and the arguments that are right there."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("run", type=Path)
    parser.add_argument("dialogue")
    parser.add_argument("--world")
    options = parser.parse_args()
    task, origin = task_of(options.run, options.dialogue)
    sandbox = sandbox_of(task.domain, origin, options.world)
    facts = {entry.name: entry.value for entry in task.knowledge}
    for request in task.requests:
        print(f"{request.tool}({json.dumps(request.arguments)}), burden {request.proof.lower}")
        for number, clause in enumerate(request.proof.clauses):
            if clause.witness is None:
                continue
            world = changed(sandbox, clause.witness.edits)
            print(f"  clause {number}: {', '.join(f'{e.table} {e.key}' for e in clause.witness.edits)} changed")
            for read in request.proof.reachable:
                if sandbox.call(read.tool, read.arguments).content != world.call(read.tool, read.arguments).content:
                    print(f"    differs: {read.tool}({json.dumps(read.arguments)})")

            def ask(read: Any, world: Sandbox = world) -> Any:
                result = world.call(read.tool, read.arguments)
                return MISSING if result.error else result.value

            found = run(request.programs, facts, ask)
            for name, source in request.sources.items():
                if source.bind is not None:
                    value = bound(source.bind, request.programs, found)
                    note = "" if value == request.arguments[name] else "   <- another one"
                    print(f"    {name} = {json.dumps(value, default=str)}{note}")


if __name__ == "__main__":
    main()
