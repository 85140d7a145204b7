"""Confirmation: did the user say yes to this very write?

A write is confirmed when the assistant's text before the user's last word names each of the write's arguments, and that
last word is a yes. A value is named by itself, by the last four digits of an id, or by what tells its row from the
others beside it: of two cards, "the Visa" names one, "your card" neither. A number is not named where another one of
the same things stands in its place: "5 bags" is not 4, even if the refund takes 4 days.
"""

from __future__ import annotations

import re

from schemas.base import Json
from schemas.dialogue import ToolCall
from schemas.task import Request
from stages.behaviors.misspellings import corrected
from stages.validate_dialogues.context import CheckContext, Step
from stages.validate_dialogues.words import affirms, hedges, leaves, refuses, says_number, stands, tokens
from tool_specs.counting import told_otherwise
from tool_specs.days import days, is_day
from tool_specs.sandbox import Result
from tool_specs.sayings import LAST_DIGITS, features, rows_of

_DIGIT = re.compile(r"\d")
_EXCHANGES = 3
"""How far back the details may have been listed, if nothing was listed since."""


def unconfirmed(context: CheckContext, step: Step) -> str | None:
    """Returns what a write's confirmation lacks, or None."""
    messages = context.messages
    index = step.index - 1
    while index >= 0 and (messages[index].role == "tool" or messages[index].tool_calls):
        if any(context.toolbox.effect(call.name) == "write" for call in messages[index].tool_calls):
            return "the user has said nothing since the write before"
        index -= 1
    if index < 0 or messages[index].role != "user":
        return "the user did not have the last word before the write"
    if not _yes(context, index):
        return f"the user's last word is no yes: {messages[index].content[:60]!r}"
    found: str | None = "nothing was listed"
    for _ in range(_EXCHANGES):
        index -= 1
        if index < 0 or messages[index].role != "assistant" or messages[index].tool_calls:
            break
        found = unlisted(context, step, context.low[index])
        if found is None or any(character.isdigit() for character in context.low[index]):
            return found  # something was listed, so this is what the yes is about
        index -= 1
        while index >= 0 and messages[index].role != "user":
            if any(context.toolbox.effect(call.name) == "write" for call in messages[index].tool_calls):
                return found
            if messages[index].role == "assistant" and not messages[index].tool_calls:
                break
            index -= 1
    return found


def declined_at(context: CheckContext, request: Request) -> int | None:
    """Returns the message that lists a request's details, every one of them, and that the user says no to."""
    for index, _ in context.text("assistant", context.begin, len(context.messages) - 1):
        answer = context.messages[index + 1]
        said_no = any(act.kind in ("withdraw", "negate") for act in answer.acts) or refuses(context.low[index + 1])
        if answer.role == "user" and said_no and lists(context, request, index):
            return index
    return None


def lists(context: CheckContext, request: Request, index: int) -> bool:
    """Whether a message names every detail of a request's write, be it never made."""
    call = ToolCall(id="", name=request.tool or "", arguments=request.arguments)
    step = Step(index, None, call, "write", context.initial, NOT_MADE, context.task.principal)
    return unlisted(context, step, context.low[index]) is None


NOT_MADE = Result("", False, None)
"""Stands for the result of a write that is only listed."""


def _yes(context: CheckContext, index: int) -> bool:
    text = context.low[index]
    kinds = {act.kind for act in context.messages[index].acts}
    if "negate" in kinds:
        return False
    if "affirm" in kinds:
        return affirms(text) or not (refuses(text) or hedges(text))
    return affirms(text) or affirms(corrected(text))  # people type "yse"


def unlisted(context: CheckContext, step: Step, text: str) -> str | None:
    """Returns an argument of a write that a lower-case text does not name, or None."""
    for name, value in step.call.arguments.items():
        wrong = told_otherwise(context.domain.lexicon, step.call.name, step.call.arguments, name, text)
        if wrong is not None:
            return f"{name}={value!r} is not among the details that the user said yes to, which say {wrong}"
        for leaf in leaves(value):
            if leaf in ("", None) or isinstance(leaf, bool) or leaf == step.principal:
                continue
            if not context.toolbox.tells(text, leaf) and not _named(context, step, text, leaf):
                return f"{name}={leaf!r} is not among the details that the user said yes to"
    return None


def _named(context: CheckContext, step: Step, text: str, leaf: Json) -> bool:
    """Whether a text means this value without stating it, and states no other one of its form in its place."""
    if not isinstance(leaf, str) or (is_day(leaf) and days(text)):
        return False
    form = _form(leaf.lower())
    others = [token for token in tokens(text) if len(token) == len(form) and _form(token) == form]
    if others:
        own = {str(each).lower() for value in step.call.arguments.values() for each in leaves(value)}
        if not own.issuperset(others):
            return False
    return _described(context, step, text, leaf)


def _form(token: str) -> str:
    return _DIGIT.sub("0", token)


def _described(context: CheckContext, step: Step, text: str, id_: str) -> bool:
    """Whether a text says enough about a row that was read to tell it from the others beside it."""
    digits = id_[-LAST_DIGITS:]
    if len(id_) > LAST_DIGITS and digits.isdigit() and stands(text, digits):
        return True
    for earlier in context.steps:
        if earlier.index >= step.index:
            break
        if earlier.result.error or id_ not in earlier.result.content:
            continue
        for row, others in rows_of(earlier.result.value, id_):
            told = [leaf for leaf in features(row, id_) if _mentions(context, text, leaf)]
            if told and not any(all(leaf in features(other, id_) for leaf in told) for other in others):
                return True
    return False


def _mentions(context: CheckContext, text: str, leaf: Json) -> bool:
    if isinstance(leaf, str):
        return bool(leaf) and context.toolbox.tells(text, leaf)
    return says_number(text, leaf)
