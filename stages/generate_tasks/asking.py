"""Asking: tasks that want to know something, and those that want a write only if a number is as they say."""

from __future__ import annotations

import random

from schemas.task import TaskSpec
from stages.generate_tasks.claims import NotProven
from stages.generate_tasks.conditions import conditional
from stages.generate_tasks.drafts import NoSuchRequest
from stages.generate_tasks.makers import Maker, key_of
from stages.generate_tasks.questions import ask
from stages.generate_tasks.requests import Made, make_answer, make_withheld, make_write, tried
from stages.generate_tasks.strangers import about

CONDITIONAL_MODES = ("stated", "lookup", "lookup", "best")


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
    """Makes a write that is wanted only if a number of its row is as the user says."""
    plan = rng.choice(maker.plans(identity))
    person = maker.person_with(spec, rng, plan, range(3, 99))
    composer = maker.composer(rng, identity, person, spec)
    draft = composer.write(plan, 0, rng.choice(CONDITIONAL_MODES))
    draft = conditional(composer, plan, draft, holds=spec.num_writes == 1)
    trial = tried(composer, draft)
    if trial.arguments is None:
        raise NotProven("the programs do not determine the arguments")
    maker.check_split(spec, key_of(trial.arguments)[1])
    if spec.num_writes:
        return person, [make_write(composer, draft, trial, maker.ground.sandbox)]
    return person, [make_withheld(composer, draft)]
