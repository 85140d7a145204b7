"""Servers in recipes: mistakes have a line and a suggestion; a closed domain costs its share, not the run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipeline.domain_commands import check_domain
from pipeline.errors import PARTIAL, WHOLE, RecipeError
from pipeline.live_domain import close_domains
from pipeline.recipe_file import load_recipe
from tests.pipeline.servers import small

P = "      probes: [{tool: a}]\n"
HEAD = "name: mine\ncount: 10\ndomains:\n  - name: notes\n    mcp:\n"


def recipe(folder: Path, text: str) -> Path:
    path = folder / "mine.yaml"
    path.write_text(HEAD + text.replace("PROBES\n", P))
    return path


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("      comand: [x]\nPROBES\n", ":6: domains.0.mcp.comand: unknown key; did you mean `command`?"),
        ("PROBES\n", "give a command that starts the server, or the url"),
        ("      command: [x]\n", "nothing tells states apart: give probes"),
        ("      command: [x]\n      reset: workdir\nPROBES\n", "reset: workdir copies workdir_template"),
        ("      command: [x]\n      reset: never\nPROBES\n", ":7: domains.0.mcp.reset: unknown name"),
        ("      command: [x]\n      probes: [{tol: a}]\n", "probes.0.tol: unknown key; did you mean `tool`?"),
        (
            "      command: [x]\nPROBES\n      templates:\n"
            "        - {name: t, description: d, tool: a, effect: read, arguments: {q: 'x {who}'}}\n",
            "there is no parameter for the slot {who}",
        ),
        (
            "      command: [x]\nPROBES\n      templates:\n"
            "        - {name: t, description: d, tool: a, effect: read, parameters: {who: {type: string}}}\n",
            "parameters.who: no argument has a slot {who}",
        ),
        (
            "      command: [x]\nPROBES\n      seeds: [{tool: a, answer: {parse: lines}}]\n",
            "`line` (a regular expression with named groups) belongs to `parse: lines`",
        ),
    ],
)  # fmt: skip
def test_mistakes_have_a_place(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(RecipeError) as caught:
        load_recipe(recipe(tmp_path, text))
    assert words in str(caught.value)


def as_recipe(folder: Path, mode: str) -> Path:
    settings = small(folder, mode).model_dump(mode="json", exclude_unset=True)
    path = folder / f"{mode}.yaml"
    path.write_text(json.dumps({"name": "mine", "domains": [{"name": "notes", "mcp": settings}]}))
    return path


def test_check_prints_tools_effects_and_problems(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check_domain(str(as_recipe(tmp_path, "sound")), None) == WHOLE
    out = capsys.readouterr().out
    assert any(line.split() == ["status_bump", "write", "observed", "-"] for line in out.splitlines()), out
    assert any(line.split() == ["get_note", "read", "annotation", "3"] for line in out.splitlines()), out
    assert check_domain(str(as_recipe(tmp_path, "moody")), None) == PARTIAL
    assert "weather({}) does not answer the same on two servers" in capsys.readouterr().out.replace("\n", "")
    assert check_domain(str(as_recipe(tmp_path, "twins")), None) == PARTIAL
    assert "two tools are named 'get_note'" in capsys.readouterr().out
    close_domains()
