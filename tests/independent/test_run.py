"""A real run, re-derived from its files alone; and what the second program may import."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.independent import rederive

ROOT = Path(__file__).resolve().parents[2]
PARTS = ("rederive", "checker", "search", "changes", "additions", "reach", "interpreter")
FOREIGN = {"tool_specs.catalog", "tool_specs.domain", "tool_specs.sandbox"}


@pytest.mark.slow
@pytest.mark.parametrize("recipe", ["quickstart", "airline"])
def test_a_run_holds_what_it_claims(recipe: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = tmp_path / "run"
    command = [sys.executable, "-c", "from pipeline.cli import main; main()", "run", f"recipes/{recipe}.yaml"]
    options = ["-n", "40", "--executor", "inline", "--out", str(run)]
    done = subprocess.run([*command, *options], cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    code = rederive.main([str(run), "--sample", "40"])
    told = capsys.readouterr().out
    assert "40 of 40 rows checked" in told
    if recipe == "quickstart":
        assert code == 0, told
        return
    # Trips hang together in more ways than orders: the second search does not find every witness by itself. Those
    # that are stated it must find to be what they say.
    *problems, counts, _ = told.splitlines()
    assert all("nothing found for" in each for each in problems), told
    assert int(counts.rsplit(" ", 2)[-2]) <= 3, told


@pytest.mark.parametrize("name", PARTS)
def test_the_second_program_shares_no_code_with_the_first(name: str) -> None:
    tree = ast.parse((Path(__file__).with_name(f"{name}.py")).read_text(encoding="utf-8"))
    imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module}
    imported |= {
        f"tool_specs.{each.name}"
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "tool_specs"
        for each in node.names
    }
    ours = {
        module for module in imported if module.partition(".")[0] in ("pipeline", "stages", "schemas", "tool_specs")
    }
    assert ours - {"tool_specs"} <= FOREIGN


def test_a_folder_without_a_data_set_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="no Parquet file"):
        rederive.main([str(tmp_path)])
