"""Numbers that are said, lists of objects that are said, and arguments that follow from the rest."""

from __future__ import annotations

import pytest

from schemas.task import Task, TaskSpec
from stages.base import Services
from stages.generate_tasks.figures import Counted, Followed
from stages.generate_tasks.ground import Ground
from stages.generate_tasks.places import Told
from stages.generate_tasks.plans import plans_of
from tests.stages.acted import acted, failures, made, services_on
from tool_specs.airline.rows import free_bags


@pytest.fixture(scope="module")
def services() -> Services:
    return services_on("airline", size=150, seed=2)


@pytest.fixture(scope="module")
def tasks(services: Services) -> list[Task]:
    specs = (
        TaskSpec(
            id=f"order-{number}", domain="airline", kind="write_intensive", num_writes=2, burden=2, seed=4,
            number=number,
        )
        for number in range(16)
    )  # fmt: skip
    return made(specs, services)[0]


def test_plans_of_writes_with_numbers_and_lists(services: Services) -> None:
    ground = Ground.of(services.sandboxes["airline"])
    plans = {plan.tool: plan for plan in plans_of(ground, ground.identities[0])}
    assert plans.keys() == {
        "cancel_reservation",
        "update_reservation_baggages",
        "update_reservation_flights",
        "update_reservation_passengers",
    }
    cabins = {place.role: type(place) for place in plans["update_reservation_flights"].places}
    assert cabins["flights"] is Followed, "they stay as they are unless the user names others"
    bags = {place.role: type(place) for place in plans["update_reservation_baggages"].places}
    assert bags["bags"] is Counted and bags["extra"] is Followed
    _, passengers = plans["update_reservation_passengers"].places
    assert isinstance(passengers, Told) and passengers.parameters == ("passengers",)


def test_what_follows_is_what_the_policy_says(tasks: list[Task], services: Services) -> None:
    tables = services.sandboxes["airline"].world.tables
    seen = 0
    for task in tasks:
        for request in task.requests:
            if request.tool != "update_reservation_baggages":
                continue
            seen += 1
            trip = tables["reservations"][request.arguments["reservation_id"]]
            member = tables["users"][task.principal]["membership"]
            free = free_bags(member, trip["cabin"], len(trip["passengers"]))
            charged = max(0, request.arguments["total_baggages"] - free, trip["nonfree_baggages"])
            assert request.arguments["nonfree_baggages"] == charged
            assert request.sources["nonfree_baggages"].provenance == "policy"
            assert request.sources["total_baggages"].provenance == "user"
    assert seen >= 3


def test_flights_stay_where_only_the_cabin_is_told(tasks: list[Task], services: Services) -> None:
    tables = services.sandboxes["airline"].world.tables
    moved = [request for task in tasks for request in task.requests if request.tool == "update_reservation_flights"]
    assert len(moved) >= 3
    for request in moved:
        trip = tables["reservations"][request.arguments["reservation_id"]]
        legs = [{"flight_number": leg["flight_number"], "date": leg["date"]} for leg in trip["flights"]]
        assert request.arguments["flights"] == legs and request.arguments["cabin"] != trip["cabin"]
        assert request.sources["flights"].provenance == "policy"


def test_lists_of_people_are_told_in_full(tasks: list[Task]) -> None:
    seen = 0
    for task in tasks:
        for request in task.requests:
            if request.tool == "update_reservation_passengers":
                seen += 1
                for person in request.arguments["passengers"]:
                    for value in person.values():
                        assert value.lower() in task.text.lower()
    assert seen >= 3


def test_dialogues_about_them_pass_the_checks(tasks: list[Task], services: Services) -> None:
    dialogues = acted(tasks, services, 1)
    bad = [each for each in dialogues if failures([each], services)]
    failed = failures(bad, services)
    assert len(dialogues) - len(bad) >= 12 and len(failed) <= 2, failed
