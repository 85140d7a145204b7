"""Leaving: a user said good-bye before all was done. Who made the rest impossible?

Whoever was at fault first. The user is, if it leaves while an agent that was right so far waits for what only a user
can give:

    "Shall I renew loan L3?"  "gotta go, bye"          user: a yes to the right details was all that lacked
    "Which loan is it?"       "never mind, bye"        user: the agent asked for what it had not been told
    "Anything else?"          "no, bye"                user, if what is left was never brought up

The agent is in all other cases, whatever else the user has left untold: nobody need go on with a desk that

    wrote something else, or refused what can be done, before the good-bye;
    listed other details than those that are wanted, where the user had told them as they are;
    asked again for what it was told, or for what the user had said it does not have;
    got its yes and did not write, or waited for nothing at all ("Done! Anything else?" with nothing done).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping

from schemas.base import canonical, plain
from schemas.dialogue import Act, Message
from schemas.task import Request
from stages.behaviors.detectors import INTENTS
from stages.validate_dialogues.context import CheckContext, unordered
from stages.validate_dialogues.words import refuses

_GO_AHEAD = re.compile(r"\b(go ahead|proceed|yes/no|confirm|submit|shall i|should i)\b")
_MORE = re.compile(r"\b(?:else|more)\b[^.?!]*\?$")
"""Whether there is more to do: "Shall I look at anything else?" asks for no go-ahead."""


def left_early(context: CheckContext) -> str | None:
    """Returns what the user left lacking, or None where it left nothing or the agent was at fault first."""
    if context.dialogue.ended not in ("user_done", "user_left") or not any(True for _ in _undone(context)):
        return None
    farewell = _farewell(context)
    asked = _last_word(context, farewell)
    lacking = _lacking(context, farewell, asked) if asked is not None else None
    if lacking is None and context.dialogue.ended == "user_left":
        lacking = "the user left before the end"
    return None if lacking is None or _erred(context, farewell) else lacking


def _farewell(context: CheckContext) -> int:
    """Returns where the user said good-bye: behind the last message, where it only left."""
    users = [index for index, message in context.own if message.role == "user"]
    last = users[-1] if users else context.begin
    acts = any(message.acts for _, message in context.own if message.role == "user")
    silent = acts and not any(act.kind == "user_bye" for act in context.messages[last].acts)
    return len(context.messages) if silent and context.dialogue.ended == "user_done" else last


def _last_word(context: CheckContext, farewell: int) -> Message | None:
    before = context.messages[farewell - 1] if farewell > context.begin else None
    return before if before is not None and before.role == "assistant" and not before.tool_calls else None


def _lacking(context: CheckContext, farewell: int, asked: Message) -> str | None:
    """Returns what the agent's last words wait for that only the user can give."""
    answer = context.messages[farewell].acts if farewell < len(context.messages) else ()
    if not asked.acts:
        return _denied(context, farewell, asked.content.lower().rstrip())
    for act in asked.acts:
        if act.kind == "confirm" and not any(each.kind == "affirm" for each in answer) and _wanted(context, act):
            return "the user ended the dialogue instead of confirming what it wants"
        if act.kind == "request" and act.slot not in (None, "intent") and not _answered(context, farewell, act):
            return f"the user left when it was asked for its {act.slot}, which it had not told"
    if any(act.kind == "request" and act.slot == "intent" for act in asked.acts) and not _raised_and_undone(context):
        return "the user left without bringing up all that it wants"
    return None


def _denied(context: CheckContext, farewell: int, question: str) -> str | None:
    """The same for messages without acts: the question for a go-ahead is answered by a no."""
    asks = question.endswith("?") and _MORE.search(question) is None and _GO_AHEAD.search(question) is not None
    denied = farewell < len(context.messages) and refuses(context.low[farewell])
    return "the user ended the dialogue instead of confirming what it wants" if asks and denied else None


def _wanted(context: CheckContext, confirm: Act) -> bool:
    """Whether the details are those of something that is wanted, or of what the user had told otherwise itself."""
    if not isinstance(confirm.value, dict) or not confirm.value:
        return True
    listed = unordered(confirm.value)
    right = any(listed == unordered(request.arguments) for request in context.task.requests)
    return right or _told_otherwise(context)


def _told_otherwise(context: CheckContext) -> bool:
    """Whether something that the user told last is not as it is meant, by its acts."""
    programs = {canonical(plain(program)) for request in context.task.requests for program in request.programs}
    last: dict[tuple[int | None, str | None], bool] = {}
    for _, message in context.own:
        for act in message.acts if message.role == "user" else ():
            program = act.value.get("program") if isinstance(act.value, dict) else None
            if act.kind in ("inform", "correct") and act.slot in context.facts and act.value is not None:
                last[None, act.slot] = act.value != context.facts.get(act.slot or "")
            elif act.kind == "inform" and program is not None:
                last[act.request, act.slot] = canonical(program) not in programs
    return any(last.values())


def _answered(context: CheckContext, farewell: int, asked: Act) -> bool:
    """Whether the user had told what it is asked for, or that it does not have it."""
    identity = {entry.name for entry in context.task.knowledge if entry.identity}
    for index, message in context.own:
        for act in message.acts if message.role == "user" and index < farewell else ():
            if act.kind not in ("inform", "fail_inform"):
                continue
            if asked.slot == "identity" and act.slot in identity:
                return True
            if act.request == asked.request and (act.slot == asked.slot or act.kind == "fail_inform"):
                return True
    return False


def _undone(context: CheckContext) -> Iterator[int]:
    """Yields the numbers of the requests that were not carried out or answered."""
    for number, step in context.gold:
        if step is None:
            yield number
    for number, request in enumerate(context.task.requests):
        if request.kind == "answer":
            told = list(context.text("assistant", context.begin, len(context.messages)))
            if not all(any(context.toolbox.tells(text, value) for _, text in told) for value in request.communicate):
                yield number


def _raised_and_undone(context: CheckContext) -> bool:
    """Whether something was brought up and is not done."""
    requests = context.task.requests
    undone = Counter(requests[number].tool for number in _undone(context))
    wanted = Counter(request.tool for request in requests)
    raised = Counter(tool for tool in _raised(context).values())
    return any(raised[tool] > wanted[tool] - count for tool, count in undone.items())


def _raised(context: CheckContext) -> Mapping[int, str | None]:
    """Returns what was brought up: the place in the order of being raised -> the tool that does it."""
    found: dict[int, str | None] = {}
    for _, message in context.own:
        for act in message.acts if message.role == "user" else ():
            told = act.value if act.kind in INTENTS and isinstance(act.value, dict) else {}
            if act.request is not None and told.get("kind", "unknown") != "unknown":
                found[act.request] = told.get("tool")
    return found


def _erred(context: CheckContext, farewell: int) -> bool:
    """Whether the agent wrote what nobody wants, or refused what can be done, before the good-bye."""
    for step in context.writes:
        wanted = (each for each in context.task.requests if each.tool == step.call.name and each.kind == "write")
        given = unordered(step.call.arguments)
        if step.index < farewell and not any(given == unordered(request.arguments) for request in wanted):
            return True
    refusable = {each.tool for each in context.task.requests if each.kind != "write" or _may_fail(each)}
    raised = _raised(context)
    for index, message in context.own:
        for act in message.acts if message.role == "assistant" and index < farewell else ():
            if act.kind == "refuse" and raised.get(act.request or 0, None) not in refusable:
                return True
    return False


def _may_fail(request: Request) -> bool:
    """Whether something about a write is refused on the way to it: what was told first, or wished for most."""
    return bool(request.condition or request.flaw or any(program.wishes for program in request.programs))
