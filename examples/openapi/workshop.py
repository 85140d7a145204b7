"""A bicycle workshop as an HTTP service: a small FastAPI application over SQLite that can be reset.

    python examples/openapi/workshop.py --port 8080        # needs fastapi and uvicorn

Seeded: the same rows everywhere. `examples/openapi/workshop.yaml` makes tasks of it.
"""

from __future__ import annotations

import argparse
import random
import sqlite3
from datetime import date, timedelta
from typing import Annotated, Literal

import uvicorn
from fastapi import FastAPI, HTTPException, Path
from pydantic import BaseModel, Field

CUSTOMERS = 60
SHOPS = ("Canal Street", "Market Square", "Old Mill", "Hill Road")
WORK = ("brakes", "gears", "wheel", "chain", "lights", "saddle", "full service", "fork")
STATUSES = ("waiting", "waiting", "waiting", "in work", "ready", "collected")
FIRST = ("Amir", "Bea", "Carl", "Dora", "Emil", "Fay", "Gus", "Hanna", "Ivo", "Jana")
LAST = ("Adler", "Bruns", "Conti", "Dahl", "Ebert", "Frank")
Shop = Literal["Canal Street", "Market Square", "Old Mill", "Hill Road"]


class Customer(BaseModel):
    """Who brings bicycles."""

    customer_id: str
    name: str
    phone: str
    repairs: list[str]


class Repair(BaseModel):
    """One job on one bicycle."""

    repair_id: str
    customer_id: str
    work: str
    status: str
    price: float
    ready_on: str
    shop: str


class Found(BaseModel):
    """The id of a customer."""

    customer_id: str


class Move(BaseModel):
    """Where a bicycle is to be collected."""

    shop: Shop = Field(description="The shop at which the bicycle will be collected.")


class State(BaseModel):
    """Everything that can change."""

    repairs: list[Repair]


RepairId = Annotated[str, Path(description="The repair's id, such as J1000.")]
CustomerId = Annotated[str, Path(description="The customer's id, such as C001.")]


def fill(database: sqlite3.Connection, seed: int = 7) -> None:
    """Brings the tables to their beginning."""
    rng = random.Random(seed)
    customers, repairs = [], []
    for number in range(CUSTOMERS):
        customer = f"C{number:03}"
        name = f"{FIRST[number % len(FIRST)]} {LAST[number // len(FIRST)]}"
        customers.append((customer, name, f"555-{rng.randrange(10_000, 99_999)}"))
        for work in rng.sample(WORK, rng.randint(1, len(WORK))):
            ready = date(2026, 3, 1) + timedelta(days=rng.randrange(60))
            status, shop = rng.choice(STATUSES), rng.choice(SHOPS)
            price = rng.randint(900, 24_000) / 100
            repairs.append((f"J{len(repairs) + 1000}", customer, work, status, price, ready.isoformat(), shop))
    with database:
        database.execute("DROP TABLE IF EXISTS customers")
        database.execute("DROP TABLE IF EXISTS repairs")
        database.execute("CREATE TABLE customers (customer_id PRIMARY KEY, name, phone)")
        database.execute(
            "CREATE TABLE repairs (repair_id PRIMARY KEY, customer_id, work, status, price, ready_on, shop)"
        )
        database.executemany("INSERT INTO customers VALUES (?, ?, ?)", customers)
        database.executemany("INSERT INTO repairs VALUES (?, ?, ?, ?, ?, ?, ?)", repairs)


def application(path: str) -> FastAPI:
    """Returns the service over a database file."""
    database = sqlite3.connect(path, check_same_thread=False)
    database.row_factory = sqlite3.Row
    database.execute("PRAGMA synchronous = OFF")
    fill(database)
    app = FastAPI(title="Workshop", version="1")

    def row(table: str, column: str, value: str) -> sqlite3.Row:
        found: sqlite3.Row | None = database.execute(f"SELECT * FROM {table} WHERE {column} = ?", (value,)).fetchone()
        if found is None:
            raise HTTPException(404, f"{table[:-1]} not found")
        return found

    @app.get("/customers/by-phone/{phone}", operation_id="find_customer_by_phone")
    async def find_customer(phone: Annotated[str, Path(description="A number such as 555-12345.")]) -> Found:
        """Find a customer's id by the phone number."""
        return Found(customer_id=row("customers", "phone", phone)["customer_id"])

    @app.get("/customers/{customer_id}", operation_id="get_customer")
    async def get_customer(customer_id: CustomerId) -> Customer:
        """Look a customer up, with the ids of all repairs."""
        customer = dict(row("customers", "customer_id", customer_id))
        query = "SELECT repair_id FROM repairs WHERE customer_id = ? ORDER BY repair_id"
        return Customer(**customer, repairs=[each["repair_id"] for each in database.execute(query, (customer_id,))])

    @app.get("/repairs/{repair_id}", operation_id="get_repair")
    async def get_repair(repair_id: RepairId) -> Repair:
        """Look a repair up."""
        return Repair(**row("repairs", "repair_id", repair_id))

    @app.put("/repairs/{repair_id}/shop", operation_id="set_repair_shop")
    async def set_shop(repair_id: RepairId, move: Move) -> Repair:
        """Change the shop at which a bicycle is collected after its repair."""
        if row("repairs", "repair_id", repair_id)["status"] == "collected":
            raise HTTPException(409, "this bicycle has been collected already")
        with database:
            database.execute("UPDATE repairs SET shop = ? WHERE repair_id = ?", (move.shop, repair_id))
        return Repair(**row("repairs", "repair_id", repair_id))

    @app.delete("/repairs/{repair_id}", operation_id="cancel_repair", status_code=204)
    async def cancel_repair(repair_id: RepairId) -> None:
        """Cancel a repair that nobody has begun."""
        if row("repairs", "repair_id", repair_id)["status"] != "waiting":
            raise HTTPException(409, "only repairs that are waiting can be cancelled")
        with database:
            database.execute("DELETE FROM repairs WHERE repair_id = ?", (repair_id,))

    @app.get("/state", operation_id="dump_state")
    async def dump_state() -> State:
        """Everything that writes change."""
        return State(repairs=[Repair(**each) for each in database.execute("SELECT * FROM repairs ORDER BY repair_id")])

    @app.get("/phones", operation_id="list_phones")
    async def list_phones() -> dict[str, list[str]]:
        """All phone numbers."""
        return {"phone": [each["phone"] for each in database.execute("SELECT phone FROM customers ORDER BY phone")]}

    @app.post("/reset", operation_id="reset_workshop", status_code=204)
    async def reset() -> None:
        """Bring everything back to the beginning."""
        fill(database)

    return app


def main() -> None:
    """Runs the service until it is stopped."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=8080)
    parser.add_argument("--database", default=":memory:", help="an SQLite file; without it, memory")
    asked = parser.parse_args()
    uvicorn.run(application(asked.database), host="127.0.0.1", port=asked.port, log_level="warning")


if __name__ == "__main__":
    main()
