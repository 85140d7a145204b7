"""The program itself is edited, in a copy of it: what is made again is what the edited code makes, and no more."""

import os
import re
import shutil
import subprocess
import sys

import pytest

from pipeline.fingerprint import HOME, PACKAGES

pytestmark = pytest.mark.slow
INPUTS = ("library/recipe.yaml", "-n", "12", "--out", "run")
STAGES = ("generate_tasks", "diversify_behaviors", "simulate_dialogues", "validate_dialogues", "export_rows")


@pytest.fixture
def place(tmp_path):
    for package in PACKAGES:
        shutil.copytree(HOME / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    writ(tmp_path, "init", "library")
    assert "12 of 12 trajectories in" in ran(tmp_path)
    return tmp_path


def writ(place, *words, code=0):
    command = [sys.executable, "-m", "pipeline.cli", *words]
    environment = {**os.environ, "PYTHONPATH": str(place), "COLUMNS": "200"}
    done = subprocess.run(command, cwd=place, env=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == code, done.stderr
    return done.stdout + done.stderr


def ran(place, code=0):
    return writ(place, "run", *INPUTS, "--executor", "inline", code=code)


def steps(said):
    """Returns (fresh, stale, missing, why) of each stage that a plan tells; none if there is nothing to do."""
    found = {name: re.search(rf"^{name} +(\d+) +(\d+) +(\d+)(.*)", said, re.M) for name in STAGES}
    if "nothing to do" in said:
        assert not any(found.values())
        return {}
    return {name: (*map(int, each.groups()[:3]), each[4].strip()) for name, each in found.items() if each}


def edit(path, old="\n", new="\n# more\n"):
    before, found, after = path.read_text().rpartition(old)
    assert found
    path.write_text(before + new + after)


def shards(place):
    return {path: path.stat().st_mtime_ns for path in (place / "run" / "stages").glob("[1-5]_*/*")}


def test_what_is_made_again_is_what_the_edited_code_makes(place):
    made = shards(place)
    edit(place / "pipeline" / "doctor.py")
    assert steps(writ(place, "plan", *INPUTS)) == {}

    edit(place / "pipeline" / "card.py", "multi-turn conversations", "edited conversations")
    planned = writ(place, "plan", *INPUTS)
    assert {each[1:3] for each in steps(planned).values()} == {(0, 0)} and "No shard is to be made" in planned
    assert "12 of 12 trajectories in" in ran(place)
    assert "12 edited conversations" in (place / "run" / "dataset" / "README.md").read_text()
    assert shards(place) == made

    edit(place / "stages" / "validate_dialogues" / "stage.py")
    planned = steps(writ(place, "plan", *INPUTS))
    assert [name for name, each in planned.items() if each[1]] == ["validate_dialogues"]
    assert planned["validate_dialogues"][3] == "code of stages/validate_dialogues/stage.py"
    assert "Add --update" in ran(place, code=2) and shards(place) == made
