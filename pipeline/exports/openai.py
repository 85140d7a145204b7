r"""OpenAI's fine-tuning format: JSONL, arguments as JSON text, nothing that its schema does not name.

    {"messages": [{"role": "system", "content": "..."}, {"role": "user", "content": "is my book due?"},
                  {"role": "assistant", "content": "", "weight": 0, "tool_calls": [{"id": "call_1", "type": "function",
                   "function": {"name": "get_loan", "arguments": "{\"loan_id\":\"L1\"}"}}]},
                  {"role": "tool", "tool_call_id": "call_1", "content": "{\"due\": \"Friday\"}"},
                  {"role": "assistant", "content": "On Friday."}],
     "tools": [{"type": "function", "function": {...}}]}

The loss counts every message of the assistant but those of weight 0. There is no place for an id: lines stand in the
order of the run's rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import orjson

from pipeline.exports.format import Format
from schemas.base import Json
from stages.training_examples import Example


class JsonlSink:
    """A JSONL file under way."""

    def __init__(self, path: Path) -> None:
        """Opens the file."""
        self._file = path.open("wb")

    def write(self, examples: Sequence[Example]) -> int:
        """Appends examples."""
        self._file.writelines(orjson.dumps(_line(each), option=orjson.OPT_APPEND_NEWLINE) for each in examples)
        return len(examples)

    def close(self) -> None:
        """Ends the file."""
        self._file.close()


def _line(example: Example) -> dict[str, Json]:
    messages = [_message(*pair) for pair in zip(example.messages, example.trained, strict=True)]
    return {"messages": messages, "tools": example.tools}


def _message(message: dict[str, Json], trained: bool) -> dict[str, Json]:
    found: dict[str, Json] = {key: message[key] for key in ("role", "tool_call_id", "content") if key in message}
    if "tool_calls" in message:
        found["tool_calls"] = [_call(call) for call in message["tool_calls"]]
    if message["role"] == "assistant" and not trained:
        found["weight"] = 0
    return found


def _call(call: dict[str, Json]) -> dict[str, Json]:
    function = call["function"]
    text = orjson.dumps(function["arguments"]).decode()
    return {"id": call["id"], "type": "function", "function": {"name": function["name"], "arguments": text}}


OPENAI = Format(
    name="openai",
    suffix=".jsonl",
    sink=lambda path, split: JsonlSink(path),
    per_message=True,
    told="nothing: messages that do not count have weight 0",
    told_split="nothing: messages that do not count have weight 0",
)
