"""`writ evolve`: weights of behaviours under which scripted users are like the people of a reference.

    writ evolve recipes/retail.yaml --reference people.jsonl --out evolved.yaml

The reference is dialogues of people, in OpenAI form: without one nobody can say what people are like. The tasks are the
recipe's, the same for every candidate. What is written is the `behaviors:` of a recipe, and beside it, as JSON, every
candidate that was tried. A measured likeness holds for this reference, these tasks and this simulator.

With `--proposer ENGINE` a language model proposes every other candidate, new behaviours among them: data that is
checked, never run. The best one's stand in a file of behaviours that the recipe names.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from statistics import fmean
from typing import Literal

import yaml
from rich.console import Console
from rich.table import Table

from pipeline.assemble import simulation
from pipeline.behavior_space import space_of
from pipeline.engines.build import engines_of
from pipeline.engines.connections import close_connections
from pipeline.engines.named import engine_of, serving
from pipeline.engines.settings import Engines
from pipeline.errors import PARTIAL, WHOLE, UserError
from pipeline.plan_tasks import first_orders
from pipeline.recipe import Recipe
from pipeline.recipe_file import load_recipe
from pipeline.storage import write_bytes, write_json
from pipeline.talks import talks_of
from pipeline.worlds import build_services, sources, with_folders
from schemas.base import Json, plain
from schemas.behavior import BehaviorSpace, Playbook
from schemas.completion import Completion, CompletionRequest
from schemas.dialogue import Dialogue
from schemas.task import Task
from stages.base import Services
from stages.behaviors.space import COLUMNS, SPACE, is_known
from stages.diversify_behaviors import DiversifyBehaviors
from stages.evolution import Elite, Fitness, LanguageProposer, Measured, Mutation, search
from stages.evolution.fitness import SCHEDULE, vectors
from stages.generate_tasks import GenerateTasks
from stages.realism import VERSION, Talk
from stages.realism.usi import features
from stages.simulate_dialogues import SimulateDialogues

LEAST = 20
"""Dialogues of people below which nothing can be said."""


@dataclass(frozen=True)
class _Trial:
    """What tries a candidate: the same tasks for each, one more share of them per user."""

    tasks: Sequence[Task]
    simulate: SimulateDialogues
    services: Services

    def dialogues(self, space: BehaviorSpace, users: int) -> list[list[float]]:
        """Returns the features of a candidate's dialogues."""
        share = self.tasks[: max(len(self.tasks) * users // SCHEDULE[-1], 1)]
        return vectors(features(talk) for talk in asyncio.run(self._talks(space, share)))

    async def _talks(self, space: BehaviorSpace, tasks: Sequence[Task]) -> list[Talk]:
        diversify = DiversifyBehaviors(per_task=1, space=space)
        found: list[Talk] = []
        for task in tasks:
            sandbox = self.services.sandboxes[task.domain]
            for scenario in diversify.scenarios(task, sandbox.domain, sandbox):
                made = await self.simulate.process(scenario, self.services)
                found += [_talk(each) for each in made if isinstance(each, Dialogue)]
        await close_connections()
        return found


def evolve(
    recipe_file: Path, reference: Path, out: Path, *, generations: int, children: int, count: int, seed: int,
    console: Console, proposer: str | None = None, model: str | None = None,
) -> int:  # fmt: skip
    """Searches, prints and writes; returns the exit code: 1 if dialogues of the reference were left out.

    Raises:
        UserError: recipe or reference cannot be used.
    """
    base = recipe_file.resolve().parent
    recipe = with_folders(load_recipe(recipe_file), base)
    talks, problems = talks_of(reference)
    people = vectors(features(talk) for talk in talks if talk.user)
    if len(people) < LEAST:
        raise UserError(f"{reference}: has {len(people)} dialogues of people; {LEAST} are needed to say how they talk")
    services = build_services(sources(recipe, base), recipe.engines)
    trial = _Trial(_tasks(recipe, services, count), simulation(recipe), services)
    space = space_of(recipe.behaviors, Path())
    base_users = trial.dialogues(space, SCHEDULE[-1])
    fitness = Fitness.against(people, base_users, seed)

    def measure(candidate: BehaviorSpace, users: int) -> Measured:
        return fitness.of(trial.dialogues(candidate, users), users)

    before = measure(space, SCHEDULE[-1])
    with _proposing(proposer, model, seed, _means(people, base_users), out.parent) as proposing:
        best, tried = search(space, measure, proposing, generations, children)
    write_found(best.space, out, f"against {reference.name} ({len(people)} dialogues)")
    history = _history(reference, len(people), before, tried)
    if isinstance(proposing, LanguageProposer):
        history["proposer"] = {
            "engine": proposer,
            "asked": proposing.asked,
            "used": proposing.used,
            "dropped": dict(sorted(proposing.dropped.items())),
        }
    write_json(out.with_suffix(".json"), history)
    _show(before, best, len(tried), console)
    if isinstance(proposing, LanguageProposer):
        console.print(_told(proposing), markup=False, highlight=False, soft_wrap=True)
    console.print(f"{out}: put its `behaviors:` into a recipe", markup=False, highlight=False, soft_wrap=True)
    errors = Console(stderr=True)
    for line in problems:
        errors.print(f"writ: {line}", markup=False, highlight=False, soft_wrap=True)
    return PARTIAL if problems else WHOLE


def _tasks(recipe: Recipe, services: Services, count: int) -> list[Task]:
    generate = GenerateTasks(validation=recipe.validation, witnesses=recipe.grid.witnesses)
    found: list[Task] = []
    for order in islice(first_orders(recipe), 4 * count):
        made = asyncio.run(generate.process(order, services))
        found += [each for each in made if isinstance(each, Task)]
        if len(found) >= count:
            break
    if not found:
        raise UserError("the recipe's tasks cannot be made in its world; see `writ run`")
    return found


def _talk(dialogue: Dialogue) -> Talk:
    return Talk(tuple(_turns(dialogue)))


def _turns(dialogue: Dialogue) -> Iterator[tuple[Literal["user", "agent"], str]]:
    for message in dialogue.messages:
        if message.role != "tool" and message.content:
            yield ("user" if message.role == "user" else "agent"), message.content


@contextlib.contextmanager
def _proposing(
    named: str | None, model: str | None, seed: int, means: Mapping[str, tuple[float, float]], logs: Path
) -> Iterator[Mutation | LanguageProposer]:
    """Gives who proposes candidates; an engine is there as long as it lasts."""
    if named is None:
        yield Mutation(seed)
        return
    settings = engine_of(named, model, "proposer")
    engines = Engines().model_copy(update={"proposer": settings})
    with serving(engines, logs / "engines") as addresses:
        engine = engines_of(engines, addresses)["proposer"]

        async def asked(request: CompletionRequest) -> Completion:
            try:
                return await engine.complete(request)
            finally:
                await close_connections()

        yield LanguageProposer(lambda request: asyncio.run(asked(request)), settings.voice.sampling, seed, means)


def _means(people: list[list[float]], ours: list[list[float]]) -> dict[str, tuple[float, float]]:
    """Returns the mean of each feature among people, and among the simulator's users."""
    columns = zip(sorted(features(Talk(()))), zip(*people, strict=True), zip(*ours, strict=True), strict=True)
    return {name: (fmean(theirs), fmean(own)) for name, theirs, own in columns}


def _told(proposer: LanguageProposer) -> str:
    dropped = ", ".join(f"{why} {count}" for why, count in sorted(proposer.dropped.items())) or "nothing"
    return f"the proposer was asked {proposer.asked} times: {proposer.used} of its ideas were tried; dropped: {dropped}"


def write_found(space: BehaviorSpace, out: Path, found: str) -> None:
    """Writes the `behaviors:` of a recipe, and a file of those behaviours that are not WRIT's."""
    own = [each for each in space.behaviors if not is_known(each)]
    behaviors: Json = weights_of(space)
    if own:
        file = out.with_suffix(".behaviors.yaml")
        axes = [plain(axis) for axis in space.axes if axis not in SPACE.axes]
        # Their weights are the recipe's: those of the file are joined to WRIT's own.
        playbooks = [{**_given(each), "weight": 0.0} for each in own]
        write_bytes(file, yaml.safe_dump({"axes": axes, "behaviors": playbooks}, sort_keys=False).encode())
        behaviors = {"file": file.name, **behaviors}
    text = yaml.safe_dump({"behaviors": behaviors}, sort_keys=False)
    write_bytes(out, f"# Weights of behaviours found by `writ evolve` {found}.\n{text}".encode())


def _given(playbook: Playbook) -> dict[str, Json]:
    """Returns what a playbook says, without what it leaves out."""
    return {name: value for name, value in plain(playbook).items() if value not in ("", [], ())}


def weights_of(space: BehaviorSpace) -> dict[str, dict[str, float]]:
    """Returns a space's weights as a recipe has them."""
    found: dict[str, dict[str, float]] = {axis: {} for axis in (*COLUMNS, "traits")}
    for each in space.behaviors:
        if each.weight:
            found[each.axis if each.axis in COLUMNS else "traits"][each.behavior] = round(each.weight, 4)
    for axis in COLUMNS:  # rounded shares sum to one again
        first = max(found[axis], key=lambda name: found[axis][name])
        found[axis][first] = round(found[axis][first] + 1 - sum(found[axis].values()), 4)
    return found


def _history(reference: Path, people: int, before: Measured, tried: Sequence[Elite]) -> Json:
    return {
        "features": VERSION,
        "reference": {"name": reference.name, "dialogues": people},
        "before": _numbers(before),
        "tried": [
            {
                "generation": each.generation,
                "users": each.users,
                **_numbers(each.measured),
                "weights": weights_of(each.space),
            }
            for each in tried
        ],
    }


def _numbers(measured: Measured) -> dict[str, float]:
    return {
        "likeness": round(measured.likeness, 4),
        "coverage": round(measured.coverage, 4),
        "total": round(measured.total, 4),
    }


def _show(before: Measured, best: Elite, tried: int, console: Console) -> None:
    table = Table("", "likeness", "coverage", "fitness", box=None)
    for name, found in (("the recipe's weights", before), (f"best of {tried}", best.measured)):
        table.add_row(name, *(f"{number:.3f}" for number in (found.likeness, found.coverage, found.total)))
    console.print(table)
