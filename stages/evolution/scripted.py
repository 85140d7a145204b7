"""Scripted proposer: candidates out of a short list of remarks, without a model.

    proposed(request)    # the answer to a request of the role `proposer`

It knows nothing of people; it stands where a language model would, so that the way there and back can be tried.
"""

from __future__ import annotations

import orjson

from schemas.completion import Completion, CompletionRequest
from tool_specs.dice import Dice

REVISION = "scripted-proposer/1"
_IDEAS = (
    ("feedback", "hopes", "Says what it hopes for.", ("Fingers crossed.", "Let's hope this works out.")),
    ("temper", "weary", "Is tired of the day.", ("It's been a long day.", "I'm worn out, honestly.")),
    (
        "feedback",
        "marvels",
        "Is surprised at how things work here.",
        ("Funny how this works.", "Well, that's new to me."),
    ),
    ("temper", "shrugs", "Takes things as they come.", ("Oh well.", "It is what it is.")),
)


def proposed(request: CompletionRequest) -> Completion:
    """Returns a new behaviour and some weights, by the request's session."""
    dice = Dice("proposed", request.session)
    axis, name, definition, words = dice.pick(_IDEAS)
    behavior = {
        "axis": axis,
        "behavior": f"{name}_{dice.below(1000)}",
        "definition": definition,
        "present": f"{definition} Say so once, in passing.",
        "words": list(words),
        "weight": round(dice.real(0.05, 0.4), 3),
    }
    weights = [{"behavior": each, "weight": round(dice.real(0, 1), 3)} for each in ("terse", "only_when_asked")]
    content = orjson.dumps({"behaviors": [behavior], "weights": weights}).decode()
    return Completion(content=content, engine=REVISION)
