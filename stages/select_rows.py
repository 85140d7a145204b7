"""Select rows: near-duplicates and balance, decided together, so that neither counts what the other refuses.

    SelectRows(deduplicate=Deduplicate(threshold=0.8), balance=Balance(tools=0.4))

It stands in the place of the group stages that it is given.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from schemas.verdict import Judged
from stages.base import GroupStage, Refusal


@dataclass(frozen=True, kw_only=True)
class SelectRows(GroupStage[Judged]):
    """Keeps what is neither a copy nor too much of one kind.

    Attributes:
        deduplicate: knows the rows that were kept.
        balance: counts them.
    """

    deduplicate: Any
    balance: Any

    def start(self) -> tuple[Any, Any]:
        """Returns both states."""
        return self.deduplicate.start(), self.balance.start()

    def features(self, record: Judged) -> tuple[Any, Any]:
        """Returns what both look at."""
        return self.deduplicate.features(record), self.balance.features(record)

    def accept(self, state: tuple[Any, Any], record_id: str, features: tuple[Any, Any]) -> Refusal | None:
        """Keeps the record (None), or says why not."""
        refused: Refusal | None = self.balance.refusal(state[1], features[1])
        if refused is None:
            refused = self.deduplicate.accept(state[0], record_id, features[0])
        if refused is None:
            self.balance.count(state[1], features[1])
        return refused

    def told(self, state: tuple[Any, Any]) -> dict[str, Any]:
        """Returns how near each limit the kept rows are."""
        found: dict[str, Any] = self.balance.told(state[1])
        return found
