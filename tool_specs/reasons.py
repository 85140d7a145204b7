"""Reasons: does somebody give this as the reason for what is wanted, or do the words only stand there?

    gives(text, illness)        "I can't come, I've got the flu."  -> True
                                "Does it count if I get the flu?"  -> False     # asked, supposed
                                "I'm not sick or anything."        -> False     # denied
                                "btw my cat is sick lol"           -> False     # beside the matter
                                "I work at a hospital."            -> False     # what somebody is, not what happened

A rule of a domain that turns on a reason brings its words and asks here. Texts are in lower case, one message a line.
Not promised: irony, and reasons in other words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_SENTENCE = re.compile(r"[^.!?\n]+[.!?]*")
_CAUSE = re.compile(
    r"\b(?:because|cause|due to|since|reasons?|on account of|owing to|as i|as my|as we|can.?t|cannot|unable|have to|"
    r"had to|need to|must|so i|so we|told me|advised|emergency|says? (?:i|we))\b"
)
_ASIDE = re.compile(
    r"\b(?:btw|by the way|random(?: question)?|lol|haha|unrelated|on a side note|off topic|small talk)\b"
)
_SUPPOSED = re.compile(
    r"\b(?:if|in case|what if|unless|suppos\w+|imagine|whether|might|could (?:get|become|be)|ever)\b"
)
_COVER = re.compile(r"\b(?:cover|covers|covered|count|counts|insurance|include|includes)\b")
_PLEASANT = re.compile(
    r"\b(?:nice|lovely|great|beautiful|gorgeous|sunny|warm|perfect|enjoy\w*|love|hope|hoping|good|wonderful|amazing)\b"
)
_NOTHING = (
    r"(?:\bno|\bnot|n.?t|\bnever|\bwithout|\bnothing to do with|\bneither|\bnor)\s+"
    r"(?:(?:a|an|the|any|my|our|even|really|actually|feeling|for|due to|because of|about|in|at|to be|that|been)\s+)*"
)
_IS = (
    r"\b(?:i.?m|i am|he.?s|she.?s|as|become|(?:work\w*|job|shift\w*) (?:as|at|in|for)|stud(?:y|ied|ying))\s+"
    r"(?:a|an|the)\s+(?:\w+\s+)?"
)
_COVERS = r"\b(?:cover(?:s|ed|ing)?|includ\w+|counts? as)\s+(?:\w+\s+){0,2}"
_BEFORE = re.compile(f"(?:{_NOTHING}|{_IS}|{_COVERS})$")
"""What stands right before a word that is named and not claimed."""
_BARE = 4
"""Words of a message that may be nothing but the reason: "health reasons", "the weather"."""


def gives(text: str, plain: re.Pattern[str], topic: re.Pattern[str] | None = None) -> bool:
    """Whether a text gives a reason.

    Args:
        text: all that somebody said, in lower case, a message a line.
        plain: words that say what happened: "sick", "storm".
        topic: words of what it would be about, which need more than being named: "weather", "doctor".
    """
    return any(_told(sentence, plain) or _argued(line, sentence, topic) for line, sentence in _sentences(text))


def _sentences(text: str) -> Iterator[tuple[str, str]]:
    for line in text.splitlines():
        for found in _SENTENCE.findall(line):
            yield line, found.strip()


def _told(sentence: str, words: re.Pattern[str]) -> bool:
    return any(_holds(sentence, found) for found in words.finditer(sentence))


def _argued(line: str, sentence: str, topic: re.Pattern[str] | None) -> bool:
    """Whether a topic stands with a cause, or is all that a message says."""
    if topic is None or not _told(sentence, topic) or _PLEASANT.search(sentence):
        return False
    return _CAUSE.search(sentence) is not None or len(line.split()) <= _BARE


def _holds(sentence: str, found: re.Match[str]) -> bool:
    """Whether a word in a sentence is claimed: neither asked, supposed or denied, nor beside the matter."""
    before = sentence[: found.start()]
    if _ASIDE.search(sentence) or _SUPPOSED.search(before):
        return False
    if sentence.endswith("?") and (_COVER.search(sentence) or not _CAUSE.search(before)):
        return False
    return not _BEFORE.search(before)
