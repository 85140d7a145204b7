"""The sections of a recipe: one model for each mapping in it, with what it can check by itself.

    grid: {decisions: {1: 0.5, 2: 0.5}}                # Grid
    profiles: {seed: 7}                                # ProfileSettings

What two sections must agree on is checked by `pipeline.recipe`, which has them all.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from pipeline.live_settings import LiveSettings, Strict
from pipeline.mcp_settings import McpSettings
from pipeline.openapi_settings import OpenApiSettings
from pipeline.shares import BurdenShares, CellShares, DecisionShares, Limit, Probability, Shares, Similarity
from schemas.task import Strength
from schemas.verdict import WhenKnown


class WorldSettings(Strict):
    """Where a domain's world comes from: a generator's size and seed, or a file (relative to the recipe)."""

    size: Annotated[int, Field(ge=1, le=1_000_000)] = 500
    seed: Annotated[int, Field(ge=0, lt=2**53)] = 1
    file: str | None = None

    @model_validator(mode="after")
    def _one_source(self) -> WorldSettings:
        if self.file is not None and {"size", "seed"} & self.model_fields_set:
            raise ValueError("a world comes from a file or from size and seed; leave one of them out")
        return self


class DomainSettings(Strict):
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


class Grid(Strict):
    """Shares of decisions and burdens. See `pipeline.recipe`.

    Attributes:
        witnesses: which changed worlds count for a burden: all (`logical`), or only those with values that could stand
            there (`plausible`): a smaller number, and a harder cell to fill.
    """

    decisions: DecisionShares = {1: 0.2, 2: 0.3, 3: 0.25, 4: 0.15, 5: 0.1}
    burden: BurdenShares = {
        2: 0.08, 3: 0.14, 4: 0.14, 5: 0.14, 6: 0.12, 7: 0.1, 8: 0.08, 9: 0.06, 10: 0.05, 11: 0.05, 12: 0.04,
    }  # fmt: skip
    cells: CellShares | None = None
    witnesses: Strength = "logical"

    @model_validator(mode="after")
    def _axes_or_cells(self) -> Grid:
        if self.cells is not None and {"decisions", "burden"} & self.model_fields_set:
            raise ValueError("give decisions and burden, or cells; not both")
        return self


class BehaviorSettings(Strict):
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

    disclosure: Shares | None = None
    register_: Annotated[Shares | None, Field(alias="register")] = None
    traits: dict[str, Probability] | None = None
    file: str | None = None
    sequences: Probability = 0.15

    @property
    def weights(self) -> dict[str, dict[str, float]]:
        """The weights that are given, by axis."""
        every = {"disclosure": self.disclosure, "register": self.register_, "traits": self.traits}
        return {axis: weights for axis, weights in every.items() if weights is not None}


class ProfileSettings(Strict):
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


class SimulateSettings(Strict):
    """Hard caps of a dialogue, and how often a language model tries.

    Attributes:
        attempts: dialogues per task and manner; how many of them pass is recorded with those that are kept.
        keep: most of them that are kept.
    """

    max_turns: Annotated[int, Field(ge=4, le=1000)] = 60
    max_calls: Annotated[int, Field(ge=1, le=1000)] = 120
    attempts: Annotated[int, Field(ge=1, le=100)] = 1
    keep: Annotated[int, Field(ge=1, le=100)] = 1


class CheckSettings(Strict):
    """What dialogues may do beside what is right.

    Attributes:
        zero_gain_turns: most reads and questions of an agent that tell it nothing new
            (`stages/validate_dialogues/gains.py`); dialogues with more are dropped. Any number if it is left out.
        behavior: what becomes of a dialogue that is right but shows other behaviours of its user than planned: `drop`
            it, or `relabel` it with those that it shows. Left out: models' users are relabelled, scripts' dropped.
    """

    zero_gain_turns: Annotated[int, Field(ge=0, le=1000)] | None = None
    behavior: Literal["relabel", "drop"] | None = None


class NearDuplicateSettings(Strict):
    """From which similarity on a dialogue counts as a copy of an earlier one.

    Attributes:
        threshold: of all that is said.
        task_text, user_turns, calls: of these alone, if they are to be looked at; tasks and calls of other tasks only.
    """

    threshold: Similarity = 0.8
    task_text: Similarity | None = None
    user_turns: Similarity | None = None
    calls: Similarity | None = None


class BalanceSettings(Strict):
    """What no row may have too much of (`stages/balance.py`); what is left out is not limited.

    Attributes:
        tools, tool_pairs: most that one writing tool, or two together, may make of the rows that write (twice).
        values: most that one found value of a write may make.
        skeletons: most that one sequence of calls may make.
        behaviors: most that one manner of telling may make.
        pass_rate: least and most of a task's tries that pass; wants `simulate.attempts`.
    """

    tools: Limit | None = None
    tool_pairs: Limit | None = None
    values: Limit | None = None
    skeletons: Limit | None = None
    behaviors: Limit | None = None
    pass_rate: tuple[Probability, Probability] | None = None

    @model_validator(mode="after")
    def _in_order(self) -> BalanceSettings:
        if self.pass_rate is not None and self.pass_rate[0] > self.pass_rate[1]:
            raise ValueError(
                f"pass_rate: {self.pass_rate[0]:g} is more than {self.pass_rate[1]:g}; give least, then most"
            )
        return self


class ContaminationSettings(Strict):
    """Benchmarks that the run must not repeat.

    Attributes:
        files: relative to the recipe; `pipeline.benchmark_files` says in which forms.
        action: whether what a benchmark has is dropped, or kept and reported.
    """

    files: Annotated[tuple[str, ...], Field(min_length=1)]
    action: WhenKnown = "drop"
