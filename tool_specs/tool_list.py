"""What a list of tools from elsewhere is, once read: specs, the way back to the source's names, and what was changed.

ToolList(form="mcp", title="", specs=(ToolSpec(name="loans_renew", ...),), sources={"loans_renew": "loans.renew"},
         notes=(Note("renamed", "loans.renew", "agents see loans_renew"),))
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

import msgspec

from schemas.tool import ToolSpec
from tool_specs.tool_names import agent_names

NoteKind = Literal["renamed", "collision", "bounded", "left out", "guessed"]


class ToolListError(ValueError):
    """A list of tools that cannot be used as it stands; the message names the place and what to do."""


@dataclass(frozen=True)
class Note:
    """Something about a source that its reader had to decide.

    Attributes:
        kind: `renamed` (a name that models' APIs forbid), `collision` (two things wanted one name), `bounded` (a schema
            that contains itself was cut), `left out` (no argument of the tool), `guessed` (an effect, from the name).
    """

    kind: NoteKind
    place: str
    message: str


@dataclass(frozen=True, kw_only=True)
class ToolList:
    """Tools as a source lists them.

    Attributes:
        form: what kind of list it was.
        title: what the source calls itself; may be empty.
        sources: agent's name -> source's name, for every tool.
    """

    form: Literal["openai", "mcp", "openapi", "domain"]
    title: str
    specs: tuple[ToolSpec, ...]
    sources: dict[str, str]
    notes: tuple[Note, ...] = field(default=())


def called(spec: ToolSpec, name: str) -> ToolSpec:
    """Returns a tool under another name."""
    return spec if spec.name == name else msgspec.structs.replace(spec, name=name)


def twice(named: Iterable[tuple[str, str]]) -> None:
    """Refuses two tools of one name.

    Args:
        named: (name, place) of each tool.

    Raises:
        ToolListError: names both places.
    """
    seen: dict[str, str] = {}
    for name, place in named:
        if name in seen:
            raise ToolListError(f"two tools are named {name!r}: {seen[name]} and {place}; rename or remove one of them")
        seen[name] = place


def renamed(names: Iterable[str]) -> tuple[dict[str, str], list[Note]]:
    """Returns source name -> name for agents, and a note for every name that is another one."""
    found = agent_names(names)
    notes = [
        Note("renamed", source, f"agents see {agent!r}; the API of most models takes letters, digits, _ and - only")
        for source, agent in found.by_source.items()
        if source != agent
    ]
    for agent, sources in found.collided.items():
        told = " and ".join(f"{source!r} ({found.by_source[source]})" for source in sources)
        notes.append(Note("collision", agent, f"{told} would have got the same name"))
    return found.by_source, notes
