"""A line of stages: what a run does to every order, and the keys that say whether it is already done.

Example::

    Line(steps=(Step("generate_tasks", GenerateTasks(), Task), ...), group=Deduplicate(), group_at="validate_dialogues",
         services=services_of(worlds), world_key="9f...")

A key is the digest of a stage's code, its settings, the world and the content of its input.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field, is_dataclass
from typing import Any

import msgspec

from pipeline.fingerprint import code_digest
from schemas.base import Record, digest
from schemas.task import TaskSpec
from stages.base import GroupStage, Services, Stage


@dataclass(frozen=True)
class Step:
    """A stage in its place: the name of its folder, and the record that it makes."""

    name: str
    stage: Stage[Any, Any]
    makes: type[Record]


@dataclass(frozen=True, kw_only=True)
class Line:
    """All steps of a run, picklable.

    Attributes:
        steps: from orders to rows.
        group: decides in the driver which rows are kept.
        group_at: the step whose records `group` looks at.
        services: builds what the stages use, once per process.
        world_key: digest of whatever `services` is built from.
        domains: packages or folders of the domains, whose code counts as every stage's.
        concurrency: how many records of a shard are in work at once; more than one pays with live engines only.
    """

    steps: tuple[Step, ...]
    group: GroupStage[Any]
    group_at: str
    services: Callable[[], Services]
    world_key: str
    domains: tuple[str, ...] = ()
    concurrency: int = 1
    _keys: dict[str, str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Looks at the code once, in the driver: workers get the keys with the line."""
        stages = (*(step.stage for step in self.steps), self.group)
        object.__setattr__(self, "_keys", {_name(stage): self._stage_key(stage) for stage in stages})

    def key(self, stage: object, *inputs: str) -> str:
        """Returns the key of what a stage makes of inputs (their digests)."""
        return digest([self._keys[_name(stage)], *inputs])

    def _stage_key(self, stage: object) -> str:
        code = code_digest(type(stage).__module__, self.domains)
        settings = asdict(stage) if is_dataclass(stage) and not isinstance(stage, type) else {}
        return digest([code, type(stage).__qualname__, msgspec.to_builtins(settings), self.world_key])

    def line_key(self) -> str:
        """Returns the digest of all stages: equal keys make equal runs of equal orders."""
        return digest([self.group_at, *self._keys.values()])


def _name(stage: object) -> str:
    # With the settings that repr shows: a line may have the same stage twice.
    return f"{type(stage).__module__}.{stage!r}"


@dataclass(frozen=True)
class Order:
    """One shard of orders: its name and what is ordered."""

    name: str
    specs: tuple[TaskSpec, ...]
