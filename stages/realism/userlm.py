"""UserLM: what the authors of UserLM (arXiv 2510.06552) measure of users and what needs no language model.

* first-turn diversity: 100 * (1 - mean overlap of the words of two first turns, by Jaccard). Published, in another
  domain: UserLM-8b 94.5, GPT-4o as the user 74.4.
* intent overlap: per cent of the user's three-word runs that stand so in the intent; low means own words.
* termination: F1 of farewells, found by rule, against last turns: people say good-bye once, at the end.
* follow-ups: share of later turns that take something up from the agent's words and add something of their own
  (after the user-turn probe, arXiv 2604.02315).

The definitions are WRIT's; the authors' code was not used. Naturalness needs a detector, role and intent adherence a
judge: neither is here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from stages.realism.talk import Talk
from stages.text_statistics import words

COMPARED = 1000
"""First turns that are compared with one another."""
RUN = 3
_BYE = re.compile(
    r"^(?:no|nope|nah)(?:,? th\w+(?: you)?)?[.!]*$|\b(?:no|nope|nah|thanks)\b.*\bthat'?s it\b|"
    r"\b(?:bye|good-?bye|farewell|take care|see you|cheers|that was it|"
    r"that(?:'s|s| is| was| will be|'ll be) (?:all|everything)|"
    r"(?:nothing|no) (?:else|more)|(?:we|i)(?:'re|re| are|'m|m| am) (?:done|good|all set)|all (?:done|good|set)|"
    r"have a (?:good|nice|great)|thanks for (?:your|the|all)|i'?m off|gotta go|done here)\b",
    re.I,
)
_FUNCTION = frozenset(
    """a an and are as at be but by can could did do does for from had has have he her him his how i if in is it its me
    my no not of ok okay on or our please she so some sure than thank thanks that the their them then there these they
    this those to too up us was we were what when where which who will with would yeah yes you your i'd i'll i'm i've
    it's that's don't just also want like need get one ones""".split()  # noqa: SIM905
)


def first_turn_diversity(talks: Sequence[Talk]) -> float | None:
    """Returns 100 * (1 - mean Jaccard overlap) of the first turns' words, or None for fewer than two."""
    turns = [frozenset(words(talk.user[0])) for talk in talks[:COMPARED] if talk.user]
    if len(turns) < 2:
        return None
    places = {word: place for place, word in enumerate(sorted(frozenset().union(*turns)))}
    held = np.zeros((len(turns), max(len(places), 1)), dtype=np.float32)
    for row, turn in enumerate(turns):
        held[row, [places[word] for word in turn]] = 1.0
    sizes = held.sum(axis=1)
    both = held @ held.T
    either = sizes[:, None] + sizes[None, :] - both
    overlap = np.divide(both, either, out=np.ones_like(both), where=either > 0)
    pairs = len(turns) * (len(turns) - 1)
    return float(100 * (1 - (overlap.sum() - np.trace(overlap)) / pairs))


def intent_overlap(talks: Sequence[Talk]) -> float | None:
    """Returns the per cent of the users' three-word runs that their intent has, or None where no intent is known."""
    shared = total = 0
    for talk in talks:
        if not talk.intent:
            continue
        wanted = set(_runs(talk.intent))
        for text in talk.user:
            found = _runs(text)
            total += len(found)
            shared += sum(run in wanted for run in found)
    return 100 * shared / total if total else None


def _runs(text: str) -> list[tuple[str, ...]]:
    found = words(text)
    return list(zip(*(found[at:] for at in range(RUN)), strict=False))


def termination_f1(talks: Sequence[Talk]) -> float:
    """Returns 100 * F1 of turns that say good-bye against turns that are the user's last."""
    said = right = last = 0
    for talk in talks:
        turns = talk.user
        byes = [bool(_BYE.search(text.replace("\u2019", "'"))) for text in turns]
        said += sum(byes)
        right += bool(byes) and byes[-1]
        last += bool(byes)
    return 200 * right / (said + last) if said + last else 0.0


def follow_up_rate(talks: Sequence[Talk]) -> float:
    """Returns the share of turns after the first that cite the agent's words before them and add some of their own.

    Cited is a word of content (or a value) that the user had not said before; new is one that nobody had said.
    """
    genuine = later = 0
    for talk in talks:
        own: set[str] = set()
        heard: set[str] = set()
        before: set[str] = set()
        for speaker, text in talk.turns:
            content = {word for word in words(text) if len(word) > 1} - _FUNCTION
            if speaker == "agent":
                before |= content
                continue
            if own or heard or before:
                later += 1
                cites = bool(content & before - own)
                genuine += cites and (bool(content - before - heard - own) or "?" in text)
            own |= content
            heard |= before
            before = set()
    return genuine / later if later else 0.0
