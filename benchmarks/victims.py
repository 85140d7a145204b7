"""Whom a soak kills: a Ray cluster of two machines, and the driver of a run on it.

    cluster = Cluster()
    driver = Driver(Path("recipe.yaml"), Path("out"), cluster.address)
    driver.wait(4.0) is None        # it still runs

Both are processes of this machine, and end when they are told to, whatever state they are in.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.processes import below, command_of, kill
from tests.pipeline.engines.served import WRIT

PATIENCE = 600.0
"""Seconds after which something hangs."""
ENVIRONMENT = {"RAY_AUTH_MODE": "disabled", "RAY_USAGE_STATS_ENABLED": "0", "RAY_worker_niceness": "0"}
_STORE = 100 << 20


class Cluster:
    """A head and one machine more, each with one core."""

    def __init__(self) -> None:
        """Starts them."""
        self._temp = Path(tempfile.mkdtemp(prefix="writ-soak-", dir="/tmp"))
        self.start()

    def start(self) -> None:
        """Starts all of it."""
        from ray.cluster_utils import Cluster as Machines

        options = {"num_cpus": 1, "object_store_memory": _STORE}
        head = {**options, "include_dashboard": False, "temp_dir": str(self._temp)}
        self._machines: Any = Machines(initialize_head=True, connect=False, head_node_args=head)
        self.address: str = self._machines.address
        self.add()

    def add(self) -> None:
        """Starts a machine in place of one that was killed."""
        self._other: Any = self._machines.add_node(num_cpus=1, object_store_memory=_STORE)

    def kill_machine(self) -> None:
        """Kills the machine that is not the head, with all that runs there."""
        self._machines.remove_node(self._other, allow_graceful=False)

    def close(self, *, begin_anew: bool = False) -> None:
        """Kills all of it; the log files stay until the end."""
        with contextlib.suppress(Exception):  # what is dead already cannot be stopped
            self._machines.shutdown()
        for pid in below(os.getpid()):
            if b"raylet" in command_of(pid) or b"gcs_server" in command_of(pid):
                kill(pid)
        if not begin_anew:
            shutil.rmtree(self._temp, ignore_errors=True)


class Driver:
    """One `writ run`."""

    def __init__(self, path: Path, out: Path, address: str) -> None:
        """Starts it."""
        command = [str(WRIT), "run", str(path), "--out", str(out), "--ray-address", address]
        self._log, self._out = path.with_suffix(".log"), out
        self._before = self._made()
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(command, stderr=log, stdout=log, env={**os.environ, **ENVIRONMENT})
        self._began = time.monotonic()

    @property
    def seconds(self) -> float:
        """How long it has been at work."""
        return time.monotonic() - self._began

    @property
    def dead(self) -> bool:
        """Whether it has ended."""
        return self._process.poll() is not None

    def wait(self, seconds: float) -> int | None:
        """Waits so long; returns how it ended, None where it has not."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            return self._process.wait(seconds)
        assert seconds < PATIENCE, f"the run hangs:\n{self.words()}"
        return None

    def wait_until_at_work(self) -> int | None:
        """Waits until something new lies in the run's folder; returns how it ended, None where it has not."""
        until = time.monotonic() + PATIENCE
        while not self.dead and self._made() == self._before:
            assert time.monotonic() < until, f"the run hangs:\n{self.words()}"
            time.sleep(0.1)
        return self._process.poll()

    def _made(self) -> int:
        return sum(1 for _ in self._out.glob("stages/*/*.json")) + sum(1 for _ in self._out.glob("journal/*"))

    def kill(self) -> None:
        """Kills it, if it is alive."""
        self._process.kill()
        self._process.wait()

    def words(self) -> str:
        """What it said last."""
        return self._log.read_text(errors="replace").strip().rpartition("\n")[2]
