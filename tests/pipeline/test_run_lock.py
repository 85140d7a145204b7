import contextlib
import errno
import os
import subprocess
import sys
import threading
import time

import msgspec
import pytest

from pipeline.errors import StorageError
from pipeline.house import HOME
from pipeline.observe.state import begin, started, write_state
from pipeline.run_lock import locked

HOLD = """
import sys, time
from pathlib import Path
from pipeline.observe.state import begin, write_state
from pipeline.run_lock import locked
with locked(Path(sys.argv[1])):
    write_state(Path(sys.argv[1]), begin(10))
    print("held", flush=True)
    time.sleep(600)
"""


def no_locks(*_):
    raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))


@contextlib.contextmanager
def holder(folder):
    process = subprocess.Popen([sys.executable, "-c", HOLD, str(folder)], stdout=subprocess.PIPE, text=True, cwd=HOME)
    try:
        assert process.stdout.readline() == "held\n"
        yield process
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def says(folder, **changes):
    """Leaves a run behind that says of itself that it is at work."""
    write_state(folder, msgspec.structs.replace(begin(10), **{"every": 0.1, **changes}))


def test_a_second_driver_is_refused_by_name_and_a_killed_one_leaves_nothing_to_clean_up(tmp_path):
    with holder(tmp_path) as first:
        with (
            pytest.raises(StorageError, match=rf"at work here \(process {first.pid} on .*writ status .*--out"),
            locked(tmp_path),
        ):
            raise AssertionError("two are in one folder")
        first.kill()
        first.wait()
        with locked(tmp_path):
            pass
    with locked(tmp_path):
        pass


def test_without_locks_a_living_driver_is_found_by_its_process(tmp_path):
    with holder(tmp_path), pytest.raises(StorageError, match="at work here"), locked(tmp_path, no_locks):
        raise AssertionError("two are in one folder")
    with locked(tmp_path, no_locks):
        pass


def test_a_process_that_got_the_number_of_a_dead_driver_is_not_taken_for_it(tmp_path):
    says(tmp_path, pid=os.getpid(), pid_started=str(int(started(os.getpid())) - 1))
    with locked(tmp_path, no_locks):
        pass
    says(tmp_path, pid=os.getpid())
    with pytest.raises(StorageError, match="at work here"), locked(tmp_path, no_locks):
        raise AssertionError("two are in one folder")


@pytest.mark.parametrize("lock", [None, no_locks], ids=["locks of its own", "no locks"])
def test_a_driver_on_another_machine_is_given_time_for_a_sign_of_life(tmp_path, lock):
    options = [lock] if lock else []
    says(tmp_path, host="node7", boot="another", pid=1)
    with locked(tmp_path, *options):
        pass
    ended = threading.Event()

    def beating():
        beat = 0
        while not ended.is_set():
            beat += 1
            says(tmp_path, host="node7", boot="another", pid=1, beat=beat, every=5.0)
            time.sleep(0.05)

    thread = threading.Thread(target=beating)
    thread.start()
    try:
        with pytest.raises(StorageError, match="process 1 on node7"):
            while True:  # until its first sign of life was seen
                with locked(tmp_path, *options):
                    pass
    finally:
        ended.set()
        thread.join()


def test_what_has_ended_or_cannot_be_read_locks_nothing(tmp_path):
    says(tmp_path, host="node7", boot="another", state="interrupted")
    with locked(tmp_path, no_locks):
        pass
    (tmp_path / "status.json").write_text('{"v": 99, "state": "running"')
    with locked(tmp_path, no_locks):
        pass
