"""ExportRows: a judged dialogue becomes the row that a trainer reads.

Messages are in OpenAI form: the system's first, `content` always a string, arguments as objects, absent keys left out,
the assistant's last. `metadata` holds everything needed to check the row again: task, proof, behaviour, verdicts,
digests. Example (shortened)::

    {"messages": [{"role": "system", "content": "You are ..."}, {"role": "user", "content": "hi"},
                  {"role": "assistant", "content": "", "tool_calls": [{"id": "call_1", "type": "function",
                   "function": {"name": "get_loan", "arguments": {"loan_id": "L1"}}}]},
                  {"role": "tool", "content": "{...}", "tool_call_id": "call_1", "name": "get_loan"},
                  {"role": "assistant", "content": "It is due on Friday."}],
     "tools": [{"type": "function", "function": {"name": "get_loan", "description": "...", "parameters": {...}}}],
     "metadata": {"format": "writ-row/1", "task": {...}, "behavior": {...}, "verdicts": [...], "digests": {...}}}
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import msgspec

from schemas.base import Json, content_id, encode, plain
from schemas.behavior import Behavior, Episode
from schemas.dialogue import Dialogue, Message
from schemas.sft import SftRow
from schemas.task import Task
from schemas.tool import openai_form
from schemas.verdict import Drop, Judged, Verdict
from stages.base import Services, Stage
from tool_specs.domain import Domain
from tool_specs.remember import remembered
from tool_specs.sandbox import Sandbox

FORMAT = "writ-row/1"
"""Form of `metadata`. A changed key needs a new number."""


@dataclass(frozen=True, kw_only=True)
class ExportRows(Stage[Judged, SftRow]):
    """Turns judged dialogues into training rows."""

    async def process(self, record: Judged, services: Services) -> Sequence[SftRow | Drop]:
        """Returns the row, or the drop of a dialogue that no trainer could read."""
        dialogue = record.dialogue
        problem = unreadable(dialogue.whole)
        if problem is not None:
            return [
                Drop(
                    id=content_id("drop", record.id, "export_rows"),
                    stage="export_rows",
                    reason="structure",
                    owner="infrastructure",
                    detail=problem,
                    record_id=record.id,
                    record=encode(record).decode(),
                )
            ]
        sandbox = services.sandboxes[dialogue.scenario.task.domain]
        head, tools = services.memo(f"export:{sandbox.domain.name}", lambda: _constants(sandbox.domain))
        return [_row(record, head, tools, sandbox)]


def _constants(domain: Domain) -> tuple[dict[str, Json], list[dict[str, Json]]]:
    """Returns what all rows of a domain share: the system message and the tools."""
    service = getattr(domain.lexicon, "service", "our service")
    role = f"You are a customer service agent for {service}. Help the user with the tools, under this policy."
    head: dict[str, Json] = {"role": "system", "content": f"{role}\n\n{domain.policy.strip()}"}
    return head, [openai_form(tool.spec) for tool in domain.tools.values()]


def _row(judged: Judged, head: dict[str, Json], tools: list[dict[str, Json]], sandbox: Sandbox) -> SftRow:
    dialogue = judged.dialogue
    task, behavior = first_of(dialogue)
    whole = dialogue.whole
    effects = [sandbox.domain.tools[c.name].spec.effect for m in whole for c in m.tool_calls]
    return SftRow(
        id=dialogue.id,
        domain=task.domain,
        kind=task.kind,
        split=task.split,
        num_writes=task.num_writes,
        burden=task.burden,
        plausible_burden=task.plausible_burden,
        num_turns=sum(message.role == "user" for message in whole),
        num_tool_calls=len(effects),
        num_read_calls=effects.count("read"),
        num_write_calls=effects.count("write"),
        max_parallel_calls=max((len(message.tool_calls) for message in whole), default=0),
        zero_gain_turns=judged.gains.count(0.0),
        disclosure=behavior.disclosure,
        register=behavior.register,
        behavior=manner(behavior),
        reward=float(all(verdict.passed for verdict in judged.verdicts)),
        generator_model=dialogue.engines.get("agent", "unknown"),
        task_id=task.id,
        num_tasks=len(dialogue.scenario.tasks),
        messages=[head, *openai_messages(whole)],
        tools=tools,
        information_gain=[None, *(judged.gains or (None,) * len(whole))],
        checklist=judged.checklist,
        judgement=judged.judgement,
        metadata=_metadata(judged, dialogue, sandbox),
    )


def _metadata(judged: Judged, dialogue: Dialogue, sandbox: Sandbox) -> dict[str, Json]:
    task, behavior = first_of(dialogue)
    last = dialogue.scenario.task
    found: dict[str, Json] = {
        "format": FORMAT,
        "task": _task(task),
        "behavior": msgspec.Raw(encode(behavior)),
        "verdicts": [_verdict(verdict) for verdict in judged.verdicts],
        "scenario": dialogue.scenario.id,
        "ended": dialogue.ended,
        "engines": dialogue.engines,
        "seeds": {"task": task.spec.seed, "number": task.spec.number, "behavior": behavior.seed},
        "world": {"domain": task.domain, "origin": sandbox.world.origin, "digest": task.world_digest},
        "digests": {
            "initial": task.initial_digest,
            "goal": last.goal_digest,
            "final": dialogue.final_digest,
        },
    }
    if dialogue.scenario.before:
        found["further"] = list(_further(dialogue))
    if judged.trials is not None:
        found["trials"] = plain(judged.trials)
    repaired = [message.generation.repaired for message in dialogue.whole if message.generation]
    if repaired:  # language models spoke
        found["repaired"] = [what for what in repaired if what]
    return found


def first_of(dialogue: Dialogue) -> tuple[Task, Behavior]:
    """Returns the first task of a dialogue that is known, with the manner in which it was told."""
    scenario = dialogue.scenario
    for episode in scenario.before:
        if episode.task is not None and episode.behavior is not None:
            return episode.task, episode.behavior
    return scenario.task, scenario.behavior


def _further(dialogue: Dialogue) -> Iterator[dict[str, Json]]:
    """Yields, of each task that does not open the dialogue, where its messages begin (the system's is number 0)."""
    scenario = dialogue.scenario
    begin = 1
    for episode in (
        *scenario.before,
        Episode(messages=dialogue.messages, task=scenario.task, behavior=scenario.behavior),
    ):
        if begin > 1 and episode.task is not None and episode.behavior is not None:
            task = episode.task
            yield {
                "begins": begin,
                "task": _task(task),
                "behavior": msgspec.Raw(encode(episode.behavior)),
                "digests": {"initial": task.initial_digest, "goal": task.goal_digest},
            }
        begin += len(episode.messages)


@remembered(1, size=64)
def _task(task: Task) -> msgspec.Raw:
    """Returns a task as JSON text, which is made once for all its rows."""
    return msgspec.Raw(encode(task))


@remembered(1, size=64)
def _verdict(verdict: Verdict) -> Json:
    """Returns a verdict as JSON; those of checks that found nothing are always the same ones."""
    return plain(verdict)


def manner(behavior: Behavior) -> str:
    """Names a behaviour in one word: `drip+terse+slip`."""
    return "+".join((behavior.disclosure, behavior.register, *behavior.traits))


def openai_messages(messages: Sequence[Message]) -> Iterator[dict[str, Json]]:
    """Yields messages in OpenAI form, with arguments as objects."""
    for message in messages:
        found: dict[str, Json] = {"role": message.role, "content": message.content}
        if message.tool_calls:
            found["tool_calls"] = [
                {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}
                for call in message.tool_calls
            ]
        if message.role == "tool":
            found["tool_call_id"] = message.tool_call_id
            found["name"] = message.name
        yield found


def unreadable(messages: Sequence[Message]) -> str | None:
    """Says why chat templates could not render a dialogue, or returns None.

    The checks before this stage say more; this is what no trainer survives, so it holds for every row whatever the
    recipe left out.
    """
    if not messages or messages[0].role != "user":
        return "the first message is not the user's"
    if messages[-1].role != "assistant" or messages[-1].tool_calls:
        return "the last message is not the assistant's words"
    open_calls: list[str] = []
    for position, message in enumerate(messages):
        if message.role == "tool":
            if not open_calls or message.tool_call_id != open_calls.pop(0):
                return f"message {position} answers a call that was not made before"
            if not message.name:
                return f"message {position} does not name its tool"
        elif open_calls:
            return f"call {open_calls[0]} has no answer before message {position}"
        if message.tool_calls:
            open_calls.extend(call.id for call in message.tool_calls)
    return None
