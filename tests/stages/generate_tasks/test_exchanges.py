"""Another row of a search for what a row has: other flights for a reservation, where it goes and in its cabin."""

from __future__ import annotations

import random

import pytest

from schemas.base import plain
from schemas.task import Task, TaskSpec
from stages.base import Services
from stages.generate_tasks import GenerateTasks
from stages.generate_tasks.assemble import TaskMaker
from stages.generate_tasks.claims import NotProven
from stages.generate_tasks.drafts import NoSuchRequest
from stages.generate_tasks.exchanges import Exchange, exchanged, exchanges_of
from stages.generate_tasks.ground import Ground
from stages.generate_tasks.makers import Maker
from tests.independent.checker import Checker
from tests.stages.acted import acted, failures
from tool_specs.catalog import domain
from tool_specs.domain import generate_world
from tool_specs.sandbox import Sandbox

BURDENS = (3, 4, 5, 6, 8)
SEARCHES = ("search_direct_flight", "search_onestop_flight")


@pytest.fixture(scope="module")
def ground() -> Ground:
    airline = domain("airline")
    return Ground.of(Sandbox(airline, generate_world(airline, 3, 200)))


@pytest.fixture(scope="module")
def exchange(ground: Ground) -> Exchange:
    (found,) = exchanges_of(Maker(ground, 0.05), ground.identities[0])
    return found


@pytest.fixture(scope="module")
def tasks(ground: Ground, exchange: Exchange) -> list[Task]:
    maker, found = Maker(ground, 0.05), list[Task]()
    for number in range(400):
        spec = TaskSpec(
            id=f"order-{number}", domain="airline", kind="read_heavy", num_writes=1, burden=BURDENS[number % 5], seed=1,
            number=number,
        )  # fmt: skip
        try:
            person, made = exchanged(maker, spec, random.Random(number), ground.identities[0], [exchange])
        except (NoSuchRequest, NotProven):
            continue
        told = GenerateTasks()._told(TaskMaker(ground, 0.05, 1)._task(spec, person, ground.identities[0], made), ground)
        assert isinstance(told, Task), told
        found.append(told)
        if len(found) == 12:
            return found
    raise AssertionError(f"{len(found)} tasks in four hundred attempts")


def test_the_row_gives_the_search_what_it_can(exchange: Exchange) -> None:
    assert exchange.plan.tool == "update_reservation_flights" and exchange.parameter == "flights"
    assert set(exchange.given) == {"origin", "destination"} and exchange.asked == "date"
    assert exchange.kept == ("cabin",)


def test_the_trip_and_its_cabin_stay(ground: Ground, tasks: list[Task]) -> None:
    tables = ground.sandbox.world.tables
    for task in tasks:
        (request,) = task.requests
        trip = tables["reservations"][request.arguments["reservation_id"]]
        first, last = (request.arguments["flights"][place]["flight_number"] for place in (0, -1))
        assert tables["flights"][first]["origin"] == trip["origin"]
        assert tables["flights"][last]["destination"] == trip["destination"]
        assert request.arguments["cabin"] == trip["cabin"] and trip["cabin"] != "basic_economy"
        asked = [read for read in request.proof.reachable if read.tool in SEARCHES]
        assert {trip["origin"], trip["destination"]} >= {read.arguments["origin"] for read in asked}


def test_the_burden_counts_the_reservation_the_user_and_every_search(tasks: list[Task]) -> None:
    burdens = set()
    for task in tasks:
        (request,) = task.requests
        reads = [request.proof.reachable[number].tool for number in request.proof.reads]
        assert request.proof.lower == request.proof.upper == task.burden == len(reads)
        assert {"get_user_details", "get_reservation_details"} <= set(reads) and set(SEARCHES) & set(reads)
        burdens.add(task.burden)
    assert len(burdens) >= 3


def test_neither_the_places_nor_the_flight_is_said(tasks: list[Task]) -> None:
    for task in tasks:
        (request,) = task.requests
        said = task.text.lower()
        assert all(leg["flight_number"].lower() not in said for leg in request.arguments["flights"])
        assert "reservation" in said and "flight" in said


def test_dialogues_pass_the_checks(ground: Ground, tasks: list[Task]) -> None:
    services = Services(sandboxes={"airline": ground.sandbox})
    failed = failures(acted(tasks, services, 2), services)
    assert not failed, failed


def test_a_second_program_agrees(ground: Ground, tasks: list[Task]) -> None:
    checker = Checker(ground.sandbox)
    for task in tasks[:6]:
        data = plain(task)
        for each in data["requests"]:
            assert not list(checker._request(data, each))
