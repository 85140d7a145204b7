"""Reader: answers ground reads from a sandbox, remembering what the unchanged world answered.

Proofs ask the same reads of the same world again and again; what the initial world answers is kept with the rows that
the call looked at and the values that stand in the answer.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from schemas.base import Json
from schemas.tool import ToolSpec
from tool_specs.programs import MISSING, ReadAsk, ReadKey, elements
from tool_specs.sandbox import Sandbox
from tool_specs.sayings import leaves
from tool_specs.steps import read_of

REMEMBERED = 4_000
"""Answers kept; beyond that the oldest goes, so that memory does not grow with the number of people visited."""


@dataclass(frozen=True)
class Answer:
    """What the initial world answers to a read.

    Attributes:
        value: the tool's JSON value, or `MISSING` for an error.
        rows: the (table, id) rows that the call looked at.
        numbered: whether whole numbers may be ids, and so count among what the answer shows.
        keys: what the call looked up in indexes, and the tables that it went through.
        content: the text that an agent reads.
    """

    value: Any
    rows: frozenset[tuple[str, str]]
    numbered: bool = False
    keys: frozenset[Hashable] = frozenset()
    content: str = ""

    def knows(self, ways: frozenset[Hashable]) -> bool:
        """Whether the call looked up one of these rows or keys (`Sandbox.looked_up_by`)."""
        return not (ways.isdisjoint(self.rows) and ways.isdisjoint(self.keys))

    @cached_property
    def leaves(self) -> frozenset[str]:
        """The strings in the answer (also keys of objects of rows), and where numbers may be ids the numbers."""
        return frozenset(texts(self.value)) if self.numbered else _strings_in(self.value)


class Reader:
    """Reads of one world, remembered."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self._answers: dict[ReadKey, Answer] = {}
        self._numbered = any(map(_takes_numbers, (tool.spec for tool in sandbox.domain.tools.values())))

    def __call__(self, ask: ReadAsk) -> Any:
        """Answers a read as `tool_specs.programs.run` wants it."""
        return self.answer(ask).value

    def answer(self, ask: ReadAsk) -> Answer:
        """Answers a read with what is remembered about it."""
        known = self._answers.get(ask.key)
        if known is None:
            result = self.sandbox.call(ask.tool, ask.arguments)
            value = MISSING if result.error else result.value
            known = Answer(value, frozenset(result.rows), self._numbered, frozenset(result.keys), result.content)
            if len(self._answers) >= REMEMBERED:
                del self._answers[next(iter(self._answers))]
            self._answers[ask.key] = known
        return known

    def ask(self, tool: str, arguments: dict[str, Json]) -> ReadAsk:
        """Builds a read."""
        return read_of(tool, arguments)


class ChangedReader:
    """Reads of a world in which a few rows are others; everything else is answered from memory.

    Rows that are new to the world come with the keys by which calls find them.
    """

    def __init__(self, reader: Reader, changed: Sandbox, rows: frozenset[Hashable]) -> None:
        self._reader = reader
        self._changed = changed
        self._rows = rows

    def __call__(self, ask: ReadAsk) -> Any:
        """Answers a read."""
        known = self._reader.answer(ask)
        if known.value is not MISSING and not known.knows(self._rows):
            return known.value
        result = self._changed.call(ask.tool, ask.arguments)
        return MISSING if result.error else result.value


def said(value: Any) -> Iterator[str]:
    """Yields the strings and whole numbers in an argument: what it says, not the names of its parts."""
    for leaf in leaves(value):
        yield from texts(leaf)


def _strings_in(value: Any) -> frozenset[str]:
    """Returns what `strings` yields, in a third of the time: answers of searches are long."""
    found: set[str] = set()
    waiting = [value]
    while waiting:
        each = waiting.pop()
        if type(each) is str:
            found.add(each)
        elif type(each) is dict:
            found.update(each)
            waiting.extend(each.values())
        elif type(each) is list:
            waiting.extend(each)
    return frozenset(found)


def strings(value: Any) -> Iterator[str]:
    """Yields the strings in a JSON value, keys of objects included."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, each in value.items():
            yield key
            yield from strings(each)
    elif isinstance(value, list):
        for each in value:
            yield from strings(each)


def texts(value: Any) -> Iterator[str]:
    """Yields the strings in a JSON value, and its whole numbers as text: where ids are numbers, these name rows."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, each in value.items():
            yield key
            yield from texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from texts(each)
    elif type(value) is int:
        yield str(value)


def _takes_numbers(spec: ToolSpec) -> bool:
    """Whether a read is asked by a number."""
    properties = spec.parameters.get("properties", {})
    return spec.effect == "read" and any(properties.get(n, {}).get("type") == "integer" for n in spec.required)


def row_argument(spec: ToolSpec, parameter: str, row_id: str) -> Json:
    """Returns a row's id as a tool's parameter wants it: '7' as 7 where its schema says integer."""
    schema = spec.parameters["properties"][parameter]
    return int(row_id) if schema.get("type") == "integer" and row_id.isdigit() else row_id


def walk(value: Any, path: Sequence[str]) -> list[Any]:
    """Returns the values at a path, but for None; `*` stands for every element of a collection."""
    found = [value]
    for part in path:
        if part == "*":
            found = [each for one in found for each in elements(one)]
        else:
            found = [each for one in found if isinstance(one, dict) and (each := one.get(part)) is not None]
    return found


def values_at(value: Json, path: Sequence[str]) -> Iterator[Json]:
    """Yields the values at a path, None among them."""
    return (each for each, _ in at_path(value, path))


def at_path(
    value: Any, path: Sequence[str], row: dict[str, Json] | None = None
) -> Iterator[tuple[Json, dict[str, Json] | None]]:
    """Yields (value, the object around it) at a path in which `*` stands for any key or position."""
    if not path:
        yield value, row
        return
    head, rest = path[0], path[1:]
    if head == "*":
        for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            yield from at_path(each, rest, row)
    elif isinstance(value, dict) and head in value:
        yield from at_path(value[head], rest, value)
