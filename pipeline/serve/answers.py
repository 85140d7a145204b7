"""Who answers behind a scripted server: the script of the scenario that a request's session names.

    answers = Answers(worlds, Path("outputs/mine"))
    answers.to(CompletionRequest(role="agent", session="scenario-1c2d.../0/agent", ...))

Scenarios, tasks and checklists are read from the folder of the run that asks: its stages have written them before
anybody asks, and the scenarios of sessions' further tasks stand in its journals. So the server may be started before
the run, and sees what the run makes as it goes.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from pathlib import Path
from typing import Generic, TypeVar

from pipeline.engines.journal import announced
from pipeline.storage import read_shard
from schemas.base import Record
from schemas.behavior import Scenario
from schemas.completion import Completion, CompletionRequest
from schemas.task import Task
from schemas.verdict import Judged
from stages.base import EngineError
from stages.judge_dialogues.scripted import ScriptedJudge
from stages.simulate_dialogues.scripted_engine import answered, scenario_of
from stages.verbalise_tasks.scripted import ScriptedVerbaliser
from tool_specs.sandbox import Sandbox

R = TypeVar("R", bound=Record)


class Answers:
    """See the module's text."""

    def __init__(self, sandboxes: Mapping[str, Sandbox], run: Path) -> None:
        """Takes the worlds, and the run's folder, which need not be there yet."""
        self._sandboxes = sandboxes
        self._scenarios = _Written(run, Scenario, "diversify_behaviors", "give_profiles")
        self._further = _Announced(run)
        self._tasks = _Written(run, Task, "generate_tasks")
        lexicons = {name: sandbox.domain.lexicon for name, sandbox in sandboxes.items()}
        self._verbaliser = ScriptedVerbaliser(lexicons, self._task_of)
        self._judge = ScriptedJudge(_Written(run, Judged, "derive_checklists").get)

    def _task_of(self, id_: str) -> Task | None:
        """Returns the task of that id, or of the scenario of that id."""
        scenario = self._scenario_of(id_) if id_.startswith("scenario-") else None
        return scenario.task if scenario else self._tasks.get(id_)

    def _scenario_of(self, id_: str) -> Scenario | None:
        return self._scenarios.get(id_) or self._further.get(id_)

    def to(self, request: CompletionRequest) -> Completion:
        """Answers a request.

        Raises:
            EngineError: nothing that the run has made so far has this session, or the history is nothing that its
                script can go on with.
        """
        if request.role == "verbaliser":
            return self._verbaliser.answer(request)
        if request.role == "proposer":
            from stages.evolution.scripted import proposed  # with it comes numpy, which nothing else here needs

            return proposed(request)
        if request.role == "judge":
            return self._judge.answer(request)
        wanted = scenario_of(request.session)
        scenario = self._scenario_of(wanted)
        if scenario is None:
            raise EngineError(
                f"no scenario {wanted!r} in {self._scenarios.where}; send the header X-Session-ID, and start the "
                "server with the folder of the run that asks (--out)"
            )
        return answered(request, scenario, self._sandboxes[scenario.task.domain])


class _Written(Generic[R]):
    """What some stages of a run have written so far, by id."""

    def __init__(self, run: Path, kind: type[R], *stages: str) -> None:
        self._run, self._kind, self._patterns = run, kind, [f"stages/*_{stage}" for stage in stages]
        self._records: dict[str, R] = {}
        self._read: dict[Path, int] = {}

    @property
    def where(self) -> str:
        """Where it is looked for."""
        return " or ".join(str(self._run / pattern) for pattern in self._patterns)

    def get(self, wanted: str) -> R | None:
        """Returns a record; looks for new shards if it is not known yet."""
        if wanted not in self._records:
            for path in sorted(path for each in self._patterns for path in self._run.glob(f"{each}/*.parquet")):
                made = path.stat().st_mtime_ns
                if not path.name.endswith(".drops.parquet") and self._read.get(path) != made:
                    self._read[path] = made
                    self._records.update((record.id, record) for record in read_shard(path, self._kind))  # type: ignore[attr-defined]
        return self._records.get(wanted)


class _Announced:
    """The scenarios of further tasks, which the journals of open dialogues hold."""

    def __init__(self, run: Path) -> None:
        self._folder = run / "journal"
        self._scenarios: dict[str, Scenario] = {}

    def get(self, wanted: str) -> Scenario | None:
        """Returns a scenario; looks through the journals if it is not known yet."""
        if wanted not in self._scenarios:
            for path in sorted(self._folder.glob("*.journal")):
                with contextlib.suppress(FileNotFoundError):  # its shard is done
                    self._scenarios.update((each.id, each) for each in announced(path))
        return self._scenarios.get(wanted)
