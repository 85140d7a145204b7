from __future__ import annotations

import re
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

from tests.pipeline.fake_run import write_run

WRIT = [sys.executable, "-m", "pipeline.cli", "view"]


def refused(*words: str) -> str:
    done = subprocess.run([*WRIT, *words], capture_output=True, text=True, timeout=120)
    assert done.returncode == 2, done.stderr
    assert done.stdout == "" and "Traceback" not in done.stderr
    return done.stderr


def test_a_run_is_served_until_it_is_interrupted(toy_run: Path) -> None:
    server = subprocess.Popen([*WRIT, str(toy_run), "--port", "0"], stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        found = re.fullmatch(
            rf"writ: {re.escape(str(toy_run))} at (http://127\.0\.0\.1:\d+/) .*\n", server.stdout.readline()
        )
        assert found is not None
        with urllib.request.urlopen(found[1], timeout=60) as answer:
            assert b"kept of 20 wanted" in answer.read()
        server.send_signal(signal.SIGINT)
        assert server.wait(timeout=60) == 0
    finally:
        server.kill()
        server.wait()


def test_bad_input_ends_with_2_and_says_what_to_do(tmp_path: Path) -> None:
    assert "is no folder of a run; give one that `writ run` made" in refused(str(tmp_path))
    run = write_run(tmp_path / "run")
    assert "is no folder of a run" in refused(str(run), str(tmp_path / "none"), "--port", "0")
    assert "is not empty; give a new folder" in refused(str(run), "--static", str(tmp_path))
    file = run / "stages/7_select/r0-00002.parquet"
    file.write_bytes(file.read_bytes()[:-9])
    assert "r0-00002.parquet: was cut off in the middle" in refused(str(run), "--port", "0")
