"""A run joins a Ray cluster that is there: same bytes, and the cluster stays."""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from tests.pipeline.engines.served import RECIPE, WRIT, recipe, run, served
from tests.pipeline.toy import files


@pytest.fixture(scope="module")
def cluster():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    temp = tempfile.mkdtemp(prefix="writ-head-", dir="/tmp")
    ray = Path(sys.executable).with_name("ray")
    options = ["--node-ip-address=127.0.0.1", "--num-cpus=2", "--include-dashboard=false", "--disable-usage-stats"]
    process = subprocess.Popen(
        [str(ray), "start", "--head", "--block", f"--port={port}", f"--temp-dir={temp}", *options],
        env={**os.environ, "RAY_AUTH_MODE": "disabled"}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        start_new_session=True,
    )  # fmt: skip
    try:
        until = time.monotonic() + 90
        while time.monotonic() < until:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                break
            time.sleep(0.5)
        time.sleep(5)
        yield process, f"127.0.0.1:{port}"
    finally:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=30)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        shutil.rmtree(temp, ignore_errors=True)


@pytest.mark.slow
def test_a_run_on_a_cluster_gives_the_same_bytes_and_leaves_it_as_it_was(tmp_path, cluster):
    head, address = cluster
    found = []
    for name, options in (("here", ()), ("there", ("--executor", "ray", "--ray-address", address))):
        folder = tmp_path / name
        folder.mkdir()
        with served(folder, folder / "out") as server:
            done = run(recipe(folder, server.url), folder / "out", *options, RAY_AUTH_MODE="disabled")
            assert done.returncode in (0, 1), done.stderr
        found.append(files(folder / "out"))
    assert found[0] == found[1]
    assert head.poll() is None


@pytest.mark.slow
def test_a_cluster_that_is_not_there_is_told(tmp_path):
    path = tmp_path / "plain.yaml"
    path.write_text(json.dumps(RECIPE))
    command = [str(WRIT), "run", str(path), "--out", str(tmp_path / "out"), "--ray-address", "127.0.0.1:9"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=240)
    assert done.returncode == 2, done.stderr
    assert "ray start --head" in done.stderr
