"""Runs shards in this process, one after the other unless they wait for engines; for debugging, and for few."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from pipeline.errors import UserError
from pipeline.line import Line, Order
from pipeline.orchestrator import run_here
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
        if line.replicas is not None:
            raise UserError(
                "engines: Ray places the servers of vLLM: leave out --executor inline, or serve the model "
                "yourself and give its address (http)"
            )
        if line.live:
            yield from run_here(line, folder, orders)
            return
        for order in orders:
            yield run_shard(line, folder, order)

    def close(self) -> None:
        """Holds nothing."""
