"""Fitness of a candidate of `writ evolve`: features of its dialogues, the forest and the distances; CPU time.

    python benchmarks/evolution.py RUN [--dialogues 1000]

The dialogues are a run's own, scripted; half of them stand for people, which is synthetic and says nothing of people.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from pipeline.talks import talks_of
from stages.evolution import Fitness
from stages.evolution.fitness import vectors
from stages.realism.usi import features

LIMIT = 5.0
"""Seconds that the fitness of 1,000 dialogues may take."""


def main() -> int:
    """Prints what each part takes; exit code 1 beyond the limit."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("data", type=Path, help="a run, or a file of dialogues in OpenAI form")
    parser.add_argument("--dialogues", type=int, default=1000)
    options = parser.parse_args()
    talks, _ = talks_of(options.data)
    talks = (talks * (1 + options.dialogues // len(talks)))[: options.dialogues]
    half = vectors(map(features, talks))
    began = time.process_time()
    fitness = Fitness.against(half[::2], half[1::2], 7)
    grown = time.process_time() - began
    began = time.process_time()
    rows = vectors(map(features, talks))
    read = time.process_time() - began
    found = fitness.of(rows, 10)
    whole = time.process_time() - began
    print(f"forest of 200 trees, grown once: {grown:.2f} s")
    print(f"features of {len(rows)} dialogues: {read:.2f} s; their fitness, features included: {whole:.2f} s")
    print(f"likeness {found.likeness:.3f}, coverage {found.coverage:.3f}; limit {LIMIT} s, {whole / LIMIT:.0%} of it")
    return int(whole > LIMIT)


if __name__ == "__main__":
    sys.exit(main())
