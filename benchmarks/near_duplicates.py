"""What the near-duplicate index costs per row, against the limit of 600 bytes, and what it finds.

    python benchmarks/near_duplicates.py [--rows 200000] [--texts 3000]
    python benchmarks/near_duplicates.py --dialogues 200000        # all views, against 5 minutes and 3 GB

Memory is the growth of the process's resident set while rows are accepted, Python's overhead included. Texts are drawn
from a vocabulary, 400 words each; pairs of a known Jaccard similarity show which share is found.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import random
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from msgspec.structs import replace

from schemas.dialogue import Dialogue
from schemas.verdict import Judged
from stages.deduplicate import Deduplicate, NearDuplicates, shingles, signature
from tests.stages.validate_dialogues.made import made_services, simulated

LIMIT = 600.0
MOST_SECONDS = 300
MOST_BYTES = 3 * 2**30
WORDS = 400


def resident() -> int:
    """Bytes of memory that the process holds now."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    raise RuntimeError("/proc/self/status has no VmRSS line; run this on Linux")


def memory(rows: int) -> None:
    rng = random.Random(1)
    index = NearDuplicates(0.8)
    for number in range(1000):
        index.accept(f"dialogue-warm{number:012x}", rng.randbytes(136))
    gc.collect()
    start, held, worst = resident(), 1000, 0.0
    began = time.perf_counter()
    for number in range(rows):
        index.accept(f"dialogue-{number:016x}", rng.randbytes(136))
        if number % 8192 == 0 and number >= 32768:
            worst = max(worst, (resident() - start) / (len(index) - held))
    spent = time.perf_counter() - began
    after = (resident() - start) / rows
    print(f"rows {rows}: {after:.0f} bytes per row at the end, {worst:.0f} at worst on the way, limit {LIMIT:.0f}")
    print(f"  arrays {index.nbytes / len(index):.0f} bytes per row; ratio to the limit {max(after, worst) / LIMIT:.2f}")
    print(f"  accept: {spent / rows * 1e6:.1f} us per row")


def speed(texts: list[str]) -> None:
    began = time.perf_counter()
    for text in texts:
        signature(shingles(text))
    print(f"features: {(time.perf_counter() - began) / len(texts) * 1e6:.0f} us per text of {WORDS} words")


def recall(rng: random.Random, pairs: int = 400) -> None:
    for similarity in (0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95):
        found = 0
        for number in range(pairs):
            common = round(2 * WORDS * similarity / (1 + similarity))
            shared = [f"s{number} {n} {rng.random()}" for n in range(common)]
            one, other = ([*shared, *(f"{side} {rng.random()}" for _ in range(WORDS - common))] for side in "ab")
            index = NearDuplicates(0.8)
            index.accept("one", signature(one) + b"one     ")
            found += index.accept("other", signature(other) + b"other   ") is not None
        print(f"  similarity {similarity:.2f}: {found / pairs:6.1%} dropped at threshold 0.8")


def every_view(count: int) -> None:
    """Scripted dialogues, each time with other words of its own, through all views: features, then the indexes."""
    services = made_services()
    made = asyncio.run(simulated(services, 3))
    stage = Deduplicate(task_text=0.9, user_turns=0.9, calls=0.9)
    rng, state, kept = random.Random(2), stage.start(), 0
    start, began = resident(), time.process_time()
    for number in range(count):
        record = renamed(made[number % len(made)], number, rng)
        kept += stage.accept(state, record.id, stage.features(record)) is None
    spent, held = time.process_time() - began, resident() - start
    met = spent <= MOST_SECONDS and held <= MOST_BYTES
    print(f"{count} dialogues, four views, one process: {spent:.0f} s CPU (making them included), "
          f"{held / 2**20:.0f} MiB more; {kept} kept; limits {MOST_SECONDS} s and {MOST_BYTES / 2**30:.0f} GiB: "
          f"{'met' if met else 'not met'}")  # fmt: skip


def renamed(dialogue: Dialogue, number: int, rng: random.Random) -> Judged:
    """A dialogue about a task of its own: every fourth word is another one, and every argument."""

    def other(text: str) -> str:
        words = text.split(" ")
        return " ".join(f"w{rng.randrange(5000)}" if n % 4 == 0 else word for n, word in enumerate(words))

    messages = tuple(
        replace(
            message,
            content=message.content if message.role == "tool" else other(message.content),
            tool_calls=tuple(replace(c, arguments={**c.arguments, "n": number}) for c in message.tool_calls),
        )
        for message in dialogue.messages
    )
    scenario = dialogue.scenario
    task = replace(scenario.task, id=f"task-{number:016x}", principal=str(number), text=other(scenario.task.text))
    told = replace(dialogue, id=f"dialogue-{number:016x}", messages=messages, scenario=replace(scenario, task=task))
    return Judged(id=told.id, dialogue=told, verdicts=())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--texts", type=int, default=3000)
    parser.add_argument("--dialogues", type=int, help="only this: whole dialogues through all views")
    options = parser.parse_args()
    if options.dialogues:
        every_view(options.dialogues)
        return
    rng = random.Random(0)
    vocabulary = [f"w{number}" for number in range(3000)]
    memory(options.rows)
    speed([" ".join(rng.choices(vocabulary, k=WORDS)) for _ in range(options.texts)])
    recall(rng)


if __name__ == "__main__":
    main()
