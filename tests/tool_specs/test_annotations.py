from __future__ import annotations

from typing import Annotated, NotRequired

from typing_extensions import TypedDict

from tool_specs.annotations import OneOf, Sem, schema_of, types_in


class Leaf(TypedDict):
    title: Annotated[str, Sem("title")]
    size: NotRequired[Annotated[int, Sem("size")] | None]


class Tree(TypedDict):
    leaves: list[Leaf]
    by_id: dict[str, Leaf]


def test_schema_is_inline_and_keeps_fields_called_title() -> None:
    schema = schema_of(Tree)
    assert "$defs" not in schema and "$ref" not in str(schema)
    leaf = schema["properties"]["leaves"]["items"]
    assert leaf["properties"]["title"] == {"type": "string"}
    assert leaf["required"] == ["title"]
    assert "title" not in schema


def test_one_of_shows_choices_but_does_not_enforce_them() -> None:
    annotation = Annotated[str, OneOf("a", "b")]
    assert schema_of(annotation) == {"type": "string", "enum": ["a", "b"]}
    assert schema_of(annotation, loose=True) == {"type": "string"}
    assert schema_of(list[annotation], loose=True) == {"type": "array", "items": {"type": "string"}}


def test_semantic_types_of_lists_and_objects_of_rows() -> None:
    assert dict(types_in(Tree, "return")) == {
        "return.leaves.*.title": "title",
        "return.leaves.*.size": "size",
        "return.by_id.*.title": "title",
        "return.by_id.*.size": "size",
    }
