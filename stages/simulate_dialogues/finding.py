"""Finding: what the told selections come to, and whether a write with it can be done.

A write is rehearsed on rows that were read; rows that the rehearsal wants besides are read first (so a loan's status
is known before anything about it is offered).
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import Any

from schemas.base import Json
from schemas.program import Call, Fact
from stages.simulate_dialogues.agent_words import AgentWords
from stages.simulate_dialogues.desk import Desk
from stages.simulate_dialogues.notebook import PARTLY_KNOWN, Notebook
from stages.simulate_dialogues.serving import Serving, Turn
from stages.simulate_dialogues.told import Told, told_of
from stages.simulate_dialogues.watching import Watched
from stages.simulate_dialogues.ways import ways_to
from stages.simulate_dialogues.wishes import UNTOLD, Wish
from tool_specs.domain import GuardContext
from tool_specs.following import rows_by_id
from tool_specs.partial import decided
from tool_specs.programs import MISSING, bound, read_key
from tool_specs.reading import row_argument
from tool_specs.sandbox import Result, Sandbox

_MOST_READS = 12
"""Rows that a rehearsal may ask for before it is given up."""


@dataclass
class Found:
    """What following the told selections gave.

    Attributes:
        arguments: Values that are settled, by parameter.
        lost: Roles whose selection found nothing, or rows that tie.
    """

    told: Told
    arguments: dict[str, Json] = field(default_factory=dict)
    lost: dict[str, bool] = field(default_factory=dict)


class Finding(Serving):
    """Following what was told, and trying it out."""

    def __init__(self, desk: Desk, notebook: Notebook, words: AgentWords) -> None:
        """Takes a desk, an empty notebook and a way of speaking."""
        super().__init__(desk, notebook, words)
        self._told: dict[int, tuple[int, Told]] = {}

    def find(self, wish: Wish) -> Turn[Found]:
        """Follows what was told to values, asking for stated values that are still missing."""
        programs, selection = yield from self.work_out(wish)
        kept = self._told.get(wish.number)
        if kept is None or kept[0] != wish.version or kept[1].selection is not selection:
            kept = self._told[wish.number] = wish.version, told_of(self.desk.lexicon, wish, programs, selection)
        found = Found(kept[1])
        names = self.desk.specs[wish.tool].required if wish.tool else tuple(wish.binds)
        for name in names:
            if (wish.tool or "", name) in self.desk.principal_parameters:
                found.arguments[name] = self.notebook.principal
            elif name in self.desk.follows(wish.tool) and not self._told_after_all(wish, name):
                continue
            elif name in wish.binds:
                self._follow(wish, found, name)
            elif name in wish.facts and wish.facts[name] in self.notebook.facts:
                found.arguments[name] = self.notebook.facts[wish.facts[name]]
        if self.desk.follows(wish.tool):
            yield from self._complete(wish, found)
        return found

    def _complete(self, wish: Wish, found: Found) -> Turn[None]:
        """Works out what follows from the rest, once the rest is settled; reads the rows that this needs besides."""
        selection, programs = found.told.selection, found.told.request.programs
        follows = self.desk.follows(wish.tool)
        needed = self.desk.specs[wish.tool or ""].required
        if any(n not in found.arguments for n in needed if n not in follows or self._told_after_all(wish, n)):
            return
        rows = rows_by_id(programs, selection) if selection is not None else {}
        for name, rule in follows.items():
            if self._told_after_all(wish, name):
                continue
            for row in rule.rows:
                if row not in rows:
                    yield from self._further(wish, found, row, rows)
            if all(row in rows for row in rule.rows):
                found.arguments[name] = rule.value(found.arguments, rows)

    def _further(self, wish: Wish, found: Found, row: str, rows: dict[str, Any]) -> Turn[None]:
        """Adds a row that no selection gives: the user's own, or the one that an argument names."""
        if row in self.desk.identity_names:
            rows[row] = yield from self.identified(row)
            return
        read = self.desk.specs.get(row)
        for name, value in found.arguments.items():
            kind = self.desk.specs[wish.tool or ""].types.get(name)
            if read is not None and len(read.required) == 1 and kind and read.types.get(read.required[0]) == kind:
                arguments: dict[str, Json] = {read.required[0]: value}
                answer = self.notebook.reads.get(read_key(row, arguments))
                if answer is None:
                    answer = yield from self.read(row, arguments)
                if answer is not MISSING:
                    rows[row] = answer

    def _told_after_all(self, wish: Wish, name: str) -> bool:
        """Whether the user has told an argument that follows unless it is told."""
        return self.desk.follows(wish.tool)[name].unless_told and (name in wish.binds or name in wish.facts)

    def _follow(self, wish: Wish, found: Found, name: str) -> None:
        bind = wish.binds[name]
        selection, programs = found.told.selection, found.told.request.programs
        if selection is None or bind.program >= len(programs) or programs[bind.program] is UNTOLD:
            return
        value = bound(bind, programs, selection)
        if value is MISSING:
            role = self.desk.role_of(wish.tool or "", name)
            found.lost[role] = bool(selection.picked[bind.program])
        else:
            found.arguments[name] = value

    def weighed(self, wish: Wish, found: Found) -> Json:
        """Returns the number that a wish's condition is on; None where there is none, or it has not been found yet."""
        selection, programs = found.told.selection, found.told.request.programs
        if wish.condition is None or selection is None or wish.condition.fact not in self.notebook.facts:
            return None
        place = wish.condition.bind.program
        if place >= len(programs) or programs[place] is UNTOLD:
            return None
        number = bound(wish.condition.bind, programs, selection)
        return None if number is MISSING else number

    def misses(self, wish: Wish, found: Found) -> bool:
        """Whether a stated id leads nowhere; notes the role that it was told for."""
        for name, fact in wish.facts.items():
            if self.notebook.is_absent(self.notebook.facts.get(fact)):
                found.lost[self.desk.role_of(wish.tool or "", name)] = False
        return bool(found.lost)

    def stated(self, wish: Wish, found: Found) -> list[Json]:
        """Returns the values that the user has stated for a request."""
        names = [*wish.facts.values()]
        for program in found.told.request.programs:
            for step in program.steps:
                operands = step.arguments.values() if isinstance(step, Call) else (step.source,)
                names.extend(operand.name for operand in operands if isinstance(operand, Fact))
        return [self.notebook.facts[name] for name in names if name in self.notebook.facts]

    def heard(self) -> GuardContext:
        """Returns what a guard may look at, as if the user had said yes."""
        return GuardContext(
            sandbox=self.notebook.sandbox(),
            principal_id=self.notebook.principal,
            confirmed=True,
            writes=tuple(self.notebook.writes),
            spoken="\n".join(self.notebook.spoken),
        )

    def rehearse(self, tool: str, arguments: dict[str, Json]) -> Turn[tuple[Sandbox, Any, tuple[str, str] | None]]:
        """Returns the rehearsed state, what the write would answer, and (rule or error, its words) if it cannot be."""
        for _ in range(_MOST_READS):
            sandbox, result, unread = self.notebook.rehearse(tool, arguments)
            if unread is None:
                break
            reader = self.desk.row_reads.get(unread[0])
            if reader is None:
                break
            yield from self.read(reader[0], {reader[1]: row_argument(self.desk.specs[reader[0]], reader[1], unread[1])})
        broken = yield from self._broken(tool, arguments)
        if result.error and not broken:
            sandbox, result = yield from self._rehearse_parts(tool, arguments)
        rule, detail = broken[0] if broken else ("tool_error", "")
        if result.error:
            detail = result.content.removeprefix("Error: ")
        return sandbox, result.value, (rule, detail) if broken or result.error else None

    def _rehearse_parts(self, tool: str, arguments: dict[str, Json]) -> Turn[tuple[Sandbox, Result]]:
        """Rehearses once more after what the rules had read, and as long as rows are known in part only."""
        for _ in range(_MOST_READS):
            sandbox, result, _unread = self.notebook.rehearse(tool, arguments)
            ways = self.notebook.ways_to_parts(arguments) if result is PARTLY_KNOWN else []
            if not ways:
                break
            yield from self.read(*ways[0])
        return sandbox, result

    def _broken(self, tool: str, arguments: dict[str, Json]) -> Turn[list[tuple[str, str]]]:
        """Returns the rules that a write would break; reads first what they look at and no read shows whole."""
        for number in range(_MOST_READS + 1):
            heard = self.heard()
            watched = Watched(heard.sandbox)
            broken: list[tuple[str, str]] = []
            try:
                broken = self.desk.domain.violations(dataclasses.replace(heard, sandbox=watched), tool, arguments)
                looked_at = self.notebook.unread(watched.seen, arguments)
            except KeyError:  # of a row of which only a part was read
                looked_at = list(watched.seen)[::-1]
            unread = [row for row in looked_at if row[0] not in self.desk.row_reads]
            ways = [way for _, id_ in unread for way in ways_to(self.desk, self.notebook.reads, id_)]
            if not ways or number == _MOST_READS:
                break
            yield from self.read(*ways[0])
        return broken

    def lacking(self, wish: Wish, found: Found) -> list[str]:
        """Returns the roles that have not been told; what follows is told by what it rests on, if at all."""
        tool = wish.tool or ""
        follows, left = self.desk.follows(tool), self._left_open(wish)
        lacking: list[str] = []
        for role, names in self.desk.roles(tool).items():
            asked = [name for name in names if name not in follows or follows[name].role]
            told = all([name in found.arguments or (name in follows and name in wish.binds) for name in asked])
            # Of what stays unless it is told, something has to be told, or nothing would change.
            if not told or names[-1] == left:
                lacking.append(role)
        return lacking

    def asked_with(self, wish: Wish, role: str) -> list[str]:
        """Returns the roles that one question is about: of what stays unless it is told, any will do."""
        tool, left = wish.tool or "", self._left_open(wish)
        if left is None or self.desk.role_of(tool, left) != role:
            return [role]
        names = [name for name, rule in self.desk.follows(tool).items() if rule.unless_told]
        return list(dict.fromkeys(self.desk.role_of(tool, name) for name in names))

    def _left_open(self, wish: Wish) -> str | None:
        """Returns the last argument that stays as it is unless it is told, where the user has told none of these."""
        names = [name for name, rule in self.desk.follows(wish.tool).items() if rule.unless_told]
        return names[-1] if names and not any(self._told_after_all(wish, name) for name in names) else None

    def objection(self, wish: Wish, found: Found) -> Turn[tuple[str, str] | None]:
        """Reads the rows that what is settled names; returns (rule, its words) if they show already that it cannot be.

        Nobody should be asked how to pay for something that cannot be done.
        """
        tool, spec = wish.tool or "", self.desk.specs[wish.tool or ""]
        for name, value in found.arguments.items():
            reader = self.desk.reader_of(tool, name)
            if reader is None or not isinstance(value, (str, int)) or (tool, name) in self.desk.principal_parameters:
                continue
            arguments: dict[str, Json] = {reader[1]: value}
            if read_key(reader[0], arguments) not in self.notebook.reads:
                yield from self.read(reader[0], arguments)
        if self.misses(wish, found):
            return None
        unknown = [name for name in spec.required if name not in found.arguments]
        return decided(self.desk.domain, self.heard(), tool, found.arguments, unknown)
