"""Runs shards on Ray: one task per shard, a bounded number in flight, results in order.

Data passes by path only: a task gets its orders and gives back counts. A stage's failure or a user's mistake comes
back as a value, so that the driver tells it in its own words in place of Ray's.
"""

from __future__ import annotations

import contextlib
import logging
import os
import socket
import tempfile
import time
from collections.abc import Callable, Collection, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from pipeline.cluster.flights import Flights, Sent
from pipeline.cluster.places import lacking, options, orchestrator_needs, slots
from pipeline.cluster.probe import survive, suspects
from pipeline.engines.settings import Addresses, Engines
from pipeline.engines.vllm_fleet import Fleet
from pipeline.errors import Stopped, UserError
from pipeline.fingerprint import HOME
from pipeline.house import module_files
from pipeline.line import Line, Order
from pipeline.observe import spans
from pipeline.orchestrator import ahead
from pipeline.orchestrators import Orchestrators, task
from pipeline.remote.local import on_disk
from pipeline.remote.path import at
from pipeline.shard import ShardResult
from pipeline.temporary import OwnFolder

_AHEAD = 2
"""Shards in flight per worker: one in work, one waiting."""

_LOOK = 5.0
"""Seconds between two looks at what a cluster has."""
_KNOCK = 10.0
"""Seconds in which a cluster must be reached."""
_PATIENCE = 600.0
"""Seconds that answers under way are waited for when the run stops."""

_QUIET = {
    "RAY_AUTH_MODE": "disabled",
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
    "RAY_DEDUP_LOGS": "0",
}


_SHIPPED = not any(part in ("site-packages", "dist-packages") for part in HOME.parts)
"""Whether the code is a folder that machines of a cluster get a copy of; otherwise it is installed there as here."""
_NOT_SHIPPED = [".git", ".venv*", "outputs", "docs", ".mypy_cache", ".ruff_cache", ".pytest_cache", "**/__pycache__"]


def _seen(folder: str) -> bool:
    return at(folder).is_dir()


class OnRay:
    """The executor on a Ray of its own on this machine, or on a cluster that is there."""

    def __init__(self, workers: int | None = None, address: str | None = None) -> None:
        """Starts Ray from an empty folder: its workers put the driver's working directory first on their path.

        Args:
            workers: shards at once that compute; None is one per core.
            address: of a cluster to join, such as `10.0.0.1:6379`, or `auto` for the one that RAY_ADDRESS names, as it
                does in a job of Ray's; None starts a Ray of this run's own.

        Raises:
            UserError: Ray does not start, or there is no cluster.
        """
        import ray

        self._ray: Any = ray
        self._address = address = os.environ.get("RAY_ADDRESS", address) if address == "auto" else address
        self._pools = address is not None
        self._workers = workers
        self._room, self._looked = 0, -_LOOK
        self._fleet: Fleet | None = None
        self._works: dict[Callable[..., Any], Any] = {}
        # Sockets below must stay under 108 characters, so not below the run or a deep TMPDIR.
        short = Path("/tmp")
        self._temp = OwnFolder("writ-ray-", short if short.is_dir() else Path(tempfile.gettempdir()))
        neutral = self._temp.path / "empty"
        neutral.mkdir()
        if address is not None:
            self._join(address, neutral)
            # Those of the cluster have a copy, so paths differ; what is in them cannot.
            self._files = {} if _SHIPPED else module_files()
            return
        self._workers = workers or len(os.sched_getaffinity(0))
        try:
            with _environment(), contextlib.chdir(neutral):
                ray.init(
                    address="local",
                    num_cpus=self._workers,
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
        self._files = module_files()

    def serve(self, engines: Engines, logs: Path) -> Addresses:
        """Starts the servers of models that the run serves itself; does nothing if they are there.

        Raises:
            UserError: one does not start.
        """
        self._fleet = self._fleet or Fleet(engines, logs, self._pools)
        return self._fleet.addresses

    def map(self, line: Line, folder: Path, orders: Iterator[Order]) -> Iterator[ShardResult]:
        """Runs every shard and yields its result."""
        if line.replicas is not None:
            line = line.at(self.serve(line.replicas, on_disk(folder.resolve()) / "engines"))
        shared, place = self._ray.put(line), str(folder.resolve())
        if self._address is not None and not self._ray.get(self._ray.remote(num_cpus=0)(_seen).remote(place)):
            raise UserError(
                f"{place}: the machines of {self._address} do not see this folder. Give an --out on a file system that "
                "all of them share, at the same path, or in a store (s3://...)"
            )
        self._looked = -_LOOK
        if problem := lacking(line, self._ray.cluster_resources(), self._pools):
            raise UserError(problem)
        live = Orchestrators(
            self._ray,
            shared,
            place,
            self._files,
            line.concurrency,
            most=self._slots(line),
            options=options(orchestrator_needs(line), self._pools),
        )
        flights = Flights(
            self._ray,
            send=partial(self._send, line, shared, place, live),
            alone=partial(self._alone, line, shared, place),
            shared=line.live,
            look=live.look,
        )
        try:
            for order in orders:
                flights.begin(order)
                most = ahead(line.concurrency, len(order.specs)) if line.live else 0
                if len(flights) >= most + _AHEAD * self._slots(line):
                    yield flights.end()
            while flights:
                yield flights.end()
        except Stopped:
            # What was asked is paid for: it is waited for, and noted. Nothing new is asked.
            rest = flights.references
            self._ray.wait(rest, num_returns=len(rest), timeout=_PATIENCE) if rest else None
            raise
        finally:
            # Asked first, because cancelling would start a Ray that is already gone.
            for reference in flights.references if self._ray.is_initialized() else ():
                self._ray.cancel(reference, force=False)
            live.close()

    def _join(self, address: str, neutral: Path) -> None:
        environment: dict[str, Any] = {"working_dir": str(HOME), "excludes": _NOT_SHIPPED} if _SHIPPED else {}
        environment["env_vars"] = spans.environment()
        host, _, port = address.rpartition(":")
        try:
            if not (host and port.isdigit()):
                raise ValueError("it is no host:port")
            # Ray itself would knock for minutes.
            socket.create_connection((host, int(port)), timeout=_KNOCK).close()
            with contextlib.chdir(neutral):
                self._ray.init(
                    address=address, runtime_env=environment, logging_level=logging.ERROR, log_to_driver=False
                )
        except Exception as error:
            self.close()
            raise UserError(
                f"--ray-address {address}: cannot be joined ({str(error).partition(chr(10))[0]}). `ray start --head` "
                "prints the address of a cluster; its Ray and Python must be of the same version as here"
            ) from error

    def close(self) -> None:
        """Takes replicas down, stops Ray and removes its folder."""
        if self._fleet is not None:
            self._fleet.close()
        self._ray.shutdown()
        self._temp.remove()

    def _send(self, line: Line, shared: Any, place: str, live: Orchestrators, order: Order) -> Sent:
        """Sends a shard along its steps: each stretch begins when the one before has ended, wherever that was."""
        reference, done = None, []
        for upto in line.stretches:
            if line.steps[upto - 1].live:
                reference, each = live.submit(order, upto, reference)
                done.append(each)
            else:
                reference = self._remote(task, line, upto).remote(shared, place, order, self._files, upto, reference)
        return reference, done

    def _alone(
        self, line: Line, shared: Any, place: str, what: str, order: Order, number: int = 1, ids: Collection[str] = ()
    ) -> Any:
        """Does something with a shard in processes that do nothing else; `number` is that of the step it is about."""
        if what == "suspects":
            return self._remote(suspects, line, number).remote(shared, place, order)
        if what == "survive":
            return self._remote(survive, line, number).remote(shared, place, order, ids)
        reference = None
        for upto in line.stretches:
            reference = self._remote(task, line, upto).remote(shared, place, order, self._files, upto, reference)
        return reference

    def _slots(self, line: Line) -> int:
        """Returns how many shards can compute at once; machines that join a cluster count soon."""
        if time.monotonic() > self._looked + _LOOK:
            there = self._ray.cluster_resources()
            cores = there.get("CPU", 0.0)
            there["CPU"] = min(self._workers or cores, cores)
            self._room, self._looked = slots(line, there, self._pools), time.monotonic()
        return self._room

    def _remote(self, work: Callable[..., Any], line: Line, number: int) -> Any:
        if work not in self._works:
            # Not tried again by Ray: who dies is counted, and after some tries looked into (`flights`).
            self._works[work] = self._ray.remote(max_retries=0)(work)
        return self._works[work].options(**options(line.steps[number - 1].needs, self._pools))


@contextlib.contextmanager
def _environment() -> Iterator[None]:
    """Sets what Ray and its workers shall find in the environment, for the time of its start."""
    wanted = dict(_QUIET)
    paths = [str(Path(path).resolve()) for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if path]
    if str(HOME) not in paths and _SHIPPED:
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
