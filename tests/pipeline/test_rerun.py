import dataclasses
import io
import re
import shutil
import subprocess
import sys

import msgspec
import pytest
from rich.console import Console

from pipeline.errors import WHOLE, RecipeError, StageFailed, StorageError
from pipeline.house import HOME
from pipeline.local import Inline
from pipeline.plan import Again
from pipeline.plan_view import show_plan
from pipeline.progress import Silent
from pipeline.provenance import changes, provenance_of, read_provenance
from pipeline.rerun import fork, outlook, selected
from pipeline.run_folder import RunFolder
from pipeline.runner import run
from tests.pipeline.toy import Polish, WriteNotes, files, plan

PLAIN, UPDATE = Again(), Again(update=True)
KIND = Polish(word="kindly")


def go(made, again=PLAIN):
    return run(made, Inline, Silent(), again=again)


def part(made, begin=None, only=None, until=None):
    return dataclasses.replace(made, line=selected(made.line, begin, only, until))


def seen(made):
    return outlook(made, provenance_of(made.recipe, made.identity(), made.line))


def times(out, stage):
    return {path.name: path.stat().st_mtime_ns for path in (out / "stages" / stage).iterdir()}


def told(made, width=200):
    paper = io.StringIO()
    show_plan(made, [], Console(file=paper, width=width))
    return paper.getvalue()


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    out = tmp_path_factory.mktemp("runs") / "whole"
    go(plan(out))
    return out


@pytest.fixture
def out(whole, tmp_path):
    return shutil.copytree(whole, tmp_path / "run")


@pytest.fixture(scope="module")
def kind(tmp_path_factory):
    out = tmp_path_factory.mktemp("runs") / "kind"
    go(plan(out, polish=KIND))
    return files(out)


def test_with_another_setting_a_folder_is_left_as_it_is_and_the_message_says_what_would_be_made(out):
    before = files(out)
    with pytest.raises(RecipeError) as refused:
        go(plan(out, polish=KIND))
    text = str(refused.value)
    assert re.search(r"write_notes: \d+ fresh\n", text)
    assert re.search(r"polish: \d+ stale: setting word please -> kindly\n", text)
    assert "--update" in text and f"--fork {out} --out DIR" in text
    assert files(out) == before and RunFolder(out).manifest()["kept"] == 200


def test_an_update_makes_only_what_has_changed_and_gives_what_a_fresh_run_gives(out, kind):
    first = times(out, "1_write_notes")
    assert go(plan(out, polish=KIND), UPDATE).exit_code == WHOLE
    assert times(out, "1_write_notes") == first
    assert files(out) == kind
    assert go(plan(out, polish=KIND)).nothing_to_do


def test_the_outlook_counts_shards_and_looks_behind_a_stale_step(out):
    notes, polish = seen(plan(out, write=WriteNotes(per_task=3, impossible=(9,))))
    assert (notes.fresh, notes.missing) == (0, 0) and notes.stale > 1
    assert notes.why == ("setting impossible [] -> [9]",)
    assert (polish.stale, polish.missing, polish.behind) == (0, 0, "write_notes")
    assert polish.fresh == notes.stale and polish.seconds is not None


def test_more_rows_are_missing_not_stale(out):
    steps = seen(plan(out, count=2000))
    assert all(step.missing > 5 and not step.stale and not step.why for step in steps)
    before = files(out / "stages/2_polish")
    go(plan(out, count=2000))
    after = files(out / "stages/2_polish")
    whole_shards = [name for name in before if name.startswith("r0-") and not name.startswith("r0-00002")]
    assert len(whole_shards) >= 2 and all(after[name] == before[name] for name in whole_shards)


def test_until_makes_the_shards_that_a_larger_run_has(out):
    larger = plan(out, count=400)
    missing = seen(larger)[0].missing
    go(part(larger, until="write_notes"))
    made = times(out, "1_write_notes")
    assert seen(larger)[0].missing == 0 < missing
    go(larger)
    assert made.items() <= times(out, "1_write_notes").items()


def test_other_orders_are_named_and_need_an_update_too(out, tmp_path):
    other = {"tasks": {"read_heavy": 0.6, "write_intensive": 0.4}}
    with pytest.raises(RecipeError, match=r"orders are others \(tasks.information 0.1 -> unset; (?s:.*)--update"):
        go(plan(out, **other))
    go(plan(out, **other), UPDATE)
    go(plan(tmp_path / "fresh", **other))
    assert files(tmp_path / "fresh") == {name: files(out)[name] for name in files(tmp_path / "fresh")}


def test_changed_code_is_named_by_its_file(whole):
    made = plan(whole)
    now = provenance_of(made.recipe, made.identity(), made.line)
    record = now.steps["polish"]
    older = msgspec.structs.replace(record, key="other", code={**record.code, "stages/base.py": "0"})
    before = msgspec.structs.replace(now, steps={**now.steps, "polish": older})
    assert changes(before, now) == {"polish": ["code of stages/base.py"]}
    assert changes(now, now) == {}
    assert read_provenance(whole) == now


def test_from_takes_earlier_shards_as_they_are_and_does_not_forget_what_made_them(out):
    changed = {"write": WriteNotes(per_task=3, impossible=(9,)), "polish": KIND}
    first = times(out, "1_write_notes")
    assert go(part(plan(out, **changed), begin="polish"), UPDATE).exit_code == WHOLE
    assert times(out, "1_write_notes") == first
    assert next(RunFolder(out).rows()).messages[0]["content"].startswith("kindly note")
    notes, polish = seen(plan(out, **changed))
    assert notes.why == ("setting impossible [] -> [9]",) and notes.stale
    assert not polish.stale and not polish.why


def test_from_needs_what_comes_before(tmp_path):
    with pytest.raises(StorageError, match=r"1_write_notes/r0-00000.parquet: was never made.*leave --from out"):
        go(part(plan(tmp_path / "run"), begin="polish"))


def test_until_ends_after_a_stage_and_the_same_command_goes_on(whole, tmp_path):
    out = tmp_path / "run"
    outcome = go(part(plan(out), until="write_notes"))
    assert (outcome.upto, outcome.exit_code) == ("write_notes", WHOLE)
    assert sorted(path.name for path in (out / "stages").iterdir()) == ["1_write_notes"]
    assert go(plan(out)).kept == 200
    assert files(out) == files(whole)


def test_force_makes_anew_what_is_fresh_and_gives_the_same(whole, out):
    notes, polish = times(out, "1_write_notes"), times(out, "2_polish")
    go(plan(out), Again(force=("polish",)))
    assert times(out, "1_write_notes") == notes
    assert all(times(out, "2_polish")[name] > before for name, before in polish.items())
    assert files(out) == files(whole)
    go(part(plan(out), only="write_notes"), Again(force=("write_notes",)))
    assert all(times(out, "1_write_notes")[name] > before for name, before in notes.items() if name.startswith("r0"))
    assert not (out / "run.json").exists()  # nothing is whole until the run has ended
    go(plan(out))
    assert files(out) == files(whole)


def test_a_fork_leaves_the_old_run_as_it_is(whole, kind, tmp_path):
    before = {path: path.read_bytes() for path in whole.rglob("*") if path.is_file()}
    new = tmp_path / "new"
    fork(whole, new)
    go(plan(new, polish=KIND), UPDATE)
    assert files(new) == kind
    assert {path: path.read_bytes() for path in whole.rglob("*") if path.is_file()} == before
    with pytest.raises(StorageError, match="is there already"):
        fork(whole, new)
    with pytest.raises(StorageError, match="is no folder of a run"):
        fork(tmp_path, tmp_path / "other")


CUT = """
import os, sys
from pathlib import Path
from pipeline.rerun import fork
link, left = os.link, [3]
def counted(*paths):
    left[0] -= 1
    os.kill(os.getpid(), 9) if left[0] < 0 else link(*paths)
os.link = counted
fork(Path(sys.argv[1]), Path(sys.argv[2]))
"""


def test_a_fork_that_is_killed_leaves_no_folder_behind_and_can_be_made_again(whole, kind, tmp_path):
    new = tmp_path / "new"
    done = subprocess.run([sys.executable, "-c", CUT, str(whole), str(new)], cwd=HOME, timeout=300)
    assert done.returncode == -9 and not new.exists()
    assert len(list(tmp_path.rglob("*.parquet"))) + len(list(tmp_path.rglob("*.json"))) == 3
    fork(whole, new)
    assert [path.name for path in tmp_path.iterdir()] == ["new"]
    go(plan(new, polish=KIND), UPDATE)
    assert files(new) == kind


def test_an_update_that_fails_goes_on_where_it_was(out, kind, tmp_path):
    broken = plan(out, write=WriteNotes(per_task=3, fail_at=100), polish=KIND, count=400)
    with pytest.raises(StageFailed):
        go(broken, UPDATE)
    go(plan(out, polish=KIND), UPDATE)
    assert {name: files(out)[name] for name in kind} == kind
    assert seen(plan(out, polish=KIND))[1].stale >= 0


@pytest.mark.parametrize(
    ("chosen", "message"),
    [
        ({"begin": "polich"}, "there is no stage 'polich'; the stages are write_notes, polish"),
        ({"begin": "polish", "until": "write_notes"}, "write_notes comes before polish"),
        ({"only": "polish", "until": "polish"}, "--only is --from and --until in one"),
    ],
)
def test_a_part_that_is_none_is_refused(tmp_path, chosen, message):
    with pytest.raises(RecipeError, match=message):
        part(plan(tmp_path), **chosen)


def test_writ_plan_says_it_in_a_table(whole, out, tmp_path):
    assert "nothing to do, 200 of 200 trajectories are there" in told(plan(whole))
    text = told(plan(out, polish=KIND))
    assert re.search(r"write_notes +\d+ +0 +0 *\n", text)
    assert re.search(r"polish +0 +\d+ +0 +setting word please -> kindly *\n", text)
    assert re.search(r"About \d+ s on \d+ workers", text)
    text = told(plan(tmp_path / "nothing"))
    assert re.search(r"write_notes +0 +0 +\d+ +not made yet", text) and "is not known" in text
