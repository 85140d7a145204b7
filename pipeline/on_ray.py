"""Runs shards on Ray: one task per shard, a bounded number in flight, results in order.

Data passes by path only: a task gets its orders and gives back counts. A stage's failure or a user's mistake comes
back as a value, so that the driver tells it in its own words in place of Ray's.
"""

from __future__ import annotations

import contextlib
import logging
import os
import tempfile
import traceback
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.errors import StageFailed, UserError
from pipeline.fingerprint import HOME
from pipeline.house import differing, module_files
from pipeline.line import Line, Order
from pipeline.shard import ShardResult, run_shard
from pipeline.temporary import OwnFolder

_AHEAD = 2
"""Shards in flight per worker: one in work, one waiting."""

_QUIET = {
    "RAY_AUTH_MODE": "disabled",
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
    "RAY_DEDUP_LOGS": "0",
}


@dataclass(frozen=True)
class _Failure:
    mistake: bool
    message: str
    trace: str


def _task(line: Line, folder: str, order: Order, files: dict[str, str]) -> ShardResult | _Failure:
    if problem := differing(files):
        return _Failure(True, problem, "")
    try:
        return run_shard(line, Path(folder), order)
    except UserError as error:
        return _Failure(True, str(error), "")
    except StageFailed as error:
        return _Failure(False, str(error), traceback.format_exc())


class OnRay:
    """The executor on a Ray of its own on this machine."""

    def __init__(self, workers: int) -> None:
        """Starts Ray from an empty folder: its workers put the driver's working directory first on their path."""
        import ray

        self._ray, self._workers = ray, workers
        # Sockets below must stay under 108 characters, so not below the run or a deep TMPDIR.
        short = Path("/tmp")
        self._temp = OwnFolder("writ-ray-", short if short.is_dir() else Path(tempfile.gettempdir()))
        neutral = self._temp.path / "empty"
        neutral.mkdir()
        try:
            with _environment(), contextlib.chdir(neutral):
                ray.init(
                    address="local",
                    num_cpus=workers,
                    include_dashboard=False,
                    logging_level=logging.ERROR,
                    log_to_driver=False,
                    object_store_memory=256 << 20,
                    _temp_dir=str(self._temp.path),
                )
        except Exception as error:
            # Ray gives up after half a minute, however busy the machine is.
            self.close()
            raise UserError(
                f"Ray did not start ({str(error).partition(chr(10))[0]}). Try again when the machine has less to do, "
                "or use --executor inline"
            ) from error
        self._remote = ray.remote(num_cpus=1, max_retries=2)(_task)
        self._files = module_files()

    def map(self, line: Line, folder: Path, orders: Iterator[Order]) -> Iterator[ShardResult]:
        """Runs every shard and yields its result."""
        shared = self._ray.put(line)
        flying: deque[Any] = deque()
        try:
            for order in orders:
                flying.append(self._remote.remote(shared, str(folder.resolve()), order, self._files))
                if len(flying) >= _AHEAD * self._workers:
                    yield self._result(flying.popleft())
            while flying:
                yield self._result(flying.popleft())
        finally:
            # Asked first, because cancelling would start a Ray that is already gone.
            for reference in flying if self._ray.is_initialized() else ():
                self._ray.cancel(reference, force=False)

    def close(self) -> None:
        """Stops Ray and removes its folder."""
        self._ray.shutdown()
        self._temp.remove()

    def _result(self, reference: Any) -> ShardResult:
        value = self._ray.get(reference)
        if isinstance(value, _Failure):
            if value.mistake:
                raise UserError(value.message)
            raise StageFailed(f"{value.message}\n{value.trace}")
        result: ShardResult = value
        return result


@contextlib.contextmanager
def _environment() -> Iterator[None]:
    """Sets what Ray and its workers shall find in the environment, for the time of its start."""
    wanted = dict(_QUIET)
    paths = [str(Path(path).resolve()) for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if path]
    if str(HOME) not in paths and not any(part in ("site-packages", "dist-packages") for part in HOME.parts):
        paths.insert(0, str(HOME))
    wanted["PYTHONPATH"] = os.pathsep.join(paths)
    before = {name: os.environ.get(name) for name in wanted}
    os.environ.update(wanted)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
