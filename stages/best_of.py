"""Best of several: a scenario is simulated several times, and of the dialogues that pass the first few are kept.

    BestOf(simulate=SimulateDialogues(agent="http:small-1"), validate=ValidateDialogues(), attempts=8, keep=2)

How many of the attempts passed is recorded with each dialogue that is kept: how hard this model finds this task. It
stands in the place of the two stages that it is given, and makes what they would make.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from schemas.base import content_id
from schemas.behavior import Scenario
from schemas.verdict import Drop, Judged, Trials
from stages.base import Services, Stage


@dataclass(frozen=True, kw_only=True)
class BestOf(Stage[Scenario, Judged]):
    """Rejection sampling.

    Attributes:
        simulate: makes one dialogue of a scenario; its field `attempt` says which try it is.
        validate: judges a dialogue.
        attempts: dialogues per scenario.
        keep: most of them that are kept; the others that pass are surplus.
    """

    simulate: Any
    validate: Any
    attempts: int
    keep: int

    async def process(self, record: Scenario, services: Services) -> Sequence[Judged | Drop]:
        """Returns the dialogues that are kept, and the drops of all others."""
        passed: list[tuple[int, Judged]] = []
        drops: list[Drop] = []
        for attempt in range(self.attempts):
            for made in await replace(self.simulate, attempt=attempt).process(record, services):
                judged = [made] if isinstance(made, Drop) else await self.validate.process(made, services)
                for each in judged:
                    if isinstance(each, Drop):
                        drops.append(each)
                    else:
                        passed.append((attempt, each))
        kept: list[Judged | Drop] = [
            msgspec.structs.replace(each, trials=Trials(attempt=n, attempts=self.attempts, passed=len(passed)))
            for n, each in passed[: self.keep]
        ]
        return [*kept, *drops, *(self._surplus(each, len(passed)) for _, each in passed[self.keep :])]

    def _surplus(self, judged: Judged, passed: int) -> Drop:
        return Drop(
            id=content_id("drop", judged.id, "surplus"),
            stage="validate_dialogues",
            reason="surplus",
            detail=f"{passed} of {self.attempts} attempts passed; {self.keep} are kept",
            record_id=judged.id,
        )
