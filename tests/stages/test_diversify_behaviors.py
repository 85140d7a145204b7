from __future__ import annotations

import asyncio
from collections import Counter
from itertools import combinations

import msgspec

from schemas.behavior import BehaviorSpace, Playbook
from schemas.task import Task
from stages.base import Services
from stages.behaviors.detectors import detect
from stages.behaviors.sampling import MOST_TRAITS, manners
from stages.behaviors.space import SPACE, weighted
from stages.diversify_behaviors import DiversifyBehaviors
from tests.stages.simulate_dialogues.talks import SANDBOX, simulated
from tests.tool_specs.phrasing.samples import TASKS
from tool_specs.dice import Dice
from tool_specs.retail import DOMAIN

ONE = TASKS["cancel_named"]
EVERY = frozenset(playbook.behavior for playbook in SPACE.behaviors)
DISCLOSURES = frozenset(playbook.behavior for playbook in SPACE.behaviors if playbook.axis == "disclosure")


def numbered(number: int, seed: int = 1, task: Task = ONE) -> Task:
    return msgspec.structs.replace(task, spec=msgspec.structs.replace(task.spec, number=number, seed=seed))


def only(space: BehaviorSpace, disclosure: str, register: str, **traits: float) -> BehaviorSpace:
    return weighted(space, {"disclosure": {disclosure: 1.0}, "register": {register: 1.0}, "traits": traits})


def test_a_task_gets_different_behaviours_and_always_the_same_ones() -> None:
    stage = DiversifyBehaviors(per_task=5)
    services = Services(sandboxes={"retail": SANDBOX})
    for task in TASKS.values():
        first = asyncio.run(stage.process(task, services))
        assert list(first) == stage.scenarios(task, DOMAIN)
        manners = {(s.behavior.disclosure, s.behavior.register, s.behavior.traits) for s in first}  # type: ignore[union-attr]
        assert len(manners) == len({s.id for s in first}) == 5


def test_more_behaviours_do_not_change_the_first_ones() -> None:
    few, many = DiversifyBehaviors(per_task=2), DiversifyBehaviors(per_task=6)
    assert many.scenarios(ONE, DOMAIN)[:2] == few.scenarios(ONE, DOMAIN)


def test_weights_decide() -> None:
    stage = DiversifyBehaviors(per_task=4, space=only(SPACE, "drip", "terse", typos=1.0))
    [found] = stage.scenarios(ONE, DOMAIN)
    assert (found.behavior.disclosure, found.behavior.register, found.behavior.traits) == ("drip", "terse", ("typos",))


def values(space: BehaviorSpace, number: int, seed: int) -> dict[str, str]:
    """Axis -> behaviour of the first user of a task."""
    by_name = {playbook.behavior: playbook.axis for playbook in space.behaviors}
    disclosure, register, traits = next(manners(space, numbered(number, seed), EVERY))
    return {by_name[name]: name for name in (disclosure, register, *traits)}


def by_chance(space: BehaviorSpace, number: int, seed: int) -> dict[str, str]:
    """The same, each axis drawn for itself."""
    dice, found = Dice("chance", seed, number), {}
    for axis in space.axes:
        own = [(p.behavior, p.weight) for p in space.behaviors if p.axis == axis.name]
        drawn = dice.weighted([*own, ("", max(0.0, 1 - sum(weight for _, weight in own)))])
        found.update({axis.name: drawn} if drawn else {})
    return found


def unevenness(space: BehaviorSpace, draw: object, count: int, seed: int) -> float:
    """Mean square distance of the counts of pairs of values from what the weights say."""
    pairs = Counter[tuple[str, str]]()
    for number in range(count):
        pairs.update(combinations(draw(space, number, seed).values(), 2))  # type: ignore[operator]
    total = 0.0
    for one, other in combinations(space.behaviors, 2):
        if one.axis != other.axis:
            total += (pairs[one.behavior, other.behavior] - count * one.weight * other.weight) ** 2
    return total / count


def test_pairs_are_covered_more_evenly_than_by_chance() -> None:
    """Over axes of which one always holds, so that nothing is left out; whatever the seed."""
    axes = SPACE.axes[:5]
    names = [axis.name for axis in axes]
    even = [
        Playbook(axis=name, behavior=f"{name}_{n}", definition="", present="", detector="words", weight=0.25)
        for name in names
        for n in range(4)
    ]
    space = BehaviorSpace(axes=tuple(msgspec.structs.replace(axis, pick="one") for axis in axes), behaviors=tuple(even))
    every = frozenset(playbook.behavior for playbook in even)

    def drawn(space: BehaviorSpace, number: int, seed: int) -> dict[str, str]:
        found = next(manners(space, numbered(number, seed), every))
        return {name.rpartition("_")[0]: name for name in (*found[:2], *found[2])}

    for seed in (1, 2, 3):
        for count in (500, 2000):
            assert unevenness(space, drawn, count, seed) < 0.5 * unevenness(space, by_chance, count, seed)


def test_every_pair_of_behaviours_that_go_together_comes_up() -> None:
    found = Counter[tuple[str, str]]()
    for number in range(4000):
        found.update(combinations(values(SPACE, number, 1).values(), 2))
    for one, other in combinations(SPACE.behaviors, 2):
        apart = one.behavior in other.excludes or other.behavior in one.excludes
        apart = apart or {*one.excludes, *other.excludes} >= DISCLOSURES
        if one.axis != other.axis and one.weight and other.weight:
            assert bool(found[one.behavior, other.behavior]) != apart, (one.behavior, other.behavior)


def test_shares_are_the_weights() -> None:
    found = Counter[str]()
    count = 4000
    for number in range(count):
        drawn = values(SPACE, number, 1)
        assert len(drawn) - 2 <= MOST_TRAITS
        found.update(drawn.values())
    weights = {playbook.behavior: playbook.weight for playbook in SPACE.behaviors}
    for playbook in SPACE.behaviors:
        share = playbook.weight * (1 - sum(weights[other] for other in DISCLOSURES.intersection(playbook.excludes)))
        # Of two traits that do not go together, either goes.
        share *= 1 - sum(weights[other] for other in set(playbook.excludes) - DISCLOSURES) / 2
        assert abs(found[playbook.behavior] / count - share) < 0.02, playbook.behavior


def test_what_excludes_one_another_never_comes_together() -> None:
    apart = [
        msgspec.structs.replace(p, weight=0.9, excludes=("slip",) if p.behavior == "typos" else ())
        if p.behavior in ("typos", "slip")
        else p
        for p in SPACE.behaviors
    ]
    space = msgspec.structs.replace(SPACE, behaviors=tuple(apart))
    seen = Counter[str]()
    for number in range(200):
        traits = next(manners(space, numbered(number), EVERY))[2]
        seen.update(traits)
        assert not {"typos", "slip"} <= set(traits)
    assert min(seen["typos"], seen["slip"]) > 50


def test_a_playbook_of_ones_own_goes_with_the_scenario() -> None:
    sings = Playbook(
        axis="focus", behavior="sings", definition="Sings a line.", present="Sing a line once.", rule="remark",
        detector="words", pattern="la la la", words=("la la la, what a day.",), weight=1.0,
    )  # fmt: skip
    space = msgspec.structs.replace(SPACE, behaviors=(*SPACE.behaviors, sings))
    (found,) = DiversifyBehaviors(per_task=1, space=only(space, "drip", "neutral", sings=1.0)).scenarios(ONE, DOMAIN)
    assert found.behavior.traits == ("sings",) and found.behavior.own == (sings,)
    assert "Sing a line once." in found.behavior.instruction
    dialogue = simulated(found)
    assert detect(dialogue) == {"drip", "sings"}
    assert sum("la la la" in message.content.lower() for message in dialogue.messages if message.role == "user") == 1
