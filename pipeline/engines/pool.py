"""The endpoints that serve one model: which one gets a request, and what happens when none can.

A session stays where its first turn went, for the sake of the prefix cache; a new one goes where least is in flight,
ties in turn. A session moves (and takes its history along, which every request holds anyway) when its endpoint is
broken, or has more than a margin above the idlest one in flight.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Collection, Sequence

from pipeline.engines.endpoint import Endpoint
from pipeline.errors import Stopped

_SESSIONS = 1 << 16
"""Sessions whose place is remembered; what is older begins anew wherever it is idle."""


class Pool:
    """Endpoints of one model in one process."""

    def __init__(self, endpoints: Sequence[Endpoint], margin: int, give_up: float, metrics: bool = True) -> None:
        """Takes the endpoints; see `pipeline.engines.settings.Transport` for the others."""
        self.metrics = metrics
        self.endpoints = tuple(endpoints)
        self._margin, self._give_up = margin, give_up
        self._places: OrderedDict[str, Endpoint] = OrderedDict()
        self._turn = 0
        self._answered_at = time.monotonic()

    @property
    def answered(self) -> int:
        """Answers so far."""
        return sum(endpoint.answered for endpoint in self.endpoints)

    async def pick(self, session: str, since: float, avoid: Collection[Endpoint] = ()) -> Endpoint:
        """Returns where a session's next request goes; waits while no endpoint can take one.

        Args:
            session: of the request.
            since: when the request was made (`time.monotonic`).
            avoid: endpoints that failed it already; taken only if there are no others.

        Raises:
            Stopped: nothing has answered for too long.
        """
        while True:
            silent = time.monotonic() - max(since, self._answered_at)
            if silent > self._give_up:
                raise Stopped(
                    f"{', '.join(endpoint.where for endpoint in self.endpoints)}: no answer for {silent:.0f} s. "
                    "What is finished is kept, turns of open dialogues too; see to the endpoint and run the same "
                    "command again"
                )
            ready = [endpoint for endpoint in self.endpoints if endpoint.breaker.ready()]
            if ready:
                return self._choose(session, [endpoint for endpoint in ready if endpoint not in avoid] or ready)
            await asyncio.sleep(min(min(endpoint.breaker.wait() for endpoint in self.endpoints), 1.0))

    def heard(self) -> None:
        """An answer came."""
        self._answered_at = time.monotonic()

    def _choose(self, session: str, ready: Sequence[Endpoint]) -> Endpoint:
        idlest = min(endpoint.in_flight for endpoint in ready)
        place = self._places.get(session)
        if place is None or place not in ready or place.in_flight > idlest + self._margin:
            idle = [endpoint for endpoint in ready if endpoint.in_flight == idlest]
            self._turn += 1
            place = self._places[session] = idle[self._turn % len(idle)]
            if len(self._places) > _SESSIONS:
                self._places.popitem(last=False)
        self._places.move_to_end(session)
        return place
