"""Ideas: behaviours and weights that somebody proposes, as data, and what of them can be used.

    taken(SPACE, {"behaviors": [{"axis": "temper", "behavior": "sighs", "words": ["Oh well.", ...], ...}],
                  "weights": [{"behavior": "typos", "weight": 0.2}]})
    -> Taken(space=..., dropped=Counter({"axis": 1}), used=2)

Nothing of an idea is run: a new behaviour is a remark from a list, its pattern is made of that list, and all that
WRIT's own playbooks are checked for holds for it. What does not fit is dropped and counted by reason:

    form     it lacks a key, has others, or a value of another kind
    name     it is known already
    axis     there is none of that name, or of its behaviours one holds for every user
    words    too few, too long, with figures or markup, or a yes or a no
    weight   no share from 0 to 1
    unknown  a weight of a behaviour that nobody can play
    space    it contradicts other behaviours
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import msgspec

from schemas.base import Json, Record
from schemas.behavior import BehaviorSpace, Playbook
from stages.behaviors.space import by_name, contradictions, joined
from stages.evolution.search import reweighted
from tool_specs.phrasing.answers import affirms, refuses

Reason = Literal["form", "name", "axis", "words", "weight", "unknown", "space"]
MOST_BEHAVIORS, MOST_WEIGHTS = 3, 8
_FEWEST_WORDS, _MOST_WORDS = 2, 8
_LONGEST = 120
_UNFIT = re.compile(r"[\d<>{}\[\]#*_`|\\@\n]|https?:")

SCHEMA: dict[str, Json] = {
    "type": "object",
    "properties": {
        "behaviors": {
            "type": "array",
            "maxItems": MOST_BEHAVIORS,
            "items": {
                "type": "object",
                "properties": {
                    "axis": {"type": "string"},
                    "behavior": {"type": "string", "pattern": "^[a-z][a-z0-9_]*$"},
                    "definition": {"type": "string"},
                    "present": {"type": "string"},
                    "words": {"type": "array", "items": {"type": "string", "maxLength": _LONGEST}},
                    "weight": {"type": "number"},
                },
                "required": ["axis", "behavior", "definition", "present", "words", "weight"],
                "additionalProperties": False,
            },
        },
        "weights": {
            "type": "array",
            "maxItems": MOST_WEIGHTS,
            "items": {
                "type": "object",
                "properties": {"behavior": {"type": "string"}, "weight": {"type": "number"}},
                "required": ["behavior", "weight"],
                "additionalProperties": False,
            },
        },
    },
    "required": ["behaviors", "weights"],
    "additionalProperties": False,
}


class Idea(Record):
    """A new behaviour."""

    axis: str
    behavior: str
    definition: str
    present: str
    words: tuple[str, ...]
    weight: float


class Weight(Record):
    """A known behaviour's weight."""

    behavior: str
    weight: float


@dataclass
class Taken:
    """What came of a proposal.

    Attributes:
        space: the candidate.
        used: behaviours and weights that are in it.
        dropped: what is not, by reason.
    """

    space: BehaviorSpace
    used: int = 0
    dropped: Counter[Reason] = field(default_factory=Counter)


def taken(parent: BehaviorSpace, proposal: dict[str, Any]) -> Taken:
    """Returns a space with what can be used of a proposal in it. Sums are what their axes want."""
    found = Taken(parent)
    weights: dict[str, float] = {}
    for entry in _entries(proposal, "behaviors", MOST_BEHAVIORS, found):
        playbook = _playbook(entry, found.space)
        if isinstance(playbook, Playbook):
            found.space = joined(found.space, BehaviorSpace(axes=(), behaviors=(playbook,)))
            weights[playbook.behavior] = entry["weight"]
        else:
            found.dropped[playbook] += 1
    playable = {each.behavior for each in parent.behaviors if each.rule or each.weight}
    for entry in _entries(proposal, "weights", MOST_WEIGHTS, found):
        weight = _read(entry, Weight)
        if weight is None:
            found.dropped["form"] += 1
        elif weight.behavior not in playable:
            found.dropped["unknown"] += 1
        elif not 0 <= weight.weight <= 1:
            found.dropped["weight"] += 1
        else:
            weights[weight.behavior] = weight.weight
    found.used = len(weights)
    if weights:
        found.space = reweighted(found.space, weights)
    return found


def _entries(proposal: dict[str, Any], key: str, most: int, found: Taken) -> Sequence[Any]:
    entries = proposal.get(key, [])
    if not isinstance(entries, list):
        found.dropped["form"] += 1
        return ()
    if len(entries) > most:
        found.dropped["form"] += len(entries) - most
    return entries[:most]


def _playbook(entry: Any, space: BehaviorSpace) -> Playbook | Reason:
    idea = _read(entry, Idea)
    if idea is None or not idea.definition.strip() or not idea.present.strip():
        return "form"
    if idea.behavior in by_name(space):
        return "name"
    if not any(axis.name == idea.axis and axis.pick == "most_one" for axis in space.axes):
        return "axis"
    if not _FEWEST_WORDS <= len(idea.words) <= _MOST_WORDS or not all(map(_is_remark, idea.words)):
        return "words"
    if not 0 <= idea.weight <= 1:
        return "weight"
    playbook = Playbook(
        axis=idea.axis,
        behavior=idea.behavior,
        definition=idea.definition,
        present=idea.present,
        rule="remark",
        detector="words",
        pattern="|".join(re.escape(each.strip().rstrip(".!?")) for each in idea.words),
        words=tuple(each.strip() for each in idea.words),
    )
    own = BehaviorSpace(axes=(), behaviors=(playbook,))
    return "space" if any(contradictions(joined(space, own), own, {})) else playbook


def _is_remark(text: str) -> bool:
    plain = text.strip()
    answers = affirms(plain.lower()) or refuses(plain.lower())
    return 0 < len(plain) <= _LONGEST and not _UNFIT.search(plain) and not answers


def _read(entry: Any, kind: type[Any]) -> Any:
    try:
        return msgspec.convert(entry, kind)
    except msgspec.ValidationError:
        return None
