"""Noticing: before a write whose request was told wrongly or incompletely first, the agent noticed and said so.

    conflict    all that the wrong words could mean was read, then the agent said that nothing is like that
    omission    rows that fit the incomplete words were read, two at least, then the agent asked which one is meant
    ask_first   the agent asked for what no read gives, and was told it

An agent that gets to the right call without that was lucky, or was helped by a user who put things right unasked.
Acts say what a message means; a message without acts counts as a question by its question mark.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from schemas.base import Json, canonical, plain
from schemas.dialogue import Message
from schemas.task import Flaw, Request
from stages.validate_dialogues.confirmation import unlisted
from stages.validate_dialogues.context import CheckContext, Step
from stages.validate_dialogues.prepared import answer_of, folded
from tool_specs.programs import MISSING, ReadAsk, run


def unnoticed(context: CheckContext, request: Request, step: Step) -> str | None:
    """Returns what the agent did not notice before a write, or None."""
    flaw = request.flaw
    if not flaw:
        return None
    if flaw.kind == "ask_first":
        return _unasked(context, request, flaw, step)
    what = "that nothing is as told" if flaw.kind == "conflict" else "that several are as told"
    said = [index for index in _answered(context, request, flaw, step) if _speaks_up(context, index, step)]
    if not said:
        return f"written without noticing {what}"
    if not any(_shown(context, request, flaw, index) for index in said):
        return f"said {what} before reading what shows it"
    return None


def _unasked(context: CheckContext, request: Request, flaw: Flaw, step: Step) -> str | None:
    for index in _answered(context, request, flaw, step):
        asked = context.messages[index]
        by_act = any(act.kind == "request" and act.slot == flaw.role for act in asked.acts)
        if by_act or (not asked.acts and "?" in asked.content):
            return None
    return f"written without asking for the {flaw.role}"


def _answered(context: CheckContext, request: Request, flaw: Flaw, step: Step) -> Iterator[int]:
    """Yields the agent's message that the user answered by telling the role as it is meant, for the first time."""
    told = any(act.kind == "inform" for _, message in context.own if message.role == "user" for act in message.acts)
    last: int | None = None
    for index in range(context.begin, step.index):
        message = context.messages[index]
        if message.role == "assistant" and not message.tool_calls:
            last = index
        elif message.role == "user" and last is not None:
            if not told:
                yield last  # nobody says which answer it was
            elif _tells_meant(context, message, request, flaw):
                yield last
                return
        elif message.role == "user" and _tells_meant(context, message, request, flaw):
            return  # told before anybody could ask


def _tells_meant(context: CheckContext, message: Message, request: Request, flaw: Flaw) -> bool:
    """Whether a message tells the role as it is meant, by its acts."""
    own = [act for act in message.acts if act.kind == "inform" and act.slot == flaw.role and _is_told(act.value)]
    stated = {act.slot: act.value for act in message.acts if act.kind == "inform" and act.slot in flaw.facts}
    if any(name in context.facts and value != context.facts[name] for name, value in stated.items()):
        return False
    return bool(own) and all(_meant(request, act.value) for act in own)


def _is_told(value: Json) -> bool:
    return isinstance(value, dict) and "binds" in value


def _meant(request: Request, told: Mapping[str, Any]) -> bool:
    program = told.get("program")
    # As text: what was read from a file has lists where a dialogue that was just made has tuples.
    return program is None or canonical(program) == canonical(plain(request.programs[told["number"]]))


def _speaks_up(context: CheckContext, index: int, step: Step) -> bool:
    """Whether a message says that something is wrong with what was told, or asks; a list of details does neither."""
    message = context.messages[index]
    if message.acts:
        return any(act.kind == "response_fail" for act in message.acts)
    return "?" in message.content and unlisted(context, step, context.low[index]) is not None


def _shown(context: CheckContext, request: Request, flaw: Flaw, stop: int) -> bool:
    """Whether what was read before a message shows what is wrong."""
    unread = False

    def read(ask: ReadAsk) -> Any:
        nonlocal unread
        made = context.made.get(folded(ask.tool, ask.arguments))
        if ask.tool in context.domain.identity_tools or (made is not None and made < stop):
            return answer_of(context.initial, ask)
        unread = True
        return MISSING

    number = next(n for n, program in enumerate(flaw.programs) if program != request.programs[n] or flaw.facts)
    selection = run(flaw.programs[: number + 1], {**context.facts, **flaw.facts}, read)
    picked = selection.picked[number]
    return len(picked) > 1 if flaw.kind == "omission" else not picked and not unread
