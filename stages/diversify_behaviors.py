"""Diversify behaviours: one task in, several manners of telling it out.

    DiversifyBehaviors(per_task=3)   # Task -> 3 Scenarios: drip/terse/typos, all_at_once/neutral, vague_start/slip ...

A behaviour changes the telling, never the goal. Which ones a task gets depends on the space they are drawn from, the
seed and number of the task's order, and what the task has room for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from schemas.base import content_id, plain
from schemas.behavior import Behavior, BehaviorSpace, Scenario
from schemas.task import Task
from schemas.verdict import Drop
from stages.base import Services, Stage
from stages.behaviors.instructions import instruction
from stages.behaviors.rules import fitting
from stages.behaviors.sampling import Manner, manners
from stages.behaviors.sequences import planned
from stages.behaviors.space import SPACE, by_name, is_known
from tool_specs.domain import Domain
from tool_specs.sandbox import Sandbox

_TRIES = 20


@dataclass(frozen=True, kw_only=True)
class DiversifyBehaviors(Stage[Task, Scenario]):
    """Plans how users tell a task.

    Attributes:
        per_task: Different behaviours per task (fewer where a task does not allow so many).
        space: What users are drawn from, with the weights.
        sequences: Share of users whose manner is that of a planned sequence of acts, where one fits the task.
    """

    per_task: int = 3
    space: BehaviorSpace = SPACE
    sequences: float = 0.0

    async def process(self, record: Task, services: Services) -> Sequence[Scenario | Drop]:
        """Returns the task with each of its behaviours."""
        sandbox = services.sandboxes[record.domain]
        return self.scenarios(record, sandbox.domain, sandbox)

    def scenarios(self, task: Task, domain: Domain, sandbox: Sandbox | None = None) -> list[Scenario]:
        """Returns the task with each of its behaviours; `sandbox` is the world that it is about."""
        found: dict[Manner, Scenario] = {}
        fits = fitting(self.space, task, domain, sandbox)
        drawn = (self._planned(manner, task, user, fits) for user, manner in enumerate(manners(self.space, task, fits)))
        while len(found) < self.per_task:
            fresh = next((manner for manner in islice(drawn, _TRIES) if manner not in found), None)
            if fresh is None:
                break
            found[fresh] = scenario(task, *fresh, space=self.space)
        return list(found.values())

    def _planned(self, manner: Manner, task: Task, user: int, fits: frozenset[str]) -> Manner:
        """Returns a manner, or that of the sequence which this user is to bring about."""
        sequence = planned(task, user, self.sequences, fits) if self.sequences else None
        return manner if sequence is None else (sequence.disclosure, manner[1], sequence.traits)


def scenario(
    task: Task, disclosure: str, register: str, traits: Sequence[str] = (), *, space: BehaviorSpace = SPACE
) -> Scenario:
    """Returns a task told in a given manner."""
    playbooks = by_name(space)
    present = [playbooks[name] for name in (disclosure, register, *traits)]
    own = tuple(each for each in present if not is_known(each))
    identity = content_id("behavior", task.id, disclosure, register, list(traits), *map(plain, own))
    behavior = Behavior(
        id=identity,
        task_id=task.id,
        seed=int(identity.rpartition("-")[2], 16) % (1 << 53),  # JSON readers keep integers up to here exactly
        disclosure=disclosure,
        register=register,
        traits=tuple(traits),
        own=own,
        instruction=instruction(task, present, space),
    )
    return Scenario(id=content_id("scenario", task.id, identity), task=task, behavior=behavior)
