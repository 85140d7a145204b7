"""Distrust: what can be wrong with a language model's answer, whatever its finish reason says.

    unusable("<think>let me see", ...)    -> Fault("reasoning", ...)
    unusable("Which book is it?", ...)    -> None

Here are the signs that an answer shows by itself or beside what was said before; whether what it says is right is the
checks' business (`stages/validate_dialogues`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from schemas.completion import Completion
from schemas.dialogue import Message, ToolCall
from stages import structured
from stages.simulate_dialogues.asking import Fault

_REASONING = re.compile(r"</?(?:think|thinking|thought|reasoning|scratchpad)\b[^>]*>|<\|channel\|>", re.IGNORECASE)
_CALL_MARKUP = re.compile(
    r"</?tool_?calls?\b|<function[=\s>]|</?invoke\b|\[/?TOOL_CALLS?\]|<\|python_tag\|>|<\|tool|✿FUNCTION✿|"
    r"\"(?:arguments|parameters)\"\s*:\s*[{\"]|```",
    re.IGNORECASE,
)
_STOP_TOKENS = re.compile(
    r"<\|[^|>\n]{1,40}\|>|</?s>|<(?:eos|bos|pad|unk)>|\[/?INST\]|<</?SYS>>|<(?:start|end)_of_turn>|\[UNUSED|�|###"
)
_LABEL = re.compile(
    r"^\W{0,3}(?:user|customer|human|client|assistant|agent|system|tool|ai|bot)\W{0,3}:", re.IGNORECASE | re.MULTILINE
)
_ASSISTANT_TALK = re.compile(
    r"\b(?:as an ai\b|as a language model|i(?:'m| am) (?:an ai|a language model)|"
    r"how (?:can|may) i (?:help|assist) you|is there anything else i can (?:help|assist)|"
    r"i'd be happy to (?:help|assist))",
    re.IGNORECASE,
)
_WORD = re.compile(r"\w+")
_RUN = 12
"""Words of a run that counts as said again when it comes back."""
_MOST_AGAIN = 4
_MOST_IN_A_ROW = 8
_SAME_CALLS = 3
_SHORT = 5
"""Words up to which a text may come back: "yes", "no thanks"."""
_SAME_TEXTS = 3
_COPIED = {"agent": 24, "user": 12}
"""Words in a row that nobody but a prompt has: policy sentences may be quoted, a user's rules may not."""


def cut_off(completion: Completion, max_tokens: int | None) -> Fault | None:
    """Whether an answer was cut off: a finish reason such as `tool_calls` can hide that the cap was reached."""
    if structured.cut_off(completion, max_tokens):
        tokens = completion.usage.completion_tokens
        return Fault("truncated", f"It is cut off after {tokens} tokens; be shorter.")
    return None


def unusable(text: str, role: str, secret: str, tools: Sequence[str]) -> Fault | None:
    """Returns what is wrong with a text, or None.

    Args:
        text: What was written, a user's explicit actions taken off.
        role: `agent` or `user`.
        secret: What the writer was told and must not recite.
        tools: Names of the tools that might be written as text.
    """
    if _REASONING.search(text):
        return Fault("reasoning", "It shows your reasoning; write only the message itself.")
    named = next((name for name in tools if "_" in name and name in text), None) if "_" in text else None
    if _CALL_MARKUP.search(text) or named is not None:
        what = named or "a call"
        return Fault("hidden_call", f"It writes {what} as text; use the tool interface, or write to the other side.")
    token = _STOP_TOKENS.search(text)
    if token:
        return Fault("stop_token", f"It has {token.group()!r} in it, which is no part of a message.")
    label = _LABEL.search(text) or (_ASSISTANT_TALK.search(text) if role == "user" else None)
    if label:
        return Fault("role_confusion", f"It speaks for somebody else: {label.group()!r}. Write your own words only.")
    if _recites(text, secret, _COPIED[role]):
        return Fault("leaked_prompt", "It recites your instructions; the other side does not know them.")
    if _repeats_itself(text):
        return Fault("loop", "It repeats the same words over and over.")
    return None


def said_again(text: str, history: Sequence[Message], role: str) -> Fault | None:
    """Whether a text was said word for word too often."""
    same = [m for m in history if m.content == text and m.role == role and not m.tool_calls]
    if len(same) + 1 >= _SAME_TEXTS and len(text.split()) > _SHORT:
        return Fault("loop", "You have said exactly that before; go on instead.")
    return None


def called_again(call: ToolCall, history: Sequence[Message]) -> Fault | None:
    """Whether a call was made too often with nothing said in between."""
    same = 0
    for message in reversed(history):
        if message.role == "user":
            break
        same += any((each.name, each.arguments) == (call.name, call.arguments) for each in message.tool_calls)
    if same + 1 >= _SAME_CALLS:
        return Fault("loop", f"You have made the same call of {call.name} before; its answer stays the same.")
    return None


def _repeats_itself(text: str) -> bool:
    words = _WORD.findall(text.lower())
    in_a_row, before = 1, ""
    for word in words:
        in_a_row = in_a_row + 1 if word == before else 1
        before = word
        if in_a_row >= _MOST_IN_A_ROW:
            return True
    seen: dict[tuple[str, ...], int] = {}
    for place in range(len(words) - _RUN + 1):
        run = tuple(words[place : place + _RUN])
        seen[run] = seen.get(run, 0) + 1
        if seen[run] > _MOST_AGAIN:
            return True
    return False


def _recites(text: str, secret: str, run: int) -> bool:
    words = _WORD.findall(text.lower())
    if len(words) < run:
        return False
    known = _runs(secret, run)
    return any(tuple(words[place : place + run]) in known for place in range(len(words) - run + 1))


@lru_cache(maxsize=64)
def _runs(secret: str, run: int) -> frozenset[tuple[str, ...]]:
    words = _WORD.findall(secret.lower())
    return frozenset(tuple(words[place : place + run]) for place in range(len(words) - run + 1))
