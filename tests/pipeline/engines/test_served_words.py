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


@pytest.mark.slow
@pytest.mark.parametrize("options", [(), ("--fault", "loop=1")], ids=["words", "nonsense"])
def test_a_verbaliser_words_the_openings_of_scripted_users(tmp_path, options):
    with served(tmp_path, tmp_path / "out", *options) as server:
        engine = {"http": {"base_url": server.url, "model": "scripted"}}
        behaviors = {
            "disclosure": {"vague_start": 0.5, "drip": 0.5},
            "register": {"neutral": 1.0},
            "traits": {},
        }
        more = {"behaviors": behaviors, "profiles": {"seed": 7}}
        path = recipe(tmp_path, server.url, engines={"verbaliser": engine}, **more)
        done = run(path, tmp_path / "out")
        assert done.returncode in (0, 1), done.stderr
    rows = list(RunFolder(tmp_path / "out").rows())
    assert len(rows) >= 10
    assert all(row.metadata["engines"]["user"] == "scripted/1+http:scripted" for row in rows)
    spoken = spoken_in(json.dumps(row.metadata) for row in rows)
    assert spoken.opened == len(rows) and not spoken.repaired
    kept = spoken.openings.total()
    assert kept == len(rows) if options else kept < len(rows) / 2
    assert f"{kept} of {len(rows)} openings kept the script's words" in spoken.line()
    greeted = sum(row.messages[1]["content"].lower().startswith("hello there") for row in rows)
    # The script itself says so now and then.
    assert greeted < len(rows) / 2 if options else greeted >= len(rows) / 2
