"""A toy domain for tests: a library with readers, loans, and a few tools that break the rules on purpose."""

from __future__ import annotations

import dataclasses
from typing import Annotated, Any, cast

from typing_extensions import TypedDict

from schemas.world import Row, Tables, World
from tool_specs.domain import Domain, Guard, Principal, by_name
from tool_specs.sandbox import State
from tool_specs.tool import Sem, Tool, ToolError, tool

ReaderId = Annotated[str, Sem("reader_id")]
LoanId = Annotated[str, Sem("loan_id")]


class Reader(TypedDict):
    """A reader."""

    reader_id: ReaderId
    card: Annotated[str, Sem("card")]
    loans: list[LoanId]


class Loan(TypedDict):
    """A loan."""

    loan_id: LoanId
    reader: ReaderId
    title: str
    renewals: int


@tool(effect="read")
def find_reader(db: State, card: Annotated[str, Sem("card")]) -> ReaderId:
    """Find a reader by library card.

    Args:
        card: The card's number, such as 'C-1'.
    """
    found = db.find("reader_by_card", card)
    if found is None:
        raise ToolError("Reader not found")
    return found


@tool(effect="read")
def get_reader(db: State, reader_id: ReaderId) -> Reader:
    """Look a reader up.

    Args:
        reader_id: The reader's id.
    """
    row = db.row("readers", reader_id)
    if row is None:
        raise ToolError("Reader not found")
    return cast(Reader, row)


@tool(effect="read")
def get_loan(db: State, loan_id: LoanId) -> Loan:
    """Look a loan up.

    Args:
        loan_id: The loan's id, such as 'L1'.
    """
    row = db.row("loans", loan_id)
    if row is None:
        raise ToolError("Loan not found")
    return cast(Loan, row)


@tool(effect="write")
def renew_loan(db: State, loan_id: LoanId, times: int = 1) -> Loan:
    """Renew a loan.

    Args:
        loan_id: The loan's id, such as 'L1'.
        times: How often.
    """
    if db.row("loans", loan_id) is None:
        raise ToolError("Loan not found")
    loan = db.edit("loans", loan_id)
    loan["renewals"] += times
    if loan["renewals"] > 9:
        raise ToolError("Too many renewals")
    return cast(Loan, loan)


@tool(effect="write")
def set_title(db: State, loan_id: LoanId, title: str) -> Loan:
    """Correct a loan's title.

    Args:
        loan_id: The loan's id, such as 'L1'.
        title: The right title.
    """
    loan = db.edit("loans", loan_id)
    loan["title"] = title
    return cast(Loan, loan)


@tool(effect="write")
def lend(db: State, loan_id: LoanId, reader_id: ReaderId) -> Loan:
    """Lend a book.

    Args:
        loan_id: An unused id.
        reader_id: Who takes the book.
    """
    if db.row("loans", loan_id) is not None:
        raise ToolError("Loan exists")
    row: Row = {"loan_id": loan_id, "reader": reader_id, "title": "New", "renewals": 0}
    db.insert("loans", loan_id, row)
    db.edit("readers", reader_id)["loans"].append(loan_id)
    return cast(Loan, row)


@tool(effect="write")
def give_back(db: State, loan_id: LoanId) -> str:
    """Take a book back.

    Args:
        loan_id: The loan's id, such as 'L1'.
    """
    row = db.row("loans", loan_id)
    if row is None:
        raise ToolError("Loan not found")
    db.delete("loans", loan_id)
    db.edit("readers", row["reader"])["loans"].remove(loan_id)
    return "Thank you"


@tool(effect="read")
def peek_carelessly(db: State, loan_id: LoanId) -> Loan:
    """Count look-ups in the row itself, which a read may not do.

    Args:
        loan_id: The loan's id, such as 'L1'.
    """
    row = db.row("loans", loan_id)
    if row is None:
        raise ToolError("Loan not found")
    row["renewals"] += 1
    return cast(Loan, row)


@tool(effect="read")
def peek_officially(db: State, loan_id: LoanId) -> Loan:
    """Count look-ups through an edit, which a read may not do either.

    Args:
        loan_id: The loan's id, such as 'L1'.
    """
    if db.row("loans", loan_id) is None:
        raise ToolError("Loan not found")
    row = db.edit("loans", loan_id)
    row["renewals"] += 1
    return cast(Loan, row)


SOUND = (find_reader, get_reader, get_loan, renew_loan, set_title, lend, give_back)
CARELESS = (*SOUND, peek_carelessly)
OFFICIAL = (*SOUND, peek_officially)


def generate(seed: int, size: int) -> Tables:
    """Readers 0..size-1 with two loans each."""
    readers: dict[str, Row] = {}
    loans: dict[str, Row] = {}
    for number in range(size):
        mine = [f"L{2 * number}", f"L{2 * number + 1}"]
        readers[f"R{number}"] = {"reader_id": f"R{number}", "card": f"C-{seed}-{number}", "loans": mine}
        for each in mine:
            loans[each] = {"loan_id": each, "reader": f"R{number}", "title": f"Book {each}", "renewals": 0}
    return {"readers": readers, "loans": loans}


def check_tables(tables: Tables) -> list[str]:
    """Every loan has its reader."""
    return [
        f'loans["{id_}"].reader: no reader {row["reader"]!r} in readers'
        for id_, row in tables["loans"].items()
        if row["reader"] not in tables["readers"]
    ]


def library(tools: tuple[Tool, ...] = SOUND, **changes: Any) -> Domain:
    """Returns the toy domain with these tools; other fields can be replaced by name."""
    domain = Domain(
        name="library",
        tools=by_name(tools),
        policy="Be quiet.",
        guards=(Guard("quiet", "Be quiet.", lambda context, name, arguments: None, frozenset({"lend"})),),
        indexes={"reader_by_card": ("readers", lambda row: row["card"])},
        rows={"readers": Reader, "loans": Loan},
        generate=generate,
        check_tables=check_tables,
        check_row=lambda state, table, id_, row: True,
        settle=lambda table, row: row,
        principal=Principal("readers", {"card": ("card",)}, {"card": "card"}),
        identity_tools=("find_reader",),
    )
    return dataclasses.replace(domain, **changes)


def world(size: int = 3) -> World:
    """Returns a fresh world."""
    return World.of("library", f"generated:seed=1,size={size}", generate(1, size))
