"""What the commands of `writ` that make dialogues do, in plain functions that return exit codes.

    run_recipe(Path("recipes/quickstart.yaml"), None, 100, None, None, None, "inline")      # 0: whole

What they raise, `pipeline.program` turns into messages.
"""

from __future__ import annotations

import dataclasses
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from pipeline.errors import WHOLE, RecipeError
from pipeline.finishing import Finish
from pipeline.local import Executor, Inline
from pipeline.observe.spans import begin_trace
from pipeline.outcome import Outcome
from pipeline.plan import Again, Plan
from pipeline.progress import Silent, progress_for_terminal
from pipeline.recipe import Recipe
from pipeline.recipe_file import load_recipe
from pipeline.rerun import fork, selected
from pipeline.runner import finishers, run
from pipeline.temporary import OwnFolder
from pipeline.unchanged import Asked, look_at, made_with, note
from pipeline.worlds import sources, with_folders

if TYPE_CHECKING:
    from pipeline.observe.metrics import Metrics

SHORT_CELLS = 10
"""Cells that are short and told after a run; `writ stats` tells all."""


@dataclass(frozen=True, kw_only=True)
class Rerun:
    """What `writ run` is told about a run that is there; see its help."""

    update: bool = False
    fork: Path | None = None
    begin: str | None = None
    only: str | None = None
    until: str | None = None
    force: bool = False


def run_recipe(
    path: Path,
    world: Path | None,
    count: int | None,
    seed: int | None,
    out: Path | None,
    workers: int | None,
    executor: str,
    rerun: Rerun = Rerun(),
    ray_address: str | None = None,
    metrics_port: str | None = None,
    spans: bool = False,
) -> int:
    """Makes a run; see `writ run --help`."""
    recipe = _changed(load_recipe(path), count, seed)
    out = (out or Path("outputs") / recipe.name).absolute()
    plan = _plan(recipe, path, world, out)
    line = selected(plan.line, rerun.begin, rerun.only, rerun.until)
    plan = dataclasses.replace(plan, line=line)
    if rerun.fork is not None:
        fork(rerun.fork, out)
    names = [step.name for step in line.steps[line.first - 1 : line.end]]
    chosen = bool(rerun.begin or rerun.only or rerun.until)
    again = Again(
        update=rerun.update or rerun.fork is not None,
        force=tuple(names if chosen else [step.name for step in line.steps]) if rerun.force else (),
    )

    def start() -> Executor:
        _preflight(recipe)
        return Inline() if executor == "inline" else _ray(workers, ray_address)

    if spans:
        begin_trace()
    asked, read = Asked(path, world, count, seed), plan.read()
    before = made_with(asked, read)
    with _metrics(metrics_port) as metrics, progress_for_terminal() as progress:
        outcome = run(plan, start, progress, _finishers(), again, metrics)
    if outcome.kept >= outcome.wanted and not (outcome.short or outcome.larger or outcome.upto):
        note(out, before, made_with(asked, read))
    _tell(outcome, out)
    return outcome.exit_code


def plan_recipe(path: Path, world: Path | None, count: int | None, seed: int | None, out: Path | None) -> int:
    """Prints what a run would make."""
    from pipeline.plan_view import show_plan

    recipe = _changed(load_recipe(path), count, seed)
    out = (out or Path("outputs") / recipe.name).absolute()
    show_plan(_plan(recipe, path, world, out), finishers(_finishers()), Console())
    return WHOLE


def preview_recipe(path: Path, world: Path | None, seed: int | None) -> int:
    """Prints five dialogues."""
    from pipeline.run_folder import RunFolder
    from pipeline.show import show

    recipe = _changed(load_recipe(path), 5, seed).model_copy(update={"behaviors_per_task": 1, "validation": 0.0})
    folder = OwnFolder("writ-preview-", Path(tempfile.gettempdir()))
    try:
        plan = _plan(recipe, path, world, folder.path / "run")
        _preflight(recipe)
        # Ray places the servers of vLLM; for anything else its start is not worth five dialogues.
        outcome = run(plan, Inline if plan.line.replicas is None else lambda: _ray(None), Silent())
        console = Console()
        for row in RunFolder(plan.out).rows():
            show(plan.out, row.id, console)
    finally:
        folder.remove()
    if outcome.kept < outcome.wanted:
        _say(*_short_cells(outcome, plan.out), *_poisoned(outcome))
    return outcome.exit_code


def _plan(recipe: Recipe, path: Path, world: Path | None, out: Path) -> Plan:
    from pipeline.assemble import line_of
    from pipeline.benchmark_files import read_benchmarks

    folder = path.absolute().parent
    recipe = with_folders(recipe, folder)
    benchmarks = read_benchmarks(recipe.contamination.files, folder) if recipe.contamination else None
    worlds = sources(recipe, folder, world)
    for source in worlds:
        if source.closed:
            _say(f"writ: domain {source.domain} is left out: {source.closed}")
    return Plan(recipe, line_of(recipe, worlds, benchmarks=benchmarks), worlds, out, benchmarks)


def _changed(recipe: Recipe, count: int | None, seed: int | None) -> Recipe:
    """Returns the recipe with what the command line says instead."""
    changes = {name: value for name, value in (("count", count), ("seed", seed)) if value is not None}
    if changes.get("count", 1) < 1:
        raise RecipeError(f"-n {count}: ask for one trajectory or more")
    if not 0 <= changes.get("seed", 0) < 2**53:
        raise RecipeError(f"--seed {seed}: give a number from 0 to 2**53 - 1")
    return recipe.model_copy(update=changes)


def _ray(workers: int | None, address: str | None = None) -> Executor:
    from pipeline.on_ray import OnRay

    return OnRay(workers, address)


def _metrics(at: str | None) -> AbstractContextManager[Metrics | None]:
    if at is None:
        return nullcontext()
    from pipeline.observe.metrics import Metrics

    metrics = Metrics(at)
    _say(f"writ: metrics at {metrics.address}")
    return metrics


def _preflight(recipe: Recipe) -> None:
    if recipe.engines.roles:
        from pipeline.engines.preflight import preflight

        preflight(recipe.engines)


def _finishers() -> Finish:
    from pipeline.dataset import write_dataset_and_index
    from pipeline.report import write_report

    return (write_dataset_and_index, write_report)


def _tell(outcome: Outcome, out: Path) -> None:
    place = out
    with suppress(ValueError):
        place = out.relative_to(Path.cwd())
    if outcome.upto:
        _say(f"{place}: {outcome.upto} is made; nothing is kept yet: `writ run` without --until and --only goes on")
        return
    if outcome.larger:
        text = (
            f"{place}: holds {outcome.kept} trajectories, more than the {outcome.wanted} asked for, and stays as it is"
        )
        text += "; for a smaller data set give another --out"
    elif outcome.nothing_to_do:
        text = f"{place}: nothing to do, {outcome.kept} of {outcome.wanted} trajectories are there"
    else:
        text = f"{place}: {outcome.kept} of {outcome.wanted} trajectories in {outcome.seconds:.1f} s"
    if outcome.kept >= outcome.wanted:
        text += f"; {look_at(place)}"
    _say(text, *_short_cells(outcome, place), *_poisoned(outcome))


def _say(*lines: str) -> None:
    console = Console(stderr=True)
    for line in lines:
        console.print(line, markup=False, highlight=False, soft_wrap=True)


def _poisoned(outcome: Outcome) -> Iterator[str]:
    if outcome.poisoned:
        yield f"Records left out because their work failed or killed its worker each time: {len(outcome.poisoned)}"
        yield from (f"  {each}" for each in outcome.poisoned[:SHORT_CELLS])


def _short_cells(outcome: Outcome, place: Path) -> Iterator[str]:
    """Yields a line per cell that is short, the shortest first, with the commonest reason."""
    if not outcome.short:
        return
    lacking = sum(each["wanted"] - each["kept"] for each in outcome.short)
    filled = "; others took their place" if outcome.kept >= outcome.wanted else ""
    yield (
        f"This world could not fill all cells of the recipe: {lacking} trajectories are short{filled}. The commonest "
        "obstacle of each:"
    )
    for each in sorted(outcome.short, key=lambda each: each["kept"] - each["wanted"])[:SHORT_CELLS]:
        reason = next(iter(each["reasons"]), "no order was refused; its dialogues were dropped")
        yield f"  {each['cell']}: {each['kept']} of {each['wanted']}; {reason}"
    if len(outcome.short) > SHORT_CELLS:
        yield f"  and {len(outcome.short) - SHORT_CELLS} more: `writ stats {place}`"
