"""The recipe's worlds, and the services that stages get: built once per process, from the recipe alone.

A `Source` travels to the workers in place of the world: a few words instead of megabytes. Example::

    Source(domain="retail", size=500, seed=1, file=None, digest="9f...")
"""

from __future__ import annotations

import difflib
import gc
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from pipeline.errors import BackendError, RecipeError, UserError
from pipeline.live_source import LiveSource
from pipeline.recipe import Recipe
from pipeline.remote.path import at, beside

if TYPE_CHECKING:
    from pipeline.engines.settings import Addresses, Engines
    from schemas.world import World
    from stages.base import Services
    from tool_specs.domain import Domain
    from tool_specs.sandbox import Sandbox


@dataclass(frozen=True, kw_only=True)
class Source:
    """Where one domain's world comes from, and the digest it must have."""

    domain: str
    size: int
    seed: int
    file: str | None
    folder: str | None = None
    digest: str = ""

    closed: ClassVar[str] = ""

    @property
    def key(self) -> list[str]:
        """What makes the domain this one."""
        return [self.domain, self.digest]

    def sandbox(self) -> Sandbox:
        """Opens the world."""
        from tool_specs.plain_words import worded
        from tool_specs.sandbox import Sandbox

        world = self.world()
        return Sandbox(worded(self.open(), world), world)

    @property
    def code(self) -> str:
        """What holds the domain's code: a package of WRIT, or a folder."""
        from tool_specs.catalog import DOMAINS

        return self.folder or DOMAINS[self.domain]

    def open(self) -> Domain:
        """Returns the domain as it is written.

        Raises:
            RecipeError: there is none, or its code fails.
        """
        from tool_specs import catalog

        try:
            return catalog.domain(self.folder or self.domain)
        except ValueError as error:
            raise RecipeError(f"domains: {error}") from error

    @property
    def origin(self) -> str:
        """The world's origin, in words that hold on any machine."""
        return f"file:{Path(self.file).name}" if self.file else f"generated:seed={self.seed},size={self.size}"

    def world(self) -> World:
        """Reads or generates the world.

        Raises:
            UserError: there is no such domain, the file is no sound world, or not the one that the run began with.
        """
        from tool_specs.domain import WorldError, generate_world, load_world

        domain = self.open()
        try:
            world = load_world(domain, at(self.file)) if self.file else generate_world(domain, self.seed, self.size)
        except WorldError as error:
            raise UserError(str(error)) from error
        if self.digest and world.digest != self.digest:
            raise UserError(
                f"the {self.domain} world ({self.origin}) is not the one this run began with: digest {world.digest} "
                f"instead of {self.digest}. Leave the world as it was until the run ends, or run into a new --out"
            )
        return world


AnySource = Source | LiveSource


def with_folders(recipe: Recipe, recipe_folder: Path) -> Recipe:
    """Returns the recipe with every domain under its own name, and with absolute paths of folders.

    Raises:
        RecipeError: there is no such domain, its code fails, or two domains have one name.
    """
    from tool_specs import catalog

    found = []
    for domain in recipe.domains:
        if domain.live is not None:
            found.append(domain)
            continue
        written = domain.folder or (domain.name if catalog.is_path(domain.name) else None)
        if written is None:
            if domain.name not in catalog.DOMAINS:
                close = difflib.get_close_matches(domain.name, catalog.DOMAINS, n=1)
                hint = f"did you mean `{close[0]}`?" if close else f"the domains are {', '.join(catalog.DOMAINS)}"
                raise RecipeError(
                    f"domains: there is no domain {domain.name!r}; {hint}; a folder of your own is named by its path, "
                    f"such as `./{domain.name}`"
                )
            found.append(domain)
            continue
        folder = (recipe_folder / Path(written).expanduser()).resolve()
        try:
            name = catalog.domain(folder).name
        except ValueError as error:
            raise RecipeError(f"domains: {error}") from error
        found.append(domain.model_copy(update={"name": name, "folder": str(folder)}))
    names = [domain.name for domain in found]
    if len(set(names)) < len(names):
        raise RecipeError(f"domains: {', '.join(names)}: two domains have one name; change `name=` in one of them")
    behaviors = recipe.behaviors
    if behaviors.file is not None:
        file = str((recipe_folder / Path(behaviors.file).expanduser()).resolve())
        behaviors = behaviors.model_copy(update={"file": file})
    profiles = recipe.profiles
    if profiles is not None and profiles.file is not None:
        file = str(beside(recipe_folder, profiles.file))
        profiles = profiles.model_copy(update={"file": file})
    update = {"behaviors": behaviors, "profiles": profiles, "engines": recipe.engines.at(recipe_folder)}
    return recipe.model_copy(update={"domains": tuple(found), **update})


def sources(recipe: Recipe, recipe_folder: Path, world_file: Path | None = None) -> tuple[AnySource, ...]:
    """Returns the recipe's world sources with their digests: every world is built once, which checks it too.

    Raises:
        UserError: a world cannot be had, or `--world` is given for more than one domain.
    """
    if world_file is not None and len(recipe.domains) > 1:
        names = ", ".join(domain.name for domain in recipe.domains)
        raise UserError(f"--world is for recipes of one domain; this one has {names}: name the files in the recipe")
    found: list[AnySource] = []
    for domain in recipe.domains:
        if domain.live is not None:
            there = domain.live.at(recipe_folder)
            found.append(LiveSource(domain=domain.name, settings=there, meaning=domain.live.meaning()).found())
            continue
        named = world_file.resolve() if world_file else None
        if named is None and domain.world.file is not None:
            named = beside(recipe_folder, domain.world.file)
        settings = domain.world
        source = Source(
            domain=domain.name,
            size=settings.size,
            seed=settings.seed,
            file=str(named) if named else None,
            folder=domain.folder,
        )
        found.append(replace(source, digest=source.world().digest))
    return tuple(found)


class _Sandboxes(dict[str, "Sandbox"]):
    """Sandboxes by domain; asking for a closed one says why it is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.closed: dict[str, str] = {}

    def __missing__(self, domain: str) -> Sandbox:
        if domain in self.closed:
            raise BackendError(self.closed[domain])
        raise KeyError(domain)


def build_services(
    worlds: Sequence[AnySource], engines: Engines | None = None, addresses: Addresses | None = None
) -> Services:
    """Opens the sandboxes of a run, and makes its engines.

    Raises:
        UserError: a world cannot be had, or an engine's key is missing.
    """
    from stages.base import Services

    gc.disable()  # what is made here stays
    sandboxes = _Sandboxes()
    for source in worlds:
        try:
            sandboxes[source.domain] = source.sandbox()
        except BackendError as error:
            sandboxes.closed[source.domain] = str(error)
    # The worlds live as long as the process: without this, every full collection walks all their rows.
    gc.freeze()
    # A shard makes and drops records by the hundred thousand, hardly any of them in cycles.
    gc.set_threshold(1_000_000, 20, 50)
    gc.enable()
    if engines is None or not engines.roles:
        return Services(sandboxes=sandboxes)
    from pipeline.engines.build import engines_of
    from pipeline.engines.work import announce
    from pipeline.observe.agent_spans import traced

    engines_here = engines_of(engines, addresses or {})
    return Services(sandboxes=sandboxes, engines=engines_here, announce=announce, watched=traced)


def services_of(worlds: Sequence[AnySource], engines: Engines | None = None) -> partial[Services]:
    """Returns `build_services` of these, to be called in a worker with the addresses of replicas."""
    return partial(build_services, tuple(worlds), engines)
