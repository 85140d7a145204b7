"""What a user could have read: reads reachable from told facts along the tools' semantic types, and who shows a value.

The open part of a world (reads that need nobody's facts, and what they lead to) is explored once and shared.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tests.independent.interpreter import ReadId, read_id

Typed = tuple[str, Any]


class World:
    """The initial world's reads, remembered."""

    def __init__(self, sandbox: Any) -> None:
        self.sandbox = sandbox
        self.specs = {name: spec for name, spec in sandbox.domain.specs.items() if spec.effect == "read"}
        self.takes: dict[str, list[str]] = {}
        for name, spec in self.specs.items():
            if len(spec.required) == 1:
                self.takes.setdefault(spec.types.get(spec.required[0], "?"), []).append(name)
        self._results: dict[ReadId, Any] = {}
        self._typed: dict[ReadId, list[Typed]] = {}
        self._strings: dict[ReadId, frozenset[str]] = {}
        self.open: frozenset[ReadId] = frozenset(
            self.closure([name for name, s in self.specs.items() if not s.required])
        )
        self.open_by_row: dict[tuple[str, str], list[ReadId]] = {}
        for key in sorted(self.open):
            for row in self.result(key).rows:
                self.open_by_row.setdefault(row, []).append(key)
        self.open_strings = frozenset(text for key in self.open for text in self.strings(key))

    def result(self, key: ReadId) -> Any:
        """Returns what a read answers on the initial world."""
        if key not in self._results:
            self._results[key] = self.sandbox.call(key[0], json.loads(key[1]))
        return self._results[key]

    def strings(self, key: ReadId) -> frozenset[str]:
        """Returns all strings in a read's answer."""
        if key not in self._strings:
            self._strings[key] = frozenset(texts(self.result(key).value))
        return self._strings[key]

    def typed(self, key: ReadId) -> list[Typed]:
        """Returns (semantic type, value) of what stands in a read's answer."""
        if key not in self._typed:
            result = self.result(key)
            found: dict[Typed, None] = {}
            if not result.error:
                for path, kind in self.specs[key[0]].types.items():
                    if path == "return" or path.startswith("return."):
                        for value in spread(result.value, path.split(".")[1:]):
                            if isinstance(value, str):
                                found[kind, value] = None
            self._typed[key] = list(found)
        return self._typed[key]

    def closure(
        self,
        roots: Iterable[str] = (),
        told: Iterable[Typed] = (),
        extra: Iterable[ReadId] = (),
        without: str | None = None,
        skipped: ReadId | None = None,
        joined: Iterable[ReadId] = (),
    ) -> dict[ReadId, None]:
        """Returns the reads that can be made in some order, if a value is never known, or a read never made.

        `joined` ones take several values, and are made once all of these are known.
        """
        left = [(key, {each for each in json.loads(key[1]).values() if isinstance(each, str)}) for key in joined]
        made: dict[ReadId, None] = {}
        known: set[Typed] = set()
        waiting: list[ReadId] = [read_id(name, {}) for name in roots]
        waiting.extend(extra)
        fresh = list(told)
        while fresh or waiting:
            for kind, value in fresh:
                if value == without or (kind, value) in known:
                    continue
                known.add((kind, value))
                for name in self.takes.get(kind, ()):
                    waiting.append(read_id(name, {self.specs[name].required[0]: value}))
            fresh = []
            for key in waiting:
                if (
                    key not in made
                    and key != skipped
                    and (without is None or without not in json.loads(key[1]).values())
                ):
                    made[key] = None
                    fresh.extend(self.typed(key))
            values = {value for _, value in known} | {value for _, value in fresh if value != without}
            waiting = [key for key, needs in left if needs <= values]
            left = [(key, needs) for key, needs in left if not needs <= values]
        return made


class Reach:
    """What one user can reach, from the facts of one task."""

    def __init__(self, world: World, knowledge: Iterable[Mapping[str, Any]], made: Iterable[ReadId] = ()) -> None:
        """Takes what the user knows, and the reads that programs make: those of several values come from there, too."""
        self.world = world
        self.joined = self._combinations([key for key in made if len(json.loads(key[1])) > 1])
        self.told: list[Typed] = []
        by_type: dict[str, list[str]] = {}
        for entry in knowledge:
            for value in spoken(entry["value"]):
                self.told.append((entry["type"], value))
                by_type.setdefault(entry["type"], []).append(value)
        self.told_strings = {value for _, value in self.told}
        self.several = []
        for name, spec in world.specs.items():
            kinds = [spec.types.get(parameter, "?") for parameter in spec.required]
            if len(kinds) > 1 and all(kind in by_type for kind in kinds):
                for values in itertools.product(*(dict.fromkeys(by_type[kind]) for kind in kinds)):
                    self.several.append(read_id(name, dict(zip(spec.required, values, strict=True))))
        self.everything = self._closure(None)
        self._unskippable: dict[ReadId, frozenset[ReadId]] = {}

    def _combinations(self, made: list[ReadId]) -> list[ReadId]:
        """Reads of several values, with the values of these ones put together in every way."""
        values: dict[str, dict[str, None]] = {}
        for name, text in made:
            for parameter, value in json.loads(text).items():
                values.setdefault(self.world.specs[name].types.get(parameter, "?"), {})[value] = None
        found: list[ReadId] = []
        for name, spec in self.world.specs.items():
            kinds = [spec.types.get(parameter, "?") for parameter in spec.required]
            if len(kinds) > 1 and all(kind in values for kind in kinds):
                for each in itertools.product(*(values[kind] for kind in kinds)):
                    found.append(read_id(name, dict(zip(spec.required, each, strict=True))))
        return found

    def _closure(self, without: str | None) -> dict[ReadId, None]:
        """The user's own reads come on top of the open ones, which are left out where a value is forbidden."""
        if without is None or without not in self.world.open_strings:
            base = {key: None for key in self.world.open}
            if without is not None:
                base = {k: None for k in base if without not in k[1]}
            mine = self.world.closure((), self.told, self.several, without, joined=self.joined)
            return {**base, **mine}
        roots = [name for name, spec in self.world.specs.items() if not spec.required]
        return self.world.closure(roots, self.told, self.several, without, joined=self.joined)

    def suppliers(self, value: str) -> frozenset[ReadId]:
        """Returns the reads that show a value and can be made by somebody who does not know it yet."""
        return frozenset(key for key in self._closure(value) if value in self.world.strings(key))

    def leaders(self, clause: frozenset[ReadId]) -> frozenset[ReadId]:
        """Returns the reads of a clause that no other one of it must come before: who makes the rest makes them too."""
        if len(clause) == 1:
            return clause
        left = set(clause)
        for key in sorted(clause):
            if key in left:
                left -= {other for other in left if other != key and other not in self._reached_without(key)}
        return frozenset(left)

    def _reached_without(self, key: ReadId) -> frozenset[ReadId]:
        if key not in self._unskippable:
            roots = [name for name, spec in self.world.specs.items() if not spec.required]
            self._unskippable[key] = frozenset(
                self.world.closure(roots, self.told, self.several, None, key, self.joined)
            )
        return self._unskippable[key]

    def touching(self, row: tuple[str, str]) -> list[ReadId]:
        """Returns the reads that look at a row."""
        own = [key for key in self.everything if key not in self.world.open and row in self.world.result(key).rows]
        return own + self.world.open_by_row.get(row, [])


def spoken(value: Any) -> Iterator[str]:
    """Yields the strings that an argument or a fact says: not the names of its parts."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, (dict, list)):
        for each in value.values() if isinstance(value, dict) else value:
            yield from spoken(each)


def texts(value: Any) -> Iterator[str]:
    """Yields all strings in a JSON value, keys of objects among them."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from value
        for each in value.values():
            yield from texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from texts(each)


def spread(value: Any, path: list[str]) -> Iterator[Any]:
    """Yields the values at a path in which `*` stands for any key or position."""
    if not path:
        yield value
    elif path[0] == "*":
        for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            yield from spread(each, path[1:])
    elif isinstance(value, dict) and path[0] in value:
        yield from spread(value[path[0]], path[1:])
