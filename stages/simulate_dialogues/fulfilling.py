"""Fulfilling: writes and questions, from what was told to what is done.

A write is proposed only after it has been rehearsed on rows that were read (`finding.py`).
"""

from __future__ import annotations

from typing import Any

from schemas.base import Json
from schemas.dialogue import Act, Message
from stages.simulate_dialogues.agent_words import AgentWords
from stages.simulate_dialogues.desk import Desk
from stages.simulate_dialogues.finding import Found
from stages.simulate_dialogues.notebook import Notebook
from stages.simulate_dialogues.offering import Offering
from stages.simulate_dialogues.serving import Turn
from stages.simulate_dialogues.wishes import UNTOLD, Wish
from tool_specs.partial import consulted
from tool_specs.phrasing.budgets import borrowed, budget_of
from tool_specs.programs import meets
from tool_specs.sandbox import Sandbox

_DRAWS = 6
"""How often the reasons are put into words anew that were told before."""
_MOST_QUESTIONS = 12
"""Turns about one request after which the agent leaves it."""


Shown = tuple[int, int, int]
"""A selection that was talked about: its number, and the identity of its program and of the one it continues."""


class Fulfilling(Offering):
    """How requests are dealt with."""

    def __init__(self, desk: Desk, notebook: Notebook, words: AgentWords) -> None:
        """Takes a desk, an empty notebook and a way of speaking."""
        super().__init__(desk, notebook, words)
        self._reminded: set[int] = set()
        self._weighed: set[int] = set()
        self._argued: set[str] = set()
        self._reasoned: set[str] = set()
        self._lacking: set[tuple[int, str]] = set()
        self._told_roles: list[str] = []
        self._shown: dict[int, set[Shown]] = {}
        self._answered: dict[int, tuple[Found, Json]] = {}

    def serve_write(self, wish: Wish) -> Turn[None]:
        """Takes a write from what was told to the report, a refusal, or being dropped by the user."""
        tool = wish.tool or ""
        shown = self._shown.pop(wish.number, set())
        explained, argued = 0, False
        if self.notebook.writes or len(self.notebook.wishes) > 1:
            self.turn_to(tool)
        for _ in range(_MOST_QUESTIONS):
            found = yield from self.find(wish)
            if found.lost:
                if not (yield from self._not_there(wish, found)):
                    return
                continue
            if self._unwanted(wish, found, shown):
                return
            missing = self.lacking(wish, found)
            if missing:
                objection = yield from self.objection(wish, found)
                if found.lost:
                    if not (yield from self._not_there(wish, found)):
                        return
                elif objection is None:
                    if self._withdrawn(wish, (yield from self._ask(wish, found, missing[0], shown))):
                        return
                elif not (yield from self._refuse(wish, found, *objection, shown)):
                    return
                continue
            rehearsal, answer, problem = yield from self.rehearse(tool, found.arguments)
            if problem is not None and self.misses(wish, found):
                if not (yield from self._not_there(wish, found)):
                    return
                continue
            if problem is not None:
                if not (yield from self._refuse(wish, found, *problem, shown)):
                    return
                continue
            before = wish.version
            reply = yield from self._confirm(wish, found, shown, explained, argued=argued, answer=answer)
            if self._withdrawn(wish, reply):
                return
            kinds = {act.kind for act in reply.acts}
            argued = False
            if "doubt" in kinds and (evidence := self._compared_anew(found)):
                argued = True
                self.prefix(f"{self.words.sure()} {evidence}")
            if wish.version != before:
                self.prefix(self.words.noted())
            elif "affirm" in kinds:
                yield from self._write(wish, found, rehearsal)
                return
            else:
                explained += 1
        wish.closed = True

    def _withdrawn(self, wish: Wish, reply: Message) -> bool:
        """Whether the user has taken a request back; then it is left at that."""
        if not any(act.kind == "withdraw" and act.request == wish.number for act in reply.acts):
            return False
        wish.closed = True
        self.forget_prefix()
        self.prefix(self.words.left_at_that(), Act(kind="response", request=wish.number, slot="withdrawn"))
        return True

    def _unwanted(self, wish: Wish, found: Found, shown: set[Shown]) -> bool:
        """Whether the condition does not hold under which a write is wanted; says so, and the number that it is on.

        Where another one is wanted otherwise, either of the two is closed here.
        """
        number, other = self.weighed(wish, found), self._other_branch(wish)
        if wish.condition is None or number is None:
            return False
        if meets(wish.condition, number, self.facts):
            if other is not None:
                other.closed = True
            return False
        wish.closed = True
        only = frozenset((wish.condition.bind.program,))
        comparison = self._comparison(found, shown, only)
        text = self.words.condition(found.told, wish.condition, number, self.facts, holds=False)
        if other is not None:
            self._weighed.add(other.number)
            self._shown[other.number] = shown
        self.prefix(
            f"{comparison} {text} {self.words.left_undone() if other is None else ''}".strip(),
            Act(kind="response", request=wish.number, slot="condition", value=number),
        )
        return True

    def _granted(self, wish: Wish, found: Found) -> str:
        """Says, once, that the condition holds; "" where there is none."""
        number = self.weighed(wish, found)
        if wish.condition is None or number is None or wish.number in self._weighed:
            return ""
        self._weighed.add(wish.number)
        other = self._other_branch(wish)
        if other is not None:  # which is settled by this
            self.prefix("", Act(kind="response", request=other.number, slot="condition", value=number))
        return self.words.condition(found.told, wish.condition, number, self.facts, holds=True)

    def _other_branch(self, wish: Wish) -> Wish | None:
        """Returns the wish that stands where this one's condition decides the other way."""
        if wish.condition is None or not wish.condition.branch:
            return None
        others = (other for other in self.notebook.wishes.values() if other is not wish and other.condition)
        return next((o for o in others if o.condition and o.condition.fact == wish.condition.fact), None)

    def serve_answer(self, wish: Wish) -> Turn[None]:
        """Answers a question."""
        for _ in range(_MOST_QUESTIONS):
            found = yield from self.find(wish)
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
                self._answered[wish.number] = found, value
                return
        wish.closed = True

    def react(self, reply: Message) -> None:
        """Gives the evidence of an answer again that is doubted."""
        super().react(reply)
        for act in reply.acts:
            if act.kind == "doubt" and act.request in self._answered:
                found, value = self._answered[act.request]
                text = self.words.answer(found.told, value, self._compared_anew(found))
                again = Act(kind="response", request=act.request, slot="answer", value=value)
                self.prefix(f"{self.words.sure()} {text}", again)

    def _not_there(self, wish: Wish, found: Found) -> Turn[bool]:
        """Says that nothing fits, or too much; returns whether the user has another idea."""
        role, tied = next(iter(found.lost.items()))
        before = wish.version
        unknown = next((value for value in self.stated(wish, found) if self.notebook.is_absent(value)), None)
        yield from self.say(
            self.words.not_there(found.told, role, self.notebook.reads, self.facts, tied=tied, value=unknown),
            Act(kind="response_fail", request=wish.number, slot=role),
            Act(kind="request", request=wish.number, slot=role),
        )
        if wish.version != before:
            return True
        wish.closed = True
        self.refused.add(wish.number)
        self.prefix(self.words.gives_up(), Act(kind="refuse", request=wish.number))
        return False

    def _ask(self, wish: Wish, found: Found, role: str, shown: set[Shown]) -> Turn[Message]:
        """Asks for a role; tells first what the ones before have come to. Returns the last answer."""
        comparison = f"{self._comparison(found, shown)} {self._granted(wish, found)}".strip()
        results = self._results(wish)
        if comparison and self.words.checks_first():
            before = wish.version
            programs = found.told.request.programs
            many = any(program.pick in ("all", "each") or program.within for program in programs)
            text = self.words.is_that_it(comparison, many=many)
            act = Act(kind="clarify", request=wish.number, value=dict(found.arguments))
            reply = yield from self.say(text, act, *results)
            taken_back = any(act.kind == "withdraw" for act in reply.acts)
            if taken_back or wish.version != before or set(wish.roles) >= {role}:
                return reply
            comparison, results = "", []
        thing = wish.unclear.pop(role, "")
        if thing:
            question = self.words.what_is(thing, self.notebook.named_like(thing))
        elif (wish.number, role) in self._lacking:
            question = self.words.describe_it()
        else:
            question = self._question(wish, role)
        text = f"{comparison} {question}".strip()
        acts = [Act(kind="request", request=wish.number, slot=one) for one in self.asked_with(wish, role)]
        acts += results
        reply = yield from self.say(text, *acts, rephrase=lambda: self.words.ask_role(wish.tool or "", role))
        if any(act.kind == "fail_inform" and act.request == wish.number for act in reply.acts):
            self._lacking.add((wish.number, role))
            self.prefix(self.words.look_it_up())
        if any(act.kind == "ask_options" and act.request == wish.number for act in reply.acts):
            reply = (yield from self.offer(wish, role)) or reply
        return reply

    def _question(self, wish: Wish, role: str) -> str:
        """Asks for a role; for the object by its own number, where it has one and the agent is of that kind."""
        text, number = self.words.ask_role(wish.tool or "", role), None
        if role == "object" and not wish.roles:
            number = self.desk.number_of(wish.tool or "")
        return f"{text} {self.words.number_if_any(number)}".strip() if number else text

    def _grounds(self, wish: Wish, found: Found, rule: str) -> frozenset[int] | None:
        """Returns the selections that a broken rule is about; None where that cannot be said."""
        seen = consulted(self.desk.domain, self.heard(), wish.tool or "", found.arguments, rule)
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
        parts = self._reasons(found, shown, only)
        self._reasoned.update(parts)
        return " ".join(parts)

    def _reasons(
        self, found: Found, shown: set[Shown], only: frozenset[int] | None, *, anew: bool = False
    ) -> list[str]:
        self._told_roles.clear()
        programs = found.told.request.programs
        budget, elsewhere = budget_of(programs), borrowed(found.told.request)
        under = {term.program for term in budget.terms} if budget is not None else set()
        parts: dict[int, str] = {}
        for place, program in enumerate(programs):
            if place in under or (place in elsewhere and budget is not None and budget.fact in self._argued):
                continue  # the pair is argued for as a whole, and once
            key = (place, id(program), id(programs[program.start]) if program.start is not None else 0)
            if program is not UNTOLD and key not in shown and (only is None or place in only):
                shown.add(key)
                text = self.words.in_order(found.told, place) if anew else ""
                text = text or self.words.compare(found.told, place, self.notebook.reads, self.facts)
                self._told_roles.extend([program.role] if text else [])
                parts[place] = text
                start = program.start if program.pick == "each" and text else None
                if start in parts and start is not None and not programs[start].where:
                    parts[start] = ""  # a list is not read out where the best for each of its things follows
        if budget is not None and budget.fact not in self._argued and only is None:
            self._argued.add(budget.fact)
            parts[len(programs)] = self.words.argued(found.told, self.facts[budget.fact])
        return [part for part in parts.values() if part]

    def _compared_anew(self, found: Found) -> str:
        """Returns what the results rest on: what was ranked, or the reasons in other words, if there are others."""
        parts = self._reasons(found, set(), None, anew=True)
        for _ in range(_DRAWS):
            if self._reasoned.isdisjoint(parts):
                break
            parts = self._reasons(found, set(), None, anew=True)
        return " ".join(parts)

    def _results(self, wish: Wish) -> list[Act]:
        """Returns the acts of what the last comparison told."""
        return [Act(kind="response", request=wish.number, slot=role) for role in dict.fromkeys(self._told_roles)]

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

    def _confirm(
        self, wish: Wish, found: Found, shown: set[Shown], explained: int, *, argued: bool, answer: Any
    ) -> Turn[Message]:
        """Lists the details and asks for a yes; no more words lead to them where the reasons do."""
        tool = wish.tool or ""
        details = self.words.confirm(tool, found.arguments, self.notebook.known(), answer)
        if explained:
            text = details if argued else self.words.once_more(details)
        else:
            comparison = f"{self._comparison(found, shown)} {self._granted(wish, found)}".strip()
            reminder = self.words.reminder(tool) if wish.number not in self._reminded else ""
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
            detail = answer.content.removeprefix("Error: ")
            text = self.words.refusal("tool_error", detail, tool, arguments, self.notebook.known())
            self.prefix(text, Act(kind="refuse", request=wish.number, value="tool_error"))
            return
        # Reported as it was before: afterwards rows may have other names.
        text = self.words.done(tool, arguments, self.notebook.known())
        self.notebook.note_write(tool, arguments, answer, rehearsal)
        self.prefix(text, Act(kind="response", request=wish.number))
