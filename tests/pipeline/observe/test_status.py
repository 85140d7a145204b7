"""`writ status` beside real runs: one that is at work in another process, was killed, is stuck, or lies elsewhere."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from pipeline.local import Inline
from pipeline.observe.state import State, read_state, write_state
from pipeline.observe.status import sign_of_life
from pipeline.progress import Silent
from pipeline.runner import run
from tests.pipeline.toy import plan

WRIT = Path(sys.executable).with_name("writ")
HOME = Path(__file__).parents[3]
CHILD = """
from pathlib import Path
from pipeline.local import Inline
from pipeline.progress import Silent
from pipeline.runner import run
from tests.pipeline.toy import Polish, plan
run(plan(Path({out!r}), polish=Polish(pause=0.05), count=6000), Inline, Silent())
"""


def status(out, *options):
    command = [str(WRIT), "status", str(out), *options]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, env={**os.environ, "COLUMNS": "200"})


@pytest.fixture
def child(tmp_path):
    """A run at work in another process, for a quarter of an hour if nobody ends it."""
    out = tmp_path / "run"
    process = subprocess.Popen([sys.executable, "-c", CHILD.format(out=str(out))], cwd=HOME)
    deadline = time.monotonic() + 120
    while (state := read_state(out)) is None or not state.stages:
        assert time.monotonic() < deadline and process.poll() is None
        time.sleep(0.05)
    yield out, process
    process.kill()
    process.wait()


@pytest.mark.slow
def test_a_live_run_a_stuck_one_and_a_killed_one_are_told_apart(child):
    out, process = child
    live = status(out)
    assert live.returncode == 0, live.stdout + live.stderr
    assert "running for 0:0" in live.stdout and f"(process {process.pid}), round 1" in live.stdout
    assert "of 6,000 kept" in live.stdout and "per second" in live.stdout and "write_notes" in live.stdout
    process.send_signal(signal.SIGSTOP)
    os.waitpid(process.pid, os.WUNTRACED)  # until it stands still
    state = read_state(out)
    write_state(out, replaced(state, at=state.at - 60))
    stuck = status(out)
    assert stuck.returncode == 1 and f"process {process.pid} is there, but has said nothing for 0:01:" in stuck.stdout
    process.kill()
    process.wait()
    dead = status(out)
    assert dead.returncode == 1 and "not running" in dead.stdout and "goes on where it was" in dead.stdout
    found = json.loads(status(out, "--json").stdout)
    assert (found["life"], found["v"], found["pid"]) == ("dead", 1, process.pid)


def replaced(old, **changes):
    return State(**{**{name: getattr(old, name) for name in State.__struct_fields__}, **changes})


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    out = tmp_path_factory.mktemp("status") / "run"
    run(plan(out), Inline, Silent())
    return out


def test_a_finished_run_and_a_partial_one(whole, tmp_path):
    done = status(whole)
    assert done.returncode == 0 and "finished after 0:00:" in done.stdout and "200 of 200 kept" in done.stdout
    write_state(tmp_path, replaced(read_state(whole), partial=True, kept=150))
    short = status(tmp_path)
    assert short.returncode == 1 and "finished with less than was wanted" in short.stdout


def test_a_run_of_a_version_that_said_nothing_of_itself_and_no_run_at_all(tmp_path, whole):
    old = tmp_path / "old"
    old.mkdir()
    for name in ("recipe.json", "run.json"):
        (old / name).write_bytes((whole / name).read_bytes())
    found = status(old)
    assert found.returncode == 0 and "finished, 200 of 200 kept" in found.stdout
    nothing = status(tmp_path)
    assert nothing.returncode == 2 and "is no folder of a run" in nothing.stderr


def test_on_another_machine_the_next_beat_decides_and_no_clock(tmp_path, whole):
    """The driver's clock is an hour behind; while it beats it is alive, once it is silent it is not."""
    elsewhere = replaced(
        read_state(whole), state="running", host="node7", boot="another", every=15.0, at=time.time() - 3600
    )
    write_state(tmp_path, elsewhere)
    ended = threading.Event()

    def beating():
        while not ended.wait(0.05):
            elsewhere.beat += 1
            write_state(tmp_path, elsewhere)

    thread = threading.Thread(target=beating)
    thread.start()
    try:
        assert sign_of_life(tmp_path, replaced(elsewhere))[0] == "running"
    finally:
        ended.set()
        thread.join()
    assert sign_of_life(tmp_path, replaced(read_state(tmp_path), every=0.1))[0] == "dead"


def test_a_driver_killed_after_all_was_written_counts_as_finished(tmp_path, whole):
    (tmp_path / "run.json").write_bytes((whole / "run.json").read_bytes())
    write_state(tmp_path, replaced(read_state(whole), state="running", pid_started="1"))
    life, state = sign_of_life(tmp_path, read_state(tmp_path))
    assert (life, state.state) == ("ended", "finished")
