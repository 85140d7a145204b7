"""`writ lint` and `writ score` on a real run and on files of others: places, exit codes, what is written."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner, Result

from pipeline.cli import app

RECIPE = """\
name: small
seed: 7
count: 24
domains: [{name: retail, world: {size: 60, seed: 1}}]
tasks: {read_heavy: 0.5, information: 0.25, must_refuse: 0.25}
grid: {decisions: {1: 1.0}, burden: {3: 0.5, 4: 0.5}}
sessions: {2: 0.4}
CHECKLISTS
"""


def invoke(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(each) for each in arguments])


def made(folder: Path, checklists: str) -> Path:
    recipe, out = folder / "recipe.yaml", folder / "run"
    recipe.write_text(RECIPE.replace("CHECKLISTS", checklists))
    result = invoke("run", recipe, "--executor", "inline", "--out", out, *(["--update"] if out.exists() else []))
    assert result.exit_code == 0, result.output + result.stderr
    return out


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("checklists"), "checklists: true")


@pytest.fixture(scope="module")
def rows(run: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for path in sorted((run / "dataset/data").glob("*.parquet")):
        found += pq.read_table(path).to_pylist()
    return found


def test_rows_have_checklists_that_they_meet(run: Path, rows: list[dict[str, Any]]) -> None:
    checklists = [json.loads(row["checklist"]) for row in rows]
    assert [each["id"] for each in checklists] == [row["id"] for row in rows]
    assert {row["num_tasks"] for row in rows} == {1, 2}
    for row, checklist in zip(rows, checklists, strict=True):
        assert len(checklist["task_id"].split("+")) == row["num_tasks"]
        assert len(checklist["turns"]) == row["num_turns"]
    result = invoke("lint", run)
    assert (result.exit_code, result.stdout) == (0, "24 checklists: nothing is wrong with them\n")
    file = next((run / "dataset/data").glob("train*.parquet"))
    result = invoke("score", file, file)
    assert result.exit_code == 0 and ": 1.000 of their checklists in the mean" in result.stdout
    assert all(len(row["information_gain"]) == len(row["messages"]) for row in rows)


def without(run: Path, to: Path, *columns: str) -> Path:
    """A copy of a run as a version made it that had no such columns yet."""
    shutil.copytree(run, to)
    for path in to.glob(f"{json.loads((to / 'kept.json').read_text())['rows']}/*.parquet"):
        if not path.name.endswith(".drops.parquet"):
            pq.write_table(pq.read_table(path).drop_columns(list(columns)), path)
    return to


def test_a_run_of_a_version_without_judgements_is_counted_and_scored(
    run: Path, rows: list[dict[str, Any]], tmp_path: Path
) -> None:
    earlier = without(run, tmp_path / "run", "judgement")
    told, now = invoke("stats", earlier), invoke("stats", run)
    assert (told.exit_code, told.stdout) == (0, now.stdout) and "items wait for a judge" in told.stdout
    theirs = tmp_path / "theirs.jsonl"
    theirs.write_text(
        json.dumps({"id": rows[0]["id"], "messages": [json.loads(m) for m in rows[0]["messages"]]}) + "\n"
    )
    assert invoke("score", earlier, theirs).stdout == invoke("score", run, theirs).stdout
    result = invoke("score", without(run, tmp_path / "earliest", "judgement", "checklist"), theirs)
    assert result.exit_code == 2 and "add `checklists: true` to its recipe" in result.stderr
    result = invoke("stats", without(run, tmp_path / "other", "zero_gain_turns"))
    assert result.exit_code == 2 and "its rows have no column zero_gain_turns; make it anew with" in result.stderr


def test_checklists_can_be_had_later(tmp_path: Path, run: Path) -> None:
    """Nothing but the rows is made anew, and the rows are the same otherwise."""
    other = made(tmp_path, "")
    assert all(
        row is None for row in pq.read_table(next((other / "dataset/data").glob("train*")))["checklist"].to_pylist()
    )
    result = invoke("lint", other)
    assert result.exit_code == 2 and "add `checklists: true` to its recipe" in result.stderr
    again = made(tmp_path, "checklists: true")
    assert json.loads((again / "run.json").read_text())["made"]["generate_tasks"] > 0
    for split in ("train", "validation"):
        for path in (run / "dataset/data").glob(f"{split}*"):
            assert pq.read_table(again / "dataset/data" / path.name) == pq.read_table(path)


def test_dialogues_of_others_are_scored_by_id_or_by_task(run: Path, rows: list[dict[str, Any]], tmp_path: Path) -> None:
    rows = [row for row in rows if row["num_tasks"] == 1]
    messages = [[json.loads(each) for each in row["messages"]] for row in rows[:3]]
    file, out = tmp_path / "theirs.jsonl", tmp_path / "scores.jsonl"
    lines = [
        {"id": rows[0]["id"], "messages": messages[0]},
        {"task_id": rows[1]["task_id"], "messages": messages[1][:3]},
        {"id": "dialogue-unknown", "messages": messages[2]},
        {"id": rows[2]["id"], "messages": [{"role": "assistant", "tool_calls": [{}]}]},
    ]
    file.write_text("".join(json.dumps(each) + "\n" for each in lines))
    result = invoke("score", run, file, "--out", out)
    assert result.exit_code == 1
    assert f"{file}:3: {run} has no checklist for dialogue-unknown" in result.stderr
    assert f"{file}:4: a call is no" in result.stderr and "2 dialogues were left out" in result.stderr
    first, second = [json.loads(line) for line in out.read_text().splitlines()]
    assert first["score"] == 1 and second["score"] < 1 and second["missed"]
    assert len(first["rewards"]) == len(messages[0]) and sum(first["rewards"]) == pytest.approx(1, abs=1e-4)


def test_badly_formed_items_are_told_with_file_and_line(rows: list[dict[str, Any]], tmp_path: Path) -> None:
    checklist = json.loads(rows[0]["checklist"])
    sound = json.dumps(checklist)
    item = checklist["turns"][-1]["items"][0]
    item["question"], item["evidence"] = "If it is told, is it right and polite?", []
    checklist["turns"][0]["weight"][checklist["turns"][0]["items"][0]["id"]] += 0.5
    file = tmp_path / "mine.jsonl"
    file.write_text(f"{sound}\n\n{json.dumps(checklist)}\n")
    result = invoke("lint", file)
    last = len(checklist["turns"]) - 1
    assert result.exit_code == 2
    assert f"{file}:3: turns[{last}].items[0] ({item['id']}): question: holds two facts" in result.stderr
    assert "supposes something" in result.stderr and "has no evidence" in result.stderr
    assert f"{file}:3: turns[0]: the weights sum to 1.5" in result.stderr
    assert f"{file}:1:" not in result.stderr
    assert "2 checklists: 4 problems in 1 of them" in result.stdout


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{}\n", ":1: has no checklist"),
        ('{"checklist": "{"}\n', ":1: its checklist is text that is not JSON"),
        ("nonsense\n", ":1: is not JSON"),
    ],
)
def test_files_without_checklists(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "none.jsonl"
    file.write_text(text)
    result = invoke("lint", file)
    assert result.exit_code == 2 and said in result.stderr
    assert "neither the folder of a run nor a file" in invoke("lint", tmp_path / "absent.jsonl").stderr
