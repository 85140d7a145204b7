"""Shares in a recipe, as types of settings: what each may be, and the words in which a wrong one is refused.

    class Grid(Strict):
        burden: BurdenShares = {2: 0.5, 3: 0.5}       # of {2: 0.5, 3: 0.6}: "the shares sum to 1.1; make them sum to 1"

Each type checks by itself; what a section must agree on with another is for `pipeline.recipe`.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Annotated, TypeVar

from pydantic import AfterValidator, Field

MAX_DECISIONS = 5
MAX_TASKS = 5
BURDENS = range(2, 13)
_TOLERANCE = 1e-6

Name = TypeVar("Name", bound=Hashable)


def sum_to_one(shares: dict[Name, float]) -> dict[Name, float]:
    """Returns the shares.

    Raises:
        ValueError: one is below 0 or above 1, or they do not sum to 1.
    """
    for name, share in shares.items():
        if not 0 <= share <= 1:
            raise ValueError(f"the share of {name} is {share:g}; a share is between 0 and 1")
    total = sum(shares.values())
    if abs(total - 1) > _TOLERANCE:
        raise ValueError(f"the shares sum to {total:.6g}; make them sum to 1")
    return shares


def _decisions(shares: dict[int, float]) -> dict[int, float]:
    for decisions in shares:
        if not 1 <= decisions <= MAX_DECISIONS:
            raise ValueError(f"{decisions} decisions cannot be ordered; give numbers from 1 to {MAX_DECISIONS}")
    return sum_to_one(shares)


def _burdens(shares: dict[int, float]) -> dict[int, float]:
    for burden in shares:
        if burden not in BURDENS:
            raise ValueError(f"a burden of {burden} cannot be ordered; give numbers from {BURDENS[0]} to {BURDENS[-1]}")
    return sum_to_one(shares)


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
    return sum_to_one(shares)


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
Limit = Annotated[float, Field(gt=0, le=1)]
"""A share that may be no larger."""
Similarity = Annotated[float, Field(ge=0.7, le=1)]
Shares = Annotated[dict[str, float], AfterValidator(sum_to_one)]
DecisionShares = Annotated[dict[int, float], AfterValidator(_decisions)]
BurdenShares = Annotated[dict[int, float], AfterValidator(_burdens)]
CellShares = Annotated[dict[str, float], AfterValidator(_cells)]
SessionShares = Annotated[dict[int, float], AfterValidator(_sessions)]
"""Tasks in one dialogue -> share; what is left of 1 has one task."""
