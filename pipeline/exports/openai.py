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

from pipeline.exports.conversational import with_text_arguments
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
    named = ("role", "tool_call_id", "content", "tool_calls")
    found = {key: value for key, value in with_text_arguments(message).items() if key in named}
    if message["role"] == "assistant" and not trained:
        found["weight"] = 0
    return found


OPENAI = Format(
    name="openai",
    suffix=".jsonl",
    sink=lambda path, split: JsonlSink(path),
    per_message=True,
    told="nothing, messages that do not count have weight 0",
    told_split="nothing, messages that do not count have weight 0",
)
