"""DeriveChecklists: puts its checklist to a judged dialogue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from msgspec import structs

from schemas.verdict import Drop, Judged
from stages.base import Services, Stage
from stages.derive_checklists.derive import derive


@dataclass(frozen=True, kw_only=True)
class DeriveChecklists(Stage[Judged, Judged]):
    """Derives checklists from proofs. Drops nothing."""

    async def process(self, record: Judged, services: Services) -> Sequence[Judged | Drop]:
        """Returns the dialogue with its checklist."""
        domain = services.sandboxes[record.dialogue.scenario.task.domain].domain
        return [structs.replace(record, checklist=derive(record.dialogue, domain))]
