from __future__ import annotations

import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.dataset import write_dataset
from pipeline.errors import StorageError
from pipeline.run_folder import INDEX
from pipeline.run_json import read_told
from pipeline.storage import write_json, write_table
from pipeline.view.kept_rows import read_kept
from pipeline.view.opened import Opened
from tests.pipeline.fake_run import write_run

ROWS, SELECT = "stages/5_export_rows", "stages/7_select"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of twenty rows in four shards; of the first and the last, only some are kept."""
    run = write_run(tmp_path_factory.mktemp("made") / "run")
    for name, positions in (("r0-00000", [0, 2, 5]), ("r0-00003", [])):
        write_table(run / SELECT / f"{name}.parquet", pa.table({"position": pa.array(positions, pa.int32())}))
    write_dataset(run)
    return run


@pytest.fixture
def run(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "run"))


def kept(run: Path) -> pa.Table:
    return read_kept(run, read_told(run, "kept.json"))


def from_shards(run: Path) -> pa.Table:
    """What is kept, as the shards have it: without the index."""
    aside = (run / INDEX).rename(run / "aside")
    try:
        return kept(run)
    finally:
        aside.rename(run / INDEX)


def shorten(run: Path) -> None:
    """Takes the last row out of the index, so that it can be told whether it was read."""
    table = pq.read_table(run / INDEX)
    pq.write_table(table.slice(0, table.num_rows - 1), run / INDEX)


def test_the_index_has_the_rows_of_the_shards_in_their_order(run: Path) -> None:
    assert kept(run).equals(from_shards(run)) and kept(run).num_rows == 3 + 6 + 6
    assert kept(run)["shard"].to_pylist() == ["r0-00000"] * 3 + ["r0-00001"] * 6 + ["r0-00002"] * 6
    shorten(run)
    assert kept(run).num_rows == 14  # it is the index that is read


def test_an_index_is_the_same_wherever_the_run_is_copied_to(run: Path, made: Path) -> None:
    first = (run / INDEX).read_bytes()
    write_dataset(run)
    assert (run / INDEX).read_bytes() == first == (made / INDEX).read_bytes()


def test_without_an_index_or_with_a_damaged_one_the_shards_are_read(run: Path) -> None:
    whole = kept(run)
    content = (run / INDEX).read_bytes()
    for damage in (b"", content[:-20], b"PAR1" + content[50:], b"<html>"):
        (run / INDEX).write_bytes(damage)
        assert kept(run).equals(whole)
    (run / INDEX).unlink()
    assert kept(run).equals(whole)


def test_an_index_with_other_columns_is_not_taken(run: Path) -> None:
    table = pq.read_table(run / INDEX)
    pq.write_table(table.drop_columns(["shard"]), run / INDEX)
    assert kept(run)["shard"][0].as_py() == "r0-00000"


def test_an_index_does_not_outlive_what_it_was_made_of(run: Path) -> None:
    shorten(run)
    path = run / SELECT / "r0-00001.parquet"
    write_table(path, pa.table({"position": pa.array([1, 3], pa.int32())}))
    assert kept(run).num_rows == 3 + 2 + 6
    write_json(run / "kept.json", {**read_told(run, "kept.json"), "shards": ["r0-00000"]})
    assert kept(run).num_rows == 3


def test_a_shard_that_is_gone_is_named_with_an_index_too(run: Path) -> None:
    (run / ROWS / "r0-00002.parquet").unlink()
    with pytest.raises(StorageError, match=r"r0-00002\.parquet: cannot be read"):
        Opened(run, 1)


def test_positions_that_no_row_has_are_told(run: Path) -> None:
    write_table(run / SELECT / "r0-00001.parquet", pa.table({"position": pa.array([1, 60], pa.int32())}))
    with pytest.raises(StorageError, match="r0-00001 says is kept does not fit its rows"):
        kept(run)


def test_a_browser_lists_the_same_with_and_without_an_index(run: Path) -> None:
    indexed = Opened(run, 1)
    rows, cells = indexed.kept.page({"happens": "slip"}).rows, indexed.cells
    (run / INDEX).unlink()
    plain = Opened(run, 1)
    assert plain.kept.page({"happens": "slip"}).rows == rows and plain.cells == cells and rows
    row = plain.judged(rows[0]["id"])
    assert row is not None and row.dialogue.id == rows[0]["id"]
