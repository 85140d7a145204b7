"""A dialogue as HTML: speech in bubbles, calls folded with arguments and result, and below a write what it changed.

Each message has an anchor (`m7` is message 7, as verdicts and drops count them), so that a proof can point at the call
that made a read, and a drop at what is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import orjson

from pipeline.html import bullets, text
from pipeline.proof_words import ReadReason, call_text, read_reasons, value_text
from pipeline.show import fold
from pipeline.view.replay import Change, Changes
from schemas.base import Json
from schemas.dialogue import Dialogue, Message, ToolCall
from schemas.task import Read, Task

LONGEST = 40_000
"""Characters of a result that are shown."""
_CHANGES = 40
_PLACE = re.compile(r"\bmessage (\d+)\b")


class Evidence(NamedTuple):
    """A read that a request's proof needs: which request (from 1), and why; or one that was made in its place."""

    request: int
    reason: ReadReason
    instead: bool = False


class _Proven(NamedTuple):
    """What a part of a dialogue is about: its task's proofs, and its decisions; nothing where nobody knows."""

    requests: int
    evidence: Mapping[str, Sequence[Evidence]]
    decisions: Mapping[str, int]

    @classmethod
    def of(cls, task: Task | None, made: Mapping[str, int]) -> _Proven:
        """Reads them off a task, and the calls that were made."""
        return cls(0, {}, {}) if task is None else cls(len(task.requests), evidence_of(task, made), _decisions(task))


def read_key(tool: str, arguments: Mapping[str, Json]) -> str:
    """Returns what a read is known by, upper and lower case alike."""
    return f"{tool} {orjson.dumps(dict(arguments), option=orjson.OPT_SORT_KEYS).decode().lower()}"


def evidence_of(task: Task, made: Mapping[str, int]) -> dict[str, list[Evidence]]:
    """Returns the reads of all proofs by their key, and those that were made in the place of one that was not."""
    found: dict[str, list[Evidence]] = {}
    for number, request in enumerate(task.requests, 1):
        for reason in read_reasons(request):
            key = read_key(reason.call.tool, reason.call.arguments)
            others = made_instead(reason, made)
            for each in others or (key,):
                found.setdefault(each, []).append(Evidence(number, reason, instead=bool(others)))
    return found


def made_instead(reason: ReadReason, made: Mapping[str, int]) -> dict[str, Read]:
    """Returns the reads, by their key, that were made in the place of one that was not: they do all that it would.

    Args:
        reason: the read.
        made: the calls of the dialogue, as `places_of` has them.
    """
    if read_key(reason.call.tool, reason.call.arguments) in made:
        return {}
    found: dict[str, Read] = {}
    for clause in reason.clauses:
        there = ((read_key(read.tool, read.arguments), read) for read in clause)
        other = next(((key, read) for key, read in there if key in made), None)
        if other is None:
            return {}
        found.setdefault(*other)
    return found


def places_of(dialogue: Dialogue) -> dict[str, int]:
    """Returns, per call by its key, the message that makes it first."""
    found: dict[str, int] = {}
    for place, message in enumerate(dialogue.whole):
        for call in message.tool_calls:
            found.setdefault(read_key(call.name, call.arguments), place)
    return found


def where_made(dialogue: Dialogue, reason: ReadReason) -> str:
    """Returns a link to the call that made a read, or to those that were made in its place, as HTML."""
    made = places_of(dialogue)
    others = made_instead(reason, made)
    place = made.get(read_key(reason.call.tool, reason.call.arguments))
    if place is None and not others:
        return ' <span class="soft">not made</span>'
    if place is not None:
        return _link(place)
    reads = (
        f"<code>{text(call_text(read.tool, read.arguments))}</code>{_link(made[key])}" for key, read in others.items()
    )
    return f'<br><span class="soft">made in its place:</span> {", ".join(reads)}'


def _link(place: int) -> str:
    return f' <a href="#m{place}" class="to">message {place}</a>'


def faults_in(detail: str) -> frozenset[int]:
    """Returns the messages that a verdict or a drop names."""
    return frozenset(map(int, _PLACE.findall(detail)))


def transcript(
    dialogue: Dialogue, changes: Changes, faults: frozenset[int] = frozenset(), prefix: str = "m"
) -> Iterator[str]:
    """Yields the messages in order.

    Args:
        dialogue: what was said and done.
        changes: what its writes changed.
        faults: messages that stand out.
        prefix: of the anchors, where a page has two dialogues.
    """
    answers: dict[str, tuple[int, Message]] = {}
    for place, message in enumerate(dialogue.whole):
        if message.role == "tool" and message.tool_call_id is not None:
            answers.setdefault(f"{message.tool_call_id}", (place, message))
    parts = [
        *((len(episode.messages), episode.task) for episode in dialogue.scenario.before),
        (len(dialogue.messages), dialogue.scenario.task),
    ]
    made = places_of(dialogue)
    of_place = [proven for size, task in parts for proven in [_Proven.of(task, made)] * size]
    for (place, message), proven in zip(enumerate(dialogue.whole), of_place, strict=True):
        if message.role == "tool":
            continue
        anchor = f' id="{prefix}{place}"'
        fault = " fault" if place in faults else ""
        if message.content:
            who = "user" if message.role == "user" else "agent"
            yield (
                f'<div class="m {who}{fault}"{anchor} tabindex="-1" data-item>'
                f"{text(message.content)}{_generated(message)}</div>"
            )
            anchor = ""
        for call in message.tool_calls:
            answer = answers.get(call.id)
            key = read_key(call.name, call.arguments)
            known = proven.evidence.get(key, ())
            marks = _marks(proven.requests, known, proven.decisions.get(key))
            red = " fault" if place in faults or (answer and answer[0] in faults) else ""
            yield _call(call, answer, known, marks, f"c{red}", anchor, prefix)
            anchor = ""
            if call.id in changes.by_call:
                yield _changed(changes.by_call[call.id])


def _generated(message: Message) -> str:
    repaired = message.generation.repaired if message.generation else ""
    return f'<small class="soft"> (repaired: {text(repaired)})</small>' if repaired else ""


def _decisions(task: Task) -> dict[str, int]:
    """Returns the gold writes by their key, each with its request's number."""
    return {
        read_key(request.tool, request.arguments): number
        for number, request in enumerate(task.requests, 1)
        if request.kind == "write" and request.tool is not None
    }


def _marks(requests: int, evidence: Sequence[Evidence], decision: int | None) -> str:
    """Returns what a call is to the proofs; numbers only where there are several."""
    numbered = requests > 1
    parts = []
    if evidence:
        which = ", ".join(dict.fromkeys(str(each.request) for each in evidence))
        parts.append(f'<span class="mark">{f"evidence for {which}" if numbered else "evidence"}</span>')
    if decision is not None:
        parts.append(f'<span class="mark write">{f"decision {decision}" if numbered else "decision"}</span>')
    return "".join(parts)


def _call(
    call: ToolCall,
    answer: tuple[int, Message] | None,
    evidence: Sequence[Evidence],
    marks: str,
    kind: str,
    anchor: str,
    prefix: str,
) -> str:
    result = answer[1] if answer else None
    if result is not None and result.error:
        marks += '<span class="mark bad">error</span>'
    line = f"{text(call_text(call.name, call.arguments))} → {text(fold(result, 70))}"
    reasons = bullets(
        f"needed for request {each.request}{text(f', in place of {each.reason.read}') if each.instead else ''}: "
        f"{'; '.join(map(text, each.reason.reasons))}"
        for each in evidence
    )
    return (
        f'<details class="{kind}"{anchor} data-item><summary>{marks}{line}</summary>'
        f"{reasons if evidence else ''}<h4>arguments</h4><pre>{_json(call.arguments)}</pre>"
        f"<h4{f' id={chr(34)}{prefix}{answer[0]}{chr(34)}' if answer else ''}>result</h4>"
        f"<pre>{_json(result.content if result else '(no answer)')}</pre></details>"
    )


def _json(value: Json) -> str:
    """Returns a value, or a text that is JSON, with its lines indented."""
    shown = value
    if isinstance(value, str):
        try:
            shown = orjson.loads(value) if value[:1] in ("{", "[") else value
        except orjson.JSONDecodeError:
            shown = value
    words = shown if isinstance(shown, str) else orjson.dumps(shown, option=orjson.OPT_INDENT_2).decode()
    return text(words if len(words) <= LONGEST else f"{words[:LONGEST]}…")


def _changed(changes: Sequence[Change]) -> str:
    if not changes:
        return '<p class="diff soft">changes nothing</p>'
    items = [
        f"<li><code>{text(each.row)}</code> {text(each.path)} {_value(each.before, 'del')}"
        f"{' → ' if each.before is not None and each.after is not None else ''}{_value(each.after, 'ins')}</li>"
        for each in changes[:_CHANGES]
    ]
    if len(changes) > _CHANGES:
        items.append(f"<li>and {len(changes) - _CHANGES:,} more values</li>")
    return f'<ul class="diff">{"".join(items)}</ul>'


def _value(value: Json, tag: str) -> str:
    return "" if value is None else f"<{tag}>{text(value_text(value, 200))}</{tag}>"
