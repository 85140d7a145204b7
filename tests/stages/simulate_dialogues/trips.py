"""Airline tasks for tests of hearing: hand-made, so that turns can be written beside them and stay true."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from schemas.base import Json
from schemas.behavior import Scenario
from schemas.program import At, Call, Each, Fact, OrderKey, Program, Step
from schemas.task import Knowledge, Request, Source, Task
from stages.diversify_behaviors import scenario
from tests.tool_specs.phrasing.samples import NO_PROOF, by, eq, key, known, rows, said, task
from tool_specs.catalog import domain

AIRLINE = domain("airline")
ME = (Knowledge(name="user_id", value="nora_suarez_1504", type="user_id", identity=True),)
_USER = Call(name="user", tool="get_user_details", arguments={"user_id": Fact(name="user_id")})
_TRIPS: tuple[Step, ...] = (
    _USER,
    Each(name="number", source=At(path=("user", "reservations"))),
    Call(name="trip", tool="get_reservation_details", arguments={"reservation_id": At(path=("number",))}),
)
_METHODS: tuple[Step, ...] = (_USER, Each(name="method", source=At(path=("user", "payment_methods"))))
_DEAREST_ONE_WAY = rows(
    _TRIPS,
    eq("trip", "flight_type", value="one_way"),
    order=(key("trip", "payment_history", 0, "amount", descending=True),),
    pick="first",
)
_CARD = rows(_METHODS, eq("method", "source", value="credit_card"), role="payment")
_FLIGHTS = Program(
    steps=(
        Each(name="date", source=Fact(name="r0.date")),
        Call(
            name="search",
            tool="search_direct_flight",
            arguments={
                "origin": Fact(name="r0.origin"),
                "destination": Fact(name="r0.destination"),
                "date": At(path=("date",)),
            },
        ),
        Each(name="way", source=At(path=("search",))),
    ),
    where=(),
    order=(OrderKey(column=("way", "prices", "economy"), descending=False),),
    pick="first",
    role="object",
)
_POLICY = Source(provenance="policy")
_NAMED = known("r0.reservation_id", "K4T9QZ", "reservation_id")


def _task(
    tool: str,
    arguments: Mapping[str, Json],
    sources: Mapping[str, Source],
    programs: tuple[Program, ...],
    *knowledge: Knowledge,
) -> Task:
    request = Request(
        kind="write", tool=tool, arguments=dict(arguments), sources=dict(sources), programs=programs, proof=NO_PROOF
    )
    found = task("write_intensive", lambda facts: request, knowledge=knowledge, identity=ME)
    return msgspec.structs.replace(found, domain="airline", spec=msgspec.structs.replace(found.spec, domain="airline"))


TASKS = {
    "cancel_dearest_one_way": _task(
        "cancel_reservation",
        {"reservation_id": "2ILCT1"},
        {"reservation_id": by(0, "trip", "reservation_id")},
        (_DEAREST_ONE_WAY,),
    ),
    "bags_on_named": _task(
        "update_reservation_baggages",
        {"reservation_id": "K4T9QZ", "total_baggages": 4, "nonfree_baggages": 1, "payment_id": "credit_card_3837776"},
        {
            "reservation_id": said("r0.reservation_id"),
            "total_baggages": said("r0.total_baggages"),
            "nonfree_baggages": _POLICY,
            "payment_id": by(0, "method", "id", provenance="read"),
        },
        (_CARD,),
        _NAMED,
        known("r0.total_baggages", 4, "bag_count"),
    ),
    "cabin_of_named": _task(
        "update_reservation_flights",
        {
            "reservation_id": "K4T9QZ",
            "cabin": "business",
            "flights": [{"flight_number": "HAT177", "date": "2024-05-24"}],
            "payment_id": "credit_card_3837776",
        },
        {
            "reservation_id": said("r0.reservation_id"),
            "cabin": said("r0.cabin"),
            "flights": _POLICY,
            "payment_id": by(0, "method", "id", provenance="read"),
        },
        (_CARD,),
        _NAMED,
        known("r0.cabin", "business", "cabin"),
    ),
    "book_cheapest": _task(
        "book_reservation",
        {
            "user_id": "nora_suarez_1504",
            "origin": "ORD",
            "destination": "LAS",
            "flight_type": "one_way",
            "cabin": "economy",
            "flights": [{"flight_number": "HAT049", "date": "2024-05-19"}],
            "passengers": [{"first_name": "Nora", "last_name": "Suarez", "dob": "1958-02-28"}],
            "payment_methods": [{"payment_id": "credit_card_3837776", "amount": 218}],
            "total_baggages": 2,
            "nonfree_baggages": 0,
            "insurance": "no",
        },
        {
            "user_id": said("user_id"),
            "origin": said("r0.origin"),
            "destination": said("r0.destination"),
            "flight_type": said("r0.flight_type"),
            "cabin": said("r0.cabin"),
            "flights": by(0, "way", "flights"),
            "passengers": by(1, "user", "myself", provenance="read"),
            "payment_methods": Source(provenance="policy", bind=by(2, "method").bind),
            "total_baggages": said("r0.total_baggages"),
            "nonfree_baggages": _POLICY,
            "insurance": said("r0.insurance"),
        },
        (_FLIGHTS, rows((_USER,), role=""), _CARD),
        known("r0.origin", "ORD", "airport"),
        known("r0.destination", "LAS", "airport"),
        known("r0.date", ["2024-05-19", "2024-05-20"], "flight_date"),
        known("r0.flight_type", "one_way", "trip_type"),
        known("r0.cabin", "economy", "cabin"),
        known("r0.total_baggages", 2, "bag_count"),
        known("r0.insurance", "no", "insurance"),
    ),
}


def on_trip(name: str) -> Scenario:
    """Returns a task told bit by bit."""
    return scenario(TASKS[name], "drip", "neutral", ())
