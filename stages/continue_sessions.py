"""Continue sessions: when a task is done, its user comes with another one, on the state that the first has left.

    ContinueSessions(lengths=((2, 0.2), (3, 0.1)), ...)    # of ten judged dialogues two get a second task, one two more

The next task is generated, told, simulated and judged by the very stages that made the first, on the state that the
calls so far have reached; it may extend the last one ("and for that same loan, could you also ..."). The good-bye
gives way to it. Where no further task can be had, or its dialogue fails a check, the session stays as it was, and the
drop says why. It stands behind the stages that it is given, and makes what they would make.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from schemas.base import content_id, digest
from schemas.behavior import Behavior, BehaviorSpace, Episode, Playbook, Scenario
from schemas.dialogue import Dialogue
from schemas.message import Message
from schemas.task import Call, Kind, Request, Split, Task, TaskSpec
from schemas.verdict import Drop, Judged
from stages.base import Past, Services, Stage
from stages.behaviors.instructions import instruction
from stages.behaviors.rules import FITS, tellable
from stages.behaviors.sampling import MOST_TRAITS, apart
from stages.behaviors.space import by_name, is_known, playbooks_of
from tool_specs.dice import Dice
from tool_specs.domain import Domain

MOST = 5
"""Tasks of one session."""
EXTENDING = 0.4
"""Share of further tasks that go on with what the last one was about, where something can be gone on with."""
TRIES = 6
"""Orders tried for one further task."""
_WHO = frozenset({"slippable", "drippable", "datable", "found_in_parts", "found_otherwise"})
"""What behaviours of a first task need: that the user says who it is."""
LASTING = frozenset({"typing", "cadence", "language"})
"""Axes on which a person stays what it is from one task to the next, as it does in its register."""
_BESIDE = frozenset({"complain", "feedback"})
"""What may be said beside a good-bye without being missed."""
KINDS: Mapping[Kind, float] = {"write_intensive": 0.4, "read_heavy": 0.3, "information": 0.2, "must_refuse": 0.1}
"""Kinds of further tasks; others need people, rows or errors that a session has no room for."""
_BURDENS = range(2, 9)


@dataclass(frozen=True, kw_only=True)
class Reached:
    """Where a dialogue stands when the next task begins.

    Attributes:
        name: a content id; what follows depends on it.
        past: who the user is, and what was done.
        before: what was said.
        behavior: how the user told the last task; None where nobody knows.
    """

    name: str
    domain: str
    split: Split
    past: Past
    before: tuple[Episode, ...]
    behavior: Behavior | None = None


@dataclass(frozen=True, kw_only=True)
class ContinueSessions(Stage[Judged, Judged]):
    """Gives dialogues further tasks.

    Attributes:
        lengths: pairs of (tasks, share of the dialogues that are to have so many); the others keep their one.
        generate: makes a task on a state (`follow_up`).
        diversify: makes scenarios of a task.
        simulate: makes the dialogue of a scenario.
        validate: judges it.
    """

    lengths: tuple[tuple[int, float], ...]
    generate: Any
    diversify: Any
    simulate: Any
    validate: Any

    async def process(self, record: Judged, services: Services) -> Sequence[Judged | Drop]:
        """Returns the session with as many tasks as it is to have or as can be had, and the drop of one that failed."""
        session: Judged = record
        for number in range(1, self._length(record)):
            longer = await self.further(session, number, services)
            if isinstance(longer, Drop):
                return [session, longer]
            session = longer
        return [session]

    def _length(self, record: Judged) -> int:
        rest = max(1.0 - sum(share for _, share in self.lengths), 0.0)
        return Dice("session", record.id).weighted([(1, rest), *self.lengths])

    async def further(self, session: Judged, number: int, services: Services) -> Judged | Drop:
        """Returns a session with one more task, or the drop that says why there is none."""
        dialogue = session.dialogue
        said = going_on(dialogue)
        if said is None:
            return _drop(session.id, "cell_unfilled", "the user has left, or was handed over: nothing can follow")
        made = await self.go_on(_reached(dialogue, said, services), number, services)
        return made if isinstance(made, Drop) else _behind(session, made)

    async def go_on(self, reached: Reached, number: int, services: Services) -> Judged | Drop:
        """Makes the next task of a user, and the dialogue about it.

        Args:
            reached: where things stand.
            number: counts the tasks that follow; with the name of what was reached, all randomness there is.
            services: the worlds and the engines.
        """
        task = self._task(reached, number, services)
        if isinstance(task, Drop):
            return _drop(reached.name, task.reason, task.detail)
        scenarios = await self.diversify.process(task, services)
        scenario = next((each for each in scenarios if isinstance(each, Scenario)), None)
        if scenario is None:
            return _drop(reached.name, "cell_unfilled", "the task can be told in no manner")
        scenario = _joined(scenario, reached, services.sandboxes[task.domain].domain, self.diversify.space)
        services.announce(scenario)
        for made in await self.simulate.process(scenario, services):
            judged = [made] if isinstance(made, Drop) else await self.validate.process(made, services)
            for each in judged:
                found: Judged | Drop = each
                return found
        return _drop(reached.name, "cell_unfilled", "the further task was not simulated")

    def _task(self, reached: Reached, number: int, services: Services) -> Task | Drop:
        """Makes the next task; the last drop says why there is none."""
        dice = Dice("further", reached.name, number)
        extending = dice.chance(EXTENDING) and bool(reached.past.calls)
        made: Task | Drop | None = None
        for attempt in range(TRIES):
            kind = "write_intensive" if extending else dice.weighted(list(KINDS.items()))
            order = TaskSpec(
                id=content_id("spec", reached.name, number, attempt),
                domain=reached.domain,
                kind=kind,
                num_writes=int(kind in ("write_intensive", "read_heavy")),
                burden=dice.between(_BURDENS[0], _BURDENS[-1]),
                seed=int(digest(["further", reached.name, number, attempt])[:12], 16),
                number=number,
                split=reached.split,
            )
            made = self.generate.follow_up(reached.past, order, services, extending=extending)
            if isinstance(made, Task):
                return made
            extending = False
        assert made is not None  # TRIES is positive
        return made


def going_on(dialogue: Dialogue) -> tuple[Message, ...] | None:
    """Returns a dialogue's own messages without the good-bye; None where nothing can follow.

    The user must have ended it, and said nothing else with its last words that anybody would miss.
    """
    own = dialogue.messages
    if dialogue.ended != "user_done" or len(own) < 3 or own[-1].role != "assistant" or own[-1].tool_calls:
        return None
    farewell, asked = own[-2], own[-3]
    if farewell.role != "user" or {act.kind for act in farewell.acts} - _BESIDE != {"user_bye"}:
        return None
    return own[:-2] if asked.role == "assistant" and not asked.tool_calls else None


def _reached(dialogue: Dialogue, said: tuple[Message, ...], services: Services) -> Reached:
    """Returns where a dialogue stands whose good-bye gives way."""
    scenario = dialogue.scenario
    task = scenario.task
    calls = tuple(writes_in(dialogue.whole, services.sandboxes[task.domain].domain.specs))
    asked = tuple(request for each in scenario.tasks for request in each.requests)
    identity = tuple(entry.name for entry in task.knowledge if entry.identity)
    episode = Episode(messages=said, task=task, behavior=scenario.behavior)
    return Reached(
        name=dialogue.id,
        domain=task.domain,
        split=task.split,
        past=Past(task.principal, identity, calls, asked),
        before=(*scenario.before, episode),
        behavior=scenario.behavior,
    )


def writes_in(messages: Sequence[Message], specs: Mapping[str, Any]) -> Iterator[Call]:
    """Yields the successful calls of writes."""
    failed = {message.tool_call_id for message in messages if message.role == "tool" and message.error}
    for message in messages:
        for call in message.tool_calls:
            if call.name in specs and specs[call.name].effect == "write" and call.id not in failed:
                yield Call(tool=call.name, arguments=call.arguments)


def _joined(scenario: Scenario, reached: Reached, domain: Domain, space: BehaviorSpace) -> Scenario:
    """Returns a scenario behind what was said: the same person tells it, who has been found and greeted already."""
    behavior = _by_the_same(scenario, reached.behavior, domain, space)
    identity = content_id("scenario", scenario.task.id, behavior.id, reached.name)
    return msgspec.structs.replace(scenario, id=identity, behavior=behavior, before=reached.before)


def _by_the_same(scenario: Scenario, first: Behavior | None, domain: Domain, space: BehaviorSpace) -> Behavior:
    """Returns how the person tells the next task: it writes as before, whatever else it does this time."""
    task, own = scenario.task, scenario.behavior
    playbooks = playbooks_of(own) if first is None else {**playbooks_of(first), **playbooks_of(own)}
    disclosure = _disclosure(playbooks[own.disclosure], task.requests, domain)
    register = own.register if first is None else first.register
    columns = [playbooks.get(name) or by_name(space)[name] for name in (disclosure, register)]
    kept = [playbooks[trait] for trait in (own if first is None else first).traits]
    kept = [each for each in kept if each.axis in LASTING and FITS[each.fits](task, domain)]
    kept = [each for each in kept if not any(apart(each, other) for other in columns)]
    fresh = [playbooks[trait] for trait in own.traits if playbooks[trait].axis not in LASTING]
    fresh = [each for each in fresh if each.fits not in _WHO]
    fresh = [each for each in fresh if not any(apart(each, other) for other in (*columns, *kept))]
    traits = [*fresh[: MOST_TRAITS - len(kept)], *kept]
    present = [*columns, *traits]
    return msgspec.structs.replace(
        own,
        id=content_id("behavior", own.id, first.id if first is not None else ""),
        disclosure=disclosure,
        register=register,
        traits=tuple(each.behavior for each in traits),
        own=tuple(each for each in present if not is_known(each)),
        profile=first.profile if first is not None else own.profile,
        instruction=f"{instruction(task, present, space)}\n\n# So far\n{SO_FAR}",
    )


def _behind(session: Judged, longer: Judged) -> Judged:
    """Returns a longer session with what was found of the shorter one."""
    begin = len(longer.dialogue.scenario.said_before)
    gains = (*session.gains[:begin], *longer.gains[begin:])
    return msgspec.structs.replace(longer, trials=session.trials, gains=gains)


def _disclosure(wanted: Playbook, requests: Sequence[Request], domain: Domain) -> str:
    """Returns how one lets the facts out who need not say any more who it is, which was the occasion for a drip."""
    if not any(request.tool and tellable(request, domain) for request in requests):
        return "all_at_once"  # a question tells everything
    hinting = wanted.behavior == "vague_start" and any(each.kind not in ("write", "withhold") for each in requests)
    return "only_when_asked" if hinting or wanted.fits in _WHO else wanted.behavior


SO_FAR = (
    "You have talked to the agent before, as you see: it knows who you are, and what you asked for is done. Don't "
    "greet again, and don't say again who you are. What follows now is your goal above, which is something new."
)
"""For a language model that plays the user."""


def _drop(name: str, reason: Any, detail: str) -> Drop:
    return Drop(
        id=content_id("drop", name, "session"),
        stage="continue_sessions",
        reason=reason,
        detail=detail,
        record_id=name,
    )
