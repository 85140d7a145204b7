"""Whole runs in a store, beside the same ones on a disk."""

import os
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from pipeline.contents import lost
from pipeline.errors import StorageError
from pipeline.local import Inline
from pipeline.observe.log import read_events
from pipeline.observe.state import read_state
from pipeline.progress import Silent
from pipeline.remote.path import at
from pipeline.run_folder import RunFolder
from pipeline.runner import run
from pipeline.storage import write_bytes
from tests.pipeline.remote.store import store
from tests.pipeline.toy import Polish, files, plan

WRIT = Path(sys.executable).with_name("writ")
HOME = Path(__file__).parents[3]
MADE = ("run", "recipes/quickstart.yaml", "-n", "60")
CHILD = """
from pathlib import Path
from pipeline.local import Inline
from pipeline.progress import Silent
from pipeline.remote.path import at
from pipeline.runner import run
from tests.pipeline.toy import Polish, plan
run(plan(at({out!r}), polish=Polish(pause=0.01)), Inline, Silent())
"""
TOLD = """
import typer
from pipeline.program import told
from pipeline.local import Inline
from pipeline.progress import Silent
from pipeline.remote.path import at
from pipeline.runner import run
from tests.pipeline.toy import Polish, plan
try:
    told(lambda: run(plan(at({out!r}), polish=Polish(pause=0.01)), Inline, Silent()).exit_code)()
except typer.Exit as end:
    exit(end.exit_code)
"""


def writ(*words, **environment):
    told = {**os.environ, "COLUMNS": "200", **environment}
    command = [str(WRIT), *map(str, words)]
    return subprocess.run(command, env=told, cwd=HOME, capture_output=True, text=True, timeout=300)


@pytest.fixture(scope="module")
def both(s3, tmp_path_factory):
    """The same run on a disk and in the store."""
    disk, remote = tmp_path_factory.mktemp("remote") / "run", at("s3://bucket/whole/run")
    for out, options in ((disk, ["--executor", "inline"]), (remote, ["--workers", "2"])):
        done = writ(*MADE, "--out", out, *options)
        assert done.returncode == 0, done.stderr
    return disk, remote


def contents(folder):
    found = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


SITUATIONAL = ("run.json", "inputs.json", "status.json", "events/", ".lock")


@pytest.mark.slow
def test_a_run_in_a_store_has_the_bytes_of_one_on_a_disk(both):
    disk, remote = map(contents, both)
    assert {n for n in disk if not n.startswith(SITUATIONAL)} == {n for n in remote if not n.startswith(SITUATIONAL)}
    same = [n for n in disk if n.endswith(".parquet") or n.startswith("dataset/") or n == "recipe.json"]
    assert len(same) > 10 and {n: disk[n] for n in same} == {n: remote[n] for n in same}
    assert RunFolder(both[1]).manifest()["kept"] == 60


@pytest.mark.slow
def test_a_store_serves_the_commands_that_read(both, tmp_path):
    disk, remote = both
    for words in (["stats"], ["publish", "--repo", "org/name"]):
        name, *options = words
        found = [writ(name, out, *options) for out in both]
        assert [each.returncode for each in found] == [0, 0], found[1].stderr
        there, here = (each.stdout.replace(str(out), "RUN") for each, out in zip(found, both, strict=True))
        assert _timeless(there) == _timeless(here)
    row = next(RunFolder(remote).rows()).id
    assert writ("show", remote, row).stdout == writ("show", disk, row).stdout
    assert "finished after" in writ("status", remote).stdout
    pages = writ("view", remote, "--static", tmp_path / "pages", "-n", "3")
    assert pages.returncode == 0 and (tmp_path / "pages/index.html").is_file()
    exported = [writ("export", out, "--format", "trl").returncode for out in both]
    assert exported == [0, 0]
    assert contents(disk / "exports") == contents(remote / "exports")
    assert "nothing to do" in writ("plan", *MADE[1:], "--out", remote).stdout


def _timeless(text):
    return [line for line in text.splitlines() if "last session" not in line]


@pytest.mark.slow
def test_what_a_run_in_a_store_has_lost_is_made_again(place):
    def page(out):
        write_bytes(out / "page.html", b"a page")
        return out / "page.html"

    def go(executor):
        return run(plan(place, count=60), executor, Silent(), (page,))

    go(Inline)
    before = files(place)
    (place / "page.html").unlink()
    assert [str(each) for each in lost(place)] == ["page.html is missing"]
    assert go(_never).nothing_to_do is False and (place / "page.html").read_bytes() == b"a page"
    (place / "stages/1_write_notes/r0-00000.parquet").unlink()
    assert [str(each) for each in lost(place)] == ["stages/1_write_notes/r0-00000.parquet is missing"]
    go(Inline)
    assert files(place) == before and go(_never).nothing_to_do


def _never():
    raise AssertionError("an executor was started")


@pytest.mark.slow
def test_parquet_in_a_store_can_be_read_in_parts(both):
    file = next((both[1] / "dataset/data").glob("train-*.parquet"))
    with file.opened() as opened:
        assert pq.ParquetFile(opened).read(columns=["id"]).num_rows > 50


def slow(out):
    return plan(out, polish=Polish(pause=0.01))


@pytest.mark.slow
def test_a_driver_killed_at_work_on_a_store_continues_at_once_and_two_at_a_time_are_refused(place, tmp_path):
    child = subprocess.Popen([sys.executable, "-c", CHILD.format(out=str(place))], cwd=HOME)
    deadline = time.monotonic() + 120
    while not (place / "stages/3_features/r0-00000.json").exists():
        assert time.monotonic() < deadline and child.poll() is None
        time.sleep(0.05)
    child.send_signal(signal.SIGSTOP)
    os.waitpid(child.pid, os.WUNTRACED)
    with pytest.raises(StorageError, match=f"process {child.pid}"):
        run(slow(place), Inline, Silent())
    child.kill()
    child.wait()
    assert not (place / "run.json").exists()
    run(slow(place), Inline, Silent())
    run(slow(tmp_path / "run"), Inline, Silent())
    assert files(place) == files(tmp_path / "run")
    state = read_state(place)
    assert state.state == "finished" and state.found >= 1
    assert [each.event for each in read_events(place / "events")][-1] == "run.finished"


@pytest.mark.slow
def test_a_store_that_falls_silent_ends_the_run_which_then_goes_on():
    with store() as silent:
        code = TOLD.format(out="s3://bucket/run")

        def drive(seconds):
            environment = {**os.environ, **silent.environment, "WRIT_S3_TIMEOUT": seconds}
            return subprocess.Popen([sys.executable, "-c", code], cwd=HOME, env=environment, stderr=subprocess.PIPE)

        child = drive("1")
        while b"r0-00001.json" not in _listed(f"{silent.url}/bucket?list-type=2&prefix=run/stages/1_write_notes/"):
            assert child.poll() is None
            time.sleep(0.05)
        silent.process.send_signal(signal.SIGSTOP)
        said = child.communicate(timeout=280)[1].decode()
        assert child.returncode == 2 and "no answer in time" in said and "the same command goes on" in said, said
        assert "Traceback" not in said
        silent.process.send_signal(signal.SIGCONT)
        again = drive("60")
        said = again.communicate(timeout=280)[1].decode()
        assert again.returncode == 0, said
        assert b"run/run.json" in _listed(f"{silent.url}/bucket?list-type=2&prefix=run/run")


def _listed(url):
    with urllib.request.urlopen(url, timeout=60) as answer:
        return answer.read()


@pytest.mark.slow
def test_a_store_that_refuses_is_told_with_the_reason_and_exit_code_2(s3):
    missing = writ(*MADE, "--executor", "inline", "--out", "s3://no-such-bucket/run")
    assert missing.returncode == 2
    assert "s3://no-such-bucket/run: there is no such bucket; make it, or name another" in missing.stderr
    nobody = writ("stats", "s3://bucket/nobody")
    assert nobody.returncode == 2 and "s3://bucket/nobody: is no folder of a run" in nobody.stderr
    gone = writ("stats", "s3://bucket/run", AWS_ENDPOINT_URL="http://127.0.0.1:9", WRIT_S3_TIMEOUT="1")
    assert gone.returncode == 2 and "see to AWS_ENDPOINT_URL" in gone.stderr
    wrong = writ("stats", "s3://bucket/run", WRIT_S3_TIMEOUT="soon")
    assert wrong.returncode == 2 and "WRIT_S3_TIMEOUT" in wrong.stderr
    with store(INITIAL_NO_AUTH_ACTION_COUNT="1") as closed:
        denied = writ(*MADE, "--executor", "inline", "--out", "s3://bucket/run", **closed.environment)
        assert denied.returncode == 2 and "Traceback" not in denied.stderr
        assert "s3://bucket/run: " in denied.stderr and "AWS_ACCESS_KEY_ID" in denied.stderr
