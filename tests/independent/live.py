"""The checks of a server's row: each call is made again on a server of its own, and ends where the gold writes end.

What a row promises of a server is less than of a world of ours: replay and outcome. Its proofs rest on recorded
responses (`response-level`), which `tests/pipeline` looks at.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from tests.independent.backings import Backing, HttpBacking, McpBacking


class LiveChecker:
    """Checks rows of one server, each on fresh copies of its data."""

    def __init__(self, settings: Mapping[str, Any], base: Path) -> None:
        kind: Callable[[Mapping[str, Any], Path], Backing] = McpBacking if settings.get("mcp") else HttpBacking
        own = settings.get("mcp") or settings["openapi"]
        self._start = lambda: kind(own, base)
        self._free = own.get("exclude") or ()
        self.counts: Counter[str] = Counter()

    def check(self, row: Mapping[str, Any]) -> list[str]:
        """Returns what disagrees in one row."""
        backing = self._start()
        try:
            found = [f"replay: {what}" for what in self._replay(backing, row)]
            ended = backing.state()
        finally:
            backing.close()
        self.counts["rows"] += 1
        self.counts["rows of servers"] += 1
        return [*found, *(f"outcome: {what}" for what in self._outcome(ended, row["metadata"]["task"]))]

    def _replay(self, backing: Backing, row: Mapping[str, Any]) -> Iterator[str]:
        answers = {m["tool_call_id"]: m["content"] for m in row["messages"] if m["role"] == "tool"}
        for message in row["messages"]:
            for call in message.get("tool_calls") or ():
                name, arguments = call["function"]["name"], call["function"]["arguments"]
                arguments = json.loads(arguments) if isinstance(arguments, str) else arguments
                told = answers[call["id"]]
                error, value = backing.call(name, arguments)
                self.counts["calls of servers"] += 1
                if told.startswith("Error: ") is not error:
                    yield f"{call['id']} ({name}) {'fails' if error else 'succeeds'}; told was {told[:80]!r}"
                elif not error and value != _said(told, value):
                    yield f"{call['id']} ({name}) answers {str(value)[:80]!r}; told was {told[:80]!r}"

    def _outcome(self, ended: Mapping[str, Any], task: Mapping[str, Any]) -> Iterator[str]:
        """The store is as the gold writes alone leave it, and not as it was before, if there are any."""
        writes = [request for request in task["requests"] if request["kind"] == "write"]
        backing = self._start()
        try:
            began = backing.state()
            for request in writes:
                error, value = backing.call(request["tool"], request["arguments"])
                if error:
                    yield f"the gold write {request['tool']} fails: {value}"
            goal = backing.state()
        finally:
            backing.close()
        for place in sorted(goal.keys() | ended.keys()):
            if goal.get(place) != ended.get(place):
                yield f"{place} is not as the gold writes leave it"
        if bool(writes) is (goal == began):
            yield "the gold writes change nothing" if writes else "something changed that nobody wrote"


def _said(told: str, value: Any) -> Any:
    """Returns what a row says was answered, as JSON unless it is a text."""
    if isinstance(value, str):
        return told
    try:
        return json.loads(told)
    except json.JSONDecodeError:
        return told or None
