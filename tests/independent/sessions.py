"""The parts of a row in which several tasks follow one another, and the states in which they begin.

A state is reached by making the calls of the messages before; what a task says of its start is compared with that.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

from tool_specs.sandbox import Sandbox

Part = tuple[list[Mapping[str, Any]], Mapping[str, Any]]
"""The messages about a task, and the task."""


def parts(row: Mapping[str, Any]) -> Iterator[Part]:
    """Yields a row's tasks in order, each with its messages; messages of nobody knows which task have an empty one."""
    messages, metadata = row["messages"], row["metadata"]
    further = metadata.get("further", [])
    opening = [{"begins": 0, "task": metadata["task"]}]
    if further and further[0]["task"]["id"] == metadata["task"]["id"]:  # what it began with was given from outside
        opening = [{"begins": 0, "task": {}}]
    places = [*opening, *further, {"begins": len(messages)}]
    for one, after in pairwise(places):
        yield messages[one["begins"] : after["begins"]], one["task"]


def after(sandbox: Sandbox, messages: list[Mapping[str, Any]]) -> tuple[Sandbox, list[dict[str, Any]]]:
    """Returns the world as the calls of some messages leave it, and the writes among them that succeeded."""
    fork, writes = sandbox.fork(), []
    for message in messages:
        for call in message.get("tool_calls") or ():
            name, arguments = call["function"]["name"], call["function"]["arguments"]
            arguments = json.loads(arguments) if isinstance(arguments, str) else arguments
            result = fork.call(name, arguments)
            if fork.domain.specs[name].effect == "write" and not result.error:
                writes.append({"tool": name, "arguments": arguments})
    tables = {name: dict(rows) for name, rows in sandbox.world.tables.items()}
    for table, rows in fork.diff().items():
        for key, changed in rows.items():
            tables[table].pop(key, None) if changed is None else tables[table].update({key: changed})
    return Sandbox(sandbox.domain, type(sandbox.world).of(sandbox.domain.name, "session", tables)), writes
