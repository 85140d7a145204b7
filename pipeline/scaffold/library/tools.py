"""The desk's tools. A typed function is a tool: its signature and docstring are the schema that the agent sees.

Look at rows with `db.row`, change only what `db.edit` gives, and raise `ToolError` with what the agent shall read.
"""

from __future__ import annotations

from typing import Annotated, cast

from tool_specs.state import State
from tool_specs.tool import OneOf, Sem, ToolError, tool

from .world import Book, BookId, Hold, HoldId, Loan, LoanId, Reader, ReaderId

PERIODS = {"one week": 7, "two weeks": 14, "four weeks": 28}


@tool(effect="read")
def find_reader_by_email(db: State, email: Annotated[str, Sem("email")]) -> ReaderId:
    """Find a reader's id by e-mail address.

    Args:
        email: The reader's e-mail address, such as 'ann@example.org'.
    """
    found = db.find("reader_by_email", email)
    if found is None:
        raise ToolError("Reader not found")
    return found


@tool(effect="read")
def find_reader_by_card(db: State, card_number: Annotated[str, Sem("card_number")]) -> ReaderId:
    """Find a reader's id by library card.

    Args:
        card_number: The number on the card, such as 'C-40007'.
    """
    found = db.find("reader_by_card", card_number)
    if found is None:
        raise ToolError("Reader not found")
    return found


@tool(effect="read")
def get_reader(db: State, reader_id: ReaderId) -> Reader:
    """Look a reader up, with the ids of all loans and holds.

    Args:
        reader_id: The reader's id, such as 'R1001'.
    """
    return cast(Reader, _row(db, "readers", reader_id, "Reader"))


@tool(effect="read")
def get_loan(db: State, loan_id: LoanId) -> Loan:
    """Look a loan up.

    Args:
        loan_id: The loan's id, such as 'L204815'.
    """
    return cast(Loan, _row(db, "loans", loan_id, "Loan"))


@tool(effect="read")
def get_hold(db: State, hold_id: HoldId) -> Hold:
    """Look a hold up.

    Args:
        hold_id: The hold's id, such as 'H613052'.
    """
    return cast(Hold, _row(db, "holds", hold_id, "Hold"))


@tool(effect="read")
def get_book(db: State, book_id: BookId) -> Book:
    """Look a book of the catalogue up.

    Args:
        book_id: The book's id, such as 'B112'.
    """
    return cast(Book, _row(db, "books", book_id, "Book"))


@tool(effect="write")
def renew_loan(
    db: State, loan_id: LoanId, period: Annotated[str, OneOf("one week", "two weeks", "four weeks")]
) -> Loan:
    """Renew a loan, so that it is due later.

    Args:
        loan_id: The loan's id, such as 'L204815'.
        period: For how long.
    """
    _row(db, "loans", loan_id, "Loan")
    if period not in PERIODS:
        raise ToolError("The period must be one week, two weeks or four weeks")
    loan = db.edit("loans", loan_id)
    if loan["status"] != "on loan":
        raise ToolError("Only loans that are not overdue can be renewed")
    loan["renewals"] += 1
    loan["due_date"] = _later(loan["due_date"], PERIODS[period])
    return cast(Loan, loan)


@tool(effect="write")
def report_loan_lost(db: State, loan_id: LoanId) -> Loan:
    """Note that the reader has lost the book; a fee of 25 is added.

    Args:
        loan_id: The loan's id, such as 'L204815'.
    """
    _row(db, "loans", loan_id, "Loan")
    loan = db.edit("loans", loan_id)
    if loan["status"] not in ("on loan", "overdue"):
        raise ToolError("The reader does not have this book")
    loan["status"] = "lost"
    loan["fee"] = round(loan["fee"] + 25, 2)
    return cast(Loan, loan)


@tool(effect="write")
def cancel_hold(db: State, hold_id: HoldId) -> Hold:
    """Cancel a hold.

    Args:
        hold_id: The hold's id, such as 'H613052'.
    """
    _row(db, "holds", hold_id, "Hold")
    hold = db.edit("holds", hold_id)
    if hold["status"] == "cancelled":
        raise ToolError("The hold is already cancelled")
    hold["status"] = "cancelled"
    return cast(Hold, hold)


@tool(effect="write")
def change_pickup_branch(
    db: State, hold_id: HoldId, branch: Annotated[str, OneOf("Central", "Riverside", "Northgate")]
) -> Hold:
    """Change where a book that is on hold will be picked up.

    Args:
        hold_id: The hold's id, such as 'H613052'.
        branch: The branch where the reader wants to pick the book up.
    """
    _row(db, "holds", hold_id, "Hold")
    hold = db.edit("holds", hold_id)
    if hold["status"] != "waiting":
        raise ToolError("The book has already been sent to a branch, or the hold is cancelled")
    hold["pickup_branch"] = branch
    return cast(Hold, hold)


@tool(effect="generic")
def transfer_to_librarian(db: State, summary: str) -> str:
    """Hand the reader over to a librarian, because no tool can do what is wanted.

    Args:
        summary: What the reader wants and what was done so far.
    """
    return "Transfer successful"


def _row(db: State, table: str, id_: str, what: str) -> dict[str, object]:
    row = db.row(table, id_)
    if row is None:
        raise ToolError(f"{what} not found")
    return row


def _later(date: str, days: int) -> str:
    """Adds days to a date; the library's months have 28 days, which is all that a toy needs."""
    year, month, day = (int(part) for part in date.split("-"))
    month += (day - 1 + days) // 28
    return f"{year + (month - 1) // 12:04}-{(month - 1) % 12 + 1:02}-{(day - 1 + days) % 28 + 1:02}"


TOOLS = (
    find_reader_by_email,
    find_reader_by_card,
    get_reader,
    get_loan,
    get_hold,
    get_book,
    renew_loan,
    report_loan_lost,
    cancel_hold,
    change_pickup_branch,
    transfer_to_librarian,
)
