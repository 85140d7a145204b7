"""From a recipe to the line of stages it means: the one list of what happens, in order."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.behavior_space import space_of
from pipeline.benchmark_files import Benchmarks
from pipeline.cluster.places import placed
from pipeline.line import Line, Step
from pipeline.recipe import Recipe
from pipeline.remote.path import at
from pipeline.worlds import AnySource, services_of
from schemas.base import digest
from stages.base import GroupStage

if TYPE_CHECKING:
    from stages.continue_sessions import ContinueSessions
    from stages.simulate_dialogues import SimulateDialogues
    from stages.validate_dialogues import ValidateDialogues
    from stages.verbalise_tasks import VerbaliseTasks

SPEAKERS = frozenset({"agent", "user", "rewriter"})
"""Roles that speak in dialogues."""


def line_of(
    recipe: Recipe,
    worlds: Sequence[AnySource],
    benchmarks: Benchmarks | None = None,
) -> Line:
    """Returns the recipe's stages with its settings.

    Args:
        recipe: what is wanted.
        worlds: where the worlds come from.
        benchmarks: what the recipe names under `contamination`.
    """
    from schemas.behavior import Scenario
    from schemas.sft import SftRow
    from schemas.task import Task
    from stages.diversify_behaviors import DiversifyBehaviors
    from stages.export_rows import ExportRows
    from stages.generate_tasks import GenerateTasks

    clean_tasks, clean_dialogues = _clean(recipe, benchmarks)
    dialogues = (*_dialogues(recipe), *_sessions(recipe), *clean_dialogues, *_checklists(recipe), *_judge(recipe))
    steps = (
        Step("generate_tasks", GenerateTasks(validation=recipe.validation, witnesses=recipe.grid.witnesses), Task),
        *_words(recipe),
        *clean_tasks,
        Step(
            "diversify_behaviors",
            DiversifyBehaviors(
                per_task=recipe.behaviors_per_task,
                space=space_of(recipe.behaviors, Path()),
                sequences=recipe.behaviors.sequences,
            ),
            Scenario,
        ),
        *_profiles(recipe),
        *dialogues,
        Step("export_rows", ExportRows(), SftRow),
    )
    return Line(
        steps=placed(steps, recipe.resources),
        group=_group(recipe),
        group_at=dialogues[-1].name,
        services=services_of(worlds, recipe.engines),
        services_key=digest(recipe.engines.model_dump(mode="json")),
        replicas=recipe.engines if recipe.engines.served else None,
        world_key=digest([source.key for source in worlds]),
        domains=tuple(source.code for source in worlds if source.code),
        concurrency=recipe.engines.concurrency,
    )


def _profiles(recipe: Recipe) -> Sequence[Step]:
    """Returns the step that says who users are, if the recipe wants that."""
    from pipeline.profile_file import profiles_of
    from schemas.behavior import Scenario
    from stages.give_profiles import GiveProfiles

    wanted = recipe.profiles
    if wanted is None:
        return ()
    profiles = profiles_of(at(wanted.file)) if wanted.file is not None else ()
    return (Step("give_profiles", GiveProfiles(seed=wanted.seed, profiles=profiles), Scenario),)


def _words(recipe: Recipe) -> Sequence[Step]:
    """Returns the step that words tasks, where a language model does it; the grammar does it with the task."""
    from schemas.task import Task
    from stages.verbalise_tasks import VerbaliseTasks

    voice = recipe.engines.voices.get("verbaliser")
    if voice is None:
        return ()
    stage = VerbaliseTasks(verbaliser=voice.engine, sampling=voice.sampling, prompt=voice.prompt)
    return (Step("verbalise_tasks", stage, Task, live=True),)


def _openings(recipe: Recipe) -> VerbaliseTasks | None:
    """Returns the stage that words the first messages of users: scripts' that no rewriter puts into its words."""
    from stages.verbalise_tasks import VerbaliseTasks

    voices = recipe.engines.voices
    if "verbaliser" not in voices or "user" in voices or "rewriter" in voices:
        return None
    return VerbaliseTasks(verbaliser=voices["verbaliser"].engine, sampling=voices["verbaliser"].sampling)


def _dialogues(recipe: Recipe) -> Sequence[Step]:
    """Returns the steps from scenarios to judged dialogues: one after the other, or the best of several."""
    from schemas.dialogue import Dialogue
    from schemas.verdict import Judged
    from stages.best_of import BestOf

    settings, live, simulate = recipe.simulate, _speak(recipe), simulation(recipe)
    validate = validation(recipe)
    if settings.attempts == 1:
        return (
            Step("simulate_dialogues", simulate, Dialogue, live=live),
            Step("validate_dialogues", validate, Judged),
        )
    best = BestOf(simulate=simulate, validate=validate, attempts=settings.attempts, keep=settings.keep)
    return (Step("validate_dialogues", best, Judged, live=live),)


def simulation(recipe: Recipe) -> SimulateDialogues:
    """Returns the stage that lets a recipe's speakers talk."""
    from stages.simulate_dialogues import SimulateDialogues
    from stages.simulate_dialogues.stage import SCRIPTED

    settings, voices = recipe.simulate, recipe.engines.voices
    return SimulateDialogues(
        max_turns=settings.max_turns,
        max_calls=settings.max_calls,
        agent=voices["agent"].engine if "agent" in voices else SCRIPTED,
        user=voices["user"].engine if "user" in voices else SCRIPTED,
        rewriter=voices["rewriter"].engine if "rewriter" in voices else "",
        sampling={role: voice.sampling for role, voice in voices.items() if role in SPEAKERS},
        prompts={role: voice.prompt for role, voice in voices.items() if voice.prompt and role in SPEAKERS},
        verbalise=_openings(recipe),
    )


def validation(recipe: Recipe) -> ValidateDialogues:
    """Returns the stage that checks a recipe's dialogues."""
    from stages.validate_dialogues import ValidateDialogues

    checks = recipe.checks
    by_default = recipe.engines.user is not None
    relabel = by_default if checks.behavior is None else checks.behavior == "relabel"
    return ValidateDialogues(zero_gain_turns=checks.zero_gain_turns, relabel=relabel)


def _speak(recipe: Recipe) -> bool:
    """Whether a language model speaks in the dialogues, if only their first words."""
    return not SPEAKERS.isdisjoint(recipe.engines.voices) or _openings(recipe) is not None


def _sessions(recipe: Recipe) -> Sequence[Step]:
    """Returns the step that gives dialogues further tasks, if the recipe wants any."""
    from schemas.verdict import Judged

    return (Step("continue_sessions", sessions_of(recipe), Judged, live=_speak(recipe)),) if recipe.sessions else ()


def sessions_of(recipe: Recipe) -> ContinueSessions:
    """Returns the stage that makes further tasks, and the dialogues about them."""
    from stages.continue_sessions import ContinueSessions
    from stages.diversify_behaviors import DiversifyBehaviors
    from stages.generate_tasks import GenerateTasks

    return ContinueSessions(
        lengths=tuple(sorted(recipe.sessions.items())),
        generate=GenerateTasks(validation=recipe.validation, witnesses=recipe.grid.witnesses),
        diversify=DiversifyBehaviors(per_task=1, space=space_of(recipe.behaviors, Path())),
        simulate=simulation(recipe),
        validate=validation(recipe),
    )


def _group(recipe: Recipe) -> GroupStage[Any]:
    """Returns what decides in the driver which rows are kept: near-duplicates, and balance where it is asked for."""
    from stages.balance import Balance
    from stages.deduplicate import Deduplicate
    from stages.select_rows import SelectRows

    deduplicate = Deduplicate(**recipe.near_duplicates.model_dump())
    if recipe.balance is None:
        return deduplicate
    return SelectRows(deduplicate=deduplicate, balance=Balance(**recipe.balance.model_dump()))


def _checklists(recipe: Recipe) -> Sequence[Step]:
    """Returns the step that derives checklists, where they are asked for."""
    from schemas.verdict import Judged
    from stages.derive_checklists import DeriveChecklists

    return (Step("derive_checklists", DeriveChecklists(), Judged),) if recipe.checklists else ()


def _judge(recipe: Recipe) -> Sequence[Step]:
    """Returns the step in which a language model decides what rules leave open, where one is named."""
    from schemas.verdict import Judged
    from stages.judge_dialogues import JudgeDialogues

    voice = recipe.engines.voices.get("judge")
    if voice is None:
        return ()
    stage = JudgeDialogues(judge=voice.engine, sampling=voice.sampling, prompt=voice.prompt)
    return (Step("judge_dialogues", stage, Judged, live=True),)


def _clean(recipe: Recipe, benchmarks: Benchmarks | None) -> tuple[Sequence[Step], Sequence[Step]]:
    """Returns the steps that look for what a benchmark has, after tasks and after judged dialogues."""
    from schemas.task import Task
    from schemas.verdict import Judged
    from stages.decontaminate import DecontaminateDialogues, DecontaminateTasks

    if recipe.contamination is None or benchmarks is None:
        return (), ()
    index, action = benchmarks.index, recipe.contamination.action
    tasks = Step("decontaminate_tasks", DecontaminateTasks(benchmark=index), Task)
    dialogues = Step("decontaminate_dialogues", DecontaminateDialogues(benchmark=index, action=action), Judged)
    return (tasks,) if action == "drop" else (), (dialogues,)
