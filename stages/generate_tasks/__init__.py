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
from schemas.task import Flaw, Knowledge, Request, Strength, Task, TaskSpec
from schemas.verdict import Drop, DropReason
from stages.base import Past, Services, Stage
from stages.generate_tasks.assemble import TaskMaker
from stages.generate_tasks.claims import NotProven
from stages.generate_tasks.follow_ups import FollowUpMaker
from stages.generate_tasks.ground import Ground
from stages.generate_tasks.makers import key_of
from tool_specs.phrasing.leaks import leaks
from tool_specs.phrasing.recover import missing
from tool_specs.phrasing.user import task_text, told_first

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
        ground = self._ground(record.domain, services)
        return [self._made(TaskMaker(ground, self.validation, self.attempts, self.witnesses), record, ground)]

    def follow_up(self, past: Past, order: TaskSpec, services: Services, *, extending: bool = False) -> Task | Drop:
        """Makes the next task of a user on the state that earlier ones left.

        Args:
            past: who it is, and what was done.
            order: what is wanted.
            services: the worlds.
            extending: whether it is one more write about what the last one was about.
        """
        world = self._ground(order.domain, services)
        if world.strangers.tools or past.person not in world.sandbox.world.tables[world.sandbox.domain.principal.table]:
            return _drop(order, "cell_unfilled", "the user is nobody in this world, so nothing more is known of it")
        if extending and not past.calls:
            return _drop(order, "cell_unfilled", "nothing was done before that could be gone on with")
        about = key_of(past.calls[-1].arguments)[1] if extending else None
        ground = world.at(past.calls, past.person)
        maker = FollowUpMaker(ground, past, about, self.validation, self.attempts, self.witnesses)
        return self._made(maker, order, ground)

    def _ground(self, domain: str, services: Services) -> Ground:
        return services.memo(f"ground:{domain}", lambda: Ground.of(services.sandboxes[domain]))

    def _made(self, maker: TaskMaker, order: TaskSpec, ground: Ground) -> Task | Drop:
        try:
            task = maker.make(order)
        except NotProven as obstacle:
            return _drop(order, "cell_unfilled", str(obstacle))
        return self._told(task, ground)

    def _told(self, task: Task, ground: Ground) -> Task | Drop:
        complaint = ""
        for telling in range(TELLINGS):
            text = task_text(ground.lexicon, task, rng_of(task.id, "text", telling))
            leaked = leaks(task, text)
            if leaked:
                return _drop(task.spec, "leak", f"the text gives away {leaked[0]}", task)
            lacking = missing(ground.lexicon, task, text)
            if not lacking:
                return self._told_first(msgspec.structs.replace(task, text=text), ground)
            complaint = f"a reader cannot recover {lacking[0]}"
        return _drop(task.spec, "unphrasable", complaint, task)

    def _told_first(self, task: Task, ground: Ground) -> Task | Drop:
        """Puts into words what users with a flaw say first; what is wrong, or all that is left, must be in them."""
        facts = {entry.name: entry.value for entry in task.knowledge}
        requests: list[Request] = []
        for request in task.requests:
            if request.flaw:
                text = told_first(ground.lexicon, request, facts, rng_of(task.id, "first"))
                lacking = missing(ground.lexicon, _first_of(task, request, request.flaw), text)
                if lacking and request.flaw.kind != "ask_first":
                    return _drop(task.spec, "unphrasable", f"a reader cannot recover {lacking[0]}, told first", task)
                flaw = msgspec.structs.replace(request.flaw, text=text)
                request = msgspec.structs.replace(request, flaw=flaw)
            requests.append(request)
        return msgspec.structs.replace(task, requests=tuple(requests))


def _first_of(task: Task, request: Request, flaw: Flaw) -> Task:
    """Returns a request as its user tells it first, as a task of its own."""
    known = {entry.name: entry for entry in task.knowledge if not entry.identity}
    wrong = {name: Knowledge(name=name, value=value, type=name) for name, value in flaw.facts.items()}
    return msgspec.structs.replace(task, requests=(request.told_first,), knowledge=tuple({**known, **wrong}.values()))


def _drop(spec: TaskSpec, reason: DropReason, detail: str, task: Task | None = None) -> Drop:
    return Drop(
        id=content_id("drop", spec.id, reason),
        stage="generate_tasks",
        reason=reason,
        detail=detail,
        record_id=task.id if task is not None else spec.id,
        record="",
    )
