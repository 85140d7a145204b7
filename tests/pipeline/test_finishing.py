"""The end of a run that was interrupted: what is whole stays, and no shard is looked at again."""

import json
import os
import subprocess
import sys

import pytest

from pipeline.errors import StorageError
from pipeline.house import HOME
from pipeline.local import Inline
from pipeline.plan import Again
from pipeline.progress import Silent
from pipeline.runner import run
from pipeline.storage import read_json, write_json
from tests.pipeline.toy import files, plan

KILLED = """
import sys
from pathlib import Path
from tests.pipeline.test_finishing import cut, pages
from tests.pipeline.toy import plan
from pipeline.local import Inline
from pipeline.progress import Silent
from pipeline.runner import run

run(plan(Path(sys.argv[1])), Inline, Silent(), (pages, cut))
"""


def pages(out):
    """Counts how often it was called."""
    path = out / "pages.txt"
    path.write_text(f"{path.read_text() if path.exists() else ''}*")
    return path


def cut(out):
    """Writes half a file and dies, unless somebody lets it live."""
    path = out / "cut.txt"
    path.write_text("half")
    if not (out.parent / "live").exists():
        os.kill(os.getpid(), 9)
    path.write_text(json.dumps(read_json(out / "kept.json")["shards"]))
    return path


def never():
    raise AssertionError("an executor was started")


@pytest.fixture
def killed(tmp_path):
    out = tmp_path / "run"
    done = subprocess.run([sys.executable, "-c", KILLED, str(out)], cwd=HOME, timeout=300)
    assert done.returncode == -9
    assert (out / "cut.txt").read_text() == "half" and not (out / "run.json").exists()
    (tmp_path / "live").touch()
    return out


def made(out, executor=never, **changes):
    return run(plan(out, **changes), executor, Silent(), (pages, cut))


def test_a_run_killed_at_its_end_goes_on_there(killed, tmp_path):
    outcome = made(killed)
    assert (outcome.kept, outcome.nothing_to_do) == (200, False)
    assert (killed / "pages.txt").read_text() == "*"
    assert (killed / "cut.txt").read_text().startswith("[")
    assert not (killed / "finishing.json").exists()
    assert made(killed).nothing_to_do

    undisturbed = tmp_path / "undisturbed"
    made(undisturbed, Inline)
    assert files(killed) == files(undisturbed)
    one, other = (read_json(out / "run.json") for out in (killed, undisturbed))
    assert {name for name in one if one[name] != other[name]} <= {"seconds", "kept_per_second"}
    assert one["seconds"] > 0


def test_what_was_deleted_of_it_is_made_again_alone_also_when_that_is_killed(killed, tmp_path):
    made(killed)
    before = read_json(killed / "run.json")
    (killed / "cut.txt").unlink()
    (tmp_path / "live").unlink()
    done = subprocess.run([sys.executable, "-c", KILLED, str(killed)], cwd=HOME, timeout=300)
    assert done.returncode == -9 and not (killed / "run.json").exists()
    (tmp_path / "live").touch()
    assert made(killed).nothing_to_do is False
    assert (killed / "cut.txt").read_text().startswith("[") and (killed / "pages.txt").read_text() == "*"
    after = read_json(killed / "run.json")
    assert {name for name in before if before[name] != after.get(name)} <= {"seconds", "kept_per_second"}
    assert made(killed).nothing_to_do


def test_another_size_is_another_run(killed):
    with pytest.raises(AssertionError, match="executor"):
        made(killed, count=201)
    outcome = made(killed, Inline, count=201)
    assert (outcome.kept, (killed / "pages.txt").read_text()) == (201, "**")


def test_force_takes_nothing_as_it_is(killed):
    everything = Again(force=("write_notes", "polish"))
    with pytest.raises(AssertionError, match="executor"):
        run(plan(killed), never, Silent(), (pages, cut), again=everything)
    assert not (killed / "finishing.json").exists()


def test_rows_that_somebody_chose_otherwise_are_chosen_anew(killed):
    kept = read_json(killed / "kept.json")
    write_json(killed / "kept.json", {**kept, "shards": kept["shards"][:1]})
    assert made(killed, Inline).kept == 200
    assert read_json(killed / "kept.json") == kept


def test_a_changed_file_is_refused(killed):
    write_json(killed / "finishing.json", {"key": 7})
    with pytest.raises(StorageError, match=r"finishing.json: is not what `writ run` wrote"):
        made(killed)
