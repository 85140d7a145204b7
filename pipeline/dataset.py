"""From the kept rows of a run to a data set that `datasets.load_dataset` opens as it stands.

    dataset/README.md                                  the card: measured facts, how to load
    dataset/grid.svg
    dataset/data/train-00000-of-00001.parquet          config `default`
    dataset/data/validation-00000-of-00001.parquet
    dataset/sharegpt/train-00000-of-00001.parquet      config `sharegpt`
    dataset/traces/dialogue-1c2d3e4f5a6b7c8d.jsonl     some dialogues for the Hub's trace viewer (`publish.traces`)

Rows stand in the run's order: shard by shard, within a shard by id, so that its first rows have the recipe's shares and
a run that grew begins with mostly the same pages. While they pass by, the run's index is written (`view.kept_rows`).
Bytes depend on the rows and that order alone. The folder is made in another place and brought to its own when it is
whole. What is held in memory is a row group of each file.
"""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow.compute as pc

from pipeline.card import card
from pipeline.dataset_files import Writer
from pipeline.facts import facts_of
from pipeline.grid import grid_svg
from pipeline.kept_tables import kept_shards, kept_tables
from pipeline.publish.traces import TraceWriter
from pipeline.remote.local import bring, work_place
from pipeline.run_folder import INDEX
from pipeline.run_json import read_told
from pipeline.storage import give_back_soon, storage_error
from pipeline.temporary import OwnFolder
from pipeline.view.kept_rows import IndexWriter

SPLITS = ("train", "validation")
CONFIGS = {"default": "data", "sharegpt": "sharegpt"}


@dataclass
class Written:
    """What a data set holds.

    Attributes:
        rows, bytes, files: rows, bytes of values and shards per (config, split).
        left_out: rows without a ShareGPT form.
        traces: dialogues for the Hub's trace viewer.
    """

    rows: dict[tuple[str, str], int] = field(default_factory=dict)
    bytes: dict[tuple[str, str], int] = field(default_factory=dict)
    files: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    left_out: int = 0
    traces: int = 0


def write_dataset(run: Path) -> Path:
    """Writes the data set of a run into its folder `dataset`; returns that folder.

    Raises:
        StorageError: the run has no kept rows to read, or the folder cannot be written.
    """
    target, place = run / "dataset", None
    try:
        place = OwnFolder(".writ-dataset-", work_place(target))
        work = place.path / target.name
        work.mkdir()
        written = _write_files(run, work)
        facts = facts_of(run)
        (work / "grid.svg").write_text(grid_svg(facts.wanted, facts.kept, facts.axis), encoding="utf-8")
        (work / "README.md").write_text(card(facts, written), encoding="utf-8")
        bring(work, target, last="README.md")
    except OSError as error:
        raise storage_error(target, error) from error
    finally:
        if place is not None:
            place.remove()
    return target


def write_dataset_and_index(run: Path) -> tuple[Path, Path]:
    """Writes the data set, and the run's index with it; returns both places."""
    return write_dataset(run), run / INDEX


def _write_files(run: Path, folder: Path) -> Written:
    written = Written()
    names, tables = kept_shards(run), kept_tables(run)
    traces = TraceWriter(folder)
    index = IndexWriter(run, read_told(run, "kept.json"), folder.parent)
    writers = [Writer(folder / place, config, split) for split in SPLITS for config, place in CONFIGS.items()]
    give_back_soon()
    # The configs are written side by side: compression needs no interpreter lock. Each file has one writer, in order.
    with ThreadPoolExecutor(len(CONFIGS)) as pool:
        under_way: list[Future[int]] = []
        for name, table in zip(names, tables, strict=True):  # the next is read while the one before is written
            index.add(name, table)
            parts = {split: table.filter(pc.equal(table["split"], split)) for split in SPLITS}
            traces.add(parts["train"])
            written.left_out += sum(job.result() for job in under_way)
            under_way = [pool.submit(writer.write, parts[writer.split]) for writer in writers]
        written.left_out += sum(job.result() for job in under_way)
        for job in [pool.submit(writer.close) for writer in writers]:
            job.result()
    index.close()
    written.traces = traces.count
    for writer in writers:
        if writer.files:
            place = writer.config, writer.split
            written.files[place] = [path.relative_to(folder).as_posix() for path in writer.files]
            written.rows[place], written.bytes[place] = writer.rows, writer.bytes
    return written
