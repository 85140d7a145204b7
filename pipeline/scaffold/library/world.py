"""The library's rows, and worlds of them: `generate(seed, size)` makes one of `size` readers, always the same.

A table is an object from row id to row. The types here are what tools return and what a world file is checked against.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from typing_extensions import TypedDict

from schemas.world import Row, Tables
from tool_specs.dice import Dice
from tool_specs.state import State
from tool_specs.tool import Sem

# Values of one semantic type stand for each other: what `get_reader` lists as loans is what `get_loan` takes.
ReaderId = Annotated[str, Sem("reader_id")]
LoanId = Annotated[str, Sem("loan_id")]
HoldId = Annotated[str, Sem("hold_id")]
BookId = Annotated[str, Sem("book_id")]

BRANCHES = ("Central", "Riverside", "Northgate")


class Reader(TypedDict):
    """A person with a library card."""

    reader_id: ReaderId
    name: str
    email: Annotated[str, Sem("email")]
    card_number: Annotated[str, Sem("card_number")]
    membership: Literal["standard", "student", "family"]
    loans: list[LoanId]
    holds: list[HoldId]


class Loan(TypedDict):
    """A book that a reader has, or had."""

    loan_id: LoanId
    reader_id: ReaderId
    book_id: BookId
    title: str
    author: str
    branch: str
    status: Literal["on loan", "overdue", "returned", "lost"]
    due_date: str
    renewals: int
    fee: float


class Hold(TypedDict):
    """A book that a reader waits for."""

    hold_id: HoldId
    reader_id: ReaderId
    title: str
    pickup_branch: str
    status: Literal["waiting", "ready for pickup", "cancelled"]
    readers_ahead: int
    placed_on: str


class Book(TypedDict):
    """A title of the catalogue."""

    book_id: BookId
    title: str
    author: str
    genre: Literal["crime", "fantasy", "history", "poetry", "science", "travel"]
    pages: int
    year: int
    copies_available: int


ROWS = {"readers": Reader, "loans": Loan, "holds": Hold, "books": Book}
INDEXES = {
    "reader_by_email": ("readers", lambda row: row["email"]),
    "reader_by_card": ("readers", lambda row: row["card_number"]),
}

_FIRST = ("Ada", "Ben", "Cora", "Dan", "Elif", "Finn", "Greta", "Hugo", "Ines", "Jon", "Kaya", "Leo", "Mia", "Noor")
_LAST = ("Berg", "Castle", "Dunn", "Easton", "Frost", "Gray", "Hale", "Ivers", "Kent", "Lowe", "Marsh", "Novak")
_GENRES = ("crime", "fantasy", "history", "poetry", "science", "travel")
_WHAT = ("Garden", "Harbor", "Lantern", "Winter", "Clockmaker", "Orchard", "Island", "Compass", "River", "Mirror")
_WHERE = ("of Ashes", "in the Fog", "by the Sea", "at Midnight", "of Small Things", "beyond the Hills", "without End")


def generate(seed: int, size: int) -> Tables:
    """Returns a world; the same seed and size give the same one on every machine."""
    dice = Dice("library", seed, size)
    books: dict[str, Row] = {}
    for number, (what, where) in enumerate((what, where) for what in _WHAT for where in _WHERE):
        book_id = f"B{100 + number}"
        books[book_id] = {
            "book_id": book_id,
            "title": f"The {what} {where}",
            "author": f"{dice.pick(_FIRST)} {dice.pick(_LAST)}",
            "genre": dice.pick(_GENRES),
            "pages": dice.between(90, 780),
            "year": dice.between(1950, 2024),
            "copies_available": dice.between(0, 6),
        }
    tables: Tables = {"readers": {}, "loans": {}, "holds": {}, "books": books}
    for number in range(size):
        _add_reader(tables, number, dice)
    return tables


def _add_reader(tables: Tables, number: int, dice: Dice) -> None:
    name = f"{dice.pick(_FIRST)} {dice.pick(_LAST)}"
    reader_id = f"R{1000 + number}"
    reader: Row = {
        "reader_id": reader_id,
        "name": name,
        "email": f"{name.lower().replace(' ', '.')}{number}@example.org",
        "card_number": f"C-{40000 + 7 * number}",
        "membership": dice.pick(("standard", "standard", "student", "family")),
        "loans": [],
        "holds": [],
    }
    tables["readers"][reader_id] = reader
    books = dice.shuffled(sorted(tables["books"]))
    for book_id in books[: dice.between(2, 11)]:
        loan_id = _fresh_id("L", tables["loans"], dice)
        book = tables["books"][book_id]
        tables["loans"][loan_id] = {
            "loan_id": loan_id,
            "reader_id": reader_id,
            "book_id": book_id,
            "title": book["title"],
            "author": book["author"],
            "branch": dice.pick(BRANCHES),
            "status": dice.weighted((("on loan", 0.6), ("overdue", 0.15), ("returned", 0.2), ("lost", 0.05))),
            "due_date": _date(dice),
            "renewals": dice.between(0, 3),
            "fee": round(dice.real(0, 12), 2),
        }
        reader["loans"].append(loan_id)
    for book_id in books[11 : 11 + dice.between(0, 5)]:
        hold_id = _fresh_id("H", tables["holds"], dice)
        tables["holds"][hold_id] = {
            "hold_id": hold_id,
            "reader_id": reader_id,
            "title": tables["books"][book_id]["title"],
            "pickup_branch": dice.pick(BRANCHES),
            "status": dice.weighted((("waiting", 0.7), ("ready for pickup", 0.2), ("cancelled", 0.1))),
            "readers_ahead": dice.between(0, 14),
            "placed_on": _date(dice),
        }
        reader["holds"].append(hold_id)


def _fresh_id(letter: str, rows: dict[str, Row], dice: Dice) -> str:
    # Not in a row: an id with a wrong digit must not be another reader's.
    while (id_ := letter + dice.digits(6)) in rows:
        pass
    return id_


def _date(dice: Dice) -> str:
    return f"2026-{dice.between(1, 12):02}-{dice.between(1, 28):02}"


def check_tables(tables: Tables) -> list[str]:
    """Returns what is wrong with a world, each problem with its place; nothing means that it is sound."""
    problems = []
    for table in ("loans", "holds"):
        for id_, row in tables[table].items():
            reader = tables["readers"].get(row["reader_id"])
            if reader is None:
                problems.append(f'{table}["{id_}"].reader_id: there is no reader {row["reader_id"]!r}')
            elif id_ not in reader[table]:
                problems.append(f'{table}["{id_}"]: its reader does not list it')
    for id_, row in tables["readers"].items():
        for table in ("loans", "holds"):
            for each in row[table]:
                if each not in tables[table]:
                    problems.append(f'readers["{id_}"].{table}: there is no {table[:-1]} {each!r}')
    return problems


def check_row(state: State, table: str, id_: str, row: Row | None) -> bool:
    """Whether one row agrees with the rest of the world; what it refers to must be there."""
    if row is None or table not in ("loans", "holds"):
        return True
    reader: Any = state.row("readers", row["reader_id"])
    return reader is not None and id_ in reader[table]
