"""A line of stages: what a run does to every order, and the keys that say whether it is already done.

Example::

    Line(steps=(Step("generate_tasks", GenerateTasks(), Task), ...), group=Deduplicate(), group_at="validate_dialogues",
         services=services_of(worlds), world_key="9f...")

A key is the digest of a stage's code, its settings, the world and the content of its input.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, is_dataclass, replace
from functools import partial
from typing import Any

import msgspec

from pipeline.engines.settings import Addresses, Engines
from pipeline.fingerprint import code_digest
from schemas.base import Record, digest
from schemas.task import TaskSpec
from stages.base import GroupStage, Resources, Services, Stage


@dataclass(frozen=True)
class Step:
    """A stage in its place: the name of its folder, and the record that it makes.

    Attributes:
        live: it waits for engines most of its time, so many of its records are in work at once.
        resources: what a worker needs for it, if the recipe says so.
    """

    name: str
    stage: Stage[Any, Any]
    makes: type[Record]
    live: bool = False
    resources: Resources | None = None

    @property
    def needs(self) -> Resources:
        """What a worker needs for it. One that waits for engines hardly computes, so it takes no core by itself."""
        return self.resources or (Resources(cpus=0.0) if self.live else type(self.stage).resources)


@dataclass(frozen=True, kw_only=True)
class Line:
    """All steps of a run, picklable.

    Attributes:
        steps: from orders to rows.
        group: decides in the driver which rows are kept.
        group_at: the step whose records `group` looks at.
        services: builds what the stages use, once per process; takes the addresses of replicas, if there are any.
        world_key: digest of whatever `services` is built from.
        replicas: engines of which some are served by the run itself, on Ray.
        services_key: digest of what `services` is built from and no key depends on, such as addresses.
        domains: packages or folders of the domains, whose code counts as every stage's.
        concurrency: records of live steps that are in work at once, in all processes together.
        first: number of the first step that may be run; what the ones before it made is taken as it is.
        last: number of the last step that is run; 0 runs all.
        epoch: of the driver that workers work for (`run_lock`).
    """

    steps: tuple[Step, ...]
    group: GroupStage[Any]
    group_at: str
    services: Callable[..., Services]
    world_key: str
    replicas: Engines | None = None
    services_key: str = ""
    domains: tuple[str, ...] = ()
    concurrency: int = 1
    first: int = 1
    last: int = 0
    epoch: str = ""
    _keys: dict[str, str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Looks at the code once, in the driver: workers get the keys with the line."""
        stages = (*(step.stage for step in self.steps), self.group)
        object.__setattr__(self, "_keys", {_name(stage): self._key_of(stage) for stage in stages})

    def at(self, addresses: Addresses) -> Line:
        """Returns the line whose engines find their replicas there."""
        services = partial(self.services, addresses)
        return replace(self, services=services, services_key=digest([self.services_key, sorted(addresses.items())]))

    def key(self, stage: object, *inputs: str) -> str:
        """Returns the key of what a stage makes of inputs (their digests)."""
        return digest([self.stage_key(stage), *inputs])

    def stage_key(self, stage: object) -> str:
        """Returns the digest of a stage's code, its settings and the worlds."""
        return self._keys[_name(stage)]

    @property
    def end(self) -> int:
        """The number of the last step that is run."""
        return self.last or len(self.steps)

    @property
    def live(self) -> bool:
        """Whether any step waits for engines."""
        return any(step.live for step in self.steps)

    @property
    def stretches(self) -> tuple[int, ...]:
        """Numbers of steps up to which a shard goes in one place: live steps and others go apart, and other needs."""
        pairs = enumerate(itertools.pairwise(self.steps[: self.end]), 1)
        ends = [n for n, (step, after) in pairs if step.live != after.live or (step.needs != after.needs)]
        return (*ends, self.end)

    def _key_of(self, stage: object) -> str:
        code = code_digest(type(stage).__module__, self.domains)
        settings = asdict(stage) if is_dataclass(stage) and not isinstance(stage, type) else {}
        inner = [self._key_of(each) for each in vars(stage).values() if isinstance(each, Stage | GroupStage)]
        return digest([code, type(stage).__qualname__, msgspec.to_builtins(settings), self.world_key, *inner])

    def line_key(self) -> str:
        """Returns the digest of all stages: equal keys make equal runs of equal orders."""
        return digest([self.group_at, *self._keys.values()])


def _name(stage: object) -> str:
    # With the settings that repr shows: a line may have the same stage twice.
    return f"{type(stage).__module__}.{stage!r}"


@dataclass(frozen=True)
class Order:
    """One shard of orders: its name and what is ordered.

    Attributes:
        lost: ids of records that kill whoever works on them; they are dropped in place of that.
    """

    name: str
    specs: tuple[TaskSpec, ...]
    lost: frozenset[str] = frozenset()
