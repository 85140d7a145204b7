"""Second thoughts: what a user could want first and then want otherwise.

A thought is the task's own request with one thing changed that has words: the ordering turned round ("the priciest,
no, the cheapest"), another payment or target of the same kind, another choice from a fixed list ("ordered by mistake",
no, "no longer needed").
"""

from __future__ import annotations

from collections.abc import Iterator, Set
from dataclasses import dataclass

import msgspec
import orjson

from schemas.base import Json
from schemas.program import Filter, Program, column_id
from schemas.task import REVERSED, Request, Task, ignored
from tool_specs.lexicon import Lexicon
from tool_specs.remember import remembered


@dataclass(frozen=True)
class Thought:
    """What is wanted first.

    Attributes:
        request: Number of the task's request.
        role: The role that is told differently first.
        programs: The request's programs with that change.
        fact: Name of the fact that is told differently, or None when a program is.
        value: What is told for it.
    """

    request: int
    role: str
    programs: tuple[Program, ...]
    fact: str | None = None
    value: Json = None


@remembered(2, size=64)
def second_thoughts(task: Task, lexicon: Lexicon) -> list[Thought]:
    """Returns what the user could want first, for all requests that end in a write."""
    found: list[Thought] = []
    for number, request in enumerate(task.requests):
        if request.kind == "write" and request.tool is not None:
            if not request.condition and not request.coupled:  # of other rows neither condition nor budget would hold
                found.extend(_of_programs(number, request, lexicon))
            found.extend(_of_choices(task, number, request, lexicon))
    return found


@remembered(2, size=64)
def revisions(task: Task, lexicon: Lexicon) -> list[Thought]:
    """Returns what the user could want until it sees what that comes to: one condition less, or the other end.

    Only what the proof has shown to come to something else: its live mistakes. Whoever is told the right thing first
    has no reason to ask for another one.
    """
    found: list[Thought] = []
    for number, request in enumerate(task.requests):
        mistakes = {each.mistake for each in request.proof.distractors}
        if request.kind not in ("write", "answer") or request.condition or request.coupled or not mistakes:
            continue
        for place, program in enumerate(request.programs):
            for changed in _revised(request.programs, place, program, mistakes, lexicon):
                programs = (*request.programs[:place], changed, *request.programs[place + 1 :])
                found.append(Thought(number, "answer" if request.kind == "answer" else program.role, programs))
    return found


def later_thoughts(task: Task, lexicon: Lexicon) -> list[Thought]:
    """Returns what could be wanted first of a request while another write is being confirmed.

    No other request may be by the same name, so that one can say which one is put right.
    """
    writes = [number for number, request in enumerate(task.requests) if request.kind == "write"]
    tools = [request.tool for request in task.requests]
    if len(writes) < 2 or any(request.coupled for request in task.requests):
        return []
    return [
        thought
        for thought in second_thoughts(task, lexicon)
        if tools.count(tools[thought.request]) == 1
        and any(other != thought.request and (thought.request, other) not in task.precedence for other in writes)
    ]


def _revised(
    programs: tuple[Program, ...], place: int, program: Program, mistakes: Set[str], lexicon: Lexicon
) -> Iterator[Program]:
    if program.order and program.pick in ("first", "each"):
        for rule in program.where:
            if rule.other is None and ignored(rule) in mistakes:
                yield msgspec.structs.replace(program, where=tuple(each for each in program.where if each is not rule))
        if REVERSED in mistakes:
            yield from _turned(programs, place, program, lexicon)


def _of_programs(number: int, request: Request, lexicon: Lexicon) -> Iterator[Thought]:
    for place, program in enumerate(request.programs):
        for changed in _changed(request.programs, place, program, lexicon):
            programs = (*request.programs[:place], changed, *request.programs[place + 1 :])
            yield Thought(number, program.role, programs)


def _changed(programs: tuple[Program, ...], place: int, program: Program, lexicon: Lexicon) -> Iterator[Program]:
    yield from _turned(programs, place, program, lexicon)
    if program.role == "object":
        return  # another kind of object would often be another request, or none at all
    for index, rule in enumerate(program.where):
        for value in _other_values(programs, place, rule, lexicon):
            # Later filters on values qualify the one that is replaced (a card's digits), so they go with it.
            rest = [later for later in program.where[index + 1 :] if not isinstance(later.value, str)]
            where = (*program.where[:index], msgspec.structs.replace(rule, value=value), *rest)
            yield msgspec.structs.replace(program, where=where)


def _turned(programs: tuple[Program, ...], place: int, program: Program, lexicon: Lexicon) -> Iterator[Program]:
    """Yields a selection with its ordering turned round, if there are words for both ends."""
    if not program.order or program.pick not in ("first", "each"):
        return
    first = program.order[0]
    words = lexicon.columns.get(column_id(programs, place, first.column))
    if words is not None and words.most and words.least:
        turned = msgspec.structs.replace(first, descending=not first.descending)
        yield msgspec.structs.replace(program, order=(turned, *program.order[1:]))


def _other_values(programs: tuple[Program, ...], place: int, rule: Filter, lexicon: Lexicon) -> Iterator[Json]:
    if rule.op != "eq" or rule.other is not None or not isinstance(rule.value, str):
        return
    words = lexicon.columns.get(column_id(programs, place, rule.column))
    for text in words.values if words is not None else ():
        value = orjson.loads(text)
        if isinstance(value, str) and value != rule.value:
            yield value


def _of_choices(task: Task, number: int, request: Request, lexicon: Lexicon) -> Iterator[Thought]:
    words = lexicon.writes.get(request.tool or "")
    # "The cheapest" is by the price in the cabin that was chosen: whoever wants another one wants another flight.
    ordered = {str(part) for program in request.programs for key in program.order for part in key.column}
    for parameter, source in request.sources.items():
        if source.fact is None or parameter not in lexicon.choices or str(task.fact(source.fact)) in ordered:
            continue
        for value in lexicon.choices[parameter]:
            if value != task.fact(source.fact):
                yield Thought(
                    number,
                    words.roles.get(parameter, parameter) if words else parameter,
                    request.programs,
                    source.fact,
                    value,
                )
