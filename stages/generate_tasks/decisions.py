"""Decisions: the writes of one task, each composed, executed and proven on the state that the earlier ones left."""

from __future__ import annotations

import random
from collections.abc import Sequence

import msgspec

from schemas.task import Flaw, TaskSpec
from stages.generate_tasks.claims import NotProven
from stages.generate_tasks.compose import Composer
from stages.generate_tasks.drafts import NoSuchRequest
from stages.generate_tasks.flaws import FlawedComposer, asked_first, flawable
from stages.generate_tasks.makers import Maker, fresh, key_of, object_of
from stages.generate_tasks.objects import MAX_LISTED
from stages.generate_tasks.plans import Plan
from stages.generate_tasks.precedence import after, disturbed
from stages.generate_tasks.requests import Made, make_write, tried
from stages.generate_tasks.searches import search_plans
from stages.generate_tasks.sought import sought
from stages.generate_tasks.wishes import wishing
from tool_specs.sandbox import Sandbox

SOUGHT = 0.5
"""Share of attempts at a read-heavy task that are about rows of a search, where there are any."""
FLAWED_TRIES = 12
"""Requests composed per attempt in search of one that can be told wrongly, or incompletely, first."""
LOW_MODES = ("stated", "lookup", "lookup")
HIGH_MODES = ("best", "best", "best", "joint", "joint", "each", "best_of_stated")


def decisions(
    maker: Maker, spec: TaskSpec, rng: random.Random, identity: tuple[str, ...], heavy: int | None, exact: bool
) -> tuple[str, list[Made]]:
    """Walks: each decision is made on the state that the earlier ones left."""
    plans = maker.plans(identity)
    person, mode, plan = _opening(maker, spec, rng, identity, plans, heavy)
    composer = maker.composer(rng, identity, person, spec)
    state = maker.ground.sandbox
    made: list[Made] = []
    used: set[tuple[str, str]] = set()
    # The rare one first: what follows is easily found, and nothing is wasted if it is not.
    order = sorted(range(spec.num_writes), key=lambda number: number != heavy)
    for number in order:
        if number == heavy:
            request = _heavy(maker, composer, plan, number, mode, spec, state, used)
        else:
            request = _low(maker, composer, plans, number, spec, state, used, exact)
        made.append(request)
        used.add(object_of(request))
        state = state.fork()
        state.call(str(request.request.tool), request.request.arguments)
    goal = state.digest()
    made = [each for _, each in sorted(zip(order, made, strict=True), key=lambda pair: pair[0])]
    if after(maker.ground.sandbox, [each.request for each in made]) != goal:
        raise NotProven("the decisions depend on their order in another way than they are told")
    if heavy:  # it was found on the initial world
        facts = {**maker.ground.known(person, identity), **{name: v for name, (v, _) in made[heavy].facts.items()}}
        if disturbed(maker.ground, [each.request for each in made[:heavy]], made[heavy].request, facts):
            raise NotProven("an earlier decision changes the answer")
    if exact and max(maker.burden(each) for each in made) != spec.burden:
        raise NotProven("another decision needs more reads")
    return person, made


def _opening(
    maker: Maker,
    spec: TaskSpec,
    rng: random.Random,
    identity: tuple[str, ...],
    plans: Sequence[Plan],
    heavy: int | None,
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
        return maker.person_with(spec, rng, plan, range(spec.num_writes + 2, 99)), mode, plan
    least, most = 3, 99
    if mode == "best":
        further = sum(place.continues for place in plan.selected)
        least = most = spec.burden - further
    elif mode == "joint":
        most = spec.burden - 1
    elif mode == "best_of_stated":
        least = 5
    return maker.person_with(spec, rng, plan, range(max(least, spec.num_writes + 2), most + 1)), mode, plan


def _heavy(
    maker: Maker,
    composer: Composer,
    plan: Plan,
    number: int,
    mode: str,
    spec: TaskSpec,
    state: Sandbox,
    used: set[tuple[str, str]],
) -> Made:
    burden = spec.burden
    obstacle = "no attempt"
    for _ in range(4):
        try:
            draft = composer.write(plan, number, mode, burden=burden)
            if spec.kind == "fallback":
                draft = wishing(composer, plan, draft, granted=spec.number % 2 == 0)
            trial = tried(composer, draft)
            if trial.arguments is None or not maker.may_fit(trial.burden, burden):
                raise NotProven(f"{mode}: the request takes {trial.burden} reads, not {burden}")
            maker.check_split(spec, key_of(trial.arguments)[1])
            made = make_write(composer, draft, trial, state)
            if maker.burden(made) != burden:
                raise NotProven(f"{mode}: burden {maker.burden(made)} instead of {burden}")
            return fresh(made, used)
        except (NoSuchRequest, NotProven) as failed:
            obstacle = str(failed)  # the error itself would hold all frames in a cycle
    raise NotProven(obstacle)


def _low(
    maker: Maker,
    composer: Composer,
    plans: Sequence[Plan],
    number: int,
    spec: TaskSpec,
    state: Sandbox,
    used: set[tuple[str, str]],
    exact: bool,
) -> Made:
    obstacle = "no attempt"
    for _ in range(25):
        plan = composer.rng.choice(list(plans))
        try:
            draft = composer.write(plan, number, composer.rng.choice(LOW_MODES))
            trial = tried(composer, draft)
            if trial.arguments is None or (exact and trial.burden > spec.burden):
                raise NotProven("too many reads")
            if key_of(trial.arguments) in used:
                raise NotProven("an earlier decision is about the same row")
            maker.check_split(spec, key_of(trial.arguments)[1])
            made = make_write(composer, draft, trial, state)
            if exact and maker.burden(made) > spec.burden:
                raise NotProven("another decision needs more reads")
            return fresh(made, used)
        except (NoSuchRequest, NotProven) as failed:
            obstacle = str(failed)
    raise NotProven(obstacle)


def flawed(maker: Maker, spec: TaskSpec, rng: random.Random, identity: tuple[str, ...]) -> tuple[str, list[Made]]:
    """Makes a write that its user tells wrongly, or incompletely, first."""
    people = maker.ground.people(spec.split, maker.validation)
    asking = spec.kind == "ask_first"
    plans = [plan for plan in maker.plans(identity) if flawable(plan, spec.kind)]
    origin = maker.origin
    searches = origin.memo(f"searches:{identity}", lambda: search_plans(origin.ground, identity)) if asking else []
    if not plans and not searches:
        raise NotProven("no write takes what could be told so")
    obstacle = "no attempt"
    for _ in range(FLAWED_TRIES):
        try:
            if searches and (not plans or rng.random() < SOUGHT):
                composer = maker.composer(rng, identity, rng.choice(people), spec)
                made = sought(composer, rng.choice(searches), spec.burden)
                return composer.person, [_with(made, asked_first(maker.ground.lexicon, made.request, rng))]
            plan = rng.choice(plans)
            person = maker.person_with(spec, rng, plan, range(2, 99))
            mistaken = FlawedComposer(maker.ground, rng, person, identity, people)
            if asking:
                draft, flaw = mistaken.write(plan, 0, rng.choice(("stated", "lookup", "best"))), None
            else:
                draft, flaw = mistaken.mistold(plan, spec.kind)
            trial = tried(mistaken, draft)
            if trial.arguments is not None:
                maker.check_split(spec, key_of(trial.arguments)[1])
            made = make_write(mistaken, draft, trial, maker.ground.sandbox)
            return person, [_with(made, flaw or asked_first(maker.ground.lexicon, made.request, rng))]
        except (NoSuchRequest, NotProven) as failed:
            obstacle = str(failed)
    raise NotProven(obstacle)


def _with(made: Made, flaw: Flaw) -> Made:
    return Made(msgspec.structs.replace(made.request, flaw=flaw), made.facts)
