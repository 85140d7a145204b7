"""Sought: proven requests about rows of a search, of a given burden, by trying questions until one meets it."""

from __future__ import annotations

from schemas.program import OrderKey
from stages.generate_tasks.claims import NotProven
from stages.generate_tasks.compose import Composer
from stages.generate_tasks.drafts import Draft, NoSuchRequest
from stages.generate_tasks.requests import Made, make_write, objection, tried
from stages.generate_tasks.searches import SearchPlan
from stages.generate_tasks.seeking import Details, Seeker, orders_of, sizes_for
from tool_specs.programs import run

DETAILS_TRIED = 12
OUTRIGHT = 0.5
"""Share of the requests of few reads that name the row outright."""
SECOND_KEY = 0.7


def sought(composer: Composer, plan: SearchPlan, burden: int) -> Made:
    """Makes a write about a row of a search that needs this many reads.

    Raises:
        NoSuchRequest: no question was found that takes so many reads.
        NotProven: the one that was found has no proof.
    """
    seeker = Seeker(composer, plan)
    rng = composer.rng
    ways = sizes_for(plan, burden - (1 if plan.owns or plan.further else 0))
    if not ways:
        raise NoSuchRequest("no question takes so many reads")
    sizes, tools = ways[rng.randrange(len(ways))]
    scope = seeker.scope(sizes, tools)
    obstacle = "no details"
    for _ in range(DETAILS_TRIED):
        try:
            details = seeker.details()
        except NoSuchRequest as failed:
            obstacle = str(failed)
            continue
        draft = seeker.draft(0, scope, details, order=_order(composer, plan, details))
        refused = _refused(composer, draft)
        if refused is not None:
            obstacle = refused
            continue
        if scope.reads == 1 and rng.random() < OUTRIGHT:
            draft = seeker.outright(0, scope, details, gold_row(composer, plan, draft))
        made = make_write(composer, draft, tried(composer, draft), composer.ground.sandbox)
        if made.request.proof.lower != burden:
            raise NotProven(f"burden {made.request.proof.lower} instead of {burden}")
        return made
    raise NoSuchRequest(obstacle)


def gold_row(composer: Composer, plan: SearchPlan, draft: Draft) -> object:
    """Returns the row that a draft is about, as the search shows it."""
    picked = run(draft.programs, composer.facts(draft), composer.ground.reader).picked[0]
    return picked[0][plan.search.row.name]


def _order(composer: Composer, plan: SearchPlan, details: Details) -> tuple[OrderKey, ...]:
    keys = orders_of(composer.ground, plan, details.said)
    if not keys:
        raise NoSuchRequest("nothing orders the rows")
    first = keys[composer.rng.randrange(len(keys))]
    others = [key for key in keys if key.column != first.column]
    if others and composer.rng.random() < SECOND_KEY:
        return first, others[composer.rng.randrange(len(others))]
    return (first,)


def _refused(composer: Composer, draft: Draft) -> str | None:
    """Says cheaply why a draft cannot be carried out, before anything is proven."""
    arguments = tried(composer, draft).arguments
    if arguments is None:
        return "the programs do not determine the arguments"
    found = objection(composer.ground, composer.ground.sandbox, composer.person, str(draft.tool), arguments)
    return f"the write cannot be done: {found[1]}" if found is not None else None
