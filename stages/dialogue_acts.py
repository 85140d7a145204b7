"""Dialogue acts: ToolDial's sixteen (arXiv 2503.00564), one per turn, and which of them follow one another.

A message says several things at once; its act is the one that moves the dialogue on. Example::

    >>> act_of("assistant", [Act(kind="response"), Act(kind="request", slot="intent")])
    'response'

WRIT's own acts are put under the sixteen: to list what is to be done is to `suggest` it, to refuse is `response_fail`.
Remarks and complaints that come alone are `other`. There is no `retriever_call`: all tools are given.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from itertools import pairwise

from schemas.dialogue import Act, Message

USER = (
    "inform_intent_clear_add", "inform_intent_clear", "inform_intent_vague", "negate", "affirm", "fail_inform",
    "inform", "user_bye",
)  # fmt: skip
"""What users do; of several, the first."""
SYSTEM = ("call", "response_fail", "suggest", "clarify", "response", "request", "system_bye")
"""What agents do; of several, the first."""
OTHER = "other"
_SAME = {
    "confirm": "suggest", "refuse": "response_fail", "withdraw": "negate",
    "correct": "inform", "change_mind": "inform", "revise": "inform", "amend": "inform",
}  # fmt: skip

Pair = tuple[str, str]
POSSIBLE: frozenset[Pair] = frozenset(
    [
        *((user, system) for user in USER for system in SYSTEM),
        *((system, user) for system in SYSTEM if system not in ("call", "system_bye") for user in USER),
        *(("call", system) for system in SYSTEM),
    ]
)
"""Which act may come after which, by who may speak after whom."""


def act_of(role: str, acts: Iterable[Act]) -> str:
    """Returns the one of a turn's acts that stands for it; `other` where it has none of the sixteen."""
    acts = list(acts)
    found = {_SAME.get(act.kind, act.kind) for act in acts}
    if any(act.kind == "request" and act.slot != "intent" for act in acts):
        found.discard("response")  # "anything else?" only ends a response, a question for a detail goes on
    return next((act for act in (USER if role == "user" else SYSTEM) if act in found), OTHER)


def acts_of(messages: Iterable[Message]) -> list[str]:
    """Returns the act of every turn; what tools answer is no turn."""
    return [act_of(message.role, message.acts) for message in messages if message.role != "tool"]


def pairs(acts: Iterable[str]) -> Counter[Pair]:
    """Counts which act follows which in one dialogue."""
    return Counter(pairwise(acts))


def coverage(seen: Counter[Pair]) -> tuple[int, int]:
    """Returns how many of the possible pairs were seen, and how many are possible."""
    return sum(pair in POSSIBLE for pair in seen), len(POSSIBLE)
