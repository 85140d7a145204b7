"""Nothing stale is seen at a glance; whatever differs is looked at properly."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.house import HOME
from pipeline.unchanged import Asked, made_with, note, unchanged

HEAVY = ("pyarrow", "ray", "numpy", "networkx", "stages.simulate_dialogues")
GLANCE = """
import sys
from pipeline.cli import app
try:
    app(sys.argv[1:])
except SystemExit as end:
    assert end.code == 0, end.code
print(sorted(set({heavy!r}) & set(sys.modules)))
"""


def writ(*words):
    command = [sys.executable, "-c", GLANCE.format(heavy=HEAVY), *map(str, words)]
    done = subprocess.run(command, cwd=HOME, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return done


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    place = tmp_path_factory.mktemp("unchanged")
    writ("init", place / "library")
    writ("run", place / "library" / "recipe.yaml", "-n", "12", "--executor", "inline", "--out", place / "run")
    return place


@pytest.fixture
def here(made, tmp_path):
    """A copy, so that each test may change something."""
    place = tmp_path / "copy"
    shutil.copytree(made, place)
    assert unchanged(asked(place), place / "run") is None  # its files lie elsewhere
    noted(place)
    return place


def noted(place):
    now = made_with(asked(place), [place / "library"])
    note(place / "run", now, now)


def _run(place, command="run", count=12):
    return command, place / "library" / "recipe.yaml", "-n", str(count), "--out", place / "run"


def asked(place, **other):
    return Asked(**{"recipe": place / "library" / "recipe.yaml", "count": 12, **other})


def test_nothing_heavy_is_imported_to_see_that_nothing_has_changed(made):
    run, plan = writ(*_run(made)), writ(*_run(made, "plan"))
    assert "nothing to do, 12 of 12 trajectories are there; look at them with" in run.stderr
    assert "nothing to do, 12 of 12 trajectories are there" in plan.stdout
    assert [each.stdout.splitlines()[-1] for each in (run, plan)] == ["[]", "[]"]


def test_what_is_told_at_a_glance_is_what_is_told_otherwise(here):
    quick = [writ(*_run(here, command)) for command in ("run", "plan")]
    (here / "run" / "inputs.json").unlink()
    slow = [writ(*_run(here, command)) for command in ("plan", "run")][::-1]
    assert all("pyarrow" in each.stdout for each in slow)
    assert unchanged(asked(here), here / "run") == 12
    assert [each.stderr for each in quick] == [each.stderr for each in slow]
    assert quick[1].stdout.splitlines()[0] == slow[1].stdout.splitlines()[0]


CHANGES = {
    "a tool": lambda place: _append(place / "library" / "tools.py", "\n# one more line\n"),
    "a new module of the domain": lambda place: (place / "library" / "more.py").write_text("X = 1\n"),
    "the recipe": lambda place: _append(place / "library" / "recipe.yaml", "\n# a word\n"),
    "an edited run": lambda place: _append(place / "run" / "run.json", " "),
    "a run that was not ended": lambda place: (place / "run" / "run.json").unlink(),
    "a shard that is gone": lambda place: next((place / "run/stages").glob("2_*/*.parquet")).unlink(),
    "half a manifest of one": lambda place: next((place / "run/stages").glob("2_*/*.json")).write_text("{"),
    "a file of the data set that is gone": lambda place: next((place / "run/dataset/data").glob("*")).unlink(),
    "a report that is gone": lambda place: (place / "run/report.html").unlink(),
    "the note itself": lambda place: (place / "run" / "inputs.json").write_text("{"),
    "another form of the note": lambda place: (place / "run" / "inputs.json").write_text("[]"),
    "a recipe that is gone": lambda place: (place / "library" / "recipe.yaml").unlink(),
    "a run that is short": lambda place: _short(place / "run"),
}


@pytest.mark.parametrize("what", CHANGES)
def test_whatever_differs_is_looked_at(here, what):
    assert unchanged(asked(here), here / "run") == 12
    CHANGES[what](here)
    assert unchanged(asked(here), here / "run") is None


def test_another_question_is_another_run(here):
    for other in ({"count": 13}, {"count": None}, {"seed": 4}, {"world": here / "library" / "recipe.yaml"}):
        assert unchanged(asked(here, **other), here / "run") is None, other
    assert unchanged(asked(here), None) is None  # the recipe's own folder under outputs/


def test_what_somebody_edits_while_the_run_is_made_is_looked_at(tmp_path):
    """Here a tool does so, whenever it is called: the run was not made with what lies there at its end."""
    library = tmp_path / "library"
    writ("init", library)
    edit = "open(__file__.replace('tools.py', 'notes.txt'), 'a').write('*')"
    code = (
        (library / "tools.py")
        .read_text()
        .replace("    return cast(Loan, loan)", f"    {edit}\n    return cast(Loan, loan)")
    )
    assert edit in code
    (library / "tools.py").write_text(code)
    words = "run", library / "recipe.yaml", "-n", "4", "--executor", "inline", "--out", tmp_path / "run"
    writ(*words)
    assert (library / "notes.txt").exists() and (tmp_path / "run" / "run.json").exists()
    assert not (tmp_path / "run" / "inputs.json").exists()


def _append(path: Path, text: str) -> None:
    path.write_text(path.read_text() + text)


def _short(run: Path) -> None:
    ended = json.loads((run / "run.json").read_text())
    (run / "run.json").write_text(json.dumps({**ended, "wanted": 13}))
