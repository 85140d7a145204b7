"""What a recipe says of any domain whose answers come from living servers, whatever they speak.

`pipeline.mcp_settings` and `pipeline.openapi_settings` add what their servers need to be told. Unknown keys are errors.
"""

from __future__ import annotations

import difflib
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, ClassVar, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from pipeline.errors import BackendError
from schemas.tool import Effect

Own = TypeVar("Own", bound="LiveSettings")


class Strict(BaseModel):
    """A part of a recipe: frozen, and without unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Probe(Strict):
    """A read of the server by which states are told apart; `sort` where the order of lists means nothing."""

    tool: str
    arguments: dict[str, Any] = {}
    sort: bool = False


class PrincipalSettings(Strict):
    """Who the user of a dialogue is: one row of what `read` answers; facts are columns of it (or paths, with dots).

    Attributes:
        types: fact -> semantic type, where it is not the fact's name.
        identity: the reads that find a user, in the policy's order of preference.
    """

    read: str
    facts: dict[str, str]
    types: dict[str, str] = {}
    identity: tuple[str, ...] = ()


class ExploreSettings(Strict):
    """Bounds of the exploration at the start."""

    calls_per_read: Annotated[int, Field(ge=1, le=100_000)] = 400
    calls: Annotated[int, Field(ge=1, le=1_000_000)] = 4_000


class LiveSettings(Strict):
    """See the module's text.

    Attributes:
        section: the recipe's key for servers of this kind, as messages name it.
        command: what starts a server. `{recipe}` in a word of it (or in a value of `env`) stands for the recipe's
            folder, `{folder}` for the working folder, `{port}` for a free port where there is a URL with one.
        workdir_template: folder (relative to the recipe) that each server gets a copy of as its working folder.
        processes: servers per worker.
        timeout, start_timeout: seconds for one call, and for the start.
        only, exclude: which of the server's own tools agents see; None is all.
        effects: tool -> effect, where the source does not say it or is wrong.
        types: tool -> (parameter or `return.<path>`) -> semantic type.
        probes: what makes two states different.
        policy: file (relative to the recipe) with the agent's rules; without it, a few that hold everywhere.
    """

    section: ClassVar[str]

    command: tuple[str, ...] = ()
    env: dict[str, str] = {}
    workdir_template: str | None = None
    processes: Annotated[int, Field(ge=1, le=64)] = 2
    timeout: Annotated[float, Field(gt=0, le=3600)] = 20.0
    start_timeout: Annotated[float, Field(gt=0, le=3600)] = 60.0
    only: tuple[str, ...] | None = None
    exclude: tuple[str, ...] = ()
    effects: dict[str, Effect] = {}
    types: dict[str, dict[str, str]] = {}
    probes: tuple[Probe, ...] = ()
    principal: PrincipalSettings | None = None
    explore: ExploreSettings = ExploreSettings()
    policy: str | None = None

    @property
    @abstractmethod
    def origin(self) -> str:
        """Where the world comes from, in words that hold on any machine."""

    @property
    @abstractmethod
    def resettable(self) -> bool:
        """Whether a server can be brought back to its beginning without guessing."""

    def shows(self, tool: str) -> bool:
        """Whether agents see a tool of the server."""
        return tool not in self.exclude and (self.only is None or tool in self.only)

    def meaning(self) -> str:
        """Returns all that changes what is made, as text: not how long one waits, nor where things lie."""
        apart = {"timeout", "start_timeout", "processes", "workdir_template"}
        return self.model_dump_json(exclude=apart)

    def at(self: Own, folder: Path) -> Own:
        """Returns the settings with paths from a recipe's folder made absolute."""
        return self.model_copy(update=self._absolute(folder))

    def _absolute(self, folder: Path) -> dict[str, Any]:
        changes: dict[str, Any] = {
            "command": from_recipe(self.command, folder),
            "env": dict(zip(self.env, from_recipe(tuple(self.env.values()), folder), strict=True)),
        }
        if self.workdir_template is not None:
            changes["workdir_template"] = str((folder / self.workdir_template).resolve())
        if self.policy is not None:
            changes["policy"] = str((folder / self.policy).resolve())
        return changes


def from_recipe(words: tuple[str, ...], folder: Path) -> tuple[str, ...]:
    """Returns words of a command with the recipe's folder in place of `{recipe}`."""
    return tuple(word.replace("{recipe}", str(folder.resolve())) for word in words)


def known_names(name: str, section: str, named: Mapping[str, Sequence[str]], server: Sequence[str]) -> None:
    """Refuses settings that speak of a tool that the server does not have.

    Args:
        name: of the domain.
        section: the recipe's key for it.
        named: key below the section -> tools named there.
        server: the tools that there are.

    Raises:
        BackendError: with the name that was probably meant.
    """
    for place, names in named.items():
        for each in names:
            if each not in server:
                close = difflib.get_close_matches(each, server, n=1)
                hint = f"did you mean {close[0]!r}?" if close else f"it has {', '.join(server)}"
                raise BackendError(f"{name}: {section}.{place}: the server has no tool {each!r}; {hint}")
