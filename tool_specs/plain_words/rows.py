"""Rows: which results and collections hold rows that people talk about, what they are called, and whose they are.

    get_reader.loans.* -> get_loan     a loan is a row: `get_loan`, "loan", owned, label '"{title}" (loan {loan_id})'

A list of summaries whose details another read shows is one kind of row, not two: the one that says more.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from schemas.tool import ToolSpec
from tool_specs.chains import collections, leaves
from tool_specs.domain import Domain
from tool_specs.plain_words.kinds import Kind, kind_of
from tool_specs.plain_words.names import CONTAINERS, is_id, noun_of, said, singular, stem, tokens
from tool_specs.plain_words.observe import Observed

_TITLES = ("title", "name", "label", "subject", "headline", "display_name", "full_name")
_QUOTED = frozenset({"title", "subject", "headline"})


@dataclass
class RowKind:
    """One kind of row.

    Attributes:
        id: its row id.
        own_id: dotted path of its own id inside the row; "" if it has none.
        parameter: the parameter of the read that shows it, for a row that has a read of its own.
        columns: dotted path -> (kind, schema) of its scalars.
        owned: whether it is the user's.
        summary: the rows of a list that lead to it; what they say already needs no read of it.
    """

    id: str
    noun: str
    schema: Any
    parameter: str = ""
    own_id: str = ""
    columns: dict[str, tuple[Kind, Any]] = field(default_factory=dict)
    owned: bool = False
    summary: RowKind | None = None

    @property
    def options(self) -> list[str]:
        """Keys of objects whose own keys vary from row to row: `options`, with a colour here and a size there."""
        properties = (self.schema.get("properties") or {}).items()
        return [key for key, schema in properties if (schema.get("additionalProperties") or {}) == {"type": "string"}]

    @property
    def tool(self) -> str:
        """The read that shows it."""
        return self.id.partition(".")[0]

    @property
    def title(self) -> str:
        """The column by which people call it; "" if there is none."""
        named = [path for path, (kind, _) in self.columns.items() if kind == "handle"]
        return next((path for title in _TITLES for path in named if path == title), "")

    @property
    def label(self) -> str:
        """How one is named, a format over its keys."""
        name = f'"{{{self.title}}}"' if self.title in _QUOTED else f"{{{self.title}}}" if self.title else ""
        parts = [path for path in ("first_name", "last_name") if path in self.columns]
        if not name and len(parts) == 2:
            name = "{first_name} {last_name}"
        if self.own_id:
            number = f"{self.noun} {{{self.own_id}}}"
            return f"{name} ({number})" if name else number
        return f"{self.noun} {name}".strip()


def rows_of(domain: Domain, observed: Observed) -> list[RowKind]:
    """Returns the kinds of rows of a domain, in listing order."""
    specs = {name: tool.spec for name, tool in domain.tools.items()}
    people = person_types(domain)
    found: list[RowKind] = []
    for spec in specs.values():
        if spec.effect == "read" and spec.returns is not None:
            found.extend(_kinds(spec, people, observed, spec.name in domain.identity_tools))
    for row in found:
        _describe(row, observed, specs)
    # What has neither a name nor a number cannot be told from its like.
    kept = [row for row in _without_summaries(found, observed) if row.own_id or "{" in row.label]
    for row in kept:
        row.owned = _is_owned(row, domain, observed, people)
    return kept


def person_types(domain: Domain) -> frozenset[str]:
    """Returns the semantic types of the user's own row id."""
    found: set[str | None] = set()
    own = domain.tools.get(domain.principal.table)  # of recorded worlds, a table is a read
    asked = set(own.spec.types.values()) & {own.spec.types.get(name) for name in own.spec.required} if own else set()
    for spec in (domain.tools[name].spec for name in domain.identity_tools if name in domain.tools):
        named = asked & {kind for path, kind in spec.types.items() if path.startswith("return.")}
        found.add(spec.types.get("return"))
        if named and spec.name != domain.principal.table:
            found.update(named)
        elif spec.types.get("return") is None and len(spec.required) == 1:  # it answers with the user's own row
            found.add(spec.types.get(spec.required[0]))
    return frozenset(kind for kind in found if kind is not None)


def _kinds(spec: ToolSpec, people: frozenset[str], observed: Observed, finds_user: bool) -> Iterator[RowKind]:
    schema = spec.returns or {}
    if not finds_user and any(leaves(schema)) and schema.get("properties") and len(spec.required) == 1:
        parameter = spec.required[0]
        fed = any((spec.name, parameter) in targets for targets in observed.feeds.values())
        if fed and spec.types.get(parameter) not in (people or {""}) and noun_of(spec.name):
            yield RowKind(spec.name, noun_of(spec.name), schema, parameter=parameter)
    yield from _inside(spec, spec.name, schema, noun_of(spec.name))


def _inside(spec: ToolSpec, id_: str, schema: Any, around: str) -> Iterator[RowKind]:
    for path, element in collections(schema):
        inner = ".".join((id_, *path, "*"))
        noun = around
        if path and path[-1].lower() not in CONTAINERS:
            words = tokens(path[-1])
            noun = said((*words[:-1], singular(words[-1])))
        if any(path for path in leaves(element)) and noun:
            yield RowKind(inner, noun, element)
        yield from _inside(spec, inner, element, noun)


def _describe(row: RowKind, observed: Observed, specs: Mapping[str, ToolSpec]) -> None:
    for path in leaves(row.schema):
        if path:
            column = ".".join((row.id, *path))
            schema = _at(row.schema, path)
            leads_on = any(_is_open(specs, target) for target in observed.feeds.get(column, ()))
            kind = kind_of(path[-1], schema, observed.values.get(column, ()), leads_on=leads_on)
            row.columns[".".join(path)] = kind, schema
    ids = [path for path, (kind, _) in row.columns.items() if kind == "id" and "." not in path]
    typed = specs[row.tool].types
    wanted = typed.get(row.parameter) if row.parameter else None
    same = [path for path in ids if wanted is not None and typed.get(f"return.{path}") == wanted]
    own = [path for path in ids if path == row.parameter or path == "id" or stem(path) == row.noun]
    row.own_id = next(iter(same + own), "")
    if not row.own_id and row.id.endswith("*") and len(ids) == 1 and is_id(ids[0]):
        seen = observed.values.get(f"{row.id}.{ids[0]}", [])
        # One that comes again is another row's.
        row.own_id = ids[0] if len(set(map(str, seen))) == len(seen) else ""


def _is_open(specs: Mapping[str, ToolSpec], target: tuple[str, str]) -> bool:
    """Whether a parameter takes more than its schema lists: what feeds it may be an id."""
    return "enum" not in specs[target[0]].parameters["properties"].get(target[1], {})


def _at(schema: Any, path: tuple[str, ...]) -> Any:
    for part in path:
        schema = next((option for option in _options(schema) if part in (option.get("properties") or {})), {})
        schema = (schema.get("properties") or {}).get(part, {})
    return next(iter(_options(schema)), {})


def _options(schema: Any) -> list[Any]:
    for word in ("anyOf", "oneOf"):
        if schema.get(word):
            return [each for option in schema[word] for each in _options(option) if option.get("type") != "null"]
    return [schema]


def _without_summaries(found: list[RowKind], observed: Observed) -> list[RowKind]:
    """Leaves out summaries of rows that another read shows in full, and reads that show no more than the list did."""
    dropped: set[str] = set()
    holders = [row.id for row in found if row.columns]
    for whole in found:
        if not whole.parameter:
            continue
        for part in found:
            if part.parameter or part.noun != whole.noun or part.id.startswith(whole.id + "."):
                continue
            leads = any(
                (whole.tool, whole.parameter) in observed.feeds.get(f"{part.id}.{path}", ()) for path in part.columns
            )
            if leads:
                # An item of an order is more than the item: it is the user's, at the price of that day.
                inner = any(part.id.startswith(f"{holder}.") for holder in holders)
                more = set(whole.columns) - set(part.columns) or any(collections(whole.schema))
                if more and not inner:
                    dropped.add(part.id)
                    whole.summary = part
                else:
                    dropped.add(whole.id)
    return [row for row in found if row.id not in dropped]


def _is_owned(row: RowKind, domain: Domain, observed: Observed, people: frozenset[str]) -> bool:
    """Whether the rows belong to the user: their own row lists them, or they name the user."""
    specs = {name: tool.spec for name, tool in domain.tools.items()}
    mine = {
        name
        for name, spec in specs.items()
        if spec.effect == "read" and any(spec.types.get(parameter) in people for parameter in spec.required)
    }
    if not people:
        return False
    if row.tool in mine:
        return True
    typed = specs[row.tool].types
    prefix = ".".join(("return", *row.id.split(".")[1:]))
    if any(typed.get(f"{prefix}.{path}") in people for path in row.columns):
        return True
    if row.parameter:
        sources = [column for column, targets in observed.feeds.items() if (row.tool, row.parameter) in targets]
        return any(column.partition(".")[0] in mine and column.endswith(".*") for column in sources)
    return False
