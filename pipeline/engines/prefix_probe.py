"""Whether each turn of a dialogue is, in tokens, the beginning of the next: only then does a prefix cache help.

    broken(tokens)      # tokens of the prompts of a small dialogue, turn by turn -> Break(turn=1, kept=0.62), or None

Templates break it when they render an earlier turn otherwise than they did when it was the last: by dropping its
reasoning, or by writing a parsed call anew. The dialogue stays right; each turn is only computed from there on.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from schemas.base import Json

TOOL: Json = {
    "type": "function",
    "function": {
        "name": "find_loans_of_reader",
        "description": "Find the loans of a reader.",
        "parameters": {
            "type": "object",
            "properties": {"reader_id": {"type": "string", "description": "The reader's id, such as 'R2048'."}},
            "required": ["reader_id"],
        },
    },
}
_CALL = {"name": "find_loans_of_reader", "arguments": '{"reader_id": "R2048"}'}
_DIALOGUE: tuple[Json, ...] = (
    {"role": "system", "content": "You work for a lending library. Look things up; never guess."},
    {"role": "user", "content": "What have I borrowed? My id is R2048."},
    {"role": "assistant", "content": "", "tool_calls": [{"id": "call_1", "type": "function", "function": _CALL}]},
    {"role": "tool", "tool_call_id": "call_1", "content": '{"loans": ["L204815"]}'},
    {"role": "assistant", "content": "You have one loan, L204815."},
    {"role": "user", "content": "Thanks. When is it due?"},
)
PROMPTS: tuple[tuple[Json, ...], ...] = (_DIALOGUE[:2], _DIALOGUE[:4], _DIALOGUE)
"""What a model is asked at each turn."""


@dataclass(frozen=True)
class Break:
    """Where a prompt is not the beginning of the next.

    Attributes:
        turn: of the first prompt that is changed afterwards, from 1.
        kept: share of its tokens that still begin the next one.
    """

    turn: int
    kept: float


def broken(prompts: Sequence[Sequence[int]]) -> Break | None:
    """Returns the first break between prompts, in tokens."""
    for turn, (before, after) in enumerate(itertools.pairwise(prompts), 1):
        same = next((n for n, pair in enumerate(zip(before, after, strict=False)) if pair[0] != pair[1]), len(before))
        same = min(same, len(after))
        if same < len(before):
            return Break(turn, same / len(before))
    return None
