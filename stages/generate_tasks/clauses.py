"""Clauses: sets of reads of which a certificate must hold at least one; the lower bound is their hitting set's size."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence

from schemas.base import Json
from schemas.task import Clause, Witness
from stages.generate_tasks.claims import Claim
from stages.generate_tasks.ground import Ground
from stages.generate_tasks.hitting import minimum
from stages.generate_tasks.insertions import Inserted, Insertions, best_of
from stages.generate_tasks.reachability import Reach, arguments_of
from stages.generate_tasks.shapes import Shape
from stages.generate_tasks.witnesses import WitnessSearch
from tool_specs.programs import ReadAsk, ReadKey, Selection
from tool_specs.reading import said
from tool_specs.sandbox import Sandbox


class Clauses:
    """The clauses of a proof under construction, over the reads they speak of."""

    def __init__(self, ground: Ground, claim: Claim, base: Selection, gold: dict[str, Json]) -> None:
        self._ground = ground
        self._base = base
        self._reach = Reach(ground, claim.facts, base.reads)
        self._search = WitnessSearch(ground, claim.facts, claim.answer, gold, claim.person)
        self._insertions = Insertions(ground, claim.answer, gold)
        self._programs = claim.programs
        self.asks: list[ReadAsk] = []
        self.found: list[Clause] = []
        self._reduced: dict[tuple[int, ...], tuple[int, ...]] = {}
        self._seen: set[tuple[str, frozenset[ReadKey]]] = set()
        self._insertable: dict[ReadKey, Iterator[Inserted]] = {}

    def without_shown_identity(self, reads: list[ReadAsk]) -> list[ReadAsk]:
        """Leaves out who-is-it reads whose answer another kept read shows: evidence does not need them, policy does."""
        identity = self._ground.sandbox.domain.identity_tools
        kept = list(reads)
        without = frozenset(ask.key for ask in self._reach.own.values() if ask.tool in identity)
        for ask in reads:
            value = self._ground.reader.answer(ask).value
            if ask.tool in identity and isinstance(value, str):
                shown = {other.key for other in self._reach.suppliers(value, without)}
                if any(other.key in shown for other in reads if other.key != ask.key):
                    kept.remove(ask)
        return kept

    def number(self, ask: ReadAsk) -> int:
        """Returns the index of a read among those that the proof speaks of."""
        for index, known in enumerate(self.asks):
            if known.key == ask.key:
                return index
        self.asks.append(ask)
        return len(self.asks) - 1

    def would_be_forced(self, reads: Sequence[ReadAsk]) -> set[ReadKey]:
        """Returns the reads that some argument of the others takes: its only supplier, or the way to find who it is."""
        identity = self._ground.sandbox.domain.identity_tools
        forced: set[ReadKey] = set()
        for ask in reads:
            for value in arguments_of(ask):
                if value not in self._reach.told:
                    suppliers = self._reach.suppliers(value, frozenset((ask.key,)))
                    if len(suppliers) == 1 or all(supplier.tool in identity for supplier in suppliers):
                        forced.update(supplier.key for supplier in suppliers)
        return forced

    def supplies_gold(self, ask: ReadAsk, gold: Mapping[str, Json]) -> bool:
        """Whether a read shows a value of the answer that the user does not state."""
        leaves = self._ground.reader.answer(ask).leaves
        return any(text in leaves and text not in self._reach.told for value in gold.values() for text in said(value))

    def add_witness(self, ask: ReadAsk, shapes: Sequence[Shape]) -> bool:
        """Looks for witnesses that touch a read: a plausible one if there is any, else a logical one."""
        if isinstance(self._ground.reader.answer(ask).value, list):
            return self._add_insertion(ask, shapes)
        fallback: tuple[Clause, Witness] | None = None
        for shape in shapes:
            if shape.lookup and (moved := self._moved(ask, shape)) is not None:
                self.found.append(moved)
                return True
            for witness, world, row in self._search.search(ask, shape):
                differing = [other for other in self._reach.touching(row) if self._differs(other, world)]
                if ask.key not in {other.key for other in differing}:
                    continue
                clause = Clause(reads=self._numbers(differing), why="witness", witness=witness)
                if witness.strength == "plausible":
                    self.found.append(clause)
                    return True
                fallback = fallback or (clause, witness)
        if fallback is not None:
            self.found.append(fallback[0])
        return fallback is not None

    def _add_insertion(self, ask: ReadAsk, shapes: Sequence[Shape]) -> bool:
        """Looks for witnesses by insertion: as few as have only this read in common, or else what there are.

        A row that is new shows in other searches as well, but seldom is it the same ones: whoever makes others instead
        of this one needs several.
        """
        common: set[ReadKey] | None = None
        for made in self._insertable.pop(ask.key, None) or self._inserted(ask, shapes):
            suspects = self._reach.looking_up(made.ways)
            shared = [other for other in suspects if common is not None and other.key in common - {ask.key}]
            if shared and all(self._differs(other, made.world) for other in shared):
                continue
            differing = [other for other in suspects if self._differs(other, made.world)]
            witness = self._insertions.witness(made)
            if witness is None:
                continue
            self.found.append(Clause(reads=self._numbers(differing), why="witness", witness=witness))
            keys = {other.key for other in differing}
            common = keys if common is None else common & keys
            if common == {ask.key}:
                return True
        return common is not None

    def cannot_win(self, ask: ReadAsk, shapes: Sequence[Shape]) -> bool:
        """Whether a read shows many rows, and none that is new would win: found out before anything else is proven."""
        if not isinstance(self._ground.reader.answer(ask).value, list):
            return False
        worlds = self._inserted(ask, shapes)
        first = next(worlds, None)
        if first is not None:
            self._insertable[ask.key] = itertools.chain((first,), worlds)
        return first is None

    def _inserted(self, ask: ReadAsk, shapes: Sequence[Shape]) -> Iterator[Inserted]:
        for shape in shapes:
            number = next(n for n, program in enumerate(self._programs) if shape.call in program.steps)
            best = best_of(self._base.candidates[number], self._programs[number].order)
            yield from self._insertions.search(ask, shape, best)

    def _moved(self, ask: ReadAsk, shape: Shape) -> Clause | None:
        others = [other for other in self._base.reads if other.tool == ask.tool and other.key != ask.key]
        for witness, world, rows in self._search.search_moved(ask, others, shape):
            touching = {other.key: other for row in rows for other in self._reach.touching(row)}
            differing = [other for other in touching.values() if self._differs(other, world)]
            return Clause(reads=self._numbers(differing), why="witness", witness=witness)
        return None

    def _differs(self, ask: ReadAsk, world: Sandbox) -> bool:
        return world.plain_call(ask.tool, ask.arguments).content != self._ground.reader.answer(ask).content

    def add_instrumental(self, value: str, dependents: Sequence[ReadAsk]) -> None:
        """Adds the clause that some read, made before these, must supply a value that the user does not state."""
        key = (value, frozenset(ask.key for ask in dependents))
        if value in self._reach.told or key in self._seen:
            return
        self._seen.add(key)
        suppliers = self._reach.suppliers(value, key[1])
        if suppliers:
            self.found.append(Clause(reads=self._numbers(suppliers), why="instrumental", value=value))

    def close_over_arguments(self) -> None:
        """For every read that is certainly made, its own arguments must be supplied: repeated until nothing new."""
        done: set[tuple[int, ...]] = set()
        while True:
            fresh = {self._essential(clause.reads) for clause in self.found} - done
            if not fresh:
                return
            for reads in sorted(fresh):
                done.add(reads)
                for value in self._needed_by_all(reads):
                    self.add_instrumental(value, [self.asks[number] for number in reads])

    def _essential(self, reads: tuple[int, ...]) -> tuple[int, ...]:
        """Leaves out reads that cannot be made before another one of them: who makes those has made that one too."""
        if reads not in self._reduced:
            kept = list(reads)
            for number in reads:
                others = [other for other in kept if other != number]
                if any(not self._reach.possible(self.asks[number], self.asks[other]) for other in others):
                    kept.remove(number)
            self._reduced[reads] = tuple(kept)
        return self._reduced[reads]

    def _needed_by_all(self, reads: Sequence[int]) -> list[str]:
        """Returns values that each of these reads takes, or (taking different ones) that the same reads supply."""
        first, *others = (list(arguments_of(self.asks[number])) for number in reads)
        if not others:
            return first
        if any(len(values) != 1 for values in (first, *others)):
            return []
        dependents = frozenset(self.asks[number].key for number in reads)
        suppliers = [{s.key for s in self._reach.suppliers(values[0], dependents)} for values in (first, *others)]
        return first if all(keys == suppliers[0] for keys in suppliers) else []

    def hitting(self, kinds: Sequence[str], *, plausible: bool = False) -> frozenset[int]:
        """Returns a minimum hitting set of the clauses of these kinds."""
        return minimum(
            self._essential(clause.reads)
            for clause in self.found
            if clause.why in kinds
            and not (plausible and clause.witness is not None and clause.witness.strength != "plausible")
        )

    def add_policy(self, reads: Sequence[ReadAsk], changed_rows: Sequence[tuple[str, str]]) -> int:
        """Adds what policy demands beside the evidence; returns how many further reads that takes."""
        before = {ask.key for ask in reads}
        demanded: list[list[ReadAsk]] = []
        identity = self._ground.sandbox.domain.identity_tools
        demanded.append([ask for ask in self._reach.own.values() if ask.tool in identity])
        for row in changed_rows:
            demanded.append(self._ground.readers_of(row))
        further = 0
        for asks in demanded:
            if asks and not any(ask.key in before for ask in asks):
                self.found.append(Clause(reads=self._numbers(asks), why="policy"))
                before.add(asks[0].key)
                further += 1
        return further

    def _numbers(self, asks: Sequence[ReadAsk]) -> tuple[int, ...]:
        return tuple(sorted(self.number(ask) for ask in asks))
