from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pytest

from pipeline.dataset import write_dataset
from pipeline.publish.traces import NAME, TraceWriter, trace
from pipeline.run_folder import RunFolder
from schemas.parquet import to_table
from schemas.sft import SftRow
from tests.pipeline.fake_run import judged, row, write_run


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    run = write_run(tmp_path_factory.mktemp("made") / "run")
    write_dataset(run)
    return run


def rows_of(*records: SftRow) -> pa.Table:
    return to_table(records, SftRow)


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_the_first_dialogue_of_each_domain_and_kind_is_written(run: Path) -> None:
    (path,) = (run / "dataset" / "traces").iterdir()
    first = next(each for each in RunFolder(run).rows() if each.split == "train")
    assert path.name == f"{first.id}.jsonl" and NAME.fullmatch(f"traces/{path.name}")
    assert "`traces/` has 1 of the training conversations" in (run / "dataset" / "README.md").read_text()


def test_a_trace_has_all_that_was_said_and_called(run: Path) -> None:
    """The form that the Hub documents: a header, then messages; arguments as text, results linked to their calls."""
    (path,) = (run / "dataset" / "traces").iterdir()
    head, *messages = lines(path)
    source = RunFolder(run).row(path.stem)
    assert {key: head[key] for key in ("type", "harness", "id")} == {
        "type": "session",
        "harness": "writ",
        "id": source.id,
    }
    assert head["name"].startswith("library, read_heavy: ") and "burden" in head["name"]
    assert len(messages) == len(source.messages) and {each["type"] for each in messages} == {"message"}
    called: dict[str, str] = {}
    for line, message in zip((each["message"] for each in messages), source.messages, strict=True):
        assert (line["role"], line["content"]) == (message["role"], message["content"])
        assert set(line) <= {"role", "content", "model", "toolCalls", "toolCallId"}
        assert (line.get("model") == source.generator_model) == (message["role"] == "assistant")
        for call, original in zip(line.get("toolCalls", ()), message.get("tool_calls", ()), strict=True):
            assert isinstance(call["function"]["arguments"], str)
            assert json.loads(call["function"]["arguments"]) == original["function"]["arguments"]
            called[call["id"]] = call["function"]["name"]
        if message["role"] == "tool":
            assert called.pop(line["toolCallId"]) == message["name"]
    assert called == {}


def test_of_each_domain_and_kind_there_is_one(tmp_path: Path) -> None:
    records = [row(judged(number)) for number in range(6)]
    for place, record in enumerate(records):
        record = SftRow(
            **{**{name: getattr(record, name) for name in SftRow.__struct_fields__}, "kind": "ab"[place % 2]}
        )
        records[place] = record
    writer = TraceWriter(tmp_path)
    for part in (records[:1], records[1:4], records[4:]):
        writer.add(rows_of(*part))
    assert writer.count == 2
    assert sorted(path.stem for path in (tmp_path / "traces").iterdir()) == sorted(each.id for each in records[:2])


def test_an_id_that_is_no_file_name_of_ours_writes_nothing(tmp_path: Path) -> None:
    table = rows_of(row(judged(1)))
    hostile = table.set_column(0, table.schema.field(0), pa.array(["../../dialogue-1"]))
    writer = TraceWriter(tmp_path / "in" / "deep")
    (tmp_path / "in" / "deep").mkdir(parents=True)
    writer.add(hostile)
    assert writer.count == 0 and not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_names_say_how_hard_it_is() -> None:
    said = {"id": "dialogue-1", "domain": "library", "kind": "mixed", "burden": 4, "generator_model": "m"}
    names = [trace({**said, "num_writes": number, "messages": []})[0]["name"] for number in (0, 1, 2)]
    assert names == [f"library, mixed: {words}, burden 4" for words in ("0 decisions", "1 decision", "2 decisions")]
    assert orjson.loads(orjson.dumps(trace({**said, "num_writes": 1, "messages": []})))
