"""The way back: what a reader can recover from a text, and what is missing in it.

    missing(words, task, text) -> ["request 0: filter get_order_details.status delivered"]

The reader knows the lexicon and nothing of how the text was made. Each meaning of a task needs a place of its own in
the text: "the cheapest" said once does not tell two orderings. Not promised: reading words that no lexicon has.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import orjson

from schemas.base import Json
from schemas.program import At, Call, Condition, Filter, OrderKey, Program, column_id
from schemas.task import Request, Task
from tool_specs.lexicon import Lexicon, Texts
from tool_specs.phrasing.budgets import borrowed, budget_of, said_texts
from tool_specs.phrasing.columns import column_words, fill_value, name_noun
from tool_specs.phrasing.columns import said_texts as amounts_or_values
from tool_specs.phrasing.conditions import only_if_texts
from tool_specs.phrasing.differences import question_texts
from tool_specs.phrasing.english import plural
from tool_specs.phrasing.finders import Finder, Span, datum, literals, spans_of, template
from tool_specs.phrasing.roles import joint, original, question_key
from tool_specs.phrasing.wishes import NEXT, OTHERWISE

Meaning = tuple[Json, ...]
"""`("intent", tool)`, `("filter", column, value)`, `("order", column, descending)`, `("fact", name)`, ..."""


@dataclass(frozen=True)
class Demand:
    """One thing that a text must tell: any of these, at a place of its own (`shared`: anywhere)."""

    meaning: Meaning
    place: str
    patterns: tuple[Finder, ...]
    shared: bool = False


def recover(words: Lexicon, text: str, task: Task) -> set[Meaning]:
    """Returns the meanings that stand in a text: the task's own, and whatever else the lexicon has phrases for."""
    found = {demand.meaning for demand in demands(words, task) if spans_of(demand.patterns, text)}
    found.update(meaning for meaning, patterns in _phrases(words) if spans_of(patterns, text))
    return found


def missing(words: Lexicon, task: Task, text: str) -> list[str]:
    """Returns what a reader could not recover from a text: facts, filters, orderings and what is wanted."""
    return [f"{each.place}: {' '.join(map(str, each.meaning))}" for each in untold(demands(words, task), text)]


def untold(wanted: Sequence[Demand], text: str) -> list[Demand]:
    """Returns the demands that have no place of their own in a text."""
    spans = [spans_of(demand.patterns, text) for demand in wanted]
    owner: dict[Span, int] = {}
    lacking = []
    for number, demand in enumerate(wanted):
        told = bool(spans[number]) if demand.shared else _placed(number, spans, owner, set())
        if not told:
            lacking.append(demand)
    return lacking


def all_told(wanted: Sequence[Demand], text: str) -> bool:
    """Whether every demand has a place of its own in a text; most texts lack the first one already."""
    spans: list[list[Span]] = []
    for demand in wanted:
        found = spans_of(demand.patterns, text)
        if not found:
            return False
        spans.append(found)
    owner: dict[Span, int] = {}
    return all(demand.shared or _placed(number, spans, owner, set()) for number, demand in enumerate(wanted))


def _placed(number: int, spans: Sequence[Sequence[Span]], owner: dict[Span, int], tried: set[Span]) -> bool:
    """Gives a demand a place of its own, moving others where they have another one; says whether it has one now."""
    for span in spans[number]:
        if span in tried:
            continue
        tried.add(span)
        if span not in owner or _placed(owner[span], spans, owner, tried):
            owner[span] = number
            return True
    return False


def demands(words: Lexicon, task: Task) -> list[Demand]:
    """Returns everything that the words of a task must tell."""
    found: list[Demand] = []
    for entry in task.knowledge:
        found.extend(fact_demands(words, task.requests, entry.name, entry.value))
    for number, request in enumerate(task.requests):
        place = f"request {number}"
        found.append(intent_demand(words, request, place))
        elsewhere = borrowed(request) | _told_before(request)
        for at in [at for at in range(len(request.programs)) if at not in elsewhere]:
            found.extend(_selection(words, request, at, place))
        for parameter in request.sources:
            demand = original_demand(words, request, parameter, place)
            found.extend([demand] if demand is not None and demand not in found else [])
        if request.condition:
            found.append(condition_demand(words, request, request.condition, place))
        for program in request.programs:
            found.extend(_names(words, program, place))
    found.extend(_budget(words, task))
    return found


def intent_demand(words: Lexicon, request: Request, place: str = "", *, anyhow: bool = False) -> Demand:
    """Returns what tells that a request is wanted at all; `anyhow`: be it without any details."""
    texts = _intent_texts(words, request)
    if anyhow and request.kind != "answer" and request.tool is not None:
        own = words.writes[request.tool]
        texts = (*own.joint, *own.ask, *own.topic)
    return Demand(_intent(request), place, tuple(template(text) for text in texts))


def program_demands(words: Lexicon, request: Request, at: int, place: str = "") -> list[Demand]:
    """Returns what tells one selection of a request: filters, wishes, orderings, names."""
    return [*_selection(words, request, at, place), *_names(words, request.programs[at], place)]


def fact_demands(words: Lexicon, requests: Sequence[Request], name: str, value: Json) -> list[Demand]:
    """Returns what tells a fact: each of its values, as it is or in the lexicon's words for a choice."""
    found = []
    for each in _said(value):
        if each not in ("", None):
            chosen = _choices(words, requests, name, str(each))
            # A bare "yes" tells nothing where there are words for what it is about.
            bare = () if chosen and str(each).lower() in ("yes", "no") else (datum(str(each)),)
            patterns = (*bare, *chosen)
            found.append(Demand(("fact", name), "knowledge", patterns, shared=True))
    return found


def original_demand(words: Lexicon, request: Request, parameter: str, place: str = "") -> Demand | None:
    """Returns what tells that an argument is "the one already there"; None where it comes from elsewhere."""
    bind = request.sources[parameter].bind
    if bind is None or request.tool is None:
        return None
    column = column_id(request.programs, bind.program, bind.column)
    texts = original(words, request.programs, bind)
    if not texts:
        return None
    role = words.writes[request.tool].roles.get(parameter, parameter)
    meaning = ("original", role, column.rpartition(".")[0] if column not in words.originals else column)
    return Demand(meaning, place, tuple(template(text) for text in texts), shared=True)


def condition_demand(words: Lexicon, request: Request, condition: Condition, place: str = "") -> Demand:
    """Returns what tells that a write is wanted only on a condition."""
    texts = only_if_texts(words, request.programs, condition)
    column = column_id(request.programs, condition.bind.program, condition.bind.column)
    return Demand(("condition", column, condition.above), place, tuple(template(text) for text in texts))


def _selection(words: Lexicon, request: Request, at: int, place: str) -> Iterator[Demand]:
    program = request.programs[at]
    for rule in program.where:
        meaning_and_texts = _filter(words, request, at, rule)
        if meaning_and_texts is not None:
            yield Demand(meaning_and_texts[0], place, literals(meaning_and_texts[1]))
    yield from _wishes(words, request, at, place)
    for key in program.order:
        yield Demand(*_order(words, request, at, key, place))


def _told_before(request: Request) -> frozenset[int]:
    """Returns the programs of the other branch of a condition that the first one has told: what both are about."""
    condition = request.condition
    return frozenset((condition.bind.program,) if condition and condition.branch == "otherwise" else ())


def _budget(words: Lexicon, task: Task) -> Iterator[Demand]:
    """Yields the limit of a budget and what goes first, once for all requests under it."""
    programs = task.requests[-1].programs if task.requests else ()
    if budget_of(programs) is not None:
        for what, texts in zip(("limit", "first"), said_texts(words, programs), strict=True):
            yield Demand(("budget", what), "budget", tuple(template(text) for text in texts))


def _said(value: Json) -> Iterator[Json]:
    """Yields what a fact says: of a list each element, of objects each value."""
    for each in value if isinstance(value, list) else [value]:
        yield from each.values() if isinstance(each, dict) else [each]


def _intent(request: Request) -> Meaning:
    if request.kind == "answer":
        return ("question", question_key(request))
    if request.tool is None:
        return ("out_of_scope", request.refusal.request if request.refusal else "")
    return ("intent", request.tool)


def _intent_texts(words: Lexicon, request: Request) -> Texts:
    if request.kind == "answer":
        return question_texts(words, question_key(request))
    if request.tool is None:
        return words.out_of_scope.get(request.refusal.request, ()) if request.refusal else ()
    own = words.writes[request.tool]
    # Where two roles are told as one, other words of the request do not tell them.
    return own.joint if joint(words, request) is not None else (*own.ask, *own.topic)


def _filter(words: Lexicon, request: Request, number: int, rule: Filter) -> tuple[Meaning, Texts] | None:
    column = column_id(request.programs, number, rule.column)
    own = column_words(words, column)
    if rule.other is not None:
        # Whoever swaps a thing wants another one: that goes without saying.
        if request.tool is not None and request.programs[number].role == "target":
            return None
        return ("other", column), own.any_value if own else ()
    if own is None:
        return ("filter", column, _plain(rule.value)), ()
    texts, slotted = amounts_or_values(own, rule.value)
    filled = tuple(fill_value(text, rule.value, column, own) for text in texts) if slotted else texts
    wholes = tuple(text for text in filled if text.startswith(("my ", "the ")))
    if wholes:  # other filters stand inside: "my Visa credit card"
        return ("filter", column, _plain(rule.value)), tuple(text.partition(" ")[2] for text in wholes)
    if own.kind == "text":
        filled = (*filled, *(plural(text) for text in filled))
    return ("filter", column, _plain(rule.value)), filled


def _order(
    words: Lexicon, request: Request, number: int, key: OrderKey, place: str
) -> tuple[Meaning, str, tuple[Finder, ...]]:
    column = column_id(request.programs, number, key.column)
    own = column_words(words, column)
    texts = (own.most if key.descending else own.least) if own else ()
    return ("order", column, key.descending), place, literals(texts)


def _wishes(words: Lexicon, request: Request, number: int, place: str) -> Iterator[Demand]:
    """Yields what each wish is, and with each that something else will do: the ordering is said again there."""
    program = request.programs[number]
    for wish in program.wishes:
        told = _filter(words, request, number, wish)
        if told is not None:
            yield Demand(("wish", *told[0][1:]), place, literals(told[1]))
        yield Demand(*_order(words, request, number, program.order[0], place))
    if program.wishes:
        frames = OTHERWISE if len(program.wishes) == 1 else NEXT
        yield Demand(("otherwise", number), place, tuple(template(frame) for frame in frames))


def _names(words: Lexicon, program: Program, place: str) -> Iterator[Demand]:
    """Yields the names that a path itself holds: `types["T-Shirt"]`."""
    for step in program.steps:
        for operand in step.arguments.values() if isinstance(step, Call) else ():
            if isinstance(operand, At) and len(operand.path) > 1 and str(operand.path[-1])[:1].isupper():
                name = name_noun(words, str(operand.path[-1]))
                yield Demand(("name", str(operand.path[-1])), place, literals((name, plural(name))))


def _choices(words: Lexicon, requests: Sequence[Request], name: str, value: str) -> tuple[Finder, ...]:
    for request in requests:
        for parameter, source in request.sources.items():
            if source.fact == name:
                return literals(words.choices.get(parameter, {}).get(value, ()))
    return ()


def _plain(value: Json) -> Json:
    return value if isinstance(value, (str, int, float, bool)) else str(value)


_TABLES: dict[int, tuple[Lexicon, list[tuple[Meaning, tuple[Finder, ...]]]]] = {}


def _phrases(words: Lexicon) -> list[tuple[Meaning, tuple[Finder, ...]]]:
    """Returns every meaning that the lexicon has fixed phrases for, compiled once per lexicon."""
    held = _TABLES.get(id(words))
    if held is not None and held[0] is words:
        return held[1]
    table: list[tuple[Meaning, tuple[Finder, ...]]] = []
    for column, own in words.columns.items():
        for value, texts in own.values.items():
            table.append((("filter", column, orjson.loads(value)), literals(texts)))
        for descending, texts in ((True, own.most), (False, own.least)):
            table.append((("order", column, descending), literals(texts)))
    for tool, write in words.writes.items():
        table.append((("intent", tool), tuple(template(text) for text in (*write.ask, *write.topic, *write.joint))))
    for key, texts in words.questions.items():
        table.append((("question", key), tuple(template(text) for text in texts)))
    for key, texts in words.out_of_scope.items():
        table.append((("out_of_scope", key), literals(texts)))
    _TABLES[id(words)] = (words, table)
    return table
