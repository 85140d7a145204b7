"""Words from a server: tasks are worded and dialogues rewritten over real HTTP, and the run's checks hold."""

import json
import subprocess

import pytest

from pipeline.engines.spoken import spoken_in
from pipeline.run_folder import RunFolder
from tests.pipeline.engines.served import WRIT, recipe, run, served


@pytest.mark.slow
def test_a_run_can_have_its_tasks_worded_and_its_scripts_rewritten(tmp_path):
    with served(tmp_path, tmp_path / "out") as server:
        engine = {"http": {"base_url": server.url, "model": "scripted"}}
        path = recipe(tmp_path, server.url, engines={"verbaliser": engine, "rewriter": engine})
        done = run(path, tmp_path / "out")
        assert done.returncode in (0, 1), done.stderr
    rows = list(RunFolder(tmp_path / "out").rows())
    assert rows
    worded = [row.metadata["task"]["worded"] for row in rows]
    assert worded.count("http:scripted") > len(rows) / 2
    assert all(who == "http:scripted" or who.startswith("grammar: ") for who in worded)
    assert all(row.metadata["engines"]["rewriter"] == "http:scripted" for row in rows)
    assert all(row.metadata["repaired"] == [] for row in rows), json.dumps(rows[0].metadata["repaired"])
    told = subprocess.run([str(WRIT), "stats", str(tmp_path / "out")], capture_output=True, text=True, check=True)
    line = spoken_in(json.dumps(row.metadata) for row in rows).line()
    assert "tasks kept the grammar's words" in line and line[:60] in " ".join(told.stdout.split())
    assert line in (tmp_path / "out" / "dataset" / "README.md").read_text()
