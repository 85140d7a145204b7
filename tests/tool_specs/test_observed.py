from __future__ import annotations

from typing import Any

import jsonschema
from hypothesis import given, settings
from hypothesis import strategies as st

from tool_specs.observed import schema_of_values

scalars = st.one_of(st.booleans(), st.integers(-9, 9), st.floats(0, 1), st.text(max_size=3))
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab", max_size=2), inner, max_size=3),
    max_leaves=8,
)


@given(st.lists(values, max_size=5))
@settings(deadline=None)
def test_what_was_seen_fits_its_schema(seen: list[Any]) -> None:
    schema = schema_of_values(seen)
    for value in seen:
        jsonschema.validate(value, schema)


def test_rows_and_collections_keyed_by_id() -> None:
    rows = [{"loan_id": "L1", "days": 3}, {"loan_id": "L2"}]
    assert schema_of_values(rows) == {
        "type": "object",
        "properties": {"loan_id": {"type": "string"}, "days": {"type": "integer"}},
        "required": ["loan_id"],
    }
    keyed = [{f"L{number}": {"days": 1} for number in range(start, start + 20)} for start in (0, 20)]
    assert schema_of_values(keyed)["additionalProperties"]["properties"] == {"days": {"type": "integer"}}
    assert schema_of_values([1, 2.5]) == {"type": "number"} and schema_of_values([None]) == {}
