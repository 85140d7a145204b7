"""ToolSpec: one tool as an agent sees it, and what WRIT has learnt about it.

Example row::

    {"name": "get_loan", "description": "Look a loan up.", "effect": "read", "effect_source": "declared",
     "parameters": {"type": "object", "properties": {"loan_id": {"type": "string"}}, "required": ["loan_id"]},
     "returns": {"type": "object"}, "types": {"loan_id": "loan_id", "return.reader": "reader_id"}}
"""

from __future__ import annotations

from typing import Literal

from schemas.base import Json, Record

Effect = Literal["read", "write", "generic"]
EffectSource = Literal["declared", "annotation", "method", "observed", "name"]


class ToolSpec(Record, kw_only=True):
    """A tool's interface.

    Attributes:
        parameters: JSON Schema 2020-12 of the arguments object.
        returns: JSON Schema of the result, or None when the source does not say.
        effect: `read` looks things up, `write` changes the world, `generic` does neither (calculate, transfer).
        effect_source: who said so.
        types: semantic types: parameter name -> type, and `return.<dotted path>` -> type, where `*` stands for
            any key or position (`return.items.*.item_id`).
    """

    name: str
    description: str
    parameters: dict[str, Json]
    returns: dict[str, Json] | None = None
    effect: Effect
    effect_source: EffectSource = "declared"
    types: dict[str, str] = {}

    @property
    def required(self) -> tuple[str, ...]:
        """Names of the parameters that a call must give."""
        return tuple(self.parameters.get("required", ()))


def openai_form(spec: ToolSpec) -> dict[str, Json]:
    """Returns the tool as chat templates and OpenAI-compatible servers want it."""
    return {
        "type": "function",
        "function": {"name": spec.name, "description": spec.description, "parameters": spec.parameters},
    }
