"""How long fork + 10 mixed calls + digest take, against the limit of 100 microseconds.

    python benchmarks/sandbox.py [--world FILE] [--users 1000] [--rounds 3000]

Eight reads (profile, four orders, product, item, e-mail look-up) and two writes (a delivery address, a cancellation),
each round for another user. Prints the median and the 95th percentile in microseconds and the ratio to the limit.
"""

from __future__ import annotations

import argparse
import gc
import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from schemas.base import Json
from tool_specs.catalog import domain
from tool_specs.domain import generate_world, load_world
from tool_specs.sandbox import Sandbox

LIMIT = 100.0
Call = tuple[str, dict[str, Json]]


def plans(sandbox: Sandbox) -> list[list[Call]]:
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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--world", help="a retail world file; without it, a generated one")
    parser.add_argument("--users", type=int, default=1000, help="size of the generated world")
    parser.add_argument("--rounds", type=int, default=3000)
    options = parser.parse_args()
    retail = domain("retail")
    world = load_world(retail, options.world) if options.world else generate_world(retail, 1, options.users)
    sandbox = Sandbox(retail, world)
    rounds = plans(sandbox)
    for calls in rounds:
        assert not any(sandbox.fork().call(*call).error for call in calls[:9]), "a planned call fails"
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
    median = statistics.median(spent)
    print(f"world {world.origin}: {sum(map(len, world.tables.values()))} rows; first digest {first:.1f} ms")
    print(f"fork + 10 calls + digest: median {median:.1f} us, p95 {statistics.quantiles(spent, n=20)[-1]:.1f} us")
    print(f"ratio to the limit of {LIMIT:.0f} us: {median / LIMIT:.2f}")


if __name__ == "__main__":
    main()
