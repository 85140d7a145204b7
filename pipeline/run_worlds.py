"""The worlds that a run was made on, opened again: to try its tasks with a model, or to replay what its writes changed.

    worlds_of(Path("outputs/quickstart"), None, None)        # (Source(domain="retail", ...),)

What is opened is compared with the digest that the run wrote down.
"""

from __future__ import annotations

import re
from pathlib import Path

from pipeline.errors import UserError
from pipeline.recipe_file import load_recipe
from pipeline.storage import read_json
from pipeline.worlds import AnySource, Source, sources, with_folders
from schemas.base import Json

_GENERATED = re.compile(r"generated:seed=(\d+),size=(\d+)")


def worlds_of(run: Path, recipe: Path | None, world: Path | None) -> tuple[AnySource, ...]:
    """Returns the worlds that a run was made on.

    Raises:
        UserError: they cannot be had, or they are others.
    """
    if not (run / "recipe.json").is_file():
        raise UserError(f"{run}: is no folder of a run; give one that `writ run` made")
    told = {each["name"]: each["world"] for each in read_json(run / "recipe.json")["domains"]}
    if recipe is not None:
        folder = recipe.absolute().parent
        found = sources(with_folders(load_recipe(recipe), folder), folder, world)
    else:
        found = tuple(_generated(run, name, where) for name, where in told.items())
    for source in found:
        wanted = told.get(source.domain, {}).get("digest")
        if wanted is not None and source.key[-1] != wanted:
            raise UserError(
                f"{run}: was made on another world of {source.domain}; give the recipe and world it was made from"
            )
    return found


def _generated(run: Path, name: str, where: Json) -> Source:
    from tool_specs.catalog import DOMAINS

    origin = _GENERATED.fullmatch(str(where.get("origin", "")))
    if origin is None or name not in DOMAINS:
        raise UserError(
            f"{run}: its world of {name} is not generated; give --recipe (and --world) as the run was made with"
        )
    return Source(domain=name, seed=int(origin[1]), size=int(origin[2]), file=None, digest=where["digest"])
