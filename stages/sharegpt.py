r"""ShareGPT: a row's messages in the strict form that LLaMA-Factory trains on without skipping.

`human` or `observation` stand at even places, `gpt` or `function_call` at odd ones, and the number is even. A call is
JSON text `{"name", "arguments"}` (a list of them for parallel calls), `tools` is JSON text. Example::

    {"conversations": [{"from": "human", "value": "is my book due?"},
                       {"from": "function_call", "value": "{\"name\":\"get_loan\",\"arguments\":{\"loan_id\":\"L1\"}}"},
                       {"from": "observation", "value": "{\"due\":\"Friday\"}"},
                       {"from": "gpt", "value": "On Friday."}],
     "system": "You are ...", "tools": "[{\"name\": \"get_loan\", ...}]"}

What the form cannot hold has no conversion (None): text beside a call, two speeches in a row, an agent speaking first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
import orjson

from schemas.base import Json

_ASKING = ("human", "observation")


class Sharegpt(msgspec.Struct, frozen=True):
    """A conversation in ShareGPT form: (from, value) pairs, the system's text, the tools as JSON text."""

    conversations: tuple[tuple[str, str], ...]
    system: str
    tools: str


def to_sharegpt(messages: Sequence[Mapping[str, Json]], tools: Sequence[Mapping[str, Json]]) -> Sharegpt | None:
    """Converts messages and tools in OpenAI form, or returns None where the form cannot hold them."""
    system = ""
    turns: list[tuple[str, str]] = []
    answers: list[str] = []
    for message in messages:
        role, content = message["role"], message["content"]
        if role == "system":
            system = content if not system else f"{system}\n\n{content}"
            continue
        if role == "tool":
            answers.append(content)
            continue
        _answer(turns, answers)
        answers = []
        calls = message.get("tool_calls", ())
        if calls and content.strip():
            return None
        turns.append(("human" if role == "user" else "function_call" if calls else "gpt", _value(content, calls)))
    _answer(turns, answers)
    alternating = all((speaker in _ASKING) == (place % 2 == 0) for place, (speaker, _) in enumerate(turns))
    if not turns or len(turns) % 2 or not alternating:
        return None
    return Sharegpt(tuple(turns), system, tools_text(tools))


def tools_text(tools: Sequence[Mapping[str, Json]]) -> str:
    """Returns tools in OpenAI form as the JSON text of their functions."""
    return orjson.dumps([tool["function"] for tool in tools]).decode()


def _answer(turns: list[tuple[str, str]], answers: Sequence[str]) -> None:
    if answers:
        turns.append(("observation", answers[0] if len(answers) == 1 else orjson.dumps(list(answers)).decode()))


def _value(content: str, calls: Sequence[Mapping[str, Json]]) -> str:
    if not calls:
        return content
    found = [{"name": call["function"]["name"], "arguments": call["function"]["arguments"]} for call in calls]
    return orjson.dumps(found[0] if len(found) == 1 else found).decode()
