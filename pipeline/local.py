"""Runs shards in this process, one after the other: for debugging, and for a handful of trajectories."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from pipeline.line import Line, Order
from pipeline.shard import ShardResult, run_shard


class Executor(Protocol):
    """A way to run shards. Results come in the order of the orders, whatever finishes first."""

    def map(self, line: Line, folder: Path, orders: Iterator[Order]) -> Iterator[ShardResult]:
        """Runs every shard and yields its result."""
        ...

    def close(self) -> None:
        """Gives back what the executor holds."""
        ...


class Inline:
    """The executor without workers."""

    def map(self, line: Line, folder: Path, orders: Iterator[Order]) -> Iterator[ShardResult]:
        """Runs every shard and yields its result."""
        for order in orders:
            yield run_shard(line, folder, order)

    def close(self) -> None:
        """Holds nothing."""
