"""LLaMA-Factory: its ShareGPT form in plain strings, with the `dataset_info.json` that it asks for.

    {"id": ..., "conversations": [{"from": "human", "value": "..."}, ...], "system": "...", "tools": "[...]"}

The form is that of `stages/sharegpt.py`: what it cannot hold (text beside a call) is left out and counted. Its loss
counts every turn of the agent, or with `mask_history: true` the last one only, which a split dialogue needs.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pipeline.exports.format import Format
from pipeline.exports.parquet_sink import Kind, Row, parquet
from pipeline.storage import write_json
from stages.sharegpt import to_sharegpt
from stages.training_examples import Example

_COLUMNS: dict[str, Kind] = {"id": "text", "conversations": "turns", "system": "text", "tools": "text"}


def _row(example: Example) -> Row | None:
    found = to_sharegpt(example.messages, example.tools)
    return None if found is None else (example.id, found.conversations, found.system, found.tools)


def _beside(folder: Path, splits: Sequence[str]) -> None:
    """Names the files as data sets `writ_train` and `writ_validation`."""
    info = {
        f"writ_{split}": {
            "file_name": f"{split}.parquet",
            "formatting": "sharegpt",
            "columns": {"messages": "conversations", "system": "system", "tools": "tools"},
        }
        for split in splits
    }
    write_json(folder / "dataset_info.json", info)


LLAMA_FACTORY = Format(
    name="llama-factory",
    suffix=".parquet",
    sink=parquet(_COLUMNS, _row),
    per_message=False,
    told="mask_history: false, its default",
    told_split="mask_history: true",
    beside=_beside,
)
