"""Derive: from a dialogue and its task's proof to the checklist of the dialogue's turns.

What the proof says becomes items that a rule decides, in the turn in which this dialogue meets them:

    every clause of a proof, those apart that another one implies   one of its reads is answered
    every argument of a write                                       the call has it, after the clauses that decide it
    every write                                                     its details were listed; the user said yes
    every value to be told, every refusal                           a reply says it, after the clauses were met
    the whole task                                                  these writes succeeded and no other

A clause decides an argument if it is about the argument's value, or if its witness has another one: with that read left
out, the argument would be a guess. What users tell wrongly first, and turns that no item falls into, get an item for a
judge. What this dialogue does not meet (a refusal needs no read that only the write would need) makes no item.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from schemas.base import Json, canonical, plain
from schemas.checklist import (
    Agreed,
    Checklist,
    Evidence,
    Focus,
    Item,
    Listed,
    Obtained,
    Only,
    Rule,
    Said,
    TurnChecklist,
    Wanted,
    Written,
)
from schemas.dialogue import Dialogue
from schemas.message import Message
from schemas.task import Clause, Read, Request
from stages.derive_checklists import wording
from stages.derive_checklists.checker import VERSION, Transcript, places
from stages.derive_checklists.mentions import different, evidence_at, mentions
from stages.derive_checklists.wording import Words
from tool_specs.domain import Domain
from tool_specs.sayings import forms, leaves, phrases_of

REFUSAL = (
    r"\b(can ?not|can.?t|unable|not able|not possible|impossible|sorry|afraid|unfortunately|won.?t|not allowed|"
    r"isn.?t allowed|don.?t allow|doesn.?t allow|not permitted|no longer possible|only|has to stay|too late|"
    r"out of my hands)\b"
)
CALLS: Focus = "assistant.tool_calls"
REPLY: Focus = "assistant.content.user_visible_reply"
ANSWER: Focus = "tool.content"


@dataclass(frozen=True)
class Draft:
    """An item under way.

    Attributes:
        met: position of the message that meets it in the dialogue.
        needs: ids of items that it depends on.
    """

    id: str
    focus: Focus
    words: Words
    condition: Rule | None
    met: int
    needs: tuple[str, ...] = ()


def derive(dialogue: Dialogue, domain: Domain) -> Checklist:
    """Returns the checklist of a dialogue in which nothing is wrong."""
    return _Derivation(dialogue, domain).checklist()


class _Derivation:
    """One dialogue on its way."""

    def __init__(self, dialogue: Dialogue, domain: Domain) -> None:
        self.dialogue, self.domain = dialogue, domain
        self.tasks = dialogue.scenario.tasks
        self.principal = dialogue.scenario.task.principal
        self.requests = tuple(request for task in self.tasks for request in task.requests)
        self.messages = dialogue.whole
        self.transcript = Transcript([_openai(message) for message in self.messages])
        self.phrases = phrases_of(domain.lexicon)
        self.writes = tuple(name for name, tool in domain.tools.items() if tool.spec.effect == "write")
        self.drafts: list[Draft] = []
        self._clauses: dict[frozenset[bytes], str | None] = {}

    def checklist(self) -> Checklist:
        """Makes it."""
        for number, request in enumerate(self.requests):
            self._request(number, request)
        self._only()
        turns = list(self._turns())
        for turn, stop in enumerate(turns):
            start = turns[turn - 1] if turn else 0
            if not any(start <= draft.met < stop for draft in self.drafts):
                self._judged(turn, start, stop)
        return Checklist(
            version=VERSION,
            id=self.dialogue.id,
            task_id="+".join(task.id for task in self.tasks),
            turns=tuple(self._turn(turn, turns[turn - 1] if turn else 0, stop) for turn, stop in enumerate(turns)),
        )

    def _turns(self) -> Iterator[int]:
        """Yields where turns end: before each user's message but the first, and at the end."""
        users = [place for place, message in enumerate(self.messages) if message.role == "user"]
        yield from (*users[1:], len(self.messages))

    # Items

    def _add(
        self, id_: str, focus: Focus, words: Words, condition: Rule, needs: Sequence[str] = (), stop: int | None = None
    ) -> str | None:
        """Adds an item, if the dialogue meets it; returns its id then."""
        met = {draft.id: draft.met for draft in self.drafts}
        after = max((met[need] for need in needs), default=-1)
        found = next((p for p in places(plain(condition), self.transcript) if p > after), None)
        if found is None or (stop is not None and found > stop):
            return None
        self.drafts.append(Draft(id_, focus, words, condition, found, tuple(needs)))
        return id_

    def _request(self, number: int, request: Request) -> None:
        read = self._evidence(number, request)
        needs = [id_ for id_ in dict.fromkeys(read.values()) if id_]
        if request.kind == "write":
            self._write(number, request, read)
        elif request.kind == "decline":
            self._listed(number, request, self._others(number, request), len(self.messages))
        elif request.kind == "refuse" and request.refusal is not None:
            tool = self.domain.transfer_tool
            if request.refusal.transfer and tool is not None:
                self._add(f"r{number}.transferred", CALLS, wording.called(tool), Obtained(reads=(Wanted(tool=tool),)))
            else:
                self._add(f"r{number}.refused", REPLY, wording.refused(), Said(pattern=REFUSAL), needs)
        for place, value in enumerate(request.communicate):
            groups = tuple(tuple(each) for leaf in leaves(value) if (each := forms(leaf, self.phrases)))
            if groups:
                self._add(f"r{number}.told.{place}", REPLY, wording.told(value), Said(groups=groups), needs)
        if request.flaw:
            self._noticed(number, request)

    def _only(self) -> None:
        """Adds that nothing else was done; to hand a user to a person is something, too."""
        writes = (each for each in self.requests if each.kind == "write")
        calls = [Wanted(tool=str(each.tool), arguments=each.arguments) for each in writes]
        watched, tool = list(self.writes), self.domain.transfer_tool
        if tool is not None:
            watched.append(tool)
            refusals = (each.refusal for each in self.requests if each.kind == "refuse")
            calls += [Wanted(tool=tool)] if any(each and each.transfer for each in refusals) else []
        condition = Only(writes=tuple(dict.fromkeys(watched)), calls=tuple(calls))
        self._add("end.changes", CALLS, wording.only(), condition)

    def _evidence(self, number: int, request: Request) -> dict[int, str | None]:
        """Adds an item per clause; returns clause -> the item that stands for it."""
        proof, found = request.proof, dict[int, str | None]()
        keys = [frozenset(canonical(plain(proof.reachable[read])) for read in clause.reads) for clause in proof.clauses]
        for place, reads in enumerate(keys):
            # What another clause implies, that one stands for.
            least = min((each for each in keys if each <= reads), key=len)
            if least not in self._clauses:
                self._clauses[least] = self._obtained(
                    number, [proof.reachable[n] for n in proof.clauses[keys.index(least)].reads]
                )
            found[place] = self._clauses[least]
        return found

    def _obtained(self, number: int, reads: Sequence[Read]) -> str | None:
        whoever = len(reads) > 1 and all(read.tool in self.domain.identity_tools for read in reads)
        wanted = tuple(Wanted(tool=read.tool, arguments=None if whoever else read.arguments) for read in reads)
        condition = Obtained(reads=wanted, shows=self.principal if whoever else "")
        before = sum(draft.id.startswith(f"r{number}.read.") for draft in self.drafts)
        return self._add(f"r{number}.read.{before}", ANSWER, wording.obtained(reads, whoever), condition)

    def _write(self, number: int, request: Request, read: Mapping[int, str | None]) -> None:
        tool, arguments = str(request.tool), request.arguments
        others = self._others(number, request)
        made = self.transcript.written({"tool": tool, "arguments": arguments, "others": others})
        for name, value in arguments.items():
            needs = [
                id_
                for place, clause in enumerate(request.proof.clauses)
                if (id_ := read.get(place)) and _decides(clause, name, arguments)
            ]
            mistakes = [d.arguments[name] for d in request.proof.distractors if d.arguments.get(name, value) != value]
            words = wording.written(tool, name, value, different(mistakes)[:2])
            condition = Written(tool=tool, arguments=arguments, others=others, parameter=name)
            self._add(f"r{number}.{name}", CALLS, words, condition, list(dict.fromkeys(needs)))
        self._listed(number, request, others, made.place if made else len(self.messages))
        agreeing = Agreed(tool=tool, arguments=arguments, others=others, writes=self.writes)
        self._add(f"r{number}.agreed", CALLS, wording.agreed(tool), agreeing)

    def _others(self, number: int, request: Request) -> tuple[dict[str, Json], ...]:
        """Returns the arguments of the other writes with the same tool."""
        alike = (each for place, each in enumerate(self.requests) if place != number and each.tool == request.tool)
        return tuple(each.arguments for each in alike if each.kind == "write")

    def _listed(self, number: int, request: Request, others: tuple[dict[str, Json], ...], stop: int) -> None:
        tool, arguments = str(request.tool), request.arguments
        groups = tuple(
            tuple(mentions(leaf, self.transcript.calls, stop, self.phrases))
            for value in arguments.values()
            for leaf in leaves(value)
            if leaf != self.principal and forms(leaf, self.phrases)
        )
        listing = Listed(tool=tool, arguments=arguments, others=others, groups=groups)
        self._add(f"r{number}.listed", REPLY, wording.listed(tool), listing)

    def _noticed(self, number: int, request: Request) -> None:
        assert request.flaw
        kind = "request" if request.flaw.kind == "ask_first" else "response_fail"
        slots = (request.flaw.role, None) if kind == "response_fail" else (request.flaw.role,)
        place = next(
            (
                index
                for index, message in enumerate(self.messages)
                if message.role == "assistant" and any(act.kind == kind and act.slot in slots for act in message.acts)
            ),
            None,
        )
        if place is not None:
            words = wording.noticed(request.flaw.kind, request.flaw.role)
            self.drafts.append(Draft(f"r{number}.noticed", REPLY, words, None, place))

    def _judged(self, turn: int, start: int, stop: int) -> None:
        """Adds an item for a judge about a turn's last reply."""
        replies = [place for place in range(start, stop) if self.messages[place].role == "assistant"]
        words = [place for place in replies if self.messages[place].content]
        if words:
            reply = self.messages[words[-1]]
            self.drafts.append(Draft(f"reply.{turn}", REPLY, wording.answered(reply), None, words[-1]))

    # Turns

    def _turn(self, turn: int, start: int, stop: int) -> TurnChecklist:
        own = [draft for draft in self.drafts if start <= draft.met < stop]
        later = {need for draft in self.drafts if draft.met >= stop for need in draft.needs}
        later |= {draft.id for draft in own if isinstance(draft.condition, Listed)}
        return TurnChecklist(
            turn=turn,
            items=tuple(self._item(draft, draft.id in later and stop < len(self.messages)) for draft in own),
            dependence={draft.id: draft.needs for draft in own if draft.needs},
            weight={draft.id: 1 / len(own) for draft in own},
        )

    def _item(self, draft: Draft, required: bool) -> Item:
        return Item(
            id=draft.id,
            evidence=(self._shown(draft),),
            focus_on=draft.focus,
            question=draft.words.question,
            pass_condition=draft.words.passes,
            failure_examples=draft.words.failures,
            required_for_next_turn=required,
            judge="rule" if draft.condition is not None else "llm",
            condition=draft.condition,
        )

    def _shown(self, draft: Draft) -> Evidence:
        place = draft.met
        if isinstance(draft.condition, Agreed):
            place = max(n for n in range(draft.met) if self.messages[n].role == "user")
            return evidence_at(self.messages, place, "user")
        if isinstance(draft.condition, Only):
            writing = [call.place for call in self.transcript.calls if call.name in self.writes and not call.failed]
            return evidence_at(self.messages, writing[-1] if writing else place, draft.focus if writing else REPLY)
        return evidence_at(self.messages, place, draft.focus)


def _decides(clause: Clause, name: str, arguments: Mapping[str, Json]) -> bool:
    """Whether an argument, or whether there is a call at all, would be a guess with the reads of a clause left out."""
    if clause.witness is not None:
        answer = clause.witness.answer
        return answer.keys().isdisjoint(arguments) or bool(answer.get(name, arguments[name]) != arguments[name])
    return clause.value is not None and str(clause.value) in map(str, leaves(arguments[name]))


def _openai(message: Message) -> dict[str, Any]:
    calls = [{"id": c.id, "function": {"name": c.name, "arguments": c.arguments}} for c in message.tool_calls]
    return {
        "role": message.role,
        "content": message.content,
        "tool_call_id": message.tool_call_id,
        **({"tool_calls": calls} if calls else {}),
    }
