"""Asking a judge: what stands of its answer, and one request to put right what does not.

    await ask(engine, request, ("reply.0", "reply.1"), hear) -> Heard({"reply.0": ...}, {...}, again=True)

What stood at first is not asked for again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Generic, TypeVar

from msgspec import structs

from schemas.completion import Completion, CompletionRequest
from schemas.judgement import Refused
from schemas.message import Message
from stages.base import Engine, EngineError, seeded
from stages.structured import cut_off, json_in

T = TypeVar("T")
_PROMPTS = Path(__file__).parent / "prompts"
PROBLEMS: Mapping[Refused, str] = {
    "truncated": "your answer was cut off; be shorter",
    "unusable": "what you gave is not in that form",
    "unjudged": "it was left out",
    "judged_twice": "it was given more than once",
    "no_quote": "it was said to be met without a quote",
    "false_quote": "a quote does not stand there word for word",
}
"""What a judge is told about what is refused."""
_FEWEST = 3
"""Words of a quote that is no whole message."""


@cache
def prompt(name: str) -> str:
    """Returns the text of a prompt's file."""
    return (_PROMPTS / f"{name}.md").read_text(encoding="utf-8").strip()


@dataclass
class Heard(Generic[T]):
    """What stands of an answer, and why the rest does not; by name.

    Attributes:
        again: whether it was asked for once more.
    """

    found: dict[str, T] = field(default_factory=dict)
    refused: dict[str, Refused] = field(default_factory=dict)
    again: bool = False


Hear = Callable[[Mapping[str, Any] | None, Collection[str]], Heard[T]]
"""(an answer's JSON, None where it has none; names of what it shall be about) -> what stands of it."""


async def ask(engine: Engine, request: CompletionRequest, names: Collection[str], hear: Hear[T]) -> Heard[T]:
    """Asks, and asks once more for what does not stand; a judge that does not answer has found nothing."""
    try:
        first = await engine.complete(seeded(request))
    except EngineError:
        return Heard(refused=dict.fromkeys(names, "no_answer"))
    heard = _heard(request, first, names, hear)
    if not heard.refused:
        return heard
    try:
        second = await engine.complete(seeded(_again(request, first, heard.refused)))
        repair = _heard(request, second, heard.refused, hear)
    except EngineError:
        repair = Heard(refused=heard.refused)
    return Heard({**heard.found, **repair.found}, repair.refused, again=True)


def _heard(request: CompletionRequest, answer: Completion, names: Collection[str], hear: Hear[T]) -> Heard[T]:
    if cut_off(answer, request.sampling.max_tokens):
        return Heard(refused=dict.fromkeys(names, "truncated"))
    return hear(json_in(answer.content), names)


def _again(request: CompletionRequest, answer: Completion, refused: Mapping[str, Refused]) -> CompletionRequest:
    problems = "\n".join(f"- {name}: {PROBLEMS[why]}" for name, why in refused.items())
    wrote = {"role": "assistant", "content": answer.content or "(nothing)"}
    note = {"role": "user", "content": prompt("repair").replace("{problems}", problems)}
    return structs.replace(request, messages=(*request.messages, wrote, note), turn=request.turn + 1)


def stands(quote: str, messages: Collection[Message]) -> bool:
    """Whether words stand in one of the messages: three in a row or more, or the whole; case and blanks apart."""
    words = _plain(quote)
    texts = [_plain(message.content) for message in messages]
    return bool(words) and any(words == text or (len(words.split()) >= _FEWEST and words in text) for text in texts)


def _plain(text: str) -> str:
    return " ".join(text.lower().split())
