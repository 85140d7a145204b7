"""What engines cost: tokens and money per role, and the purse that a run may empty.

Example of what a shard's manifest keeps::

    {"agent": {"requests": 21, "prompt_tokens": 31002, "cached_tokens": 28011, "completion_tokens": 512, "cost": 0.04}}
"""

from __future__ import annotations

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

    Attributes:
        spent: by this process, what earlier sessions spent on its shards included.
        elsewhere: by other processes.
    """

    def __init__(self, budget: float | None) -> None:
        """Takes the limit, or None for none."""
        self._budget = budget
        self.spent = 0.0
        self.elsewhere = 0.0

    def pay(self, spent: Mapping[str, Spent]) -> None:
        """Counts what a finished shard cost in an earlier session."""
        self.spent += sum(each.cost for each in spent.values())

    def check(self) -> None:
        """Raises unless there is money left.

        Raises:
            Stopped: there is none.
        """
        if self._budget is not None and self.spent + self.elsewhere >= self._budget:
            raise Stopped(
                f"engines.budget: {self._budget:g} is spent. What is finished is kept, turns of open dialogues too; "
                "raise the budget and run the same command again"
            )
