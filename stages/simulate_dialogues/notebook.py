"""Notebook: what one agent knows, and where it knows it from. There is no other way for a value to reach an agent.

* told: facts and wishes from the acts of the user's messages (what the words meant, nothing more);
* read: the answers of its own calls.

Rows that it has read form a small world of their own, on which a write can be rehearsed. A rehearsal that looks at any
other row says which one, so that the agent goes and reads it; it can never see more than it was shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import orjson

from schemas.base import Json
from schemas.dialogue import Message, ToolCall
from schemas.world import World
from stages.simulate_dialogues.dependence import Dependence, fact
from stages.simulate_dialogues.desk import Desk
from stages.simulate_dialogues.ways import ways_to
from stages.simulate_dialogues.wishes import Wish
from tool_specs.phrasing.agent import Known
from tool_specs.programs import MISSING, ReadKey, read_key
from tool_specs.reading import row_argument, texts, walk
from tool_specs.sandbox import Result, Sandbox

RowKey = tuple[str, str]
_RAISED = frozenset({"inform_intent_clear", "inform_intent_clear_add", "inform_intent_vague"})


class Notebook:
    """What one agent knows.

    Attributes:
        facts: Told facts by name.
        wishes: Told requests by number.
        reads: Read identity -> answer (`MISSING` for an error).
        principal: Row id of the authenticated user.
        writes: Own successful writes.
    """

    def __init__(self, desk: Desk) -> None:
        """Opens an empty notebook."""
        self.desk = desk
        self.facts: dict[str, Json] = {}
        self.wishes: dict[int, Wish] = {}
        self.reads: dict[ReadKey, Any] = {}
        self.principal: str | None = None
        self.writes: list[tuple[str, dict[str, Json]]] = []
        self.spoken: list[str] = []
        self._rows: dict[str, dict[str, Any]] = {table: {} for table in desk.domain.rows}
        self._sandbox: Sandbox | None = None
        self._absent: set[RowKey] = set()
        self._row_of_read: dict[ReadKey, RowKey] = {}
        self._known = Known(desk.lexicon)
        self._unlisted: list[tuple[str, Any]] = []

    def hear(self, message: Message) -> None:
        """Takes in what a user's message means."""
        self.spoken.append(message.content)
        for act in message.acts:
            if act.kind in _RAISED and act.request is not None:
                wish = self.wishes.setdefault(act.request, Wish(act.request))
                wish.tool = act.value["tool"] or wish.tool
                wish.kind = act.value["kind"] or wish.kind
                wish.words = message.content
            elif act.kind == "inform" and act.slot is not None:
                if act.request is None or not isinstance(act.value, dict):
                    self._hear_fact(act.slot, act.value)
                else:
                    wish = self.wishes.setdefault(act.request, Wish(act.request))
                    version = wish.version
                    wish.hear(act.slot, act.value)
                    if wish.kind == "answer" and wish.version != version:
                        wish.closed = False  # the question is another one now
            elif act.kind == "misname" and act.request in self.wishes and act.slot is not None:
                self.wishes[act.request].unclear[act.slot] = str(act.value)

    def _hear_fact(self, name: str, value: Json) -> None:
        if self.facts.get(name) == value:
            return
        self.facts[name] = value
        resting = name not in self.desk.domain.principal.facts and [w for w in self.wishes.values() if w.names(name)]
        if resting:
            for number in Dependence(self.desk, resting).decisions(fact(name)):
                self.wishes[number].version += 1

    def recall(self, messages: Sequence[Message]) -> None:
        """Takes in what was called and answered earlier in the same dialogue, whoever spoke for the agent."""
        calls = {call.id: call for message in messages for call in message.tool_calls}
        for message in messages:
            if message.role == "user":
                self.spoken.append(message.content)
            call = calls.get(message.tool_call_id or "") if message.role == "tool" else None
            if call is not None and call.name in self.desk.specs:
                self._recall_call(call, message)

    def _recall_call(self, call: ToolCall, answer: Message) -> None:
        effect = self.desk.specs[call.name].effect
        if effect == "read":
            found = self.note_read(call.name, call.arguments, answer)
            if call.name in self.desk.identity_names and not answer.error:
                self.identify(call.name, call.arguments, found)
        elif effect == "write" and not answer.error:
            rehearsal, result, unread = self.rehearse(call.name, call.arguments)
            if result.error or unread is not None:  # what it changed cannot be said, so nothing is known any more
                self._forget_all()
                self.writes.append((call.name, call.arguments))
            else:
                self.note_write(call.name, call.arguments, answer, rehearsal)

    def _forget_all(self) -> None:
        self.reads.clear()
        self._row_of_read.clear()
        self._absent.clear()
        self._rows = {table: {} for table in self.desk.domain.rows}
        self._sandbox = None

    def named_like(self, thing: str) -> list[str]:
        """Returns names in what was read that may be meant by a makeshift one: they end in its first word.

        Of "the ham-something" they are single words that begin so.
        """
        word, beginning, _ = thing.partition(" ")[0].lower().partition("-")
        read = {text for rows in self._rows.values() for row in rows.values() for text in texts(row)}
        if beginning:
            named = (text for text in read if text.isalpha() and text[:1].isupper() and len(text) > len(word) + 1)
            return sorted(text for text in named if text.lower().startswith(word) and len(word) > 1)
        return sorted(text for text in read if text.lower().endswith(f" {word}") and text[:1].isupper())

    def open_wish(self) -> Wish | None:
        """Returns the first request that is not dealt with; what needs another desk comes last."""
        waiting = [wish for wish in self.wishes.values() if not wish.closed]
        waiting.sort(key=lambda wish: (wish.kind == "out_of_scope", wish.number))
        return waiting[0] if waiting else None

    def note_read(self, tool: str, arguments: dict[str, Json], message: Message) -> Any:
        """Takes in the answer of a read; returns what programs see of it, or `MISSING` for an error."""
        key = read_key(tool, arguments)
        value: Any = MISSING if message.error else self._value(tool, message.content)
        seen = self.reads[key] = value if message.error else self.desk.domain.seen(tool, arguments, value)
        self._unlisted.append((tool, seen))
        for path, inner, key_of_id in self.desk.rows_in[tool] if value is not MISSING else ():
            for each in walk(value, (*path, "*")):
                self._rows[inner][str(each[key_of_id])] = each
                self._sandbox = None
        table = self.desk.row_of.get(tool)
        if table is not None and self.desk.row_reads.get(table, ("",))[0] == tool:
            row = (table, str(arguments[self.desk.row_reads[table][1]]))
            self._row_of_read[key] = row
            if value is MISSING:
                self._absent.add(row)
            else:
                self._rows[table][row[1]] = value
                self._sandbox = None  # it would go on with what it has worked out from the rows
        if value is not MISSING:
            self._note_parts(tool, arguments, value)
        return seen

    def _note_parts(self, tool: str, arguments: dict[str, Json], value: Any) -> None:
        """Takes in what a read says of rows that no read shows whole."""
        shows = self.desk.domain.shows.get(tool)
        for table, rows in shows(arguments, value).items() if shows is not None else ():
            for id_, part in rows.items():
                self._rows[table][id_] = _joined(self._rows[table].get(id_, {}), part)
                self._sandbox = None

    def ways_to_parts(self, arguments: Mapping[str, Json]) -> list[tuple[str, dict[str, Json]]]:
        """Returns the reads that may say more of rows that a call names and no read shows whole."""
        named = set(texts(dict(arguments)))
        partial = [
            id_
            for table, rows in self._rows.items()
            for id_ in rows
            if table not in self.desk.row_reads and id_ in named
        ]
        return [way for id_ in partial for way in ways_to(self.desk, self.reads, id_)]

    def identify(self, tool: str, arguments: Mapping[str, Json], found: Any) -> None:
        """Notes who the user is, as an identity tool found it: the user's row, or its id."""
        own = self.desk.shows_principal(tool)
        self.principal = str(next(iter(arguments.values())) if own else self.desk.person_in(tool, found))

    def identified_as(self, tool: str) -> Any:
        """Returns what an identity tool answers of the user, however the user was found; None if it has to be asked."""
        if not self.desk.shows_principal(tool):
            return self.desk.naming(tool, self.principal)
        row = self._rows[self.desk.domain.principal.table].get(str(self.principal))
        return self.desk.domain.seen(tool, {}, row)

    def _value(self, tool: str, content: str) -> Any:
        """Returns an answer as JSON; only the declared result tells the text "12" from the number 12."""
        kind = (self.desk.specs[tool].returns or {}).get("type")
        return content if kind == "string" else value_of(content)

    def rehearse(self, tool: str, arguments: Mapping[str, Json]) -> tuple[Sandbox, Result, RowKey | None]:
        """Tries a call on the rows that were read; the last value is the first row it wanted that was not."""
        sandbox = self.sandbox().fork()
        try:
            result = sandbox.call(tool, arguments)
        except KeyError:  # of a row of which only a part was read
            return sandbox, PARTLY_KNOWN, None
        return sandbox, result, next(iter(self.unread(result.rows, arguments)), None)

    def unread(self, rows: Iterable[RowKey], arguments: Mapping[str, Json]) -> list[RowKey]:
        """Returns those of the rows that a call looks at that were not read, and that anything speaks of."""
        return [
            (table, id_)
            for table, id_ in rows
            if id_ not in self._rows[table] and (table, id_) not in self._absent and self._spoken_of(id_, arguments)
        ]

    def _spoken_of(self, id_: str, arguments: Mapping[str, Json]) -> bool:
        """Whether an id stands anywhere: the one that a write would give to a new row does not."""
        said = [arguments, self.facts, *(value for value in self.reads.values() if value is not MISSING)]
        return any(id_ in texts(value) for value in said)

    def known(self) -> Known:
        """Returns the rows that were read as the grammar wants them; made only when somebody speaks of them."""
        for tool, value in self._unlisted:
            if value is not MISSING:
                self._known.add(tool, value)
        self._unlisted.clear()
        return self._known

    def is_absent(self, value: Json) -> bool:
        """Whether a read has shown that there is no row with this id."""
        return any(id_ == str(value) for _, id_ in self._absent)

    def sandbox(self) -> Sandbox:
        """Returns the world of what was read; who wants to write on it takes a fork."""
        if self._sandbox is None:
            domain = self.desk.domain
            world = World(domain=domain.name, origin="read", tables=self._rows, digest="")
            self._sandbox = Sandbox(domain, world)
        return self._sandbox

    def note_write(self, tool: str, arguments: dict[str, Json], message: Message, rehearsal: Sandbox) -> None:
        """Takes in a write: the row it answered with is known again; other rows that it changed are not any more."""
        self.writes.append((tool, arguments))
        changed = {(table, id_) for table, rows in rehearsal.diff().items() for id_ in rows}
        self._forget_lookups(changed)  # while the rows are there by which they are found
        self._sandbox = None
        shown = self.desk.row_of.get(tool)
        value = self._value(tool, message.content)
        before = {id_: self._rows[table].pop(id_, None) for table, id_ in changed}
        for key, row in list(self._row_of_read.items()):
            if row in changed:
                del self.reads[key], self._row_of_read[key]
        answered = [id_ for table, id_ in changed if table == shown]
        if shown is not None and len(answered) == 1 and shown in self.desk.row_reads:
            # The answer shows the row as it is now, which is as good as reading it.
            self._rows[shown][answered[0]] = value
            reader, parameter = self.desk.row_reads[shown]
            key = read_key(reader, {parameter: row_argument(self.desk.specs[reader], parameter, answered[0])})
            self.reads[key], self._row_of_read[key] = value, (shown, answered[0])
            old = before[answered[0]] or {}
            # A row is named by the ids in it; ids that a write has put there belong to something else.
            shown_row = {
                name: each for name, each in value.items() if name in old or not name.endswith(("_id", "_ids"))
            }
            self._unlisted.append((reader, shown_row))
        self._forget_lookups(changed)

    def _forget_lookups(self, changed: set[RowKey]) -> None:
        """Drops answers that are no whole rows and stand on a changed one, as a rehearsal shows."""
        loose = [key for key in self.reads if key not in self._row_of_read and key[0] not in self.desk.identity_names]
        for key in loose:
            try:
                looked_at = self.sandbox().call(key[0], orjson.loads(key[1])).rows
            except KeyError:  # of a row of which only a part was read
                looked_at = tuple(changed)
            if changed.intersection(looked_at):
                del self.reads[key]


PARTLY_KNOWN = Result("Error: not all that this takes is known", True, None)
"""What a rehearsal comes to that needs a part of a row that no read has shown yet."""


def _joined(old: dict[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """Returns what two parts of a row come to; objects in it are joined likewise."""
    joined = dict(old)
    for key, value in new.items():
        both = isinstance(value, dict) and isinstance(joined.get(key), dict)
        joined[key] = _joined(joined[key], value) if both else value
    return joined


@lru_cache(maxsize=256)
def value_of(content: str) -> Any:
    """Returns a tool's answer as JSON, or as the text that it is. Shared: look, don't touch."""
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError:
        return content
