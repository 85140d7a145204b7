"""Assemble: from an order to a task, by trying requests until the cell is met exactly."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Sequence
from typing import TypeVar

import msgspec

from schemas.base import Json, content_id, plain, rng_of
from schemas.task import Flaw, Knowledge, Proof, Refusal, Request, Strength, Task, TaskSpec
from stages.generate_tasks.claims import NotProven
from stages.generate_tasks.compose import MAX_LISTED, Composer
from stages.generate_tasks.conditions import conditional
from stages.generate_tasks.drafts import Draft, NoSuchRequest, said_facts
from stages.generate_tasks.flaws import FLAWED, FlawedComposer, asked_first, flawable
from stages.generate_tasks.ground import Ground, split_of
from stages.generate_tasks.plans import Plan, plans_of
from stages.generate_tasks.precedence import after, disturbed, precedence
from stages.generate_tasks.questions import Question, ask, differences_of, questions_of
from stages.generate_tasks.requests import Made, make_answer, make_refusal, make_withheld, make_write, objection, tried
from stages.generate_tasks.searches import search_plans
from stages.generate_tasks.sought import sought
from stages.generate_tasks.strangers import about
from stages.generate_tasks.wishes import wishing
from tool_specs.sandbox import Sandbox

SECOND_IDENTITY = 0.2
"""Share of people who do not remember what the policy asks for first and are found another way."""
OUT_OF_SCOPE = 0.2
"""Share of must-refuse tasks that ask for what no tool does."""
WRONG_STATE = 0.4
"""Share of must-refuse tasks about a row in a state in which the write never succeeds."""
ASKED = 8
"""Requests composed in search of different reasons to refuse; one of the reasons is taken, each with equal chance."""
STATING = 0.7
"""Share of attempts in which a stranger begins by naming a row, where there is one to name."""
MOST_SEARCHED = 24
"""Reads of a systematic reader, beyond which nobody would look a stranger's row up."""
SOUGHT = 0.5
"""Share of attempts at a read-heavy task that are about rows of a search, where there are any."""
CONDITIONAL_MODES = ("stated", "lookup", "lookup", "best")
FLAWED_TRIES = 12
"""Requests composed per attempt in search of one that can be told wrongly, or incompletely, first."""
LOW_MODES = ("stated", "lookup", "lookup")
NO_PROOF = Proof(reads=(), reachable=(), clauses=(), lower=0, upper=0, plausible=0)
T = TypeVar("T")
HIGH_MODES = ("best", "best", "best", "joint", "joint", "each", "best_of_stated")


class TaskMaker:
    """Makes tasks on one ground."""

    def __init__(self, ground: Ground, validation: float, attempts: int, witnesses: Strength = "logical") -> None:
        self._ground = ground
        self._validation = validation
        self._attempts = attempts
        self._witnesses = witnesses

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
        if spec.kind == "read_heavy" and spec.num_writes == 1:
            searches = self._memo(f"searches:{identity}", lambda: search_plans(self._ground, identity))
            if searches and rng.random() < SOUGHT:
                people = self._ground.people(spec.split, self._validation)
                composer = self._composer(rng, identity, rng.choice(people), spec)
                return composer.person, [sought(composer, rng.choice(searches), spec.burden)]
        if spec.kind in ("information", "difference"):
            return self._information(spec, rng, identity)
        if spec.kind == "conditional":
            return self._conditional(spec, rng, identity)
        if spec.kind == "must_refuse":
            return self._must_refuse(spec, rng, identity)
        if spec.kind in FLAWED:
            return self._flawed(spec, rng, identity)
        if spec.kind in ("read_heavy", "fallback"):
            return self._decisions(spec, rng, identity, heavy=0, exact=True)
        if spec.kind == "mixed":
            return self._decisions(spec, rng, identity, heavy=rng.randrange(spec.num_writes), exact=True)
        return self._decisions(spec, rng, identity, heavy=None, exact=False)

    def _identity(self, spec: TaskSpec, rng: random.Random) -> tuple[str, ...]:
        """Chooses the facts by which the user is found, or (strangers) with which the user begins."""
        identities = self._ground.identities
        if not self._ground.strangers.tools:
            return identities[0] if len(identities) == 1 or rng.random() >= SECOND_IDENTITY else identities[1]
        asking = spec.kind in ("information", "difference")
        wanted = self._asked_by(spec) if asking else self._plans
        fitting = []
        obstacle = NotProven("there is nothing to begin with")
        for identity in identities:
            try:
                fitting.append((identity, wanted(identity)))
            except NotProven as failed:
                obstacle = failed
        if not fitting:
            raise obstacle
        # Whoever names a place to look in has less to go through.
        stating = [identity for identity, _ in fitting if identity]
        return rng.choice(stating if stating and rng.random() < STATING else [identity for identity, _ in fitting])

    def _check_split(self, spec: TaskSpec, key: str) -> None:
        """Where users are nobody in the world, the row that a request is about decides on the split."""
        if self._ground.strangers.tools and split_of(key, self._validation) != spec.split:
            raise NotProven("what it is about belongs to the other split")

    def _composer(self, rng: random.Random, identity: tuple[str, ...], person: str, spec: TaskSpec) -> Composer:
        return Composer(self._ground, rng, person, identity, self._ground.people(spec.split, self._validation))

    def _decisions(
        self, spec: TaskSpec, rng: random.Random, identity: tuple[str, ...], heavy: int | None, exact: bool
    ) -> tuple[str, list[Made]]:
        """Walks: each decision is made on the state that the earlier ones left."""
        plans = self._plans(identity)
        person, mode, plan = self._opening(spec, rng, identity, plans, heavy)
        composer = self._composer(rng, identity, person, spec)
        state = self._ground.sandbox
        made: list[Made] = []
        used: set[tuple[str, str]] = set()
        # The rare one first: what follows is easily found, and nothing is wasted if it is not.
        order = sorted(range(spec.num_writes), key=lambda number: number != heavy)
        for number in order:
            if number == heavy:
                request = self._heavy(composer, plan, number, mode, spec, state, used)
            else:
                request = self._low(composer, plans, number, spec, state, used, exact)
            made.append(request)
            used.add(_object_of(request))
            state = state.fork()
            state.call(str(request.request.tool), request.request.arguments)
        goal = state.digest()
        made = [each for _, each in sorted(zip(order, made, strict=True), key=lambda pair: pair[0])]
        if after(self._ground.sandbox, [each.request for each in made]) != goal:
            raise NotProven("the decisions depend on their order in another way than they are told")
        if heavy:  # it was found on the initial world
            facts = {**self._ground.known(person, identity), **{name: v for name, (v, _) in made[heavy].facts.items()}}
            if disturbed(self._ground, [each.request for each in made[:heavy]], made[heavy].request, facts):
                raise NotProven("an earlier decision changes the answer")
        if exact and max(self._burden(each) for each in made) != spec.burden:
            raise NotProven("another decision needs more reads")
        return person, made

    def _opening(
        self, spec: TaskSpec, rng: random.Random, identity: tuple[str, ...], plans: Sequence[Plan], heavy: int | None
    ) -> tuple[str, str, Plan]:
        """Chooses a person whose rows are about as many as the cell needs, and how the heavy decision is told."""
        targets = [plan for plan in plans if any(place.continues for place in plan.selected)]
        modes: tuple[str, ...] = HIGH_MODES if spec.burden > 2 else ("stated", "best_of_stated", "each")
        if spec.kind == "fallback":
            modes = ("best", "best", "best_of_stated", "stated", "lookup") if spec.burden > 2 else ("stated",)
        left_out = {"best_of_stated"} if spec.burden > MAX_LISTED + 1 else set()
        left_out |= set() if targets else {"joint", "each"}
        mode = rng.choice([mode for mode in modes if mode not in left_out])
        aimed = mode in ("joint", "each") or (spec.kind == "fallback" and mode in ("stated", "lookup"))
        if aimed and not targets:
            raise NoSuchRequest("no write has a target")
        plan = rng.choice(targets if aimed else list(plans))
        if heavy is None:
            return self._person_with(spec, rng, plan, range(spec.num_writes + 2, 99)), mode, plan
        least, most = 3, 99
        if mode == "best":
            further = sum(place.continues for place in plan.selected)
            least = most = spec.burden - further
        elif mode == "joint":
            most = spec.burden - 1
        elif mode == "best_of_stated":
            least = 5
        return self._person_with(spec, rng, plan, range(max(least, spec.num_writes + 2), most + 1)), mode, plan

    def _person_with(self, spec: TaskSpec, rng: random.Random, plan: Plan, reads: range) -> str:
        people = self._ground.by_reads(plan.object.chain, spec.split, self._validation)
        sizes = [size for size in sorted(people) if size in reads]
        if not sizes and people and self._ground.strangers.tools:
            # Filters before a join leave fewer reads than a whole list takes.
            sizes = [size for size in people if size >= reads.start]
        if not sizes:
            raise NoSuchRequest(f"nobody has rows for {reads.start} to {reads.stop - 1} reads")
        size = rng.choice(sizes)
        return rng.choice(people[size])

    def _heavy(
        self,
        composer: Composer,
        plan: Plan,
        number: int,
        mode: str,
        spec: TaskSpec,
        state: Sandbox,
        used: set[tuple[str, str]],
    ) -> Made:
        burden = spec.burden
        obstacle: Exception = NotProven("no attempt")
        for _ in range(4):
            try:
                draft = composer.write(plan, number, mode, burden=burden)
                if spec.kind == "fallback":
                    draft = wishing(composer, plan, draft, granted=spec.number % 2 == 0)
                trial = tried(composer, draft)
                if trial.arguments is None or not self._may_fit(trial.burden, burden):
                    raise NotProven(f"{mode}: {trial.burden} reads instead of {burden}")
                self._check_split(spec, _key_of(trial.arguments)[1])
                made = make_write(composer, draft, trial, state)
                if self._burden(made) != burden:
                    raise NotProven(f"{mode}: burden {self._burden(made)} instead of {burden}")
                return _fresh(made, used)
            except (NoSuchRequest, NotProven) as failed:
                obstacle = failed
        raise obstacle

    def _low(
        self,
        composer: Composer,
        plans: Sequence[Plan],
        number: int,
        spec: TaskSpec,
        state: Sandbox,
        used: set[tuple[str, str]],
        exact: bool,
    ) -> Made:
        obstacle: Exception = NotProven("no attempt")
        for _ in range(25):
            plan = composer.rng.choice(list(plans))
            try:
                draft = composer.write(plan, number, composer.rng.choice(LOW_MODES))
                trial = tried(composer, draft)
                if trial.arguments is None or (exact and trial.burden > spec.burden):
                    raise NotProven("too many reads")
                if _key_of(trial.arguments) in used:
                    raise NotProven("an earlier decision is about the same row")
                self._check_split(spec, _key_of(trial.arguments)[1])
                made = make_write(composer, draft, trial, state)
                if exact and self._burden(made) > spec.burden:
                    raise NotProven("another decision needs more reads")
                return _fresh(made, used)
            except (NoSuchRequest, NotProven) as failed:
                obstacle = failed
        raise obstacle

    def _information(self, spec: TaskSpec, rng: random.Random, identity: tuple[str, ...]) -> tuple[str, list[Made]]:
        questions = self._asked_by(spec)(identity)
        sized = self._memo(
            f"sized:{identity}:{spec.split}",
            lambda: [(q, self._ground.by_reads(q.chain, spec.split, self._validation)) for q in questions],
        )
        exact = [pair for pair in sized if spec.burden in pair[1]]
        # Filters before a join, and names said outright, save reads: what makes more than wanted may serve as well.
        question, people = rng.choice(exact if exact and rng.random() < 0.6 else sized)
        sizes = [size for size in sorted(people) if size >= spec.burden]
        if not sizes:
            raise NoSuchRequest("nobody has that many rows")
        person = rng.choice(people[spec.burden if spec.burden in people else rng.choice(sizes)])
        composer = self._composer(rng, identity, person, spec)
        draft = ask(composer, question)
        trial = tried(composer, draft)
        if trial.arguments is None or not self._may_fit(trial.burden, spec.burden):
            raise NotProven(f"{trial.burden} reads instead of {spec.burden}")
        if self._ground.strangers.tools:
            self._check_split(spec, about(trial.programs, trial.selection, dict(trial.facts)))
        made = make_answer(composer, draft, trial)
        if self._burden(made) != spec.burden:
            raise NotProven(f"burden {self._burden(made)} instead of {spec.burden}")
        return person, [made]

    def _conditional(self, spec: TaskSpec, rng: random.Random, identity: tuple[str, ...]) -> tuple[str, list[Made]]:
        plan = rng.choice(self._plans(identity))
        person = self._person_with(spec, rng, plan, range(3, 99))
        composer = self._composer(rng, identity, person, spec)
        draft = composer.write(plan, 0, rng.choice(CONDITIONAL_MODES))
        draft = conditional(composer, plan, draft, holds=spec.num_writes == 1)
        trial = tried(composer, draft)
        if trial.arguments is None:
            raise NotProven("the programs do not determine the arguments")
        self._check_split(spec, _key_of(trial.arguments)[1])
        if spec.num_writes:
            return person, [make_write(composer, draft, trial, self._ground.sandbox)]
        return person, [make_withheld(composer, draft)]

    def _must_refuse(self, spec: TaskSpec, rng: random.Random, identity: tuple[str, ...]) -> tuple[str, list[Made]]:
        # Drawn once per order: otherwise what is easily made would crowd out the rest.
        aim = rng_of("refusal", spec.seed, spec.number, spec.domain, spec.split).random()
        keys = sorted(self._ground.lexicon.out_of_scope)
        if keys and aim < OUT_OF_SCOPE:
            plan = rng.choice(self._plans(identity))
            person = self._person_with(spec, rng, plan, range(3, 99))
            return person, [Made(_out_of_scope(rng.choice(keys)), {})]
        wrong_state = aim < OUT_OF_SCOPE + WRONG_STATE
        found = self._refusable(spec, rng, identity, wrong_state) or self._refusable(
            spec, rng, identity, not wrong_state
        )
        if not found:
            raise NotProven("nothing speaks against what is asked")
        composer, draft = found[rng.choice(sorted(found))]
        made = make_refusal(composer, draft, self._ground.sandbox)
        self._check_split(spec, _key_of(made.request.arguments)[1])
        return composer.person, [made]

    def _flawed(self, spec: TaskSpec, rng: random.Random, identity: tuple[str, ...]) -> tuple[str, list[Made]]:
        people = self._ground.people(spec.split, self._validation)
        asking = spec.kind == "ask_first"
        plans = [plan for plan in self._plans(identity) if flawable(plan, spec.kind)]
        searches = self._memo(f"searches:{identity}", lambda: search_plans(self._ground, identity)) if asking else []
        if not plans and not searches:
            raise NotProven("no write takes what could be told so")
        obstacle: Exception = NotProven("no attempt")
        for _ in range(FLAWED_TRIES):
            try:
                if searches and (not plans or rng.random() < SOUGHT):
                    composer = self._composer(rng, identity, rng.choice(people), spec)
                    made = sought(composer, rng.choice(searches), spec.burden)
                    return composer.person, [_with(made, asked_first(self._ground.lexicon, made.request, rng))]
                plan = rng.choice(plans)
                person = self._person_with(spec, rng, plan, range(2, 99))
                mistaken = FlawedComposer(self._ground, rng, person, identity, people)
                if asking:
                    draft, flaw = mistaken.write(plan, 0, rng.choice(("stated", "lookup", "best"))), None
                else:
                    draft, flaw = mistaken.mistold(plan, spec.kind)
                trial = tried(mistaken, draft)
                if trial.arguments is not None:
                    self._check_split(spec, _key_of(trial.arguments)[1])
                made = make_write(mistaken, draft, trial, self._ground.sandbox)
                return person, [_with(made, flaw or asked_first(self._ground.lexicon, made.request, rng))]
            except (NoSuchRequest, NotProven) as failed:
                obstacle = failed
        raise obstacle

    def _refusable(
        self, spec: TaskSpec, rng: random.Random, identity: tuple[str, ...], wrong_state: bool
    ) -> dict[str, tuple[Composer, Draft]]:
        """Returns requests that cannot be fulfilled, one per reason."""
        found: dict[str, tuple[Composer, Draft]] = {}
        for _ in range(ASKED // 4 if wrong_state else ASKED):
            plan = rng.choice(self._plans(identity))
            try:
                composer = self._composer(rng, identity, self._person_with(spec, rng, plan, range(3, 99)), spec)
                mode = rng.choice(("stated", "lookup", "best"))
                draft = composer.write(plan, 0, mode, refused=wrong_state, any_target=not wrong_state)
            except NoSuchRequest:
                continue
            arguments = tried(composer, draft).arguments
            if arguments is not None:
                against = objection(self._ground, self._ground.sandbox, composer.person, plan.tool, arguments)
                if against is not None and against[0] != "no_change":
                    found[against[0]] = composer, draft
        return found

    def _burden(self, made: Made) -> int:
        proof = made.request.proof
        return proof.lower if self._witnesses == "logical" else proof.plausible

    def _may_fit(self, reads: int, burden: int) -> bool:
        """Whether a trial may give this burden: fewer reads count where only plausible witnesses do."""
        return reads == burden if self._witnesses == "logical" else burden <= reads <= burden + 2

    def _plans(self, identity: tuple[str, ...]) -> list[Plan]:
        plans = self._memo(f"plans:{identity}", lambda: plans_of(self._ground, identity))
        if not plans:
            raise NotProven("no write can be filled with values that reads give; see `writ check`")
        return plans

    def _questions(self, identity: tuple[str, ...]) -> list[Question]:
        questions = self._memo(f"questions:{identity}", lambda: questions_of(self._ground, identity))
        if not questions:
            raise NotProven("nothing can be asked about what reads give; see `writ check`")
        return questions

    def _asked_by(self, spec: TaskSpec) -> Callable[[tuple[str, ...]], list[Question]]:
        """Returns what gives the questions of a kind of task."""
        return self._differences if spec.kind == "difference" else self._questions

    def _differences(self, identity: tuple[str, ...]) -> list[Question]:
        found = self._memo(f"differences:{identity}", lambda: differences_of(self._ground, identity))
        if not found:
            raise NotProven("no numbers that words compare stand in rows of a user's; see `writ check`")
        return found

    def _memo(self, key: str, build: Callable[[], T]) -> T:
        if key not in self._ground.pools:
            self._ground.pools[key] = build()
        found: T = self._ground.pools[key]
        return found

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
        return Task(
            id=content_id("task", ground.sandbox.world.digest, person, known, [_asked(r) for r in requests]),
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
        )


def _asked(request: Request) -> Json:
    """Returns what makes a request the one it is. How it was proven is no part of that: better proofs keep the id."""
    return plain(msgspec.structs.replace(request, proof=NO_PROOF))


def _with(made: Made, flaw: Flaw) -> Made:
    return Made(msgspec.structs.replace(made.request, flaw=flaw), made.facts)


def _fresh(made: Made, used: set[tuple[str, str]]) -> Made:
    if _object_of(made) in used:
        raise NotProven("an earlier decision is about the same row")
    return made


def _object_of(made: Made) -> tuple[str, str]:
    """The row that a decision is about: two decisions about one row could undo one another."""
    return _key_of(made.request.arguments)


def _key_of(arguments: dict[str, Json]) -> tuple[str, str]:
    name = min(arguments, key=lambda name: (not name.endswith("_id"), list(arguments).index(name)))
    return name, str(arguments[name])


def _out_of_scope(key: str) -> Request:
    refusal = Refusal(rule="out_of_scope", detail=key, transfer=True, request=key)
    return Request(kind="refuse", tool=None, arguments={}, sources={}, programs=(), proof=NO_PROOF, refusal=refusal)
