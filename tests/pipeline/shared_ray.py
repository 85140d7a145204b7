"""One Ray for all runs of a test module: a start takes seconds.

    ray = SharedRay(OnRay(2))
    run(plan, ray, Silent())       # leaves it open

Whoever started it closes `ray.ray`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pipeline.line import Line, Order
from pipeline.on_ray import OnRay
from pipeline.shard import ShardResult


class SharedRay:
    """An executor, and what starts it, that a run cannot close."""

    def __init__(self, ray: OnRay) -> None:
        self.ray = ray

    def __call__(self) -> SharedRay:
        return self

    def map(self, line: Line, folder: Path, orders: Iterator[Order]) -> Iterator[ShardResult]:
        return self.ray.map(line, folder, orders)

    def close(self) -> None:
        pass
