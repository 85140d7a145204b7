"""Asking: tasks that want to know something, and those that want a write only if a number is as they say."""

from __future__ import annotations

import random

import msgspec

from schemas.base import rng_of
from schemas.task import TaskSpec
from stages.generate_tasks.claims import NotProven
from stages.generate_tasks.compose import Composer
from stages.generate_tasks.conditions import conditional
from stages.generate_tasks.drafts import Draft, NoSuchRequest
from stages.generate_tasks.makers import Maker, key_of
from stages.generate_tasks.plans import Plan
from stages.generate_tasks.questions import ask
from stages.generate_tasks.requests import Made, Trial, make_answer, make_withheld, make_write, tried
from stages.generate_tasks.strangers import about

CONDITIONAL_MODES = ("stated", "lookup", "lookup", "best")
TWO_BRANCHES = 0.5
"""Share of the conditional tasks that write which want another write otherwise."""


def information(maker: Maker, spec: TaskSpec, rng: random.Random, identity: tuple[str, ...]) -> tuple[str, list[Made]]:
    """Makes a question whose answer takes as many reads as are wanted."""
    questions = maker.asked_by(spec)(identity)
    sized = maker.memo(
        f"sized:{identity}:{spec.split}",
        lambda: [(q, maker.ground.by_reads(q.chain, spec.split, maker.validation)) for q in questions],
    )
    exact = [pair for pair in sized if spec.burden in pair[1]]
    # Filters before a join, and names said outright, save reads: what makes more than wanted may serve as well.
    question, people = rng.choice(exact if exact and rng.random() < 0.6 else sized)
    sizes = [size for size in sorted(people) if size >= spec.burden]
    if not sizes:
        raise NoSuchRequest("nobody has that many rows")
    person = rng.choice(people[spec.burden if spec.burden in people else rng.choice(sizes)])
    composer = maker.composer(rng, identity, person, spec)
    draft = ask(composer, question)
    trial = tried(composer, draft)
    if trial.arguments is None or not maker.may_fit(trial.burden, spec.burden):
        raise NotProven(f"the question takes {trial.burden} reads, not {spec.burden}")
    if maker.ground.strangers.tools:
        maker.check_split(spec, about(trial.programs, trial.selection, dict(trial.facts)))
    made = make_answer(composer, draft, trial)
    if maker.burden(made) != spec.burden:
        raise NotProven(f"burden {maker.burden(made)} instead of {spec.burden}")
    return person, [made]


def conditional_request(
    maker: Maker, spec: TaskSpec, rng: random.Random, identity: tuple[str, ...]
) -> tuple[str, list[Made]]:
    """Makes a write that is wanted only if a number of its row is as the user says, or another one otherwise."""
    plans = maker.plans(identity)
    plan = rng.choice(plans)
    others = [other for other in plans if other.tool != plan.tool and _same_object(plan, other)]
    person = maker.person_with(spec, rng, plan, range(3, 99))
    composer = maker.composer(rng, identity, person, spec)
    draft = composer.write(plan, 0, rng.choice(CONDITIONAL_MODES))
    # Drawn once per order: otherwise what is easily made would crowd out the rest.
    aim = rng_of("condition", spec.seed, spec.number, spec.domain, spec.split).random()
    if spec.num_writes and others and aim < TWO_BRANCHES:
        return person, _either_or(maker, spec, composer, draft, (plan, rng.choice(others)), aim < TWO_BRANCHES / 2)
    draft = conditional(composer, plan, draft, holds=spec.num_writes == 1)
    trial = _determined(maker, spec, composer, draft)
    if spec.num_writes:
        return person, [make_write(composer, draft, trial, maker.ground.sandbox)]
    return person, [make_withheld(composer, draft)]


def _either_or(
    maker: Maker, spec: TaskSpec, composer: Composer, first: Draft, plans: tuple[Plan, Plan], holds: bool
) -> list[Made]:
    """Makes two writes about one thing, of which one is wanted if a condition holds, and the other one otherwise."""
    first = conditional(composer, plans[0], first, holds=holds)
    if first.condition is None:
        raise NoSuchRequest("there is no condition")
    second = composer.instead(plans[1], 1, first)
    limit = first.condition.fact
    second.facts[limit] = first.facts[limit]
    first.condition = msgspec.structs.replace(first.condition, branch="then")
    second.condition = msgspec.structs.replace(first.condition, branch="otherwise")
    made: list[Made] = []
    for draft, wanted in ((first, holds), (second, not holds)):
        trial = _determined(maker, spec, composer, draft)
        each = make_write(composer, draft, trial, maker.ground.sandbox) if wanted else make_withheld(composer, draft)
        told = {name for one in made for name in one.facts}
        made.append(Made(each.request, {name: fact for name, fact in each.facts.items() if name not in told}))
    return made


def _same_object(plan: Plan, other: Plan) -> bool:
    """Whether two writes can be about one row, by the same parameters."""
    same = plan.object.chain == other.object.chain
    return same and other.object.columns.items() <= plan.object.columns.items()


def _determined(maker: Maker, spec: TaskSpec, composer: Composer, draft: Draft) -> Trial:
    trial = tried(composer, draft)
    if trial.arguments is None:
        raise NotProven("the programs do not determine the arguments")
    maker.check_split(spec, key_of(trial.arguments)[1])
    return trial
