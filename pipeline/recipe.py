"""Recipe: what a run shall make, as a YAML file. Unknown keys are errors, with a suggestion and the line.

Example (see `recipes/` for whole ones)::

    name: quickstart
    seed: 7
    count: 1000                                  # kept trajectories
    domains: [{name: retail, world: {size: 500, seed: 1}}]
    tasks: {read_heavy: 0.5, write_intensive: 0.2, mixed: 0.1, information: 0.1, must_refuse: 0.1}
    grid:
      decisions: {1: 0.2, 2: 0.3, 3: 0.25, 4: 0.15, 5: 0.1}
      burden: {3: 0.2, 4: 0.2, 5: 0.2, 6: 0.2, 9: 0.1, 12: 0.1}

How kinds and axes combine: read-heavy tasks have one decision and carry the burden axis; write-intensive tasks carry
the decisions axis, their burden is low and as it falls; mixed tasks carry both, with two decisions or more; information
tasks carry the burden axis without a decision, and so do differences (`difference`); refusals have neither. Fallback
chains (`fallback`: "the cheapest blue one; if there is none, the cheapest of any kind") are ordered like read-heavy
tasks. Conditional tasks (`conditional`: "only if its price is over $50") carry no axis; in a third the condition does
not hold, and nothing is written; in another third something else is to be written if it does not, which is so in one
half of them. Tasks under a budget (`budget`: "$40 extra for both at most") have two decisions. Tasks whose users err
have one decision, and the burden as it falls: `conflict` (what is told first contradicts the world), `omission` (it
fits several rows), `ask_first` (it lacks what no tool can give).
Sessions (`sessions: {2: 0.2, 3: 0.1}`) are dialogues in which another task follows when one is done, on the state that
it left: of ten dialogues two get a second task and one two more. The cell that a session fills is its first task's.
Instead of the two axes, `grid.cells` may give shares of cells outright (`"1x9": 0.1`): they then stand for all
read-heavy, write-intensive and mixed tasks, and `tasks` has shares for the rest.
With `grid.witnesses: plausible`, burdens mean the column `plausible_burden` of the rows in place of `burden`.

Each mapping inside is a model of `pipeline.recipe_sections`, which lists its keys.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from pipeline.cluster.places import StageResources
from pipeline.engines.settings import Engines
from pipeline.live_settings import Strict
from pipeline.recipe_sections import (
    BalanceSettings,
    BehaviorSettings,
    CheckSettings,
    ContaminationSettings,
    DomainSettings,
    Grid,
    NearDuplicateSettings,
    ProfileSettings,
    SimulateSettings,
)
from pipeline.shares import Probability, SessionShares, sum_to_one
from schemas.task import Kind


class Recipe(Strict):
    """See the module's text.

    Attributes:
        validation: share of the users (and with them of the trajectories) that are for validation.
        behaviors_per_task: dialogues per task, each by a user of another manner.
        profiles: who users are beside their tasks; None: nobody in particular.
        sessions: tasks in one dialogue -> share of the dialogues; the others have one.
        checklists: whether rows get a checklist (column `checklist`), for rewards in reinforcement learning.
        patience: rounds without a new trajectory after which a cell is given up.
        resources: stage -> what it needs of machines; see `pipeline.cluster.places`.
        engines: language models; see `pipeline.engines.settings`. Without them, scripts play all roles.
    """

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
    seed: Annotated[int, Field(ge=0, lt=2**53)] = 0
    count: Annotated[int, Field(ge=1, le=100_000_000)] = 1000
    domains: Annotated[tuple[DomainSettings, ...], Field(min_length=1)]
    tasks: dict[Kind, Probability] = {
        "read_heavy": 0.5, "write_intensive": 0.2, "mixed": 0.1, "information": 0.1, "must_refuse": 0.1,
    }  # fmt: skip
    grid: Grid = Grid()
    validation: Annotated[float, Field(ge=0, le=0.5)] = 0.05
    behaviors_per_task: Annotated[int, Field(ge=1, le=100)] = 3
    behaviors: BehaviorSettings = BehaviorSettings()
    profiles: ProfileSettings | None = None
    sessions: SessionShares = {}
    simulate: SimulateSettings = SimulateSettings()
    checks: CheckSettings = CheckSettings()
    near_duplicates: NearDuplicateSettings = NearDuplicateSettings()
    balance: BalanceSettings | None = None
    contamination: ContaminationSettings | None = None
    checklists: bool = False
    patience: Annotated[int, Field(ge=1, le=100)] = 3
    resources: dict[str, StageResources] = {}
    engines: Engines = Engines()

    @model_validator(mode="after")
    def _worth_trying_again(self) -> Recipe:
        seats, rewrites = {"agent", "user"} & self.engines.roles.keys(), "rewriter" in self.engines.roles
        if seats and rewrites:
            raise ValueError("engines.rewriter: puts scripts into other words; leave it out, or agent and user")
        if "proposer" in self.engines.roles:
            raise ValueError("engines.proposer: no run asks one; name it at `writ evolve --proposer`, and leave it out")
        if "judge" in self.engines.roles and not self.checklists and self.profiles is None:
            raise ValueError(
                "engines.judge: has nothing to judge; add `checklists: true` or `profiles: {seed: 7}`, or leave it out"
            )
        if self.simulate.attempts > 1 and not (seats or rewrites):
            raise ValueError("simulate.attempts: scripts say the same every time; give the agent or the user an engine")
        if self.balance is not None and self.balance.pass_rate is not None and self.simulate.attempts == 1:
            raise ValueError("balance.pass_rate: one try tells no rate; give simulate.attempts more than 1")
        if self.simulate.keep > self.simulate.attempts:
            raise ValueError(f"simulate.keep: of {self.simulate.attempts} attempts no {self.simulate.keep} can be kept")
        return self

    @model_validator(mode="after")
    def _states_to_go_on_from(self) -> Recipe:
        live = next((domain.name for domain in self.domains if domain.live is not None), None)
        if self.sessions and live is not None:
            raise ValueError(f"sessions: further tasks need a world that WRIT holds; {live} is a server: leave it out")
        return self

    @model_validator(mode="after")
    def _possible(self) -> Recipe:
        names = [domain.name for domain in self.domains]
        if len(set(names)) < len(names):
            raise ValueError(f"domains: {', '.join(names)}: a domain is named twice; add their shares up in one entry")
        try:
            sum_to_one({domain.name: domain.share for domain in self.domains})
        except ValueError as error:
            raise ValueError(f"domains: {error}") from None
        writing = [kind for kind in ("read_heavy", "write_intensive", "mixed") if self.tasks.get(kind)]
        if self.grid.cells is None:
            try:
                sum_to_one(self.tasks)
            except ValueError as error:
                raise ValueError(f"tasks: {error}") from None
            if self.tasks.get("mixed") and not any(share for n, share in self.grid.decisions.items() if n > 1):
                raise ValueError(
                    "tasks.mixed: mixed tasks have two decisions or more; give grid.decisions a share of 2"
                )
        elif writing and "tasks" in self.model_fields_set:
            raise ValueError(f"tasks.{writing[0]}: grid.cells already stands for all tasks that write; leave it out")
        elif sum(share for kind, share in self.tasks.items() if kind not in writing) >= 1:
            raise ValueError("tasks: nothing is left for grid.cells; lower the shares")
        return self
