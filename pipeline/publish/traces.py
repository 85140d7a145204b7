r"""A few dialogues that open in the Hub's trace viewer: the first one of each domain and kind in the training split.

    traces/dialogue-1c2d3e4f5a6b7c8d.jsonl

    {"type": "session", "harness": "writ", "id": "dialogue-1c2d...", "name": "library, mixed: 1 decision, burden 6"}
    {"type": "message", "message": {"role": "user", "content": "is my book due?"}}
    {"type": "message", "message": {"role": "assistant", "content": "", "model": "scripted/1", "toolCalls":
     [{"id": "call_1", "function": {"name": "get_loan", "arguments": "{\"loan_id\":\"L1\"}"}}]}}
    {"type": "message", "message": {"role": "tool", "content": "{\"due\": \"Friday\"}", "toolCallId": "call_1"}}

This is the Session Trace Simple Format (huggingface.co/docs/hub/session-traces-format). It has no place for tools'
schemas. What the Hub shows of it was read there, not tried: the Hub of the tests has no viewer.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import orjson

from pipeline.exports.conversational import with_text_arguments
from schemas.base import Json

FOLDER = "traces"
NAME = re.compile(r"traces/dialogue-[0-9a-f]+\.jsonl")
GLOB = f"{FOLDER}/dialogue-*.jsonl"
"""Of a repository that has files of others there, none that is not ours is replaced."""
_COLUMNS = ("id", "domain", "kind", "num_writes", "burden", "generator_model", "messages")


class TraceWriter:
    """Writes the traces of a data set whose rows pass by; `count` is how many."""

    def __init__(self, folder: Path) -> None:
        """Takes the data set's folder."""
        self._folder, self._seen = folder, set[tuple[str, str]]()
        self.count = 0

    def add(self, rows: Any) -> None:
        """Takes the next rows as the run stores them, a `pyarrow.Table`."""
        for place, pair in enumerate(zip(rows["domain"].to_pylist(), rows["kind"].to_pylist(), strict=True)):
            if pair not in self._seen:
                self._seen.add(pair)
                (row,) = rows.slice(place, 1).select(_COLUMNS).to_pylist()
                self._write({**row, "messages": orjson.loads(row["messages"])})

    def _write(self, row: dict[str, Json]) -> None:
        name = f"{FOLDER}/{row['id']}.jsonl"
        if NAME.fullmatch(name):  # else somebody changed the run's rows
            path = self._folder / name
            path.parent.mkdir(exist_ok=True)
            self.count += 1
            path.write_bytes(b"".join(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE) for line in trace(row)))


def trace(row: dict[str, Json]) -> list[dict[str, Json]]:
    """Returns the lines of one dialogue, the columns of a row given."""
    decisions = f"{row['num_writes']} decision{'' if row['num_writes'] == 1 else 's'}"
    name = f"{row['domain']}, {row['kind']}: {decisions}, burden {row['burden']}"
    facts = {key: row[key] for key in ("domain", "kind", "num_writes", "burden")}
    head = {"type": "session", "harness": "writ", "id": row["id"], "name": name, **facts}
    return [head, *(_line(message, row["generator_model"]) for message in row["messages"])]


def _line(message: dict[str, Json], model: str) -> dict[str, Json]:
    said = {"role": message["role"], "content": message["content"]}
    if message["role"] == "assistant":
        said["model"] = model
    if "tool_calls" in message:
        calls = with_text_arguments(message)["tool_calls"]
        said["toolCalls"] = [{"id": call["id"], "function": call["function"]} for call in calls]
    if "tool_call_id" in message:
        said["toolCallId"] = message["tool_call_id"]
    return {"type": "message", "message": said}
