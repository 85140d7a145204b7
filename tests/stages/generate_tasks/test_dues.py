"""What is due to somebody: a write of which nothing is told but the row that it follows from."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest

from schemas.base import plain
from schemas.task import Task, TaskSpec
from stages.base import Services
from stages.generate_tasks import GenerateTasks
from stages.generate_tasks.assemble import TaskMaker
from stages.generate_tasks.claims import NotProven
from stages.generate_tasks.drafts import NoSuchRequest
from stages.generate_tasks.dues import DuePlan, due, due_plans, not_due, people_due, rows_with_arguments
from stages.generate_tasks.ground import Ground
from stages.generate_tasks.makers import Maker
from stages.generate_tasks.prospects import prospects
from tests.independent.checker import Checker
from tests.stages.acted import acted, failures
from tool_specs.catalog import domain
from tool_specs.domain import generate_world
from tool_specs.sandbox import Sandbox


@pytest.fixture(scope="module")
def ground() -> Ground:
    airline = domain("airline")
    return Ground.of(Sandbox(airline, generate_world(airline, 3, 200)))


@pytest.fixture(scope="module")
def plan(ground: Ground) -> DuePlan:
    (found,) = due_plans(ground, ground.identities[0])
    return found


def made_by(ground: Ground, kind: Any, make: Callable[[Maker, TaskSpec, random.Random], Any], count: int) -> list[Task]:
    maker = Maker(ground, 0.05)
    found: list[Task] = []
    for number in range(60):
        spec = TaskSpec(
            id=f"order-{number}", domain="airline", kind=kind, num_writes=int(kind != "must_refuse"), burden=3, seed=1,
            number=number,
        )  # fmt: skip
        try:
            person, made = make(maker, spec, random.Random(number))
        except (NoSuchRequest, NotProven):
            continue
        task = TaskMaker(ground, 0.05, 1)._task(spec, person, ground.identities[0], made)
        told = GenerateTasks()._told(task, ground)
        assert isinstance(told, Task), told
        found.append(told)
        if len(found) == count:
            return found
    raise AssertionError(f"{len(found)} tasks in sixty attempts")


@pytest.fixture(scope="module")
def granted(ground: Ground, plan: DuePlan) -> list[Task]:
    identity = ground.identities[0]
    return made_by(
        ground, "read_heavy", lambda maker, spec, rng: due(maker, spec, rng, identity, [plan], exact=True), 8
    )


@pytest.fixture(scope="module")
def refused(ground: Ground, plan: DuePlan) -> list[Task]:
    identity = ground.identities[0]
    return made_by(ground, "must_refuse", lambda maker, spec, rng: not_due(maker, spec, rng, identity, [plan]), 8)


def test_the_row_is_joined_by_several_values_of_another(plan: DuePlan) -> None:
    assert plan.tool == "send_certificate" and plan.principal == {"user_id": "user_id"}
    assert plan.chain.calls == ("get_user_details", "get_reservation_details", "get_flight_status")


def test_what_is_due_is_what_the_policy_says(ground: Ground, granted: list[Task]) -> None:
    tables = ground.sandbox.world.tables
    for task in granted:
        (request,) = task.requests
        amounts = []
        for trip in (tables["reservations"][id_] for id_ in tables["users"][task.principal]["reservations"]):
            states = [
                tables["flights"][leg["flight_number"]]["dates"][leg["date"]]["status"] for leg in trip["flights"]
            ]
            if "cancelled" in states:
                amounts.append(100 * len(trip["passengers"]))
        assert request.arguments["amount"] in amounts
        assert request.sources["amount"].provenance == "policy"
        tools = [request.proof.reachable[number].tool for number in request.proof.reads]
        assert sorted(tools) == ["get_flight_status", "get_reservation_details", "get_user_details"]


def test_what_is_not_due_is_refused_once_all_was_looked_at(refused: list[Task]) -> None:
    for task in refused:
        (request,) = task.requests
        assert request.kind == "refuse" and request.refusal is not None and request.refusal.rule == "compensation"
        assert request.arguments["amount"] == 0 and request.proof.lower == 3
        assert task.goal_digest == task.initial_digest


def test_nobody_is_offered_anything_unasked(granted: list[Task], refused: list[Task]) -> None:
    assert all("compensat" in task.text.lower() for task in (*granted, *refused))


def test_dialogues_pass_the_checks(ground: Ground, granted: list[Task], refused: list[Task]) -> None:
    services = Services(sandboxes={"airline": ground.sandbox})
    failed = failures(acted((*granted, *refused), services, 2), services)
    assert not failed, failed


def test_people_to_whom_something_is_due_are_found_by_trying(ground: Ground, plan: DuePlan) -> None:
    people = ground.people("train", 0.05)
    entitled = people_due(ground, plan, people)
    assert 0 < len(entitled) < len(people)
    for person in entitled[:10]:
        amounts = [arguments["amount"] for _, arguments in rows_with_arguments(ground, plan, person)]
        assert any(amounts)


def test_it_is_among_the_prospects(ground: Ground) -> None:
    found = prospects(ground)
    write = next(each for each in found.writes if each.tool == "send_certificate")
    assert write.ways == 1 and write.told == ("get_flight_status",) and not write.missing
    assert "compensation" not in found.idle_guards


@pytest.mark.parametrize("which", ["granted", "refused"])
def test_a_second_program_agrees(ground: Ground, which: str, request: pytest.FixtureRequest) -> None:
    checker = Checker(ground.sandbox)
    for task in request.getfixturevalue(which)[:5]:
        data = plain(task)
        for each in data["requests"]:
            assert not list(checker._request(data, each))
