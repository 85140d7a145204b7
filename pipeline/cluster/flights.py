"""Shards in flight on Ray: sent, waited for in order, sent again when a worker died, searched when workers keep dying.

    flights = Flights(ray, send, alone, shared=False, look=live.look)
    flights.begin(order)
    result = flights.end()              # of the order that has been in flight the longest

A shard whose worker died is sent again, `TRIES` times in all. Where shards share a worker (an orchestrator), it then
gets a process of its own: another shard may have killed it. If that dies too, the record that kills is found and left
out. Lost machines count as nobody's fault, up to `MACHINES`. All is bounded: a shard that nothing helps ends the run.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from pipeline.cluster.poison import TRIES, poisoned_among
from pipeline.errors import Stopped, UserError
from pipeline.line import Order
from pipeline.observe.event import event, tell
from pipeline.orchestrators import Failure
from pipeline.shard import ShardResult

MACHINES = 20
"""Machines that a shard may lose."""
_LOOK = 1.0
"""Seconds that a shard is waited for between two looks at the orchestrators."""

Sent = tuple[Any, list[Callable[[], None]]]
"""A reference to a shard's result, and what to call when that is there."""


@dataclass
class Flight:
    """A shard on its way.

    Attributes:
        sent: None while it waits for a process of its own.
        deaths: workers that died with it since a record was last found that kills.
        machines: machines that were lost with it.
        fruitless: searches that found no such record.
        all_deaths: of workers and machines, from the beginning.
    """

    order: Order
    sent: Sent | None
    deaths: int = 0
    machines: int = 0
    fruitless: int = 0
    all_deaths: int = 0


@dataclass
class Flights:
    """See the module's text.

    Attributes:
        ray: the module, started.
        send: starts a shard on its usual way.
        alone: starts something with a shard in a process that does nothing else: "shard", "suspects" or "survive".
        shared: whether several shards may be with one worker.
        look: called about once a second while somebody waits.
    """

    ray: Any
    send: Callable[[Order], Sent]
    alone: Callable[..., Any]
    shared: bool
    look: Callable[[], None]
    _flying: deque[Flight] = field(default_factory=deque)

    def __len__(self) -> int:
        """Returns how many are in flight."""
        return len(self._flying)

    @property
    def references(self) -> list[Any]:
        """References to what is not there yet, or not yet taken."""
        return [flight.sent[0] for flight in self._flying if flight.sent]

    def begin(self, order: Order) -> None:
        """Sends a shard off."""
        self._flying.append(Flight(order, self.send(order)))

    def end(self) -> ShardResult:
        """Waits for the first shard that was sent, whatever it takes, and returns its result.

        Raises:
            StageFailed, UserError, Stopped: what a worker met.
            Stopped: its workers die, and no record of it can be blamed.
        """
        flight = self._flying[0]
        while True:
            try:
                value = self._wait(flight)
            except self.ray.exceptions.RayError as error:
                if isinstance(lacking := self._cause(error), ImportError):
                    raise UserError(
                        f"a machine lacks a part of what it shall run ({lacking}). If it was killed while it unpacked "
                        "its copy of the program, the same command goes on. If it comes again, start Ray anew there or "
                        "install there what is missing"
                    ) from error
                if not self._died(error):
                    raise
                self._again(flight, error)
                self._others_again()
            else:
                break
        self._flying.popleft()
        if isinstance(value, Failure):
            raise value.error()
        result: ShardResult = value
        return replace(result, deaths=flight.all_deaths)

    def _wait(self, flight: Flight) -> Any:
        if flight.sent is None:
            flight.sent = self._by_itself(flight), []
        reference, done = flight.sent
        try:
            while not self.ray.wait([reference], timeout=_LOOK)[0]:
                self.look()
            self.look()
            return self.ray.get(reference)
        finally:
            for each in done:
                each()
            done.clear()

    def _again(self, flight: Flight, error: BaseException) -> None:
        self._note(flight, error)
        if isinstance(self._cause(error), self.ray.exceptions.NodeDiedError) and flight.machines < MACHINES:
            flight.machines += 1
        else:
            flight.deaths += 1
        flight.sent = self.send(flight.order) if flight.deaths < TRIES else None

    def _others_again(self) -> None:
        """Sends others again that died with the first one, so that they are not late."""
        for flight in list(self._flying)[1:]:
            if flight.sent and self.ray.wait([flight.sent[0]], timeout=0)[0]:
                try:
                    self.ray.get(flight.sent[0])
                except self.ray.exceptions.RayError as error:
                    if self._died(error):
                        for each in flight.sent[1]:
                            each()
                        self._again(flight, error)

    def _by_itself(self, flight: Flight) -> Any:
        """Starts a shard alone, without those of its records that kill; they are found here."""
        if flight.deaths > TRIES or not self.shared:
            number, ids = self.ray.get(self.alone("suspects", flight.order))
            found = poisoned_among(ids, lambda some: self._survive(flight, number, some))
            flight.order = replace(flight.order, lost=flight.order.lost | set(found))
            flight.deaths, flight.fruitless = TRIES, flight.fruitless + (not found)
            if flight.fruitless >= TRIES:
                raise Stopped(
                    f"shard {flight.order.name}: its workers die, but none of its records kills one alone. Too little "
                    "memory? Give fewer --workers or larger machines; the same command goes on from here"
                )
        return self.alone("shard", flight.order)

    def _survive(self, flight: Flight, number: int, ids: Sequence[str]) -> bool:
        for _ in range(TRIES if len(ids) == 1 else 1):
            try:
                self.ray.get(self.alone("survive", flight.order, number, frozenset(ids)))
                return True
            except self.ray.exceptions.RayError as error:
                if not self._died(error):
                    raise
                self._note(flight, error)
        return False

    def _note(self, flight: Flight, error: BaseException) -> None:
        flight.all_deaths += 1
        why = str(self._cause(error)).partition("\n")[0]
        tell(event("worker.lost", shard=flight.order.name, detail=why))

    def _died(self, error: BaseException) -> bool:
        """Whether a worker or its machine is gone, in contrast to a bug or an order that cannot be carried out."""
        known = self.ray.exceptions
        gone = known.WorkerCrashedError, known.RayActorError, known.NodeDiedError, known.OutOfMemoryError
        return isinstance(self._cause(error), (*gone, known.ObjectLostError, known.LocalRayletDiedError))

    def _cause(self, error: BaseException) -> BaseException:
        """Returns what went wrong in the first of several tasks that wait for one another."""
        while isinstance(error, self.ray.exceptions.RayTaskError) and isinstance(error.cause, BaseException):
            error = error.cause
        return error
