"""What the watch over a run costs the driver: event log, sums and signs of life, as a share of a run's CPU time.

python -m benchmarks.watching            # the quickstart recipe, 2,000 dialogues, one process
"""

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pipeline.commands import run_recipe
from pipeline.observe.watch import Watch

ROWS = 2000


def main() -> None:
    spent = 0.0

    def timed(work: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(*args: Any, **kwargs: Any) -> Any:
            nonlocal spent
            before = time.thread_time()
            try:
                return work(*args, **kwargs)
            finally:
                spent += time.thread_time() - before

        return wrapped

    for name in ("_take", "_beat"):
        setattr(Watch, name, timed(getattr(Watch, name)))
    with tempfile.TemporaryDirectory() as folder:
        before = time.process_time()
        run_recipe(Path("recipes/quickstart.yaml"), None, ROWS, None, Path(folder) / "run", 1, "inline")
        total = time.process_time() - before
    print(f"{spent:.3f} s of {total:.1f} s CPU: {spent / total:.2%} (limit: 1 %)")


if __name__ == "__main__":
    main()
