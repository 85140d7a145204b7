"""Workers and drivers that wake up when another driver has the run write nothing into it."""

import os
import signal
import subprocess
import sys
import time

import pytest

from pipeline.errors import StorageError
from pipeline.house import HOME
from pipeline.local import Inline
from pipeline.observe.state import read_state
from pipeline.observe.watch import Watch
from pipeline.plan import Again
from pipeline.progress import Silent
from pipeline.remote.local import bring, bring_file
from pipeline.run_lock import fenced, locked
from pipeline.runner import run
from pipeline.storage import write_bytes
from tests.pipeline.orphan import COUNT
from tests.pipeline.toy import Polish, plan

ORPHAN = [sys.executable, "-m", "tests.pipeline.orphan"]


def there(path):
    """Waits for a file; how long that takes means nothing."""
    until = time.monotonic() + 300
    while not path.exists():
        assert time.monotonic() < until, f"{path} never came"
        time.sleep(0.02)


def between_two_beats(out):
    """Waits until a driver has just given a sign of life: for a while it writes nothing."""
    until, before = time.monotonic() + 300, read_state(out).beat
    while read_state(out).beat == before:
        assert time.monotonic() < until, "it gives no sign of life"
        time.sleep(0.02)


def everything(out):
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in out.rglob("*") if path.is_file()}


def test_a_worker_that_outlives_its_killed_driver_writes_nothing_into_the_next_run(tmp_path):
    out, place = tmp_path / "out", tmp_path
    driver = subprocess.Popen([*ORPHAN, "drive", str(out), str(place)], cwd=HOME)
    try:
        there(place / "at work")
        os.kill(driver.pid, signal.SIGKILL)
        driver.wait()
        # Where it waits, it has made the first stage; it would go on with the second.
        assert (out / "stages/1_write_notes/r0-00000.json").exists()
        (out / "stages").rename(tmp_path / "earlier")
        assert run(plan(out, polish=Polish(word="new"), count=COUNT), Inline, Silent()).kept == COUNT
        made = everything(out)
    finally:
        driver.kill()
        driver.wait()
        (place / "go").touch()
    there(place / "said")
    assert "another `writ run` has taken this folder over" in (place / "said").read_text()
    assert everything(out) == made


@pytest.mark.parametrize("where", ["stage", "end"])
def test_a_driver_that_was_held_for_dead_and_wakes_up_writes_nothing_into_the_next_run(tmp_path, where):
    out, place = tmp_path / "out", tmp_path
    frozen = subprocess.Popen([*ORPHAN, "run", str(out), str(place), where], cwd=HOME)
    try:
        there(place / "at work")
        between_two_beats(out)
        frozen.send_signal(signal.SIGSTOP)
        os.waitpid(frozen.pid, os.WUNTRACED)
        (out / ".lock").unlink()  # its lock on that file says nothing any more
        again = Again(update=True)
        assert run(plan(out, polish=Polish(word="new"), count=COUNT), Inline, Silent(), again=again).kept == COUNT
        made = everything(out)
        (place / "go").touch()
        frozen.send_signal(signal.SIGCONT)
        frozen.wait(timeout=240)
    finally:
        frozen.kill()
        frozen.wait()
    assert "another `writ run` has taken this folder over" in (place / "said").read_text()
    assert everything(out) == made


def test_a_watch_over_a_run_that_another_driver_has_tells_nothing_more(tmp_path):
    with locked(tmp_path) as epoch, fenced(tmp_path, epoch):
        watch = Watch(tmp_path, 10, Silent())
        watch.state.every = 0.02
        with watch:
            beats = watch.state.beat
            (tmp_path / ".lock").write_text("another driver")
            until = time.monotonic() + 120
            while watch.state.beat < beats + 2 or not watch.state.lost_why:
                assert time.monotonic() < until, "its thread writes on"
                time.sleep(0.02)
            # By name: its thread still begins files, which then get none.
            names = (".lock", "status.json", "events/00000.jsonl")
            before = {name: (tmp_path / name).read_bytes() for name in names}
        assert everything(tmp_path) == before
    assert "has taken this folder over" in watch.state.lost_why


def test_what_gets_its_place_by_renaming_is_fenced_too(tmp_path):
    run, work = tmp_path / "run", tmp_path / "work"
    for name in (run / "dataset", work):
        name.mkdir(parents=True)
        (name / "README.md").write_text(name.name)
    with locked(run) as epoch, fenced(run, epoch):
        (run / ".lock").write_text("another driver")
        before = everything(tmp_path)
        with pytest.raises(StorageError, match="has taken this folder over"):
            bring(work, run / "dataset", last="README.md")
        with pytest.raises(StorageError, match="has taken this folder over"):
            bring_file(work / "README.md", run / "index.parquet")
        assert everything(tmp_path) == before


def test_without_a_fence_it_would_spoil_that_run(tmp_path):
    out = tmp_path / "out"
    run(plan(out, polish=Polish(word="new"), count=COUNT), Inline, Silent())
    made = everything(out)
    (tmp_path / "go").touch()
    subprocess.run([*ORPHAN, "work", str(out), str(tmp_path), ""], cwd=HOME, check=True)
    assert (tmp_path / "said").read_text() == "written"
    assert everything(out)["stages/2_polish/r0-00000.parquet"] != made["stages/2_polish/r0-00000.parquet"]


def test_a_refused_file_leaves_nothing_half_written_and_the_earlier_one_as_it_was(tmp_path):
    with locked(tmp_path) as first, fenced(tmp_path, first):
        write_bytes(tmp_path / "a", b"first")
    with locked(tmp_path) as second:
        assert first != second
        with fenced(tmp_path, first), pytest.raises(StorageError, match="has taken this folder over"):
            write_bytes(tmp_path / "a", b"late")
        assert (tmp_path / "a").read_bytes() == b"first"
        with fenced(tmp_path, second):
            write_bytes(tmp_path / "a", b"second")
    assert {path.name for path in tmp_path.iterdir()} == {".lock", "a"}
