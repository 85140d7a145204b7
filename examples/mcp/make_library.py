"""Makes the data of the MCP examples: a small library as an SQLite database and as a folder of JSON files.

    python examples/mcp/make_library.py examples/mcp/data

Seeded: the same rows everywhere. The servers in `examples/mcp/*.yaml` work on copies of these folders.
"""

from __future__ import annotations

import json
import random
import sqlite3
import sys
from pathlib import Path

READERS = 80
TITLES = (
    "Dune", "Emma", "Ulysses", "Beloved", "Persuasion", "Middlemarch", "Kim", "Walden", "Candide", "Hamlet",
    "Ivanhoe", "Rebecca", "Solaris", "Momo", "Siddhartha", "Germinal", "Nostromo", "Villette", "Evelina", "Pamela",
)  # fmt: skip
BRANCHES = ("Hillside", "Riverside", "Old Town", "Station", "Harbour")
STATUSES = ("open", "open", "open", "overdue", "returned")
FIRST = ("Ada", "Ben", "Cleo", "Dan", "Eve", "Finn", "Gita", "Hugo", "Ines", "Jon")
KINDS = ("chore", "errand", "phone call", "repair")
MONTHS = ("April", "May", "June")
TYPES = {str: "TEXT", float: "REAL", int: "INTEGER"}
LAST = ("Abbott", "Baker", "Castillo", "Duarte", "Egger", "Fischer", "Gruber", "Haddad")


def rows(seed: int = 7) -> dict[str, list[dict[str, object]]]:
    """Returns readers and their loans."""
    rng = random.Random(seed)
    readers, loans = [], []
    for number in range(READERS):
        reader = f"R{number:03}"
        name = f"{FIRST[number % len(FIRST)]} {LAST[number // len(FIRST)]}"
        card = f"C-{rng.randrange(10_000, 99_999)}"
        readers.append({"reader_id": reader, "name": name, "card": card})
        for title in rng.sample(TITLES, rng.randint(1, 11)):
            loans.append(
                {
                    "loan_id": f"L{len(loans) + 1000}",
                    "reader_id": reader,
                    "title": title,
                    "status": rng.choice(STATUSES),
                    "due": f"2026-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}",
                    "fee": rng.randint(0, 900) / 100,
                    "pages": rng.randint(90, 900),
                    "branch": rng.choice(BRANCHES),
                    "days": rng.choice((14, 21, 28)),
                }
            )
    return {"readers": readers, "loans": loans}


def make(folder: Path) -> None:
    """Writes the folders `sqlite`, `files` and `memory`."""
    found = rows()
    for name in ("sqlite", "files/readers", "files/loans", "files/holds", "memory"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    database = folder / "sqlite" / "library.db"
    database.unlink(missing_ok=True)
    with sqlite3.connect(database) as connection:
        for table, each in found.items():
            columns = ", ".join(f"{name} {TYPES[type(value)]}" for name, value in each[0].items())
            connection.execute(f"CREATE TABLE {table} ({columns}, PRIMARY KEY ({table[:-1]}_id))")
            marks = ", ".join("?" for _ in each[0])
            connection.executemany(f"INSERT INTO {table} VALUES ({marks})", [tuple(row.values()) for row in each])
    connection.close()
    for reader in found["readers"]:
        mine = [loan["loan_id"] for loan in found["loans"] if loan["reader_id"] == reader["reader_id"]]
        text = json.dumps({**reader, "loans": mine})
        (folder / "files" / "readers" / f"{reader['reader_id']}.json").write_text(text, encoding="utf-8")
        (folder / "files" / "readers" / f"{reader['card']}.txt").write_text(str(reader["reader_id"]), encoding="utf-8")
    for loan in found["loans"]:
        path = folder / "files" / "loans" / f"{loan['loan_id']}.json"
        path.write_text(json.dumps(loan), encoding="utf-8")
    rng = random.Random(11)
    with (folder / "memory" / "memory.json").open("w", encoding="utf-8") as file:
        for number in range(60):
            notes = [f"{rng.choice(FIRST)} does it", f"due in {rng.choice(MONTHS)}"]
            entity = {"type": "entity", "name": f"T{number:02}", "entityType": rng.choice(KINDS), "observations": notes}
            file.write(json.dumps(entity) + "\n")


if __name__ == "__main__":
    make(Path(sys.argv[1]))
