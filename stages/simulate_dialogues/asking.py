"""Asking: a request to an engine, its answer read with distrust, and one chance to repair it.

    ask(engine, request, read) -> (Reply(content="Which book is it?"), Generation(...))

What stays wrong after the repair raises `Broken`: the dialogue is dropped with that reason and owner.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from schemas.base import Json
from schemas.completion import Completion, CompletionRequest, Usage
from schemas.dialogue import Generation, ToolCall
from schemas.verdict import DropReason, Owner
from stages.base import Engine, seeded
from stages.simulate_dialogues.chat import filled, prompt

_SHOWN = 400
"""Letters of an unusable answer that are shown again with the request to repair it."""


@dataclass(frozen=True)
class Fault:
    """What is wrong with an answer.

    Attributes:
        problem: In a sentence to whoever wrote it: it goes into the request to repair it.
        repairable: Whether asking again is worth it.
    """

    reason: DropReason
    problem: str
    repairable: bool = True
    owner: Owner | None = None


@dataclass(frozen=True)
class Reply:
    """An answer that can be used. `mark` is a user's explicit action, such as `STOP`."""

    content: str
    tool_calls: tuple[ToolCall, ...] = ()
    mark: str = ""


class Broken(Exception):
    """An answer that cannot be used, or a speaker who left: the dialogue ends here and is dropped."""

    def __init__(self, reason: DropReason, owner: Owner, detail: str) -> None:
        """Says why and by whose fault."""
        super().__init__(detail)
        self.reason = reason
        self.owner = owner
        self.detail = detail


async def ask(
    engine: Engine, request: CompletionRequest, read: Callable[[Completion], Reply | Fault], owner: Owner
) -> tuple[Reply, Generation]:
    """Asks; asks once more where the answer cannot be used.

    Args:
        engine: Who answers.
        request: What is asked. A repair is the request of the session's next turn.
        read: Turns an answer into a reply, or says what is wrong with it.
        owner: Whose fault a broken answer is.

    Raises:
        Broken: the answer cannot be used, the repaired one neither.
        EngineError: there is no answer.
    """
    first = await engine.complete(seeded(request))
    reply = read(first)
    if isinstance(reply, Reply):
        return reply, Generation(finish_reason=first.finish_reason, usage=first.usage)
    if not reply.repairable:
        raise Broken(reply.reason, reply.owner or owner, f"{reply.problem} {_excerpt(first)}")
    again = await engine.complete(seeded(repair_of(request, first, reply)))
    repaired = read(again)
    if isinstance(repaired, Fault):
        detail = f"{repaired.problem} {_excerpt(again)} (the first try: {reply.reason})"
        raise Broken(repaired.reason, repaired.owner or owner, detail)
    usage = _sum(first.usage, again.usage)
    return repaired, Generation(finish_reason=again.finish_reason, usage=usage, repaired=reply.reason)


def repair_of(request: CompletionRequest, answer: Completion, fault: Fault) -> CompletionRequest:
    """Returns the request to write an answer again; what was wrong with it stays out of all later requests."""
    calls = " ".join(f"{call.name}({call.arguments})" for call in answer.tool_calls)
    wrote = f"{answer.content} {calls}".strip()[:_SHOWN] or "(nothing)"
    note = filled("repair", problem=fault.problem)
    messages = (*request.messages, {"role": "assistant", "content": wrote}, {"role": "user", "content": note})
    return msgspec.structs.replace(request, messages=messages, turn=request.turn + 1)


def without_repair(messages: tuple[Json, ...]) -> tuple[Json, ...]:
    """Returns the messages of the request that a repair is about; those of any other request as they are."""
    begin = prompt("repair").partition("{")[0]
    if len(messages) > 2 and messages[-1]["role"] == "user" and str(messages[-1]["content"]).startswith(begin):
        return messages[:-2]
    return messages


def _excerpt(answer: Completion) -> str:
    calls = "; ".join(f"{call.name}({call.arguments})" for call in answer.tool_calls)
    return repr(f"{answer.content} {calls}".strip()[:120])


def _sum(one: Usage, other: Usage) -> Usage:
    return Usage(
        prompt_tokens=one.prompt_tokens + other.prompt_tokens,
        completion_tokens=one.completion_tokens + other.completion_tokens,
        cached_tokens=one.cached_tokens + other.cached_tokens,
    )
