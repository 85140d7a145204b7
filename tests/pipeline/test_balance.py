"""A run whose recipe limits what rows may have: refilled, told in card and manifest, the same rows when it grows."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from pipeline.cli import app
from stages.balance import FREE

RECIPE = """\
name: level
seed: 3
count: 45
domains: [{name: retail, world: {size: 60, seed: 1}}]
tasks: {read_heavy: 1.0}
grid: {burden: {3: 0.5, 4: 0.5}}
behaviors_per_task: 3
validation: 0
balance: {tools: 0.25}
"""


def run(recipe: Path, out: Path, count: int) -> list[dict[str, Any]]:
    result = CliRunner().invoke(app, ["run", str(recipe), "--executor", "inline", "--out", str(out), "-n", str(count)])
    assert result.exit_code in (0, 1), result.output + result.stderr
    rows: list[dict[str, Any]] = pq.read_table(next((out / "dataset/data").glob("train*"))).to_pylist()
    return rows


def tool(row: dict[str, Any]) -> str:
    return str(json.loads(row["metadata"])["task"]["requests"][0]["tool"])


@pytest.mark.slow
def test_a_run_that_is_balanced_and_grows(tmp_path: Path) -> None:
    recipe, out = tmp_path / "recipe.yaml", tmp_path / "run"
    recipe.write_text(RECIPE)
    rows = run(recipe, out, 45)
    assert max(Counter(map(tool, rows)).values()) <= max(FREE, 0.25 * len(rows))
    manifest = json.loads((out / "run.json").read_text())
    assert manifest["balance"]["tools"]["limit"] == 0.25 and manifest["balance"]["tools"]["rows"] == len(rows)
    dropped = {drop["reason"]: drop["count"] for drop in manifest["drops"]}
    assert dropped["balance"] > 0 and dropped["surplus"] > 0  # of which nothing is counted
    assert "Balance: the commonest tool `" in (out / "dataset/README.md").read_text()
    more = run(recipe, out, 60)
    assert more[: len(rows)] == rows and len(more) > len(rows)


def test_what_a_recipe_may_not_say(tmp_path: Path) -> None:
    recipe = tmp_path / "recipe.yaml"
    recipe.write_text(RECIPE.replace("{tools: 0.25}", "{toolz: 0.3}"))
    result = CliRunner().invoke(app, ["run", str(recipe), "--out", str(tmp_path / "run")])
    assert result.exit_code == 2 and "balance" in result.stderr and "did you mean" in result.stderr
    assert not (tmp_path / "run").exists()
