"""Retail: a service desk that looks orders up and cancels, modifies, returns and exchanges them."""

from __future__ import annotations

from pathlib import Path

from tool_specs.domain import Domain, Principal, by_name
from tool_specs.retail.guards import GUARDS
from tool_specs.retail.integrity import check_row, check_tables
from tool_specs.retail.lexicon import LEXICON
from tool_specs.retail.lookups import INDEXES
from tool_specs.retail.rows import ROWS
from tool_specs.retail.settling import settle
from tool_specs.retail.tools import TOOLS
from tool_specs.retail.world import generate

DOMAIN = Domain(
    name="retail",
    tools=by_name(TOOLS),
    policy=Path(__file__).with_name("policy.md").read_text(encoding="utf-8"),
    guards=GUARDS,
    indexes=INDEXES,
    rows=ROWS,
    generate=generate,
    check_tables=check_tables,
    check_row=check_row,
    settle=settle,
    principal=Principal(
        table="users",
        facts={
            "email": ("email",),
            "first_name": ("name", "first_name"),
            "last_name": ("name", "last_name"),
            "zip": ("address", "zip"),
        },
        types={"email": "email", "first_name": "first_name", "last_name": "last_name", "zip": "zip"},
    ),
    identity_tools=("find_user_id_by_email", "find_user_id_by_name_zip"),
    transfer_tool="transfer_to_human_agents",
    loose_errors=frozenset({"calculate"}),
    lexicon=LEXICON,
)
