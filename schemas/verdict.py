"""Verdict: one check's finding on one dialogue. Drop: a record that was rejected, with the reason.

Example row::

    {"check": "outcome", "passed": false, "owner": "agent", "detail": "loans['L3'].due differs from the goal"}
"""

from __future__ import annotations

from typing import Literal

from schemas.base import Record
from schemas.checklist import Checklist
from schemas.dialogue import Dialogue
from schemas.judgement import Judgement

Check = Literal[
    "structure",
    "call_schema",
    "replay",
    "outcome",
    "evidence_before_write",
    "grounding",
    "guards",
    "communication",
    "user_faults",
    "behavior",
    "truncation",
    "near_duplicate",
    "contamination",
]
Owner = Literal["agent", "user", "tool", "infrastructure"]
Generated = Literal[
    "truncated", "empty_turn", "reasoning", "hidden_call", "malformed_call", "unknown_tool", "wrong_arguments",
    "too_many_calls", "text_beside_call", "loop", "leaked_prompt", "stop_token", "role_confusion", "not_understood",
]  # fmt: skip
"""What can be wrong with what a language model answered."""
WhenKnown = Literal["drop", "report"]
"""What happens to a dialogue that a benchmark has, too."""
DropReason = Literal[
    Check,
    Generated,
    "zero_gain",
    "balance",
    "surplus",
    "cell_unfilled",
    "leak",
    "unphrasable",
    "engine_error",
    "backend_error",
    "poisoned",
]


class Verdict(Record):
    """One check's finding. `detail` names the place and what was expected; empty when nothing was found."""

    check: Check
    passed: bool
    owner: Owner | None = None
    detail: str = ""


class Trials(Record):
    """How many of several dialogues about one scenario passed, and which of them this is (counted from 0)."""

    attempt: int
    attempts: int
    passed: int


class Judged(Record):
    """A dialogue that passed, with the verdicts.

    Attributes:
        trials: None where its scenario was simulated once.
        gains: per message, by how many bits a turn of the agent narrowed down what is wanted; None where there is
            nothing to measure.
        checklist: what each turn must achieve; None where the recipe does not ask for it.
        judgement: what a judge found of it; None where nobody was asked, or nothing is open.
    """

    id: str
    dialogue: Dialogue
    verdicts: tuple[Verdict, ...]
    trials: Trials | None = None
    gains: tuple[float | None, ...] = ()
    checklist: Checklist | None = None
    judgement: Judgement | None = None


class Drop(Record):
    """A rejected record: data, never lost silently.

    Attributes:
        record_id: id of the rejected record.
        record: the record as JSON text, or "" where there is none (a task that could not be made).
    """

    id: str
    stage: str
    reason: DropReason
    owner: Owner | None = None
    detail: str = ""
    record_id: str = ""
    record: str = ""
