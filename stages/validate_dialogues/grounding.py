"""Grounding: nothing that the agent does or says comes out of thin air.

An argument's leaves stand in what the user said or a tool answered before, or the tool's schema lists them. Ids and
amounts in the agent's texts do too, amounts also in the policy; an amount may be worked out as well: the sum or
difference of two that were said, a few times one of them, of amounts in the same message, or of the numbers of all rows
that the message names by their ids; or be that of a write that the message lists and that would go through so. What is
stated of a row is that row's (`statements`).
Not promised: that a number was worked out from the right ones.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import combinations

import orjson

from schemas.base import Json
from schemas.dialogue import ToolCall
from schemas.verdict import Verdict
from stages.validate_dialogues.confirmation import lists
from stages.validate_dialogues.context import CheckContext, Step, failed, passed, place
from stages.validate_dialogues.statements import misplaced, out_of_order
from stages.validate_dialogues.words import amounts, cents, leaves, numbers, objects, says_number, says_text, tokens
from tool_specs.days import is_day, says_day, whole_day
from tool_specs.remember import remembered

_EXPRESSION = re.compile(r"[\d\s.+\-*/()%,]+")
_SMALL = 100 * 100
"""In hundredths: whole numbers up to here may stand in an expression without a source (counts, per cent)."""
_MOST_TERMS = 8
_MOST_ROWS = 12
_MOST_TIMES = 9
"""Of an amount per piece: "3 bags at $50 make $150"."""


class Known:
    """What has been said by the user and answered by tools so far.

    Attributes:
        stated: amounts that were said so far or stand in the policy, in cents: what others are worked out from.
    """

    def __init__(self, context: CheckContext) -> None:
        self._context = context
        self._declared = context.toolbox.declared
        self.said = ""
        self.answers: list[str] = []
        self._values: list[Json] = []
        self._fresh: list[Json] = []
        self._fresh_said: list[str] = []
        self._numbers: set[int] = set(context.toolbox.prices)
        self._found: set[str] = set()
        self.stated: set[int] = set(context.toolbox.prices)

    def hear(self, text: str) -> None:
        """Adds what the user said."""
        self.said = f"{self.said}\n{text}"
        self._fresh_said.append(text)
        self.stated.update(amounts(text))

    def tell(self, text: str) -> None:
        """Adds what the agent said before the task began: amounts that others are worked out from."""
        self.stated.update(amounts(text))

    def learn(self, step: Step) -> None:
        """Adds what a tool answered. Errors are news about the call, not about the world."""
        if not step.result.error:
            self.answers.append(step.result.content)
            self._fresh.append(step.result.value)
            self._values.append(step.result.value)
            if step.call.name in self._context.domain.views:  # what is derived from an answer is known with it
                self.answers.append(orjson.dumps(step.result.value).decode())
                self._values.append(step.result.value)

    @property
    def numbers(self) -> set[int]:
        """All numbers so far, in hundredths. Brought up to date only when somebody asks."""
        for value in self._fresh:
            self._numbers |= _numbers_in(value)
        for text in self._fresh_said:
            self._numbers.update(numbers(text))
        self._fresh.clear()
        self._fresh_said.clear()
        return self._numbers

    def has(self, value: Json) -> bool:
        """Whether a scalar is known."""
        if isinstance(value, str):
            if value not in self._found and self._stands(value):
                self._found.add(value)  # and is known from now on
            return value in self._found
        if isinstance(value, bool) or value is None:
            return True
        return cents(value) in self.numbers or says_number(self.said, value)

    def each(self) -> Iterator[tuple[str, frozenset[int]]]:
        """Yields all answers so far, each with its numbers in hundredths."""
        for answer, value in zip(self.answers, self._values, strict=True):
            yield answer, _numbers_in(value)

    def _stands(self, value: str) -> bool:
        if not value or says_text(self.said, value) or self._answered(value) or self._pieced_together(value):
            return True
        return is_day(value) and says_day(self.said, value)

    def has_word(self, token: str) -> bool:
        """Whether an id is known, be it as the end of a longer one, or a day as that of a time or written otherwise."""
        if token.lower() in self.said or any(_ends_there(answer, token) for answer in self.answers):
            return True
        return any(
            says_day(self.said, day) or any(f'"{day}"' in answer or f'"{day}T' in answer for answer in self.answers)
            for day in whole_day(token)
        )

    def has_amount(self, amount: int, others: list[int], ids: list[str]) -> bool:
        """Whether an amount is known or follows from known ones: others of a message, or those of rows it names."""
        known = self.numbers
        if amount in known:
            return True
        rest = [other for other in others if other != amount and other in known][:_MOST_TERMS]
        near = self.stated.union(rest)
        if any(amount - one in near or amount + one in near for one in near):
            return True
        if any(amount % times == 0 and amount // times in near for times in range(2, _MOST_TIMES + 1)):
            return True
        sums = {0}
        for term in rest:
            sums |= {one + term for one in sums} | {one - term for one in sums}
        return amount in sums or any(amount - one in near for one in sums) or amount in self._totals(ids)

    def _totals(self, ids: list[str]) -> set[int]:
        """All sums, each term with either sign, of one number of each of two or of all rows with these ids."""
        terms: dict[str, set[int]] = {id_: set() for id_ in ids}
        for answer, value in zip(self.answers, self._values, strict=True):
            if not any(id_ in answer for id_ in terms):
                continue
            for row in objects(value):
                for each in row.values():
                    if type(each) is str and each in terms:
                        terms[each].update(cents(number) for number in row.values() if type(number) in (int, float))
        own = [terms[id_] for id_ in ids if terms[id_]][:_MOST_ROWS]
        pairs = {abs(a + sign * b) for one, two in combinations(own, 2) for a in one for b in two for sign in (1, -1)}
        sums = {0}
        for numbers_ in own:
            sums = {one + sign * term for one in sums for term in numbers_ for sign in (1, -1)}
        return sums | pairs

    def _answered(self, value: str) -> bool:
        quoted = orjson.dumps(value).decode()
        for answer in self.answers:
            start = answer.find(quoted)
            while start >= 0:
                # A declared name of a property is no datum; a key of a collection (a row's id) is.
                if answer[start + len(quoted) : start + len(quoted) + 1] != ":" or value not in self._declared:
                    return True
                start = answer.find(quoted, start + 1)
            if answer == value:
                return True
        return False

    def _pieced_together(self, value: str) -> bool:
        """An e-mail address whose parts the user gave one after the other."""
        name, at, host = value.partition("@")
        return bool(at) and says_text(self.said, name) and host.lower() in self.said


@remembered(1)
def _numbers_in(value: Json) -> frozenset[int]:
    """Returns the numbers of an answer; the same rows are read in many dialogues."""
    found: set[int] = set()
    _collect(value, found)
    return frozenset(found)


def _collect(value: Json, into: set[int]) -> None:
    kind = type(value)
    if kind is dict:
        for each in value.values():
            if type(each) is not str:
                _collect(each, into)
    elif kind is list:
        into.add(len(value) * 100)
        for each in value:
            _collect(each, into)
    elif kind is float or kind is int:
        into.add(abs(round(value * 100)))
    elif kind is str and len(value) < 16 and value.replace(".", "", 1).replace("-", "", 1).isdigit():
        into.add(cents(float(value)))  # what a calculator answers


def _ends_there(answer: str, token: str) -> bool:
    start = answer.find(token)
    while start >= 0:
        end = start + len(token)
        if not answer[end : end + 1].isalnum():
            return True
        start = answer.find(token, start + 1)
    return False


def grounding(context: CheckContext) -> Verdict:
    """Each argument, and each id and amount that the agent states, has a source."""
    known = Known(context)
    steps = iter(context.steps)
    waiting: list[Step] = []
    checked: set[str | int] = set()
    told = _answers(context)
    for index, message in enumerate(context.messages):
        if message.role == "user":
            known.hear(context.low[index])
        elif message.role == "tool":
            if waiting:
                known.learn(waiting.pop(0))
        elif message.tool_calls:
            for call in message.tool_calls:
                waiting.append(next(steps))
                if index < context.begin:
                    continue
                for what in _ungrounded(context, known, call):
                    return failed("grounding", "agent", f"{place(index)}: {call.name}: {what}")
        elif index < context.begin:
            checked.update(tokens(message.content))  # whoever said it, it has been said
            known.tell(message.content)
        else:
            for what in _unfounded(context, index, known, checked, told):
                return failed("grounding", "agent", f"{place(index)}: {what}")
    return passed("grounding")


def _ungrounded(context: CheckContext, known: Known, call: ToolCall) -> Iterator[str]:
    generic = context.toolbox.effect(call.name) == "generic"
    follows = context.domain.follows.get(call.name, {})
    for name, value in call.arguments.items():
        listed = context.toolbox.enums.get((call.name, name), frozenset())
        for leaf in leaves(value):
            if str(leaf) in listed or known.has(leaf):
                continue
            if name in follows and isinstance(leaf, (int, float)):
                continue  # worked out by a rule of the domain: the outcome shows whether rightly
            if generic and isinstance(leaf, str):
                yield from _unfounded_text(known, name, leaf)
            else:
                yield f"{name}={leaf!r} stands in nothing that the user said or a tool answered before"


def _unfounded_text(known: Known, name: str, text: str) -> Iterator[str]:
    if _EXPRESSION.fullmatch(text):
        for number in numbers(text):
            if number not in known.numbers and not (number <= _SMALL and number % 100 == 0):
                yield f"{name}: {number / 100} stands in nothing that was said or answered before"
        return
    for token in tokens(text):
        if not known.has_word(token):
            yield f"{name} mentions {token!r}, which stands in nothing that was said or answered before"


def _unfounded(
    context: CheckContext, index: int, known: Known, checked: set[str | int], told: frozenset[int]
) -> Iterator[str]:
    text = context.messages[index].content
    for token in tokens(text):
        if token not in checked:
            if not known.has_word(token):
                yield f"the agent states {token!r}, which the user never said and no tool answered"
            checked.add(token)
    stated = amounts(text)
    for amount in stated:
        if amount not in checked:
            if not (amount in told or known.has_amount(amount, stated, tokens(text)) or _lists(context, index, amount)):
                yield f"the agent states the amount {amount / 100:,.2f}, which follows from nothing before"
            checked.add(amount)
            known.stated.add(amount)
    if stated and text not in checked:
        yield from misplaced(text, known.each())
        yield from out_of_order(text)
        checked.add(text)


def _lists(context: CheckContext, index: int, amount: int) -> bool:
    """Whether a message lists a write that would go through, with this amount by a rule of the domain or in its answer.

    Be it never made: what the user wanted at first has its price, too.
    """
    meant = [act.value for act in context.messages[index].acts if act.kind == "confirm" and isinstance(act.value, dict)]
    state = next((step.before for step in context.steps if step.index > index), context.final)
    for request in (request for request in context.task.requests if request.tool):
        for arguments in [*meant, *([request.arguments] if lists(context, request, index) else [])]:
            answer = state.fork().call(request.tool or "", arguments)
            worked_out = [arguments.get(name) for name in context.domain.follows.get(request.tool or "", {})]
            if not answer.error and amount in _amounts_of([*worked_out, answer.value]):
                return True
    return False


def _amounts_of(values: Iterable[Json]) -> frozenset[int]:
    every = (leaf for value in values for leaf in leaves(value))
    return frozenset(cents(leaf) for leaf in every if isinstance(leaf, (int, float)) and not isinstance(leaf, bool))


def _answers(context: CheckContext) -> frozenset[int]:
    """Amounts that answer the user's question or follow from it; whether rightly is other checks' business."""
    found: list[Json] = []
    for request in context.task.requests:
        found += request.communicate
        follows = context.domain.follows.get(request.tool or "", {})
        found += [value for name, value in request.arguments.items() if name in follows]
    return _amounts_of(found)
