"""Detectors: which behaviours a finished dialogue shows, read from its messages and acts and never from the plan.

    >>> sorted(detect(dialogue))
    ['drip', 'slip', 'typos']

`DETECTORS` has them under the names that playbooks use; what each behaviour means is its playbook's definition. The
register is measured (`words_per_turn`), and no dialogue alone shows it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from functools import cached_property, lru_cache
from itertools import pairwise

from schemas.base import Json
from schemas.behavior import Playbook
from schemas.dialogue import Act, Dialogue, Message
from stages.behaviors.foreign_words import foreign
from stages.behaviors.happenings import (
    amended,
    by_exclusion,
    came_in_parts,
    picked,
    revised_on_seeing,
    was_outdated,
    went_without,
)
from stages.behaviors.misspellings import has_misspelling
from stages.behaviors.space import SPACE, by_name, playbooks_of

INTENTS = frozenset({"inform_intent_clear", "inform_intent_clear_add", "inform_intent_vague"})


class Seen:
    """A finished dialogue, as detectors look at it.

    Attributes:
        dialogue: all of it.
        talk: what was said, without calls and results.
        users: what the user said.
        kinds: the kinds of the user's acts.
    """

    def __init__(self, dialogue: Dialogue) -> None:
        """Takes a dialogue."""
        self.dialogue = dialogue
        self.talk = [message for message in dialogue.messages if message.role != "tool" and not message.tool_calls]
        self.users = [message for message in self.talk if message.role == "user"]
        self.kinds = frozenset(act.kind for message in self.users for act in message.acts)

    @cached_property
    def raised(self) -> list[int]:
        """How many requests each message raises for the first time, of those that raise any."""
        known: set[int | None] = set()
        found: list[int] = []
        for message in self.users:
            fresh = {act.request for act in message.acts if act.kind in INTENTS} - known
            known |= fresh
            found += [len(fresh)] if fresh else []
        return found

    @cached_property
    def identity(self) -> dict[str, Json]:
        """What the user can be found by, as it is."""
        return {entry.name: entry.value for entry in self.dialogue.scenario.task.knowledge if entry.identity}

    @cached_property
    def disclosure(self) -> str:
        """How the facts came out; what the task itself holds back until it is asked for does not count."""
        flaws = [request.flaw for request in self.dialogue.scenario.task.requests if request.flaw]
        return disclosure_of(self.talk, {flaw.role for flaw in flaws if flaw.kind == "ask_first"})


def detect(dialogue: Dialogue) -> frozenset[str]:
    """Returns the disclosure and the traits that a dialogue shows, of WRIT's own and of those in its own playbooks."""
    every = {**by_name(SPACE), **playbooks_of(dialogue.scenario.behavior)}
    return shown(dialogue, every.values())


def shown(dialogue: Dialogue, playbooks: Iterable[Playbook]) -> frozenset[str]:
    """Returns which of some behaviours a dialogue shows; those that are only measured are none of them."""
    seen = Seen(dialogue)
    if not seen.users:
        return frozenset()
    return frozenset(p.behavior for p in playbooks if p.detector in DETECTORS and DETECTORS[p.detector](seen, p))


def words_per_turn(dialogue: Dialogue) -> float:
    """Measures the register: the mean number of words of a user's turn.

    A measure, and no verdict on one dialogue: a terse user who tells everything at once writes one long message. Over
    many dialogues terse users are below neutral ones, and chatty users above.
    """
    lengths = [len(message.content.split()) for message in dialogue.messages if message.role == "user"]
    return sum(lengths) / len(lengths) if lengths else 0.0


def disclosure_of(talk: Sequence[Message], held: Set[str] = frozenset()) -> str:
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
        corrected = any(act.kind in ("correct", "change_mind", "revise", "amend", "negate") for act in message.acts)
        for act in told(message):
            if act.request not in raised and not corrected and (act.request, act.slot) not in asked:
                yield act


def _disclosed(seen: Seen, playbook: Playbook) -> bool:
    return seen.disclosure == playbook.detector


def _says(kind: str) -> Detector:
    """Returns a detector of one act of the user."""
    return lambda seen, playbook: kind in seen.kinds


def _misspells(seen: Seen, playbook: Playbook) -> bool:
    return any(has_misspelling(message.content) for message in seen.users)


def _words(seen: Seen, playbook: Playbook) -> bool:
    """A user's message matches the playbook's pattern."""
    return any(_compiled(playbook.pattern).search(message.content) for message in seen.users)


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


def _tells_again(kind: str) -> Detector:
    """Returns a detector of a value that is told twice, otherwise the second time, in an act of this kind."""
    return lambda seen, playbook: kind in seen.kinds and _told_twice(seen.users, kind)


def _corrects(seen: Seen, playbook: Playbook) -> bool:
    """A value is put right that fingers, or a slip of memory, make of the true one."""
    return "correct" in seen.kinds and _told_twice(seen.users, "correct") and not _tells_outdated(seen, playbook)


def _tells_outdated(seen: Seen, playbook: Playbook) -> bool:
    return "correct" in seen.kinds and was_outdated(seen.talk, seen.identity)


def _goes_without(seen: Seen, playbook: Playbook) -> bool:
    return "fail_inform" in seen.kinds and playbook.detector in went_without(seen.talk, seen.identity.keys())


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


def _bursts(seen: Seen, playbook: Playbook) -> bool:
    """Some turn has several lines."""
    return any("\n" in message.content.strip() for message in seen.users)


def _switches(seen: Seen, playbook: Playbook) -> bool:
    return any(foreign(message.content) for message in seen.users)


def _doubts(seen: Seen, playbook: Playbook) -> bool:
    """A doubt is about what the agent has just listed or answered."""
    for before, message in pairwise(seen.talk):
        said = {act.request for act in before.acts if act.kind in ("confirm", "response")}
        if any(act.kind == "doubt" and act.request in said for act in message.acts):
            return True
    return False


def _misnames(seen: Seen, playbook: Playbook) -> bool:
    """What was called by a makeshift name is told properly later."""
    open_: set[tuple[int | None, str | None]] = set()
    for message in seen.users:
        if open_ & {(act.request, act.slot) for act in message.acts if act.kind == "inform"}:
            return True
        low = message.content.lower()
        open_ |= {(a.request, a.slot) for a in message.acts if a.kind == "misname" and str(a.value).lower() in low}
    return False


def _raises_several(seen: Seen, playbook: Playbook) -> bool:
    """All requests come in one message."""
    return len(seen.raised) == 1 and seen.raised[0] > 1 and not _corrects_other(seen, playbook)


def _corrects_other(seen: Seen, playbook: Playbook) -> bool:
    return "amend" in seen.kinds and amended(seen.talk)


def _raises_pairs(seen: Seen, playbook: Playbook) -> bool:
    """Requests come in several messages, two in one of them."""
    return len(seen.raised) > 1 and max(seen.raised) == 2


def _rates(seen: Seen, playbook: Playbook) -> bool:
    """An opinion answers a report or an answer."""
    return "feedback" in seen.kinds and any(
        any(act.kind == "response" for act in before.acts) and any(act.kind == "feedback" for act in message.acts)
        for before, message in pairwise(seen.talk)
    )


def _refuses_first(seen: Seen, playbook: Playbook) -> bool:
    """Listed details are not confirmed, nothing about them changes, and they are confirmed then."""
    if "negate" not in seen.kinds:
        return False
    refused: set[int | None] = set()
    for before, message in pairwise(seen.talk):
        listed = {act.request for act in before.acts if act.kind == "confirm" and before.role == "assistant"}
        if not listed or message.role != "user":
            continue
        kinds = {act.kind for act in message.acts}
        if "negate" in kinds and not kinds & {"inform", "correct", "change_mind", "revise"}:
            refused |= listed
        if "affirm" in kinds and listed & refused:
            return True
    return False


Detector = Callable[[Seen, Playbook], bool]
DETECTORS: dict[str, Detector] = {
    "all_at_once": _disclosed,
    "drip": _disclosed,
    "only_when_asked": _disclosed,
    "vague_start": _disclosed,
    "complains": _says("complain"),
    "misspells": _misspells,
    "corrects": _corrects,
    "outdated": _tells_outdated,
    "comes_in_parts": lambda seen, playbook: came_in_parts(seen.talk, seen.identity.keys()),
    "lacks_number": _goes_without,
    "lacks_identity": _goes_without,
    "changes_mind": _tells_again("change_mind"),
    "revises": lambda seen, playbook: "revise" in seen.kinds and revised_on_seeing(seen.talk),
    "refuses_first": _refuses_first,
    "wanders": _says("off_topic"),
    "vents": _says("vent"),
    "doubts": _doubts,
    "bursts": _bursts,
    "switches": _switches,
    "misnames": _misnames,
    "raises_several": _raises_several,
    "raises_pairs": _raises_pairs,
    "corrects_other": _corrects_other,
    "gives_feedback": _rates,
    "picks": lambda seen, playbook: "ask_options" in seen.kinds and by_exclusion(picked(seen.talk)) is False,
    "excludes": lambda seen, playbook: "ask_options" in seen.kinds and by_exclusion(picked(seen.talk)) is True,
    "words": _words,
}
"""What playbooks name under `detector`: whether a dialogue shows a behaviour."""
MEASURES: dict[str, Callable[[Dialogue], float]] = {"words_per_turn": words_per_turn}
"""Detectors that say how much, not whether: a behaviour that has one shows in the mean over many dialogues."""
