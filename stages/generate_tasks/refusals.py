"""Refusals: requests that cannot be fulfilled, and what no tool does."""

from __future__ import annotations

import random

from schemas.base import rng_of
from schemas.task import Proof, Refusal, Request, TaskSpec
from stages.generate_tasks.claims import NotProven
from stages.generate_tasks.compose import Composer
from stages.generate_tasks.drafts import Draft, NoSuchRequest
from stages.generate_tasks.makers import Maker, key_of
from stages.generate_tasks.requests import Made, make_refusal, objection, tried

OUT_OF_SCOPE = 0.2
"""Share of must-refuse tasks that ask for what no tool does."""
WRONG_STATE = 0.4
"""Share of must-refuse tasks about a row in a state in which the write never succeeds."""
ASKED = 8
"""Requests composed in search of different reasons to refuse; one of the reasons is taken, each with equal chance."""
NO_PROOF = Proof(reads=(), reachable=(), clauses=(), lower=0, upper=0, plausible=0)


def must_refuse(maker: Maker, spec: TaskSpec, rng: random.Random, identity: tuple[str, ...]) -> tuple[str, list[Made]]:
    """Makes a request that something speaks against; each reason gets its share."""
    # Drawn once per order: otherwise what is easily made would crowd out the rest.
    aim = rng_of("refusal", spec.seed, spec.number, spec.domain, spec.split).random()
    keys = sorted(maker.ground.lexicon.out_of_scope)
    if keys and aim < OUT_OF_SCOPE:
        plan = rng.choice(maker.plans(identity))
        person = maker.person_with(spec, rng, plan, range(3, 99))
        return person, [Made(_out_of_scope(rng.choice(keys)), {})]
    wrong_state = aim < OUT_OF_SCOPE + WRONG_STATE
    found = _refusable(maker, spec, rng, identity, wrong_state) or _refusable(
        maker, spec, rng, identity, not wrong_state
    )
    if not found:
        raise NotProven("nothing speaks against what is asked")
    composer, draft = found[rng.choice(sorted(found))]
    made = make_refusal(composer, draft, maker.ground.sandbox)
    maker.check_split(spec, key_of(made.request.arguments)[1])
    return composer.person, [made]


def _refusable(
    maker: Maker, spec: TaskSpec, rng: random.Random, identity: tuple[str, ...], wrong_state: bool
) -> dict[str, tuple[Composer, Draft]]:
    """Returns requests that cannot be fulfilled, one per reason."""
    found: dict[str, tuple[Composer, Draft]] = {}
    for _ in range(ASKED // 4 if wrong_state else ASKED):
        plan = rng.choice(maker.plans(identity))
        try:
            composer = maker.composer(rng, identity, maker.person_with(spec, rng, plan, range(3, 99)), spec)
            mode = rng.choice(("stated", "lookup", "best"))
            draft = composer.write(plan, 0, mode, refused=wrong_state, any_target=not wrong_state)
        except NoSuchRequest:
            continue
        arguments = tried(composer, draft).arguments
        if arguments is not None:
            against = objection(maker.ground, maker.ground.sandbox, composer.person, plan.tool, arguments)
            if against is not None and against[0] != "no_change":
                found[against[0]] = composer, draft
    return found


def _out_of_scope(key: str) -> Request:
    refusal = Refusal(rule="out_of_scope", detail=key, transfer=True, request=key)
    return Request(kind="refuse", tool=None, arguments={}, sources={}, programs=(), proof=NO_PROOF, refusal=refusal)
