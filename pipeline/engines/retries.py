"""How long to wait before an attempt is made again, and how many may be made at all.

The wait doubles from attempt to attempt and is spread at random. The budget bounds the retries of a process: a share of
what is answered, and a trickle, so that a storm of errors is not answered with a storm of requests.
"""

from __future__ import annotations

import asyncio
import random
import time

_FIRST, _LONGEST = 0.25, 20.0
_PER_ANSWER = 0.5
"""Retries that one answer allows."""
_TRICKLE = 8.0
"""Retries per second that are allowed whatever is answered."""
_SAVED = 256.0
"""Retries that can be saved up."""


def backoff(attempt: int) -> float:
    """Returns seconds to wait before the next attempt, after `attempt` failed ones (from 1)."""
    longest = min(_FIRST * 2.0 ** (attempt - 1), _LONGEST)
    return random.uniform(longest / 2, longest)


class RetryBudget:
    """A bucket of retries: filled by answers and by time, emptied by retries."""

    def __init__(self) -> None:
        """Begins full."""
        self._left = _SAVED
        self._at = time.monotonic()

    def answered(self) -> None:
        """A request was answered."""
        self._left = min(self._left + _PER_ANSWER, _SAVED)

    async def take(self) -> None:
        """Takes one retry; waits until there is one."""
        while True:
            now = time.monotonic()
            self._left = min(self._left + (now - self._at) * _TRICKLE, _SAVED)
            self._at = now
            if self._left >= 1:
                self._left -= 1
                return
            await asyncio.sleep(random.uniform(0.5, 1.5) * (1 - self._left) / _TRICKLE)
