"""Sequences: plans of dialogues as acts that follow one another, and the manners that bring them about.

    >>> SEQUENCES[2]
    ActSequence(acts=('inform_intent_vague', 'request', 'fail_inform', 'request'), disclosure='vague_start', ...)

Where a recipe wants a share of its users drawn from here (`behaviors: {sequences: 0.15}`), their weights even out how
often each pair of neighbouring acts is planned: a sequence counts the more, the rarer its pairs are in all others.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection
from itertools import pairwise
from math import sqrt
from pathlib import Path

import msgspec
import yaml

from schemas.base import Record, rng_of
from schemas.task import Task

_ROUNDS = 50
_STEP, _AGAIN = sqrt(7), (sqrt(5) - 1) / 2
"""Steps of the coordinate from one task to the next, and from one user of a task to the next."""


class ActSequence(Record):
    """One plan.

    Attributes:
        acts: what is done, in this order; other acts may come between.
        disclosure, traits: the behaviours of which a user's dialogue has these acts.
    """

    acts: tuple[str, ...]
    disclosure: str
    traits: tuple[str, ...]


SEQUENCES = tuple(
    msgspec.convert(
        yaml.safe_load((Path(__file__).parent / "act_sequences.yaml").read_text("utf-8")), list[ActSequence]
    )
)


def evened(sequences: Collection[ActSequence]) -> tuple[float, ...]:
    """Returns weights that sum to 1, under which pairs of neighbouring acts are planned about equally often."""
    pairs = [Counter(pairwise(sequence.acts)) for sequence in sequences]
    weights = [1 / len(pairs)] * len(pairs)
    for _ in range(_ROUNDS):
        planned: defaultdict[tuple[str, str], float] = defaultdict(float)
        for weight, own in zip(weights, pairs, strict=True):
            for pair, times in own.items():
                planned[pair] += weight * times
        rarity = [sum(1 / planned[pair] for pair in own) / len(own) for own in pairs]
        raised = [weight * sqrt(rare) for weight, rare in zip(weights, rarity, strict=True)]
        weights = [weight / sum(raised) for weight in raised]
    return tuple(weights)


WEIGHTS = evened(SEQUENCES)


def planned(task: Task, user: int, share: float, fitting: Collection[str]) -> ActSequence | None:
    """Returns the sequence of one of a task's users, or None where it is one of those who have none.

    Args:
        task: whose order's seed and number decide.
        user: which of its users.
        share: of how many users the manner is drawn from the table.
        fitting: behaviours that the task has room for.
    """
    at = (rng_of("sequence", task.spec.seed).random() + task.spec.number * _STEP + user * _AGAIN) % 1
    if at >= share:
        return None
    own = [
        (sequence, weight)
        for sequence, weight in zip(SEQUENCES, WEIGHTS, strict=True)
        if {sequence.disclosure, *sequence.traits} <= set(fitting)
    ]
    left = at / share * sum(weight for _, weight in own)
    for sequence, weight in own:
        left -= weight
        if left < 0:
            return sequence
    return own[-1][0] if own else None
