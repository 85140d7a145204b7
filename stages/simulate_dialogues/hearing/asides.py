"""Asides: what a user says beside the matter, or in place of a name.

moods("this is taking long", ())                                          -> complain
misnamed("the reading thing", asked for the object of request 0)          -> misname(request=0, slot="object")
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from schemas.dialogue import Act
from stages.simulate_dialogues.hearing import cues

MOODS = frozenset({"complain", "vent", "feedback"})
"""Acts beside the matter."""


def moods(text: str, context: Sequence[Act]) -> Iterator[Act]:
    """Yields impatience, frustration, and doubts of what was listed or answered."""
    if cues.COMPLAINT.search(text):
        yield Act(kind="complain")
    if cues.VENT.search(text) and not any(act.kind == "refuse" for act in context):
        yield Act(kind="vent")
    said = [act for act in context if act.kind == "confirm" or (act.kind == "response" and act.slot == "answer")]
    if said and cues.DOUBT.search(text):
        yield Act(kind="doubt", request=said[-1].request)


def misnamed(text: str, context: Sequence[Act]) -> Act | None:
    """Returns the makeshift name that answers a question for a role."""
    asked = next((act for act in context if act.kind == "request" and act.request is not None), None)
    found = cues.MISNAMED.search(text)
    if asked is None or found is None:
        return None
    slot = "object" if asked.slot == "intent" else asked.slot
    return Act(kind="misname", request=asked.request, slot=slot, value=found[1])
