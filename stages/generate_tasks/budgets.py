"""Budgets: two writes that change one thing for another each, and may cost so much together and no more.

    exchange the lamp for the dearest other one, and the kettle for the dearest: $40 extra in total at most; if that is
    not enough for the best of both, the lamp comes first

Each of the two requests holds the selections of both: what one may cost is known only after a look at the other.
The limit lies where ignoring it, and keeping to it for each thing alone, both lead elsewhere.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence

import msgspec

from schemas.base import Json
from schemas.program import Budget, Term, column_id
from schemas.task import Source, TaskSpec
from stages.generate_tasks.claims import NotProven
from stages.generate_tasks.columns import order_keys
from stages.generate_tasks.compose import Composer
from stages.generate_tasks.conditions import LIMIT
from stages.generate_tasks.drafts import Draft, NoSuchRequest
from stages.generate_tasks.makers import Maker, fresh, object_of
from stages.generate_tasks.mistakes import ALONE, IGNORED
from stages.generate_tasks.places import Selected
from stages.generate_tasks.plans import Plan
from stages.generate_tasks.precedence import after
from stages.generate_tasks.requests import Made, Trial, make_write, tried
from tool_specs.phrasing.budgets import sayable
from tool_specs.programs import column, cost, pick_within, run
from tool_specs.reading import ChangedReader

OBJECT_MODES = ("stated", "lookup", "lookup")
TRIES = 8
"""Pairs composed per attempt."""
STEP = 5
"""People say round limits."""
MOST = 400
"""The greatest limit that is tried."""


def budgeted(maker: Maker, spec: TaskSpec, rng: random.Random, identity: tuple[str, ...]) -> tuple[str, list[Made]]:
    """Makes two writes under one budget."""
    plans = [plan for plan in maker.plans(identity) if _target(plan) is not None]
    if not plans:
        raise NotProven("no write chooses among rows that cost something")
    obstacle = "no attempt"
    for _ in range(TRIES):
        try:
            pair = rng.choice(plans), rng.choice(plans)
            person = maker.person_with(spec, rng, pair[0], range(3, 99))
            return person, _pair(maker, spec, maker.composer(rng, identity, person, spec), pair)
        except (NoSuchRequest, NotProven) as failed:
            obstacle = str(failed)  # as in `decisions`
    raise NotProven(obstacle)


def _pair(maker: Maker, spec: TaskSpec, composer: Composer, plans: tuple[Plan, Plan]) -> list[Made]:
    ground = maker.ground
    own, terms = [], []
    for number, plan in enumerate(plans):
        draft = composer.write(plan, number, composer.rng.choice(OBJECT_MODES))
        terms.append(_ranked(composer, plan, draft))
        own.append(draft)
    name = f"r0.{LIMIT}"
    if not sayable(ground.lexicon, _joined(own, terms, 0, name, 0).programs):
        raise NoSuchRequest("no names tell the two things apart")
    limit = _limit(composer, own, terms)
    drafts = [_joined(own, terms, number, name, limit) for number in range(2)]
    trials = [tried(composer, draft) for draft in drafts]
    _undisturbed(composer, drafts, trials)
    made: list[Made] = []
    state, used = ground.sandbox, set[tuple[str, str]]()
    for number, (draft, trial) in enumerate(zip(drafts, trials, strict=True)):
        each = fresh(make_write(composer, draft, trial, state), used)
        used.add(object_of(each))
        facts = {**own[number].facts, **({name: draft.facts[name]} if not number else {})}
        made.append(Made(each.request, facts))
        state = state.fork()
        state.call(str(each.request.tool), each.request.arguments)
    requests = [each.request for each in made]
    if after(ground.sandbox, requests[::-1]) != state.digest():
        raise NotProven("the decisions depend on their order")
    mistakes = {distractor.mistake for request in requests for distractor in request.proof.distractors}
    if not {IGNORED, ALONE} <= mistakes:
        raise NotProven("who ignores the budget, or keeps to it for each alone, is right or cannot go on")
    maker.check_split(spec, object_of(made[0])[1])
    return made


def _undisturbed(composer: Composer, drafts: Sequence[Draft], trials: Sequence[Trial]) -> None:
    """Makes sure that what one thing costs stays as it is when the other one has been changed.

    Raises:
        NotProven: it does not.
    """
    sandbox = composer.ground.sandbox
    claims = [trial.claim(composer, draft) for trial, draft in zip(trials, drafts, strict=True)]
    for draft, claim, other in zip(drafts, claims, claims[::-1], strict=True):
        fork = sandbox.fork()
        fork.call(str(draft.tool), claim.gold)
        rows = frozenset((table, row) for table, changed in fork.diff().items() for row in changed)
        if other.answer(ChangedReader(composer.ground.reader, fork, rows), fork) != other.gold:
            raise NotProven("one of the two changes what the other one costs")


def _target(plan: Plan) -> Selected | None:
    return next((place for place in plan.selected if place.continues), None)


def _ranked(composer: Composer, plan: Plan, draft: Draft) -> Term:
    """Makes a draft choose the best of its target's rows; returns what each of them costs.

    Raises:
        NoSuchRequest: nothing orders them, or nothing says what they cost.
    """
    target = _target(plan)
    number = next((n for n, p in enumerate(draft.programs) if target is not None and p.role == target.role), None)
    if target is None or number is None or draft.programs[number].pick not in ("only", "first"):
        raise NoSuchRequest("the target is not chosen among rows")
    program = draft.programs[number]
    cost = _cost(composer, target)
    keys = [key for key in order_keys(composer.ground, target.chain) if key.column != cost or key.descending]
    if not keys:
        raise NoSuchRequest("nothing orders what it is changed to")
    where = tuple(rule for rule in program.where if rule.other is not None or isinstance(rule.value, bool))
    order = (keys[composer.rng.randrange(len(keys))],)
    draft.programs[number] = msgspec.structs.replace(program, where=where, order=order, pick="first")
    for name, source in draft.sources.items():
        if source.bind is not None and source.bind.program == number:
            draft.sources[name] = Source(provenance="evidence", bind=source.bind)
    return Term(program=number, column=cost, less=_now(composer, draft, number, cost))


def _cost(composer: Composer, target: Selected) -> tuple[str | int, ...]:
    """Returns the column that says what a row costs."""
    for key in order_keys(composer.ground, target.chain):
        words = composer.ground.words(".".join([target.chain.last.id, *(str(part) for part in key.column[1:])]))
        if words is not None and words.kind == "money":
            return key.column
    raise NoSuchRequest("nothing says what it costs")


def _now(composer: Composer, draft: Draft, number: int, cost: Sequence[str | int]) -> tuple[str | int, ...] | None:
    """Returns the column of the object's row that says what it cost, if it has the same as what it is changed to."""
    start = draft.programs[number].start
    names = [step.name for step in draft.programs[start].steps] if start is not None else []
    for name in reversed(names):
        column_name = column_id(tuple(draft.programs), number, (name, *cost[1:]))
        words = composer.ground.lexicon.columns.get(column_name)
        if words is not None and words.kind == "money":
            return (name, *cost[1:])
    return None


def _limit(composer: Composer, own: Sequence[Draft], terms: Sequence[Term]) -> int:
    """Returns a limit within which there is a pair, other than the best of both and the best of each within it alone.

    Raises:
        NoSuchRequest: there is none.
    """
    name = f"r0.{LIMIT}"
    draft = _joined(own, terms, 0, name, 0)
    budget = draft.programs[-1].within
    free = [msgspec.structs.replace(program, within=msgspec.UNSET) for program in draft.programs]
    candidates = run(free, composer.facts(draft), composer.ground.reader).candidates
    if not budget:
        raise TypeError("drafts are joined by a budget")
    costs = [
        [each for row in candidates[term.program] if (each := cost(term, row)) is not None] for term in budget.terms
    ]
    if not all(costs):
        raise NoSuchRequest("there is nothing to choose from")
    least, most = (int(sum(fold(each) for each in costs)) for fold in (min, max))

    def best(limit: float, *terms: Term) -> list[Json]:
        within = msgspec.structs.replace(budget, terms=terms)
        picked = pick_within(within, free, candidates, {name: limit})
        return [[column(row, term.column[:1]) for row in picked[term.program]] for term in terms]

    first, second = budget.terms
    freely = best(math.inf, first, second)
    found = []
    for limit in range(max(least // STEP * STEP, 0) + STEP, min(most, MOST) + STEP, STEP):
        joint = best(limit, first, second)
        # Where the first choice is what it would be without a limit, only it decides: the other need not be looked at.
        if [len(rows) for rows in joint] == [1, 1] and joint[0] != freely[0]:
            alone = [*best(limit, first), *best(limit, second)]
            if all(alone) and alone != joint:
                found.append(limit)
    if not found:
        raise NoSuchRequest("no limit makes a difference")
    return found[composer.rng.randrange(len(found))]


def _joined(own: Sequence[Draft], terms: Sequence[Term], number: int, name: str, limit: Json) -> Draft:
    """Returns one of two drafts with the other's selections and the budget over both."""
    mine, other = own[number], own[1 - number]
    draft = Draft(mine.tool, list(mine.programs), dict(mine.sources), {**own[0].facts, **own[1].facts})
    draft.facts[name] = (limit, LIMIT)
    chain: list[int] = []
    place: int | None = terms[1 - number].program
    while place is not None:
        chain.insert(0, place)
        place = other.programs[place].start
    moved = {old: len(mine.programs) + new for new, old in enumerate(chain)}
    for old in chain:
        program = other.programs[old]
        start = moved[program.start] if program.start is not None else None
        draft.programs.append(msgspec.structs.replace(program, start=start, role=""))
    placed = [terms[number], msgspec.structs.replace(terms[1 - number], program=moved[terms[1 - number].program])]
    budget = Budget(fact=name, terms=tuple(placed if not number else placed[::-1]))
    draft.programs[-1] = msgspec.structs.replace(draft.programs[-1], within=budget)
    return draft
