"""Conditions: a write that is wanted only if a number of its object's row is above, or below, what the user says."""

from __future__ import annotations

from schemas.base import Json
from schemas.program import Bind, Condition
from stages.generate_tasks.columns import order_keys
from stages.generate_tasks.compose import Composer
from stages.generate_tasks.drafts import Draft, NoSuchRequest
from stages.generate_tasks.plans import Plan
from tool_specs.phrasing.conditions import nameable
from tool_specs.programs import MISSING, bound, run

FACTORS = (0.5, 0.6, 0.7, 0.8, 0.9, 1.1, 1.2, 1.4, 1.7, 2.0)
"""How far a limit is from the number, before it is rounded: people say round numbers."""


def conditional(composer: Composer, plan: Plan, draft: Draft, *, holds: bool) -> Draft:
    """Returns the draft with a condition on its object's row.

    Args:
        composer: whose request it is.
        plan: what it was composed by.
        draft: the request.
        holds: whether the condition shall hold.

    Raises:
        NoSuchRequest: no number of the row can be said, or the words do not say which row it is.
    """
    chain, rng = plan.object.chain, composer.rng
    if not draft.programs or draft.programs[0].role != plan.object.role:
        raise NoSuchRequest("the object's row is not read")
    program = draft.programs[0]
    bound_here = {step.name for step in program.steps}
    columns = list(dict.fromkeys(key.column for key in order_keys(composer.ground, chain)))
    ranked = {key.column for key in program.order}
    fitting = [
        path
        for path in columns
        if path[0] in bound_here and path not in ranked and nameable(composer.ground.lexicon, draft.programs, 0, path)
    ]
    if not fitting or program.pick not in ("only", "first"):
        raise NoSuchRequest("no number of the row can be said")
    bind = Bind(program=0, column=fitting[rng.randrange(len(fitting))])
    number = bound(bind, draft.programs, run(draft.programs, composer.facts(draft), composer.ground.reader))
    if number is MISSING or isinstance(number, bool) or not isinstance(number, (int, float)):
        raise NoSuchRequest("the row has no such number")
    limits = [limit for limit in (rounded(number * factor) for factor in FACTORS) if limit > 0 and limit != number]
    if not limits:
        raise NoSuchRequest("no limit is near the number")
    limit = limits[rng.randrange(len(limits))]
    above = (number > limit) is holds
    name = f"r0.{LIMIT}"
    draft.facts[name] = (limit, LIMIT)
    draft.condition = Condition(bind=bind, above=above, fact=name)
    return draft


LIMIT = "limit"
"""The name and type of what the user says for the number to be compared with."""


def rounded(value: float) -> Json:
    """Returns a number that people would say: 7, 45, 120, 350."""
    step = 1 if value < 20 else 5 if value < 100 else 10 if value < 200 else 50
    return int(round(value / step) * step)
