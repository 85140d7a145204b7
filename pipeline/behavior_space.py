"""The space of behaviours that a recipe means: WRIT's, with the playbooks of the recipe's own file and its weights.

behaviors:
  file: my_behaviors.yaml                  # axes and playbooks, in the form of stages/behaviors/behaviors.yaml
  disclosure: {drip: 0.7, all_at_once: 0.3}
  traits: {typos: 0.2, sings: 0.1}
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import RecipeError
from pipeline.recipe_sections import BehaviorSettings

if TYPE_CHECKING:
    from schemas.behavior import BehaviorSpace

Problem = tuple[tuple[str, ...], str]
"""Where in the settings, and what is wrong."""


def space_of(settings: BehaviorSettings, folder: Path) -> BehaviorSpace:
    """Returns the space that settings mean.

    Args:
        settings: the recipe's.
        folder: the recipe's; the file is named relative to it.

    Raises:
        RecipeError: the file cannot be used; the message has file, line and what to do.
    """
    from stages.behaviors.detectors import DETECTORS, MEASURES
    from stages.behaviors.rules import FITS
    from stages.behaviors.space import SPACE, SpaceError, read_space, weighted
    from stages.simulate_dialogues.habits import RULES

    space = SPACE
    if settings.file is not None:
        names = {"fits": FITS, "rule": RULES, "detector": DETECTORS.keys() | MEASURES}
        try:
            space = read_space(folder / Path(settings.file).expanduser(), names, SPACE)
        except SpaceError as error:
            raise RecipeError(str(error)) from error
    return weighted(space, settings.weights)


def problems(settings: BehaviorSettings, space: BehaviorSpace, *, scripted: bool) -> Iterator[Problem]:
    """Yields what is wrong with the weights that settings give.

    Args:
        settings: the recipe's.
        space: what they mean.
        scripted: whether a script plays the user.
    """
    from stages.behaviors.space import COLUMNS, suggestion, sum_problem

    for axis, weights in settings.weights.items():
        known = [e.behavior for e in space.behaviors if (e.axis == axis if axis in COLUMNS else e.axis not in COLUMNS)]
        for name in weights:
            if name not in known:
                yield (axis, name), f"unknown name{suggestion(name, known)}"
    for each in space.axes:
        playbooks = [playbook for playbook in space.behaviors if playbook.axis == each.name]
        problem = sum_problem(each, sum(playbook.weight for playbook in playbooks))
        if problem:
            yield (each.name if each.name in settings.weights else "traits",), problem
    for playbook in space.behaviors:
        if scripted and playbook.weight and not playbook.rule:
            what = (
                f"`{playbook.behavior}` has no rule, so no script can play it; give `engines` a user, or a weight of 0"
            )
            yield (playbook.axis if playbook.axis in COLUMNS else "traits",), what
