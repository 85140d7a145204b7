"""Wanting: whether an agent's words want a yes, or something else than was asked for.

asks_whether("Shall I renew it?", cues.GO_AHEAD)      -> True
asks_whether("I'll go ahead.", cues.GO_AHEAD)         -> False
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from stages.simulate_dialogues.hearing import cues
from stages.simulate_dialogues.hearing.sentences import sentences


def asks_whether(part: str, cue: re.Pattern[str]) -> bool:
    """Whether a sentence asks for a yes by these words; "which one should I take?" and "I'll go ahead" do not."""
    part = cues.INTENDS.sub(" ", part)
    found, opened = cue.search(part), cues.OPEN_QUESTION.search(part)
    return found is not None and (opened is None or opened.start() > found.start())


def asks_for_yes(part: str, parts: Sequence[str]) -> bool:
    """Whether a sentence asks somebody for a yes who has told everything, whatever its words."""
    if asks_whether(part, cues.ALL_RIGHT):
        return True
    whether = "?" in part and cues.WHETHER.search(part) is not None
    other = (cues.ASKS, cues.IS_IT, cues.OPEN_QUESTION)
    return whether and not cues.NOT_FOUND.search(" ".join(parts)) and not any(cue.search(part) for cue in other)


def offers_otherwise(text: str) -> bool:
    """Whether a text asks about something else than was wanted."""
    return any(cues.OTHERWISE.search(part) for part in sentences(text) if "?" in part)
