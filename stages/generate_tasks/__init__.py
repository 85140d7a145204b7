"""generate_tasks: an order for one cell of the grid becomes a task with its executed proof, or a drop that says why.

    TaskSpec(kind="read_heavy", num_writes=1, burden=6) -> Task(requests=[renew_loan(...)], burden=6, proof ...)

The search is over executions: chains of reads along the API graph give rows, criteria over the rows give candidates,
the write is run on a fork, and only what `proof` can bound from both sides is kept. No domain is named here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from schemas.base import content_id, rng_of
from schemas.task import Strength, Task, TaskSpec
from schemas.verdict import Drop, DropReason
from stages.base import Services, Stage
from stages.generate_tasks.assemble import TaskMaker
from stages.generate_tasks.claims import NotProven
from stages.generate_tasks.ground import Ground
from tool_specs.phrasing.recover import leaks, missing
from tool_specs.phrasing.user import task_text

TELLINGS = 3
"""Texts tried per task before it counts as unphrasable."""


@dataclass(frozen=True, kw_only=True)
class GenerateTasks(Stage[TaskSpec, Task]):
    """Makes the tasks that were ordered.

    Attributes:
        validation: share of the people whose tasks belong to the validation split.
        attempts: budget per order.
        witnesses: which of a proof's witnesses count for the burden that an order names.
    """

    validation: float = 0.05
    attempts: int = 120
    witnesses: Strength = "logical"

    async def process(self, record: TaskSpec, services: Services) -> Sequence[Task | Drop]:
        """Returns the task, or the drop with the commonest obstacle."""
        sandbox = services.sandboxes[record.domain]
        ground = services.memo(f"ground:{record.domain}", lambda: Ground.of(sandbox))
        try:
            task = TaskMaker(ground, self.validation, self.attempts, self.witnesses).make(record)
        except NotProven as obstacle:
            return [_drop(record, "cell_unfilled", str(obstacle))]
        return [self._told(task, ground)]

    def _told(self, task: Task, ground: Ground) -> Task | Drop:
        complaint = ""
        for telling in range(TELLINGS):
            text = task_text(ground.lexicon, task, rng_of(task.id, "text", telling))
            leaked = leaks(task, text)
            if leaked:
                return _drop(task.spec, "leak", f"the text gives away {leaked[0]}", task)
            lacking = missing(ground.lexicon, task, text)
            if not lacking:
                return msgspec.structs.replace(task, text=text)
            complaint = f"a reader cannot recover {lacking[0]}"
        return _drop(task.spec, "unphrasable", complaint, task)


def _drop(spec: TaskSpec, reason: DropReason, detail: str, task: Task | None = None) -> Drop:
    return Drop(
        id=content_id("drop", spec.id, reason),
        stage="generate_tasks",
        reason=reason,
        detail=detail,
        record_id=task.id if task is not None else spec.id,
        record="",
    )
