"""The tries: each task of a run several times, the model in its seat.

    tries = await try_all(scenarios, stage, services, k=4, gate=Gate(16))
    tries[0]        # Try(scenario=..., attempt=0, passed=False, valid=True, why="outcome", drop=Drop(...))

A try that ends by a fault that is not the model's (an engine that does not answer, a user that leaves, words that the
scripted partner could not understand) says nothing about it: it is counted apart, and not made up for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from pipeline.gate import Gate, together
from schemas.behavior import Scenario
from schemas.verdict import Drop
from stages.base import Services


@dataclass(frozen=True)
class Try:
    """What came of one try.

    Attributes:
        valid: It says something about the model.
        why: The reason for which it did not pass, or "".
    """

    scenario: Scenario
    attempt: int
    passed: bool
    valid: bool
    why: str = ""
    drop: Drop | None = None


async def try_all(
    scenarios: Sequence[Scenario],
    simulate: Any,
    validate: Any,
    services: Services,
    *,
    k: int,
    gate: Gate,
    judged: str = "agent",
) -> list[Try]:
    """Tries each scenario k times.

    Args:
        scenarios: What is tried.
        simulate: A `SimulateDialogues` with the model in its seat.
        validate: A `ValidateDialogues`.
        services: Sandboxes and engines.
        k: Tries per scenario.
        gate: Says how many dialogues there are at once.
        judged: Whose faults count: `agent` or `user`.
    """

    async def one(what: tuple[Scenario, int]) -> Try:
        scenario, attempt = what
        (made,) = await replace(simulate, attempt=attempt).process(scenario, services)
        if not isinstance(made, Drop):
            (made,) = await validate.process(made, services)
        if isinstance(made, Drop):
            return Try(scenario, attempt, False, made.owner == judged, made.reason, made)
        return Try(scenario, attempt, True, True)

    return await together([gate.enter(one, (scenario, n)) for scenario in scenarios for n in range(k)])
