"""Assemble: from an order to a task, by trying requests until the cell is met exactly."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence

import msgspec

from schemas.base import Json, content_id, plain, rng_of
from schemas.task import Knowledge, Request, Strength, Task, TaskSpec
from stages.generate_tasks.asking import conditional_request, information
from stages.generate_tasks.budgets import budgeted
from stages.generate_tasks.claims import NotProven
from stages.generate_tasks.decisions import decisions, flawed
from stages.generate_tasks.drafts import NoSuchRequest, said_facts
from stages.generate_tasks.dues import due, due_plans, not_due
from stages.generate_tasks.exchanges import exchanged, exchanges_of
from stages.generate_tasks.flaws import FLAWED
from stages.generate_tasks.ground import Ground
from stages.generate_tasks.makers import Maker
from stages.generate_tasks.precedence import after, precedence
from stages.generate_tasks.refusals import NO_PROOF, must_refuse
from stages.generate_tasks.requests import Made
from stages.generate_tasks.searches import search_plans
from stages.generate_tasks.sought import sought
from stages.generate_tasks.undone import UNDONE, undone

STATING = 0.7
"""Share of attempts in which a stranger begins by naming a row, where there is one to name."""
MOST_SEARCHED = 24
"""Reads of a systematic reader, beyond which nobody would look a stranger's row up."""
DUE = 0.15
"""Share of attempts at one write that are about what is due to the user, where there is such a write."""
EXCHANGED = 0.1
"""Share of attempts at a read-heavy task that exchange what a row has for a row of a search, where that can be."""
SOUGHT = 0.4
"""Share of attempts at a read-heavy task that are about rows of a search, where there are any."""
SECOND_IDENTITY = 0.2
"""Share of people who do not remember what the policy asks for first and are found another way."""


class TaskMaker:
    """Makes tasks on one ground."""

    def __init__(self, ground: Ground, validation: float, attempts: int, witnesses: Strength = "logical") -> None:
        self._ground = ground
        self._attempts = attempts
        self._maker = Maker(ground, validation, witnesses)

    def make(self, spec: TaskSpec) -> Task:
        """Makes the task of an order, without its text.

        Raises:
            NotProven: the budget of attempts is spent; the text names the commonest obstacle.
        """
        rng = rng_of("task", spec.seed, spec.number, spec.kind, spec.num_writes, spec.burden, spec.domain, spec.split)
        obstacles: Counter[str] = Counter()
        identity = self._identity(spec, rng)
        for _ in range(self._attempts):
            if self._ground.strangers.tools:
                identity = self._identity(spec, rng)
            try:
                person, made = self._try(spec, rng, identity)
                if self._ground.strangers.tools and any(m.request.proof.search_cost > MOST_SEARCHED for m in made):
                    raise NotProven("there is too much to look through")
            except (NoSuchRequest, NotProven) as obstacle:
                obstacles[str(obstacle)[:80]] += 1
                continue
            return self._task(spec, person, identity, made)
        common = obstacles.most_common(1)
        raise NotProven(common[0][0] if common else "nobody to ask")

    def _try(self, spec: TaskSpec, rng: random.Random, identity: tuple[str, ...]) -> tuple[str, list[Made]]:
        origin = self._maker.origin
        if spec.kind == "read_heavy" and spec.num_writes == 1:
            searches = origin.memo(f"searches:{identity}", lambda: search_plans(origin.ground, identity))
            exchanges = origin.memo(f"exchanges:{identity}", lambda: exchanges_of(origin, identity))
            if exchanges and rng.random() < EXCHANGED:
                return exchanged(self._maker, spec, rng, identity, exchanges)
            if searches and rng.random() < SOUGHT:
                people = self._ground.people(spec.split, self._maker.validation)
                composer = self._maker.composer(rng, identity, rng.choice(people), spec)
                return composer.person, [sought(composer, rng.choice(searches), spec.burden)]
        if spec.kind == "must_refuse" or (spec.num_writes == 1 and spec.kind in ("read_heavy", "write_intensive")):
            dues = origin.memo(f"dues:{identity}", lambda: due_plans(origin.ground, identity))
            if spec.kind == "read_heavy":
                dues = [plan for plan in dues if plan.reads == spec.burden]
            if dues and rng.random() < DUE:
                if spec.kind == "must_refuse":
                    return not_due(self._maker, spec, rng, identity, dues)
                return due(self._maker, spec, rng, identity, dues, exact=spec.kind == "read_heavy")
        if spec.kind in ("information", "difference"):
            return information(self._maker, spec, rng, identity)
        if spec.kind == "conditional":
            return conditional_request(self._maker, spec, rng, identity)
        if spec.kind == "must_refuse":
            return must_refuse(self._maker, spec, rng, identity)
        if spec.kind == "budget":
            return budgeted(self._maker, spec, rng, identity)
        if spec.kind in UNDONE:
            return undone(self._maker, spec, rng, identity)
        if spec.kind in FLAWED:
            return flawed(self._maker, spec, rng, identity)
        if spec.kind in ("read_heavy", "fallback"):
            return decisions(self._maker, spec, rng, identity, heavy=0, exact=True)
        if spec.kind == "mixed":
            return decisions(self._maker, spec, rng, identity, heavy=rng.randrange(spec.num_writes), exact=True)
        return decisions(self._maker, spec, rng, identity, heavy=None, exact=False)

    def _identity(self, spec: TaskSpec, rng: random.Random) -> tuple[str, ...]:
        """Chooses the facts by which the user is found, or (strangers) with which the user begins."""
        identities = self._ground.identities
        if not self._ground.strangers.tools:
            return identities[0] if len(identities) == 1 or rng.random() >= SECOND_IDENTITY else identities[1]
        asking = spec.kind in ("information", "difference")
        wanted = self._maker.asked_by(spec) if asking else self._maker.plans
        fitting = []
        obstacle = "there is nothing to begin with"
        for identity in identities:
            try:
                fitting.append((identity, wanted(identity)))
            except NotProven as failed:
                obstacle = str(failed)
        if not fitting:
            raise NotProven(obstacle)
        # Whoever names a place to look in has less to go through.
        stating = [identity for identity, _ in fitting if identity]
        return rng.choice(stating if stating and rng.random() < STATING else [identity for identity, _ in fitting])

    def _task(self, spec: TaskSpec, person: str, identity: tuple[str, ...], made: Sequence[Made]) -> Task:
        ground = self._ground
        requests = tuple(each.request for each in made)
        known = ground.known(person, identity)
        types = ground.sandbox.domain.principal.types
        knowledge = [
            Knowledge(name=n, value=v, type=types.get(n, n.rpartition(".")[2]), identity=n in types)
            for n, v in known.items()
            if n in types or any(n in said_facts(request.programs) for request in requests)
        ]
        for each in made:
            knowledge += [Knowledge(name=name, value=value, type=kind) for name, (value, kind) in each.facts.items()]
        goal = after(ground.sandbox, [r for r in requests if r.kind == "write"])
        burdens = [r.proof.lower for r in requests]
        keys = {repr(r.proof.reachable[n]) for r in requests for n in r.proof.reads}
        asked, start = [_asked(r) for r in requests], ground.start
        return Task(
            id=content_id("task", ground.sandbox.world.digest, person, known, asked, *[plain(call) for call in start]),
            spec=spec,
            domain=spec.domain,
            world_digest=ground.sandbox.world.digest,
            kind=spec.kind,
            split=spec.split,
            principal=ground.principal_id(person) or "",
            knowledge=tuple(knowledge),
            requests=requests,
            precedence=precedence(ground, requests, goal, {entry.name: entry.value for entry in knowledge}),
            num_writes=sum(r.kind == "write" for r in requests),
            burden=max(burdens),
            plausible_burden=max(r.proof.plausible for r in requests),
            union_reads=len(keys),
            initial_digest=ground.initial_digest,
            goal_digest=goal,
            start=start,
        )


def _asked(request: Request) -> Json:
    """Returns what makes a request the one it is. How it was proven is no part of that: better proofs keep the id."""
    return plain(msgspec.structs.replace(request, proof=NO_PROOF))
