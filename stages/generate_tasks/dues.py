"""Dues: writes of which the user tells nothing but the row that they follow from: what is to be made up for.

    make_up(reader_id, amount)    # the amount follows from a loan, its shelf's state and the reader's card

A rule of the domain says what is due for a row (`Follow.rows` ends with it, `Follow.role` is how it is told); where
nothing is due, the write is refused. So every row that the rule looks at has to be read.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from schemas.base import Json
from schemas.program import Bind, Program
from schemas.task import Source, TaskSpec
from stages.generate_tasks.claims import NotProven
from stages.generate_tasks.columns import filters_for
from stages.generate_tasks.compose import Composer
from stages.generate_tasks.drafts import Draft, NoSuchRequest
from stages.generate_tasks.figures import complete, supply
from stages.generate_tasks.ground import Ground
from stages.generate_tasks.makers import Maker
from stages.generate_tasks.plans import rows_of, succeeds
from stages.generate_tasks.requests import Made, make_refusal, make_write, tried
from tool_specs.chains import Chain
from tool_specs.programs import BindingRow

TRIED = 6
"""Requests composed per attempt."""
MODES = ("stated", "lookup")


@dataclass(frozen=True)
class DuePlan:
    """A write that follows from a row.

    Attributes:
        chain: to the row that the rule looks at last.
        principal: parameter -> the fact by which the user is known.
        follows: parameter -> the role under which the row is told; empty where the rest gives it.
    """

    tool: str
    chain: Chain
    principal: Mapping[str, str]
    follows: Mapping[str, str]

    @property
    def reads(self) -> int:
        """How many reads lead to the row: what the write takes."""
        return len(self.chain.calls)


def due_plans(ground: Ground, identity: tuple[str, ...]) -> list[DuePlan]:
    """Returns the writes that need no argument but who the user is and what follows from a row."""
    types = ground.sandbox.domain.principal.types
    found: list[DuePlan] = []
    for spec in ground.specs.values():
        rules = {name: rule for name, rule in ground.follows(spec.name).items() if name in spec.required}
        last = [rule.rows[-1] for rule in rules.values() if rule.role]
        if spec.effect != "write" or spec.name not in ground.lexicon.writes or len(set(last)) != 1:
            continue
        facts = {name: fact for fact in identity for name in spec.required if spec.types.get(name) == types.get(fact)}
        chain = next((each for each in ground.chains(identity) if each.last.id == last[0]), None)
        if chain is not None and {*facts, *rules} == set(spec.required):
            found.append(DuePlan(spec.name, chain, facts, {name: rule.role for name, rule in rules.items()}))
    return found


def people_due(ground: Ground, plan: DuePlan, people: Sequence[str]) -> list[str]:
    """Returns the people to whom something is due."""
    key = f"due:{plan.tool}:{len(people)}:{people[:1]}"
    if key not in ground.pools:
        ground.pools[key] = [person for person in people if _due_rows(ground, plan, person)]
    found: list[str] = ground.pools[key]
    return found


def rows_with_arguments(ground: Ground, plan: DuePlan, person: str) -> Iterator[tuple[BindingRow, dict[str, Json]]]:
    """Yields a person's rows with the arguments that follow from them."""
    facts = ground.facts_of(person)
    for row in rows_of(ground, plan.chain, facts):
        known: dict[str, Json] = {name: facts[fact] for name, fact in plan.principal.items()}
        arguments = complete(ground, plan.tool, known, plan.chain, row, facts)
        if arguments is not None:
            yield row, arguments


def _due_rows(ground: Ground, plan: DuePlan, person: str) -> list[BindingRow]:
    found = rows_with_arguments(ground, plan, person)
    return [row for row, arguments in found if succeeds(ground, plan.tool, arguments, person)]


def not_due(
    maker: Maker, spec: TaskSpec, rng: random.Random, identity: tuple[str, ...], plans: Sequence[DuePlan]
) -> tuple[str, list[Made]]:
    """Makes a request for what is not due, which must be refused. Arguments and errors as `due`."""
    plan = rng.choice(list(plans))
    composer = maker.composer(rng, identity, rng.choice(maker.ground.people(spec.split, maker.validation)), spec)
    due_rows = _due_rows(maker.ground, plan, composer.person)
    rows = [row for row in composer.rows(plan.chain) if row not in due_rows]
    if not rows:
        raise NoSuchRequest("the person has no such row")
    draft = _draft(composer, plan, 0, rng.choice(rows), rng.choice(MODES))
    return composer.person, [make_refusal(composer, draft, maker.ground.sandbox)]


def due(
    maker: Maker,
    spec: TaskSpec,
    rng: random.Random,
    identity: tuple[str, ...],
    plans: Sequence[DuePlan],
    *,
    exact: bool,
) -> tuple[str, list[Made]]:
    """Makes a write about what is due to somebody.

    Args:
        maker: of what ground and split.
        spec: what was ordered.
        rng: all choices.
        identity: the facts by which the user is found.
        plans: the writes that there are.
        exact: whether it must take the reads that were ordered.

    Raises:
        NoSuchRequest: nothing is due to anybody, or no words tell for what.
        NotProven: what was found has no proof, or takes other reads.
    """
    plan = rng.choice(list(plans))
    people = people_due(maker.ground, plan, maker.ground.people(spec.split, maker.validation))
    if not people:
        raise NoSuchRequest("nothing is due to anybody")
    composer = maker.composer(rng, identity, rng.choice(people), spec)
    return composer.person, [make_due(maker, composer, plan, 0, spec.burden if exact else 0)]


def make_due(maker: Maker, composer: Composer, plan: DuePlan, number: int, burden: int) -> Made:
    """Makes the write for one person; `burden` 0 takes any number of reads. Raises as `due`."""
    rows = _due_rows(maker.ground, plan, composer.person)
    if not rows:
        raise NoSuchRequest("nothing is due to the person")
    obstacle = "no attempt"
    for _ in range(TRIED):
        try:
            row = rows[composer.rng.randrange(len(rows))]
            draft = _draft(composer, plan, number, row, composer.rng.choice(MODES))
            trial = tried(composer, draft)
            if trial.arguments is None or (burden and not maker.may_fit(trial.burden, burden)):
                raise NotProven(f"what is due takes {trial.burden} reads, not {burden}")
            made = make_write(composer, draft, trial, maker.ground.sandbox)
            if burden and maker.burden(made) != burden:
                raise NotProven(f"burden {maker.burden(made)} instead of {burden}")
            return made
        except (NoSuchRequest, NotProven) as failed:
            obstacle = str(failed)  # as in `decisions`
    raise NotProven(obstacle)


def _draft(composer: Composer, plan: DuePlan, number: int, row: BindingRow, mode: str) -> Draft:
    """Composes the request: the row is one of a parent whose id is stated, or one that words tell apart."""
    ground, chain = composer.ground, plan.chain
    draft = Draft(plan.tool)
    steps = composer.restated(draft, chain, number, row) if mode == "stated" else chain.steps
    names = {step.name for step in steps}
    rules = [
        rule
        for binding in reversed([each for each in chain.bindings if each.name in names])
        for rule in filters_for(ground, [binding], row, labels=True)
    ]
    scope = composer.rows(chain)
    if mode == "stated":
        scope = tuple(each for each in scope if each[steps[0].name] == row[steps[0].name])
    where = composer.apart(rules, scope, lambda each: all(each[n] == row[n] for n in names)) if len(scope) > 1 else ()
    role = next(role for role in plan.follows.values() if role)
    draft.programs.append(Program(steps=tuple(steps), where=where, role=role))
    for name in ground.specs[plan.tool].required:
        if name in plan.principal:
            draft.sources[name] = Source(provenance="user", fact=plan.principal[name])
        else:
            bind = Bind(program=0, column=(chain.last.name,)) if plan.follows[name] else None
            draft.sources[name] = Source(provenance="policy", bind=bind)
    supply(ground, plan.tool, draft.programs, draft.sources, composer.facts(draft))
    return draft
