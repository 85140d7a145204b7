"""CPU time per dialogue of what decides whether it is kept, and of what says how human its user is.

    python benchmarks/quality.py [--rounds 12] [--benchmark FILE]

Checks with replay, contamination (against a benchmark, or 200 texts as long as tasks are), near-duplicates and realism,
one after the other in one process, on scripted retail dialogues that have been looked at once before.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from pipeline.benchmark_files import read_benchmarks
from schemas.verdict import Judged
from stages.decontaminate import DecontaminateDialogues, Item, index_of
from stages.deduplicate import Deduplicate
from stages.realism import Talk, measure
from stages.validate_dialogues import ValidateDialogues
from tests.stages.validate_dialogues.made import made_services, simulated

LIMIT = 1000.0
"""Dialogues per second on two cores, realism, checks and near-duplicates together."""
TRIES = 3


def seconds(work: Callable[[], object]) -> float:
    """Returns the CPU seconds of the fastest try."""
    best = float("inf")
    for _ in range(TRIES):
        began = time.process_time()
        work()
        best = min(best, time.process_time() - began)
    return best


def main() -> int:
    parser = argparse.ArgumentParser(description="CPU time of checks, near-duplicates, contamination and realism.")
    parser.add_argument("--rounds", type=int, default=12, help="tasks per cell, each told in three manners")
    parser.add_argument("--benchmark", type=Path, help="a file as recipes name them under `contamination`")
    arguments = parser.parse_args()
    services = made_services()
    dialogues = asyncio.run(simulated(services, arguments.rounds))
    validate, deduplicate = ValidateDialogues(), Deduplicate()
    judged = [each for each in (validate.validated(d, services) for d in dialogues) if isinstance(each, Judged)]
    texts = [each.dialogue.scenario.task.text for each in judged[:200]]
    # Words in reverse order: as many runs as a benchmark has, and none that a dialogue has.
    items = [Item(str(number), (" ".join(reversed(text.split())),), ()) for number, text in enumerate(texts)]
    named = [str(arguments.benchmark)] if arguments.benchmark else []
    index = read_benchmarks(named, Path.cwd()).index if named else index_of(items)
    contamination = DecontaminateDialogues(benchmark=index)
    spoken = ([m for m in d.messages if m.role != "tool" and m.content] for d in dialogues)
    talks = [Talk(tuple(("user" if m.role == "user" else "agent", m.content) for m in each)) for each in spoken]

    def duplicates() -> None:
        seen = deduplicate.start()
        for each in judged:
            deduplicate.accept(seen, each.id, deduplicate.features(each))

    async def clean() -> None:
        for each in judged:
            await contamination.process(each, services)

    parts = {
        "checks with replay": seconds(lambda: [validate.validated(each, services) for each in dialogues]),
        "near-duplicates": seconds(duplicates),
        "realism": seconds(lambda: measure(talks)),
        "contamination": seconds(lambda: asyncio.run(clean())),
    }
    for name, spent in parts.items():
        print(f"{name:20}{1000 * spent / len(dialogues):8.3f} ms CPU per dialogue")
    whole = sum(spent for name, spent in parts.items() if name != "contamination")
    rate = 2 * len(dialogues) / whole
    met = rate >= LIMIT
    print(f"{len(dialogues)} dialogues; the first three together: {rate:.0f} dialogues/s on 2 cores by CPU time, "
          f"limit {LIMIT:.0f}: {'met' if met else 'not met'}")  # fmt: skip
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
