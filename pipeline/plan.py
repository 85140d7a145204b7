"""What a run shall make, of what, and where; and what of a run that is there may be made again.

Plan(recipe, line_of(recipe, worlds), worlds, Path("outputs/quickstart"))
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path

import msgspec

from pipeline.benchmark_files import Benchmarks
from pipeline.line import Line
from pipeline.recipe import Recipe
from pipeline.remote.hub_file import HubFile
from pipeline.remote.path import RemotePath, at
from pipeline.worlds import AnySource, Source
from schemas.base import Json


@dataclass(frozen=True)
class Plan:
    """What shall be made, of what, and where."""

    recipe: Recipe
    line: Line
    worlds: tuple[AnySource, ...]
    out: Path
    benchmarks: Benchmarks | None = None

    def identity(self) -> Json:
        """Returns what makes a folder's run this one: everything but the count, which may grow, and mere places."""
        recipe = self.recipe.model_dump(
            mode="json", by_alias=True, exclude={"count", "patience", "engines", "resources"}
        )
        if voices := self.recipe.engines.voices:
            recipe["engines"] = msgspec.json.decode(msgspec.json.encode(voices))  # as it will be read again
        if licences := {role: each.licence for role, each in self.recipe.engines.roles.items() if each.licence}:
            recipe["licences"] = licences
        if recipe["contamination"] is None:
            del recipe["contamination"]
        elif self.benchmarks is not None:
            recipe["contamination"]["files"] = [asdict(file) for file in self.benchmarks.files]
        for domain, source in zip(recipe["domains"], self.worlds, strict=bool(self.worlds)):
            # Where a domain's folder lies is no part of a run; what is in it counts as code.
            domain.pop("folder")
            domain["world"] = {"origin": source.origin, "digest": source.digest}
        return recipe

    def read(self) -> list[Path] | None:
        """Returns the files and folders of domains that it is made of, the recipe apart; None if there is more to it.

        What language models say and what live servers hold is in no file; runs in a store, files elsewhere and recipes
        with benchmarks are always looked at properly.
        """
        recipe = self.recipe
        live = recipe.engines.roles or any(each.live for each in recipe.domains)
        if live or recipe.contamination or isinstance(self.out, RemotePath):
            return None
        named = [recipe.behaviors.file, recipe.profiles.file if recipe.profiles else None]
        for source in self.worlds:
            named += [source.file, source.folder] if isinstance(source, Source) else []
        found = [at(each) for each in named if each is not None]
        return None if any(isinstance(each, RemotePath | HubFile) for each in found) else found


@dataclass(frozen=True, kw_only=True)
class Again:
    """What may be made again in a folder that holds a run.

    Attributes:
        update: whether shards that other code, settings or orders made may be replaced.
        force: steps whose shards are made again in any case.
    """

    update: bool = False
    force: tuple[str, ...] = ()


AS_IT_IS = Again()
"""Nothing that is fresh is made again, and nothing that another run made is replaced."""
