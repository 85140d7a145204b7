from __future__ import annotations

import pickle
from typing import Annotated

import pytest

import tests.tool_specs.library as library_module
from schemas.tool import openai_form
from tests.tool_specs.library import get_reader, renew_loan
from tool_specs.sandbox import State
from tool_specs.tool import OneOf, Sem, ToolDefinitionError, tool, tools_of


def test_signature_and_docstring_are_the_schema() -> None:
    spec = renew_loan.spec
    assert spec.name == "renew_loan" and spec.effect == "write" and spec.effect_source == "declared"
    assert spec.description == "Renew a loan."
    assert spec.parameters == {
        "type": "object",
        "properties": {
            "loan_id": {"description": "The loan's id, such as 'L1'.", "type": "string"},
            "times": {"description": "How often.", "type": "integer", "default": 1},
        },
        "required": ["loan_id"],
        "additionalProperties": False,
    }
    assert spec.types["loan_id"] == "loan_id" and spec.types["return.reader"] == "reader_id"
    assert openai_form(spec)["function"]["parameters"] is spec.parameters


def test_results_are_described_too() -> None:
    assert get_reader.spec.returns is not None
    assert get_reader.spec.returns["properties"]["loans"] == {"type": "array", "items": {"type": "string"}}
    assert get_reader.spec.types["return.loans.*"] == "loan_id"


def test_choices_and_lists() -> None:
    @tool(effect="write")
    def shelve(
        db: State, copy_ids: list[Annotated[str, Sem("copy_id")]], reason: Annotated[str, OneOf("new", "returned")]
    ) -> str:
        """Shelve copies.

        Args:
            copy_ids: The copies.
            reason: Why.
        """
        return reason

    assert shelve.spec.parameters["properties"]["reason"]["enum"] == ["new", "returned"]
    assert shelve.spec.types["copy_ids"] == "copy_id"
    assert shelve.complaint({"copy_ids": ["c"], "reason": "any"}) is None


def test_a_parameter_without_words_is_refused() -> None:
    with pytest.raises(ToolDefinitionError) as caught:

        @tool(effect="read")
        def look(db: State, shelf: str, row: str) -> str:
            """Look.

            Args:
                shelf: Which shelf.
            """
            return shelf

    message = str(caught.value)
    assert "'look'" in message and "'row'" in message and "test_tool.py:" in message
    assert "add a line `row: " in message


def test_words_without_a_parameter_are_refused() -> None:
    with pytest.raises(ToolDefinitionError, match=r"describes 'shelves', which is no parameter"):

        @tool(effect="read")
        def look(db: State) -> str:
            """Look.

            Args:
                shelves: Which ones.
            """
            return ""


def test_other_gaps_are_refused() -> None:
    with pytest.raises(ToolDefinitionError, match="no description"):

        @tool(effect="read")
        def silent(db: State) -> str:
            return ""

    with pytest.raises(ToolDefinitionError, match="has no type"):

        @tool(effect="read")
        def untyped(db: State, a) -> str:  # type: ignore[no-untyped-def]
            """Look.

            Args:
                a: Something.
            """
            return ""

    with pytest.raises(ToolDefinitionError, match="no return type"):

        @tool(effect="read")
        def open_ended(db: State):  # type: ignore[no-untyped-def]
            """Look."""

    with pytest.raises(ToolDefinitionError, match="first parameter is the state"):

        @tool(effect="read")
        def stateless() -> str:
            """Look."""
            return ""


def test_tools_in_definition_order() -> None:
    names = [each.spec.name for each in tools_of(library_module)]
    assert names[:4] == ["find_reader", "get_reader", "get_loan", "renew_loan"]


def test_a_tool_pickles_by_name() -> None:
    assert pickle.loads(pickle.dumps(renew_loan)) is renew_loan
