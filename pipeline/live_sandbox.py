"""A sandbox whose answers come from a live backend: servers that are asked once and remembered.

A live state is *the initial snapshot and the writes since*: a node of a tree. `fork()` copies a pointer; a node keeps
what was answered in it, so that generation, simulation and replay mostly meet answers that are known already, and only
an unknown one touches a server. Underneath lies the recorded world (`tool_specs.recorded`): what the reads answered at
the beginning, which is also what `with_rows` changes when a proof substitutes responses.

Not promised: `diff()` names only recorded reads that share an id with a write (`digest()` sees everything its probes
see); and a changed world (`with_rows`) changes what is read, not what a write does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

import orjson

from schemas.base import Json, canonical, digest
from schemas.world import Row, World
from tool_specs.domain import Domain
from tool_specs.reading import texts
from tool_specs.recorded import answer_of, arguments_of, row_id, row_of
from tool_specs.sandbox import Result, Sandbox

MAX_STATES = 4_096
"""States that one state remembers to lead to; beyond that the oldest goes."""
MAX_ANSWERS = 20_000
"""Answers that one state remembers."""
MAX_COMPARED = 64
"""Recorded reads that `diff()` asks again."""

Key = tuple[str, bytes]
"""Tool and canonical arguments."""


@dataclass(frozen=True)
class Answer:
    """What a backend said: text, or JSON."""

    error: bool
    value: Json

    def content(self) -> str:
        """Returns what an agent sees."""
        if self.error:
            return f"Error: {self.value}"
        return self.value if isinstance(self.value, str) else orjson.dumps(self.value).decode()


@dataclass(frozen=True)
class Written:
    """A write that was made, and what it answered: it must answer the same when it is made again."""

    tool: str
    arguments: dict[str, Json]
    answer: Answer


Journal = tuple[Written, ...]


class Backend(Protocol):
    """Servers that can be brought into the state after any journal."""

    def read(self, journal: Journal, tool: str, arguments: dict[str, Json]) -> Answer:
        """Answers a read.

        Raises:
            BackendError: no server answers, or one answers otherwise than before.
        """
        ...

    def write(self, journal: Journal, tool: str, arguments: dict[str, Json]) -> Answer:
        """Answers a write, after which the state is the journal with it (or, for an error, as before)."""
        ...

    def digest(self, journal: Journal) -> str:
        """Returns the digest of the state after a journal."""
        ...


@dataclass
class Node:
    """A state of a backend with what is known of it."""

    journal: Journal = ()
    answers: dict[Key, Answer] = field(default_factory=dict)
    after: dict[Key, tuple[Answer, Node]] = field(default_factory=dict)
    digest: str | None = None


class LiveSandbox(Sandbox):
    """See the module's text."""

    __slots__ = ("_backend", "_initial", "_node")

    def __init__(self, domain: Domain, world: World, backend: Backend) -> None:
        """Opens a recorded world with its backend.

        Args:
            domain: its tools, with functions that answer from the record (`tool_specs.recorded`).
            world: what the reads answered at the beginning.
            backend: who answers everything else.
        """
        super().__init__(domain, world)
        self._backend = backend
        self._initial = self._node = Node()

    def fork(self) -> LiveSandbox:
        """Returns an independent sandbox in the same state."""
        twin = LiveSandbox.__new__(LiveSandbox)
        twin.domain = self.domain
        twin.audit = self.audit
        twin.violations = self.violations
        twin._base = self._base
        twin._changes = self._changes
        twin._start = self._start
        twin._backend = self._backend
        twin._initial = self._initial
        twin._node = self._node
        return twin

    def plain_call(self, name: str, arguments: Mapping[str, Json]) -> Result:
        """Calls a tool. What the server calls an error comes back as an error result.

        Raises:
            BackendError: there is no answer to be had.
        """
        tool = self.domain.tools.get(name)
        if tool is None or tool.complaint(arguments) is not None:
            return super().plain_call(name, arguments)
        if tool.spec.effect == "write":
            return self._write(name, dict(arguments))
        id_ = row_id(tool.spec, arguments)
        changed = id_ in self._changes.get(name, {})
        if changed or (self._node is self._initial and id_ in self.world.tables.get(name, {})):
            return super().plain_call(name, arguments)
        answer = self._read(name, dict(arguments))
        rows = ((name, id_),) if id_ in self.world.tables.get(name, {}) else ()
        return Result(answer.content(), answer.error, None if answer.error else answer.value, rows)

    def digest(self) -> str:
        """Returns the digest of the backend's state; a changed world's is another one."""
        if self._node.digest is None:
            self._node.digest = self._backend.digest(self._node.journal)
        return digest([self._node.digest, super().digest()]) if self._changes else self._node.digest

    def diff(self) -> dict[str, dict[str, Row | None]]:
        """Returns the recorded reads that answer otherwise now, of those that share an id with a write."""
        if self._node is self._initial or (self.digest() == self._initial.digest and not self._changes):
            return {}
        found: dict[str, dict[str, Row | None]] = {}
        for table, id_, before in self._touched()[:MAX_COMPARED]:
            answer = self._read(table, arguments_of(self.domain.tools[table].spec, id_))
            if answer.error or answer.value != answer_of(before):
                found.setdefault(table, {})[id_] = None if answer.error else row_of(answer.value)
        return found

    def _touched(self) -> list[tuple[str, str, Row]]:
        told = {text for each in self._node.journal for text in texts(list(each.arguments.values()))}
        # Ids say what a write is about; a chosen word ("returned") stands in half of the rows.
        named = {text for text in told if any(text in rows for rows in self.world.tables.values())} or told
        return [
            (table, id_, row)
            for table, rows in self.world.tables.items()
            for id_, row in rows.items()
            if id_ == "{}" or id_ in named or not named.isdisjoint(texts(row))
        ]

    def _read(self, name: str, arguments: dict[str, Json]) -> Answer:
        node, key = self._node, (name, canonical(arguments))
        known = node.answers.get(key)
        if known is None:
            known = self._backend.read(node.journal, name, arguments)
            _forget(node.answers, MAX_ANSWERS)
            node.answers[key] = known
        return known

    def _write(self, name: str, arguments: dict[str, Json]) -> Result:
        node, key = self._node, (name, canonical(arguments))
        known = node.after.get(key)
        if known is None:
            answer = self._backend.write(node.journal, name, arguments)
            after = node if answer.error else Node((*node.journal, Written(name, arguments, answer)))
            _forget(node.after, MAX_STATES)
            known = node.after[key] = answer, after
        answer, self._node = known
        return Result(answer.content(), answer.error, None if answer.error else answer.value)


def _forget(kept: dict[Key, object] | dict[Key, Answer] | dict[Key, tuple[Answer, Node]], size: int) -> None:
    if len(kept) >= size:
        del kept[next(iter(kept))]
