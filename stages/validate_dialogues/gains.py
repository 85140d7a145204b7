"""Gains: by how many bits a read or a question of the agent narrows down what is wanted. Counted on the proof.

Each thing that is not known yet and could alone make the goal another one is an alternative. With n of them left,
n + 1 candidates agree with all that is known, the truth among them; a turn that leaves m has a gain of
log2((n + 1) / (m + 1)). Alternatives are

* of the world: each clause of a proof of which no read was made (the world of its witness is still possible, or one in
  which the value that it speaks of is another; clauses with the same reads are one, because no read tells them apart),
  and each place where a look-up ("the one with the camera") has not looked while the row is not found, or while the
  user is wrong about it;
* of the user: who it is (two while nothing is told, one while what was told does not suffice), each request, each
  selection and each fact of it, the yes (or the no for good) to each write, and whether anything more is wanted.

Example: all is told, and which of three loans is due first is what three reads have to show. Four candidates; the reads
have gains of log2(4/3), log2(3/2) and log2(2/1), 0.415, 0.585 and 1 bit, which sum to log2(4). A read once more has 0,
and so has a question whose answer was told before.

The gain of a call is what its answer excludes, that of a question what the user's next message does. None where there
is nothing to measure: writes, calculations, a call that fails for the first time, last words, and questions whose
answer does not say what it means (`acts`). Not promised: that the alternatives of different clauses can come true
together, or are equally likely; what they come to is a count.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import log2
from typing import Any

import orjson

from schemas.base import Json, canonical
from schemas.dialogue import Message
from schemas.task import Task
from stages.validate_dialogues.alternatives import END, PERSON, LookUp, Spoken, alternatives, as_meant
from stages.validate_dialogues.context import CheckContext, Step
from tool_specs.programs import ReadKey
from tool_specs.sandbox import Sandbox

Gain = float | None
_DIGITS = 4


def gains(context: CheckContext) -> tuple[Gain, ...]:
    """Returns the gain of each message in bits; None where there is nothing to measure, or before the task began."""
    known = _Known(context.initial, context.task)
    found: list[Gain] = [None] * len(context.messages)
    calls = iter([step for step in context.steps if step.index >= context.begin])
    known.recall([key for key, place in context.made.items() if place < context.begin])
    asking: int | None = None
    before = 0
    for index, message in context.own:
        if message.role == "user":
            if asking is not None:
                before = known.candidates
                known.hear(message, context.messages[asking])
                found[asking] = _bits(before, known.candidates) if message.acts else None
                asking = None
            else:
                known.hear(message, None)
        elif message.tool_calls:
            before = known.candidates
            measured = [known.read(next(calls)) for _ in message.tool_calls]
            found[index] = _bits(before, known.candidates) if any(measured) else None
        elif message.role == "assistant":
            asking = index
    return tuple(found)


def zero_gains(found: Sequence[Gain]) -> int:
    """Counts the turns that told the agent nothing new."""
    return found.count(0)


def _bits(before: int, after: int) -> float:
    return round(log2(before / after), _DIGITS) if before != after else 0.0


class _Known:
    """What is left of a task's alternatives in the course of one dialogue."""

    def __init__(self, sandbox: Sandbox, task: Task) -> None:
        self._sandbox, self._task = sandbox, task
        self._all = all_ = alternatives(sandbox, task)
        self._identity = sandbox.domain.identity_tools
        self._clauses = set(range(len(all_.clauses)))
        self._looking_for(all_.look_ups)
        self._spoken = set(all_.spoken)
        self._told: dict[str, bytes] = {}
        self._agreed: set[int | None] = set()
        self._made: set[ReadKey] = set()

    @property
    def candidates(self) -> int:
        """How many candidates agree with what is known."""
        return 1 + len(self._clauses) + self._places + len(self._spoken)

    def _looking_for(self, look_ups: Iterable[LookUp]) -> None:
        self._look_ups = tuple(look_ups)
        self._places = len(frozenset().union(*[each.places for each in self._look_ups]))

    def read(self, step: Step) -> bool:
        """Takes in a call's answer; returns whether there is anything to measure."""
        again = step.key in self._made
        self._made.add(step.key)
        if step.effect != "read" or step.answer is None:
            return False
        if step.result.error:
            return again
        self._exclude(step.key)
        return True

    def recall(self, keys: Sequence[ReadKey]) -> None:
        """Takes in what was read before the task began, and who the user is."""
        for key in keys:
            self._exclude(key)
            if key[0] in self._identity:
                self._spoken.difference_update(PERSON)

    def _exclude(self, key: ReadKey) -> None:
        """Leaves out what a read's answer excludes."""
        self._clauses.difference_update(self._all.clauses_of.get(key, ()))
        if key[0] in self._identity:
            self._clauses -= self._all.identity
        for each in self._look_ups:
            if key in each.places or key in each.leads:
                looked = (LookUp(each.places - {key}, each.leads - {key}, each.until) for each in self._look_ups)
                self._looking_for(each for each in looked if each.places and (each.leads or each.until))
                break

    def hear(self, message: Message, answered: Message | None) -> None:
        """Takes in what a user's message means, and which message of the agent it answers."""
        for act in message.acts:
            if act.kind.startswith("inform_intent"):
                if act.value["kind"] != "unknown":
                    self._spoken.discard(Spoken("request", act.request or 0))
            elif act.kind in ("inform", "correct") and act.slot is not None:
                self._told_fact(act.slot, act.value)
                if isinstance(act.value, dict) and (act.value.get("program") or act.value.get("binds")):
                    self._told_role(act.slot, act.value)
            elif act.kind in ("affirm", "withdraw") and answered is not None:
                for asked in answered.acts:
                    if asked.kind == "confirm" and asked.request not in self._agreed:
                        self._agreed.add(asked.request)
                        self._spoken.discard(Spoken("yes", len(self._agreed)))
            elif act.kind == "user_bye":
                self._spoken.discard(END)

    def _told_role(self, role: str, told: Mapping[str, Any]) -> None:
        """Finds the request that was told: messages number them in the order of being raised."""
        kind, name = ("program", told["number"]) if told.get("program") else ("role", role)
        left = [slot for slot in self._all.roles if slot in self._spoken and (slot.kind, slot.name) == (kind, name)]
        if not left:
            return
        text = orjson.dumps(told["program"] or told["binds"])
        found = next((slot for slot in left if self._all.roles[slot] == text), None)
        if found is None and told["program"]:
            whole = orjson.dumps(told)
            found = next((slot for slot in left if as_meant(self._sandbox, self._task, slot.request, whole)), None)
        if found is not None:
            self._spoken.discard(found)
            self._looking_for(each for each in self._look_ups if each.until != found)

    def _told_fact(self, name: str, value: Json) -> None:
        if name not in self._all.facts:
            return
        self._told[name] = canonical(value).lower()
        if self._told[name] == self._all.facts[name]:
            self._spoken.discard(Spoken("fact", name=name))
        if PERSON[1] in self._spoken:
            ways = self._all.ways
            if any(entry.name == name for way in ways for entry in way):
                self._spoken.discard(PERSON[0])
            if any(all(self._told.get(each.name) == self._all.facts[each.name] for each in way) for way in ways):
                self._spoken.discard(PERSON[1])
