"""One booking, asked for in two ways: the flight named outright, and as the fastest of several searches."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

import pytest

from schemas.base import Json
from schemas.program import OrderKey
from schemas.task import Clause, Request, Task, TaskSpec
from stages.generate_tasks import GenerateTasks
from stages.generate_tasks.assemble import TaskMaker
from stages.generate_tasks.claims import NotProven, arguments_from
from stages.generate_tasks.compose import Composer
from stages.generate_tasks.drafts import NoSuchRequest
from stages.generate_tasks.ground import Ground
from stages.generate_tasks.reachability import Reach
from stages.generate_tasks.requests import Made, make_write, tried
from stages.generate_tasks.searches import search_plans, searches_of
from stages.generate_tasks.seeking import Scope, Seeker, orders_of
from stages.generate_tasks.sought import gold_row, sought
from tool_specs.catalog import domain
from tool_specs.domain import generate_world
from tool_specs.programs import MISSING, ReadAsk, run
from tool_specs.sandbox import Sandbox

SEARCHES = ("search_direct_flight", "search_onestop_flight")


@dataclass(frozen=True)
class Pair:
    """The same booking told in two ways."""

    composer: Composer
    scope: Scope
    compared: Made
    outright: Made


@pytest.fixture(scope="module")
def ground() -> Ground:
    airline = domain("airline")
    return Ground.of(Sandbox(airline, generate_world(airline, 1, 200)))


@pytest.fixture(scope="module")
def pair(ground: Ground) -> Pair:
    """Two origins, two dates, direct and with one stop, "the fastest, then the cheapest", and the user: nine reads."""
    identity = ground.identities[0]
    plan, *_ = search_plans(ground, identity)
    people = ground.people("train", 0.05)
    for seed in range(600):
        rng = random.Random(seed)
        composer = Composer(ground, rng, rng.choice(people), identity, people)
        seeker = Seeker(composer, plan)
        try:
            scope = seeker.scope({"origin": 2, "date": 2}, plan.search.tools)
            details = seeker.details()
            keys = {str(key.column[1]): key for key in orders_of(ground, plan, details.said) if not key.descending}
            draft = seeker.draft(0, scope, details, order=(keys["duration"], keys["prices"]))
            compared = make_write(composer, draft, tried(composer, draft), ground.sandbox)
            row = gold_row(composer, plan, draft)
            named = seeker.outright(0, scope, details, row)
            outright = make_write(composer, named, tried(composer, named), ground.sandbox)
        except (NoSuchRequest, NotProven):
            continue
        return Pair(composer, scope, compared, outright)
    raise AssertionError("no such booking in six hundred attempts")


def answer(request: Request, facts: dict[str, Json], sandbox: Sandbox, only: list[Any] | None = None) -> Any:
    def read(ask: ReadAsk) -> Any:
        if only is not None and [ask.tool, ask.arguments] not in only:
            return MISSING
        result = sandbox.call(ask.tool, ask.arguments)
        return MISSING if result.error else result.value

    follows = sandbox.domain.follows[str(request.tool)]
    return arguments_from(request.sources, request.programs, facts, run(request.programs, facts, read), follows)


def facts_of(pair: Pair, made: Made) -> dict[str, Json]:
    return {**pair.composer.known, **{name: value for name, (value, _) in made.facts.items()}}


def test_the_same_booking_needs_two_reads_or_nine(pair: Pair) -> None:
    few, many = pair.outright.request, pair.compared.request
    assert few.arguments == many.arguments and many.tool == "book_reservation"
    assert (few.proof.lower, few.proof.upper) == (2, 2)
    assert (many.proof.lower, many.proof.upper) == (9, 9)
    reads = [many.proof.reachable[number] for number in many.proof.reads]
    asked = [(read.tool, read.arguments) for read in reads if read.tool in SEARCHES]
    assert sorted(map(str, asked)) == sorted(map(str, pair.scope.asks())) and len(asked) == 8
    assert [read.tool for read in reads if read.tool not in SEARCHES] == ["get_user_details"]
    assert [[key.column[1], key.descending] for key in many.programs[0].order] == [
        ["duration", False],
        ["prices", False],
    ]


def test_the_write_can_be_made_and_the_mistakes_too(pair: Pair, ground: Ground) -> None:
    request = pair.compared.request
    fork = ground.sandbox.fork()
    assert not fork.call("book_reservation", request.arguments).error
    goal = fork.digest()
    assert request.proof.distractors
    for each in request.proof.distractors:
        trial = ground.sandbox.fork()
        assert not trial.call("book_reservation", each.arguments).error
        assert trial.digest() == each.digest != goal


@pytest.mark.parametrize("which", ["compared", "outright"])
def test_the_reads_of_the_proof_give_the_answer(pair: Pair, ground: Ground, which: str) -> None:
    made: Made = getattr(pair, which)
    proof = made.request.proof
    reads = [[proof.reachable[number].tool, proof.reachable[number].arguments] for number in proof.reads]
    assert answer(made.request, facts_of(pair, made), ground.sandbox, reads) == made.request.arguments


def test_each_search_has_a_witness_that_differs_on_its_reads_only(pair: Pair, ground: Ground) -> None:
    request = pair.compared.request
    facts = facts_of(pair, pair.compared)
    seen: set[int] = set()
    for clause in request.proof.clauses:
        if clause.witness is None or any(edit.values[0][0] for edit in clause.witness.edits):
            continue
        tables: dict[str, dict[str, Any]] = {}
        for edit in clause.witness.edits:
            assert edit.key not in ground.sandbox.world.tables[edit.table], "it is inserted"
            tables.setdefault(edit.table, {})[edit.key] = edit.values[0][1]
            assert ground.sandbox.domain.check_row(
                ground.sandbox.state, edit.table, edit.key, tables[edit.table][edit.key]
            )
        world = ground.sandbox.with_rows(tables)
        assert answer(request, facts, world) == clause.witness.answer != request.arguments
        assert differing(request, clause, ground.sandbox, world) == set(clause.reads)
        seen.update(clause.reads)
    searches = {n for n in request.proof.reads if request.proof.reachable[n].tool in SEARCHES}
    assert searches <= seen


def test_searches_between_one_place_and_itself_count_as_reads(pair: Pair, ground: Ground) -> None:
    proof = pair.compared.request.proof
    reads = [proof.reachable[number].arguments for clause in proof.clauses for number in clause.reads]
    asked = {(read.get("origin"), read.get("destination")) for read in reads}
    assert any(origin == destination for origin, destination in asked if origin)
    own = Reach(ground, facts_of(pair, pair.compared), [ground.reader.ask(*ask) for ask in pair.scope.asks()]).own
    places = {*pair.scope.values["origin"], *pair.scope.values["destination"]}
    made = {(ask.arguments["origin"], ask.arguments["destination"]) for ask in own.values() if ask.tool in SEARCHES}
    assert made == {(one, other) for one in places for other in places}


def test_what_the_witnesses_of_a_search_have_in_common_is_that_search(pair: Pair) -> None:
    proof = pair.compared.request.proof
    searches = {number for number in proof.reads if proof.reachable[number].tool in SEARCHES}
    inserted = [set(c.reads) for c in proof.clauses if c.witness is not None and c.witness.edits[0].values[0][0] == ()]
    for number in searches:
        assert set.intersection(*[reads for reads in inserted if number in reads]) >= {number}
    assert proof.lower == len(proof.reads)


def differing(request: Request, clause: Clause, before: Sandbox, after: Sandbox) -> set[int]:
    return {
        number
        for number, read in enumerate(request.proof.reachable)
        if before.call(read.tool, read.arguments).content != after.call(read.tool, read.arguments).content
    }


def test_both_have_words(pair: Pair, ground: Ground) -> None:
    maker = TaskMaker(ground, 0.05, 1)
    for made in (pair.compared, pair.outright):
        spec = TaskSpec(
            id="order-1", domain="airline", kind="read_heavy", num_writes=1, burden=made.request.proof.lower,
            seed=1, number=0,
        )  # fmt: skip
        task = maker._task(spec, pair.composer.person, ground.identities[0], [made])
        told = GenerateTasks()._told(task, ground)
        assert isinstance(told, Task), told
        number = made.request.arguments["flights"][0]["flight_number"]
        assert (number.lower() in told.text.lower()) is (made is pair.outright)
        for value in (*pair.scope.values["origin"], *pair.scope.values["date"]):
            if made is pair.compared:
                assert value.lower() in told.text.lower()


def test_reads_of_one_question_are_alternatives(ground: Ground) -> None:
    (search,) = searches_of(ground)
    assert search.tools == SEARCHES
    assert dict(search.parameters) == {"origin": "airport", "destination": "airport", "date": "flight_date"}


@pytest.mark.parametrize("burden", [2, 3, 5])
def test_other_burdens(ground: Ground, burden: int) -> None:
    identity = ground.identities[0]
    plan, *_ = search_plans(ground, identity)
    people = ground.people("train", 0.05)
    made = 0
    for seed in range(40):
        rng = random.Random(seed)
        try:
            one = sought(Composer(ground, rng, rng.choice(people), identity, people), plan, burden)
        except (NoSuchRequest, NotProven):
            continue
        made += 1
        assert one.request.proof.lower == one.request.proof.upper == burden
        if made == 2:
            return
    raise AssertionError(f"{made} tasks in forty attempts")


def test_everybody_who_is_saved_can_fly_along(ground: Ground) -> None:
    alone, together = search_plans(ground, ground.identities[0])
    assert [own.column[-1] for plan in (alone, together) for own in plan.owns.values()] == ["myself", "everybody"]
    users = ground.sandbox.world.tables["users"]
    people = [person for person in ground.people("train", 0.05) if users[person]["saved_passengers"]]
    made = 0
    for seed in range(60):
        rng = random.Random(seed)
        person = rng.choice(people)
        try:
            one = sought(Composer(ground, rng, person, ground.identities[0], people), together, 3)
        except (NoSuchRequest, NotProven):
            continue
        flying = one.request.arguments["passengers"]
        saved = [each for each in users[person]["saved_passengers"] if each != flying[0]]
        assert flying[0]["first_name"] == users[person]["name"]["first_name"] and flying[1:] == saved
        paid = sum(each["amount"] for each in one.request.arguments["payment_methods"])
        assert paid > 0 and not ground.sandbox.fork().call("book_reservation", one.request.arguments).error
        made += 1
        if made == 3:
            return
    raise AssertionError(f"{made} bookings in sixty attempts")


def test_orders_agree_with_the_choices(ground: Ground) -> None:
    plan, *_ = search_plans(ground, ground.identities[0])
    said = {"cabin": "economy", "insurance": "no", "flight_type": "one_way"}
    columns = {key.column[1:] for key in orders_of(ground, plan, said)}
    assert ("prices", "economy") in columns and ("prices", "business") not in columns
    assert OrderKey(column=(plan.search.row.name, "duration")) in orders_of(ground, plan, said)
