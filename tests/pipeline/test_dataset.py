from __future__ import annotations

import hashlib
import json
import random
import subprocess
import sys
from collections import Counter
from pathlib import Path

import datasets
import msgspec
import orjson
import pandas as pd
import pyarrow.parquet as pq
import pytest
import yaml

from pipeline import dataset, dataset_files
from pipeline.assemble import line_of
from pipeline.dataset import write_dataset
from pipeline.dataset_files import FLAT, groups
from pipeline.errors import StorageError
from pipeline.facts import facts_of, fingerprint
from pipeline.house import HOME
from pipeline.kept_tables import kept_tables
from pipeline.plan import Plan
from pipeline.recipe import Recipe
from pipeline.storage import write_json
from schemas.parquet import to_table
from schemas.sft import SftRow
from tests.pipeline.fake_run import judged, row, write_run


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_run(tmp_path_factory.mktemp("run"))


@pytest.fixture(scope="module")
def folder(run: Path) -> Path:
    return write_dataset(run)


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(tmp_path_factory.mktemp("cache"))


def digests(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_default_config_opens_as_it_stands(folder: Path, cache: str) -> None:
    found = datasets.load_dataset(str(folder), cache_dir=cache)
    assert {name: part.num_rows for name, part in found.items()} == {"train": 16, "validation": 4}
    assert found["train"].features["messages"] == datasets.List(datasets.Json())
    assert found["train"].features["tools"] == datasets.List(datasets.Json())
    expected = {record.id: record for record in (row(judged(number)) for number in range(20))}
    for part in found.values():
        for got in part:
            wanted = expected[got["id"]]
            assert got["messages"] == wanted.messages  # nulls stay, absent keys stay absent
            assert got["tools"] == wanted.tools
            assert json.loads(got["metadata"]) == json.loads(json.dumps(wanted.metadata))
            assert (got["burden"], got["reward"], got["behavior"]) == (wanted.burden, 1.0, wanted.behavior)
    assert got["messages"][0]["role"] == "system"
    assert got["messages"][-1]["role"] == "assistant"


def test_sharegpt_config_opens_with_plain_features(folder: Path, cache: str) -> None:
    found = datasets.load_dataset(str(folder), "sharegpt", split="train", cache_dir=cache)
    assert found.num_rows == 16
    for got in found:
        speakers = [turn["from"] for turn in got["conversations"]]
        assert len(speakers) % 2 == 0
        assert set(speakers[::2]) <= {"human", "observation"} and set(speakers[1::2]) <= {"gpt", "function_call"}
        assert json.loads(got["conversations"][1]["value"])["arguments"]["gap"] is None
        assert json.loads(got["tools"])[0]["name"] == "find_reader"
        assert got["system"] == "Policy."


def test_pandas_reads_exact_json(folder: Path) -> None:
    (path,) = (folder / "data").glob("validation-*.parquet")
    frame = pd.read_parquet(path)
    first = [json.loads(text) for text in frame["messages"].iloc[0]]
    assert first[2]["tool_calls"][0]["function"]["arguments"]["rate"] == 0.1
    assert json.loads(first[5]["content"])["fine"] == 1e-12
    assert json.loads(frame["metadata"].iloc[0])["price"] == 84.55


def test_same_rows_give_same_bytes(tmp_path: Path, folder: Path) -> None:
    again = write_dataset(write_run(tmp_path / "again"))
    assert digests(again) == digests(folder)


def ids_of(folder: Path) -> list[str]:
    files = sorted((folder / "data").glob("train-*.parquet"))
    return [value for path in files for value in pq.read_table(path, columns=["id"])["id"].to_pylist()]


def test_rows_stand_in_the_run_s_order(tmp_path: Path) -> None:
    mixed = list(range(20))
    random.Random(3).shuffle(mixed)
    made = write_run(tmp_path / "mixed", per_shard=6, order=mixed)
    tables = kept_tables(made, ["id", "split"])
    wanted = [row["id"] for table in tables for row in table.to_pylist() if row["split"] == "train"]
    assert ids_of(write_dataset(made)) == wanted != sorted(wanted)


def test_many_files_and_small_row_groups_give_the_same_rows(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dataset_files, "ROW_GROUP_BYTES", 5_000)
    monkeypatch.setattr(dataset_files, "SHARD_BYTES", 5_000)
    many = write_dataset(write_run(tmp_path / "many"))
    files = sorted((many / "data").glob("train-*.parquet"))
    assert len(files) > 1
    assert files[0].name == f"train-00000-of-{len(files):05d}.parquet"
    assert ids_of(many) == ids_of(folder)


def test_row_groups_are_cut_by_bytes() -> None:
    import pyarrow as pa

    table = pa.table({"text": ["x" * 1000] * 40})
    parts = list(groups(table, limit=9000))
    assert sum(part.num_rows for part in parts) == 40
    assert all(part.nbytes <= 9000 for part in parts)
    assert [part.num_rows for part in groups(table, limit=10)] == [1] * 40


def test_files_are_as_the_hub_wants_them(folder: Path) -> None:
    for path in folder.rglob("*.parquet"):
        with pq.ParquetFile(path) as file:
            assert path.stat().st_size <= 500e6
            for group in map(file.metadata.row_group, range(file.metadata.num_row_groups)):
                assert group.total_byte_size <= 64 << 20
                columns = [group.column(n) for n in range(group.num_columns)]
                assert {column.compression for column in columns} == {"ZSTD"}
                assert all(column.has_offset_index for column in columns)
                assert all(column.has_column_index for column in columns if column.path_in_schema in FLAT)


def test_a_data_set_with_a_few_rows_more_shares_most_of_its_pages(tmp_path: Path) -> None:
    rng = random.Random(3)
    records = [row(judged(number)) for number in range(200)]
    made = [
        msgspec.structs.replace(record, id=f"dialogue-{number:016x}", metadata={"noise": rng.randbytes(12_000).hex()})
        for number, record in ((number, records[number % 200]) for number in range(700))
    ]

    def written(rows: list[SftRow], name: str) -> bytes:
        writer = dataset_files.Writer(tmp_path / name, "default", "train")
        for start in range(0, len(rows), 96):
            writer.write(to_table(rows[start : start + 96], SftRow))
        writer.close()
        return writer.files[0].read_bytes()

    one, other = written(made[5:], "one"), written(made, "other")
    begins = [rng.randrange(len(one) - 4096) for _ in range(200)]
    shared = sum(one[begin : begin + 4096] in other for begin in begins) / 200
    assert shared > 0.6, shared


def test_card_says_what_is_there(folder: Path) -> None:
    text = (folder / "README.md").read_text()
    _, front, body = text.split("---\n", 2)
    meta = yaml.safe_load(front)
    assert [config["config_name"] for config in meta["configs"]] == ["default", "sharegpt"]
    assert meta["configs"][0]["default"] is True
    assert meta["license"] == "apache-2.0"
    assert meta["dataset_info"][0]["splits"][0]["num_examples"] == 16
    assert {"name": "messages", "list": "json"} in meta["dataset_info"][0]["features"]
    assert "20 multi-turn conversations" in body
    assert "| validate_dialogues | grounding | agent | 1 |" in body
    assert "1 of the recipe's 2 cells could not be filled" in body
    assert (folder / "grid.svg").read_text().startswith("<svg")


def test_the_card_of_a_partial_run_says_so(tmp_path: Path) -> None:
    body = (write_dataset(write_run(tmp_path, wanted=23)) / "README.md").read_text()
    assert "20 multi-turn conversations" in body and "20 of 23 wanted. 1 of the recipe's 2 cells" in body


def test_a_run_without_a_row_has_a_card_and_no_files(tmp_path: Path) -> None:
    made = write_dataset(write_run(tmp_path, order=[], wanted=5))
    assert [path.name for path in sorted(made.iterdir())] == ["README.md", "grid.svg"]
    assert "0 multi-turn conversations" in (made / "README.md").read_text()


def test_the_grid_may_mean_plausible_burdens(tmp_path: Path, folder: Path) -> None:
    made = write_dataset(write_run(tmp_path, witnesses="plausible"))
    facts = facts_of(tmp_path)
    rows = [row(judged(number)) for number in range(20)]
    assert facts.kept == Counter((each.num_writes, each.plausible_burden) for each in rows)
    assert facts.kept != Counter((each.num_writes, each.burden) for each in rows)
    assert "plausible burden (column plausible_burden)" in (made / "grid.svg").read_text()
    assert "count plausible changes only" in (made / "README.md").read_text()
    assert "plausible changes only" not in (folder / "README.md").read_text()


def test_nothing_half_written_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = write_run(tmp_path / "run")
    before = digests(write_dataset(made))

    def full(*_: object) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(dataset, "card", full)
    with pytest.raises(StorageError, match="no room left"):
        write_dataset(made)
    assert digests(made / "dataset") == before
    assert not list(made.glob(".dataset*"))


KILLED = """
import os, shutil, sys
from pathlib import Path
from pipeline.dataset import write_dataset
shutil.rmtree = lambda *_, **__: os.kill(os.getpid(), 9)
write_dataset(Path(sys.argv[1]))
"""


def test_a_run_killed_while_it_removes_an_old_data_set_can_make_another(tmp_path: Path, folder: Path) -> None:
    run = write_run(tmp_path / "run")
    (run / "dataset").mkdir()
    (run / "dataset" / "old.parquet").write_text("old")
    done = subprocess.run([sys.executable, "-c", KILLED, str(run)], cwd=HOME, timeout=300)
    assert done.returncode == -9 and digests(run / "dataset") == digests(folder)
    assert list(run.rglob("old.parquet"))  # it was at it
    assert digests(write_dataset(run)) == digests(folder)
    assert not list(run.rglob("old.parquet")) and not list(run.glob(".*"))


def test_a_folder_without_a_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="no folder of a run"):
        write_dataset(tmp_path)


def test_column_texts_are_taken_over_byte_by_byte(folder: Path) -> None:
    (path,) = (folder / "data").glob("validation-*.parquet")
    texts = pq.read_table(path, columns=["messages"])["messages"].to_pylist()[0]
    assert all(orjson.dumps(orjson.loads(text)).decode() == text for text in texts[:2])


def test_the_card_names_who_spoke_and_under_which_licence(tmp_path: Path, folder: Path) -> None:
    recipe = Recipe.model_validate(
        {
            "name": "toy",
            "seed": 7,
            "count": 20,
            "domains": [{"name": "retail"}],
            "tasks": {"write_intensive": 1.0},
            "grid": {"decisions": {"1": 1.0}},
            "engines": {
                "agent": {"http": {"base_url": "http://127.0.0.1:1/v1", "model": "large"}, "licence": "mit"},
                "user": {"http": {"base_url": "http://127.0.0.1:1/v1", "model": "small", "revision": "7"}},
            },
        }
    )
    made = write_run(tmp_path)
    said = Plan(recipe, line_of(recipe, ()), (), tmp_path).identity()
    stored = json.loads((made / "recipe.json").read_text())
    write_json(made / "recipe.json", {**stored, **{name: said[name] for name in ("engines", "licences")}})
    body = (write_dataset(made) / "README.md").read_text()
    assert "| agent | `http:large` | mit |" in body and "| user | `http:small@7` | not stated |" in body
    assert "who spoke |" not in (folder / "README.md").read_text()


def test_the_fingerprint_is_that_of_what_was_made(tmp_path: Path) -> None:
    made = write_run(tmp_path)
    first = fingerprint(made, 20)
    stored = json.loads((made / "recipe.json").read_text())
    elsewhere = {**stored["domains"][0], "world": {"origin": "file:/elsewhere/db.json", "digest": "w0"}}
    write_json(made / "recipe.json", {**stored, "domains": [elsewhere], "licences": {"agent": "mit"}})
    assert fingerprint(made, 20) == first != fingerprint(made, 21)
    card = (write_dataset(made) / "README.md").read_text()
    assert "license: other" in card and "Apache-2.0" not in card  # what is in a file is not ours to license
    write_json(made / "stages.json", {"steps": {"generate_tasks": {"key": "k"}}})
    assert fingerprint(made, 20) != first
