"""From a recipe to the line of stages it means: the one list of what happens, in order."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.line import Line, Step
from pipeline.recipe import Recipe
from pipeline.worlds import AnySource, services_of
from schemas.base import digest


def line_of(recipe: Recipe, worlds: Sequence[AnySource]) -> Line:
    """Returns the recipe's stages with its settings."""
    from schemas.behavior import Scenario
    from schemas.dialogue import Dialogue
    from schemas.sft import SftRow
    from schemas.task import Task
    from schemas.verdict import Judged
    from stages.deduplicate import Deduplicate
    from stages.diversify_behaviors import DiversifyBehaviors
    from stages.export_rows import ExportRows
    from stages.generate_tasks import GenerateTasks
    from stages.simulate_dialogues import SimulateDialogues
    from stages.validate_dialogues import ValidateDialogues

    manners, caps = recipe.behaviors, recipe.simulate
    return Line(
        steps=(
            Step("generate_tasks", GenerateTasks(validation=recipe.validation, witnesses=recipe.grid.witnesses), Task),
            Step(
                "diversify_behaviors",
                DiversifyBehaviors(
                    per_task=recipe.behaviors_per_task,
                    disclosure=manners.disclosure,
                    register=manners.register_,
                    traits=manners.traits,
                ),
                Scenario,
            ),
            Step("simulate_dialogues", SimulateDialogues(max_turns=caps.max_turns, max_calls=caps.max_calls), Dialogue),
            Step("validate_dialogues", ValidateDialogues(), Judged),
            Step("export_rows", ExportRows(), SftRow),
        ),
        group=Deduplicate(threshold=recipe.near_duplicates.threshold),
        group_at="validate_dialogues",
        services=services_of(worlds),
        world_key=digest([source.key for source in worlds]),
        domains=tuple(source.code for source in worlds if source.code),
    )
