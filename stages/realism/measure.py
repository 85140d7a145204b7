"""Measure: all figures of realism over many dialogues, and what their pictures are drawn from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from stages.realism import userlm, usi
from stages.realism.talk import Talk
from stages.text_statistics import polite, short

Detector = Callable[[Sequence[str]], Sequence[float]]
"""Texts in, for each the probability (0 to 1) that a person wrote it."""


@dataclass(frozen=True)
class Realism:
    """Figures of one data set.

    Attributes:
        version: of the patterns and definitions.
        features: feature of USI -> mean over dialogues.
        userlm: figure -> value; None where it cannot be had.
        short_turns: share of all user turns that are short: every turn counts alike, not every dialogue.
        polite_turns: likewise.
        front_loading: per dialogue, per cent of the user's words in the first two turns.
        politeness: per dialogue, per cent of polite turns.
        turn_words: words of every user turn.
    """

    dialogues: int
    turns: int
    features: dict[str, float]
    userlm: dict[str, float | None]
    short_turns: float
    polite_turns: float
    front_loading: list[int]
    politeness: list[int]
    turn_words: list[int]
    version: str = usi.VERSION


def measure(talks: Iterable[Talk], detector: Detector | None = None) -> Realism:
    """Measures dialogues; those without a word of the user are left out.

    Args:
        talks: the dialogues.
        detector: the user's own, for naturalness.
    """
    talks = [talk for talk in talks if talk.user]
    rows = [usi.features(talk) for talk in talks]
    turns = [text for talk in talks for text in talk.user]
    count = max(len(turns), 1)
    scores = detector(turns) if detector is not None and turns else None
    return Realism(
        dialogues=len(talks),
        turns=len(turns),
        features=usi.means(rows),
        userlm={
            "first_turn_diversity": userlm.first_turn_diversity(talks),
            "intent_overlap": userlm.intent_overlap(talks),
            "termination_f1": userlm.termination_f1(talks),
            "follow_up_rate": 100 * userlm.follow_up_rate(talks),
            "naturalness": 100 * sum(scores) / count if scores is not None else None,
        },
        short_turns=sum(map(short, turns)) / count,
        polite_turns=sum(map(polite, turns)) / count,
        front_loading=[round(100 * row["front_loading"]) for row in rows],
        politeness=[round(100 * row["polite"]) for row in rows],
        turn_words=[len(text.split()) for text in turns],
    )
