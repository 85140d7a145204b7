"""How long fork + 10 mixed calls + digest take, against the limit: 100 microseconds for retail, 300 for airline.

    python benchmarks/sandbox.py [--domain retail] [--world FILE] [--users 1000] [--rounds 3000]

Eight reads and two writes, each round for another user. Retail: profile, four orders, product, item, e-mail look-up; a
delivery address, a cancellation. Airline: profile, three reservations, a flight's status, two direct searches, the
airports; a booking, a cancellation. One-stop searches are timed apart. Prints the median and the 95th percentile in
microseconds and the ratio to the limit.
"""

from __future__ import annotations

import argparse
import gc
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from schemas.base import Json
from tool_specs.catalog import domain
from tool_specs.domain import generate_world, load_world
from tool_specs.sandbox import Sandbox

LIMITS = {"retail": 100.0, "airline": 300.0}
Call = tuple[str, dict[str, Json]]


def retail_plans(sandbox: Sandbox) -> list[list[Call]]:
    """Ten calls per user who has a pending order, each of them one that succeeds."""
    found: list[list[Call]] = []
    tables = sandbox.world.tables
    for user_id, user in tables["users"].items():
        pending = [each for each in user["orders"] if tables["orders"][each]["status"] == "pending"]
        if not pending:
            continue
        orders = (user["orders"] * 4)[:4]
        item = tables["orders"][pending[0]]["items"][0]
        address = {key: user["address"][key] for key in ("address1", "address2", "city", "state", "country", "zip")}
        found.append(
            [
                ("find_user_id_by_email", {"email": user["email"]}),
                ("get_user_details", {"user_id": user_id}),
                *(("get_order_details", {"order_id": each}) for each in orders),
                ("get_product_details", {"product_id": item["product_id"]}),
                ("get_item_details", {"item_id": item["item_id"]}),
                ("modify_pending_order_address", {"order_id": pending[0], **address, "address1": "1 Mill Lane"}),
                ("cancel_pending_order", {"order_id": pending[0], "reason": "no longer needed"}),
            ]
        )
    return found


def airline_plans(sandbox: Sandbox) -> list[list[Call]]:
    """Ten calls per user who has a reservation and a credit card: the last one's first flight is booked once more."""
    found: list[list[Call]] = []
    tables = sandbox.world.tables
    for user_id, user in tables["users"].items():
        cards = [id_ for id_ in user["payment_methods"] if id_.startswith("credit_card")]
        if not cards or not user["reservations"]:
            continue
        chosen = (user["reservations"] * 3)[:3]
        leg = tables["reservations"][user["reservations"][-1]]["flights"][0]
        days = tables["flights"][leg["flight_number"]]["dates"]
        date = next(
            (each for each, day in days.items() if day.get("available_seats", {"business": 0})["business"]), None
        )
        if date is None:
            continue
        route = {"origin": leg["origin"], "destination": leg["destination"]}
        booking = {
            "user_id": user_id,
            **route,
            "flight_type": "one_way",
            "cabin": "business",
            "flights": [{"flight_number": leg["flight_number"], "date": date}],
            "passengers": [{**user["name"], "dob": user["dob"]}],
            "payment_methods": [{"payment_id": cards[0], "amount": days[date]["prices"]["business"]}],
            "total_baggages": 0,
            "nonfree_baggages": 0,
            "insurance": "no",
        }
        found.append(
            [
                ("get_user_details", {"user_id": user_id}),
                *(("get_reservation_details", {"reservation_id": each}) for each in chosen),
                ("get_flight_status", {"flight_number": leg["flight_number"], "date": date}),
                *(("search_direct_flight", {**route, "date": each}) for each in (date, "2024-05-30")),
                ("list_all_airports", {}),
                ("book_reservation", booking),
                ("cancel_reservation", {"reservation_id": "HATHAT"}),
            ]
        )
    return found


PLANS: dict[str, Callable[[Sandbox], list[list[Call]]]] = {"retail": retail_plans, "airline": airline_plans}


def report(what: str, spent: list[float], limit: float | None) -> None:
    """Prints the median and the 95th percentile, and the ratio to the limit."""
    median = statistics.median(spent)
    print(f"{what}: median {median:.1f} us, p95 {statistics.quantiles(spent, n=20)[-1]:.1f} us")
    if limit is not None:
        print(f"ratio to the limit of {limit:.0f} us: {median / limit:.2f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--domain", choices=sorted(PLANS), default="retail")
    parser.add_argument("--world", help="a world file of the domain; without it, a generated one")
    parser.add_argument("--users", type=int, default=1000, help="size of the generated world")
    parser.add_argument("--rounds", type=int, default=3000)
    options = parser.parse_args()
    kind = domain(options.domain)
    world = load_world(kind, options.world) if options.world else generate_world(kind, 1, options.users)
    sandbox = Sandbox(kind, world)
    rounds = PLANS[options.domain](sandbox)
    for calls in rounds:
        fork = sandbox.fork()
        assert not any(fork.call(*call).error for call in calls), "a planned call fails"
    start = time.perf_counter()
    sandbox.digest()
    first = (time.perf_counter() - start) * 1e3

    spent: list[float] = []
    gc.collect()
    for number in range(options.rounds):
        calls = rounds[number % len(rounds)]
        start = time.perf_counter()
        fork = sandbox.fork()
        for name, arguments in calls:
            fork.call(name, arguments)
        fork.digest()
        spent.append((time.perf_counter() - start) * 1e6)
    print(f"world {world.origin}: {sum(map(len, world.tables.values()))} rows; first digest {first:.1f} ms")
    report("fork + 10 calls + digest", spent, LIMITS[options.domain])
    searches = [arguments for calls in rounds for name, arguments in calls if name == "search_direct_flight"]
    if searches:
        spent = []
        for number in range(options.rounds):
            start = time.perf_counter()
            sandbox.call("search_onestop_flight", searches[number % len(searches)])
            spent.append((time.perf_counter() - start) * 1e6)
        report("one search with one stop", spent, None)


if __name__ == "__main__":
    main()
