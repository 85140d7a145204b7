"""A store that speaks S3, on loopback: moto's server, a process of its own, gone when the test ends."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parents[3]
BUCKET = "bucket"


@dataclass
class Store:
    """A store with one bucket."""

    process: subprocess.Popen
    url: str

    @property
    def environment(self) -> dict[str, str]:
        """What a client of it has in its environment."""
        return {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": "key",
            "AWS_SECRET_ACCESS_KEY": "secret",
            "AWS_REGION": "us-east-1",
            "AWS_EC2_METADATA_DISABLED": "true",
        }


def moto() -> str:
    """The program moto_server, or a skip."""
    folders = [os.environ.get("WRIT_TEST_SERVERS"), str(HERE / ".venv" / "servers" / "bin")]
    found = shutil.which("moto_server", path=os.pathsep.join(folder for folder in folders if folder))
    if found is None:
        pytest.skip("moto is not installed; `make .venv/.servers` installs it")
    return found


@contextlib.contextmanager
def store(**environment: str) -> Iterator[Store]:
    """Starts a store and makes its bucket.

    Args:
        environment: of the server; INITIAL_NO_AUTH_ACTION_COUNT=1 lets nobody do anything after that.
    """
    process, url = _started({**os.environ, **environment})
    try:
        urllib.request.urlopen(urllib.request.Request(f"{url}/{BUCKET}", method="PUT"), timeout=60).close()
        yield Store(process, url)
    finally:
        process.kill()
        process.wait(timeout=60)


def _started(environment: dict[str, str]) -> tuple[subprocess.Popen, str]:
    while True:
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port = probe.getsockname()[1]
        command = [moto(), "-H", "127.0.0.1", "-p", str(port)]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        process = subprocess.Popen(command, env=environment, **quiet)
        url = f"http://127.0.0.1:{port}"
        deadline = time.monotonic() + 120
        while process.poll() is None and time.monotonic() < deadline:
            try:
                urllib.request.urlopen(f"{url}/moto-api/data.json", timeout=60).close()
                return process, url
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                time.sleep(0.1)
        process.kill()  # somebody else was quicker with the port
        process.wait()
