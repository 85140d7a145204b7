"""The kept rows of a run as one flat table: what the browser lists, filters and counts.

    read_kept(run, kept)        # id | task_id | domain | kind | ... | shard

A run leaves it as `index.parquet` beside its data set, so that a browser need not open each of its shards. The file
says what it was made of: the names and the sizes of the shards. If that is not what is there, if the run is older
or has not ended, the shards are read. A shard changed by hand that has its old size is not noticed until one of its
dialogues is opened.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipeline.contents import sizes
from pipeline.errors import StorageError
from pipeline.remote.local import bring_file
from pipeline.remote.path import RemotePath
from pipeline.run_folder import INDEX
from pipeline.storage import inside, source
from pipeline.view.index import read_columns
from schemas.base import Json, digest

_TEXTS = (
    "id", "task_id", "domain", "kind", "split", "disclosure", "register", "behavior", "generator_model", "shard"
)  # fmt: skip
_NUMBERS = ("num_writes", "burden", "plausible_burden", "num_turns", "num_tool_calls")
_SCHEMA = pa.schema([*((name, pa.string()) for name in _TEXTS), *((name, pa.int64()) for name in _NUMBERS)])
_COLUMNS = [name for name in _SCHEMA.names if name != "shard"]
_MADE_OF = b"made_of"
_GROUP = 20_000
"""Rows that wait in memory until they are written."""


def read_kept(run: Path, kept: Json) -> Any:
    """Returns the kept rows, in order, each with the name of its shard.

    Args:
        run: the run's folder.
        kept: what its `kept.json` says; empty if it has none.

    Raises:
        StorageError: a shard is damaged, lies elsewhere, or does not fit what is kept of it.
    """
    names: list[str] = kept.get("shards", [])
    if not names:
        return _SCHEMA.empty_table()
    found = _index(run, kept)
    return _read_shards(run, kept, names) if found is None else found


class IndexWriter:
    """Writes the index of a run whose rows pass by, shard by shard."""

    def __init__(self, run: Path, kept: Json, work: Path) -> None:
        """Begins one; `work` is a folder in which it is made, on the disk of the run if that is on one."""
        self._target, self._file = run / INDEX, work / INDEX
        self._waiting: list[Any] = []
        schema = _SCHEMA.with_metadata({_MADE_OF: _made_of(run, kept)})
        self._open = pq.ParquetWriter(self._file, schema, compression="zstd", write_statistics=False)

    def add(self, shard: str, rows: Any) -> None:
        """Takes the kept rows of the next shard."""
        self._waiting.append(_with_shard(rows.select(_COLUMNS), shard))
        if sum(each.num_rows for each in self._waiting) >= _GROUP:
            self._write()

    def close(self) -> None:
        """Brings the whole index to its place."""
        self._write()
        self._open.close()
        bring_file(self._file, self._target)

    def _write(self) -> None:
        if self._waiting:
            self._open.write_table(_table(self._waiting))
            self._waiting = []


def _with_shard(rows: Any, shard: str) -> Any:
    return rows.append_column("shard", pa.repeat(pa.scalar(shard, pa.string()), rows.num_rows))


def _table(parts: Sequence[Any]) -> Any:
    """Returns rows of several shards in the index's form."""
    return pa.concat_tables(parts).select(_SCHEMA.names).cast(_SCHEMA)


def _made_of(run: Path, kept: Json) -> str:
    """Returns what an index of the run depends on, as a digest; what it cost to make the rows is no part of that."""
    places, names = [kept["rows"], kept["select"]], kept["shards"]
    here = [sizes(inside(run, place)) for place in places]
    return digest([places, names, [[found.get(f"{name}.parquet") for name in names] for found in here]])


def _index(run: Path, kept: Json) -> Any | None:
    """Returns the run's index, None where there is none that holds."""
    path = run / INDEX
    with suppress(OSError, pa.ArrowException):
        if path.is_file():
            with source(path) as opened:
                file = pq.ParquetFile(opened)
                said = (file.schema_arrow.metadata or {}).get(_MADE_OF)
                if said == _made_of(run, kept).encode() and file.schema_arrow.equals(_SCHEMA):
                    return file.read()
    return None


def _read_shards(run: Path, kept: Json, names: Sequence[str]) -> Any:
    tables = read_columns(_files(run, kept["rows"], names), _COLUMNS)
    selected = read_columns(_files(run, kept["select"], names), ["position"])
    found = []
    for name, rows, chosen in zip(names, tables, selected, strict=True):
        positions = chosen["position"]
        if len(positions) and not 0 <= pc.min(positions).as_py() <= pc.max(positions).as_py() < rows.num_rows:
            raise StorageError(
                f"{run}: what shard {name} says is kept does not fit its rows; run it again with --force"
            )
        whole = len(positions) == rows.num_rows
        found.append(_with_shard(rows if whole else rows.take(positions), name))
    return _table(found)


def _files(run: Path, place: str, shards: Sequence[str]) -> list[Path]:
    """Returns the files of shards, none of which lies anywhere else."""
    folder = inside(run, place)
    # To look where each of them really lies would take as long as to read it.
    here: set[str] = set()
    if folder.is_dir() and not isinstance(folder, RemotePath):
        here = {each.name for each in os.scandir(folder) if not each.is_symlink()}
    names = [f"{shard}.parquet" for shard in shards]
    return [folder / name if name in here else inside(run, place, name) for name in names]
