"""Behaviours in words, for card and report: which a run's users showed, what each is, and which came together.

behavior_rows(facts)[0]   -> ("disclosure", "drip", "Some detail comes unasked, ...", "1,503")
"""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from itertools import combinations
from pathlib import Path

from pydantic import ValidationError

from pipeline.behavior_space import space_of
from pipeline.errors import RecipeError
from pipeline.facts import Facts
from pipeline.recipe_sections import BehaviorSettings
from schemas.behavior import Behavior, BehaviorSpace
from stages.behaviors.space import SPACE, by_name

HEAD = ("axis", "behaviour", "what it is", "rows")


def behavior_rows(facts: Facts) -> list[tuple[str, ...]]:
    """Returns (axis, behaviour, what it is, rows) for all that was shown or wanted, in the order of the space."""
    space, counted = _space(facts), _counted(facts)
    rows: list[tuple[str, ...]] = [
        (axis.name, each.behavior, each.definition, f"{counted.pop(each.behavior, 0):,}")
        for axis in space.axes
        for each in space.behaviors
        if each.axis == axis.name and (each.weight or each.behavior in counted)
    ]
    # Of a file of the recipe's own that is no longer there, names are all that is left.
    return rows + [("", name, "", f"{count:,}") for name, count in sorted(counted.items())]


def definitions(behavior: Behavior) -> list[tuple[str, str]]:
    """Returns the behaviours of one user with what they are, as far as that is known."""
    known = {**by_name(SPACE), **{each.behavior: each for each in behavior.own}}
    names = (behavior.disclosure, behavior.register, *behavior.traits)
    return [(name, known[name].definition) for name in names if name in known]


def pairs_line(facts: Facts) -> str:
    """Says how many of the pairs of behaviours that may come together did, and which of them is the rarest."""
    space = _space(facts)
    known = by_name(space)
    found = Counter[frozenset[str]]()
    for behavior, count in facts.columns["behavior"].items():
        for pair in combinations(str(behavior).split("+"), 2):
            found[frozenset(pair)] += count
    possible = [
        frozenset((one.behavior, other.behavior))
        for one, other in combinations([each for each in known.values() if each.weight], 2)
        if one.axis != other.axis and other.behavior not in one.excludes and one.behavior not in other.excludes
    ]
    if not possible:
        return ""
    seen = [pair for pair in possible if found[pair]]
    return f"Of {len(possible)} pairs of behaviours that go together, {len(seen)} occur."


def _counted(facts: Facts) -> Counter[str]:
    counted = Counter[str]()
    for behavior, count in facts.columns["behavior"].items():
        for name in str(behavior).split("+"):
            counted[name] += count
    return counted


def _space(facts: Facts) -> BehaviorSpace:
    """Returns the space that the run's recipe means; WRIT's own where its file is no longer there."""
    with suppress(RecipeError, ValidationError):
        return space_of(BehaviorSettings.model_validate(facts.recipe.get("behaviors") or {}), Path())
    return SPACE
