"""Which reads can be made at all, and which of them show a value: the R of a proof.

Two parts: what anybody can reach (from reads that need no argument, along the graph; computed once per world), and
what this user can reach (from the facts they state). A read supplies a value for another one only if it can be reached
without it: no read justifies itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from schemas.base import Json
from stages.generate_tasks.ground import Ground
from tool_specs.programs import MISSING, ReadAsk, ReadKey
from tool_specs.reading import strings, walk

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
    for column, targets in ground.feeds.items():
        if column != ask.tool and not column.startswith(ask.tool + "."):
            continue
        values = walk(answer.value, column.split(".")[1:])
        for tool, parameter in targets:
            spec = ground.specs[tool]
            if spec.effect == "read" and spec.required == (parameter,):
                found.extend(ground.reader.ask(tool, {parameter: value}) for value in values)
    return found


class Reach:
    """What one user can read, in the course of one proof."""

    def __init__(self, ground: Ground, facts: Mapping[str, Json], reads: Sequence[ReadAsk]) -> None:
        """Takes the user's facts and the reads of the programs; adds the other ways to find out who it is."""
        self._ground = ground
        self._common = common_reads(ground)
        self.told = {text for value in facts.values() for text in strings(value)}
        self.own: dict[ReadKey, ReadAsk] = {ask.key: ask for ask in reads}
        for tool, names in zip(ground.sandbox.domain.identity_tools, ground.identities, strict=False):
            if all(name in facts for name in names):
                parameters = ground.specs[tool].required
                ask = ground.reader.ask(tool, {p: facts[n] for p, n in zip(parameters, names, strict=True)})
                self.own.setdefault(ask.key, ask)
        # What the user's own reads lead to is the user's to read as well, also where the programs do not look.
        queue = list(self.own.values())
        while queue and len(self.own) < MAX_OWN_READS:
            for child in children(ground, queue.pop(0)):
                if child.key not in self.own and child.key not in self._common.asks:
                    self.own[child.key] = child
                    queue.append(child)
        self._without: dict[frozenset[ReadKey], set[ReadKey]] = {}

    def suppliers(self, value: str, without: frozenset[ReadKey] = frozenset()) -> list[ReadAsk]:
        """Returns the reads that show a value and can be reached without given reads."""
        reachable = self._reachable(without)
        answers = self._ground.reader.answer
        found = [self.own[key] for key in self.own if key in reachable and value in answers(self.own[key]).leaves]
        for key in self._common.by_value.get(value, ()):
            if key not in without and key not in self.own and self._open(key, without, frozenset()):
                found.append(self._common.asks[key])
        return found

    def possible(self, ask: ReadAsk, without: ReadAsk) -> bool:
        """Whether a read can be made without another one having been made."""
        forbidden = frozenset((without.key, ask.key))
        return all(text in self.told or bool(self.suppliers(text, forbidden)) for text in arguments_of(ask))

    def touching(self, row: tuple[str, str]) -> list[ReadAsk]:
        """Returns the reads that look at a row."""
        answers = self._ground.reader.answer
        found = [ask for ask in self.own.values() if row in answers(ask).rows]
        found.extend(self._common.asks[key] for key in self._common.by_row.get(row, ()) if key not in self.own)
        return found

    def _reachable(self, without: frozenset[ReadKey]) -> set[ReadKey]:
        """The user's own reads whose arguments are all known before, with some reads forbidden."""
        if without in self._without:
            return self._without[without]
        known = set(self.told)
        reached: set[ReadKey] = set()
        waiting = [key for key in self.own if key not in without]
        grown = True
        while grown:
            grown = False
            for key in list(waiting):
                if all(self._known(text, known, without) for text in arguments_of(self.own[key])):
                    waiting.remove(key)
                    reached.add(key)
                    known |= self._ground.reader.answer(self.own[key]).leaves
                    grown = True
        self._without[without] = reached
        return reached

    def _known(self, text: str, known: set[str], without: frozenset[ReadKey]) -> bool:
        if text in known:
            return True
        return any(
            key not in without and key not in self.own and self._open(key, without, frozenset())
            for key in self._common.by_value.get(text, ())
        )

    def _open(self, key: ReadKey, without: frozenset[ReadKey], path: frozenset[ReadKey]) -> bool:
        if key in without or key in path:
            return False
        parents = self._common.parents[key]
        return not parents or any(self._open(parent, without, path | {key}) for parent in parents)


def arguments_of(ask: ReadAsk) -> Iterable[str]:
    """Returns the strings among a read's arguments."""
    return [text for value in ask.arguments.values() for text in strings(value)]
