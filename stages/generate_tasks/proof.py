"""Proof: the reads that one request needs, bounded from below by witnesses and from above by running the programs.

Lower bound: every certificate (a set of reads after which the answer is determined) must meet each *clause*: the reads
on which a witness differs, and the reads that can supply a value which is needed and not told. Its size is that of a
minimum hitting set. Upper bound: the programs, run on S alone, give the answer. Where both agree, that is the burden.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from schemas.base import Json
from schemas.program import Call, Program
from schemas.task import Proof, Read
from stages.generate_tasks.claims import Claim, NotProven
from stages.generate_tasks.clauses import Clauses
from stages.generate_tasks.ground import Ground
from stages.generate_tasks.shapes import Shape, shape_of
from stages.generate_tasks.witnesses import FAMILY
from tool_specs.programs import LINEAGE, MISSING, ReadAsk, Selection, preferred, run
from tool_specs.reading import said


def prove(ground: Ground, claim: Claim, changed_rows: Sequence[tuple[str, str]]) -> Proof:
    """Returns the proof of a claim.

    Args:
        ground: the world.
        claim: what is claimed.
        changed_rows: rows that the gold write changes: policy wants them to have been read before.

    Raises:
        NotProven: the programs do not give the gold answer, or the bounds differ.
    """
    base = claim.base
    gold = claim.answer_of(base, ground.sandbox)
    if gold is None or {k: v for k, v in gold.items() if k != "#feasible"} != claim.gold:
        raise NotProven("the programs do not determine the arguments")
    needed = needed_reads(claim.programs, base)
    reads = [base.reads[number] for number in needed]
    lookup = any(program.pick == "only" for program in claim.programs)
    if lookup:  # everything else is read whole
        _check_upper(claim, ground, reads, gold)

    clauses = Clauses(ground, claim, base, gold)
    kept_reads = clauses.without_shown_identity(reads)
    spared, reads = len(reads) - len(kept_reads), kept_reads
    for value in claim.gold.values():
        for text in said(value):
            clauses.add_instrumental(text, ())
    supplying = clauses.would_be_forced(reads)
    kept = {ask.key for ask in reads}
    # A read that the others cannot be made without needs no witness; one with neither has no place in S.
    doubted = [(base.reads[number], number) for number in needed if base.reads[number].key in kept - supplying]
    shapes = {ask.key: _shapes(claim, base, number) for ask, number in doubted}
    for ask, _ in doubted:
        if clauses.cannot_win(ask, shapes[ask.key]) and not clauses.supplies_gold(ask, claim.gold):
            raise NotProven(f"no changed world shows that {ask.tool} matters")
    shown = 0
    for ask, _ in doubted:
        if clauses.add_witness(ask, shapes[ask.key]):
            shown += 1
        elif not clauses.supplies_gold(ask, claim.gold):
            raise NotProven(f"no changed world shows that {ask.tool} matters")
        # The rest cannot make up for it: each read that is left adds one to what hits all clauses, at most.
        if len(ask.arguments) > 1 and len(clauses.hitting(("witness",))) < shown:
            raise NotProven("bounds differ: a few other reads would do instead of those that the programs make")
    clauses.close_over_arguments()
    lower = len(clauses.hitting(("witness", "instrumental")))
    if lower != len(reads):
        raise NotProven(f"bounds differ: at least {lower} reads, the programs make {len(reads)}")
    numbers = {clauses.number(ask) for ask in reads}
    if any(numbers.isdisjoint(clause.reads) for clause in clauses.found):
        raise NotProven("the programs make no read that a clause demands: what is needed is shown some other way")
    policy = clauses.add_policy(reads, changed_rows)
    listing = run(claim.programs, claim.facts, ground.reader, exhaustive=False) if lookup else base
    return Proof(
        reads=tuple(clauses.number(ask) for ask in reads),
        reachable=tuple(Read(tool=ask.tool, arguments=ask.arguments) for ask in clauses.asks),
        clauses=tuple(clauses.found),
        lower=lower,
        upper=len(reads),
        plausible=len(clauses.hitting(("witness", "instrumental"), plausible=True)),
        policy_reads=policy,
        search_cost=len(listing.reads) - spared,
        search_worst=len(base.reads) - spared,
        candidates=max((len(rows) for rows in base.candidates), default=0),
        basis=ground.sandbox.domain.basis,
        family=FAMILY,
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
            if isinstance(step, Call) and ask.tool in step.tools:
                for programs in _as_wished(claim.programs, index, base):
                    shape = shape_of(programs, index, position, [(index, path) for _, path in owned])
                    found.append(_weighing(shape, claim, index))
    return found


def _weighing(shape: Shape, claim: Claim, number: int) -> Shape:
    """Returns a shape that knows the numbers that decide: of conditions, differences, budgets."""
    decisive = [source.bind for source in claim.sources.values() if source.bind is not None]
    decisive = [*(bind for bind in decisive if bind.aggregate == "difference"), *claim.weighed]
    owned = [bind for bind in decisive if _binds(claim.programs, bind.program, bind.column) == number]
    paths = [bind.column for bind in owned if str(bind.column[0]) in shape.prefixes]
    return dataclasses.replace(shape, weighed=tuple(shape.path(path) for path in paths)) if paths else shape


def _as_wished(programs: Sequence[Program], number: int, base: Selection) -> list[Sequence[Program]]:
    """Returns the programs with each wish of one as a filter, down to what it came to: a world may grant an earlier."""
    program = programs[number]
    found: list[Sequence[Program]] = []
    wish, _ = preferred(program, base.picked[number])
    for each in (*program.wishes, None):
        where = program.where if each is None else (*program.where, each)
        plain = msgspec.structs.replace(program, where=where, prefer=msgspec.UNSET) if program.wishes else program
        found.append((*programs[:number], plain, *programs[number + 1 :]))
        if each == wish:
            break
    return found


def _binds(programs: Sequence[Program], owner: int, path: Sequence[str | int]) -> int:
    here: int | None = owner
    while here is not None and all(step.name != path[0] for step in programs[here].steps):
        here = programs[here].start
    return owner if here is None else here


def with_distractors(proof: Proof, distractors: Sequence[Any]) -> Proof:
    """Returns the proof with its distractors."""
    return msgspec.structs.replace(proof, distractors=tuple(distractors))
