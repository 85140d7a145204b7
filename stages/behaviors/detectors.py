"""Detectors: which behaviours a finished dialogue shows, read from its messages and acts and never from the plan.

    >>> sorted(detect(dialogue))
    ['drip', 'slip', 'typos']

What each means, in terms of acts:

* all_at_once: the first message has identity, intent and every detail that is ever told of that request.
* vague_start: the first message has an intent without its content.
* drip: some detail comes unasked, after the request was raised. only_when_asked: neither of these.
* slip: a fact is told with two values, the second as a correction, or is taken back for others. change_of_mind: a
  wish is told with two values.
* refuse_first: a listed action is not confirmed, nothing about it changes, and it is confirmed then.
* register: no yes or no, but a number (`words_per_turn`).
* multi_request: one message raises two requests. impatience, off_topic: the user's own act. typos: the words.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from itertools import pairwise

from schemas.base import Json
from schemas.behavior import Disclosure
from schemas.dialogue import Act, Dialogue, Message
from stages.behaviors.misspellings import has_misspelling

INTENTS = frozenset({"inform_intent_clear", "inform_intent_clear_add", "inform_intent_vague"})


def detect(dialogue: Dialogue) -> frozenset[str]:
    """Returns the disclosure and the traits that a dialogue shows."""
    talk = [message for message in dialogue.messages if message.role != "tool" and not message.tool_calls]
    users = [message for message in talk if message.role == "user"]
    if not users:
        return frozenset()
    flaws = [request.flaw for request in dialogue.scenario.task.requests if request.flaw]
    found: set[str] = {disclosure_of(talk, {flaw.role for flaw in flaws if flaw.kind == "ask_first"})}
    kinds = {act.kind for message in users for act in message.acts}
    if any(has_misspelling(message.content) for message in users):
        found.add("typos")
    if "complain" in kinds:
        found.add("impatience")
    if "off_topic" in kinds:
        found.add("off_topic")
    if "correct" in kinds and _told_twice(users, "correct"):
        found.add("slip")
    if "change_mind" in kinds and _told_twice(users, "change_mind"):
        found.add("change_of_mind")
    if "negate" in kinds and _refused_first(talk):
        found.add("refuse_first")
    if any(len({act.request for act in message.acts if act.kind in INTENTS}) > 1 for message in users):
        found.add("multi_request")
    return frozenset(found)


def words_per_turn(dialogue: Dialogue) -> float:
    """Measures the register: the mean number of words of a user's turn.

    A measure, and no verdict on one dialogue: a terse user who tells everything at once writes one long message. Over
    many dialogues terse users are below neutral ones, and chatty users above.
    """
    lengths = [len(message.content.split()) for message in dialogue.messages if message.role == "user"]
    return sum(lengths) / len(lengths) if lengths else 0.0


def disclosure_of(talk: Sequence[Message], held: Set[str] = frozenset()) -> Disclosure:
    """Returns how the facts came out; what the task itself holds back until it is asked for does not count."""
    first = next(message for message in talk if message.role == "user")
    if any(act.kind == "inform_intent_vague" for act in first.acts):
        return "vague_start"
    raised = {act.request for act in first.acts if act.kind in INTENTS}
    told_first = {(act.request, act.slot) for act in first.acts if act.kind == "inform"}
    # Where nobody says who they are at any time, nobody says it later.
    identity_ever = {act.request for message in talk for act in message.acts if act.kind == "inform"}
    identity_first = any(request is None for request, _ in told_first) or None not in identity_ever
    every = [act for message in talk for act in told(message) if act.slot not in held]
    ever = {(act.request, act.slot) for act in every if act.request in raised}
    if identity_first and ever <= told_first:
        return "all_at_once"
    return "drip" if any(True for _ in _unasked(talk)) else "only_when_asked"


def told(message: Message) -> list[Act]:
    """Returns the details of requests that a user's message tells (identity apart)."""
    if message.role != "user":
        return []
    return [act for act in message.acts if act.kind == "inform" and isinstance(act.value, dict)]


def _unasked(talk: Sequence[Message]) -> Iterator[Act]:
    """Yields the details that come after their request was raised and that nobody asked for."""
    asked: set[tuple[int | None, str | None]] = set()
    for message in talk:
        if message.role == "assistant":
            asked = {(act.request, act.slot) for act in message.acts if act.kind in ("request", "suggest")}
            continue
        raised = {act.request for act in message.acts if act.kind in INTENTS}
        corrected = any(act.kind in ("correct", "change_mind", "negate") for act in message.acts)
        for act in told(message):
            if act.request not in raised and not corrected and (act.request, act.slot) not in asked:
                yield act


def _told_twice(users: Sequence[Message], kind: str) -> bool:
    values: dict[tuple[int | None, str | None, Json], Json] = {}
    for message in users:
        again = any(act.kind == kind for act in message.acts)
        for act in message.acts:
            if act.kind == kind and act.value is None and any(slot == act.slot for _, slot, _ in values if slot):
                return True
            if act.kind != "inform":
                continue
            key = (act.request, act.slot, act.value.get("number") if isinstance(act.value, dict) else None)
            if again and key in values and values[key] != act.value:
                return True
            values[key] = act.value
    return False


def _refused_first(talk: Sequence[Message]) -> bool:
    refused: set[int | None] = set()
    for before, message in pairwise(talk):
        listed = {act.request for act in before.acts if act.kind == "confirm" and before.role == "assistant"}
        if not listed or message.role != "user":
            continue
        kinds = {act.kind for act in message.acts}
        if "negate" in kinds and not kinds & {"inform", "correct", "change_mind"}:
            refused |= listed
        if "affirm" in kinds and listed & refused:
            return True
    return False
