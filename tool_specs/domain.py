"""Domain: all that WRIT knows about one kind of world, as data and plain functions.

A domain is a folder with tools, a policy, guards and a world generator; its `__init__` exports `DOMAIN`.
Nothing outside that folder names the domain, except one line in `tool_specs/catalog.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, get_type_hints

import msgspec

from schemas.base import Json, Path
from schemas.tool import ToolSpec
from schemas.world import Row, Tables
from tool_specs.annotations import schema_of, types_in
from tool_specs.lexicon import Lexicon
from tool_specs.sandbox import Sandbox
from tool_specs.state import IndexDeclaration, State
from tool_specs.tool import Tool
from tool_specs.worlds import WorldError, generate_world, load_world

__all__ = [
    "NOBODY",
    "Domain",
    "Guard",
    "GuardContext",
    "Principal",
    "WorldError",
    "by_name",
    "generate_world",
    "load_world",
]


@dataclass(frozen=True)
class Principal:
    """Who the user of a dialogue is, and what that person knows by heart.

    Attributes:
        table: One row of this table is the user.
        facts: Fact name -> path inside the row.
        types: Fact name -> semantic type.
    """

    table: str
    facts: Mapping[str, Path]
    types: Mapping[str, str]

    def known(self, row: Row) -> dict[str, Json]:
        """Returns the facts of one person."""
        facts: dict[str, Json] = {}
        for name, path in self.facts.items():
            value: Any = row
            for step in path:
                value = value[step]
            facts[name] = value
        return facts


NOBODY = Principal(table="", facts={}, types={})
"""The user of a domain without people: knows nothing by heart, and is not looked up."""


@dataclass(frozen=True, kw_only=True)
class GuardContext:
    """What a guard may know when a call is about to be made.

    Attributes:
        sandbox: The state before the call.
        principal_id: Row id of the authenticated user; None before authentication.
        confirmed: The user said yes to the listed details since the last write.
        history: False when only the state is in question (a task generator asks): guards that judge a
            conversation then have nothing to say.
        writes: Earlier successful writes, in order, as (tool name, arguments).
        spoken: All that the user said so far.
    """

    sandbox: Sandbox
    principal_id: str | None = None
    confirmed: bool = False
    history: bool = True
    writes: tuple[tuple[str, dict[str, Json]], ...] = ()
    spoken: str = ""


@dataclass(frozen=True)
class Guard:
    """A policy rule that can be checked at a call.

    Attributes:
        rule: The rule as a sentence.
        check: (context, tool name, arguments) -> the violation in words, or None.
        tools: The tools it looks at; empty means all.
    """

    name: str
    rule: str
    check: Callable[[GuardContext, str, Mapping[str, Json]], str | None]
    tools: frozenset[str] = frozenset()


def _sound(tables: Tables) -> list[str]:
    return []


def _fits(state: State, table: str, id_: str, row: Row | None) -> bool:
    return True


def _as_it_is(table: str, row: Row) -> Row:
    return row


View = Callable[[Mapping[str, Json], Any], Any]
"""(arguments, what the tool returned) -> what programs see of it. Its return annotation is the shape of that."""


@dataclass(frozen=True)
class Follow:
    """An argument that follows from the others and from rows that were read, by the domain's rules.

    Attributes:
        value: (the other arguments, column id -> row) -> the argument.
        rows: Column ids of the rows that it looks at: `get_reader`, `get_reader.cards.*`.
        role: The role under which the user tells which row is meant, where there are several; the last of `rows`.
        unless_told: Whether that is only so where the user tells nothing else: flights stay unless others are named.
    """

    value: Callable[[Mapping[str, Json], Mapping[str, Any]], Json]
    rows: tuple[str, ...] = ()
    role: str = ""
    unless_told: bool = False


@dataclass(frozen=True, kw_only=True, eq=False)
class Domain:
    """A kind of world: its tools, rules, rows and people.

    Attributes:
        tools: Name -> tool, in listing order.
        policy: The agent's rules, as Markdown.
        guards: The rules that can be checked.
        indexes: Index name -> (table, row -> key or list of keys).
        rows: Table -> TypedDict of its rows; a world must have these tables.
        generate: (seed, size) -> tables, the same on every machine.
        check_tables: Integrity problems of a whole world with their places; empty means sound.
        check_row: Whether one row (None: absent) agrees with the rest.
        settle: Returns an edited row with its dependent columns brought back into agreement.
        identity_tools: Tools that authenticate the user, in the policy's order of preference.
        basis: What its rows are: the world's own, or the responses of a backend. Proofs say which.
        transfer_tool: The tool that hands the user to a person.
        loose_errors: Tools whose error texts are not part of the interface (only that they fail).
        principal: Who the user is; `NOBODY` where users are nobody in the world and nobody is looked up.
        lexicon: How values are put into words; what a partial one does not say follows from the tools.
        views: Read -> what programs see of its results: derived columns (how long something takes in all), and one
            shape for the results of reads that answer the same question. Agents see what the tool returns.
        follows: Write -> parameter -> how it follows from the other arguments (an amount from what it pays for).
        shows: Read -> what its result says of rows that no read shows whole: (arguments, result) -> table -> id ->
            the columns that are known then.
    """

    name: str
    tools: Mapping[str, Tool]
    policy: str
    guards: tuple[Guard, ...] = ()
    indexes: Mapping[str, IndexDeclaration] = field(default_factory=dict)
    rows: Mapping[str, Any]
    generate: Callable[[int, int], Tables]
    check_tables: Callable[[Tables], list[str]] = _sound
    check_row: Callable[[State, str, str, Row | None], bool] = _fits
    settle: Callable[[str, Row], Row] = _as_it_is
    principal: Principal = NOBODY
    identity_tools: tuple[str, ...] = ()
    basis: Literal["world-level", "response-level"] = "world-level"
    transfer_tool: str | None = None
    loose_errors: frozenset[str] = frozenset()
    lexicon: Lexicon = field(default=Lexicon(partial=True), repr=False)
    views: Mapping[str, View] = field(default_factory=dict)
    follows: Mapping[str, Mapping[str, Follow]] = field(default_factory=dict)
    shows: Mapping[str, Callable[[Mapping[str, Json], Any], Mapping[str, Mapping[str, Row]]]] = field(
        default_factory=dict
    )

    @cached_property
    def specs(self) -> dict[str, ToolSpec]:
        """The tools' interfaces as programs see them: results have the shape of their view."""
        found: dict[str, ToolSpec] = {}
        for name, tool in self.tools.items():
            view = self.views.get(name)
            if view is None:
                found[name] = tool.spec
                continue
            shape = get_type_hints(view, include_extras=True)["return"]
            types = {path: kind for path, kind in tool.spec.types.items() if path.partition(".")[0] != "return"}
            types.update(types_in(shape, "return"))
            found[name] = msgspec.structs.replace(tool.spec, returns=schema_of(shape), types=types)
        return found

    def seen(self, name: str, arguments: Mapping[str, Json], value: Any) -> Any:
        """Returns what programs see of a tool's result."""
        view = self.views.get(name)
        return value if view is None or value is None else view(arguments, value)

    def violations(self, context: GuardContext, name: str, arguments: Mapping[str, Json]) -> list[tuple[str, str]]:
        """Returns (guard name, violation in words) for each guard that a call would break.

        A malformed call breaks none: it fails, whatever it meant.
        """
        tool = self.tools.get(name)
        if tool is None or tool.complaint(arguments) is not None:
            return []
        found: list[tuple[str, str]] = []
        for guard in self.guards:
            if guard.tools and name not in guard.tools:
                continue
            words = guard.check(context, name, arguments)
            if words is not None:
                found.append((guard.name, words))
        return found


def by_name(tools: Iterable[Tool]) -> dict[str, Tool]:
    """Returns tools by name.

    Raises:
        ValueError: two tools share a name.
    """
    found: dict[str, Tool] = {}
    for tool in tools:
        if tool.spec.name in found:
            raise ValueError(f"two tools are named {tool.spec.name!r}; rename one of them")
        found[tool.spec.name] = tool
    return found
