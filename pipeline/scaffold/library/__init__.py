"""A lending library's desk. `DOMAIN` is all that WRIT takes from this folder."""

from __future__ import annotations

from pathlib import Path

from tool_specs.domain import Domain, Principal, by_name
from tool_specs.lexicon import ColumnWords, Lexicon

from . import tools
from .guards import GUARDS
from .world import INDEXES, ROWS, check_row, check_tables, generate

DOMAIN = Domain(
    name="library",
    tools=by_name(tools.TOOLS),
    policy=Path(__file__).with_name("policy.md").read_text(encoding="utf-8"),
    guards=GUARDS,
    rows=ROWS,
    indexes=INDEXES,
    generate=generate,
    check_tables=check_tables,
    check_row=check_row,
    # Who the user is: one row of this table, and what that person knows by heart, with its semantic type.
    principal=Principal(
        table="readers",
        facts={"email": ("email",), "card_number": ("card_number",)},
        types={"email": "email", "card_number": "card_number"},
    ),
    # The tools that find out who the user is, the one that the policy prefers first.
    identity_tools=("find_reader_by_email", "find_reader_by_card"),
    transfer_tool="transfer_to_librarian",
    # Words that are better than those that follow from the tools; leave it out and see what you get.
    lexicon=Lexicon(
        partial=True,
        service="the library",
        columns={
            "get_loan.due_date": ColumnWords(
                name="due date",
                kind="date",
                most=("with the latest due date", "with the most distant due date"),
                least=("with the earliest due date", "with the closest due date"),
            ),
        },
    ),
)
