"""All replicas of a run, on Ray: placed, supervised, taken down with the run. Requests never pass through here.

    fleet = Fleet(recipe.engines, logs=Path("outputs/run/engines"))     # Ray has been started
    fleet.addresses                # {"agent": ("http://10.0.0.4:8101/v1", "http://10.0.0.5:8102/v1")}
    fleet.close()

Roles whose settings serve the same share their replicas. A replica with GPUs gets them from a placement group, one on
the CPU reserves memory and no core: the cores of this machine are the workers', by Ray's books. Servers that share a
GPU (`gpus: 0.5`) start one after the other: each measures what memory is free while it starts.
"""

from __future__ import annotations

import contextlib
import importlib
import threading
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from pipeline.engines.settings import Engines, VllmSettings
from pipeline.engines.vllm_flags import Flags
from pipeline.engines.vllm_replica import Replica, Report
from pipeline.errors import UserError
from pipeline.observe.event import event, tell
from schemas.completion import EngineRole

_CPU_REPLICA_BYTES = 1 << 30
_LOOK_SECONDS = 5.0
_STOP_SECONDS = 30.0


class _Actor(Replica):
    """A replica that finds the address of the machine it was put on."""

    def __init__(self, settings: VllmSettings, alone: bool, log: Path) -> None:
        ray: Any = importlib.import_module("ray")
        super().__init__(settings, "127.0.0.1" if alone else ray.util.get_node_ip_address(), log)


class Fleet:
    """See the module's text.

    Attributes:
        addresses: role -> base URLs of its replicas, with `/v1`. They stay the same for the whole run.
    """

    addresses: Mapping[EngineRole, tuple[str, ...]]

    def __init__(self, engines: Engines, logs: Path, pools: bool = False) -> None:
        """Starts all replicas and waits until they are healthy.

        Args:
            engines: of the recipe.
            logs: folder for the servers' output.
            pools: whether this is a cluster that has the pools of machines that settings name.

        Raises:
            UserError: a replica cannot be placed, or does not start; with its last lines.
        """
        ray: Any = importlib.import_module("ray")  # most of what is asked of it here it does not type
        self._ray, self._logs, self._pools = ray, logs, pools
        self._alone = sum(bool(node["Alive"]) for node in ray.nodes()) == 1
        self._groups: list[Any] = []
        self._actors: list[tuple[Any, Flags]] = []
        self._reports: list[Report] = []
        self._closing = threading.Event()
        shared: dict[str, tuple[str, ...]] = {}
        addresses: dict[EngineRole, tuple[str, ...]] = {}
        try:
            self._enough({each.serving: each for each in engines.served.values()}.values())
            for role, settings in engines.served.items():
                if settings.serving not in shared:
                    shared[settings.serving] = self._start(settings)
                addresses[role] = shared[settings.serving]
        except BaseException:
            self.close()
            raise
        self.addresses = addresses
        threading.Thread(target=self._look_after, name="writ-fleet", daemon=True).start()

    @property
    def reports(self) -> tuple[Report, ...]:
        """How the replicas were when they were last looked at."""
        return tuple(self._reports)

    def close(self) -> None:
        """Takes all servers down."""
        self._closing.set()
        if not self._ray.is_initialized():
            return
        stopping = [actor.stop.remote() for actor, _ in self._actors]
        self._ray.wait(stopping, num_returns=len(stopping), timeout=_STOP_SECONDS) if stopping else None
        for actor, _ in self._actors:
            self._ray.kill(actor)
        for group in self._groups:
            self._ray.util.remove_placement_group(group)
        self._actors, self._groups = [], []

    def _start(self, settings: VllmSettings) -> tuple[str, ...]:
        actors = list(self._placed(settings))
        flags = self._ray.get(actors[0].flags.remote())
        if isinstance(flags, str):
            raise UserError(flags)
        self._actors += [(actor, flags) for actor in actors]
        if 0 < settings.gpus_each < 1:
            reports: list[Report] = [self._ray.get(actor.serve.remote(flags, None)) for actor in actors]
        else:
            reports = self._ray.get([actor.serve.remote(flags, None) for actor in actors])
        for report in reports:
            if report.problem:
                raise UserError(report.problem)
        self._reports += reports
        return tuple(f"{report.url}/v1" for report in reports)

    def _bundle(self, settings: VllmSettings) -> dict[str, float]:
        """Returns what one replica reserves, GPUs or memory first."""
        gpus = settings.gpus_each
        own = {"GPU": gpus} if gpus else {"memory": float(_CPU_REPLICA_BYTES)}
        return own | (dict(settings.pools) if self._pools else {})

    def _enough(self, served: Iterable[VllmSettings]) -> None:
        """Sees to it that all replicas of all roles have room beside each other, before one of them loads a model.

        Raises:
            UserError: they have not.
        """
        there = self._ray.cluster_resources()
        taken: dict[str, float] = {}
        for settings in served:
            for name, amount in self._bundle(settings).items():
                others = taken.get(name, 0.0)
                beside = f", beside the {_amount(name, others)} of other roles" if others else ""
                taken[name] = round(others + amount * settings.replicas, 4)  # as Ray counts; ten tenths are one
                if there.get(name, 0.0) < taken[name]:
                    raise UserError(
                        f"engines: {settings.replicas} replicas of {settings.model} need {_amount(name, amount)} each"
                        f"{beside}; there is {_amount(name, there.get(name, 0.0))} in all. Lower replicas or gpus (0.5 "
                        "shares a GPU), give roles the same engine, or join a larger cluster"
                    )

    def _placed(self, settings: VllmSettings) -> Iterator[Any]:
        """Yields an actor per replica, each in its bundle of a placement group."""
        from ray.util.scheduling_strategies import PlacementGroupSchedulingStrategy

        pools = dict(settings.pools) if self._pools else {}
        bundle = self._bundle(settings)
        kind, each = next(iter(bundle.items()))
        group = self._ray.util.placement_group([bundle] * settings.replicas, strategy="PACK")
        self._groups.append(group)
        if not group.wait(settings.start_timeout):
            raise UserError(
                f"engines: {settings.replicas} replicas of {settings.model} ({_amount(kind, each)} each) found no "
                f"place in {settings.start_timeout:g} s (start_timeout): others use what there is"
            )
        for index in range(settings.replicas):
            needs = {"num_gpus": each} if kind == "GPU" else {"memory": _CPU_REPLICA_BYTES}
            remote = self._ray.remote(num_cpus=0, max_restarts=-1, resources=pools, **needs)(_Actor)
            place = PlacementGroupSchedulingStrategy(group, placement_group_bundle_index=index)
            log = self._logs / f"vllm-{len(self._groups)}-{index}.log"
            yield remote.options(scheduling_strategy=place).remote(settings, self._alone, log)

    def _look_after(self) -> None:
        """Has servers started again whose actors were killed: Ray makes the actor, this asks it to serve."""
        while not self._closing.wait(_LOOK_SECONDS):
            for number, (actor, flags) in enumerate(list(self._actors)):
                # An actor that died just now raises; the next look finds the new one.
                with contextlib.suppress(self._ray.exceptions.RayError):
                    port = int(self._reports[number].url.rpartition(":")[2])
                    report = self._ray.get(actor.serve.remote(flags, port), timeout=None)
                    if not self._closing.is_set():
                        if report.restarts > self._reports[number].restarts:
                            tell(event("replica.restarted", about=report.url))
                        self._reports[number] = report


def _amount(kind: str, number: float) -> str:
    return f"{number / (1 << 30):.1f} GiB of memory" if kind == "memory" else f"{number:g} {kind}"
