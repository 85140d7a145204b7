"""Desk: what an agent can know about a domain before anybody speaks. Built once per domain, shared by its dialogues.

    desk.identity[0]              -> IdentityTool("find_reader", {"email": "email"})
    desk.row_reads["loans"]       -> ("get_loan", "loan_id")      # the read that shows a row of this table
    desk.row_of["renew_loan"]     -> "loans"                      # what this tool answers with

Everything here comes from the tools' declarations, the policy and the lexicon; nothing from a world.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from schemas.base import Json
from schemas.tool import ToolSpec
from tool_specs.annotations import schema_of
from tool_specs.chains import collections
from tool_specs.domain import Domain, Follow
from tool_specs.lexicon import Lexicon
from tool_specs.plain_words.names import is_id, singular, stem, tokens
from tool_specs.plain_words.rows import person_types
from tool_specs.reading import values_at

_HANDED_OVER = "You are being transferred to a person. Please hold on."
_QUOTED = re.compile(r"[\"'“`]([A-Z][^\"'”`\n]{15,120}[.!])[\"'”`]")


@dataclass(frozen=True)
class IdentityTool:
    """A tool that authenticates: parameter -> the fact that fills it."""

    name: str
    facts: Mapping[str, str]


class Desk:
    """A domain as its agent sees it.

    Attributes:
        identity: Tools that authenticate, best first.
        row_reads: Table -> (tool, parameter) of the read that shows one of its rows.
        row_of: Tool -> table whose rows it answers with.
        rows_in: Tool -> (path, table, key of the id) of the collections of whole rows inside its answers.
        principal_parameters: Parameters (of any tool) that mean the user's own row id, by (tool, parameter).
        transfer: (tool, parameter) that hands the user over, or None.
        handed_over: What policy tells to say then.
    """

    def __init__(self, domain: Domain) -> None:
        """Reads a domain's declarations."""
        self.domain = domain
        self.lexicon: Lexicon = domain.lexicon
        self.specs: dict[str, ToolSpec] = {name: tool.spec for name, tool in domain.tools.items()}
        self.identity = tuple(self._identity_tool(name) for name in domain.identity_tools)
        self.identity_names = frozenset(domain.identity_tools)
        shapes = [(table, schema_of(row_type)) for table, row_type in domain.rows.items()]
        self.row_of: dict[str, str] = {}
        self.row_reads: dict[str, tuple[str, str]] = {}
        for name, spec in self.specs.items():
            table = next((table for table, shape in shapes if shape == spec.returns), None)
            if table is None:
                continue
            self.row_of[name] = table
            if spec.effect == "read" and len(spec.required) == 1:
                self.row_reads.setdefault(table, (name, spec.required[0]))
        self.rows_in = {name: tuple(_rows_in(spec, shapes)) for name, spec in self.specs.items()}
        self._roles: dict[str, dict[str, list[str]]] = {}
        self._readers: dict[tuple[str, str], tuple[str, str] | None] = {}
        self._person_types = person_types(domain)
        self.principal_parameters = self._principal_parameters()
        self.transfer = self._transfer()
        self.handed_over = self._handed_over()

    def role_of(self, tool: str, parameter: str) -> str:
        """Returns the role under which a write's parameter is told."""
        words = self.lexicon.writes.get(tool)
        return words.roles.get(parameter, parameter) if words is not None else parameter

    def roles(self, tool: str) -> dict[str, list[str]]:
        """Returns a write's roles with their required parameters; what only the agent can know is left out."""
        found = self._roles.get(tool)
        if found is None:
            found = self._roles[tool] = {}
            for parameter in self.specs[tool].required:
                if (tool, parameter) not in self.principal_parameters:
                    found.setdefault(self.role_of(tool, parameter), []).append(parameter)
        return found

    def number_of(self, tool: str) -> str | None:
        """Returns the parameter that names by its own id what a write is about, if a read shows that row."""
        names = self.roles(tool).get("object", [])
        return next((name for name in names if name.endswith("_id") and self.reader_of(tool, name)), None)

    def follows(self, tool: str | None) -> Mapping[str, Follow]:
        """Returns the parameters of a write that follow from the others."""
        return self.domain.follows.get(tool or "", {})

    def reader_of(self, tool: str, parameter: str) -> tuple[str, str] | None:
        """Returns (read, its parameter) that shows the row which a parameter names, or None."""
        if (tool, parameter) not in self._readers:
            kind = self.specs[tool].types.get(parameter)
            reads = [(read, name) for read, name in self.row_reads.values() if self.specs[read].types.get(name) == kind]
            self._readers[tool, parameter] = reads[0] if reads and kind is not None else None
        return self._readers[tool, parameter]

    def _identity_tool(self, name: str) -> IdentityTool:
        principal = self.domain.principal
        by_type = {kind: fact for fact, kind in principal.types.items()}
        spec = self.specs[name]
        return IdentityTool(name, {p: by_type.get(spec.types.get(p, ""), p) for p in spec.required})

    def shows_principal(self, tool: str) -> bool:
        """Whether an identity tool answers with the user's own row, not with its id."""
        return self.row_of.get(tool) == self.domain.principal.table

    def person_in(self, tool: str, answer: Any) -> Any:
        """Returns the id of the user in an identity tool's answer; most often that is the answer."""
        return next(iter(values_at(answer, self._person_path(tool))), answer)

    def naming(self, tool: str, person: Any) -> Any:
        """Returns the answer of an identity tool that names a user."""
        for name in reversed(self._person_path(tool)):
            person = [person] if name == "*" else {name: person}
        return person

    def _person_path(self, tool: str) -> list[str]:
        paths = (path.split(".") for path, kind in self.specs[tool].types.items() if kind in self._person_types)
        return next((path[1:] for path in paths if path[0] == "return"), [])

    def _principal_parameters(self) -> frozenset[tuple[str, str]]:
        return frozenset(
            (name, parameter)
            for name, spec in self.specs.items()
            for parameter in spec.required
            if spec.types.get(parameter) in self._person_types
        )

    def _transfer(self) -> tuple[str, str] | None:
        name = self.domain.transfer_tool
        required = self.specs[name].required if name is not None else ()
        return (name, required[0]) if name is not None and required else None

    def _handed_over(self) -> str:
        """Finds the sentence that the policy wants said at a transfer: the quoted one that speaks of it."""
        for sentence in self.lexicon.refusals.get("transfer", ()):
            return sentence
        for sentence in _QUOTED.findall(self.domain.policy):
            if "transfer" in sentence.lower():
                return str(sentence)
        return _HANDED_OVER


def _rows_in(spec: ToolSpec, shapes: Sequence[tuple[str, Json]]) -> Iterator[tuple[tuple[str, ...], str, str]]:
    """Yields the collections of a tool's answer whose elements are rows of a table, with the key of their ids."""
    for path, element in collections(spec.returns or {}) if spec.effect == "read" else ():
        table = next((table for table, shape in shapes if shape == element), None)
        ids = [key for key in (element.get("properties") or {}) if is_id(key)] if isinstance(element, dict) else []
        if table is not None and ids:
            own = [key for key in ids if stem(key) in ("", *(singular(word) for word in tokens(table)))]
            yield path, table, (own or ids)[0]
