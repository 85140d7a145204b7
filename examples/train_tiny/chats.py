"""Writes the kept rows of runs as the chats that language models see in the live line, once from either seat.

    python examples/train_tiny/chats.py outputs/retail outputs/more --out chats.jsonl.gz

A line is a chat and its seat; the messages are made by the code that asks models in a live run::

    {"seat": "agent", "messages": [{"role": "system", ...}, {"role": "user", ...}, {"role": "assistant", ...}, ...]}
    {"seat": "user", "messages": [{"role": "system", "content": "You are a customer ..."}, ...]}

Rows of the split `validation` are left out: they are there to be tried.
"""

from __future__ import annotations

import argparse
import gzip
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
import orjson
import pyarrow.parquet as pq

from schemas.dialogue import Message, ToolCall
from stages.simulate_dialogues.chat import agent_prompt, as_agent, as_user, prompt, user_prompt
from stages.simulate_dialogues.language_user import STOP
from tool_specs import catalog
from tool_specs.domain import Domain


def chats_of(run: Path) -> Iterator[dict[str, Any]]:
    """Yields the chats of a run's rows for training: the agent's, and the user's if the row has one task."""
    for file in sorted(run.glob("dataset/data/train-*.parquet")):
        for batch in pq.ParquetFile(file).iter_batches(128, columns=["domain", "messages", "metadata"]):
            for row in batch.to_pylist():
                said = [message_of(orjson.loads(text)) for text in row["messages"][1:]]
                yield {"seat": "agent", "messages": agent_chat(said, catalog.domain(row["domain"]))}
                metadata = orjson.loads(row["metadata"])
                if not metadata.get("further"):
                    yield {
                        "seat": "user",
                        "messages": user_chat(said, metadata["behavior"]["instruction"], metadata["ended"]),
                    }


def agent_chat(said: Sequence[Message], domain: Domain) -> list[dict[str, Any]]:
    """Returns a dialogue as its agent's model reads and writes it; arguments are objects, as servers render them."""
    chat: list[dict[str, Any]] = [{"role": "system", "content": agent_prompt(domain)}, *as_agent(said)]
    for message in chat:
        for call in message.get("tool_calls", ()):
            call["function"]["arguments"] = json.loads(call["function"]["arguments"])
    return chat


def user_chat(said: Sequence[Message], instruction: str, ended: str) -> list[dict[str, Any]]:
    """Returns a dialogue as its user's model reads and writes it, with the mark that ends it."""
    chat: list[dict[str, Any]] = [
        {"role": "system", "content": user_prompt(instruction)},
        {"role": "user", "content": prompt("opening")},
        *as_user(said),
    ]
    last = max(index for index, message in enumerate(chat) if message["role"] == "assistant")
    if ended == "user_done":
        chat[last]["content"] += f"\n###{STOP}###"
    return chat[: last + 1]


def message_of(found: dict[str, Any]) -> Message:
    """Returns a message of a row as the record that it was."""
    calls = tuple(
        ToolCall(id=call["id"], name=call["function"]["name"], arguments=call["function"]["arguments"])
        for call in found.pop("tool_calls", ())
    )
    return msgspec.structs.replace(msgspec.convert(found, Message), tool_calls=calls)


def main() -> None:
    """Reads the command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("runs", nargs="+", type=Path)
    parser.add_argument("--out", required=True, type=Path)
    given = parser.parse_args()
    number = 0
    with gzip.open(given.out, "wb", compresslevel=1) as file:
        for run in given.runs:
            for chat in chats_of(run):
                file.write(orjson.dumps(chat) + b"\n")
                number += 1
    print(f"{given.out}: {number:,} chats of {len(given.runs)} runs")


if __name__ == "__main__":
    main()
