"""World: the state a sandbox starts from, as tables of rows keyed by id.

Example row::

    {"domain": "library", "origin": "generated:seed=7,size=100", "digest": "9f...",
     "tables": {"loans": {"L1": {"loan_id": "L1", "reader": "ann"}}}}
"""

from __future__ import annotations

from schemas.base import Json, Record, digest

Row = dict[str, Json]
Tables = dict[str, dict[str, Row]]


class World(Record):
    """A domain's initial state.

    Attributes:
        origin: `generated:seed=...,size=...` or `file:<name>`; never a machine's path.
        tables: table -> row id -> row. Shared by all forks: nobody may change it.
        digest: content digest of the tables.
    """

    domain: str
    origin: str
    tables: Tables
    digest: str

    @classmethod
    def of(cls, domain: str, origin: str, tables: Tables) -> World:
        """Builds a world and computes its digest."""
        return cls(domain=domain, origin=origin, tables=tables, digest=digest(tables))
