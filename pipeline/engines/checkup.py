"""What `writ doctor` asks an endpoint, and a model's template: is it there, is it the right one, can it call tools.

Finding("agent", "bad", "http://localhost:8000/v1 serves small-2, not small-1; mend model")
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import aiohttp

from pipeline.engines.prefix_probe import PROMPTS, TOOL, broken
from pipeline.engines.settings import VllmSettings
from pipeline.engines.vllm_environment import server_environment
from schemas.base import Json

_SCRIPT = Path(__file__).with_name("render_prompts.py")
_RENDER_SECONDS = 300
_SHOWN = 200
_ANSWER_TOKENS = 256

State = Literal["ok", "note", "bad"]


@dataclass(frozen=True)
class Finding:
    """One line: what was looked at, how it is, and what to do. A `note` is no obstacle."""

    place: str
    state: State
    text: str


async def endpoint_findings(place: str, url: str, model: str, key: str | None) -> AsyncIterator[Finding]:
    """Asks an endpoint for its models, one answer with a tool, and the tokens of a small dialogue.

    Args:
        place: the role, for the lines.
        url: with `/v1`.
        model: what requests ask for.
        key: sent, never shown.
    """
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    timeout = aiohttp.ClientTimeout(total=120, sock_connect=10)
    async with aiohttp.ClientSession(headers=headers, timeout=timeout) as session:
        try:
            status, models = await _json(session, "GET", f"{url}/models")
        except (aiohttp.ClientError, TimeoutError) as error:
            yield Finding(place, "bad", f"{url} cannot be reached ({type(error).__name__}: {error}); is it up?")
            return
        if status in (401, 403):
            yield Finding(place, "bad", f"{url} refuses the key (status {status}); see to api_key_env")
            return
        names = [str(each.get("id")) for each in models.get("data", ())] if status == 200 else []
        if names and model not in names:
            yield Finding(place, "bad", f"{url} serves {', '.join(names[:5])}, not {model}; mend model")
            return
        listed = f"serves {model}" if names else f"is there, and lists no models (status {status})"
        yield Finding(place, "ok", f"{url} {listed}")
        yield await _tool_call(session, place, url, model)
        yield await _prefixes(session, place, url, model)


async def _tool_call(session: aiohttp.ClientSession, place: str, url: str, model: str) -> Finding:
    body = {"model": model, "messages": PROMPTS[0], "tools": [TOOL], "temperature": 0, "max_tokens": _ANSWER_TOKENS}
    try:
        status, answer = await _json(session, "POST", f"{url}/chat/completions", body)
    except (aiohttp.ClientError, TimeoutError) as error:
        return Finding(place, "bad", f"no answer to a request with a tool ({type(error).__name__}); see its log")
    if status != 200:
        said = json.dumps(answer)[:_SHOWN]
        hint = "give args: {tool_call_parser: ...}" if "tool-call-parser" in said else "see its log"
        return Finding(place, "bad", f"a request with a tool is refused (status {status}: {said}); {hint}")
    message = answer["choices"][0]["message"]
    name = TOOL["function"]["name"]
    if any(call["function"]["name"] == name for call in message.get("tool_calls") or ()):
        return Finding(place, "ok", "tools: a call came back as one, so template and tool parser agree")
    if name in (message.get("content") or ""):
        return Finding(
            place, "bad", "tools: a call came back as text: the tool parser does not read this model's calls; choose "
            "another tool_call_parser",
        )  # fmt: skip
    return Finding(place, "note", "tools: the model made no call when asked to; run a few dialogues before many")


async def _prefixes(session: aiohttp.ClientSession, place: str, url: str, model: str) -> Finding:
    tokens: list[list[int]] = []
    for prompt in (*PROMPTS, PROMPTS[0]):
        tools = [TOOL] if len(tokens) < len(PROMPTS) else []
        body = {"model": model, "messages": prompt, "tools": tools or None, "add_generation_prompt": True}
        try:
            status, answer = await _json(session, "POST", f"{url.removesuffix('/v1')}/tokenize", body)
        except (aiohttp.ClientError, TimeoutError):
            status, answer = 0, {}
        if status != 200 or "tokens" not in answer:
            return Finding(place, "note", "prefixes: the endpoint does not tell tokens; its cache cannot be foreseen")
        tokens.append(answer["tokens"])
    return next(iter(token_findings(place, tokens)))


async def _json(session: aiohttp.ClientSession, method: str, url: str, body: Json = None) -> tuple[int, Any]:
    async with session.request(method, url, json=body) as response:
        try:
            found = await response.json(content_type=None)
        except (json.JSONDecodeError, UnicodeDecodeError):
            found = {}
        return response.status, found if isinstance(found, dict) else {}


def template_findings(place: str, settings: VllmSettings, offline: bool) -> Iterator[Finding]:
    """Renders a small dialogue with the template of a model that the run serves itself.

    Args:
        place: the role, for the lines.
        settings: the model and the interpreter.
        offline: nothing is downloaded; a model that is not here is not looked at.
    """
    environment = {**server_environment(settings), **({"HF_HUB_OFFLINE": "1"} if offline else {})}
    asked = [{"prompts": PROMPTS, "tools": [TOOL]}, {"prompts": PROMPTS[:1], "tools": []}]
    tokens: list[list[int]] = []
    for each in asked:
        try:
            done = subprocess.run(
                [settings.python or sys.executable, "-I", str(_SCRIPT), settings.model], input=json.dumps(each),
                env=environment, capture_output=True, text=True, timeout=_RENDER_SECONDS,
            )  # fmt: skip
            tokens += json.loads(done.stdout.splitlines()[-1])
        except (OSError, subprocess.TimeoutExpired, ValueError, IndexError):
            here = "" if not offline else " Without --dry-run it is downloaded."
            yield Finding(place, "note", f"template: {settings.model} is not here, or has none.{here}")
            return
    yield from token_findings(place, tokens)


def token_findings(place: str, tokens: Sequence[Sequence[int]]) -> Iterator[Finding]:
    """Says what tokens tell of a template.

    Args:
        place: the role, for the lines.
        tokens: of `PROMPTS` with the tool, then of the first of them without.
    """
    *turns, bare = tokens
    if len(turns[0]) <= len(bare):
        yield Finding(
            place, "bad", "template: it leaves tools out, so the model cannot know of them; give another one in "
            "args: {chat_template: ...}",
        )  # fmt: skip
        return
    found = broken(turns)
    if found is None:
        yield Finding(place, "ok", "template: it has tools in it, and each turn is the beginning of the next")
    else:
        yield Finding(
            place, "note", f"prefixes: turn {found.turn} is rendered otherwise once it is past, only {found.kept:.0%} "
            "of it stays in the cache. Dialogues are right but slower; a template that keeps earlier turns mends it",
        )  # fmt: skip
