"""Rows that the second search adds: for reads that show many rows, worlds in which such a read shows one more.

A row that the read looked at is copied under a new id. Scalars of it that no tool takes come from another row of the
table, and of objects with a key that the read asked for only that key is left, with the other row's value.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, get_type_hints

from tests.independent.interpreter import ReadId
from tests.independent.reach import World

COPIED = 24
DONORS = 150


def additions(world: World, key: ReadId) -> Iterator[tuple[str, str, Any]]:
    """Yields (table, new id, new row)."""
    state, domain = world.sandbox.state, world.sandbox.domain
    asked = set(json.loads(key[1]).values())
    taken = {
        kind
        for tool in domain.tools.values()
        for path, kind in tool.spec.types.items()
        if not path.startswith("return")
    }
    for table, id_ in sorted(set(world.result(key).rows), key=str)[:COPIED]:
        rows = world.sandbox.world.tables[table]
        kinds = _kinds(domain.rows[table])
        new = _next_id(rows)
        others = [rows[other] for other in sorted(rows) if other != id_]
        for donor in others[:: max(1, len(others) // DONORS)]:
            row: dict[str, Any] = {}
            for name, value in rows[id_].items():
                if value == id_:
                    row[name] = new
                elif isinstance(value, dict) and asked & value.keys():
                    row[name] = {k: v for k, v in donor.get(name, {}).items() if k in asked}
                elif isinstance(value, (dict, list)) or kinds.get(name) in taken:
                    row[name] = value
                else:
                    row[name] = donor.get(name, value)
            settled = domain.settle(table, row)
            if domain.check_row(state, table, new, settled):
                yield table, new, settled


def _kinds(row_type: Any) -> dict[str, str]:
    """Returns column -> semantic type of a table's rows."""
    hints = get_type_hints(row_type, include_extras=True).items()
    return {name: extra.name for name, hint in hints for extra in getattr(hint, "__metadata__", ())}


def _next_id(rows: Any) -> str:
    numbers = [int(found[0]) for each in rows if (found := re.findall(r"\d+$", each))]
    sample = max(rows, key=lambda each: (len(each), each))
    digits = re.findall(r"\d+$", sample)
    stem = sample[: -len(digits[0])] if digits else sample
    return f"{stem}{max(numbers, default=0) + 1}"
