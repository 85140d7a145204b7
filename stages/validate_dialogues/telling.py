"""Communication and user_faults: the user is told what was asked for, and tells what only a user can know."""

from __future__ import annotations

from collections.abc import Iterator

import orjson

from schemas.base import Json
from schemas.program import Call, Each, Fact
from schemas.task import Request
from schemas.verdict import Verdict
from stages.behaviors.misspellings import corrected, spelt_out
from stages.behaviors.slips import identity_ways, near, stale
from stages.text_statistics import as_agent
from stages.validate_dialogues.confirmation import unlisted
from stages.validate_dialogues.context import CheckContext, failed, passed, place
from stages.validate_dialogues.evidence import certificate
from stages.validate_dialogues.leaving import left_early
from stages.validate_dialogues.statements import told_otherwise
from stages.validate_dialogues.words import TELLING, amounts, cents, leaves, tokens
from tool_specs.days import whole_day


def communication(context: CheckContext) -> Verdict:
    """Each value that the user asked for is told, after it was read."""
    for number, request in enumerate(context.task.requests):
        for value in request.communicate:
            known = _known_since(context, number, value)
            if known is None:
                return failed("communication", "agent", f"request {number}: {value!r} was never read")
            told = context.text("assistant", max(known + 1, context.begin), len(context.messages))
            if not any(context.toolbox.tells(text, value) for _, text in told):
                return failed("communication", "agent", f"request {number}: the user is never told {value!r}")
    for index, what in told_otherwise(context):
        return failed("communication", "agent", f"{place(index)}: {what}")
    return passed("communication")


def _known_since(context: CheckContext, number: int, value: Json) -> int | None:
    """Returns the message after which the value can be told: the answer that holds it, or all it is worked out from."""
    complete = certificate(context, number).complete
    if context.task.requests[number].kind == "answer":
        return complete
    needle = value if isinstance(value, str) else orjson.dumps(value).decode()
    holding = [
        s.answer for s in context.steps if s.answer is not None and not s.result.error and needle in s.result.content
    ]
    return holding[0] if holding else complete


def user_faults(context: CheckContext) -> Verdict:
    """The user says nothing that it cannot know, invents nothing for good, and tells what is needed."""
    for index, what in _faults(context):
        return failed("user_faults", "user", f"{place(index)}: {what}")
    return passed("user_faults")


def _faults(context: CheckContext) -> Iterator[tuple[int, str]]:
    last = len(context.messages) - 1
    if context.dialogue.ended == "user_left":
        yield last, "the user left before the end"
    own = context.text("user", context.begin, last)
    yield from ((index, "the user speaks as the agent does") for index, text in own if as_agent(text))
    yield from _strange_values(context)
    yield from _secrets(context)
    yield from _contradictions(context)
    early = left_early(context)
    yield from _untold(context, early is not None)
    if early is not None:
        yield last, early


def _strange_values(context: CheckContext) -> Iterator[tuple[int, str]]:
    """Ids, addresses and amounts that the user neither knows nor was told."""
    own = context.prepared.own_words
    for index, message in context.own:
        if message.role != "user":
            continue
        text = message.content
        if TELLING.search(text) is None:
            continue
        for token in tokens(text):
            low = token.lower()
            if low in own or low.lstrip("#") in own or _was_told(context, index, low):
                continue
            if any(day in own or _was_told(context, index, day) for day in whole_day(low)):
                continue
            if _put_right(context, index, low):
                continue  # a slip, even if some answer happens to hold such a value
            if _answered_anywhere(context, token):
                yield index, f"the user cannot know {token!r}: only tools' answers hold it"
            else:
                yield index, f"{token!r} is not among the user's facts and was never put right"
        for amount in amounts(text):
            shown = f"{amount / 100:,.2f}".removesuffix(".00")
            if not _amount_known(own, amount) and not _amount_told(context, index, amount):
                yield index, f"the user cannot know the amount {shown}"


def _was_told(context: CheckContext, stop: int, low: str) -> bool:
    return any(low in text for _, text in context.text("assistant", 0, stop))


def _answered_anywhere(context: CheckContext, token: str) -> bool:
    return any(token in step.result.content for step in context.steps if not step.result.error)


def _put_right(context: CheckContext, index: int, low: str) -> bool:
    """Whether a value close to a fact gives way to it: the user says it later, if in part, or the agent offers it."""
    for entry in context.task.knowledge:
        for leaf in leaves(entry.value):
            true = str(leaf).lower()
            if not near(true, low) and not (entry.identity and low == stale(true)):
                continue
            if entry.identity and _found_otherwise(context, index, entry.name):
                return True
            parts = {true, true.partition("@")[2] or true}
            said = [text for _, text in context.text("user", index + 1, len(context.messages))]
            if any(part in text for part in parts for text in said):
                return True
            offers = (i for i, text in context.text("assistant", index, len(context.messages)) if true in text)
            offered = next(offers, None)
            if offered is not None and offered < _last_listing(context):
                return True
    return False


def _found_otherwise(context: CheckContext, index: int, name: str) -> bool:
    """Whether the user says after a message all facts of another way by which it can be found."""
    if all(entry.name != name for entry in context.task.knowledge if entry.identity):
        return False
    said = [text for _, text in context.text("user", index + 1, len(context.messages))]
    return any(
        all(each.name != name and any(str(each.value).lower() in text for text in said) for each in way)
        for way in identity_ways(context.task, context.domain)
    )


def _amount_known(own: str, amount: int) -> bool:
    whole = amount // 100
    forms = {f"{amount / 100:.2f}", f"{amount / 100:,.2f}"} | (
        {str(whole), f"{whole:,}"} if amount % 100 == 0 else set()
    )
    forms.add(str(amount / 100))
    return any(form in own for form in forms)


def _amount_told(context: CheckContext, stop: int, amount: int) -> bool:
    return any(amount in amounts(text) for _, text in context.text("assistant", 0, stop))


def _secrets(context: CheckContext) -> Iterator[tuple[int, str]]:
    """Gold values that come out of reads, said by the user before the agent said them."""
    own = context.prepared.own_words
    for request in context.task.requests:
        for name, value in request.arguments.items():
            source = request.sources.get(name)
            if source is None or source.provenance not in ("read", "evidence") or request.kind != "write":
                continue
            for leaf in leaves(value):
                if not isinstance(leaf, str) or len(leaf) < 3:
                    continue
                low = leaf.lower()
                for index, text in context.text("user", context.begin, len(context.messages)):
                    if low not in text:
                        continue
                    if low not in own and not _was_told(context, index, low):
                        yield index, f"the user cannot know {name}={leaf!r} before it was found"


def _contradictions(context: CheckContext) -> Iterator[tuple[int, str]]:
    """Facts told otherwise than they are (by the speaker's own acts) and never told right afterwards."""
    facts = context.facts
    wrong: dict[str, tuple[int, Json]] = {}
    for index, message in context.own:
        if message.role != "user":
            continue
        for act in message.acts:
            if (
                act.kind in ("inform", "correct")
                and act.slot in facts
                and act.slot is not None
                and act.value is not None
            ):
                if _same(act.value, facts[act.slot]):
                    wrong.pop(act.slot, None)
                else:
                    wrong[act.slot] = (index, act.value)
    for slot, (index, value) in wrong.items():
        if _found_otherwise(context, index, slot):
            continue
        yield index, f"{slot} was told as {value!r} and never put right"


def _same(told: Json, true: Json) -> bool:
    if isinstance(told, dict) and not isinstance(true, dict):
        return any(_same(value, true) for value in told.values())
    return str(told).lower() == str(true).lower()


def _untold(context: CheckContext, early: bool) -> Iterator[tuple[int, str]]:
    """Facts that a request needs and that nobody brought up.

    What was never written is the user's fault only if it left early: else the agent had made it impossible (`leaving`).
    """
    facts = context.facts
    identity = {entry.name for entry in context.task.knowledge if entry.identity}
    gold = dict(context.gold)
    for number, request in enumerate(context.task.requests):
        step = gold.get(number)
        if step is None and request.kind == "write" and not early:
            continue
        stop = len(context.messages) if step is None else step.index
        spare = context.prepared.requests[number].needless.facts
        for name in needed_facts(request):
            if name in identity or name not in facts or name in spare:
                continue
            for leaf in leaves(facts[name]):
                if leaf in ("", None) or isinstance(leaf, bool):
                    continue
                if not _brought_up(context, request, name, leaf, stop):
                    yield stop - 1, f"the user never told {name} ({leaf!r}), which request {number} needs"


def needed_facts(request: Request) -> Iterator[str]:
    """Yields the names of the facts that a request takes."""
    for source in request.sources.values():
        if source.fact is not None:
            yield source.fact
    if request.condition:
        yield request.condition.fact
    for program in request.programs:
        if program.within:
            yield program.within.fact
        for step in program.steps:
            if isinstance(step, Call):
                yield from (operand.name for operand in step.arguments.values() if isinstance(operand, Fact))
            elif isinstance(step, Each) and isinstance(step.source, Fact):
                yield step.source.name


def _brought_up(context: CheckContext, request: Request, name: str, leaf: Json, stop: int) -> bool:
    """Whether the user said it, or chose it from what the agent offered."""
    parameter = next((parameter for parameter, source in request.sources.items() if source.fact == name), None)
    own = [
        (message, context.low[index]) for index, message in enumerate(context.messages[:stop]) if message.role == "user"
    ]
    if any(act.kind == "inform" and _holds(act.value, leaf) for message, _ in own for act in message.acts):
        return True
    for message, low in own:
        if context.toolbox.tells(low, leaf) or (not message.acts and context.toolbox.tells(_meant(low), leaf)):
            return True
    listed = context.toolbox.enums.get((request.tool or "", parameter or ""), frozenset())
    step = next((s for s in context.steps if s.index == stop), None)
    offers = [
        index
        for index, text in context.text("assistant", 0, stop - 1)
        if context.toolbox.tells(text, leaf)
        and not any(act.kind == "confirm" for act in context.messages[index].acts)  # lists, and offers nothing
        and (step is None or unlisted(context, step, text) is not None)
    ]
    if str(leaf) in listed:
        return bool(offers)
    used = next((s.index for s in context.steps if str(leaf) in map(str, leaves(s.call.arguments))), stop)
    read = next((s.answer for s in context.steps if s.answer is not None and str(leaf) in s.result.content), stop)
    return any(read < index < used for index in offers)


def _meant(low: str) -> str:
    """Returns what somebody meant to type: "it isnt nede anymore" is "it isn't need anymore"."""
    return spelt_out(corrected(low))


def _last_listing(context: CheckContext, stop: int | None = None) -> int:
    """Returns the last assistant's text before the first write: it lists what is to be done and offers nothing."""
    if stop is None:
        own = (step for step in context.steps if step.index >= context.begin)
        stop = next((step.index for step in own if step.effect == "write"), len(context.messages))
    return max((index for index, _ in context.text("assistant", 0, stop)), default=0)


def _holds(told: Json, leaf: Json) -> bool:
    if isinstance(told, list):
        return any(_holds(each, leaf) for each in told)
    if isinstance(told, (int, float)) and isinstance(leaf, (int, float)):
        return cents(told) == cents(leaf)
    return not isinstance(told, dict) and str(told).lower() == str(leaf).lower()
