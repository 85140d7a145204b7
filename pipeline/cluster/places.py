"""What stages need of machines, as a recipe says it: fractions of cores, GPUs, and pools of machines by name.

    resources:
      validate_dialogues: {cpus: 0.5}                          # two shards per core
      simulate_dialogues: {cpus: 0.25, pools: {talkers: 0.1}}  # an orchestrator, on a machine that offers `talkers`

A pool is a custom resource of Ray: `ray start --resources '{"talkers": 1}'` makes a machine one of it. It exists on a
cluster that is joined; on a Ray of the run's own, this machine is every pool. None of this is part of what a run is.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from pipeline.errors import RecipeError
from pipeline.live_settings import Strict
from stages.base import Resources

if TYPE_CHECKING:
    from pipeline.line import Line, Step

Amount = Annotated[float, Field(ge=0, le=1024)]


class StageResources(Strict):
    """What one shard of a stage occupies while it is in work; of a stage that waits for engines, one orchestrator."""

    cpus: Amount | None = None
    gpus: Amount = 0.0
    pools: dict[str, Annotated[float, Field(gt=0, le=1024)]] = {}

    def over(self, default: Resources) -> Resources:
        """Returns these, and the default's cores where none are given."""
        return Resources(default.cpus if self.cpus is None else self.cpus, self.gpus, tuple(sorted(self.pools.items())))


def options(needs: Resources, pools: bool) -> dict[str, Any]:
    """Returns what Ray is told.

    Args:
        needs: of a step.
        pools: whether there are any.
    """
    custom = dict(needs.pools) if pools else {}
    return {"num_cpus": needs.cpus, "num_gpus": needs.gpus, "resources": custom}


def orchestrator_needs(line: Line) -> Resources:
    """Returns what an orchestrator needs that does all of a line's live steps: of each thing the most."""
    live = [step.needs for step in line.steps if step.live]
    pools = {name: max(dict(each.pools).get(name, 0.0) for each in live) for each in live for name, _ in each.pools}
    cpus, gpus = (max((getattr(each, name) for each in live), default=0.0) for name in ("cpus", "gpus"))
    return Resources(cpus, gpus, tuple(sorted(pools.items())))


def slots(line: Line, there: Mapping[str, float], pools: bool) -> int:
    """Returns how many shards can compute at once, in all pools together.

    Args:
        line: the steps.
        there: of a cluster: "CPU", "GPU" and pools, with their amounts.
        pools: whether there are any.
    """
    kinds = {step.needs for step in line.steps if not step.live}
    room = 0
    for needs in kinds:
        wanted = _amounts(needs, pools)
        room += math.floor(min(there.get(name, 0.0) / amount for name, amount in wanted.items())) if wanted else 1
    return max(1, room)


def lacking(line: Line, there: Mapping[str, float], pools: bool) -> str:
    """Returns what a line's stages need and a cluster does not have, in words, or an empty string."""
    for step in line.steps[: line.end]:
        for name, amount in _amounts(step.needs, pools).items():
            if there.get(name, 0.0) < amount:
                return (
                    f"resources: {step.name} needs {amount:g} {name}, and there is {there.get(name, 0.0):g}. Give the "
                    "recipe another number, or start machines that offer it (ray start --num-cpus, --resources)"
                )
    return ""


def placed(steps: Sequence[Step], resources: Mapping[str, StageResources]) -> tuple[Step, ...]:
    """Returns steps with what a recipe says that they need.

    Raises:
        RecipeError: it says so of a stage that is not among them.
    """
    names = [step.name for step in steps]
    for name in resources:
        if name not in names:
            raise RecipeError(f"resources.{name}: there is no such stage in this recipe; it has {', '.join(names)}")
    said = [resources.get(name) for name in names]
    return tuple(
        replace(step, resources=own.over(step.needs)) if own else step for step, own in zip(steps, said, strict=True)
    )


def _amounts(needs: Resources, pools: bool) -> dict[str, float]:
    found = {"CPU": needs.cpus, "GPU": needs.gpus, **(dict(needs.pools) if pools else {})}
    return {name: amount for name, amount in found.items() if amount}
