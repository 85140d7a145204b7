"""The README, followed from `make run` on: what it says can be run is run, and what it says comes out is looked for.

One folder, one test after the other; a fresh clone has an environment of its own, here it is that of the tests.
"""

import http.client
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.house import HOME
from pipeline.run_folder import RunFolder

README = (HOME / "README.md").read_text(encoding="utf-8")
RUN = Path("outputs/quickstart")
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def clone(tmp_path_factory):
    place = tmp_path_factory.mktemp("clone")
    shutil.copytree(HOME / "recipes", place / "recipes")
    shutil.copy(HOME / "Makefile", place / "Makefile")
    (place / ".venv").symlink_to(sys.prefix)
    done = subprocess.run(["make", "-o", ".venv/.runtime", "run"], cwd=place, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert f"{RUN}: 1000 of 1000 trajectories in " in done.stderr
    return place


def writ(clone, *words, code=0, **environment):
    command = [str(clone / ".venv" / "bin" / "writ"), *map(str, words)]
    done = subprocess.run(
        command, cwd=clone, capture_output=True, text=True, timeout=600, env={**os.environ, **environment}
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


def files_of(clone, stages):
    return {path: path.stat().st_mtime_ns for each in stages for path in (clone / RUN / "stages").glob(f"{each}/r0-*")}


def test_all_that_comes_out_is_there(clone):
    block = README.partition("## What comes out\n")[2].partition("`writ view")[0]
    lines = re.findall(r"^ {6}(\S.*?) {2,}(.*)$", block, re.M)
    assert len(lines) >= 5
    for names, _ in lines:
        for name in re.split(r",? +", names):
            assert list((clone / RUN).glob(name.rstrip("/"))), name
    for name in ("README.md", "grid.svg"):
        assert f"{name} (the card)" in block or name in block
        assert (clone / RUN / "dataset" / name).is_file()
    for config in ("data", "sharegpt"):
        assert list((clone / RUN / "dataset" / config).glob("*.parquet"))


def test_the_program_that_loads_it_does(clone, tmp_path):
    code = README.partition("```python\nimport json\nfrom datasets")[2].partition("```")[0]
    told = "import json\nfrom datasets" + code + "\nprint(len(rows), len(hard), len(proof['clauses']))\n"
    environment = {**os.environ, "HF_HOME": str(tmp_path), "HF_HUB_OFFLINE": "1"}
    done = subprocess.run(
        [sys.executable, "-c", told], cwd=clone, capture_output=True, text=True, timeout=600, env=environment
    )
    assert done.returncode == 0, done.stderr
    rows, hard, clauses = map(int, done.stdout.split())
    assert 900 < rows < 1000 and 0 < hard < rows and clauses


def test_it_is_shown(clone, tmp_path):
    assert "trajectories about" in writ(clone, "stats", RUN)
    assert "1,000 of 1,000 kept" in writ(clone, "status", RUN)
    listed = writ(clone, "show", RUN)
    first = next(RunFolder(clone / RUN).rows()).id
    assert "dialogue-" in listed and "proof" in writ(clone, "show", RUN, first)
    assert (clone / RUN / "report.html").read_text().startswith("<!doctype html>")


def test_the_browser_gets_pages(clone, tmp_path):
    assert f"`writ view {RUN}`" in README
    command = [str(clone / ".venv" / "bin" / "writ"), "view", str(RUN), "--port", "0"]
    with subprocess.Popen(command, cwd=clone, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            said = server.stdout.readline()
            address = re.search(r"http://([\d.]+):(\d+)/", said)
            assert address, said
            asked = http.client.HTTPConnection(address[1], int(address[2]), timeout=60)
            asked.request("GET", "/")
            answer = asked.getresponse()
            assert answer.status == 200 and "1,000" in answer.read().decode()
        finally:
            server.kill()
    assert "pages in" in writ(clone, "view", RUN, "--static", tmp_path / "site", "-n", 10)
    assert (tmp_path / "site" / "index.html").is_file()


def test_a_dry_run_of_publishing_tells_what_would_be_uploaded(clone):
    assert "a dry run without `--yes`" in README
    said = writ(clone, "publish", RUN, "--repo", "org/name", HF_TOKEN="")
    listed = re.findall(r"^  (\S+) +([\d,]+) bytes", said, re.M)
    folder = clone / RUN / "dataset"
    there = {path.relative_to(folder).as_posix(): f"{path.stat().st_size:,}" for path in folder.rglob("*.*")}
    # The card names the repository there, the folder here.
    assert {**dict(listed), "README.md": ""} == {**there, "README.md": ""}
    rows = dict(re.findall(r"^config (\w+): train (\d+) rows", said, re.M))
    kept = sum(row.split == "train" for row in RunFolder(clone / RUN).rows())
    assert rows == {"default": str(kept), "sharegpt": str(kept)}
    assert "This was a dry run: nothing was uploaded" in said


def test_nothing_is_to_be_done_until_a_filter_changes_and_then_no_dialogue_is_made(clone):
    recipe = clone / "recipes" / "quickstart.yaml"
    assert "nothing to do, 1,000 of 1,000" in writ(clone, "plan", recipe)
    assert "nothing to do, 1000 of 1000" in writ(clone, "run", recipe)

    recipe.write_text(recipe.read_text() + "checks: {zero_gain_turns: 0}\n")
    planned = writ(clone, "plan", recipe)
    fresh = {name: re.search(rf"^{name} +(\d+) +(\d+) +(\d+)", planned, re.M) for name in STEPS}
    assert all(found for found in fresh.values()), planned
    stale = [name for name, found in fresh.items() if found and int(found[2])]
    assert stale == ["validate_dialogues"] and "setting zero_gain_turns unset -> 0" in " ".join(planned.split())

    refused = writ(clone, "run", recipe, code=2)
    assert "was made with something else" in refused and "Add --update" in refused

    made = files_of(clone, ("1_*", "2_*", "3_*"))
    judged = files_of(clone, ("4_*",))
    assert "1000 of 1000" in writ(clone, "run", recipe, "--update")
    assert files_of(clone, ("1_*", "2_*", "3_*")) == made  # later rounds order what is missing now
    assert all(time != judged.get(path) for path, time in files_of(clone, ("4_*",)).items())
    assert all(row.zero_gain_turns == 0 for row in RunFolder(clone / RUN).rows())
    assert "nothing to do" in writ(clone, "plan", recipe)


STEPS = ("generate_tasks", "diversify_behaviors", "simulate_dialogues", "validate_dialogues", "export_rows")
