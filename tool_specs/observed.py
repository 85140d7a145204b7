"""What results look like, learnt from some of them: for tools whose source declares no schema of what they return.

>>> schema_of_values([{"loan_id": "L1", "days": 3}, {"loan_id": "L2"}])["properties"]
{'loan_id': {'type': 'string'}, 'days': {'type': 'integer'}}
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from schemas.base import Json

_FEW = 24
"""Objects with more different keys than this, none of them in every object, are keyed by id."""


def schema_of_values(values: Sequence[Any]) -> dict[str, Json]:
    """Returns a JSON Schema that all the values satisfy; `{}` where nothing was seen but null.

    Objects with the same keys are rows; an object whose keys hardly occur twice is a collection keyed by id.
    """
    present = [value for value in values if value is not None]
    kinds = list(dict.fromkeys(_kind(value) for value in present))
    if kinds == ["integer", "number"] or kinds == ["number", "integer"]:
        kinds = ["number"]
    options = [
        _of_kind(kind, [value for value in present if kind == "number" or _kind(value) == kind]) for kind in kinds
    ]
    if len(options) == 1:
        return options[0]
    return {"anyOf": options} if options else {}


def _of_kind(kind: str, values: Sequence[Any]) -> dict[str, Json]:
    if kind == "array":
        return {"type": "array", "items": schema_of_values([each for value in values for each in value])}
    if kind != "object":
        return {"type": kind}
    keys = list(dict.fromkeys(key for value in values for key in value))
    always = [key for key in keys if all(key in value for value in values)]
    if len(keys) > _FEW and not always:
        rows = [each for value in values for each in value.values()]
        return {"type": "object", "additionalProperties": schema_of_values(rows)}
    properties = {key: schema_of_values([value[key] for value in values if key in value]) for key in keys}
    return {"type": "object", "properties": properties, "required": always}


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    names = {dict: "object", list: "array", str: "string", int: "integer", float: "number"}
    return names[type(value)]
