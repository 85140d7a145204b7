"""A judge for dialogues of others: what `writ score --judge ENGINE` asks about the items that no rule decides.

    judgements = judged(engine_of("judge.yaml", None, "judge"), [Job(checklist, messages), ...], logs)

An item of such a dialogue may be met in any turn: another speaker takes other turns.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from pipeline.engines.build import engines_of
from pipeline.engines.connections import close_connections
from pipeline.engines.named import serving
from pipeline.engines.settings import Engines, EngineSettings
from pipeline.json_rows import called, said
from schemas.base import Json
from schemas.checklist import Item
from schemas.judgement import Judgement
from schemas.message import Message, ToolCall
from stages.base import Engine
from stages.judge_dialogues.stage import judged_items
from stages.judge_dialogues.transcript import Open

CONCURRENCY = 64
"""Dialogues that are judged at once."""


class Job(NamedTuple):
    """A dialogue in OpenAI form, and the checklist of its task."""

    checklist: Mapping[str, Any]
    messages: Sequence[dict[str, Json]]


def judged(settings: EngineSettings, jobs: Sequence[Job], logs: Path) -> list[Judgement]:
    """Judges dialogues; one whose checklist has no open item has an empty judgement.

    Raises:
        UserError: the engine asks for something, such as a key.
        Stopped: nothing has answered for too long, or its budget is spent.
    """
    engines = Engines().model_copy(update={"judge": settings})
    with serving(engines, logs) as addresses:
        engine = engines_of(engines, addresses)["judge"]
        return asyncio.run(_all(engine, settings, jobs))


async def _all(engine: Engine, settings: EngineSettings, jobs: Sequence[Job]) -> list[Judgement]:
    room = asyncio.Semaphore(CONCURRENCY)
    voice = settings.voice

    async def one(number: int, job: Job) -> Judgement:
        items, messages = open_of(job.checklist), list(_messages(job.messages))
        if not items:
            return Judgement(engine=engine.revision)
        async with room:
            # With its number: a file may have several tries at one task.
            session = f"{job.checklist['id']}/{number}"
            found = await judged_items(engine, session, items, messages, voice.sampling, voice.prompt)
        return Judgement(engine=engine.revision, items=found.found, refused=found.refused, repaired=found.again)

    try:
        return await asyncio.gather(*(one(number, job) for number, job in enumerate(jobs)))
    finally:
        await close_connections()


def open_of(checklist: Mapping[str, Any]) -> list[Open]:
    """Returns the items that wait for a judge."""
    items = (item for turn in checklist["turns"] for item in turn["items"] if item["judge"] == "llm")
    return [Open(None, msgspec.convert(item, Item)) for item in items]


def _messages(messages: Sequence[dict[str, Json]]) -> Iterator[Message]:
    names: dict[str, str] = {}
    for message in messages:
        if message["role"] not in ("user", "assistant", "tool"):
            continue
        calls = []
        for each, (name, arguments) in zip(message.get("tool_calls") or (), called(message), strict=True):
            names[str(each.get("id"))] = name
            calls.append(ToolCall(id=str(each.get("id")), name=name, arguments=arguments))
        yield Message(
            role=message["role"],
            content=said(message),
            tool_calls=tuple(calls),
            name=message.get("name") or names.get(str(message.get("tool_call_id"))),
        )
