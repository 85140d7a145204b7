"""Diversify behaviours: one task in, several manners of telling it out.

    DiversifyBehaviors(per_task=3)   # Task -> 3 Scenarios: drip/terse/typos, all_at_once/neutral, vague_start/slip ...

A behaviour changes the telling, never the goal. Which ones a task gets depends on its id and their number alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from schemas.base import content_id
from schemas.behavior import Behavior, Disclosure, Register, Scenario, Trait
from schemas.task import Task
from schemas.verdict import Drop
from stages.base import Services, Stage
from stages.behaviors.instructions import instruction
from stages.behaviors.rules import fitting_disclosures, fitting_traits
from tool_specs.dice import Dice
from tool_specs.domain import Domain

_DISCLOSURE: dict[Disclosure, float] = {
    "all_at_once": 0.25,
    "drip": 0.25,
    "only_when_asked": 0.25,
    "vague_start": 0.25,
}
_REGISTER: dict[Register, float] = {"neutral": 0.55, "terse": 0.22, "chatty": 0.23}
_TRAITS: dict[Trait, float] = {
    "typos": 0.2,
    "impatience": 0.12,
    "slip": 0.2,
    "change_of_mind": 0.2,
    "refuse_first": 0.12,
    "off_topic": 0.1,
    "multi_request": 0.5,
}
_MOST_TRAITS = 3
"""More at once, and a person becomes a caricature (`multi_request` apart)."""
_TRIES = 20


@dataclass(frozen=True, kw_only=True)
class DiversifyBehaviors(Stage[Task, Scenario]):
    """Plans how users tell a task.

    Attributes:
        per_task: Different behaviours per task (fewer where a task does not allow so many).
        disclosure: Weight of each way of letting facts out.
        register: Weight of each way of writing.
        traits: Chance of each trait, where the task has room for it.
    """

    per_task: int = 3
    disclosure: Mapping[Disclosure, float] = field(default_factory=lambda: dict(_DISCLOSURE))
    register: Mapping[Register, float] = field(default_factory=lambda: dict(_REGISTER))
    traits: Mapping[Trait, float] = field(default_factory=lambda: dict(_TRAITS))

    async def process(self, record: Task, services: Services) -> Sequence[Scenario | Drop]:
        """Returns the task with each of its behaviours."""
        return self.scenarios(record, services.sandboxes[record.domain].domain)

    def scenarios(self, task: Task, domain: Domain) -> list[Scenario]:
        """Returns the task with each of its behaviours."""
        found: dict[tuple[Disclosure, Register, tuple[Trait, ...]], Scenario] = {}
        disclosures = fitting_disclosures(task, domain)
        traits = fitting_traits(task, domain)
        for number in range(self.per_task):
            for attempt in range(_TRIES):
                dice = Dice("behavior", task.id, number, attempt)
                manner = self._draw(dice, disclosures, traits)
                if manner not in found:
                    found[manner] = scenario(task, *manner)
                    break
        return list(found.values())

    def _draw(
        self, dice: Dice, disclosures: Sequence[Disclosure], traits: Sequence[Trait]
    ) -> tuple[Disclosure, Register, tuple[Trait, ...]]:
        disclosure = dice.weighted([(each, self.disclosure.get(each, 0.0)) for each in disclosures])
        register = dice.weighted(list(self.register.items()))
        drawn = [trait for trait in traits if dice.chance(self.traits.get(trait, 0.0))]
        while len([trait for trait in drawn if trait != "multi_request"]) > _MOST_TRAITS:
            drawn.remove(dice.pick([trait for trait in drawn if trait != "multi_request"]))
        return disclosure, register, tuple(drawn)


def scenario(task: Task, disclosure: Disclosure, register: Register, traits: Sequence[Trait] = ()) -> Scenario:
    """Returns a task told in a given manner."""
    identity = content_id("behavior", task.id, disclosure, register, list(traits))
    behavior = Behavior(
        id=identity,
        task_id=task.id,
        seed=int(identity.rpartition("-")[2], 16) % (1 << 53),  # JSON readers keep integers up to here exactly
        disclosure=disclosure,
        register=register,
        traits=tuple(traits),
        instruction=instruction(task, disclosure, register, traits),
    )
    return Scenario(id=content_id("scenario", task.id, identity), task=task, behavior=behavior)
