"""Answers: does a text say yes, or no? By the words that people use for it, whatever was asked.

    affirms("sure, go ahead")   -> True
    refuses("hold on, not yet") -> True
    hedges("yes, but only if it's free") -> True    # neither a yes nor a no

Texts are given in lower case.
"""

from __future__ import annotations

import re

_YES = re.compile(
    r"\b(yes|yeah|yep|yup|yea|ya|(?<!not )sure|ok|okay|okey|k|correct|right|confirm|confirmed|confirming|go ahead|"
    r"go for it|please do|do it|do that|proceed|absolutely|definitely|of course|sounds good|looks good|that works|"
    r"works for me|perfect|great|fine|agreed|exactly|affirmative|approved?|let'?s do)\b"
)
_NO = re.compile(
    r"^(no+(?! (?:problem|worries|objections?)\b)|nope|nah|never mind|nevermind|stop|wait|hold on|hang on|not yet|"
    r"cancel that|hmm+,? (no|wait|not))\b|"
    r"\b(don'?t (do|go|proceed|submit)|do not (do|go|proceed|submit)|not so fast|changed my mind|rather not|"
    r"on second thought|actually,? no)\b"
)
_ASKED = re.compile(r"(?:^|(?<=[.!?,] ))(?:is|are|was|were|does|did|what|which|how|why|who)\b[^.!?]*\?")
"""What is asked says no yes: "is that the right one?"."""
_HEDGE = (
    r"(?:but(?! (?:please |be |make it )?(?:hurry|quick|fast))|unless|until|once you|as long as|provided|"
    r"only (?:if|when|after)|if (?!you (?:could|would|can|please|must|like|want|say|think)|that'?s (?:it|all|the)\b|"
    r"there'?s (?:a|any) difference\b|possible))"
)
_HEDGED = re.compile(rf"(?:{_YES.pattern}[^.!?]*|(?:^|[.!?] ))\b{_HEDGE}\b")
"""A condition after the yes in one sentence, or at the beginning of a sentence of its own."""


def affirms(text: str) -> bool:
    """Whether a lower-case text says yes."""
    text = _ASKED.sub(" ", text)
    return _YES.search(text) is not None and not refuses(text) and not hedges(text)


def hedges(text: str) -> bool:
    """Whether a lower-case text makes a condition or an exception."""
    return _HEDGED.search(text) is not None


def refuses(text: str) -> bool:
    """Whether a lower-case text says no, or not yet."""
    return _NO.search(text) is not None
