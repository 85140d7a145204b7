"""From the kept rows of a run to a data set that `datasets.load_dataset` opens as it stands.

    dataset/README.md                                  the card: measured facts, how to load
    dataset/grid.svg
    dataset/data/train-00000-of-00001.parquet          config `default`
    dataset/data/validation-00000-of-00001.parquet
    dataset/sharegpt/train-00000-of-00001.parquet      config `sharegpt`

Rows are sorted by id within their split, so the bytes depend on the rows alone. The folder is written under another
name and renamed when it is whole. Memory does not grow with the number of rows: they pass through a few dozen files,
each with one range of ids, which are sorted one by one.
"""

from __future__ import annotations

import bisect
import shutil
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.card import card
from pipeline.dataset_files import Writer, default_table, sharegpt_table
from pipeline.facts import facts_of, kept_tables
from pipeline.grid import grid_svg
from pipeline.storage import storage_error

RANGE_BYTES = 24 << 20
"""Values in one range of ids; a range is what is sorted in memory."""
CHUNK_BYTES = 16 << 20
"""Values that are read before they are put aside."""
MAX_RANGES = 512
SPLITS = ("train", "validation")
CONFIGS = {"default": "data", "sharegpt": "sharegpt"}


@dataclass
class Written:
    """What a data set holds: rows, bytes of values and shards per (config, split), and rows without a ShareGPT form."""

    rows: dict[tuple[str, str], int] = field(default_factory=dict)
    bytes: dict[tuple[str, str], int] = field(default_factory=dict)
    files: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    left_out: int = 0


def write_dataset(run: Path) -> Path:
    """Writes the data set of a run into its folder `dataset`; returns that folder.

    Raises:
        StorageError: the run has no kept rows to read, or the folder cannot be written.
    """
    target, work = run / "dataset", run / ".dataset.tmp"
    try:
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir(parents=True)
        written = _write_files(run, work)
        facts = facts_of(run)
        (work / "grid.svg").write_text(grid_svg(facts.wanted, facts.kept), encoding="utf-8")
        (work / "README.md").write_text(card(facts, written), encoding="utf-8")
        if target.exists():
            target.rename(run / ".dataset.old")
        work.rename(target)
    except OSError as error:
        raise storage_error(target, error) from error
    finally:
        shutil.rmtree(work, ignore_errors=True)
        shutil.rmtree(run / ".dataset.old", ignore_errors=True)
    return target


def _write_files(run: Path, folder: Path) -> Written:
    written = Written()
    spill = folder / ".ranges"
    spill.mkdir()
    bounds = {split: _Ranges(spill, split) for split in SPLITS}
    _plan_ranges(run, bounds)
    for table in _chunks(kept_tables(run)):
        for split in SPLITS:
            mine = pc.equal(table["split"], split)
            if pc.any(mine).as_py():
                bounds[split].put(table if pc.all(mine).as_py() else table.filter(mine))
        pa.default_memory_pool().release_unused()
    # The configs are written side by side: compression needs no interpreter lock. Each file has one writer, in order.
    with ThreadPoolExecutor(len(CONFIGS)) as pool:
        for split in SPLITS:
            writers = {config: Writer(folder / place, config, split) for config, place in CONFIGS.items()}
            for rows in bounds[split].sorted():
                jobs = [pool.submit(_write_range, writer, rows) for writer in writers.values()]
                written.left_out += sum(job.result() for job in jobs)
                pa.default_memory_pool().release_unused()  # or what is free is kept, more of it with every range
            for config, writer in writers.items():
                files = writer.close()
                if files:
                    written.files[config, split] = [path.relative_to(folder).as_posix() for path in files]
                    written.rows[config, split] = writer.rows
                    written.bytes[config, split] = writer.bytes
    shutil.rmtree(spill)
    return written


def _write_range(writer: Writer, rows: Any) -> int:
    """Appends rows in a writer's form; returns how many have none."""
    if writer.config == "default":
        writer.write(default_table(rows))
        return 0
    converted, left_out = sharegpt_table(rows)
    writer.write(converted)
    return len(left_out)


class _Ranges:
    """Rows of one split, put aside by ranges of ids."""

    def __init__(self, folder: Path, split: str) -> None:
        self.folder = folder / split
        self.folder.mkdir()
        self.bounds: list[str] = []
        self._seen: Counter[int] = Counter()

    def plan(self, ids: Sequence[str], row_bytes: float) -> None:
        count = min(MAX_RANGES, int(len(ids) * row_bytes // RANGE_BYTES) + 1)
        ordered = sorted(ids)
        self.bounds = [ordered[len(ordered) * part // count] for part in range(1, count)]

    def put(self, table: Any) -> None:
        # All rows of a domain have the same tools: one copy per chunk is enough.
        tools = table.schema.get_field_index("tools")
        table = table.set_column(tools, "tools", table["tools"].dictionary_encode())
        places = np.array([bisect.bisect_right(self.bounds, row_id) for row_id in table["id"].to_pylist()], np.int32)
        order = np.argsort(places, kind="stable")
        table = table.take(pa.array(order))
        found, starts = np.unique(places[order], return_index=True)
        for place, start, end in zip(found.tolist(), starts, [*starts[1:], len(places)], strict=True):
            # A file of its own per chunk: no handle stays open, however many ranges there are.
            path = self.folder / f"{place:04d}-{self._seen[place]:06d}"
            self._seen[place] += 1
            options = pa.ipc.IpcWriteOptions(compression="lz4")
            with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_stream(sink, table.schema, options=options) as stream:
                stream.write_table(table.slice(start, end - start))

    def sorted(self) -> Iterator[Any]:
        """Yields the ranges in order, each one sorted."""
        for place in range(len(self.bounds) + 1):
            paths = sorted(self.folder.glob(f"{place:04d}-*"))
            parts = []
            for path in paths:
                with pa.OSFile(str(path), "rb") as source, pa.ipc.open_stream(source) as stream:
                    parts.append(stream.read_all())
                path.unlink()
            if parts:
                table = pa.concat_tables(parts).unify_dictionaries()
                yield table.take(pc.sort_indices(table, sort_keys=[("id", "ascending")]))


def _plan_ranges(run: Path, bounds: dict[str, _Ranges]) -> None:
    ids: dict[str, list[str]] = {split: [] for split in bounds}
    size, rows = 0, 0
    for number, table in enumerate(kept_tables(run, ["id", "split"])):
        for row_id, split in zip(table["id"].to_pylist(), table["split"].to_pylist(), strict=True):
            ids[split].append(row_id)
        rows += table.num_rows if number == 0 else 0
    first = next(kept_tables(run), None)
    if first is not None:
        size = first.nbytes
    for split, found in bounds.items():
        found.plan(ids[split], size / max(rows, 1))


def _chunks(tables: Iterator[Any]) -> Iterator[Any]:
    """Joins small tables, so that each range gets more than a row at a time."""
    waiting: list[Any] = []
    for table in tables:
        waiting.append(table)
        if sum(each.nbytes for each in waiting) >= CHUNK_BYTES:
            yield pa.concat_tables(waiting)
            waiting = []
    if waiting:
        yield pa.concat_tables(waiting)
