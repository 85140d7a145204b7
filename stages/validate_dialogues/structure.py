"""Structure, call_schema and truncation: the form of a dialogue, whatever it is about.

A dialogue of the right form::

    user, (assistant with a call, tool)*, assistant, user, ..., assistant
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from schemas.dialogue import Message
from schemas.verdict import Owner, Verdict
from stages.validate_dialogues.context import CheckContext, failed, passed, place
from stages.validate_dialogues.words import stands

_SUSPECTS = (
    "{",
    "<",
    "None",
    "MISSING",
    "null",
    "undefined",
    "  ",
    "[[",
    "```",
    " nan",
    "TODO",
    "[",
    "###",
    "\ufffd",
    "&",
    "%",
    "\\",
)
"""Cheap to look for; a text without any of them needs no closer look."""
_LEFTOVERS = (
    ("a template's slot", re.compile(r"\{[\w.:]*\}|\[\[|\{\{")),
    ("tool markup", re.compile(r"</?(?:tool_call|tool_response|function|tools|think|thinking|\|)|<\|[^>]*\|>|```")),
    (
        "a missing value",
        re.compile(r"\bMISSING\b|(?<=[a-z,:$(] )None\b|(?<=[(\"'])None\b|(?<=[a-z:] )(?:null|undefined|nan)\b"),
    ),
    ("an object that was to be text", re.compile(r"\[object \w+\]")),
    ("a placeholder", re.compile(r"\[[A-Z][\w' ]*\]|(?<![\d ])%[sd]\b|(?<=\s)%[sd]\b")),
    ("a mark of a prompt", re.compile(r"###")),
    ("an entity of HTML", re.compile(r"&(?:[a-z]{2,8}|#\d+);")),
    ("an escape or a broken letter", re.compile(r"\\[nrtu\"]|\ufffd")),
    ("two spaces in a row", re.compile(r"(?<=\S)  +(?=\S)|^ +| +$")),
    ("a note to oneself", re.compile(r"\bTODO\b")),
)
_SPEAKER = re.compile(r"^(?:user|customer|human|assistant|agent|ai|bot|system): ", re.IGNORECASE | re.MULTILINE)
_SPACED = (" ,", " .", " ?", " !", " ;", ",,", "..,", "??,", "( ", " )", ".,", ", .")
# All of ASCII, because a character that is missing costs an exception.
_MARKED = "".join("," if letter in ".?!;" else letter for letter in map(chr, range(128)))
_GAPS = (" ,", ",,", "( ", " )")
"""Every one of `_SPACED` is one of these where all marks are commas."""
_SMALL_WORDS = ("the", "a", "an", "of", "to", "your", "my", "for", "from", "is", "with")
_DOUBLED = tuple(f" {word} {word} " for word in _SMALL_WORDS)
_OWNERS: dict[str, Owner] = {"user": "user", "assistant": "agent", "tool": "infrastructure"}
_HANGING = re.compile(r"(?:,|\b(?:and|or|the|a|an|of|to|with|your|my|for|from|because|is|are|in|on))$", re.IGNORECASE)
_ENDS = frozenset(".?!)")
_OPEN_MARKS = tuple(":;,-\u2013\u2014")
_OPEN_ENDED = frozenset({"turn_cap", "call_cap"})


def structure(context: CheckContext) -> Verdict:
    """Roles alternate, every call is answered, and texts hold nothing but what a person would read."""
    for index, what, owner in _form(context):
        return failed("structure", owner, f"{place(index)}: {what}")
    texts = [message.content for _, message in context.own if message.role != "tool" and message.content]
    if leftover("\n".join(texts)) is not None:  # all at once first: nearly always there is nothing
        for index, message in context.own:
            found = leftover(message.content) if message.role != "tool" else None
            if found is not None:
                return failed("structure", _OWNERS[message.role], f"{place(index)}: the text has {found}")
    return passed("structure")


def _form(context: CheckContext) -> Iterator[tuple[int, str, Owner]]:
    messages, limits = context.messages, context.limits
    if len(messages) == context.begin or messages[context.begin].role != "user":
        yield context.begin, "the first message must be the user's", "infrastructure"
        return
    last = messages[-1]
    if last.role != "assistant" or last.tool_calls:
        yield len(messages) - 1, "the last message must be the assistant's, in words", "agent"
    seen = {call.id for message in messages[: context.begin] for call in message.tool_calls}
    waiting: list[tuple[str, str]] = []
    before: Message | None = None
    for index, message in context.own:
        if message.role == "tool":
            if not waiting:
                yield index, "answers a call that nobody made", "infrastructure"
                return
            id_, name = waiting.pop(0)
            if (message.tool_call_id, message.name) != (id_, name):
                got = f"{message.tool_call_id} ({message.name})"
                yield index, f"answers {got}; the call to answer is {id_} ({name})", "infrastructure"
            if message.tool_calls:
                yield index, "a tool's answer makes calls", "infrastructure"
            before = message
            continue
        if waiting:
            yield index, f"call {waiting[0][0]} ({waiting[0][1]}) has no answer yet", "infrastructure"
            waiting = []
        yield from _turn(index, message, before)
        if message.role == "assistant":
            if len(message.tool_calls) > limits.parallel_calls:
                yield index, f"{len(message.tool_calls)} calls at once; {limits.parallel_calls} allowed", "agent"
            if message.tool_calls and message.content and not limits.text_beside_calls:
                yield index, "text beside a call; the policy wants one or the other", "agent"
            for call in message.tool_calls:
                if call.id in seen:
                    yield index, f"call id {call.id} is used twice", "infrastructure"
                seen.add(call.id)
                waiting.append((call.id, call.name))
        before = message
    if waiting:
        yield len(messages) - 1, f"call {waiting[0][0]} ({waiting[0][1]}) has no answer", "infrastructure"


def _turn(index: int, message: Message, before: Message | None) -> Iterator[tuple[int, str, Owner]]:
    """What is wrong with a user's or assistant's message in its place."""
    owner = _OWNERS[message.role]
    if not message.tool_calls and not message.content.strip():
        yield index, "an empty text", owner
    if message.role == "user":
        if message.tool_calls:
            yield index, "the user calls a tool", "infrastructure"
        if before is not None and (before.role != "assistant" or before.tool_calls):
            yield index, f"the user speaks after {_name(before)}; an assistant's text must come first", "infrastructure"
    elif before is not None and before.role == "assistant" and not before.tool_calls:
        yield index, "two texts of the assistant in a row", "agent"


def _name(message: Message) -> str:
    return "a call" if message.tool_calls else {"user": "the user", "tool": "a tool"}.get(message.role, "the assistant")


def leftover(text: str) -> str | None:
    """Returns what a text has that no person would have written, or None."""
    for suspect in _SUSPECTS:
        if suspect in text:
            for name, pattern in _LEFTOVERS:
                match = pattern.search(text)
                if match:
                    return f"{name}: {match.group()!r}"
            break
    if (speaker := _SPEAKER.search(text)) is not None:
        return f"a speaker's name: {speaker.group()!r}"
    if text[:1] == " " or text[-1:] == " " or " \n" in text or "\n " in text:
        return "a space at its edge"
    marked = text.translate(_MARKED)
    if any(gap in marked for gap in _GAPS):
        for mark in _SPACED:
            if mark in text and not (mark == " ." and "..." in text):
                return f"a gap at {mark!r}"
    padded = f" {text.lower()} ".replace("\n", " . ")
    for doubled in _DOUBLED:
        if doubled in padded:
            return f"a doubled word: {doubled.strip()!r}"
    return None


def call_schema(context: CheckContext) -> Verdict:
    """Every call is of a known tool, with arguments that its schema allows."""
    for step in context.steps:
        if step.index < context.begin:
            continue
        validator = context.toolbox.validators.get(step.call.name)
        if validator is None:
            return failed("call_schema", "agent", f"{place(step.index)}: there is no tool {step.call.name!r}")
        if not validator.is_valid(step.call.arguments):
            error = next(validator.iter_errors(step.call.arguments))
            where = ".".join(str(part) for part in error.instance_path) or "arguments"
            return failed("call_schema", "agent", f"{place(step.index)}: {step.call.name}: {where}: {error.message}")
    return passed("call_schema")


def truncation(context: CheckContext) -> Verdict:
    """Nobody was stopped by a cap, and no text breaks off."""
    ended = context.dialogue.ended
    if ended in _OPEN_ENDED:
        owner: Owner = "user" if ended == "turn_cap" and _only_waits(context.messages) else "agent"
        return failed(
            "truncation", owner, f"stopped by the {ended.replace('_', ' ')} after {len(context.messages)} messages"
        )
    if ended == "engine_error":
        return failed("truncation", "infrastructure", "an engine failed")
    for index, message in context.own:
        if message.role == "tool" or not message.content:
            continue
        what = broken_off(message.content, formal=message.role == "assistant")
        if what is not None:
            return failed("truncation", _OWNERS[message.role], f"{place(index)}: {what}")
    return passed("truncation")


def _only_waits(messages: Sequence[Message]) -> bool:
    """Whether the agent had nothing left to do than to ask whether there is anything else."""
    last = messages[-1]
    return last.role == "assistant" and [(a.kind, a.slot) for a in last.acts][-1:] == [("request", "intent")]


def broken_off(text: str, *, formal: bool) -> str | None:
    """Returns how a text breaks off, or None. Formal texts end with a mark."""
    end = text.rstrip()
    if text.count("(") > text.count(")") and not _smiley(text):
        return "a parenthesis is not closed"
    # Nearly every text ends with a mark that nothing hangs on.
    if end[-1:] not in _ENDS and _HANGING.search(end[-12:]) and not stands(end[-12:].lower(), "going to"):
        return f"the text breaks off after {end[-12:]!r}"
    if formal and (end[-1:].isalnum() or end[-1:] in _OPEN_MARKS):
        return f"the text ends without a mark that ends it: {end[-20:]!r}"
    return None


def _smiley(text: str) -> bool:
    return ":(" in text or ";(" in text or "=(" in text
