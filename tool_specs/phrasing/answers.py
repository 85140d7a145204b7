"""Answers: does a text say yes, or no? By the words that people use for it, whatever was asked.

    affirms("sure, go ahead")   -> True
    refuses("hold on, not yet") -> True
    hedges("yes, but only if it's free") -> True    # neither a yes nor a no

Texts are given in lower case.
"""

from __future__ import annotations

import re

_GO = (
    r"yes|yeah|yep|yup|yea|ya|k|confirm|confirmed|confirming|go ahead|go for it|please do|do it|do that|proceed|"
    r"absolutely|definitely|of course|sounds good|looks good|that works|works for me|agreed|affirmative|approved?|"
    r"let'?s do"
)
_RIGHT = r"ok|okay|okey|correct|right(?! (?:now|away)\b)|fine"
_GOOD = r"(?<!not )sure|perfect|great|exactly"
_YES = re.compile(rf"\b(?:{_GO}|{_RIGHT}|{_GOOD})\b")
_NOT = (
    r"(?:(?<!why )not|never|hardly|nothing|neither|cannot|"
    r"(?:is|are|was|were|do|does|did|has|have|had|ca|could|wo|would|should|ai)n['\u2019]?t)"
    r"(?! (?:mind|worry|wait|a problem|an issue|at all)\b)"
)
_WORD = r"(?: [^\s.,;:!?]+)"
_DENIED = re.compile(rf"\b{_NOT}(?:{_WORD}{{0,3}} (?:{_RIGHT}|{_GOOD})|{_WORD}? (?:{_GO}))\b")
"""What would be a yes without the "not" before it: "that isn't right", "i'm not so sure"."""
_WRONG = re.compile(rf"\b{_NOT}(?:{_WORD}{{0,3}} (?:{_RIGHT})|{_WORD}? (?:{_GO}))\b")
"""What of that says no; who is not sure, or finds it not great, says neither."""
_NO = re.compile(
    r"^(no+(?! (?:problem|worries|objections?|rush|hurry|doubt)\b)|nope|nah|never mind|nevermind|stop|wait|hold on|"
    r"hang on|not yet|cancel that|hmm+,? (no|wait|not))\b|"
    r"^(?:ok|okay|hm+|uh|um|well|sorry|yes|yeah)\b[,.! ]*"
    r"(?:(?:wait|hold on|hang on|not yet)\b|(?:no+|nope|stop)\s*(?:[.,!]|$))|"
    r"^(?:well,? |hm+,? )?(?:that|this|it)(?:'?s| is| looks)(?: all)? (?:wrong|incorrect)\b|"
    r"\b(don'?t (do|go|proceed|submit)|do not (do|go|proceed|submit)|not so fast|changed my mind|rather not|"
    r"on second thought|actually,? no)\b"
)
_ASKED = re.compile(
    r"(?:^|(?<=[.!?,] ))(?:is|are|was|were|does|did|what|which|how|why|who|(?:is|are|ca|could|wo|do)n'?t)\b[^.!?]*\?|"
    r"\b(?:right|ok|okay|correct|yes|yeah) ?\?"
)
"""What is asked says no yes: "is that the right one?", "it's the red one, right?"."""
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
    return _says_yes(text) and not refuses(text) and not hedges(text)


def hedges(text: str) -> bool:
    """Whether a lower-case text makes a condition or an exception."""
    return _HEDGED.search(text) is not None


def refuses(text: str) -> bool:
    """Whether a lower-case text says no, or not yet."""
    return _NO.search(text) is not None or (_WRONG.search(text) is not None and not _says_yes(text))


def _says_yes(text: str) -> bool:
    return _YES.search(_DENIED.sub(" ", text)) is not None
