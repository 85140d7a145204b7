"""Proof: the reads that one request needs, bounded from below by witnesses and from above by running the programs.

Lower bound: every certificate (a set of reads after which the answer is determined) must meet each *clause*: the reads
on which a witness differs, and the reads that can supply a value which is needed and not told. Its size is that of a
minimum hitting set. Upper bound: the programs, run on S alone, give the answer. Where both agree, that is the burden.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from schemas.base import Json
from schemas.program import Bind, Call, Program
from schemas.task import Clause, Proof, Read, Source, Witness
from stages.generate_tasks.ground import Ground
from stages.generate_tasks.hitting import minimum
from stages.generate_tasks.reachability import Reach, arguments_of
from stages.generate_tasks.witnesses import Shape, WitnessSearch, shape_of
from tool_specs.programs import LINEAGE, MISSING, ReadAsk, ReadKey, Selection, bound, run
from tool_specs.reading import strings
from tool_specs.sandbox import Sandbox

ReadFunction = Callable[[ReadAsk], Any]


class NotProven(Exception):
    """The request has no proof; the text says why (it becomes a drop's detail)."""


@dataclass(frozen=True)
class Claim:
    """What is to be proven: these programs and facts give these arguments.

    Attributes:
        feasible: for a request that must be refused, whether the write could be done on a given state: part of the
            answer, because the reads must show it.
    """

    programs: tuple[Program, ...]
    sources: Mapping[str, Source]
    facts: Mapping[str, Json]
    person: str
    gold: dict[str, Json]
    feasible: Callable[[Sandbox, dict[str, Json]], bool] | None = None

    def answer(self, read: ReadFunction, state: Sandbox) -> dict[str, Json] | None:
        """Returns the answer as reads are answered, or None where it is not determined."""
        selection = run(self.programs, self.facts, read)
        values = arguments_from(self.sources, self.programs, self.facts, selection)
        if values is not None and self.feasible is not None:
            values["#feasible"] = self.feasible(state, {k: v for k, v in values.items()})
        return values

    @property
    def binds(self) -> tuple[Bind, ...]:
        """The binds of the arguments."""
        return tuple(source.bind for source in self.sources.values() if source.bind is not None)


def arguments_from(
    sources: Mapping[str, Source], programs: Sequence[Program], facts: Mapping[str, Json], selection: Selection
) -> dict[str, Json] | None:
    """Returns a request's arguments, or None where one of them is not determined."""
    values: dict[str, Json] = {}
    for name, source in sources.items():
        if source.fact is not None:
            values[name] = facts[source.fact]
        elif source.bind is not None:
            value = bound(source.bind, programs, selection)
            if value is MISSING:
                return None
            values[name] = value
    return values


def prove(ground: Ground, claim: Claim, changed_rows: Sequence[tuple[str, str]]) -> Proof:
    """Returns the proof of a claim.

    Args:
        ground: the world.
        claim: what is claimed.
        changed_rows: rows that the gold write changes: policy wants them to have been read before.

    Raises:
        NotProven: the programs do not give the gold answer, or the bounds differ.
    """
    base = run(claim.programs, claim.facts, ground.reader)
    gold = claim.answer(ground.reader, ground.sandbox)
    if gold is None or {k: v for k, v in gold.items() if k != "#feasible"} != claim.gold:
        raise NotProven("the programs do not determine the arguments")
    needed = needed_reads(claim.programs, base)
    reads = [base.reads[number] for number in needed]
    _check_upper(claim, ground, reads, gold)

    clauses = _Clauses(ground, claim, base, gold)
    reads = clauses.without_shown_identity(reads)
    for value in claim.gold.values():
        for text in strings(value):
            clauses.add_instrumental(text, ())
    supplying = clauses.would_be_forced(reads)
    kept = {ask.key for ask in reads}
    for number in needed:
        ask = base.reads[number]
        # A read that the others cannot be made without needs no witness; one with neither has no place in S.
        if ask.key not in kept or ask.key in supplying:
            continue
        if not clauses.add_witness(ask, _shapes(claim, base, number)) and not clauses.supplies_gold(ask, claim.gold):
            raise NotProven(f"no changed world shows that {ask.tool} matters")
    clauses.close_over_arguments()
    lower = len(clauses.hitting(("witness", "instrumental")))
    if lower != len(reads):
        raise NotProven(f"bounds differ: at least {lower} reads, the programs make {len(reads)}")
    policy = clauses.add_policy(reads, changed_rows)
    listing = run(claim.programs, claim.facts, ground.reader, exhaustive=False)
    return Proof(
        reads=tuple(clauses.number(ask) for ask in reads),
        reachable=tuple(Read(tool=ask.tool, arguments=ask.arguments) for ask in clauses.asks),
        clauses=tuple(clauses.found),
        lower=lower,
        upper=len(reads),
        plausible=len(clauses.hitting(("witness", "instrumental"), plausible=True)),
        policy_reads=policy,
        search_cost=len(listing.reads),
        search_worst=len(base.reads),
        candidates=max((len(rows) for rows in base.candidates), default=0),
    )


def needed_reads(programs: Sequence[Program], base: Selection) -> list[int]:
    """Returns the reads of S: all that a program looked at, but for a look-up only those that led to its row."""
    needed: set[int] = set()
    for program, picked, used in zip(programs, base.picked, base.used, strict=True):
        if program.pick == "only":
            needed.update(number for row in picked for number in row[LINEAGE])
        else:
            needed |= used
    return sorted(needed)


def _check_upper(claim: Claim, ground: Ground, reads: Sequence[ReadAsk], gold: Mapping[str, Json]) -> None:
    keys = {ask.key for ask in reads}
    answer = claim.answer(lambda ask: ground.reader(ask) if ask.key in keys else MISSING, ground.sandbox)
    if answer != gold:
        raise NotProven("the programs need more reads than those that led to the answer")


def _shapes(claim: Claim, base: Selection, number: int) -> list[Shape]:
    ask = base.reads[number]
    columns = [(bind.program, bind.column) for bind in claim.binds]
    found: list[Shape] = []
    for index, program in enumerate(claim.programs):
        if number not in base.used[index]:
            continue
        # A program that continues another one binds through it: columns of the earlier rows are the earlier's.
        owned = [(owner, path) for owner, path in columns if _binds(claim.programs, owner, path) == index]
        for position, step in enumerate(program.steps):
            if isinstance(step, Call) and step.tool == ask.tool:
                found.append(shape_of(claim.programs, index, position, [(index, path) for _, path in owned]))
    return found


def _binds(programs: Sequence[Program], owner: int, path: Sequence[str | int]) -> int:
    here: int | None = owner
    while here is not None and all(step.name != path[0] for step in programs[here].steps):
        here = programs[here].start
    return owner if here is None else here


class _Clauses:
    """The clauses of a proof under construction, over the reads they speak of."""

    def __init__(self, ground: Ground, claim: Claim, base: Selection, gold: dict[str, Json]) -> None:
        self._ground = ground
        self._base = base
        self._reach = Reach(ground, claim.facts, base.reads)
        self._search = WitnessSearch(ground, claim.facts, claim.answer, gold, claim.person)
        self.asks: list[ReadAsk] = []
        self.found: list[Clause] = []
        self._reduced: dict[tuple[int, ...], tuple[int, ...]] = {}
        self._seen: set[tuple[str, frozenset[ReadKey]]] = set()

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
        return any(
            text in leaves and text not in self._reach.told for value in gold.values() for text in strings(value)
        )

    def add_witness(self, ask: ReadAsk, shapes: Sequence[Shape]) -> bool:
        """Looks for witnesses that touch a read: a plausible one if there is any, else a logical one."""
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

    def _moved(self, ask: ReadAsk, shape: Shape) -> Clause | None:
        others = [other for other in self._base.reads if other.tool == ask.tool and other.key != ask.key]
        for witness, world, rows in self._search.search_moved(ask, others, shape):
            touching = {other.key: other for row in rows for other in self._reach.touching(row)}
            differing = [other for other in touching.values() if self._differs(other, world)]
            return Clause(reads=self._numbers(differing), why="witness", witness=witness)
        return None

    def _differs(self, ask: ReadAsk, world: Sandbox) -> bool:
        known = self._ground.reader.answer(ask).value
        result = world.call(ask.tool, ask.arguments)
        return bool((MISSING if result.error else result.value) != known)

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


def with_distractors(proof: Proof, distractors: Sequence[Any]) -> Proof:
    """Returns the proof with its distractors."""
    return msgspec.structs.replace(proof, distractors=tuple(distractors))
