"""Follow-ups: the next task of a user whose earlier ones are done, made and proven on the state that these left.

    past = Past(person="ann", identity=("email",), calls=(Call(tool="renew_loan", arguments={"loan_id": "L3"}),))
    FollowUpMaker(ground.at(past.calls, past.person), past, about="L3", ...).make(spec)

With `about`, the task is one write about the row with this id, which the user states: "and that same loan, can you also
...". No task may ask for the same thing again, or lead back to a state that was there before.
"""

from __future__ import annotations

import random
from collections.abc import Sequence

from schemas.base import Json, digest, plain
from schemas.task import Call, Request, Strength, Task, TaskSpec
from stages.base import Past
from stages.generate_tasks.assemble import TaskMaker
from stages.generate_tasks.claims import NotProven
from stages.generate_tasks.compose import Composer
from stages.generate_tasks.drafts import NoSuchRequest
from stages.generate_tasks.ground import Ground
from stages.generate_tasks.makers import key_of
from stages.generate_tasks.requests import Made, make_write, tried
from tool_specs.chains import Chain
from tool_specs.programs import BindingRow, column

TRIES = 24
"""Requests composed about one row."""


class FollowUpMaker(TaskMaker):
    """Makes tasks on the ground that a past has left."""

    def __init__(
        self,
        ground: Ground,
        past: Past,
        about: str | None,
        validation: float,
        attempts: int,
        witnesses: Strength = "logical",
    ) -> None:
        super().__init__(ground, validation, attempts, witnesses)
        self._asked = {_matter(request) for request in past.asked}
        self._asked |= {(call.tool, key_of(call.arguments)[1]) for call in past.calls}
        self._about = about
        self._calls = past.calls
        self._found_by = past.identity
        self._been = _states(ground, past.calls)

    def make(self, spec: TaskSpec) -> Task:
        """Makes the task of an order, without its text.

        Raises:
            NotProven: none can be made; the text names the commonest obstacle, or what it would undo.
        """
        task = super().make(spec)
        if task.writes and task.goal_digest in self._been:
            raise NotProven("it would undo what was done before")
        if not self._asked.isdisjoint(map(_matter, task.requests)):
            raise NotProven("it would be the same thing again")
        if self._about is not None and not self._agrees(task):
            raise NotProven("it would have made the last one pointless")
        return task

    def _agrees(self, task: Task) -> bool:
        """Whether the last write could still be made after this one: nobody pays otherwise for what is called off."""
        first, last = self._calls[:-1], self._calls[-1]
        world = (self._ground.earlier or self._ground).sandbox.fork()
        now = (Call(tool=str(each.tool), arguments=each.arguments) for each in task.writes)
        return not any(world.call(each.tool, each.arguments).error for each in (*first, *now, last))

    def _identity(self, spec: TaskSpec, rng: random.Random) -> tuple[str, ...]:
        return self._found_by

    def _try(self, spec: TaskSpec, rng: random.Random, identity: tuple[str, ...]) -> tuple[str, list[Made]]:
        if self._about is None:
            return super()._try(spec, rng, identity)
        person = str(self._ground.only)
        again = {tool for tool, subject in self._asked if subject == self._about}
        plans = [plan for plan in self._maker.plans(identity) if plan.tool not in again]
        if not plans:
            raise NotProven("nothing else can be done about it")
        people = self._ground.neighbours(spec.split, self._maker.validation)
        obstacle = "no attempt"
        for _ in range(TRIES):
            plan = rng.choice(plans)
            composer = _About(self._ground, rng, person, identity, people, self._about)
            try:
                draft = composer.write(plan, 0, "stated")
                if all(value != self._about for value, _ in draft.facts.values()):
                    raise NotProven("it is about something else")
                return person, [make_write(composer, draft, tried(composer, draft), self._ground.sandbox)]
            except (NoSuchRequest, NotProven) as failed:
                obstacle = str(failed)
        raise NotProven(obstacle)


class _About(Composer):
    """Composes requests about one row."""

    def __init__(
        self,
        ground: Ground,
        rng: random.Random,
        person: str,
        identity: tuple[str, ...],
        people: Sequence[str],
        about: Json,
    ) -> None:
        super().__init__(ground, rng, person, identity, people)
        self._subject = about

    def pick_row(self, chain: Chain) -> BindingRow:
        """Returns a random row in a fitting state that is this one, or a part of it.

        Raises:
            NoSuchRequest: there is none.
        """
        *_, path = self._element_call(chain)
        rows = [row for row in self.fitting(chain, self.rows(chain)) if column(row, path) == self._subject]
        if not rows:
            raise NoSuchRequest("nothing more can be done about it")
        return rows[self.rng.randrange(len(rows))]


def _matter(request: Request) -> tuple[str, str]:
    """Returns what a request is about: the tool and the id of its row, or the question."""
    if request.tool is not None:
        return request.tool, key_of(request.arguments)[1]
    told = [plain(program) for program in request.programs]
    return "", digest([told, {name: plain(source) for name, source in request.sources.items()}])


def _states(ground: Ground, calls: Sequence[Call]) -> frozenset[str]:
    """Returns the digests of all states that were there so far."""
    earlier = ground.earlier or ground
    state = earlier.sandbox.fork()
    found = {state.digest()}
    for call in calls:
        state.call(call.tool, call.arguments)
        found.add(state.digest())
    return frozenset(found)
