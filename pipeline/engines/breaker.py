"""A circuit breaker: an endpoint that fails again and again is left alone for a while, then tried by one request.

breaker.ready()      # may a request go there now?
breaker.failed()     # ... it did not come back
breaker.succeeded()
"""

from __future__ import annotations

import random
import time

from pipeline.observe.event import event, tell

_THRESHOLD = 5
"""Failures without a success between them that open it."""
_FIRST, _LONGEST = 0.5, 30.0
"""Seconds that it stays open: the first time, and at most; doubled each time that the trial fails."""


class Breaker:
    """Closed while things go well; open for a while after failures; then one trial at a time."""

    def __init__(self, name: str = "") -> None:
        """Begins closed; what happens to an endpoint with a name is told."""
        self._name = name
        self._failures = 0
        self._until = 0.0
        self._trial = False
        self._wait = _FIRST

    @property
    def open(self) -> bool:
        """Whether it counts as broken, a trial under way included."""
        return self._failures >= _THRESHOLD

    def ready(self) -> bool:
        """Whether a request may go now."""
        return time.monotonic() >= self._until and not (self.open and self._trial)

    def wait(self) -> float:
        """Returns seconds until it is worth asking again."""
        return max(self._until - time.monotonic(), 0.01)

    def begin(self) -> None:
        """A request goes."""
        self._trial = self._trial or self.open

    def pause(self, seconds: float) -> None:
        """The endpoint asked for patience."""
        self._until = max(self._until, time.monotonic() + seconds)

    def succeeded(self) -> None:
        """A request was answered."""
        if self.open and self._name:
            tell(event("engine.recovered", about=self._name))
        self._failures, self._trial, self._wait = 0, False, _FIRST

    def failed(self, gone: bool = False) -> None:
        """A request was not answered; `gone`: nobody is there at all, which needs no second proof."""
        before = self.open
        self._failures = _THRESHOLD if gone else self._failures + 1
        self._trial = False
        if self.open:
            # Spread, so that many processes do not all come back at once.
            self._until = time.monotonic() + self._wait * random.uniform(0.75, 1.25)
            self._wait = min(self._wait * 2, _LONGEST)
            if not before and self._name:
                why = "nobody is there" if gone else f"{self._failures} failures in a row"
                tell(event("engine.failing", about=self._name, detail=why))

    def forgotten(self) -> None:
        """A request was given up, for a reason that says nothing about the endpoint."""
        self._trial = False
