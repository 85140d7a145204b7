from __future__ import annotations

import asyncio

from stages.base import Services
from stages.diversify_behaviors import DiversifyBehaviors
from tests.stages.simulate_dialogues.talks import SANDBOX
from tests.tool_specs.phrasing.samples import TASKS
from tool_specs.retail import DOMAIN


def test_a_task_gets_different_behaviours_and_always_the_same_ones() -> None:
    stage = DiversifyBehaviors(per_task=5)
    services = Services(sandboxes={"retail": SANDBOX})
    for task in TASKS.values():
        first = asyncio.run(stage.process(task, services))
        assert list(first) == stage.scenarios(task, DOMAIN)
        manners = {(s.behavior.disclosure, s.behavior.register, s.behavior.traits) for s in first}  # type: ignore[union-attr]
        assert len(manners) == len({s.id for s in first}) == 5


def test_more_behaviours_do_not_change_the_first_ones() -> None:
    task = TASKS["cancel_named"]
    few, many = DiversifyBehaviors(per_task=2), DiversifyBehaviors(per_task=6)
    assert many.scenarios(task, DOMAIN)[:2] == few.scenarios(task, DOMAIN)


def test_weights_decide() -> None:
    stage = DiversifyBehaviors(per_task=4, disclosure={"drip": 1.0}, register={"terse": 1.0}, traits={"typos": 1.0})
    [only] = stage.scenarios(TASKS["cancel_named"], DOMAIN)
    assert (only.behavior.disclosure, only.behavior.register, only.behavior.traits) == ("drip", "terse", ("typos",))
