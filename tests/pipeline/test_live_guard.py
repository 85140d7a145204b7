"""No server outlives the pipeline, whatever ends it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pipeline.live_folder import WorkingFolder
from pipeline.live_process import guarded
from tests.pipeline.servers import HERE, SMALL, small

DRIVER = """
import sys, time
from pathlib import Path
from pipeline.live_domain import open_domain
from pipeline.mcp_settings import McpSettings
live = open_domain("notes", McpSettings.model_validate_json(sys.argv[1]))
print("open", flush=True)
live.sandbox.fork().call("finish_note", {"note_id": "N1"})
if sys.argv[2] == "end":
    sys.exit(0)
# In short pieces: a signal that comes just before a sleep, or to another thread, does not cut that sleep short.
for _ in range(600):
    time.sleep(0.1)
"""


def _servers(mark: str) -> list[int]:
    """Processes that have a text in their command line, this one and its driver apart."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            except OSError:
                continue
            if mark in line and "open_domain" not in line and int(entry.name) != os.getpid():
                found.append(int(entry.name))
    return found


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="counts processes in /proc")
@pytest.mark.parametrize("how", ["end", "kill", "interrupt", "terminate"])
def test_no_process_and_no_folder_is_left(tmp_path: Path, how: str) -> None:
    script = tmp_path / f"mark-{tmp_path.name}.py"
    script.write_text(SMALL.read_text())
    mark = script.name
    # A wrapper in between, as npx and uvx are: its child must go as well.
    settings = small(tmp_path, command=["sh", "-c", '"$@"; true', "wrapper", sys.executable, str(script), "sound"])
    environment = {**os.environ, "PYTHONPATH": str(HERE), "TMPDIR": str(tmp_path)}
    driver = subprocess.Popen(
        [sys.executable, "-c", DRIVER, settings.model_dump_json(), how],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment, start_new_session=True,
    )  # fmt: skip
    try:
        assert driver.stdout is not None and driver.stdout.readline() == b"open\n"
        assert len(_servers(mark)) >= 3, "guard, wrapper and server"
        numbers = {"kill": signal.SIGKILL, "interrupt": signal.SIGINT, "terminate": signal.SIGTERM}
        if how in numbers:
            driver.send_signal(numbers[how])
        driver.wait(50)  # less than it sleeps, more than closing may take on a busy machine
    finally:
        driver.kill()
        driver.wait()
        if driver.stdout is not None:
            driver.stdout.close()
    deadline = time.monotonic() + 10
    while (_servers(mark) or list(tmp_path.glob("writ-mcp-*"))) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not _servers(mark)
    assert not list(tmp_path.glob("writ-mcp-*")), "its working folder goes with it"


TIDY = """
import signal, subprocess, sys, time
from pathlib import Path
code = "import signal, time\\n" + sys.argv[2] + "\\ntime.sleep(60)"
helper = subprocess.Popen([sys.executable, "-c", code, sys.argv[1]])
def end(*_):
    time.sleep(0.2)
    Path(sys.argv[1]).write_text("tidied up")
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
print("ready", flush=True)
helper.wait()
"""


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="counts processes in /proc")
@pytest.mark.parametrize("stubborn", [False, True])
def test_a_server_may_tidy_up_before_it_is_killed(tmp_path: Path, stubborn: bool) -> None:
    folder = WorkingFolder(None)
    tidied = tmp_path / "tidied"
    helper = "signal.signal(signal.SIGTERM, signal.SIG_IGN)" if stubborn else ""
    command = guarded(folder, [sys.executable, "-c", TIDY, str(tidied), helper], grace=3)
    guard = subprocess.Popen(command, stdout=subprocess.PIPE)
    assert guard.stdout is not None and guard.stdout.readline() == b"ready\n"
    time.sleep(0.5)  # until the helper ignores what it shall ignore
    began = time.monotonic()
    guard.terminate()
    guard.wait(30)
    guard.stdout.close()
    assert tidied.read_text() == "tidied up"
    assert (time.monotonic() - began >= 3) == stubborn, "nobody waits for a group that has gone"
    assert not _servers(str(tidied)) and not folder.home.exists()


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="counts processes in /proc")
def test_a_guard_that_is_killed_takes_everything_along(tmp_path: Path) -> None:
    folder = WorkingFolder(None)
    tidied = tmp_path / "tidied"
    guard = subprocess.Popen(
        guarded(folder, [sys.executable, "-c", TIDY, str(tidied), ""], grace=3), stdout=subprocess.PIPE
    )
    assert guard.stdout is not None and guard.stdout.readline() == b"ready\n"
    guard.kill()  # as Ray's workers do with their children when they end
    guard.wait(30)
    guard.stdout.close()
    deadline = time.monotonic() + 20
    while (_servers(str(tidied)) or folder.home.exists()) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not _servers(str(tidied)) and not folder.home.exists()
    assert tidied.read_text() == "tidied up"


def test_a_guard_whose_parent_has_gone_before_it_could_look_starts_nothing(tmp_path: Path) -> None:
    folder = WorkingFolder(None)
    started = tmp_path / "started"
    command = guarded(folder, [sys.executable, "-c", f"open({str(started)!r}, 'w')"])
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    command[command.index(str(os.getpid()))] = str(gone.pid)
    assert subprocess.run(command, timeout=60).returncode == 143
    assert not started.exists() and not folder.home.exists()
