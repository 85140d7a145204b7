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
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Annotated, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from pipeline.cluster.places import StageResources
from pipeline.engines.settings import Engines
from pipeline.live_settings import LiveSettings
from pipeline.mcp_settings import McpSettings
from pipeline.openapi_settings import OpenApiSettings
from schemas.task import Kind, Strength
from schemas.verdict import WhenKnown

MAX_DECISIONS = 5
MAX_TASKS = 5
BURDENS = range(2, 13)
_TOLERANCE = 1e-6


Name = TypeVar("Name", bound=Hashable)


def _sum_to_one(shares: dict[Name, float]) -> dict[Name, float]:
    for name, share in shares.items():
        if not 0 <= share <= 1:
            raise ValueError(f"the share of {name} is {share:g}; a share is between 0 and 1")
    total = sum(shares.values())
    if abs(total - 1) > _TOLERANCE:
        raise ValueError(f"the shares sum to {total:.6g}; make them sum to 1")
    return shares


def _sum_to_one_if_any(shares: dict[str, float] | None) -> dict[str, float] | None:
    return shares if shares is None else _sum_to_one(shares)


def _decisions(shares: dict[int, float]) -> dict[int, float]:
    for decisions in shares:
        if not 1 <= decisions <= MAX_DECISIONS:
            raise ValueError(f"{decisions} decisions cannot be ordered; give numbers from 1 to {MAX_DECISIONS}")
    return _sum_to_one(shares)


def _burdens(shares: dict[int, float]) -> dict[int, float]:
    for burden in shares:
        if burden not in BURDENS:
            raise ValueError(f"a burden of {burden} cannot be ordered; give numbers from {BURDENS[0]} to {BURDENS[-1]}")
    return _sum_to_one(shares)


def _cells(shares: dict[str, float]) -> dict[str, float]:
    for name in shares:
        decisions, _, burden = name.partition("x")
        if not (decisions.isdigit() and burden.isdigit()):
            raise ValueError(f'{name!r} is no cell; write decisions x burden, for example "1x9"')
        if not 1 <= int(decisions) <= MAX_DECISIONS or int(burden) not in BURDENS:
            raise ValueError(
                f"cell {name} cannot be ordered; decisions go from 1 to {MAX_DECISIONS}, "
                f"burdens from {BURDENS[0]} to {BURDENS[-1]}"
            )
    return _sum_to_one(shares)


def _sessions(lengths: dict[int, float]) -> dict[int, float]:
    for tasks, share in lengths.items():
        if not 2 <= tasks <= MAX_TASKS:
            raise ValueError(f"a session of {tasks} tasks cannot be; give numbers from 2 to {MAX_TASKS}")
        if not 0 <= share <= 1:
            raise ValueError(f"the share of {tasks} tasks is {share:g}; a share is between 0 and 1")
    if sum(lengths.values()) > 1 + _TOLERANCE:
        raise ValueError(f"the shares sum to {sum(lengths.values()):.6g}; the rest, with one task, cannot be negative")
    return lengths


Probability = Annotated[float, Field(ge=0, le=1)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class WorldSettings(_Strict):
    """Where a domain's world comes from: a generator's size and seed, or a file (relative to the recipe)."""

    size: Annotated[int, Field(ge=1, le=1_000_000)] = 500
    seed: Annotated[int, Field(ge=0, lt=2**53)] = 1
    file: str | None = None

    @model_validator(mode="after")
    def _one_source(self) -> WorldSettings:
        if self.file is not None and {"size", "seed"} & self.model_fields_set:
            raise ValueError("a world comes from a file or from size and seed; leave one of them out")
        return self


class DomainSettings(_Strict):
    """A domain, its share of the trajectories, and its world.

    Attributes:
        mcp, openapi: the live server that the domain is, under any name.
        name: a domain of the catalog, or the path of a domain's folder (`./my_domain`, relative to the recipe).
        folder: that path, where the name is written out beside it.
    """

    name: str
    folder: str | None = None
    share: Probability = 1.0
    world: WorldSettings = WorldSettings()
    mcp: McpSettings | None = None
    openapi: OpenApiSettings | None = None

    @model_validator(mode="after")
    def _one_world(self) -> DomainSettings:
        if self.live is not None and {"world", "folder"} & self.model_fields_set:
            raise ValueError("a live server's world is its own data; leave world and folder out")
        if self.mcp is not None and self.openapi is not None:
            raise ValueError("a domain is one server; give mcp or openapi")
        return self

    @property
    def live(self) -> LiveSettings | None:
        """The server that the domain is, if it is one."""
        return self.mcp or self.openapi


class Grid(_Strict):
    """Shares of decisions and burdens. See the module's text.

    Attributes:
        witnesses: which changed worlds count for a burden: all (`logical`), or only those with values that could stand
            there (`plausible`): a smaller number, and a harder cell to fill.
    """

    decisions: Annotated[dict[int, float], AfterValidator(_decisions)] = {1: 0.2, 2: 0.3, 3: 0.25, 4: 0.15, 5: 0.1}
    burden: Annotated[dict[int, float], AfterValidator(_burdens)] = {
        2: 0.08, 3: 0.14, 4: 0.14, 5: 0.14, 6: 0.12, 7: 0.1, 8: 0.08, 9: 0.06, 10: 0.05, 11: 0.05, 12: 0.04,
    }  # fmt: skip
    cells: Annotated[dict[str, float], AfterValidator(_cells)] | None = None
    witnesses: Strength = "logical"

    @model_validator(mode="after")
    def _axes_or_cells(self) -> Grid:
        if self.cells is not None and {"decisions", "burden"} & self.model_fields_set:
            raise ValueError("give decisions and burden, or cells; not both")
        return self


class BehaviorSettings(_Strict):
    """How users tell their tasks: shares of manners, and probabilities of what else holds of a user.

    What is left out has the weights of `stages/behaviors/behaviors.yaml`, which lists all behaviours; what an entry
    does not name has none. `pipeline.behavior_space` checks names.

    Attributes:
        disclosure: how facts come out.
        register: how messages are written.
        traits: behaviours on all other axes.
        file: further playbooks, or others in the place of WRIT's, in a file of that form (relative to the recipe).
        sequences: share of users whose manner is that of a planned sequence of dialogue acts
            (`stages/behaviors/act_sequences.yaml`), where what is named has room for it.
    """

    disclosure: Annotated[dict[str, float] | None, AfterValidator(_sum_to_one_if_any)] = None
    register_: Annotated[dict[str, float] | None, AfterValidator(_sum_to_one_if_any), Field(alias="register")] = None
    traits: dict[str, Probability] | None = None
    file: str | None = None
    sequences: Probability = 0.15

    @property
    def weights(self) -> dict[str, dict[str, float]]:
        """The weights that are given, by axis."""
        every = {"disclosure": self.disclosure, "register": self.register_, "traits": self.traits}
        return {axis: weights for axis, weights in every.items() if weights is not None}


class ProfileSettings(_Strict):
    """Who users are beside their tasks: generated from a seed, or rows of a file (relative to the recipe).

    Attributes:
        file: Parquet with the columns of Nemotron-Personas; `pipeline.profile_file` says which are read.
    """

    seed: Annotated[int, Field(ge=0, lt=2**53)] = 0
    file: str | None = None

    @model_validator(mode="after")
    def _one_source(self) -> ProfileSettings:
        if self.file is not None and "seed" in self.model_fields_set:
            raise ValueError("profiles come from a seed or from a file; leave one of them out")
        return self


class SimulateSettings(_Strict):
    """Hard caps of a dialogue, and how often a language model tries.

    Attributes:
        attempts: dialogues per task and manner; how many of them pass is recorded with those that are kept.
        keep: most of them that are kept.
    """

    max_turns: Annotated[int, Field(ge=4, le=1000)] = 60
    max_calls: Annotated[int, Field(ge=1, le=1000)] = 120
    attempts: Annotated[int, Field(ge=1, le=100)] = 1
    keep: Annotated[int, Field(ge=1, le=100)] = 1


class CheckSettings(_Strict):
    """What dialogues may do beside what is right.

    Attributes:
        zero_gain_turns: most reads and questions of an agent that tell it nothing new
            (`stages/validate_dialogues/gains.py`); dialogues with more are dropped. Any number if it is left out.
        behavior: what becomes of a dialogue that is right but shows other behaviours of its user than planned: `drop`
            it, or `relabel` it with those that it shows. Left out: models' users are relabelled, scripts' dropped.
    """

    zero_gain_turns: Annotated[int, Field(ge=0, le=1000)] | None = None
    behavior: Literal["relabel", "drop"] | None = None


Similarity = Annotated[float, Field(ge=0.7, le=1)]


class NearDuplicateSettings(_Strict):
    """From which similarity on a dialogue counts as a copy of an earlier one.

    Attributes:
        threshold: of all that is said.
        task_text, user_turns, calls: of these alone, if they are to be looked at; tasks and calls of other tasks only.
    """

    threshold: Similarity = 0.8
    task_text: Similarity | None = None
    user_turns: Similarity | None = None
    calls: Similarity | None = None


Share = Annotated[float, Field(gt=0, le=1)]


class BalanceSettings(_Strict):
    """What no row may have too much of (`stages/balance.py`); what is left out is not limited.

    Attributes:
        tools, tool_pairs: most that one writing tool, or two together, may make of the rows that write (twice).
        values: most that one found value of a write may make.
        skeletons: most that one sequence of calls may make.
        behaviors: most that one manner of telling may make.
        pass_rate: least and most of a task's tries that pass; wants `simulate.attempts`.
    """

    tools: Share | None = None
    tool_pairs: Share | None = None
    values: Share | None = None
    skeletons: Share | None = None
    behaviors: Share | None = None
    pass_rate: tuple[Probability, Probability] | None = None

    @model_validator(mode="after")
    def _in_order(self) -> BalanceSettings:
        if self.pass_rate is not None and self.pass_rate[0] > self.pass_rate[1]:
            raise ValueError(
                f"pass_rate: {self.pass_rate[0]:g} is more than {self.pass_rate[1]:g}; give least, then most"
            )
        return self


class ContaminationSettings(_Strict):
    """Benchmarks that the run must not repeat.

    Attributes:
        files: relative to the recipe; `pipeline.benchmark_files` says in which forms.
        action: whether what a benchmark has is dropped, or kept and reported.
    """

    files: Annotated[tuple[str, ...], Field(min_length=1)]
    action: WhenKnown = "drop"


class Recipe(_Strict):
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
    sessions: Annotated[dict[int, float], AfterValidator(_sessions)] = {}
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
            _sum_to_one({domain.name: domain.share for domain in self.domains})
        except ValueError as error:
            raise ValueError(f"domains: {error}") from None
        writing = [kind for kind in ("read_heavy", "write_intensive", "mixed") if self.tasks.get(kind)]
        if self.grid.cells is None:
            try:
                _sum_to_one(self.tasks)
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
