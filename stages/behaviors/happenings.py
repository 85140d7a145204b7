"""Happenings: detectors of what goes on between user and agent, read from a finished dialogue and never from the plan.

* lacks_number, lacks_identity: the user does not have what it is asked for, a thing's number or what it would be found
  by first; it tells something else, and never that.
* partial_identity: who the user is comes in two messages, the rest when it is asked for, nothing corrected.
* stale_identity: an identifying fact is told, found to be nobody's, and told otherwise; no error of typing.
* revises: a wish is told otherwise in answer to a message that tells what it came to.
* corrects_other: a message says yes to one request and tells another one, told before, otherwise.
* picks_from_list, picks_by_exclusion: of a list that the agent read out, one is taken; by what it is not.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence, Set
from itertools import pairwise

from schemas.base import Json
from schemas.dialogue import Message
from stages.behaviors.slips import near


def went_without(talk: Sequence[Message], identity: Set[str]) -> frozenset[str]:
    """Returns what kinds of things the user lacked when it was asked, and told something else in their place."""
    found: set[str] = set()
    for place, (before, message) in enumerate(pairwise(talk), 1):
        lacked = [act for act in message.acts if act.kind == "fail_inform" and message.role == "user"]
        asked = {act.request for act in before.acts if act.kind in ("request", "response_fail")}
        for act in lacked:
            later = [
                each for said in talk[place:] if said.role == "user" for each in said.acts if each.kind == "inform"
            ]
            never = all(each.slot != act.slot for each in later)
            own = [e for e in later if (e.slot in identity if act.slot in identity else e.request == act.request)]
            if act.request in asked and never and own:
                found.add("lacks_identity" if act.request is None else "lacks_number")
    return frozenset(found)


def came_in_parts(talk: Sequence[Message], identity: Set[str]) -> bool:
    """Whether the user told who it is in part, was asked for the rest, and told it."""
    told: set[str] = set()
    asked = False
    for message in talk:
        if message.role == "assistant":
            asked = any(act.kind == "request" and act.slot == "identity" for act in message.acts)
            continue
        here = {act.slot for act in message.acts if act.kind == "inform" and act.slot in identity and act.slot}
        if told and asked and here - told:
            return not any(act.kind in ("correct", "fail_inform") for act in message.acts)
        told |= here
    return False


def was_outdated(talk: Sequence[Message], identity: Mapping[str, Json]) -> bool:
    """Whether the user told an identifying fact as no slip makes it of the true one, and took that back."""
    old: set[str] = set()
    for message in talk:
        if any(act.kind == "correct" and act.slot in old for act in message.acts):
            return True
        for act in message.acts:
            if act.kind == "inform" and act.slot in identity and act.slot is not None:
                value, true = str(act.value).lower(), str(identity[act.slot]).lower()
                if value != true and not near(value, true):
                    old.add(act.slot)
    return False


def revised_on_seeing(talk: Sequence[Message]) -> bool:
    """Whether a wish was told otherwise once the agent had told what it came to."""
    told: dict[tuple[int | None, str | None, Json], Json] = {}
    seen: set[int | None] = set()
    for message in talk:
        if message.role == "assistant":
            seen = {act.request for act in message.acts if act.kind in _RESULTS}
            continue
        revised = {act.request for act in message.acts if act.kind == "revise"} & seen
        for act in message.acts:
            if act.kind == "inform" and isinstance(act.value, dict):
                key = (act.request, act.slot, act.value.get("number"))
                if act.request in revised and key in told and told[key] != act.value:
                    return True
                told[key] = act.value
    return False


_RESULTS = frozenset({"confirm", "clarify", "response", "refuse"})
"""Acts of an agent that tell what a wish comes to."""


def amended(talk: Sequence[Message]) -> bool:
    """Whether a yes to one request came with another telling of a detail of another one."""
    told: dict[tuple[int | None, str | None, Json], Json] = {}
    for message in talk:
        if message.role != "user":
            continue
        agreed = {act.request for act in message.acts if act.kind == "affirm"}
        again = {act.request for act in message.acts if act.kind == "amend"} - agreed
        for act in message.acts:
            if act.kind == "inform":
                key = (act.request, act.slot, act.value.get("number") if isinstance(act.value, dict) else None)
                if agreed and act.request in again and key in told and told[key] != act.value:
                    return True
                told[key] = act.value
    return False


def picked(talk: Sequence[Message]) -> Message | None:
    """Returns the message that takes one of the things that the message before has listed, be it the only one."""
    for before, message in pairwise(talk):
        for act in before.acts:
            options = act.value.get("options", ()) if act.kind == "request" and isinstance(act.value, dict) else ()
            values = [option["value"] for option in options]
            taken = [each for each in message.acts if each.kind == "inform" and each.request == act.request]
            if any(each.value in values for each in taken if isinstance(each.value, str)):
                return message
    return None


_NOT = re.compile(r"\b(?:not|but|except|isn.?t|neither)\b", re.IGNORECASE)


def by_exclusion(message: Message | None) -> bool | None:
    """Whether a message says what it does not mean; None where there is none."""
    return None if message is None else _NOT.search(message.content) is not None
