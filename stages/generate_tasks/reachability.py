"""Which reads can be made at all, and which of them show a value: the R of a proof.

Two parts: what anybody can reach (from reads that need no argument, along the graph; computed once per world), and
what this user can reach (from the facts they state). A read supplies a value for another one only if it can be reached
without it: no read justifies itself.
"""

from __future__ import annotations

import itertools
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from schemas.base import Json
from stages.generate_tasks.ground import Ground
from tool_specs.programs import MISSING, ReadAsk, ReadKey
from tool_specs.reading import texts, walk

MAX_COMMON_READS = 20_000
"""Reads that anybody can reach are explored up to this many. What is cut off could have been an alternative: in a
larger open world a lower bound may be too high."""
MAX_OWN_READS = 500
"""The same for what one user can reach."""


@dataclass
class CommonReads:
    """Reads that need nobody's facts, with who shows what."""

    asks: dict[ReadKey, ReadAsk] = field(default_factory=dict)
    parents: dict[ReadKey, set[ReadKey]] = field(default_factory=dict)
    by_value: dict[str, list[ReadKey]] = field(default_factory=dict)
    by_row: dict[tuple[str, str], list[ReadKey]] = field(default_factory=dict)


def common_reads(ground: Ground) -> CommonReads:
    """Explores what can be read without knowing anything; computed once per world."""
    if "common" not in ground.pools:
        ground.pools["common"] = _explore(ground)
    found: CommonReads = ground.pools["common"]
    return found


def _explore(ground: Ground) -> CommonReads:
    common = CommonReads()
    queue = [
        ground.reader.ask(spec.name, {})
        for spec in ground.specs.values()
        if spec.effect == "read" and not spec.required
    ]
    for ask in queue:
        common.parents.setdefault(ask.key, set())
    while queue and len(common.asks) < MAX_COMMON_READS:
        ask = queue.pop(0)
        if ask.key in common.asks:
            continue
        common.asks[ask.key] = ask
        answer = ground.reader.answer(ask)
        for value in sorted(answer.leaves):
            common.by_value.setdefault(value, []).append(ask.key)
        for row in sorted(answer.rows):
            common.by_row.setdefault(row, []).append(ask.key)
        for child in children(ground, ask):
            common.parents.setdefault(child.key, set()).add(ask.key)
            queue.append(child)
    return common


def children(ground: Ground, ask: ReadAsk) -> list[ReadAsk]:
    """Returns the one-parameter reads that an answer's values feed; remembered, a world's reads do not change."""
    return ground.remember("children", ask.key, lambda: _children(ground, ask))


def _children(ground: Ground, ask: ReadAsk) -> list[ReadAsk]:
    answer = ground.reader.answer(ask)
    found: list[ReadAsk] = []
    if answer.value is MISSING:
        return found
    for path, tool, parameter in _fed_by(ground, ask.tool):
        found.extend(ground.reader.ask(tool, {parameter: value}) for value in walk(answer.value, path))
    return found


def _fed_by(ground: Ground, tool: str) -> list[tuple[list[str], str, str]]:
    """Returns (path in the tool's result, one-parameter read, its parameter) of what the results can be given to."""
    key = f"fed by:{tool}"
    if key not in ground.pools:
        ground.pools[key] = [
            (column.split(".")[1:], fed, parameter)
            for column, targets in ground.feeds.items()
            if column == tool or column.startswith(tool + ".")
            for fed, parameter in targets
            if ground.specs[fed].effect == "read" and ground.specs[fed].required == (parameter,)
        ]
    found: list[tuple[list[str], str, str]] = ground.pools[key]
    return found


class Reach:
    """What one user can read, in the course of one proof.

    The user's own reads have numbers, and sets of them are the bits of an integer.
    """

    def __init__(self, ground: Ground, facts: Mapping[str, Json], reads: Sequence[ReadAsk]) -> None:
        """Takes the user's facts and the reads of the programs; adds the other ways to find out who it is."""
        self._ground = ground
        self._common = common_reads(ground)
        self.told = {text for value in facts.values() for text in texts(value)}
        self.own: dict[ReadKey, ReadAsk] = {ask.key: ask for ask in reads}
        for tool, names in zip(ground.sandbox.domain.identity_tools, ground.identities, strict=False):
            if all(name in facts for name in names):
                parameters = ground.specs[tool].required
                ask = ground.reader.ask(tool, {p: facts[n] for p, n in zip(parameters, names, strict=True)})
                self.own.setdefault(ask.key, ask)
        for ask in _combined(ground, reads):
            self.own.setdefault(ask.key, ask)
        # What the user's own reads lead to is the user's to read as well, also where the programs do not look.
        queue = list(self.own.values())
        for ask in queue:
            if len(self.own) >= MAX_OWN_READS:
                break
            for child in children(ground, ask):
                if child.key not in self.own and child.key not in self._common.asks:
                    self.own[child.key] = child
                    queue.append(child)
        self._answers = [ground.reader.answer(ask) for ask in self.own.values()]
        self._needs = [[text for text in arguments_of(ask) if text not in self.told] for ask in self.own.values()]
        self._bits = {key: 1 << number for number, key in enumerate(self.own)}
        self._waiting = [(bit, needs) for bit, needs in zip(self._bits.values(), self._needs, strict=True) if needs]
        self._free = sum(bit for bit, needs in zip(self._bits.values(), self._needs, strict=True) if not needs)
        self._showing: dict[str, int] = {}
        self._without: dict[frozenset[ReadKey], int] = {}

    def suppliers(self, value: str, without: frozenset[ReadKey] = frozenset()) -> list[ReadAsk]:
        """Returns the reads that show a value and can be reached without given reads.

        A read that takes the value shows it to nobody who did not know it.
        """
        showing = self._shown_by(value) & self._reachable(without)
        found = [ask for number, ask in enumerate(self.own.values()) if showing >> number & 1] if showing else []
        found += [self._common.asks[key] for key in self._open_ones(value, without)]
        return found

    def possible(self, ask: ReadAsk, without: ReadAsk) -> bool:
        """Whether a read can be made without another one having been made."""
        forbidden = frozenset((without.key, ask.key))
        return all(text in self.told or self._supplied(text, forbidden) for text in arguments_of(ask))

    def touching(self, row: tuple[str, str]) -> list[ReadAsk]:
        """Returns the reads that look at a row."""
        asks = zip(self.own.values(), self._answers, strict=True)
        found = [ask for ask, answer in asks if row in answer.rows]
        found.extend(self._common.asks[key] for key in self._common.by_row.get(row, ()) if key not in self.own)
        return found

    def looking_up(self, ways: frozenset[Hashable]) -> list[ReadAsk]:
        """Returns the user's own reads that look up a row or a key: who looks for a row that is new comes upon it."""
        asks = zip(self.own.values(), self._answers, strict=True)
        return [ask for ask, answer in asks if answer.value is MISSING or answer.knows(ways)]

    def _supplied(self, value: str, without: frozenset[ReadKey]) -> bool:
        return bool(self._shown_by(value) & self._reachable(without)) or self._is_open(value, without)

    def _shown_by(self, value: str) -> int:
        """The user's own reads that show a value."""
        found = self._showing.get(value)
        if found is None:
            found = 0
            for number, answer in enumerate(self._answers):
                if value in answer.leaves and value not in self._needs[number]:
                    found |= 1 << number
            self._showing[value] = found
        return found

    def _reachable(self, without: frozenset[ReadKey]) -> int:
        """The user's own reads whose arguments are all known before, with some reads forbidden."""
        known = self._without.get(without)
        if known is not None:
            return known
        forbidden = sum(self._bits.get(key, 0) for key in without)
        reached = self._free & ~forbidden
        waiting: list[tuple[int, list[int]]] = []
        closed: dict[str, bool] = {}
        for bit, needs in self._waiting:
            if not bit & forbidden:
                for text in needs:
                    if text not in closed:
                        closed[text] = not self._is_open(text, without)
                masks = [self._shown_by(text) for text in needs if closed[text]]
                if masks:
                    waiting.append((bit, masks))
                else:
                    reached |= bit
        grown = True
        while grown and waiting:
            grown = False
            left = []
            for bit, masks in waiting:
                if all([mask & reached for mask in masks]):
                    reached |= bit
                    grown = True
                else:
                    left.append((bit, masks))
            waiting = left
        self._without[without] = reached
        return reached

    def _is_open(self, value: str, without: frozenset[ReadKey]) -> bool:
        """Whether some read open to anybody shows a value."""
        return value in self._common.by_value and next(self._open_ones(value, without), None) is not None

    def _open_ones(self, value: str, without: frozenset[ReadKey]) -> Iterator[ReadKey]:
        """Yields the reads open to anybody that show a value."""
        for key in self._common.by_value.get(value, ()):
            if key in without or key in self.own or value in arguments_of(self._common.asks[key]):
                continue
            if self._open(key, without, frozenset()):
                yield key

    def _open(self, key: ReadKey, without: frozenset[ReadKey], path: frozenset[ReadKey]) -> bool:
        if key in without or key in path:
            return False
        parents = self._common.parents[key]
        return not parents or any(self._open(parent, without, path | {key}) for parent in parents)


def _combined(ground: Ground, reads: Sequence[ReadAsk]) -> Iterator[ReadAsk]:
    """Yields the reads of several parameters that the values of these ones allow: other ways, other combinations."""
    values: dict[str, dict[str, Json]] = {}
    for ask in reads:
        if len(ask.arguments) > 1:
            for name, value in ask.arguments.items():
                values.setdefault(ground.specs[ask.tool].types.get(name, name), {}).setdefault(str(value), value)
    if not values:
        return
    for spec in ground.specs.values():
        kinds = [spec.types.get(name, name) for name in spec.required]
        if spec.effect == "read" and len(kinds) > 1 and all(kind in values for kind in kinds):
            combinations = itertools.product(*(values[kind].values() for kind in kinds))
            for combination in itertools.islice(combinations, MAX_OWN_READS):
                yield ground.reader.ask(spec.name, dict(zip(spec.required, combination, strict=True)))


def arguments_of(ask: ReadAsk) -> Iterable[str]:
    """Returns the strings among a read's arguments."""
    return [text for value in ask.arguments.values() for text in texts(value)]
