"""Completion: one request to whoever speaks for a role, and its answer. The one protocol of all engines.

Example rows (shortened)::

    {"role": "agent", "session": "dialogue-1c2d.../agent", "turn": 3,
     "messages": [{"role": "system", "content": "..."}, {"role": "user", "content": "hi, i'd like to renew a book"}],
     "tools": [{"type": "function", "function": {"name": "get_reader", ...}}],
     "sampling": {"temperature": 0.7, "max_tokens": 1024, "seed": 8123}}

    {"content": "", "tool_calls": [{"id": "chatcmpl-tool-1", "name": "get_reader", "arguments": "{...}"}],
     "finish_reason": "tool_calls", "usage": {"prompt_tokens": 812, "completion_tokens": 31}, "engine": "http:qwen3-4b"}

A completion is what came back, word for word: `arguments` is text that may be no JSON. Nothing in it is trusted yet.
"""

from __future__ import annotations

from typing import Literal

from schemas.base import Json, Record

EngineRole = Literal["agent", "user", "verbaliser", "rewriter", "judge", "proposer"]


class Sampling(Record):
    """How an answer is drawn. What is None is left to the server.

    Attributes:
        max_tokens: most tokens of one answer; an answer of so many counts as cut off, whatever its finish reason.
        seed: derived from the record's content, so that a server that honours seeds answers alike in every run.
        extra: further keys of the request's body, as the server understands them.
    """

    temperature: float | None = None
    top_p: float | None = None
    max_tokens: int | None = None
    seed: int | None = None
    stop: tuple[str, ...] = ()
    extra: dict[str, Json] = {}


class Voice(Record):
    """Who speaks for a role, as far as it decides what is said: a setting of stages, and so part of their keys.

    Attributes:
        engine: name and version of what answers, such as `http:large-1@2026-05`.
        prompt: text in place of the role's own, "" where there is none.
    """

    engine: str
    sampling: Sampling = Sampling()
    prompt: str = ""


class CompletionRequest(Record):
    """What is asked.

    Attributes:
        session: stays the same over the turns of one dialogue and role; requests of one session share a prefix.
        turn: counts the requests of a session; with `session` it names the request, also after a restart.
        messages: in OpenAI chat form, system prompt first, append-only within a session.
        tools: in OpenAI form; empty where none may be called.
        response_format: a JSON Schema that the answer must follow (OpenAI `response_format`), or None.
    """

    role: EngineRole
    session: str
    turn: int
    messages: tuple[Json, ...]
    tools: tuple[Json, ...] = ()
    tool_choice: Json = None
    response_format: Json = None
    sampling: Sampling = Sampling()


class RawCall(Record):
    """A tool call as it came: `arguments` is text."""

    id: str
    name: str
    arguments: str


class Usage(Record):
    """Tokens of one request; `cached_tokens` of the prompt's were found in a prefix cache."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    cached_tokens: int = 0


class Completion(Record):
    """What was answered.

    Attributes:
        finish_reason: as the server says (`stop`, `length`, `tool_calls`, ...).
        engine: name and revision of who answered, such as `http:qwen3-4b@0.33.0`.
        seconds: from sending the request to having the answer, retries included. Never part of a digest.
    """

    content: str
    tool_calls: tuple[RawCall, ...] = ()
    finish_reason: str = "stop"
    usage: Usage = Usage()
    engine: str = ""
    seconds: float = 0.0
