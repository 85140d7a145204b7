"""What each write of a dialogue changed: its calls, made once more on a fresh fork of the run's world.

    changes = Worlds(run_path).changes(dialogue)
    changes.by_call["call_7"]        # (Change(row="loans L1", path="due", before="2024-01-01", after="2024-02-01"),)
    changes.missing                  # "", or why nothing can be replayed

Only worlds that are generated or given are replayed; a live server is never asked just to look at a run. Then a write's
result is held beside the latest result about the same thing, as far as there is one.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import orjson

from pipeline.errors import UserError
from schemas.base import Json
from schemas.dialogue import Dialogue
from schemas.tool import ToolSpec
from schemas.world import Row

if TYPE_CHECKING:
    from tool_specs.domain import Domain
    from tool_specs.sandbox import Sandbox


class Change(NamedTuple):
    """One value that is another after a write; None on one side where the row or key was not there."""

    row: str
    path: str
    before: Json
    after: Json


class Changes(NamedTuple):
    """Changes by the id of the call that made them, and why they are only what results tell, if they are."""

    by_call: Mapping[str, tuple[Change, ...]]
    missing: str = ""


class Worlds:
    """The worlds of a run, opened when they are asked for first."""

    def __init__(self, run: Path, recipe: Path | None = None, world: Path | None = None) -> None:
        """Takes a run, and the recipe and world file that it was made from, where its world is not generated."""
        self._run, self._recipe, self._world = run, recipe, world
        self._lock = threading.Lock()
        self._sandboxes: dict[str, Sandbox] | None = None
        self._missing = ""

    def sandbox(self, domain: str) -> tuple[Sandbox | None, str]:
        """Returns the sandbox of a domain, or why there is none."""
        with self._lock:
            if self._sandboxes is None:
                from pipeline.run_worlds import worlds_of  # what it needs takes longer to load than a page to show

                self._sandboxes = {}
                try:
                    for source in worlds_of(self._run, self._recipe, self._world):
                        if hasattr(source, "world"):
                            self._sandboxes[source.domain] = source.sandbox()
                except UserError as error:
                    self._missing = str(error)
        found = self._sandboxes.get(domain)
        return found, "" if found else self._missing or f"the tools of {domain} are those of a live server"

    def changes(self, dialogue: Dialogue) -> Changes:
        """Replays a dialogue."""
        sandbox, missing = self.sandbox(dialogue.scenario.task.domain)
        if sandbox is None:
            return Changes(told_by_results(dialogue), missing)
        first = dialogue.scenario.tasks[0]
        if sandbox.digest() != first.initial_digest and not first.start:
            return Changes(told_by_results(dialogue), "the dialogue was made on another state of the world")
        now, found = sandbox.fork(), {}
        before: dict[str, dict[str, Row | None]] = {}
        for message in dialogue.whole:
            for call in message.tool_calls:
                now.call(call.name, call.arguments)
                if _may_write(sandbox.domain, call.name):
                    after = now.diff()
                    found[call.id] = tuple(_between(sandbox, before, after))
                    before = after
        return Changes(found)


def told_by_results(dialogue: Dialogue) -> dict[str, tuple[Change, ...]]:
    """Returns what results tell of the changes: a gold write's result beside the latest one about the same thing.

    Two results are about the same thing if they are objects that share half of their keys, and agree in all of those
    that are ids, at least one.
    """
    writes = {request.tool for task in dialogue.scenario.tasks for request in task.writes}
    seen: list[dict[str, Json]] = []
    found: dict[str, tuple[Change, ...]] = {}
    for message in dialogue.whole:
        value = _object(message.content) if message.role == "tool" and not message.error else None
        if value is None:
            continue
        before = next((each for each in reversed(seen) if _ids_of_both(each, value)), None)
        if message.name in writes and message.tool_call_id is not None and before is not None:
            row = ", ".join(f"{name} {value[name]}" for name in _ids_of_both(before, value))
            found[message.tool_call_id] = tuple(Change(row, *each) for each in leaves_apart(before, value))
        seen.append(value)
    return found


def _object(content: str) -> dict[str, Json] | None:
    try:
        value = orjson.loads(content)
    except orjson.JSONDecodeError:
        return None
    return value if isinstance(value, dict) else None


def _ids_of_both(one: Mapping[str, Json], other: Mapping[str, Json]) -> list[str]:
    """Returns the ids in which two objects agree; none if they are not about the same thing."""
    shared = [name for name in one if name in other]
    ids = [name for name in shared if name.lower().endswith("id") and isinstance(one[name], str | int)]
    if 2 * len(shared) < max(len(one), len(other)) or any(one[name] != other[name] for name in ids):
        return []
    return ids


def _may_write(domain: Domain, name: str) -> bool:
    tool = domain.tools.get(name)
    spec: ToolSpec | None = tool.spec if tool else None
    return spec is not None and spec.effect == "write"


def _between(
    sandbox: Sandbox, before: Mapping[str, Mapping[str, Row | None]], after: Mapping[str, Mapping[str, Row | None]]
) -> Iterator[Change]:
    """Yields what differs between two states that are given by their differences from the world."""
    tables = sandbox.world.tables
    for table in sorted({*before, *after}):
        old, new = before.get(table, {}), after.get(table, {})
        for key in sorted({*old, *new}):
            first = old[key] if key in old else tables[table].get(key)
            last = new[key] if key in new else tables[table].get(key)
            for path, one, other in leaves_apart(first, last):
                yield Change(f"{table} {key}", path, one, other)


def leaves_apart(before: Json, after: Json, path: str = "") -> Iterator[tuple[str, Json, Json]]:
    """Yields (path, before, after) of each value that differs; lists are compared place by place.

    >>> list(leaves_apart({"due": 1, "by": "ann"}, {"due": 2, "by": "ann"}))
    [('due', 1, 2)]
    """
    if isinstance(before, dict) and isinstance(after, dict):
        pairs = [(str(key), before.get(key), after.get(key)) for key in dict.fromkeys([*before, *after])]
    elif isinstance(before, list) and isinstance(after, list):
        size = max(len(before), len(after))
        one, other = before + [None] * (size - len(before)), after + [None] * (size - len(after))
        pairs = [(str(place), one[place], other[place]) for place in range(size)]
    else:
        if before != after:
            yield path, before, after
        return
    for name, first, last in pairs:
        yield from leaves_apart(first, last, f"{path}.{name}" if path else name)
