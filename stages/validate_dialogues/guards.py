"""Guards: identity first, one user only, a yes to the listed details before each write, refusals, the domain's rules.

A write is confirmed when the assistant's text before the user's last word names each of the write's arguments (by
itself, or by what tells its row from the others), and that last word is a yes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from schemas.base import Json
from schemas.task import Request
from schemas.verdict import Verdict
from stages.validate_dialogues.context import CheckContext, Step, failed, identified, passed, place
from stages.validate_dialogues.words import affirms, leaves, objects, refuses, says_number, stands, tokens
from tool_specs.domain import GuardContext

_REFUSAL = re.compile(
    r"\b(can ?not|can.?t|unable|not able|not possible|impossible|sorry|afraid|unfortunately|won.?t|"
    r"not allowed|isn.?t allowed|don.?t allow|doesn.?t allow|not permitted|no longer possible|only|"
    r"has to stay|too late|out of my hands|transferred)\b"
)
_DIGIT = re.compile(r"\d")
_LAST_DIGITS = 4
_EXCHANGES = 3
"""How far back the details may have been listed, if nothing was listed since."""


def guards(context: CheckContext) -> Verdict:
    """No rule of the policy is broken."""
    for index, what in _broken(context):
        return failed("guards", "agent", f"{place(index)}: {what}")
    return passed("guards")


def _broken(context: CheckContext) -> Iterator[tuple[int, str]]:
    domain = context.domain
    writes: list[tuple[str, dict[str, Json]]] = []
    spoken: dict[int, str] = {}
    for step in context.steps:
        call = step.call
        yield from _identity(context, step)
        missing = unconfirmed(context, step) if step.effect == "write" else ""
        if step.effect == "write" and missing is not None:
            yield step.index, f"{call.name}: {missing}"
        heard = GuardContext(
            sandbox=step.before,
            principal_id=step.principal,
            confirmed=missing is None,
            writes=tuple(writes),
            spoken=_spoken(context, step.index, spoken),
        )
        for name, words in domain.violations(heard, call.name, call.arguments):
            yield step.index, f"rule {name}: {words}"
        if step.effect == "write" and not step.result.error:
            writes.append((call.name, call.arguments))
    for number, request in enumerate(context.task.requests):
        if request.kind == "refuse":
            for what in _not_refused(context, request):
                yield len(context.messages) - 1, f"request {number}: {what}"


def _spoken(context: CheckContext, stop: int, known: dict[int, str]) -> str:
    last = next((index for index in range(stop, -1, -1) if context.messages[index].role == "user"), -1)
    if last not in known:
        known[last] = "\n".join(m.content for m in context.messages[: last + 1] if m.role == "user")
    return known[last]


def _identity(context: CheckContext, step: Step) -> Iterator[tuple[int, str]]:
    identity = context.domain.identity_tools
    if not identity or step.effect == "generic":
        return
    if step.call.name in identity:
        if not step.result.error:
            found = identified(context.domain, step.result)
            if found != context.task.principal:
                yield step.index, f"identified {found}; the user is {context.task.principal}"
    elif step.principal is None:
        yield step.index, f"{step.call.name} was called before it was known who the user is"


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


def _yes(context: CheckContext, index: int) -> bool:
    text = context.low[index]
    kinds = {act.kind for act in context.messages[index].acts}
    if "negate" in kinds:
        return False
    if "affirm" in kinds:
        return affirms(text) or not refuses(text)
    return affirms(text)


def unlisted(context: CheckContext, step: Step, text: str) -> str | None:
    """Returns an argument of a write that a lower-case text does not name, or None."""
    for name, value in step.call.arguments.items():
        for leaf in leaves(value):
            if leaf in ("", None) or isinstance(leaf, bool) or leaf == step.principal:
                continue
            if not context.toolbox.tells(text, leaf) and not _named(context, step, text, leaf):
                return f"{name}={leaf!r} is not among the details that the user said yes to"
    return None


def _named(context: CheckContext, step: Step, text: str, leaf: Json) -> bool:
    """Whether a text means this value without stating it, and states no other one of its form in its place."""
    if not isinstance(leaf, str):
        return False
    own = {str(each).lower() for value in step.call.arguments.values() for each in leaves(value)}
    form = _form(leaf.lower())
    if any(_form(token) == form and token not in own for token in tokens(text)):
        return False
    return _described(context, step, text, leaf)


def _form(token: str) -> str:
    return _DIGIT.sub("0", token)


def _described(context: CheckContext, step: Step, text: str, id_: str) -> bool:
    """Whether a text says enough about a row, of those that were read, to tell it from the others."""
    digits = id_[-_LAST_DIGITS:]
    if len(id_) > _LAST_DIGITS and digits.isdigit() and stands(text, digits):
        return True
    rows = [
        row
        for each in context.steps
        if each.index < step.index and not each.result.error
        for row in objects(each.result.value)
    ]
    for row in rows:
        key = next((name for name, value in row.items() if value == id_ and isinstance(value, str)), None)
        if key is None:
            continue
        told = [leaf for leaf in _features(row, key) if _mentions(context, text, leaf)]
        if told and not any(_fits(rival, key, id_, told) for rival in rows):
            return True
    return False


def _features(row: Mapping[str, Json], key: str) -> list[Json]:
    found: list[Json] = []
    for name, value in row.items():
        if isinstance(value, dict):
            found.extend(leaf for leaf in value.values() if isinstance(leaf, (str, int, float)))
        elif name != key and isinstance(value, (str, int, float)) and not isinstance(value, bool):
            found.append(value)
    return found


def _mentions(context: CheckContext, text: str, leaf: Json) -> bool:
    if isinstance(leaf, str):
        return bool(leaf) and context.toolbox.tells(text, leaf)
    return says_number(text, leaf)


def _fits(rival: Mapping[str, Json], key: str, id_: str, told: list[Json]) -> bool:
    """Whether another row of the same kind has all that was told."""
    if key not in rival or rival[key] == id_:
        return False
    features = _features(rival, key)
    return all(leaf in features for leaf in told)


def _not_refused(context: CheckContext, request: Request) -> Iterator[str]:
    for step in context.writes:
        if step.call.name == request.tool and step.call.arguments == request.arguments:
            yield f"{request.tool} was carried out although it must be refused"
    refusal = request.refusal
    if refusal is not None and refusal.transfer:
        tool = context.domain.transfer_tool
        if not any(step.call.name == tool and not step.result.error for step in context.steps):
            yield "the user was not transferred"
        return
    texts = [index for index, _ in context.text("assistant", 0, len(context.messages))]
    acted = [index for index in texts if any(act.kind == "refuse" for act in context.messages[index].acts)]
    if any(context.messages[index].acts for index in texts) and not acted:
        yield "no message refuses it"
    elif not any(_REFUSAL.search(context.low[index]) for index in acted or texts):
        yield "no message says that it cannot be done"
