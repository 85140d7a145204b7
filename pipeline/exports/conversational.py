"""TRL, Axolotl and ms-swift: `messages` and `tools` as lists of JSON objects (Parquet).

They differ in how a message says that the loss does not count it. In TRL it cannot: the trainer finds the agent's
messages by its chat template (`assistant_only_loss`), and counts of a prompt and its completion the latter only, so
that is what a split dialogue becomes::

    trl        {"id": ..., "messages": [...], "tools": [...]}
    trl        {"id": ..., "prompt": [...], "completion": [the agent's message], "tools": [...]}     --turn-split
    axolotl    {"id": ..., "messages": [{"role": "assistant", ..., "train": true}, ...], "tools": [...]}
    ms-swift   {"id": ..., "messages": [{"role": "assistant", ..., "loss": true}, ...], "tools": [...]}

Arguments are objects, but text for Axolotl, and so are its tools: it drops every null of a row before it parses what is
text, and a null may be an argument. The columns of objects are `datasets`' `List(Json())`, which needs datasets >= 4.7;
each of the three asks for that.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import orjson

from pipeline.exports.format import Format
from pipeline.exports.parquet_sink import Kind, ParquetSink, Row, parquet
from schemas.base import Json
from stages.training_examples import Example

_COLUMNS: dict[str, Kind] = {"id": "text", "messages": "objects", "tools": "objects"}
_TEXT_TOOLS: dict[str, Kind] = {"id": "text", "messages": "objects", "tools": "text"}
_SPLIT: dict[str, Kind] = {"id": "text", "prompt": "objects", "completion": "objects", "tools": "objects"}


def objects(values: Sequence[dict[str, Json]]) -> list[bytes]:
    """Returns objects as JSON, each by itself."""
    return [orjson.dumps(value) for value in values]


def marked(example: Example, key: str) -> list[dict[str, Json]]:
    """Returns the messages; those of the agent say under a key whether the loss counts them."""
    return [
        {**message, key: trained} if message["role"] == "assistant" else message
        for message, trained in zip(example.messages, example.trained, strict=True)
    ]


def with_text_arguments(message: dict[str, Json]) -> dict[str, Json]:
    """Returns a message with its calls' arguments as JSON text."""
    if "tool_calls" not in message:
        return message
    calls = [{**call, "function": {**call["function"], "arguments": _text(call)}} for call in message["tool_calls"]]
    return {**message, "tool_calls": calls}


def _text(call: dict[str, Json]) -> str:
    return orjson.dumps(call["function"]["arguments"]).decode()


def _whole(example: Example) -> Row:
    return example.id, objects(example.messages), objects(example.tools)


def _halves(example: Example) -> Row:
    return example.id, objects(example.messages[:-1]), objects(example.messages[-1:]), objects(example.tools)


def _loss(example: Example) -> Row:
    return example.id, objects(marked(example, "loss")), objects(example.tools)


def _train(example: Example) -> Row:
    messages = [with_text_arguments(message) for message in marked(example, "train")]
    return example.id, objects(messages), orjson.dumps(example.tools)


def _trl(path: Path, split: bool) -> ParquetSink:
    return ParquetSink(path, _SPLIT if split else _COLUMNS, _halves if split else _whole)


TRL = Format(
    name="trl",
    suffix=".parquet",
    sink=_trl,
    per_message=False,
    told="SFTConfig(assistant_only_loss=True)",
    told_split="nothing, it counts completions",
)
AXOLOTL = Format(
    name="axolotl",
    suffix=".parquet",
    sink=parquet(_TEXT_TOOLS, _train),
    per_message=True,
    told="message_field_training: train",
    told_split="message_field_training: train",
)
MS_SWIFT = Format(
    name="ms-swift",
    suffix=".parquet",
    sink=parquet(_COLUMNS, _loss),
    per_message=True,
    told="nothing, each message of the agent has its `loss`",
    told_split="nothing, each message of the agent has its `loss`",
)
