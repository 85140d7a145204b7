"""Whether a request has words at all: what has none cannot be asked for, and the generator leaves it out."""

from __future__ import annotations

from schemas.program import Program, column_id
from schemas.task import Request
from tool_specs.lexicon import Lexicon
from tool_specs.phrasing import budgets
from tool_specs.phrasing.budgets import budget_of
from tool_specs.phrasing.columns import column_words, value_texts
from tool_specs.phrasing.conditions import nameable
from tool_specs.phrasing.differences import question_texts
from tool_specs.phrasing.meaning import levels, outside
from tool_specs.phrasing.roles import joint, parameters_of, question_key, roles, rules_of
from tool_specs.phrasing.together import fitting
from tool_specs.phrasing.wishes import sayable


def phrasable(words: Lexicon, request: Request) -> str | None:
    """Returns what of a request has no words, or None."""
    if request.kind == "answer":
        key = question_key(request)
        if not question_texts(words, key):
            return f"question {key}"
        if _picks_a_position(words, key):
            return f"position in {key}"
        if _lumps_together(words, request):
            return f"{key} of different things"
    elif request.tool is not None:
        if request.tool not in words.writes:
            return f"write {request.tool}"
        both = joint(words, request)
        if both is not None and not fitting(words, both, words.writes[request.tool].joint):
            return f"joint roles of {request.tool}"
        for role in roles(words, request):
            if not _sayable(words, request, role):
                return f"role {role} of {request.tool}"
    elif request.refusal is not None and request.refusal.request not in words.out_of_scope:
        return f"out of scope {request.refusal.request}"
    if request.condition and not nameable(
        words, request.programs, request.condition.bind.program, request.condition.bind.column
    ):
        return f"condition of {request.tool}"
    for number, rule in rules_of(request):
        column = column_id(request.programs, number, rule.column)
        own = column_words(words, column)
        if rule.other is not None:
            if rule.op != "ne" or own is None or own.kind != "id" or not own.any_value:
                return f"comparison of {column}"
        elif rule.op != "eq" or own is None or not value_texts(own, rule.value)[0]:
            return f"filter {column} {rule.op} {rule.value!r}"
    for number, program in enumerate(request.programs):
        reason = _unordered(words, request.programs, number, program)
        if reason is not None:
            return reason
        if program.wishes and not sayable(words, request.programs, number):
            return f"wishes of program {number}"
    if budget_of(request.programs) is not None and not budgets.sayable(words, request.programs):
        return f"budget of {request.tool}"
    return None


def _picks_a_position(words: Lexicon, key: str) -> bool:
    """Whether a column stands in the n-th of rows that have a noun: "the item of the order" says nothing of which."""
    parts = key.rpartition(":")[2].split(".")
    return any(part.isdigit() and f"{'.'.join(parts[:place])}.*" in words.rows for place, part in enumerate(parts))


def _lumps_together(words: Lexicon, request: Request) -> bool:
    """Whether rows of different things are one answer: nobody asks how many versions all their things have."""
    bind = next(iter(request.sources.values())).bind
    if bind is None:
        return False
    every = levels(words, request.programs, bind.program)
    far = outside(words, request.programs, bind.program, every[-1].name) if every else None
    if far is None:
        return False
    places = {level.name: level.place for level in every}
    for rule in request.programs[bind.program].where:
        own = column_words(words, column_id(request.programs, bind.program, rule.column))
        if own is not None and own.kind == "text" and places.get(str(rule.column[0]), far.place + 1) <= far.place:
            return False
    return True


def _unordered(words: Lexicon, programs: tuple[Program, ...], number: int, program: Program) -> str | None:
    for key in program.order:
        column = column_id(programs, number, key.column)
        own = column_words(words, column)
        if own is None or not (own.most if key.descending else own.least):
            return f"order by {column} {'descending' if key.descending else 'ascending'}"
    if (program.where or program.order) and not levels(words, programs, number):
        return f"rows of program {number}"
    return None


def _sayable(words: Lexicon, request: Request, role: str) -> bool:
    own = words.writes[request.tool or ""]
    slot = f"{{{role}}}"
    if not any(slot in text for text in (*own.ask, *own.say.get(role, ()))):
        return False
    parameters = parameters_of(words, request, role)
    stated = [name for name, source in parameters.items() if source.fact is not None]
    # Parameters that are told together and stated literally need a phrase for the whole.
    return len(stated) < 2 or role in words.facts
