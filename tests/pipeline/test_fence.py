"""A worker that outlives its killed driver, and wakes up when the next driver has made the run, writes nothing."""

import os
import signal
import subprocess
import sys
import time

import pytest

from pipeline.errors import StorageError
from pipeline.house import HOME
from pipeline.local import Inline
from pipeline.progress import Silent
from pipeline.run_lock import fenced, locked
from pipeline.runner import run
from pipeline.storage import write_bytes
from tests.pipeline.orphan import COUNT
from tests.pipeline.toy import Polish, plan

ORPHAN = [sys.executable, "-m", "tests.pipeline.orphan"]


def there(path):
    """Waits for a file; how long that takes means nothing."""
    until = time.monotonic() + 120
    while not path.exists():
        assert time.monotonic() < until, f"{path} never came"
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
