"""Each guard has a call that breaks it and one that does not."""

from __future__ import annotations

import copy
import dataclasses
from typing import Any

import pytest

from schemas.world import Row, Tables, World
from stages.simulate_dialogues.wording_user import OFF_TOPIC
from tool_specs.airline.guards import GUARDS, WRITES
from tool_specs.airline.sale_rules import BOOK
from tool_specs.airline.trip_rules import BAGS, CANCEL, CERTIFY, FLIGHTS, PASSENGERS, covered
from tool_specs.domain import Domain, GuardContext
from tool_specs.sandbox import Sandbox

ASKED = {"spoken": "Can I get some compensation?"}
ANN = {"first_name": "Ann", "last_name": "Moss", "dob": "1980-02-03"}
BOB = {"first_name": "Bob", "last_name": "Moss", "dob": "1981-02-03"}
SEATS = {"basic_economy": 9, "economy": 1, "business": 9}
PRICES = {"basic_economy": 60, "economy": 100, "business": 300}


def flight(number: str, origin: str, destination: str, **others: Row) -> Row:
    free = {"status": "available", "available_seats": SEATS, "prices": PRICES}
    dates: Row = {f"2024-05-{day}": free for day in (20, 21, 22)}
    return {
        "flight_number": number,
        "origin": origin,
        "destination": destination,
        "scheduled_departure_time_est": "08:00:00",
        "scheduled_arrival_time_est": "11:00:00",
        "dates": {"2024-05-10": {"status": "landed"}, "2024-05-15": {"status": "delayed"}, **dates, **others},
    }


def trip(id_: str, cabin: str = "economy", date: str = "2024-05-20", **changes: Any) -> Row:
    price = PRICES[cabin]
    row: Row = {
        "reservation_id": id_,
        "user_id": "ann",
        "origin": "SEA",
        "destination": "MIA",
        "flight_type": "one_way",
        "cabin": cabin,
        "flights": [{"flight_number": "F1", "origin": "SEA", "destination": "MIA", "date": date, "price": price}],
        "passengers": [ANN],
        "payment_history": [],
        "created_at": "2024-05-01T10:00:00",
        "total_baggages": 2,
        "nonfree_baggages": 0,
        "insurance": "no",
    }
    row.update(changes)
    cost = price * len(row["passengers"]) + (30 if row["insurance"] == "yes" else 0)
    row["payment_history"] = [{"payment_id": "credit_card_1", "amount": cost}]
    return row


def profile(user_id: str, membership: str, reservations: list[str]) -> Row:
    methods: dict[str, Any] = {
        "credit_card_1": {"source": "credit_card", "id": "credit_card_1", "brand": "visa", "last_four": "1234"},
        "credit_card_2": {"source": "credit_card", "id": "credit_card_2", "brand": "visa", "last_four": "1235"},
        "gift_card_1": {"source": "gift_card", "id": "gift_card_1", "amount": 40},
        "certificate_1": {"source": "certificate", "id": "certificate_1", "amount": 100},
    }
    return {
        "user_id": user_id,
        "name": {"first_name": user_id.title(), "last_name": "Moss"},
        "email": f"{user_id}@example.com",
        "dob": "1980-02-03",
        "payment_methods": methods,
        "saved_passengers": [],
        "membership": membership,
        "reservations": reservations,
    }


TRIPS = [
    trip("PLAIN1"),
    trip("FRESH1", created_at="2024-05-14T15:30:00"),
    trip("BASIC1", "basic_economy"),
    trip("BUSIN1", "business"),
    trip("INSUR1", insurance="yes"),
    trip("FLOWN1", date="2024-05-10"),
    trip("BEGUN1", "business", date="2024-05-10"),
    trip("AIRLI1", date="2024-05-23"),
    trip("DELAY1", "business", date="2024-05-15", passengers=[ANN, BOB]),
    trip("GONE11", status="cancelled"),
    trip("BOBS11", user_id="bob"),
    trip("BOBS22", user_id="bob", date="2024-05-23"),
]
TABLES: Tables = {
    "flights": {
        "F1": flight("F1", "SEA", "MIA", **{"2024-05-23": {"status": "cancelled"}}),
        "F2": flight("F2", "SEA", "MIA"),
        "F3": flight("F3", "MIA", "SEA"),
    },
    "users": {
        "ann": profile("ann", "silver", [each["reservation_id"] for each in TRIPS if each["user_id"] == "ann"]),
        "bob": profile("bob", "regular", ["BOBS11", "BOBS22"]),
    },
    "reservations": {each["reservation_id"]: each for each in TRIPS},
}


@pytest.fixture
def context(airline: Domain) -> GuardContext:
    sandbox = Sandbox(airline, World.of("airline", "generated:test", copy.deepcopy(TABLES)))
    return GuardContext(sandbox=sandbox, principal_id="ann", confirmed=True)


def broken(airline: Domain, context: GuardContext, name: str, arguments: Row, **changes: Any) -> list[str]:
    changed = dataclasses.replace(context, **changes)
    return [guard for guard, _ in airline.violations(changed, name, arguments)]


Calling = tuple[str, Row]


def book(*payments: tuple[str, int], **changes: Any) -> Calling:
    arguments: Row = {
        "user_id": "ann",
        "origin": "SEA",
        "destination": "MIA",
        "flight_type": "one_way",
        "cabin": "economy",
        "flights": [{"flight_number": "F1", "date": "2024-05-20"}],
        "passengers": [ANN],
        "payment_methods": [{"payment_id": id_, "amount": amount} for id_, amount in payments]
        or [{"payment_id": "credit_card_1", "amount": 100}],
        "total_baggages": 0,
        "nonfree_baggages": 0,
        "insurance": "no",
    }
    return BOOK, {**arguments, **changes}


def move(id_: str, *flights: tuple[str, str], cabin: str = "economy", payment: str = "credit_card_1") -> Calling:
    chosen = [{"flight_number": number, "date": f"2024-05-{day}"} for number, day in flights]
    return FLIGHTS, {"reservation_id": id_, "cabin": cabin, "flights": chosen, "payment_id": payment}


def pack(total: int, extra: int, payment: str = "credit_card_1", id_: str = "PLAIN1") -> Calling:
    return BAGS, {
        "reservation_id": id_,
        "total_baggages": total,
        "nonfree_baggages": extra,
        "payment_id": payment,
    }


def cancel(id_: str) -> Calling:
    return CANCEL, {"reservation_id": id_}


def give(amount: int, user_id: str = "ann") -> Calling:
    return CERTIFY, {"user_id": user_id, "amount": amount}


GOOD: list[tuple[Calling, dict[str, Any]]] = [
    (book(), {}),
    (book(("certificate_1", 90), ("gift_card_1", 10)), {}),
    (book(("credit_card_1", 130), insurance="yes"), {}),
    (book(("credit_card_1", 150), total_baggages=3, nonfree_baggages=1), {}),
    (book(("credit_card_1", 240), cabin="basic_economy", passengers=[ANN] * 4), {}),
    (
        book(
            ("credit_card_1", 200),
            flight_type="round_trip",
            flights=[{"flight_number": "F1", "date": "2024-05-20"}, {"flight_number": "F3", "date": "2024-05-22"}],
        ),
        {},
    ),
    (move("PLAIN1", ("F2", "21")), {}),
    (move("PLAIN1", ("F1", "21"), payment="gift_card_1"), {}),
    (move("PLAIN1", ("F1", "20"), cabin="business"), {}),
    (move("BASIC1", ("F1", "20"), cabin="economy"), {}),
    (pack(3, 1), {}),
    (pack(2, 0), {}),
    (pack(3, 0, id_="BUSIN1"), {}),
    ((PASSENGERS, {"reservation_id": "PLAIN1", "passengers": [BOB]}), {}),
    (cancel("FRESH1"), {}),
    (cancel("BUSIN1"), {}),
    (cancel("AIRLI1"), {}),
    (cancel("INSUR1"), {"spoken": "I am sick, so I can't fly."}),
    (cancel("INSUR1"), {"spoken": "There is a storm coming. Weather!"}),
    (give(100), ASKED),
    (give(100), {**ASKED, "writes": (cancel("DELAY1"),)}),
    (("get_reservation_details", {"reservation_id": "PLAIN1"}), {}),
    (("get_user_details", {"user_id": "ann"}), {}),
    (("get_user_details", {"user_id": "ann"}), {"principal_id": None}),
    (("search_direct_flight", {"origin": "SEA", "destination": "MIA", "date": "2024-05-20"}), {"principal_id": None}),
    (("transfer_to_human_agents", {"summary": "Ann wants to cancel a flown trip."}), {}),
    (("calculate", {"expression": "1 + 1"}), {}),
]

BAD: list[tuple[str, Calling, dict[str, Any]]] = [
    ("identity_first", ("get_reservation_details", {"reservation_id": "PLAIN1"}), {"principal_id": None}),
    ("identity_first", cancel("FRESH1"), {"principal_id": None}),
    ("one_customer", ("get_reservation_details", {"reservation_id": "BOBS11"}), {}),
    ("one_customer", ("get_user_details", {"user_id": "bob"}), {}),
    ("one_customer", (PASSENGERS, {"reservation_id": "BOBS11", "passengers": [ANN]}), {}),
    ("one_customer", book(user_id="bob"), {}),
    ("confirmed", cancel("FRESH1"), {"confirmed": False}),
    ("confirmed", book(), {"confirmed": False}),
    ("over", cancel("GONE11"), {}),
    ("over", (PASSENGERS, {"reservation_id": "GONE11", "passengers": [BOB]}), {}),
    ("flown", cancel("FLOWN1"), {}),
    ("flown", cancel("BEGUN1"), {}),
    ("flown", move("FLOWN1", ("F2", "21")), {}),
    ("cancellable", cancel("PLAIN1"), {}),
    ("cancellable", cancel("BASIC1"), {"spoken": "I am sick."}),
    ("cancellable", cancel("INSUR1"), {}),
    ("cancellable", cancel("INSUR1"), {"spoken": "My plans have changed."}),
    ("basic_economy", move("BASIC1", ("F2", "21"), cabin="basic_economy"), {}),
    ("itinerary", move("PLAIN1", ("F3", "21")), {}),
    ("itinerary", move("PLAIN1", ("F1", "20"), ("F3", "21")), {}),
    ("itinerary", book(destination="BOS"), {}),
    ("itinerary", book(flight_type="round_trip"), {}),
    ("party_size", book(("credit_card_1", 360), cabin="basic_economy", passengers=[ANN] * 6), {}),
    ("available", book(("credit_card_1", 200), passengers=[ANN, BOB]), {}),
    ("available", book(flights=[{"flight_number": "F1", "date": "2024-05-15"}]), {}),
    ("available", move("PLAIN1", ("F1", "23")), {}),
    ("same_number", (PASSENGERS, {"reservation_id": "PLAIN1", "passengers": [ANN, BOB]}), {}),
    ("bags_stay", pack(1, 0), {}),
    ("baggage", pack(3, 0), {}),
    ("baggage", book(("credit_card_1", 150), total_baggages=1, nonfree_baggages=1), {}),
    ("own_payment", book(("credit_card_9", 100)), {}),
    ("own_payment", move("PLAIN1", ("F1", "21"), payment="credit_card_9"), {}),
    ("payment_mix", book(("credit_card_1", 50), ("credit_card_2", 50)), {}),
    ("no_certificate", pack(3, 1, "certificate_1"), {}),
    ("no_certificate", move("PLAIN1", ("F1", "21"), payment="certificate_1"), {}),
    ("total", book(("credit_card_1", 99)), {}),
    ("balance", book(("gift_card_1", 100)), {}),
    ("balance", book(("credit_card_1", 40), ("gift_card_1", 60)), {}),
    ("balance", pack(3, 1, "gift_card_1"), {}),
    ("balance", move("PLAIN1", ("F1", "20"), cabin="business", payment="gift_card_1"), {}),
    ("asked_for", give(100), {}),
    ("compensation", give(300), ASKED),
    ("compensation", give(100), {**ASKED, "writes": (give(100),)}),
    ("compensation", give(100, "bob"), {**ASKED, "principal_id": "bob"}),
    ("summary", ("transfer_to_human_agents", {"summary": "help"}), {}),
]


@pytest.mark.parametrize(("call", "changes"), GOOD)
def test_conforming_calls(airline: Domain, context: GuardContext, call: Calling, changes: dict[str, Any]) -> None:
    assert broken(airline, context, *call, **changes) == []
    assert not context.sandbox.fork().call(*call).error


@pytest.mark.parametrize(("guard", "call", "changes"), BAD)
def test_violating_calls(
    airline: Domain, context: GuardContext, guard: str, call: Calling, changes: dict[str, Any]
) -> None:
    assert broken(airline, context, *call, **changes) == [guard]


def test_every_guard_is_tried() -> None:
    assert {guard for guard, _, _ in BAD} == {guard.name for guard in GUARDS}


@pytest.mark.parametrize(("guard", "call", "changes"), BAD)
def test_without_a_history_only_the_state_counts(
    airline: Domain, context: GuardContext, guard: str, call: Calling, changes: dict[str, Any]
) -> None:
    of_conversation = guard in ("identity_first", "confirmed", "asked_for")
    assert broken(airline, context, *call, history=False, **changes) == ([] if of_conversation else [guard])


def test_a_delay_is_made_up_for_once_the_trip_is_changed_or_cancelled(airline: Domain, context: GuardContext) -> None:
    """Two passengers, 50 dollars each; the same amount as for the cancelled flight of one."""
    state = context.sandbox
    alone = {**TABLES["reservations"], "AIRLI1": trip("AIRLI1")}
    without = state.with_rows({"reservations": alone})
    assert broken(airline, context, *give(100), **ASKED, sandbox=without) == ["compensation"]
    changed = {"sandbox": without, "writes": (cancel("DELAY1"),)}
    assert broken(airline, context, *give(100), **ASKED, **changed) == []
    moved = {"sandbox": without, "writes": (move("DELAY1", ("F2", "21"), cabin="business"),)}
    assert broken(airline, context, *give(100), **ASKED, **moved) == []
    assert broken(airline, context, *give(50), **ASKED, **changed) == ["compensation"]


def test_a_trip_that_has_begun_keeps_its_cabin(airline: Domain, context: GuardContext) -> None:
    call = move("FLOWN1", ("F1", "10"), cabin="business")
    assert broken(airline, context, *call) == ["flown", "available"]


def test_writes_are_the_tools_that_write(airline: Domain) -> None:
    assert set(WRITES) == {name for name, tool in airline.tools.items() if tool.spec.effect == "write"}


def test_guards_agree_with_the_tools(airline: Domain, context: GuardContext) -> None:
    """What a tool refuses in a well-formed call of the right customer, some guard refuses too."""
    for _, call, changes in BAD:
        if context.sandbox.fork().call(*call).error:
            assert broken(airline, context, *call, **changes)


def test_the_policy_names_what_counts(airline: Domain) -> None:
    for words in (
        "one tool call",
        "2024-05-15",
        "5 to 7 business",
        "| silver | 1 | 2 | 3 |",
        "30 dollars per passenger",
        "100 dollars per passenger",
        "not even a human agent",
        "within the last 24 hours",
    ):
        assert words in airline.policy
    assert "YOU ARE BEING TRANSFERRED TO A HUMAN AGENT. PLEASE HOLD ON." in airline.policy


def test_nothing_that_is_said_beside_the_point_is_a_reason_that_insurance_covers() -> None:
    assert not [remark for remark in OFF_TOPIC if covered(remark)]


@pytest.mark.parametrize(
    "said",
    [
        "i fell ill",
        "there is a storm",
        "Health reasons.",
        "weather",
        "It's because of the weather.",
        "My doctor told me not to fly, so please cancel it.",
        "I want to cancel ABC123 and get my money back\nI've come down with the flu",
        "My son is sick.",
        "Can you cancel my trip? I had surgery last week.",
        "Could you cancel it because I'm sick?",
        "We can't travel, the snow has closed the roads",
        "I'm in the hospital and cannot fly.",
        "I'm not able to fly because I'm sick.",
        "There's a hurricane heading for Miami",
        "due to a medical emergency",
        "I have the flu and won't make it",
        "I'm too sick to travel",
    ],
)
def test_reasons_of_health_and_weather_are_heard_in_customers_words(said: str) -> None:
    assert covered(said)


@pytest.mark.parametrize(
    "said",
    [
        "My plans have changed.\nHow's the weather over there?",
        "nice weather today!",
        "I'm not sick or anything, I just changed my mind.",
        "Does my insurance cover illness?",
        "What if I get sick before the trip?",
        "Would it count if I said I'm ill?",
        "I'm a doctor and very busy.",
        "I work at a hospital, so my shifts changed.",
        "btw I hope you don't have this flu going around lol",
        "It has nothing to do with the weather.",
        "It's not for health reasons.",
        "I love the snow there, but my meeting moved.",
        "I was told the insurance covers weather",
        "my insurance covers illness, right",
        "I have travel insurance, so please refund me.",
    ],
)
def test_what_only_names_health_or_weather_is_no_reason(said: str) -> None:
    assert not covered(said)
