"""Stage: the one abstraction. A record in, zero or more records or drops out.

A stage is a frozen dataclass of settings: it *is* its configuration, and the digest of its fields (with its code's)
says whether shards made with it are fresh. Everything live arrives in `services`; a stage has no set-up, no
tear-down, and never imports Ray.

Example::

    @dataclass(frozen=True, kw_only=True)
    class RenameReaders(Stage[Reader, Reader]):
        prefix: str = "reader-"

        async def process(self, record: Reader, services: Services) -> Sequence[Reader | Drop]:
            return [msgspec.structs.replace(record, name=self.prefix + record.name)]
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Generic, NamedTuple, Protocol, TypeVar

import msgspec

from schemas.base import Json, Record, digest
from schemas.behavior import Scenario
from schemas.completion import Completion, CompletionRequest, EngineRole
from schemas.task import Call, Request
from schemas.verdict import Drop, DropReason
from tool_specs.sandbox import Sandbox

In = TypeVar("In", bound=Record)
Out = TypeVar("Out", bound=Record)
T = TypeVar("T")


@dataclass(frozen=True)
class Resources:
    """What one worker of a stage needs.

    Attributes:
        pools: names of machines for special work, with the share of one that is needed.
    """

    cpus: float = 1.0
    gpus: float = 0.0
    pools: tuple[tuple[str, float], ...] = ()


class EngineError(Exception):
    """An engine gave no answer, for a reason that is no fault of the record: the record is dropped, owner tool.

    Retries, other replicas and a recorded answer have been tried before this is raised.
    """


def seeded(request: CompletionRequest) -> CompletionRequest:
    """Returns a request with a seed of its own, unless it has one: the same in every run, another in every turn.

    With one seed for a whole session, a model that is asked again would draw the same words again.
    """
    if request.sampling.seed is not None:
        return request
    seed = int(digest([request.session, request.turn])[:8], 16) >> 1
    return msgspec.structs.replace(request, sampling=msgspec.structs.replace(request.sampling, seed=seed))


class Engine(Protocol):
    """Who speaks for a role: a language model behind an endpoint, a replica, or a script.

    Attributes:
        revision: name and version of what answers; part of every key and id that depends on its words.
    """

    @property
    def revision(self) -> str:
        """Name and version."""

    async def complete(self, request: CompletionRequest) -> Completion:
        """Answers a request.

        Raises:
            EngineError: no answer can be had.
        """


@dataclass
class Services:
    """What a stage may use of the living world. One per worker process; built from the recipe alone.

    Attributes:
        sandboxes: domain name -> the sandbox on that domain's initial world (`sandbox.domain`, `.world`). Stages
            fork it; nobody calls writes on it.
        engines: role -> who speaks for it; a role that is not in here is played by a script.
        announce: is told of a scenario that a stage makes for itself, before any engine is asked about it.
        watched: a dialogue's fork -> what its calls are made on; lets others see them, and changes nothing.
    """

    sandboxes: Mapping[str, Sandbox]
    engines: Mapping[EngineRole, Engine] = field(default_factory=dict)
    announce: Callable[[Scenario], None] = lambda scenario: None
    watched: Callable[[Sandbox], Sandbox] = lambda sandbox: sandbox
    _memo: dict[str, Any] = field(default_factory=dict)

    def memo(self, key: str, build: Callable[[], T]) -> T:
        """Returns what `build` made for this key in this worker: indexes and pools that depend on the world only."""
        if key not in self._memo:
            self._memo[key] = build()
        value: T = self._memo[key]
        return value


@dataclass(frozen=True)
class Past:
    """What is done when a further task begins.

    Attributes:
        person: row id of the user.
        identity: facts by which the user was found.
        calls: the writes that were made, in order.
        asked: what was asked for, done or not: nobody asks for the same thing twice.
    """

    person: str
    identity: tuple[str, ...]
    calls: tuple[Call, ...]
    asked: tuple[Request, ...] = ()


class Stage(ABC, Generic[In, Out]):
    """A step of the pipeline. Subclass as a frozen dataclass of settings."""

    resources: ClassVar[Resources] = Resources()

    @abstractmethod
    async def process(self, record: In, services: Services) -> Sequence[Out | Drop]:
        """Turns one record into its successors. A rejected record becomes a `Drop`, never an exception or None."""


class Wording(NamedTuple):
    """Words for something, and why they are the grammar's; "" where they are a language model's."""

    text: str
    why: str


class Refusal(NamedTuple):
    """Why a record is not kept."""

    reason: DropReason
    detail: str


class GroupStage(ABC, Generic[In]):
    """The sibling for decisions that need to see all records: near-duplicates, balance.

    The runner feeds every record in the run's fixed order to one instance's state and keeps what is accepted.
    """

    @abstractmethod
    def start(self) -> Any:
        """Returns the empty state (an index, counters); it must be small and picklable."""

    @abstractmethod
    def features(self, record: In) -> Any:
        """Returns what deciding about this record needs; computed in the workers, in parallel."""

    @abstractmethod
    def accept(self, state: Any, record_id: str, features: Any) -> Refusal | None:
        """Updates the state; returns None to keep the record or why it is dropped."""

    def told(self, state: Any) -> dict[str, Json]:
        """Returns what a run should say of what was kept."""
        return {}
