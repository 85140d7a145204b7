"""Plans as sequences of acts: legal, brought about by the manners beside them, and drawn so as to even out."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import msgspec
import pytest

from stages.behaviors.rules import fitting
from stages.behaviors.sequences import SEQUENCES, WEIGHTS, planned
from stages.behaviors.space import SPACE, by_name
from stages.dialogue_acts import POSSIBLE, acts_of
from stages.diversify_behaviors import DiversifyBehaviors, scenario
from tests.stages.proven import Order, play, tasks, world

ORDERS: tuple[Order, ...] = (("read_heavy", 1, 4), ("write_intensive", 2, 3))


def test_every_sequence_is_legal_and_its_manner_is_one() -> None:
    playbooks = by_name(SPACE)
    for sequence in SEQUENCES:
        assert set(pairwise(sequence.acts)) <= POSSIBLE
        own = [playbooks[name] for name in (sequence.disclosure, *sequence.traits)]
        assert not {name for each in own for name in each.excludes} & {each.behavior for each in own}


@pytest.mark.parametrize("domain", ["retail", "airline"])
def test_a_manner_brings_its_sequence_about(domain: str) -> None:
    seen: Counter[str] = Counter()
    for task in tasks(domain, ORDERS, 2):
        fits = fitting(SPACE, task, world(domain).domain)
        for sequence in SEQUENCES:
            if {sequence.disclosure, *sequence.traits} <= fits:
                dialogue = play(scenario(task, sequence.disclosure, "neutral", sequence.traits))
                done = iter(act for act in acts_of(dialogue.messages) if act != "call")
                assert all(act in done for act in sequence.acts), (sequence, acts_of(dialogue.messages))
                seen[" ".join(sequence.traits)] += 1
    assert len(seen) >= 3


def unevenness(weights: tuple[float, ...]) -> float:
    """The square of the coefficient of variation of how often each pair is planned."""
    counts: Counter[tuple[str, str]] = Counter()
    for weight, sequence in zip(weights, SEQUENCES, strict=True):
        for pair in pairwise(sequence.acts):
            counts[pair] += weight  # type: ignore[assignment]
    mean = sum(counts.values()) / len(counts)
    return sum((count - mean) ** 2 for count in counts.values()) / len(counts) / mean**2


def test_weights_even_out_the_pairs() -> None:
    even = tuple(1 / len(SEQUENCES) for _ in SEQUENCES)
    assert abs(sum(WEIGHTS) - 1) < 1e-9 and min(WEIGHTS) > 0
    assert unevenness(WEIGHTS) < 0.9 * unevenness(even)


def test_a_share_of_the_users_follows_a_plan() -> None:
    (task, *_) = tasks("retail", ORDERS, 2)
    everything = frozenset(each.behavior for each in SPACE.behaviors)
    drawn = [
        planned(msgspec.structs.replace(task, spec=msgspec.structs.replace(task.spec, number=n)), 0, 0.3, everything)
        for n in range(1000)
    ]
    followed = Counter(each for each in drawn if each is not None)
    assert abs(sum(followed.values()) / 1000 - 0.3) < 0.02
    for sequence, weight in zip(SEQUENCES, WEIGHTS, strict=True):
        assert abs(followed[sequence] / 300 - weight) < 0.05
    assert all(planned(task, user, 0.0, everything) is None for user in range(20))
    told = DiversifyBehaviors(per_task=4, sequences=1.0).scenarios(task, world("retail").domain)
    plans = {(sequence.disclosure, sequence.traits) for sequence in SEQUENCES}
    assert told and all((each.behavior.disclosure, each.behavior.traits) in plans for each in told)
