"""What engines cost: tokens and money per role, and the purse that a run may empty.

Example of what a shard's manifest keeps::

    {"agent": {"requests": 21, "prompt_tokens": 31002, "cached_tokens": 28011, "completion_tokens": 512, "cost": 0.04}}
"""

from __future__ import annotations

import asyncio
import math
from collections import Counter
from collections.abc import Mapping

from pipeline.engines.settings import Prices
from pipeline.errors import Stopped
from pipeline.storage import Spent
from schemas.completion import Usage

_MILLION = 1_000_000


def spent_of(usage: Usage, prices: Prices) -> Spent:
    """Returns what one request cost."""
    cached = prices.prompt if prices.cached is None else prices.cached
    fresh = usage.prompt_tokens - usage.cached_tokens
    cost = fresh * prices.prompt + usage.cached_tokens * cached + usage.completion_tokens * prices.completion
    return Spent(1, usage.prompt_tokens, usage.cached_tokens, usage.completion_tokens, cost / _MILLION)


class Purse:
    """The money of a run, as one process knows it.

    A request sets aside what the dearest one of its role has cost so far, and is sent only if that can be paid; while
    nothing is known of a role, one request at a time is. So a run spends more than its budget at most by what the
    requests that were under way last cost more than any before them.

    Of several processes each may spend what it was granted, and all grants together are no more than the budget: now
    and then all hold, say what they have committed, and get equal shares of the rest.

    Attributes:
        spent: by this process, what earlier sessions spent on its shards included.
    """

    def __init__(self, budget: float | None) -> None:
        """Takes the limit, or None for none."""
        self._budget = budget
        self._granted = math.inf if budget is None else budget
        self._held = self._shared = self._used = False
        self.spent = 0.0
        self._aside = 0.0
        self._under_way: Counter[str] = Counter()
        self._dearest: dict[str, float] = {}
        self._changed: set[asyncio.Future[None]] = set()

    @property
    def committed(self) -> float:
        """What is spent, and what is set aside for requests under way."""
        return self.spent + self._aside

    def pay(self, spent: Mapping[str, Spent]) -> None:
        """Counts what a finished shard cost in an earlier session."""
        self.spent += sum(each.cost for each in spent.values())

    async def leave(self, role: str) -> float:
        """Sets money aside for a request, once there is some, and returns how much; then `settle` must be called.

        Raises:
            Stopped: what is left does not pay for it.
        """
        while self._budget is not None and not self._affords(role):
            if not self._held and not self._used and not self._under_way.total():
                raise Stopped(
                    f"engines.budget: {self._budget:g} is spent, or what is left of it pays for no further request. "
                    "What is finished is kept, turns of open dialogues too; raise the budget and run the same command "
                    "again"
                )
            future = asyncio.get_running_loop().create_future()
            self._changed.add(future)
            try:
                await future
            finally:
                self._changed.discard(future)
        aside = self._dearest.get(role, 0.0)
        self._aside += aside
        self._under_way[role] += 1
        self._used = self._shared
        return aside

    def settle(self, role: str, aside: float, cost: float | None) -> None:
        """Takes what was set aside back; `cost` is what the answer cost, or None where there was none."""
        self._aside -= aside
        self._under_way[role] -= 1
        self.spent += cost or 0.0
        # Of one without an answer nothing is learnt, but the others need not wait for it any longer.
        self._dearest[role] = max(cost or 0.0, self._dearest.get(role, 0.0))
        self._wake()

    def hold(self) -> float:
        """Sends nothing until the next grant; returns what is committed."""
        self._held = True
        return self.committed

    def grant(self, elsewhere: float, processes: int) -> None:
        """Shares what is left, while all processes hold.

        Args:
            elsewhere: what the others have committed.
            processes: that share it.
        """
        if self._budget is not None:
            rest = max(self._budget - elsewhere - self.committed, 0.0)
            self._granted = self.committed + rest / processes
        self._shared = processes > 1
        self._held = self._used = False
        self._wake()

    def _affords(self, role: str) -> bool:
        if self._held or self.committed >= self._granted:
            return False
        if role not in self._dearest:
            return not self._under_way[role]
        return self.committed + self._dearest[role] <= self._granted

    def _wake(self) -> None:
        for future in self._changed:
            if not future.done():
                future.set_result(None)
