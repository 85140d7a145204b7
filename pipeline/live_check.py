"""`writ check RECIPE`: what the servers of a recipe offer, what can be made of that, and what is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from pipeline.errors import PARTIAL, WHOLE, BackendError, RecipeError
from pipeline.live_settings import LiveSettings
from pipeline.recipe_file import load_recipe
from tool_specs.graph_slots import input_slots, output_slots

if TYPE_CHECKING:
    from pipeline.live_domain import LiveDomain


def check_recipe(path: Path, console: Console) -> int:
    """Starts and explores the servers of a recipe and prints what came of it; returns the exit code.

    Raises:
        RecipeError: no domain of the recipe is a server.
    """
    recipe = load_recipe(path)
    folder = path.absolute().parent
    live = {domain.name: domain.live.at(folder) for domain in recipe.domains if domain.live is not None}
    if not live:
        raise RecipeError(
            f"{path}: none of its domains is a live server (mcp, openapi); check the others by name: writ check DOMAIN"
        )
    problems = sum(_check(name, settings, console) for name, settings in live.items())
    return PARTIAL if problems else WHOLE


def _check(name: str, settings: LiveSettings, console: Console) -> int:
    from pipeline.check_view import show_prospects
    from pipeline.live_domain import open_domain

    try:
        live = open_domain(name, settings)
    except BackendError as error:
        console.print(_of(name, str(error)), markup=False, soft_wrap=True)
        return 1
    table = Table("tool", "effect", "learnt from", "answers recorded", "refused", box=None, pad_edge=False)
    for tool, each in live.domain.tools.items():
        recorded = str(len(live.world.tables[tool])) if tool in live.world.tables else "-"
        spec, refused = each.spec, live.explored.refused.get(tool, 0)
        table.add_row(tool, spec.effect, spec.effect_source, recorded, str(refused or ""))
    console.print(table)
    for note in live.notes:
        console.print(f"{name}: {note.kind}: {note.place}: {note.message}", markup=False, soft_wrap=True)
    for problem in live.problems:
        console.print(_of(name, problem), markup=False, soft_wrap=True)
    if not live.problems:
        for line in (*_never_asked(live, settings.section), *_types_of_nothing(live, settings)):
            console.print(f"{name}: {line}", markup=False, soft_wrap=True)
        show_prospects(live.sandbox, console)
    console.print(f"{name}: {len(live.problems)} problems in {len(live.domain.tools)} tools", markup=False)
    live.pool.close()
    return len(live.problems)


def _of(name: str, problem: str) -> str:
    return problem if problem.startswith(f"{name}: ") else f"{name}: {problem}"


def _never_asked(live: LiveDomain, section: str) -> Iterator[str]:
    for tool, each in live.domain.tools.items():
        if each.spec.effect == "read" and not live.world.tables.get(tool) and not live.explored.refused.get(tool):
            yield (
                f"{tool} was never asked: no answer and no seed gives its {', '.join(each.spec.required)}; add "
                f"{section}.seeds, or say which column fits ({section}.types)"
            )


def _types_of_nothing(live: LiveDomain, settings: LiveSettings) -> Iterator[str]:
    for tool, types in settings.types.items():
        each = live.domain.tools.get(tool)
        if each is None or each.spec.returns is None:
            continue
        inputs = [slot.parameter for slot in input_slots(each.spec)]
        known = [*inputs, *(".".join(("return", *slot.path)) for slot in output_slots(each.spec))]
        for place in types:
            if place not in known and f"{place}.*" not in known:
                yield f"{settings.section}.types.{tool}: there is no {place}; there are {', '.join(known)}"
