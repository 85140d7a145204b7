"""Airline: a service desk that books flights, and changes, cancels and makes up for reservations."""

from __future__ import annotations

from pathlib import Path

from tool_specs.airline.follows import FOLLOWS
from tool_specs.airline.guards import GUARDS
from tool_specs.airline.integrity import check_row, check_tables, settle
from tool_specs.airline.lexicon import LEXICON
from tool_specs.airline.lookups import INDEXES
from tool_specs.airline.rows import ROWS
from tool_specs.airline.shown import direct_shown, onestop_shown, status_shown
from tool_specs.airline.tools import TOOLS
from tool_specs.airline.views import direct_ways, onestop_ways, profile
from tool_specs.airline.world import generate
from tool_specs.domain import Domain, Principal, by_name

DOMAIN = Domain(
    name="airline",
    tools=by_name(TOOLS),
    policy=Path(__file__).with_name("policy.md").read_text(encoding="utf-8"),
    guards=GUARDS,
    indexes=INDEXES,
    rows=ROWS,
    generate=generate,
    check_tables=check_tables,
    check_row=check_row,
    settle=settle,
    principal=Principal(table="users", facts={"user_id": ("user_id",)}, types={"user_id": "user_id"}),
    identity_tools=("get_user_details",),
    transfer_tool="transfer_to_human_agents",
    loose_errors=frozenset({"calculate"}),
    lexicon=LEXICON,
    views={
        "get_user_details": profile,
        "search_direct_flight": direct_ways,
        "search_onestop_flight": onestop_ways,
    },
    follows=FOLLOWS,
    shows={
        "get_flight_status": status_shown,
        "search_direct_flight": direct_shown,
        "search_onestop_flight": onestop_shown,
    },
)
