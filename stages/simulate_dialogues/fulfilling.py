"""Fulfilling: writes and questions, from what was told to what is done.

A write is proposed only after it has been rehearsed on rows that were read; rows that the rehearsal wants besides are
read first (so an order's status is known before anything about it is offered).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from schemas.base import Json
from schemas.dialogue import Act, Message
from schemas.program import Call, Fact
from stages.simulate_dialogues.agent_words import AgentWords, Told, told_of
from stages.simulate_dialogues.desk import Desk
from stages.simulate_dialogues.notebook import UNTOLD, Notebook, Wish
from stages.simulate_dialogues.serving import Serving, Turn
from tool_specs.domain import GuardContext
from tool_specs.partial import consulted, decided
from tool_specs.programs import MISSING, bound, read_key
from tool_specs.sandbox import Sandbox

_MOST_READS = 12
"""Rows that a rehearsal may ask for before it is given up."""
_MOST_QUESTIONS = 12
"""Turns about one request after which the agent leaves it."""


Shown = tuple[int, int, int]
"""A selection that was talked about: its number, and the identity of its program and of the one it continues."""


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


class Fulfilling(Serving):
    """How requests are dealt with."""

    def __init__(self, desk: Desk, notebook: Notebook, words: AgentWords) -> None:
        """Takes a desk, an empty notebook and a way of speaking."""
        super().__init__(desk, notebook, words)
        self._reminded: set[int] = set()
        self._told: dict[int, tuple[int, Told]] = {}

    def serve_write(self, wish: Wish) -> Turn[None]:
        """Takes a write from what was told to the report, a refusal, or being dropped by the user."""
        tool = wish.tool or ""
        shown: set[Shown] = set()
        explained = 0
        if self.notebook.writes or len(self.notebook.wishes) > 1:
            self.turn_to(tool)
        for _ in range(_MOST_QUESTIONS):
            found = yield from self._find(wish)
            if found.lost:
                if not (yield from self._not_there(wish, found)):
                    return
                continue
            missing = [role for role, names in self.desk.roles(tool).items() if not found.arguments.keys() >= {*names}]
            if missing:
                objection = yield from self._objection(wish, found)
                if found.lost:
                    if not (yield from self._not_there(wish, found)):
                        return
                elif objection is None:
                    yield from self._ask(wish, found, missing[0], shown)
                elif not (yield from self._refuse(wish, found, *objection, shown)):
                    return
                continue
            rehearsal, problem = yield from self._rehearse(tool, found.arguments)
            if problem is not None and self._misses(wish, found):
                if not (yield from self._not_there(wish, found)):
                    return
                continue
            if problem is not None:
                if not (yield from self._refuse(wish, found, *problem, shown)):
                    return
                continue
            before = wish.version
            reply = yield from self._confirm(wish, found, shown, explained)
            kinds = {act.kind for act in reply.acts}
            if wish.version != before:
                self.prefix(self.words.noted())
            elif "affirm" in kinds:
                yield from self._write(wish, found, rehearsal)
                return
            else:
                explained += 1
        wish.closed = True

    def serve_answer(self, wish: Wish) -> Turn[None]:
        """Answers a question."""
        for _ in range(_MOST_QUESTIONS):
            found = yield from self._find(wish)
            if found.lost:
                if not (yield from self._not_there(wish, found)):
                    return
            elif not found.arguments or found.told.selection is None:
                text = self.words.what_exactly()
                yield from self.say(text, Act(kind="request", request=wish.number, slot="answer"))
            else:
                wish.closed = True
                value = next(iter(found.arguments.values()))
                comparison = self._comparison(found, set())
                text = self.words.answer(found.told, value, comparison)
                self.prefix(text, Act(kind="response", request=wish.number, slot="answer", value=value))
                return
        wish.closed = True

    def _find(self, wish: Wish) -> Turn[Found]:
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
            elif name in wish.binds:
                self._follow(wish, found, name)
            elif name in wish.facts and wish.facts[name] in self.notebook.facts:
                found.arguments[name] = self.notebook.facts[wish.facts[name]]
        return found

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

    def _not_there(self, wish: Wish, found: Found) -> Turn[bool]:
        """Says that nothing fits, or too much; returns whether the user has another idea."""
        role, tied = next(iter(found.lost.items()))
        before = wish.version
        unknown = next((value for value in self._stated(wish, found) if self.notebook.is_absent(value)), None)
        yield from self.say(
            self.words.not_there(found.told, role, tied=tied, value=unknown),
            Act(kind="response_fail", request=wish.number, slot=role),
            Act(kind="request", request=wish.number, slot=role),
        )
        if wish.version != before:
            return True
        wish.closed = True
        self.refused.add(wish.number)
        self.prefix(self.words.gives_up(), Act(kind="refuse", request=wish.number))
        return False

    def _misses(self, wish: Wish, found: Found) -> bool:
        """Whether a stated id leads nowhere; notes the role that it was told for."""
        for name, fact in wish.facts.items():
            if self.notebook.is_absent(self.notebook.facts.get(fact)):
                found.lost[self.desk.role_of(wish.tool or "", name)] = False
        return bool(found.lost)

    def _stated(self, wish: Wish, found: Found) -> list[Json]:
        """Returns the values that the user has stated for a request."""
        names = [*wish.facts.values()]
        for program in found.told.request.programs:
            for step in program.steps:
                operands = step.arguments.values() if isinstance(step, Call) else (step.source,)
                names.extend(operand.name for operand in operands if isinstance(operand, Fact))
        return [self.notebook.facts[name] for name in names if name in self.notebook.facts]

    def _ask(self, wish: Wish, found: Found, role: str, shown: set[Shown]) -> Turn[None]:
        """Asks for a role; tells first what the ones before have come to."""
        comparison = self._comparison(found, shown)
        if comparison and self.words.checks_first():
            before = wish.version
            text = self.words.is_that_it(comparison)
            yield from self.say(text, Act(kind="clarify", request=wish.number, value=dict(found.arguments)))
            if wish.version != before or set(wish.roles) >= {role}:
                return
            comparison = ""
        text = f"{comparison} {self.words.ask_role(wish.tool or '', role)}".strip()
        act = Act(kind="request", request=wish.number, slot=role)
        yield from self.say(text, act, rephrase=lambda: self.words.ask_role(wish.tool or "", role))

    def _grounds(self, wish: Wish, found: Found, rule: str) -> frozenset[int] | None:
        """Returns the selections that a broken rule is about; None where that cannot be said."""
        seen = consulted(self.desk.domain, self._heard(), wish.tool or "", found.arguments, rule)
        if seen is None:
            return None
        places: set[int] = set()
        for name in seen & wish.binds.keys():
            place: int | None = wish.binds[name].program
            while place is not None:
                places.add(place)
                place = found.told.request.programs[place].start
        return frozenset(places)

    def _comparison(self, found: Found, shown: set[Shown], only: frozenset[int] | None = None) -> str:
        """Returns what was compared and why the winner won, once per selection."""
        programs = found.told.request.programs
        parts = []
        for place, program in enumerate(programs):
            key = (place, id(program), id(programs[program.start]) if program.start is not None else 0)
            if program is not UNTOLD and key not in shown and (only is None or place in only):
                shown.add(key)
                parts.append(self.words.compare(found.told, place, self.notebook.reads, self.facts))
        return " ".join(part for part in parts if part)

    def _rehearse(self, tool: str, arguments: dict[str, Json]) -> Turn[tuple[Sandbox, tuple[str, str] | None]]:
        """Returns the rehearsed state, and (rule or error, its words) if the write is not possible or not allowed."""
        for _ in range(_MOST_READS):
            sandbox, result, unread = self.notebook.rehearse(tool, arguments)
            if unread is None:
                break
            reader = self.desk.row_reads.get(unread[0])
            if reader is None:
                break
            yield from self.read(reader[0], {reader[1]: unread[1]})
        broken = self.desk.domain.violations(self._heard(), tool, arguments)
        rule, detail = broken[0] if broken else ("tool_error", "")
        if result.error:
            detail = result.content.removeprefix("Error: ")
        return sandbox, (rule, detail) if broken or result.error else None

    def _objection(self, wish: Wish, found: Found) -> Turn[tuple[str, str] | None]:
        """Reads the rows that what is settled names; returns (rule, its words) if they show already that it cannot be.

        Nobody should be asked how to pay for something that cannot be done.
        """
        tool, spec = wish.tool or "", self.desk.specs[wish.tool or ""]
        for name, value in found.arguments.items():
            reader = self.desk.reader_of(tool, name)
            if reader is None or not isinstance(value, str) or (tool, name) in self.desk.principal_parameters:
                continue
            arguments: dict[str, Json] = {reader[1]: value}
            if read_key(reader[0], arguments) not in self.notebook.reads:
                yield from self.read(reader[0], arguments)
        if self._misses(wish, found):
            return None
        unknown = [name for name in spec.required if name not in found.arguments]
        return decided(self.desk.domain, self._heard(), tool, found.arguments, unknown)

    def _heard(self) -> GuardContext:
        return GuardContext(
            sandbox=self.notebook.sandbox(),
            principal_id=self.notebook.principal,
            confirmed=True,
            writes=tuple(self.notebook.writes),
            spoken="\n".join(self.notebook.spoken),
        )

    def _refuse(self, wish: Wish, found: Found, rule: str, detail: str, shown: set[Shown]) -> Turn[bool]:
        """Explains why it cannot be done; returns whether the user wants something else now."""
        before = wish.version
        wish.closed = True
        self.refused.add(wish.number)
        comparison = self._comparison(found, shown, self._grounds(wish, found, rule))
        refusal = self.words.refusal(rule, detail, wish.tool or "", found.arguments, self.notebook.known())
        text = f"{comparison} {refusal} {self.words.anything_else()}".strip()
        reply = yield from self.say(
            text,
            Act(kind="refuse", request=wish.number, value=rule),
            Act(kind="request", slot="intent"),
            rephrase=self.words.anything_else,
        )
        if wish.version != before:
            wish.closed = False
            self.refused.discard(wish.number)
            return True
        if any(act.kind == "negate" and act.request == wish.number for act in reply.acts):
            self.prefix(self.words.still_no(), Act(kind="refuse", request=wish.number))
        return False

    def _confirm(self, wish: Wish, found: Found, shown: set[Shown], explained: int) -> Turn[Message]:
        """Lists the details and asks for a yes."""
        tool = wish.tool or ""
        details = self.words.confirm(tool, found.arguments, self.notebook.known())
        if explained:
            text = self.words.once_more(details)
        else:
            comparison = self._comparison(found, shown)
            reminder = (
                self.words.reminder() if self.desk.takes_lists(tool) and wish.number not in self._reminded else ""
            )
            self._reminded.add(wish.number)
            text = " ".join(part for part in (comparison, reminder, details) if part)
        act = Act(kind="confirm", request=wish.number, value=dict(found.arguments))
        return (yield from self.say(text, act))

    def _write(self, wish: Wish, found: Found, rehearsal: Sandbox) -> Turn[None]:
        tool, arguments = wish.tool or "", found.arguments
        answer = yield from self.call(tool, arguments)
        wish.closed = True
        if answer.error:
            self.refused.add(wish.number)
            text = self.words.failed(answer.content)
            self.prefix(text, Act(kind="response_fail", request=wish.number))
            return
        # Reported as it was before: afterwards rows may have other names.
        text = self.words.done(tool, arguments, self.notebook.known())
        self.notebook.note_write(tool, arguments, answer, rehearsal)
        self.prefix(text, Act(kind="response", request=wish.number))
