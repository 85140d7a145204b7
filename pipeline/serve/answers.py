"""Who answers behind a scripted server: the script of the scenario that a request's session names.

    answers = Answers(worlds, Path("outputs/mine"))
    answers.to(CompletionRequest(role="agent", session="scenario-1c2d.../0/agent", ...))

Scenarios are read from the folder of the run that asks: its second stage has written them before anybody talks. So the
server may be started before the run, and sees what the run makes as it goes.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pipeline.storage import read_shard
from schemas.behavior import Scenario
from schemas.completion import Completion, CompletionRequest
from stages.base import EngineError
from stages.simulate_dialogues.scripted_engine import answered, scenario_of
from tool_specs.sandbox import Sandbox

_FOLDERS = "stages/*_diversify_behaviors"


class Answers:
    """See the module's text."""

    def __init__(self, sandboxes: Mapping[str, Sandbox], run: Path) -> None:
        """Takes the worlds, and the run's folder, which need not be there yet."""
        self._sandboxes, self._run = sandboxes, run
        self._scenarios: dict[str, Scenario] = {}
        self._read: dict[str, int] = {}

    def to(self, request: CompletionRequest) -> Completion:
        """Answers a request.

        Raises:
            EngineError: no scenario of the run has this session, or the history is nothing that its script can go on
                with.
        """
        wanted = scenario_of(request.session)
        scenario = self._scenarios.get(wanted) or self._look_for(wanted)
        if scenario is None:
            raise EngineError(
                f"no scenario {wanted!r} in {self._run / _FOLDERS}; send the header X-Session-ID, and start the server "
                "with the folder of the run that asks (--out)"
            )
        return answered(request, scenario, self._sandboxes[scenario.task.domain])

    def _look_for(self, wanted: str) -> Scenario | None:
        for path in sorted(self._run.glob(f"{_FOLDERS}/*.parquet")):
            if path.name.endswith(".drops.parquet"):
                continue
            made = path.stat().st_mtime_ns
            if self._read.get(path.name) != made:
                self._read[path.name] = made
                self._scenarios.update((scenario.id, scenario) for scenario in read_shard(path, Scenario))
        return self._scenarios.get(wanted)
