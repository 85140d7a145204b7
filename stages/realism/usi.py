"""USI: the four dimensions of the User-Sim Index (arXiv 2603.11245), features by rule, compared as the index does.

Every feature is a number per dialogue; the mean over dialogues comes first, the comparison of the means after that::

    D_k = 100 * mean over its features of 2 * min(M, H) / (M + H)        M, H: means of the data and of people

which is 1 where both are zero. The index's other terms (a survey, calibration) need people and are left out: `usi` is
the mean of the four. The patterns are WRIT's own; figures of two versions must not be compared, so `VERSION` goes with
every figure. Not promised: that another scorer's patterns find the same turns.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from statistics import fmean, pstdev

from stages.realism.talk import Talk
from stages.text_statistics import as_agent, polite, short

VERSION = "writ-usi/1"

DIMENSIONS: dict[str, dict[str, str]] = {
    "D1": {
        "polite": "turns with a marker of politeness",
        "short": "turns of three words or fewer",
        "dashes": "turns with an em or en dash",
        "ack_only": "turns that only acknowledge",
        "verbosity_cv": "deviation of the words per turn, by their mean",
        "repeats": "dialogues with three words in a row more than ten times",
        "identity_confusion": "turns that speak as the agent would",
    },
    "D2": {
        "front_loading": "words of the first two turns, of all words",
        "id_density": "ids, addresses and numbers per turn",
        "words_per_turn": "words per turn",
        "opening_words": "words of the first turn",
    },
    "D3": {
        "uncertainty": "turns that are unsure",
        "certainty": "turns that are sure",
        "pushback": "turns that object",
        "clarify": "else, turns that ask what was meant",
        "info_question": "else, turns that ask something",
    },
    "D4": {
        "emotion": "turns with an emotion",
        "accusation": "turns that blame the agent",
        "pivot": "turns that change the course",
    },
}
"""Dimension -> feature -> what it is, of the user's turns; shares where nothing else is said."""

REPEATED = 10
FRONT_TURNS = 2


def _pattern(*parts: str) -> re.Pattern[str]:
    return re.compile("|".join(parts))


# All are searched in lower case with straight apostrophes.
_ACK = re.compile(
    r"(?:(?:ok(?:ay)?|k|yes|yeah|yep|yup|sure|right|correct|fine|good|great|perfect|cool|alright|all right|got it|"
    r"i see|thanks|thank you|thx|sounds good|no|nope|that'?s (?:right|fine|it|all|correct)|go ahead|please|do it)"
    r"[\s,.!]*)+"
)
_ID = re.compile(r"\S*@\S+|#\w+|\b\w*\d\w*(?:[-_]\w+)*")
_UNSURE = _pattern(
    r"\bnot (?:really |quite |too )?(?:sure|certain)\b",
    r"\bmaybe\b|\bperhaps\b|\bprobably\b|\bmight\b|\bi guess\b|\bi think\b|\bi believe\b|\bi suppose\b",
    r"\b(?:don'?t|do not|can'?t|cannot) (?:really )?(?:know|remember|recall)\b",
    r"\bno idea\b|\bforgot\b|\bnot that i know\b|\bidk\b|\bor something\b|\bsomething like\b",
)
_SURE = _pattern(
    r"(?<!not )(?<!not really )\b(?:definitely|absolutely|certainly|for sure)\b",
    r"\bi(?:'m| am) (?:very |quite |pretty )?(?:sure|certain|positive)\b",
    r"\bi know (?:that|it|for)\b|\bmust be\b|\b100 ?%|\bno doubt\b",
)
_PUSHBACK = _pattern(
    r"^(?:no|nope|nah)[,.!]+ (?!thank|that|thx|bye|nothing|all |i'?m |i am |we're |more\b|have )\w",
    r"\bthat(?:'s|s| is| was)? (?:not|wrong|incorrect|n't)",
    r"\b(?:isn'?t|wasn'?t|not) (?:right|true|correct|what i|the one)\b|\bbut (?:i|it|you|that|why|the)\b",
    r"\bi (?:already|just) (?:told|said|gave)\b|\bi said\b|\bwhy (?:not|can'?t|won'?t|would)\b",
    r"\bcan'?t you\b|\bcome on\b|\bridiculous\b|\bunacceptable\b|\bno way\b|\bthat can'?t be\b|\bseriously\b",
    r"\bdon'?t (?:do|want) that\b|\bnot yet\b|\bhold on\b|\bwrong\b",
)
_CLARIFY = _pattern(
    r"\bwhat do you mean\b|\b(?:do|did) you mean\b|^which (?:one|ones)\b",
    r"\b(?:can|could) you (?:please )?(?:explain|clarify|repeat|say|go over|list|show)\b",
    r"\b(?:say|explain|tell me) (?:that|it|this) again\b|\b(?:don'?t|do not|didn'?t) (?:understand|get it|follow)\b",
    r"^(?:what|huh|sorry|pardon|come again|meaning)\W*\?|\bonce more\b|\bwhat (?:was|is) that\b",
)
_QUESTION = _pattern(
    r"\?",
    r"^(?:(?:and|so|ok|okay|well|hi|hey|hello)[, ]+)*(?:(?:what|when|where|which|who|why|how)\b|"
    r"(?:is|are|can|could|do|does|did|will|would) (?:i|you|we|they|he|she|there|the|my|any|this|that)\b)",
)
_EMOTION = _pattern(
    r"\b(?:frustrat\w+|annoy\w+|angry|upset|disappoint\w*|furious|mad|sad|worried|nervous|anxious|stress\w*|hate)\b",
    r"\b(?:love|happy|glad|excited|awesome|amazing|wonderful|fantastic|great|perfect|yay|phew|relie(?:f|ved))\b",
    r"\b(?:ugh+|argh+|omg|wow|damn|hell|sigh|terrible|awful|horrible|unbelievable|fed up|sick of)\b|!!+|[:;]-?[()]",
)
_BLAME = _pattern(
    r"\byou (?:people|all|always|never|keep|failed|messed|forgot|lied|sent (?:me )?the wrong|charged me)\b",
    r"\byou (?:said|told me|promised|did(?:n'?t| not)|have(?:n'?t| not)|are(?:n'?t| not)|were supposed)\b",
    r"(?<!not )\byour (?:fault|mistake|error|company|system|service|store|website)\b",
    r"\bwast(?:e|ing) (?:of )?(?:my )?time\b|\btak(?:es?|ing) (?:so|too|this|forever)\b",
)
_PIVOT = _pattern(
    r"\bactually\b|\bby the way\b|\bbtw\b|\binstead\b|\bon second thoughts?\b|\bchanged? my mind\b",
    r"\b(?:one|another) (?:more )?(?:thing|question|request)\b|\bsomething else\b|\bnext(?: one| up| thing)\b",
    r"^(?:oh|wait|and also|also|hm+)\b|\bwhile (?:i'?m|we'?re|you'?re) at it\b|\bforget (?:it|that)\b|\bnever ?mind\b",
)


@dataclass(frozen=True)
class Reference:
    """What data are compared with.

    Attributes:
        means: feature -> mean over dialogues of people; where features are missing, dimensions are not compared.
        source: where the numbers come from.
    """

    name: str
    means: Mapping[str, float]
    source: str


PUBLISHED = Reference(
    "people (published)",
    {"short": 0.29, "polite": 0.153},
    "shares of human turns in USI, arXiv 2603.11245 (GPT-4o as the user: 1.0 % and 49.0 %)",
)
"""The figures of people that are public; no other feature has one."""
TOLERANCE = 0.03
"""How far from a published figure a share may be and still be said to lie at it."""


def features(talk: Talk) -> dict[str, float]:
    """Returns all features of one dialogue; zeros where its user says nothing."""
    turns = talk.user
    lengths = [len(text.split()) for text in turns]
    total, words, count = sum(lengths), [length for length in lengths if length], max(len(turns), 1)
    marks: Counter[str] = Counter()
    identifiers = 0
    trigrams: Counter[tuple[str, str, str]] = Counter()
    split: list[list[str]] = []
    for text in turns:
        low = text.lower().replace("\u2019", "'")
        marks.update(_marks(text, low))
        identifiers += sum(1 for _ in _ID.finditer(low))
        split.append(low.split())
    once = Counter(chain.from_iterable(split))
    if max(once.values(), default=0) > REPEATED:  # else no three words are
        trigrams.update(chain.from_iterable(zip(each, each[1:], each[2:], strict=False) for each in split))
    return {
        **{name: marks[name] / count for name in _SHARES},
        "verbosity_cv": pstdev(words) / fmean(words) if words else 0.0,
        "repeats": float(max(trigrams.values(), default=0) > REPEATED),
        "front_loading": sum(lengths[:FRONT_TURNS]) / total if total else 0.0,
        "id_density": identifiers / count,
        "words_per_turn": total / count,
        "opening_words": float(lengths[0]) if lengths else 0.0,
    }


_SHARES = (
    "polite", "short", "dashes", "ack_only", "identity_confusion", "uncertainty", "certainty", "pushback", "clarify",
    "info_question", "emotion", "accusation", "pivot",
)  # fmt: skip
_SEARCHED = (
    ("uncertainty", _UNSURE),
    ("certainty", _SURE),
    ("emotion", _EMOTION),
    ("accusation", _BLAME),
    ("pivot", _PIVOT),
)
_EXCLUSIVE = (("pushback", _PUSHBACK), ("clarify", _CLARIFY), ("info_question", _QUESTION))


def _marks(text: str, low: str) -> list[str]:
    """Returns the features that a turn counts for."""
    found = [name for name, pattern in _SEARCHED if pattern.search(low)]
    found += [name for name, pattern in _EXCLUSIVE if pattern.search(low)][:1]
    if as_agent(low):
        found.append("identity_confusion")
    if polite(text):
        found.append("polite")
    if short(text):
        found.append("short")
    if "\u2014" in text or "\u2013" in text:
        found.append("dashes")
    if _ACK.fullmatch(low.strip()):
        found.append("ack_only")
    return found


def means(rows: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """Returns every feature's mean over dialogues."""
    names = [name for dimension in DIMENSIONS.values() for name in dimension]
    return {name: fmean(row[name] for row in rows) if rows else 0.0 for name in names}


@dataclass(frozen=True)
class Comparison:
    """How near means are to a reference's.

    Attributes:
        dice: feature -> 2 * min / sum, for features that the reference has.
        dimensions: dimension -> 100 * mean of its features' dice, where the reference has all of them.
        usi: mean of the four dimensions, or None.
    """

    dice: dict[str, float]
    dimensions: dict[str, float]
    usi: float | None


def compare(found: Mapping[str, float], reference: Mapping[str, float]) -> Comparison:
    """Compares the means of data with those of a reference."""
    dice = {name: _dice(found[name], reference[name]) for name in found if name in reference}
    whole = {
        name: 100 * fmean(dice[feature] for feature in parts)
        for name, parts in DIMENSIONS.items()
        if all(feature in dice for feature in parts)
    }
    return Comparison(dice, whole, fmean(whole.values()) if len(whole) == len(DIMENSIONS) else None)


def _dice(one: float, other: float) -> float:
    return 2 * min(one, other) / (one + other) if one + other else 1.0
