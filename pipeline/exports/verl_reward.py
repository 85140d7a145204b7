"""The reward of `writ export --format verl-rl` for verl's reinforcement learning; verl runs it, WRIT copies it.

    custom_reward_function.path=<folder>/writ_reward.py custom_reward_function.name=compute_score

The reward is the share of the task's checklist that a rollout meets. A rollout that keeps its messages hands them over
in `extra_info["messages"]`; otherwise they are read from the response's text, in the form of Qwen's and Hermes'
templates (`<tool_call>{"name": ..., "arguments": ...}</tool_call>`, `<tool_response>`), with or without role marks.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))

from stages.derive_checklists.checker import score

_ROLE = re.compile(r"<\|im_start\|>(\w+)\n|(?:^|\n)(user|assistant)\n")
_END = re.compile(r"<\|im_end\|>|<\|endoftext\|>")
_CALL = re.compile(r"<tool_call>\s*(.*?)\s*</tool_call>", re.DOTALL)
_ANSWER = re.compile(r"<tool_response>\n?(.*?)\n?</tool_response>", re.DOTALL)
_THOUGHT = re.compile(r"<think>.*?</think>", re.DOTALL)


def compute_score(
    data_source: str, solution_str: str, ground_truth: str, extra_info: dict[str, Any] | None = None, **others: Any
) -> dict[str, float]:
    """Returns verl's reward of one rollout: `score`, and how many items it meets."""
    messages = (extra_info or {}).get("messages")
    found = score(json.loads(ground_truth), list(messages) if messages else messages_in(solution_str))
    return {"score": found["score"] or 0.0, "met": float(len(found["met"])), "missed": float(len(found["missed"]))}


def messages_in(response: str) -> list[dict[str, Any]]:
    """Returns the messages of a response's text; it begins with the agent's, after the prompt's user."""
    found: list[dict[str, Any]] = [{"role": "user", "content": ""}]
    role, place = "assistant", 0
    for mark in [*_ROLE.finditer(response), None]:
        found += _messages(role, response[place : mark.start() if mark else len(response)])
        if mark:
            role, place = mark.group(1) or mark.group(2), mark.end()
    return found


def _messages(role: str, text: str) -> list[dict[str, Any]]:
    text = _END.sub("", text)
    answers = _ANSWER.findall(text)
    if answers or role == "tool":
        return [{"role": "tool", "content": each} for each in answers or [text.strip()]]
    if role != "assistant":
        return [{"role": role, "content": text.strip()}] if text.strip() else []
    text = _THOUGHT.sub("", text)
    calls = [call for each in _CALL.findall(text) if (call := _call(each))]
    said = _CALL.sub("", text).strip()
    if not calls:
        return [{"role": role, "content": said}] if said else []
    return [{"role": role, "content": said, "tool_calls": calls}]


def _call(text: str) -> dict[str, Any] | None:
    try:
        value = json.loads(text)
    except ValueError:
        return None
    if not isinstance(value, dict) or not isinstance(value.get("name"), str):
        return None
    return {"function": {"name": value["name"], "arguments": value.get("arguments") or {}}}
