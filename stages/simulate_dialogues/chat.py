"""Chat: a dialogue as a language model reads it, in OpenAI chat form.

    agent   system, user "hi ...", assistant (tool_calls), tool, assistant "...", ...      with all tools
    user    system, user "(The chat is open ...)", assistant "hi ...", user "<the agent's words>", ...      no tools

Static parts come first and nothing is ever changed afterwards, so that a turn's prompt begins with the one before, byte
for byte. Prompts are files beside this one; `{name}` in them is filled in.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

from schemas.base import Json, canonical
from schemas.dialogue import Message
from tool_specs.domain import Domain

_PROMPTS = Path(__file__).parent / "prompts"


@cache
def prompt(name: str) -> str:
    """Returns the text of a prompt's file."""
    return (_PROMPTS / f"{name}.md").read_text(encoding="utf-8").strip()


def filled(name: str, template: str = "", **values: str) -> str:
    """Returns a prompt (or the one that stands in its place) with its slots filled."""
    text = template or prompt(name)
    for slot, value in values.items():
        text = text.replace(f"{{{slot}}}", value)
    return text


def agent_prompt(domain: Domain, template: str = "") -> str:
    """Returns all that an agent is told before anybody speaks: who it is, and the policy."""
    return filled("agent", template, service=domain.lexicon.service, policy=domain.policy.strip())


def user_prompt(instruction: str, template: str = "") -> str:
    """Returns all that a user is told: its own instruction, and how the chat works."""
    return filled("user", template, instruction=instruction)


def as_agent(messages: Sequence[Message]) -> Iterator[dict[str, Json]]:
    """Yields messages as an agent reads them; arguments are text, as the wire wants them."""
    for message in messages:
        found: dict[str, Json] = {"role": message.role, "content": message.content}
        if message.tool_calls:
            found["tool_calls"] = [
                {
                    "id": call.id,
                    "type": "function",
                    "function": {"name": call.name, "arguments": canonical(call.arguments).decode()},
                }
                for call in message.tool_calls
            ]
        if message.role == "tool":
            found["tool_call_id"] = message.tool_call_id
            found["name"] = message.name
        yield found


def as_user(messages: Sequence[Message]) -> Iterator[dict[str, Json]]:
    """Yields messages as a user reads them: words only, its own as the assistant's."""
    for message in messages:
        if message.role == "user":
            yield {"role": "assistant", "content": message.content}
        elif message.role == "assistant" and not message.tool_calls:
            yield {"role": "user", "content": message.content}
