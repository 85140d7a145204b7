"""Best of several: what passes is kept up to a number, and how often it passed is known."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from schemas.completion import Completion, CompletionRequest
from schemas.verdict import Drop, Judged, Trials
from stages.base import Services
from stages.best_of import BestOf
from stages.simulate_dialogues import SimulateDialogues
from stages.simulate_dialogues.misbehaving_engine import MisbehavingEngine
from stages.simulate_dialogues.scripted_engine import ScriptedEngine
from stages.validate_dialogues import ValidateDialogues
from tests.stages.proven import proven, world


class SometimesBroken:
    """An engine that is sound in some attempts and empty in the others."""

    revision = "sometimes/1"

    def __init__(self, sound: ScriptedEngine, broken: Sequence[int]) -> None:
        self._sound, self._broken = sound, broken
        self._empty = MisbehavingEngine(sound, "empty", role="agent", turn=0, stubborn=True)

    async def complete(self, request: CompletionRequest) -> Completion:
        attempt = int(request.session.split("/")[1])
        return await (self._empty if attempt in self._broken else self._sound).complete(request)


@pytest.mark.parametrize(("broken", "kept"), [((), [0, 1]), ((0, 2), [1, 3]), ((0, 1, 2), [3]), ((0, 1, 2, 3), [])])
def test_the_first_that_pass_are_kept_with_the_rate(broken: tuple[int, ...], kept: list[int]) -> None:
    name = "retail"
    scenario, sandbox = proven(name)[0], world(name)
    engine = SometimesBroken(ScriptedEngine({name: sandbox}, {scenario.id: scenario}.get), broken)
    services = Services(sandboxes={name: sandbox}, engines={"agent": engine, "user": engine})
    simulate = SimulateDialogues(agent="test", user="test")
    stage = BestOf(simulate=simulate, validate=ValidateDialogues(), attempts=4, keep=2)
    made = asyncio.run(stage.process(scenario, services))
    passed = 4 - len(broken)
    good = [each for each in made if isinstance(each, Judged)]
    assert [each.trials for each in good] == [Trials(attempt=n, attempts=4, passed=passed) for n in kept]
    assert len({each.id for each in good}) == len(kept)
    reasons = sorted(each.reason for each in made if isinstance(each, Drop))
    assert reasons == ["empty_turn"] * len(broken) + ["surplus"] * (passed - len(kept))
