r"""verl: `messages` and `tools` as JSON text (Parquet), and the small class of `verl_dataset.py` that reads them.

    {"id": ..., "messages": "[{\"role\": \"system\", ...}, ...]", "tools": "[...]"}

verl reads Parquet with pandas and takes columns as they come: JSON objects would arrive as text and structs with the
keys of all others as nulls, which templates render. So the text is parsed by a class of its own, named in the settings
`data.custom_cls`, and a message of the agent that the loss does not count says `"loss": false`.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

import orjson

from pipeline.exports.conversational import marked
from pipeline.exports.format import Format
from pipeline.exports.parquet_sink import Kind, Row, parquet
from stages.training_examples import Example

_COLUMNS: dict[str, Kind] = {"id": "text", "messages": "text", "tools": "text"}
READER = "writ_dataset.py"


def _row(example: Example) -> Row:
    return example.id, orjson.dumps(marked(example, "loss")), orjson.dumps(example.tools)


def _beside(folder: Path, splits: Sequence[str]) -> None:
    shutil.copyfile(Path(__file__).with_name("verl_dataset.py"), folder / READER)


VERL = Format(
    name="verl",
    suffix=".parquet",
    sink=parquet(_COLUMNS, _row),
    per_message=True,
    told=f"data.custom_cls.path={READER} data.custom_cls.name=WritDataset",
    told_split=f"data.custom_cls.path={READER} data.custom_cls.name=WritDataset",
    beside=_beside,
)
