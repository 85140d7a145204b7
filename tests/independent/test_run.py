"""A real run, re-derived from its files alone; and what the second program may import."""

from __future__ import annotations

import ast
import copy
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.independent import rederive
from tests.independent.checker import Checker

ROOT = Path(__file__).resolve().parents[2]
PARTS = (
    "rederive", "live", "backings", "checker", "sessions", "search", "changes", "additions", "reach", "interpreter",
)  # fmt: skip
FOREIGN = {"tool_specs.catalog", "tool_specs.domain", "tool_specs.sandbox"}


@pytest.fixture(scope="module", params=["quickstart", "airline"])
def run(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = tmp_path_factory.mktemp(request.param) / "run"
    command = [sys.executable, "-c", "from pipeline.cli import main; main()", "run", f"recipes/{request.param}.yaml"]
    options = ["-n", "40", "--executor", "inline", "--out", str(folder)]
    done = subprocess.run([*command, *options], cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.mark.slow
def test_a_run_holds_what_it_claims(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = rederive.main([str(run), "--sample", "40"])
    told = capsys.readouterr().out
    assert code == 0, told
    assert "40 of 40 rows checked" in told


@pytest.mark.slow
@pytest.mark.parametrize("run", ["airline"], indirect=True)
def test_what_is_false_about_searches_is_found(run: Path) -> None:
    row, request = next((r, q) for r in rederive.rows_of(run) for q in requests(r) if searched(q) > 1)
    sandbox = rederive.sandbox_for("airline", None, row["metadata"]["world"]["origin"])

    def problems(**changes: Any) -> list[str]:
        false = copy.deepcopy(row)
        changed = requests(false)[requests(row).index(request)]
        changed.update(copy.deepcopy(changes))
        changed["proof"]["lower"] = changed["proof"]["upper"] = len(changed["proof"]["reads"])
        false["metadata"]["task"]["burden"] = max(each["proof"]["lower"] for each in requests(false))
        return Checker(sandbox).check(false)

    assert problems() == []
    proof = request["proof"]
    reads, reachable = proof["reads"], proof["reachable"]
    search = next(number for number in reads if reachable[number]["tool"].startswith("search"))
    fewer = [number for number in reads if number != search]
    assert any("upper bound" in problem for problem in problems(proof={**proof, "reads": fewer}))
    status = {"tool": "get_flight_status", "arguments": request["arguments"]["flights"][0]}
    more = {**proof, "reads": [*reads, len(reachable)], "reachable": [*reachable, status]}
    assert any("lower bound: own search shows" in problem for problem in problems(proof=more))
    (payment,) = request["arguments"]["payment_methods"]
    dearer = {**request["arguments"], "payment_methods": [{**payment, "amount": payment["amount"] + 1}]}
    assert any("the programs give" in problem for problem in problems(arguments=dearer))


def requests(row: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = row["metadata"]["task"]["requests"]
    return found


def searched(request: dict[str, Any]) -> int:
    proof = request["proof"]
    tools = [proof["reachable"][number]["tool"] for number in proof["reads"]]
    return sum(tool.startswith("search") for tool in tools) if request["tool"] == "book_reservation" else 0


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
