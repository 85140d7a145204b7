from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tool_specs.tool_lists import ToolListError, read_tool_file, read_tools

TEXT = {"type": "string"}
TAKES = {"type": "object", "properties": {"loan_id": TEXT}, "required": ["loan_id"]}


def function(name: str, **more: Any) -> dict[str, Any]:
    return {"type": "function", "function": {"name": name, "description": "D", "parameters": TAKES, **more}}


@pytest.mark.parametrize(
    "listed",
    [
        [function("get_loan")],
        {"tools": [function("get_loan")]},
        {"functions": [function("get_loan")["function"]]},
        [{"type": "function", **function("get_loan")["function"]}],
        function("get_loan"),
        [{"name": "get_loan", "description": "D", "input_schema": TAKES}],
    ],
)
def test_every_form_of_an_openai_list_is_the_same_tool(listed: Any) -> None:
    found = read_tools(listed)
    assert found.form == "openai"
    (spec,) = found.specs
    assert (spec.name, spec.description, spec.effect, spec.effect_source) == ("get_loan", "D", "read", "name")
    assert spec.parameters == TAKES and spec.required == ("loan_id",) and spec.returns is None


def test_mcp_annotations_win_over_names_and_absent_ones_say_nothing() -> None:
    tools = [
        {"name": "get_loan", "inputSchema": TAKES, "outputSchema": {"type": "object", "properties": {"title": TEXT}}},
        {"name": "list_and_touch", "inputSchema": TAKES, "annotations": {"readOnlyHint": False}},
        {"name": "renew", "inputSchema": TAKES, "annotations": {"readOnlyHint": True, "destructiveHint": True}},
        {"name": "renew_all", "inputSchema": {"type": "object"}, "annotations": {"title": "All"}},
    ]
    for listed in (tools, {"tools": tools}, {"jsonrpc": "2.0", "id": 1, "result": {"tools": tools}}):
        found = read_tools(listed)
        assert found.form == "mcp"
        assert [(spec.effect, spec.effect_source) for spec in found.specs] == [
            ("read", "name"), ("write", "annotation"), ("read", "annotation"), ("write", "name"),
        ]  # fmt: skip
        assert found.specs[0].returns == {"type": "object", "properties": {"title": TEXT}}
        assert found.specs[3].parameters == {"type": "object", "properties": {}, "required": []}
        assert [note.kind for note in found.notes] == ["guessed", "guessed"]


def test_an_effect_that_is_said_wins_over_everything() -> None:
    listed = [{**function("get_loan"), "x-writ-effect": "write"}, function("renew", **{"x-writ-effect": "generic"})]
    assert [(spec.effect, spec.effect_source) for spec in read_tools(listed).specs] == [
        ("write", "declared"), ("generic", "declared"),
    ]  # fmt: skip


def test_references_inside_a_tool_are_resolved() -> None:
    schema = {"type": "object", "properties": {"where": {"$ref": "#/$defs/Shelf"}}, "$defs": {"Shelf": TEXT}}
    (spec,) = read_tools([{"name": "put_back", "inputSchema": schema}]).specs
    assert spec.parameters["properties"] == {"where": TEXT} and "$defs" not in spec.parameters


def test_names_are_mapped_and_the_way_back_is_kept() -> None:
    found = read_tools([function("loans.renew"), function("loans_renew")])
    assert len({spec.name for spec in found.specs}) == 2
    assert {found.sources[spec.name] for spec in found.specs} == {"loans.renew", "loans_renew"}
    assert {note.kind for note in found.notes} == {"renamed", "collision", "guessed"}


@pytest.mark.parametrize(
    ("listed", "words"),
    [
        ([function("get"), function("x"), function("get")], r"two tools are named 'get': \[0\] and \[2\]"),
        ({"tools": [{"inputSchema": TAKES}]}, r"tools\[0\]: the tool has no name"),
        ([function("get", parameters={"type": "array"})], r"\[0\] \(get\): the parameters must be"),
        ([function("get", parameters={"properties": ["a"]})], "`properties` must be an object"),
        ([function("get", parameters={"required": "x"})], "`required` must be a list"),
        ([function("get", parameters={"properties": {"a": {"$ref": "#/$defs/A"}}})], r"\(get\).*leads nowhere"),
        ([{**function("get"), "x-writ-effect": "reads"}], "effect 'reads' is unknown"),
        ([3], r"\[0\]: a tool must be an object"),
        ([], "empty"),
        ({"messages": []}, "no list of tools"),
        ("tools", "no list of tools"),
        ({"swagger": "2.0", "paths": {}}, r"Swagger 2\.0 is not read"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_with_its_place(listed: Any, words: str) -> None:
    with pytest.raises(ToolListError, match=words):
        read_tools(listed)


def test_files_are_recognised_by_their_content(tmp_path: Path) -> None:
    tools = [function("get_loan"), function("renew_loan")]
    texts = {
        "array.txt": json.dumps(tools),
        "lines.json": "\n".join(json.dumps(tool) for tool in tools) + "\n",
        "pretty": json.dumps({"tools": tools}, indent=2),
        "list.yml": "- name: get_loan\n  parameters: {}\n- name: renew_loan\n",
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
        assert [spec.name for spec in read_tool_file(tmp_path / name).specs] == ["get_loan", "renew_loan"], name


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "empty"),
        ('{"tools": [', "line 1, column"),
        ('{"name": "a"}\n{"name": \n', "line 2"),
        ("openapi: 3.0.0\n  paths: [", "line 2"),
        ("just words", "no list of tools"),
    ],
)
def test_files_that_cannot_be_read_are_named(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "tools.json"
    path.write_text(text)
    with pytest.raises(ToolListError, match=words) as caught:
        read_tool_file(path)
    assert str(path) in str(caught.value)
    with pytest.raises(ToolListError, match="cannot be read"):
        read_tool_file(tmp_path / "nothing")
