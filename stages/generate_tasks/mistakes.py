"""Mistakes: what a careless agent would submit. Each is executed: only one that succeeds and ends elsewhere counts.

A task whose mistakes all fail would give its answer away through the errors.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from schemas.base import Json, canonical
from schemas.program import Filter, OrderKey, Program
from schemas.task import REVERSED, Distractor, ignored
from stages.generate_tasks.claims import Claim, NotProven, arguments_from
from stages.generate_tasks.ground import Ground
from tool_specs.programs import LINEAGE, MISSING, ReadAsk, Selection, column, preferred, rank, run

MAX_DISTRACTORS = 6
RUNNER_UP = "takes the runner-up"
IGNORED = "ignores the budget"
ALONE = "keeps to the budget for each thing alone"


def distractors(ground: Ground, claim: Claim, tool: str | None) -> list[Distractor]:
    """Returns live mistakes: dropped filters, reversed orders, skipped reads, the runner-up.

    Raises:
        NotProven: the runner-up cannot be submitted: an error would send the agent on to the right row.
    """
    goal = _digest_after(ground, tool, claim.gold)
    found: list[Distractor] = []
    seen = {canonical(claim.gold)}
    for mistake, arguments in _mistakes(ground, claim):
        key = canonical(arguments)
        if key in seen:
            continue
        seen.add(key)
        if tool is None:
            found.append(Distractor(mistake=mistake, arguments=arguments, digest=""))
        else:
            digest = _digest_after(ground, tool, arguments)
            if digest == "" and mistake == RUNNER_UP:
                raise NotProven("the runner-up cannot be submitted: an error would give the answer away")
            if digest not in ("", goal):
                found.append(Distractor(mistake=mistake, arguments=arguments, digest=digest))
        if len(found) == MAX_DISTRACTORS:
            break
    return found


def _digest_after(ground: Ground, tool: str | None, arguments: dict[str, Json]) -> str:
    """Returns the state's digest after a write, or "" if it fails (or there is none)."""
    if tool is None:
        return ""
    fork = ground.sandbox.fork()
    return "" if fork.call(tool, arguments).error else fork.digest()


def _mistakes(ground: Ground, claim: Claim) -> Iterator[tuple[str, dict[str, Json]]]:
    for number, program in enumerate(claim.programs):
        if program.pick in ("first", "each"):
            yield from _with(ground, claim, number, RUNNER_UP, _runner_up(program, claim.base, number))
            for key in program.order:
                flipped = OrderKey(column=key.column, descending=not key.descending)
                order = tuple(flipped if other is key else other for other in program.order)
                yield from _with(ground, claim, number, REVERSED, msgspec.structs.replace(program, order=order))
        if program.within:
            free = msgspec.structs.replace(program, within=msgspec.UNSET)
            yield from _with(ground, claim, number, IGNORED, free)
            for alone in alone_within(claim.programs):
                yield from _with(ground, claim, number, ALONE, alone)
        if program.wishes:
            changed = msgspec.structs.replace(program, prefer=msgspec.UNSET)
            yield from _with(ground, claim, number, "ignores the wish", changed)
        for rule in program.where:
            if rule.other is None:
                rest = tuple(other for other in program.where if other is not rule)
                changed = msgspec.structs.replace(program, where=rest)
                yield from _with(ground, claim, number, ignored(rule), changed)
    for skipped in _told_by_picks(claim.base):
        arguments = _answer(ground, claim, claim.programs, skipped)
        if arguments is not None:
            shown = ", ".join(str(value) for value in skipped.arguments.values())
            yield f"skips {skipped.tool}({shown})", arguments


def _told_by_picks(base: Selection) -> list[ReadAsk]:
    """Returns the reads that led to picked rows: without any other one the same rows are picked."""
    numbers = {number for rows in base.picked for row in rows for number in row[LINEAGE]}
    return [base.reads[number] for number in sorted(numbers)]


def alone_within(programs: Sequence[Program]) -> list[Program]:
    """Returns the last of the programs under a budget with a budget on one selection alone, for each of them."""
    last = programs[-1]
    if not last.within:
        return []
    budgets = [msgspec.structs.replace(last.within, terms=(term,)) for term in last.within.terms]
    return [msgspec.structs.replace(last, within=budget) for budget in budgets]


def _runner_up(program: Program, base: Selection, number: int) -> Program | None:
    _, ranked = preferred(program, rank(program, list(base.candidates[number])))
    if program.pick != "first" or len(ranked) < 2 or not base.picked[number]:
        return None
    # Leaving the picked row out is a filter on the values it is ordered by.
    best = base.picked[number][0]
    rules = tuple(Filter(column=key.column, op="ne", value=column(best, key.column)) for key in program.order[:1])
    return msgspec.structs.replace(program, where=(*program.where, *rules))


def _with(
    ground: Ground, claim: Claim, number: int, mistake: str, program: Program | None
) -> Iterator[tuple[str, dict[str, Json]]]:
    if program is None:
        return
    programs = (*claim.programs[:number], program, *claim.programs[number + 1 :])
    arguments = _answer(ground, claim, programs, None)
    if arguments is not None:
        yield mistake, arguments


def _answer(
    ground: Ground, claim: Claim, programs: tuple[Program, ...], skipped: ReadAsk | None
) -> dict[str, Json] | None:
    def read(ask: ReadAsk) -> object:
        return MISSING if skipped is not None and ask.key == skipped.key else ground.reader(ask)

    return arguments_from(claim.sources, programs, claim.facts, run(programs, claim.facts, read), claim.follows)
