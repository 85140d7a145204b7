"""The kept rows of a run, table by table.

    for table in kept_tables(Path("outputs/quickstart"), ["id", "split"]): ...        # pyarrow.Table, a shard each

Rows of earlier versions are read, too, where what they lack is a column that is null for them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from pipeline.errors import StorageError
from pipeline.run_json import read_told
from pipeline.storage import inside, read_table
from schemas.base import Json

_ADDED = ("checklist", "judgement")
"""Columns of JSON text that runs of earlier versions lack; to such a run's rows they are null."""


def kept_tables(run: Path, columns: Sequence[str] | None = None) -> Iterator[Any]:
    """Yields the kept rows shard by shard, with these columns only.

    Raises:
        StorageError: this is no folder of a run, a shard is damaged, or another version made it without these columns.
    """
    kept = kept_told(run)
    for name in kept["shards"]:
        table = _complete(run, read_table(inside(run, kept["rows"], f"{name}.parquet"), columns), columns or ())
        positions = read_table(inside(run, kept["select"], f"{name}.parquet"))["position"]
        yield table if len(positions) == table.num_rows else table.take(positions)  # most shards are kept whole


def _complete(run: Path, table: Any, columns: Sequence[str]) -> Any:
    """Returns a table with all columns: what its version did not know yet, nobody was asked for."""
    for name in (name for name in columns if name not in table.column_names):
        if name not in _ADDED:
            raise StorageError(
                f"{run}: was made by another version of the program: its rows have no column {name}; make it anew with "
                "`writ run RECIPE --update`"
            )
        table = table.append_column(name, pa.array(["null"] * table.num_rows, pa.string()))
    return table


def kept_shards(run: Path) -> list[str]:
    """Returns the names of the shards that have kept rows, in order."""
    names: list[str] = kept_told(run)["shards"]
    return names


def kept_told(run: Path) -> dict[str, Json]:
    """Returns what a run says of its kept rows: their shards, and where these lie.

    Raises:
        StorageError: this is no folder of a run, or it has kept nothing yet.
    """
    path = run / "kept.json"
    if not path.is_file():
        what = "this run has not got that far; continue it with the same `writ run` command"
        raise StorageError(f"{run}: {what if (run / 'recipe.json').is_file() else 'is no folder of a run'}")
    return read_told(run, "kept.json")
