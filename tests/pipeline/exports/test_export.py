from __future__ import annotations

import hashlib
import io
import json
import subprocess
import sys
from pathlib import Path

import datasets
import jsonschema
import pandas as pd
import pyarrow.parquet as pq
import pytest
from rich.console import Console

from pipeline.errors import StorageError, UserError
from pipeline.exports.command import export
from pipeline.exports.formats import FORMATS
from pipeline.storage import write_json
from stages.training_examples import Shape
from tests.pipeline.fake_run import judged, row, write_run

WHOLE, SPLIT = Shape(), Shape(turn_split=True)
ROWS = {record.id: record for record in (row(judged(number)) for number in range(20))}
AGENT = 5
"""Messages of the agent in each dialogue."""


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_run(tmp_path_factory.mktemp("run"))


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(tmp_path_factory.mktemp("cache"))


def exported(run: Path, name: str, out: Path, shape: Shape = WHOLE) -> str:
    said = io.StringIO()
    assert export(run, name, out, shape, Console(file=said, width=1000)) == 0
    return said.getvalue()


def lines(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def without(messages: list[dict], key: str) -> list[dict]:
    return [{name: value for name, value in message.items() if name != key} for message in messages]


def digests(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


@pytest.mark.parametrize("name", [name for name, form in FORMATS.items() if not form.whole])
@pytest.mark.parametrize("shape", [WHOLE, Shape(turn_split=True, omit_prose=True, drop_tools=0.5, seed=3)])
def test_same_run_and_options_give_same_bytes(run: Path, tmp_path: Path, name: str, shape: Shape) -> None:
    for out in ("one", "two"):
        exported(run, name, tmp_path / out, shape)
    assert digests(tmp_path / "one") == digests(tmp_path / "two")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one", "two"]
    about = json.loads((tmp_path / "one" / "export.json").read_text())
    split = shape.turn_split
    assert about["splits"]["train"] == {"rows": 16, "examples": 16 * (AGENT if split else 1), "left_out": 0}
    assert about["options"]["turn_split"] is split and len(about["fingerprint"]) == 32


@pytest.mark.parametrize(("name", "key"), [("trl", ""), ("ms-swift", "loss")])
def test_conversational_rows_are_the_run_s_with_marks(
    run: Path, tmp_path: Path, cache: str, name: str, key: str
) -> None:
    exported(run, name, tmp_path / "out")
    found = datasets.load_dataset(str(tmp_path / "out"), cache_dir=cache)
    assert {split: part.num_rows for split, part in found.items()} == {"train": 16, "validation": 4}
    for part in found.values():
        for got in part:
            assert without(got["messages"], key) == ROWS[got["id"]].messages  # nulls and absent keys as they were
            assert got["tools"] == ROWS[got["id"]].tools
            marks = [message[key] for message in got["messages"] if key in message]
            assert marks == ([True] * AGENT if key else [])


def test_axolotl_s_arguments_and_tools_are_text(run: Path, tmp_path: Path, cache: str) -> None:
    exported(run, "axolotl", tmp_path / "out")
    for got in datasets.load_dataset(str(tmp_path / "out"), split="train", cache_dir=cache):
        for message, whole in zip(got["messages"], ROWS[got["id"]].messages, strict=True):
            functions = [call["function"] for call in message.get("tool_calls", ())]
            assert [{**each, "arguments": json.loads(each["arguments"])} for each in functions] == [
                call["function"] for call in whole.get("tool_calls", ())
            ]
            assert message.get("train") is (True if whole["role"] == "assistant" else None)
        assert json.loads(got["tools"]) == ROWS[got["id"]].tools


def test_trl_splits_into_prompt_and_completion(run: Path, tmp_path: Path, cache: str) -> None:
    exported(run, "trl", tmp_path / "out", SPLIT)
    found = datasets.load_dataset(str(tmp_path / "out"), split="train", cache_dir=cache)
    assert found.num_rows == 16 * AGENT and set(found.column_names) == {"id", "prompt", "completion", "tools"}
    for got in found:
        dialogue, number = got["id"].split(":")
        whole = ROWS[dialogue].messages
        assert [message["role"] for message in got["completion"]] == ["assistant"]
        assert got["prompt"] + got["completion"] == whole[: len(got["prompt"]) + 1]
        assert sum(message["role"] == "assistant" for message in got["prompt"]) == int(number) - 1


def test_marks_of_split_dialogues_count_the_last_message(run: Path, tmp_path: Path, cache: str) -> None:
    exported(run, "axolotl", tmp_path / "out", SPLIT)
    for got in datasets.load_dataset(str(tmp_path / "out"), split="train", cache_dir=cache):
        marks = [message["train"] for message in got["messages"] if message["role"] == "assistant"]
        assert marks == [False] * (len(marks) - 1) + [True] and got["messages"][-1]["train"]


MESSAGE = {
    "type": "object",
    "required": ["role", "content"],
    "additionalProperties": False,
    "properties": {
        "role": {"enum": ["system", "user", "assistant", "tool"]},
        "content": {"type": "string"},
        "tool_call_id": {"type": "string"},
        "weight": {"enum": [0, 1]},
        "tool_calls": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["id", "type", "function"],
                "additionalProperties": False,
                "properties": {
                    "id": {"type": "string"},
                    "type": {"const": "function"},
                    "function": {
                        "type": "object",
                        "required": ["name", "arguments"],
                        "additionalProperties": False,
                        "properties": {"name": {"type": "string"}, "arguments": {"type": "string"}},
                    },
                },
            },
        },
    },
    "allOf": [
        {
            "if": {"properties": {"role": {"const": "tool"}}},
            "then": {"required": ["tool_call_id"]},
            "else": {"properties": {"tool_call_id": False}},
        },
        {
            "if": {"properties": {"role": {"const": "assistant"}}},
            "else": {"properties": {"tool_calls": False, "weight": False}},
        },
    ],
}
"""OpenAI's documented form of a message (platform documentation, Supervised fine-tuning; Chat completions)."""
LINE = {
    "type": "object",
    "required": ["messages", "tools"],
    "additionalProperties": False,
    "properties": {"messages": {"type": "array", "items": MESSAGE}, "tools": {"type": "array"}},
}


@pytest.mark.parametrize("shape", [WHOLE, SPLIT])
def test_openai_lines_have_the_documented_form(run: Path, tmp_path: Path, shape: Shape) -> None:
    exported(run, "openai", tmp_path / "out", shape)
    found = lines(tmp_path / "out" / "train.jsonl")
    assert len(found) == 16 * (AGENT if shape.turn_split else 1)
    for line in found:
        jsonschema.validate(line, LINE)
        agent = [message for message in line["messages"] if message["role"] == "assistant"]
        assert agent[-1] is line["messages"][-1] and "weight" not in agent[-1]
        assert all(message.get("weight") == (0 if shape.turn_split else None) for message in agent[:-1])
    arguments = found[-1]["messages"][2]["tool_calls"][0]["function"]["arguments"]
    assert json.loads(arguments)["gap"] is None and json.loads(arguments)["rate"] == 0.1


@pytest.mark.parametrize("shape", [WHOLE, SPLIT])
def test_llama_factory_finds_its_files_and_skips_none(run: Path, tmp_path: Path, cache: str, shape: Shape) -> None:
    exported(run, "llama-factory", tmp_path / "out", shape)
    info = json.loads((tmp_path / "out" / "dataset_info.json").read_text())
    assert set(info) == {"writ_train", "writ_validation"}
    one = info["writ_train"]
    found = datasets.load_dataset("parquet", data_files=str(tmp_path / "out" / one["file_name"]), cache_dir=cache)[
        "train"
    ]
    assert found.num_rows == 16 * (AGENT if shape.turn_split else 1)
    for got in found:
        turns = got[one["columns"]["messages"]]
        # As `SharegptDatasetConverter` of LLaMA-Factory 0.9.5 asks, or it skips the row with a warning.
        assert len(turns) % 2 == 0
        assert all(turn["from"] in ("human", "observation") for turn in turns[::2])
        assert all(turn["from"] in ("gpt", "function_call") for turn in turns[1::2])
        assert got[one["columns"]["system"]] == "Policy." and json.loads(got[one["columns"]["tools"]])


def test_verl_reads_text_with_pandas_and_a_class_of_its_own(run: Path, tmp_path: Path) -> None:
    exported(run, "verl", tmp_path / "out", SPLIT)
    frame = pd.read_parquet(tmp_path / "out" / "train.parquet", dtype_backend="pyarrow")  # as verl 0.9.1 does
    for _, got in frame.iterrows():
        messages = json.loads(got["messages"])
        whole = ROWS[got["id"].split(":")[0]]
        assert without(messages, "loss") == whole.messages[: len(messages)]
        assert json.loads(got["tools"]) == whole.tools
        assert [m["loss"] for m in messages if m["role"] == "assistant"][-1] is True
    compile((tmp_path / "out" / "writ_dataset.py").read_text(), "writ_dataset.py", "exec")


def test_calls_alone_count(run: Path, tmp_path: Path, cache: str) -> None:
    exported(run, "ms-swift", tmp_path / "out", Shape(loss="calls"))
    for got in datasets.load_dataset(str(tmp_path / "out"), split="train", cache_dir=cache):
        assert got["messages"][-1]["loss"] and got["messages"][-1]["tool_calls"]
        assert all(m["loss"] == ("tool_calls" in m) for m in got["messages"] if m["role"] == "assistant")


def test_files_are_small_and_in_groups(run: Path, tmp_path: Path) -> None:
    exported(run, "trl", tmp_path / "out")
    metadata = pq.read_metadata(tmp_path / "out" / "train.parquet")
    assert metadata.row_group(0).column(1).compression == "ZSTD"


@pytest.mark.parametrize(
    ("name", "shape", "words"),
    [
        ("trll", WHOLE, "did you mean trl? There are openai, trl"),
        ("llama_factory", WHOLE, "did you mean llama-factory?"),
        ("gguf", WHOLE, "--format gguf: There are openai"),
        ("openai", Shape(omit_prose=True), "add --turn-split"),
        ("trl", Shape(loss="calls"), "trl cannot mark single messages"),
        ("llama-factory", Shape(loss="calls"), "add --turn-split"),
        ("openai", Shape(seed=3), "without --drop-tools"),
    ],
)
def test_what_cannot_be_is_said_before_anything_is_written(
    run: Path, tmp_path: Path, name: str, shape: Shape, words: str
) -> None:
    with pytest.raises(UserError, match=words.replace("?", r"\?")):
        export(run, name, tmp_path / "out", shape, Console())
    assert list(tmp_path.iterdir()) == []


def test_taken_folders_are_left_alone(run: Path, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("mine")
    (tmp_path / "empty").mkdir()
    (tmp_path / "link").symlink_to(run / "stages")
    for out, words in (
        (tmp_path / "mine", "holds notes.txt, which no `writ export` put there"),
        (tmp_path / "mine" / "notes.txt", "is a file"),
        (run / "stages" / "9_mine", "is the run's own"),
        (run, "is the run's own"),
        (tmp_path / "link" / "new", "is the run's own"),
    ):
        with pytest.raises(UserError, match=words):
            export(run, "openai", out, WHOLE, Console())
    assert (tmp_path / "mine" / "notes.txt").read_text() == "mine" and not (run / "stages" / "9_mine").exists()
    exported(run, "openai", tmp_path / "empty")
    assert (tmp_path / "empty" / "train.jsonl").exists()


def test_an_earlier_export_is_replaced_unless_somebody_put_something_there(run: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    exported(run, "verl", out)
    exported(run, "openai", out, SPLIT)
    assert sorted(digests(out)) == ["export.json", "train.jsonl", "validation.jsonl"]
    exported(run, "openai", tmp_path / "apart", SPLIT)
    assert digests(out) == digests(tmp_path / "apart")
    (out / "model.bin").write_text("mine")
    with pytest.raises(UserError, match=r"holds model.bin, which no `writ export` put there"):
        export(run, "openai", out, WHOLE, Console())
    assert (out / "model.bin").read_text() == "mine" and (out / "train.jsonl").is_file()
    for about in ("[]", '{"files": 7}', "{"):
        (out / "export.json").write_text(about)
        with pytest.raises(UserError, match="put there; delete the folder"):
            export(run, "openai", out, WHOLE, Console())


def test_a_run_that_has_not_ended_is_not_exported(tmp_path: Path) -> None:
    made = write_run(tmp_path / "run")
    (made / "run.json").unlink()
    with pytest.raises(StorageError, match="has not ended; continue it"):
        export(made, "trl", tmp_path / "out", WHOLE, Console())
    with pytest.raises(StorageError, match="no folder of a run"):
        export(tmp_path / "absent", "trl", tmp_path / "out", WHOLE, Console())
    assert not (tmp_path / "out").exists()


def test_nothing_outside_the_run_is_read(tmp_path: Path) -> None:
    made, other = write_run(tmp_path / "run"), write_run(tmp_path / "other")
    kept = json.loads((made / "kept.json").read_text())
    for changed in (
        {"rows": "../other/stages/5_export_rows"},
        {"shards": ["../../../other/stages/5_export_rows/r0-00000"]},
    ):
        write_json(made / "kept.json", {**kept, **changed})
        with pytest.raises(StorageError, match="leaves the folder"):
            export(made, "trl", tmp_path / "out", WHOLE, Console())
    write_json(made / "kept.json", kept)
    shard = made / "stages/5_export_rows/r0-00000.parquet"
    shard.unlink()
    shard.symlink_to(other / "stages/5_export_rows/r0-00000.parquet")
    with pytest.raises(StorageError, match="leaves the folder"):
        export(made, "trl", tmp_path / "out", WHOLE, Console())
    assert {path.name for path in tmp_path.iterdir()} == {"run", "other"}


def test_a_damaged_shard_leaves_nothing_half_written(tmp_path: Path) -> None:
    made = write_run(tmp_path / "run")
    shard = made / "stages/5_export_rows/r0-00002.parquet"
    shard.write_bytes(shard.read_bytes()[:-100])
    with pytest.raises(StorageError, match="cut off"):
        export(made, "openai", tmp_path / "out", WHOLE, Console())
    assert {path.name for path in tmp_path.iterdir()} == {"run"}


def test_the_program_says_what_to_tell_the_trainer(run: Path) -> None:
    command = [str(Path(sys.executable).with_name("writ")), "export", str(run), "--format", "axolotl", "--turn-split"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done
    assert "80 examples of 16 dialogues" in done.stdout and "message_field_training: train" in done.stdout
    again = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert again.returncode == 0 and again.stdout == done.stdout
