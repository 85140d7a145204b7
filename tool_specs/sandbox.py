"""The in-process sandbox: cheap forks of one world, calls that answer like a backend, digests by what changed.

    >>> sandbox = Sandbox(domain, world)                     # once per world and process: forks share its caches
    >>> trial = sandbox.fork()                               # O(1)
    >>> trial.call("get_loan", {"loan_id": "L1"}).content
    '{"loan_id":"L1","reader":"ann"}'
    >>> trial.digest() == sandbox.digest()
    True

A call either happens whole or, when the tool raises `ToolError`, not at all. What a `Result` holds in `value` is
shared with the world: look, don't touch. Not promised: that a tool which mutates what `State.row` gave it does no
harm; `audit=True` finds it, and `writ check` and the tests run with it.
"""

from __future__ import annotations

import difflib
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec
import orjson

from schemas.base import Json
from schemas.world import Row, World
from tool_specs.state import MODULUS, Base, Changes, Entries, Entry, State
from tool_specs.tool import ToolError

if TYPE_CHECKING:
    from tool_specs.domain import Domain

__all__ = ["EffectViolation", "Result", "Sandbox", "State"]


class Result(msgspec.Struct, frozen=True):
    """What a call answered.

    Attributes:
        content: The text that the agent sees.
        error: Whether it is an error (`content` then starts with "Error: ").
        value: The same as JSON, None for an error; where the domain has a view of it, what programs see instead.
            Shared with the world.
        rows: The (table, id) rows that the call looked at, in order. An index look-up counts the row it found.
        keys: What the call looked up in indexes, and the tables that it went through (`State.keys`).
    """

    content: str
    error: bool
    value: Json
    rows: tuple[tuple[str, str], ...] = ()
    keys: tuple[tuple[str, Hashable], ...] = ()


@dataclass(frozen=True)
class EffectViolation:
    """A declared read that changed a row."""

    tool: str
    arguments: dict[str, Json]
    table: str
    id: str
    what: str


class Sandbox:
    """One state of a world, and the tools to look at it and change it."""

    __slots__ = ("_base", "_changes", "_start", "audit", "domain", "violations")

    def __init__(self, domain: Domain, world: World, *, audit: bool = False) -> None:
        """Opens a world.

        Args:
            domain: Whose tools may be called.
            world: The initial state; never changed.
            audit: Re-hash the rows each declared read touches and note those that changed in `violations`.
        """
        self.domain = domain
        self.audit = audit
        self.violations: list[EffectViolation] = []
        self._base = Base(world, domain.indexes)
        self._changes: Changes = {}
        self._start: Changes = {}

    @property
    def world(self) -> World:
        """The world underneath."""
        return self._base.world

    @property
    def state(self) -> State:
        """The present state, to look at. Edits made through it are not kept: only calls change a sandbox."""
        return State(self._base, self._changes)

    def fork(self) -> Sandbox:
        """Returns an independent sandbox in the same state."""
        twin = Sandbox.__new__(Sandbox)
        twin.domain = self.domain
        twin.audit = self.audit
        twin.violations = self.violations
        twin._base = self._base
        twin._changes = self._changes  # shared: nobody changes these dicts in place
        twin._start = self._start
        return twin

    def with_rows(self, changes: Mapping[str, Mapping[str, Row | None]]) -> Sandbox:
        """Returns a fork of a world in which some rows are others (None: absent).

        The rows count as the world's own: `diff()` of the fork does not list them. They are shared, not copied.
        """
        twin = self.fork()
        entries = {table: Entries({id_: Entry(row) for id_, row in rows.items()}) for table, rows in changes.items()}
        twin._changes = _merged(self._changes, entries)
        twin._start = _merged(self._start, entries)
        return twin

    def settled(self) -> Sandbox:
        """Returns a sandbox whose world is the present state: `diff()` begins here, and so do its tables.

        The world keeps its digest, which names what a run began with.
        """
        twin = self.fork()
        twin._base = self._base.changed(self._changes)
        twin._changes, twin._start = {}, {}
        return twin

    def looked_up_by(self, table: str, id_: str, row: Row) -> frozenset[Hashable]:
        """Returns how a call can come upon a row, as `Result` has it in `rows` and `keys`.

        A call that looked up none of these answers the same whether the row is there or not.
        """
        return self._base.looked_up_by(table, id_, row)

    def call(self, name: str, arguments: Mapping[str, Json]) -> Result:
        """Calls a tool. Domain errors, unknown tools and bad arguments come back as an error result."""
        result = self.plain_call(name, arguments)
        view = self.domain.views.get(name)
        if view is None or result.value is None:
            return result
        return Result(result.content, False, view(arguments, result.value), result.rows, result.keys)

    def plain_call(self, name: str, arguments: Mapping[str, Json]) -> Result:
        """Calls a tool; the result's value is what the tool returned, not what programs see of it."""
        tool = self.domain.tools.get(name)
        if tool is None:
            return self._unknown(name)
        complaint = tool.complaint(arguments)
        if complaint is not None:
            return Result(f"Error: {name}: {complaint}", True, None)
        if self.audit and tool.spec.effect != "write":
            return self._audited(name, arguments)
        state = State(self._base, self._changes)
        try:
            value = tool.function(state, **arguments)
        except ToolError as error:
            return Result(f"Error: {error}", True, None, tuple(state.seen), tuple(state.keys))
        if state.pending:
            if tool.spec.effect != "write":
                self._note_changes(name, arguments, state)
            self._changes = _merged(self._changes, state.pending)
        rows, keys = tuple(state.seen), tuple(state.keys)
        if type(value) is str:
            return Result(value, False, value, rows, keys)
        # Most reads answer with one of the world's own rows, whole: that text is made once.
        if len(rows) == 1 and value is self._base.tables[rows[0][0]].get(rows[0][1]):
            known = self._base.texts.get(rows[0])
            if known is None:
                known = self._base.texts[rows[0]] = _text(value)
            return Result(known[0], False, known[1], rows, keys)
        content, value = _text(value)
        return Result(content, False, value, rows, keys)

    def digest(self) -> str:
        """Returns the state's digest: the sum of its rows' BLAKE2b-256 hashes modulo 2^256, in hex."""
        base = self._base
        total = base.total
        for table, entries in self._changes.items():
            for id_, entry in entries.items():
                total += entry.digest(table, id_) - base.digest(table, id_)
        return f"{total % MODULUS:064x}"

    def diff(self) -> dict[str, dict[str, Row | None]]:
        """Returns the rows that differ from the world's, by table and id (None: removed)."""
        found: dict[str, dict[str, Row | None]] = {}
        for table, entries in self._changes.items():
            start: Mapping[str, Entry] = self._start.get(table, {})
            for id_, entry in entries.items():
                first = start.get(id_)
                before = first.digest(table, id_) if first is not None else self._base.digest(table, id_)
                if entry.digest(table, id_) != before:
                    found.setdefault(table, {})[id_] = entry.row
        return found

    def _unknown(self, name: str) -> Result:
        close = difflib.get_close_matches(str(name), self.domain.tools, n=1)
        hint = f"; did you mean {close[0]!r}?" if close else ""
        return Result(f"Error: there is no tool {name!r}{hint}", True, None)

    def _audited(self, name: str, arguments: Mapping[str, Json]) -> Result:
        # Which rows a read will touch is not known beforehand, so every row's hash must exist before the call.
        self.digest()
        before = self._changes
        self.audit = False
        try:
            result = self.plain_call(name, arguments)
        finally:
            self.audit = True
        for table, id_ in result.rows:
            entry = before[table].get(id_) if table in before else None
            row = entry.row if entry is not None else self._base.tables[table].get(id_)
            known = entry.digest(table, id_) if entry is not None else self._base.digest(table, id_)
            if Entry(row).digest(table, id_) != known:
                self._note(name, arguments, table, id_, "mutated a row that it only may look at")
        return result

    def _note_changes(self, name: str, arguments: Mapping[str, Json], state: State) -> None:
        for table, entries in state.pending.items():
            old: Mapping[str, Entry] = self._changes.get(table, {})
            for id_, entry in entries.items():
                before = old[id_].digest(table, id_) if id_ in old else self._base.digest(table, id_)
                if entry.digest(table, id_) != before:
                    self._note(name, arguments, table, id_, "changed a row")

    def _note(self, name: str, arguments: Mapping[str, Json], table: str, id_: str, what: str) -> None:
        self.violations.append(EffectViolation(name, dict(arguments), table, id_, what))


def _merged(old: Changes, new: Changes) -> Changes:
    """Returns both, the new winning; neither is changed, because forks share them."""
    result = dict(old)
    for table, entries in new.items():
        if entries:
            result[table] = Entries(result[table], entries) if table in result else entries
    return result


def _text(value: Json) -> tuple[str, Json]:
    """Returns a value as compact JSON text, and the value itself, both without null fields."""
    raw = orjson.dumps(value)
    if b":null" in raw:
        value = _without_nulls(value)
        raw = orjson.dumps(value)
    return raw.decode(), value


def _without_nulls(value: Json) -> Json:
    if isinstance(value, dict):
        return {key: _without_nulls(each) for key, each in value.items() if each is not None}
    if isinstance(value, (list, tuple)):
        return [_without_nulls(each) for each in value]
    return value
