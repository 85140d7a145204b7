"""Guards: identity first, one user only, a yes before each write, refusals, and the rules of the domain."""

from __future__ import annotations

import re
from collections.abc import Iterator

from schemas.base import Json
from schemas.task import Request
from schemas.verdict import Verdict
from stages.validate_dialogues.confirmation import unconfirmed
from stages.validate_dialogues.context import CheckContext, Step, failed, identified, passed, place
from tool_specs.domain import GuardContext

_REFUSAL = re.compile(
    r"\b(can ?not|can.?t|unable|not able|not possible|impossible|sorry|afraid|unfortunately|won.?t|"
    r"not allowed|isn.?t allowed|don.?t allow|doesn.?t allow|not permitted|no longer possible|only|"
    r"has to stay|too late|out of my hands|transferred|"
    r"(?:isn.?t|aren.?t|wasn.?t|not|no longer) (?:be )?(?:possible|eligible|available|refundable|an option)|ineligible|"
    r"non-?refundable|(?:doesn.?t|don.?t|does not|do not) (?:qualify|permit|meet)|(?:against|outside) (?:our|the) \w+|"
    r"declin(?:e|ed)|(?:must|needs? to|have to|has to) (?:remain|stay|decline))\b"
)


def guards(context: CheckContext) -> Verdict:
    """No rule of the policy is broken."""
    for index, what in _broken(context):
        return failed("guards", "agent", f"{place(index)}: {what}")
    return passed("guards")


def _broken(context: CheckContext) -> Iterator[tuple[int, str]]:
    domain = context.domain
    writes: list[tuple[str, dict[str, Json]]] = []
    said: list[str] = []
    spoken, until = "", 0
    for step in context.steps:
        call = step.call
        new = [message.content for message in context.messages[until : step.index + 1] if message.role == "user"]
        if new:
            said += new
            spoken = "\n".join(said)
        until = step.index + 1
        if step.index >= context.begin:
            yield from _identity(context, step)
            missing = unconfirmed(context, step) if step.effect == "write" else ""
            if step.effect == "write" and missing is not None:
                yield step.index, f"{call.name}: {missing}"
            heard = GuardContext(
                sandbox=step.before,
                principal_id=step.principal,
                confirmed=missing is None,
                writes=tuple(writes),
                spoken=spoken,
            )
            for name, words in domain.violations(heard, call.name, call.arguments):
                yield step.index, f"rule {name}: {words}"
        if step.effect == "write" and not step.result.error:
            writes.append((call.name, call.arguments))
    for number, request in enumerate(context.task.requests):
        if request.kind == "refuse":
            for what in _not_refused(context, request):
                yield len(context.messages) - 1, f"request {number}: {what}"


def _identity(context: CheckContext, step: Step) -> Iterator[tuple[int, str]]:
    identity = context.domain.identity_tools
    if not identity or step.effect == "generic":
        return
    if step.call.name in identity:
        if not step.result.error:
            found = identified(context.initial, step.result)
            if found != context.task.principal:
                yield step.index, f"identified {found}; the user is {context.task.principal}"
    elif step.principal is None:
        yield step.index, f"{step.call.name} was called before it was known who the user is"


def _not_refused(context: CheckContext, request: Request) -> Iterator[str]:
    for step in context.writes:
        if step.call.name == request.tool and step.call.arguments == request.arguments:
            yield f"{request.tool} was carried out although it must be refused"
    refusal = request.refusal
    if refusal is not None and refusal.transfer:
        tool = context.domain.transfer_tool
        own = (step for step in context.steps if step.index >= context.begin)
        if not any(step.call.name == tool and not step.result.error for step in own):
            yield "the user was not transferred"
        return
    texts = [index for index, _ in context.text("assistant", context.begin, len(context.messages))]
    acted = [index for index in texts if any(act.kind == "refuse" for act in context.messages[index].acts)]
    if any(context.messages[index].acts for index in texts) and not acted:
        yield "no message refuses it"
    elif not any(_REFUSAL.search(context.low[index]) for index in acted or texts):
        yield "no message says that it cannot be done"
