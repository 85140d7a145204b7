import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pipeline import commands
from pipeline.house import HOME
from pipeline.local import Inline
from pipeline.progress import Silent
from pipeline.runner import run
from tests.pipeline.toy import WriteNotes, plan
from tool_specs import catalog
from tool_specs.domain import generate_world

WRIT = Path(sys.executable).with_name("writ")
RECIPE = HOME / "recipes" / "quickstart.yaml"


def writ(*arguments, cwd, **environment):
    command = [str(WRIT), *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, env={**os.environ, **environment})


@pytest.fixture(scope="module")
def tables():
    return generate_world(catalog.domain("retail"), seed=1, size=20).tables


def test_help_answers_at_once_and_lists_the_commands(tmp_path):
    started = time.monotonic()
    done = writ("--help", cwd=tmp_path)
    assert done.returncode == 0 and time.monotonic() - started < 3
    for command in ("run", "preview", "show", "stats", "graph", "check", "conform"):
        assert f" {command} " in done.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("fly",), "No such command 'fly'"),
        (("run", RECIPE, "--executer", "ray"), "--executor"),
        (("run", RECIPE, "-n", "0"), "ask for one trajectory or more"),
        (("run", RECIPE, "--seed", "-4"), "--seed -4"),
        (("run", RECIPE, "--world", "absent.json"), "absent.json: cannot be read"),
        (("run", "absent.yaml"), "absent.yaml: cannot be read"),
        (("check", "retial"), "did you mean 'retail'?"),
        (("conform", "retail", "absent.jsonl", "--world", "absent.json"), "absent.json: cannot be read"),
    ],
)
def test_bad_calls_say_what_is_wrong(tmp_path, arguments, words):
    done = writ(*arguments, cwd=tmp_path)
    assert done.returncode == 2, done
    assert words in done.stderr and "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("behaviours_per_task: 3", "did you mean `behaviors_per_task`?"),
        ("grid: {burden: {40: 1.0}}", "a burden of 40 cannot be ordered"),
        ("grid: {burden: {3: 0.5}}", "the shares sum to 0.5"),
        ("behaviors: {file: mine.yaml}", "mine.yaml:1: name: unknown key"),
        ("domains: [{name: retial}]", "did you mean `retail`?"),
    ],
)
def test_bad_recipes_write_nothing(tmp_path, text, words):
    head = "name: mine\n" + ("" if "domains" in text else "domains: [{name: retail}]\n")
    (tmp_path / "mine.yaml").write_text(head + text)
    done = writ("run", "mine.yaml", cwd=tmp_path)
    assert (done.returncode, words in done.stderr) == (2, True), done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["mine.yaml"]


def broken_worlds(tables):
    whole = json.dumps(tables)
    order = next(iter(tables["orders"]))
    stranger = {**tables, "orders": {**tables["orders"], order: {**tables["orders"][order], "user_id": "nobody_1"}}}
    yield "truncated", whole[: len(whole) // 2], "ends in the middle"
    yield "not JSON", "users: []", "not JSON"
    yield "lacks a table", json.dumps({k: v for k, v in tables.items() if k != "orders"}), "'orders' is missing"
    yield "breaks a reference", json.dumps(stranger), "nobody_1"


@pytest.mark.parametrize("which", range(4), ids=["truncated", "not JSON", "lacks a table", "breaks a reference"])
def test_bad_worlds_write_nothing(tmp_path, tables, which):
    _, text, words = list(broken_worlds(tables))[which]
    (tmp_path / "db.json").write_text(text)
    done = writ("run", RECIPE, "--world", "db.json", cwd=tmp_path)
    assert (done.returncode, words in done.stderr) == (2, True), done.stderr
    assert "db.json: " in done.stderr and "Traceback" not in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["db.json"]


def test_an_output_folder_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "file").write_text("")
    done = writ("run", RECIPE, "-n", "3", "--executor", "inline", "--out", "file/run", cwd=tmp_path)
    assert done.returncode == 2 and "cannot be written" in done.stderr and "--out" in done.stderr


def test_what_is_no_run_is_told(tmp_path):
    (tmp_path / "run").mkdir()
    for command in ("show", "stats"):
        done = writ(command, "run", cwd=tmp_path)
        assert (done.returncode, "is no folder of a run" in done.stderr) == (2, True), done.stderr


def test_conform_lists_mismatches_with_their_place(tmp_path, tables):
    (tmp_path / "db.json").write_text(json.dumps(tables))
    user = next(iter(tables["users"]))
    step = {"name": "get_user_details", "arguments": {"user_id": user}, "error": False}
    good = {"episode": "a", "steps": [{**step, "content": json.dumps(tables["users"][user])}], "changed": {}}
    changed = {**tables["users"][user], "email": "other@example.com"}
    bad = {"episode": "b", "steps": [{**step, "content": json.dumps(changed)}], "changed": {}}
    (tmp_path / "good.jsonl").write_text(json.dumps(good) + "\n")
    (tmp_path / "both.jsonl").write_text(json.dumps(good) + "\n" + json.dumps(bad) + "\n")
    done = writ("conform", "retail", "good.jsonl", "--world", "db.json", cwd=tmp_path)
    assert (done.returncode, done.stdout.strip()) == (0, "1 of 1 episodes agree"), done
    done = writ("conform", "retail", "both.jsonl", "--world", "db.json", cwd=tmp_path)
    assert done.returncode == 1 and "1 of 2 episodes agree" in done.stdout
    assert "episode b, step 0 get_user_details: content.email" in done.stdout


@pytest.fixture
def decoy(tmp_path):
    """A user's own folder whose folders are called as the packages are, and bite."""
    for package in ("schemas", "stages", "tool_specs"):
        (tmp_path / package).mkdir()
        (tmp_path / package / "__init__.py").write_text(f"raise SystemExit('the decoy {package} was imported')\n")
    (tmp_path / "pipeline").mkdir()
    return tmp_path


@pytest.mark.parametrize("command", [[str(WRIT)], [sys.executable, "-m", "pipeline.cli"]], ids=["writ", "python -m"])
@pytest.mark.parametrize("path", ["", "."], ids=["plain", "PYTHONPATH=."])
def test_a_folder_with_the_packages_names_is_not_imported(decoy, command, path):
    environment = {**os.environ, "PYTHONPATH": path}
    done = subprocess.run([*command, "check", "retail"], cwd=decoy, env=environment, capture_output=True, text=True)
    assert (done.returncode, "decoy" in done.stderr) == (0, False), done


CHILD = """
import sys
from pathlib import Path
from pipeline.cli import main  # first: it mends the path
from pipeline import commands
from tests.pipeline.toy import Polish, plan
commands._plan = lambda *_: plan(Path("run").absolute(), polish=Polish(pause={pause}))
commands._finishers = lambda: ()
sys.argv = ["writ", "run", {recipe!r}, "--workers", "2"]
main()
"""


def toy_run(folder, pause=0.01, **options):
    command = [sys.executable, "-c", CHILD.format(pause=pause, recipe=str(RECIPE))]
    return subprocess.Popen(command, cwd=folder, text=True, stderr=subprocess.PIPE, start_new_session=True, **options)


def test_a_whole_run_tells_which_cells_are_short_and_why(capsys, tmp_path):
    made = plan(tmp_path / "run", write=WriteNotes(impossible=(12,)))
    commands._tell(run(made, Inline, Silent()), made.out)
    said = capsys.readouterr().err
    assert "200 of 200 trajectories" in said
    assert re.search(r"\d+ trajectories are short; others took their place\. The commonest obstacle of each:", said)
    assert re.search(r"library/read_heavy/1x12/train: 0 of \d+; no shelf with 12 books", said)
    again = run(plan(tmp_path / "run", write=WriteNotes(impossible=(12,)), count=9), Inline, Silent())
    commands._tell(again, made.out)
    assert "holds 200 trajectories, more than the 9 asked for" in capsys.readouterr().err


def test_ray_in_a_folder_with_the_packages_names(decoy):
    child = toy_run(decoy, pause=0.0)
    _, said = child.communicate(timeout=120)
    assert child.returncode == 0 and "200 of 200 trajectories" in said, said
    beats = [json.loads(line) for line in said.splitlines() if line.startswith("{")]
    assert [beat["phase"] for beat in beats][-1] == "selecting" and beats[-1]["kept"] == beats[-1]["wanted"] == 200


def test_interrupting_keeps_whole_shards_and_says_so(tmp_path):
    child = toy_run(tmp_path, pause=0.05)
    deadline = time.monotonic() + 180
    while not list(tmp_path.glob("run/stages/2_polish/*.json")) and time.monotonic() < deadline:
        time.sleep(0.02)
    os.killpg(child.pid, signal.SIGINT)
    _, said = child.communicate(timeout=180)
    assert child.returncode == 130, said
    assert "the same command continues" in said and "Traceback" not in said
    whole = list(tmp_path.glob("run/stages/2_polish/*.json"))
    assert whole and not (tmp_path / "run/run.json").exists()
