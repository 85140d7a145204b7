"""CheckContext: a dialogue, its task, its domain and the replay, prepared once for all checks.

`Step` is one call of the dialogue with what was recorded and what a fresh fork answers; `before` is the sandbox as it
was when the call was made. Nothing here judges.
"""

from __future__ import annotations

import operator
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import jsonschema_rs

from schemas.base import Json
from schemas.dialogue import Dialogue, Message, ToolCall
from schemas.task import Task
from schemas.tool import Effect
from schemas.verdict import Check, Owner, Verdict
from stages.validate_dialogues.prepared import folded, prepared
from stages.validate_dialogues.words import amounts, leaves, says, says_text
from tool_specs.days import says_day, says_time
from tool_specs.domain import Domain
from tool_specs.phrasing.english import moment
from tool_specs.programs import ReadKey
from tool_specs.reading import texts
from tool_specs.sandbox import Result, Sandbox
from tool_specs.sayings import phrases_of, to_you
from tool_specs.starting import started


@dataclass(frozen=True)
class Limits:
    """What the policy of the service allows in one assistant message."""

    parallel_calls: int = 1
    text_beside_calls: bool = False


class Toolbox:
    """What checks need to know about a domain's tools, compiled once per worker.

    Attributes:
        validators: tool -> validator of its arguments.
        enums: (tool, parameter) -> the values that its schema lists, its default among them.
        declared: keys that results have by declaration: names of properties, not data.
        phrases: a value's text in lower case -> the words that the lexicon has for it, also as said to a user.
        prices: amounts that the policy and the tools' descriptions state, in cents.
    """

    def __init__(self, domain: Domain) -> None:
        self.domain = domain
        self.validators: dict[str, Any] = {}
        self.enums: dict[tuple[str, str], frozenset[str]] = {}
        declared: set[str] = set()
        for name, tool in domain.tools.items():
            self.validators[name] = jsonschema_rs.Draft202012Validator(tool.spec.parameters)
            for parameter, schema in tool.spec.parameters.get("properties", {}).items():
                self.enums[name, parameter] = frozenset(str(value) for value in _listed(schema))
            declared.update(_properties(tool.spec.returns))
        self.declared = frozenset(declared)
        self.phrases = {value: (*own, *map(to_you, own)) for value, own in phrases_of(domain.lexicon).items()}
        described = (tool.spec.description for tool in domain.tools.values())
        self.prices = frozenset(amounts("\n".join([domain.policy, *described])))

    def effect(self, name: str) -> Effect:
        """Returns a tool's effect; an unknown tool changes nothing."""
        tool = self.domain.tools.get(name)
        return "generic" if tool is None else tool.spec.effect

    def tells(self, text: str, value: Json) -> bool:
        """Whether a lower-case text says a value: in the lexicon's words for it, days and times as people do."""
        if isinstance(value, str):
            shown = moment(value)
            said = says_text(text, value) or (shown != value and says_text(text, shown))
            said = said or any(phrase in text for phrase in self.phrases.get(value.lower(), ()))
            return (
                said or (value[4:5] == "-" and says_day(text, value)) or (value[2:3] == ":" and says_time(text, value))
            )
        if isinstance(value, (list, dict)):
            return all(self.tells(text, leaf) for leaf in leaves(value))
        return says(text, value)


def _listed(schema: Json) -> Iterator[Json]:
    if isinstance(schema, dict):
        yield from schema.get("enum", ())
        if "const" in schema:
            yield schema["const"]
        if "default" in schema:
            yield schema["default"]
        for key in ("items", "anyOf", "oneOf"):
            below = schema.get(key, ())
            for each in below if isinstance(below, list) else (below,):
                yield from _listed(each)


def _properties(schema: Json) -> Iterator[str]:
    if isinstance(schema, dict):
        for name, below in (schema.get("properties") or {}).items():
            yield name
            yield from _properties(below)
        for key in ("items", "additionalProperties", "anyOf", "oneOf", "$defs"):
            yield from _properties(schema.get(key))
    elif isinstance(schema, list):
        for each in schema:
            yield from _properties(each)


@dataclass(eq=False)  # not frozen: there are many, and that would take four times as long
class Step:
    """One call of the dialogue.

    Attributes:
        index: message that makes the call.
        answer: message that answers it (None: nobody does).
        before: the sandbox before the call.
        result: what replaying it gives.
        principal: who was authenticated before the call.
    """

    index: int
    answer: int | None
    call: ToolCall
    effect: Effect
    before: Sandbox
    result: Result
    principal: str | None

    @cached_property
    def key(self) -> ReadKey:
        """The read's identity, upper and lower case alike."""
        return folded(self.call.name, self.call.arguments)


class CheckContext:
    """What a check may look at.

    Attributes:
        messages: the whole session; the task's own ones begin at `begin`, and what is said of acts, of evidence and of
            telling holds for those.
        initial: the state that the task begins in; nobody calls writes on it.
        steps: the calls of all messages in order, replayed.
        final: the sandbox after the last call.
        initial_digest: the state before the task's first call.
        prepared: what follows from the task alone.
        facts: what the user knows, by name.
        low: every message's text in lower case.
    """

    def __init__(self, dialogue: Dialogue, sandbox: Sandbox, toolbox: Toolbox, limits: Limits) -> None:
        self.dialogue = dialogue
        self.task: Task = dialogue.scenario.task
        self.domain: Domain = sandbox.domain
        self.toolbox = toolbox
        self.limits = limits
        self.messages: tuple[Message, ...] = dialogue.whole
        self.begin = len(self.messages) - len(dialogue.messages)
        self.low = ["" if message.role == "tool" else message.content.lower() for message in self.messages]
        self.initial = started(sandbox, self.task)
        self.prepared = prepared(self.initial, self.task)
        self.facts: Mapping[str, Json] = self.prepared.facts
        self.steps, self.final = self._replay(sandbox)
        self.initial_digest = self._state_at(self.begin, sandbox).digest()

    def _replay(self, sandbox: Sandbox) -> tuple[tuple[Step, ...], Sandbox]:
        steps: list[Step] = []
        now = sandbox.fork()
        principal: str | None = None
        for index, message in enumerate(self.messages):
            for call in message.tool_calls:
                effect = self.toolbox.effect(call.name)
                before = now
                if effect == "write":
                    now = before.fork()
                result = now.call(call.name, call.arguments)
                answer = self._answer(index, call)
                steps.append(Step(index, answer, call, effect, before, result, principal))
                if principal is None and call.name in self.domain.identity_tools and not result.error:
                    principal = identified(self.initial, result)
        return tuple(steps), now

    def _state_at(self, index: int, sandbox: Sandbox) -> Sandbox:
        """Returns the state before a message."""
        if not index:
            return sandbox
        return next((step.before for step in self.steps if step.index >= index), self.final)

    def _answer(self, index: int, call: ToolCall) -> int | None:
        for place in range(index + 1, len(self.messages)):
            message = self.messages[place]
            if message.role == "tool" and message.tool_call_id == call.id:
                return place
            if message.role == "user":
                return None
        return None

    @cached_property
    def final_digest(self) -> str:
        """The state after the last call."""
        return self.final.digest()

    @cached_property
    def made(self) -> Mapping[ReadKey, int]:
        """Reads that succeeded -> the message in which their answer stands.

        Of those made before the task began, the ones that would be answered alike now; what a write answered then
        counts as the read that would answer the same.
        """
        made = self._shown_before()
        for step in self.steps:
            if step.effect == "read" and not step.result.error and step.answer is not None:
                if step.index < self.begin and not self._holds(step):
                    continue
                made.setdefault(step.key, step.answer)
        return made

    def _shown_before(self) -> dict[ReadKey, int]:
        """Returns the reads of the task's proofs whose answer a write gave before the task began."""
        before = (step for step in self.steps if step.index < self.begin and step.effect == "write")
        shown = {step.result.content: step.answer for step in before if step.answer is not None}
        if not shown:
            return {}
        reads = (read for request in self.task.requests for read in request.proof.reachable)
        answers = ((read, self.initial.call(read.tool, read.arguments).content) for read in reads)
        return {folded(read.tool, read.arguments): shown[text] for read, text in answers if text in shown}

    def _holds(self, step: Step) -> bool:
        return self.initial.call(step.call.name, step.call.arguments).content == step.result.content

    @cached_property
    def writes(self) -> tuple[Step, ...]:
        """The task's writes that succeeded."""
        own = (step for step in self.steps if step.index >= self.begin)
        return tuple(step for step in own if step.effect == "write" and not step.result.error)

    @cached_property
    def gold(self) -> tuple[tuple[int, Step | None], ...]:
        """Pairs (number of a write request, the successful write that carries it out)."""
        return tuple(_matched(self.task, self.writes))

    @property
    def own(self) -> Iterator[tuple[int, Message]]:
        """Yields (index, message) of the task's own messages."""
        return zip(range(self.begin, len(self.messages)), self.dialogue.messages, strict=True)

    def text(self, role: str, start: int, stop: int) -> Iterator[tuple[int, str]]:
        """Yields (index, lower-case text) of a role's messages with text in a range."""
        for index in range(max(start, 0), min(stop, len(self.messages))):
            if self.messages[index].role == role and self.low[index]:
                yield index, self.low[index]


def identified(sandbox: Sandbox, result: Result) -> str | None:
    """Returns the row id of the user that an identity tool found: the row it read, or the one person it names."""
    table = sandbox.domain.principal.table
    for read, id_ in reversed(result.rows):
        if read == table:
            return id_
    if isinstance(result.value, str):
        return result.value
    people = sandbox.world.tables.get(table, {})
    named = {text for text in texts(result.value) if text in people}
    return named.pop() if len(named) == 1 else None


def _matched(task: Task, writes: tuple[Step, ...]) -> Iterator[tuple[int, Step | None]]:
    """Exact arguments first, then the same ones in another order, then the same tool."""
    left = list(writes)
    wanted = [(number, request) for number, request in enumerate(task.requests) if request.kind == "write"]
    found: dict[int, Step] = {}
    for same in (operator.eq, _same_unordered, _whatever):
        for number, request in wanted:
            if number in found:
                continue
            for step in left:
                if step.call.name == request.tool and same(step.call.arguments, request.arguments):
                    found[number] = step
                    left.remove(step)
                    break
    for number, _ in wanted:
        yield number, found.get(number)


def _same_unordered(one: Mapping[str, Json], other: Mapping[str, Json]) -> bool:
    return unordered(one) == unordered(other)


def _whatever(one: Mapping[str, Json], other: Mapping[str, Json]) -> bool:
    return True


def unordered(arguments: Mapping[str, Json]) -> dict[str, Json]:
    """Returns arguments with their lists in one order: the same things in another order are the same."""
    return {name: sorted(map(str, value)) if isinstance(value, list) else value for name, value in arguments.items()}


def passed(check: Check) -> Verdict:
    """Returns the verdict of a check that found nothing."""
    return _PASSED.get(check) or _PASSED.setdefault(check, Verdict(check=check, passed=True))


_PASSED: dict[Check, Verdict] = {}


def failed(check: Check, owner: Owner, detail: str) -> Verdict:
    """Returns the verdict of a check that found a fault."""
    return Verdict(check=check, passed=False, owner=owner, detail=detail)


def place(index: int) -> str:
    """Names a message in a detail."""
    return f"message {index}"
