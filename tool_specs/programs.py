"""Runs programs: which rows are left, in which order, after which reads.

The interpreter is a generator that yields the reads it needs and is sent their results, so that a proof (reads from a
fork, all at once), an agent (one call per message) and a verifier (recorded results) run the very same code.

Filters are applied as soon as their columns are bound, before further reads are asked for. No read is asked twice.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from typing import Any

from schemas.base import Json
from schemas.program import Program
from tool_specs.columns import MISSING, BindingRow, column, elements, passes
from tool_specs.picking import Selection, bound, cost, meets, pick, pick_within, preferred, rank, settled
from tool_specs.steps import LINEAGE, Asked, ReadAsk, ReadKey, Stage, read_key, stages

__all__ = [
    "LINEAGE",
    "MISSING",
    "BindingRow",
    "Machine",
    "ReadAsk",
    "ReadKey",
    "Selection",
    "bound",
    "column",
    "cost",
    "elements",
    "meets",
    "passes",
    "pick_within",
    "preferred",
    "rank",
    "read_key",
    "run",
    "settled",
    "steps_of",
]


def run(
    programs: Sequence[Program],
    facts: Mapping[str, Json],
    read: Callable[[ReadAsk], Any],
    *,
    exhaustive: bool = True,
    seeds: Sequence[BindingRow] = (),
) -> Selection:
    """Runs programs to the end with a function that answers reads. See `steps_of` for the arguments."""
    machine = steps_of(programs, facts, exhaustive=exhaustive, seeds=seeds)
    answer: Any = None
    while True:
        try:
            answer = read(machine.send(answer))
        except StopIteration as stop:
            selection: Selection = stop.value
            return selection


Machine = Generator[ReadAsk, Any, Any]


def steps_of(
    programs: Sequence[Program],
    facts: Mapping[str, Json],
    *,
    exhaustive: bool = True,
    seeds: Sequence[BindingRow] = (),
) -> Generator[ReadAsk, Any, Selection]:
    """Yields the reads that the programs need; returns the selection.

    Args:
        programs: in order; a program that continues an earlier one has its number in `start`.
        facts: what the user said: knowledge name -> value.
        exhaustive: False lets `only` programs stop at the first row that is left (the words promise there is one).
        seeds: rows (with `LINEAGE`) that programs without `start` begin from instead of from nothing.

    Raises:
        KeyError: a program needs a fact that is not there.
    """
    asked = Asked({}, [], set())
    used: list[frozenset[int]] = []
    picked: list[tuple[BindingRow, ...]] = []
    candidates: list[tuple[BindingRow, ...]] = []
    for program in programs:
        begun = picked[program.start] if program.start is not None else seeds or ({LINEAGE: ()},)
        prepared = stages(program)
        groups: list[list[BindingRow]] = []
        asked.used.clear()
        early = program.pick == "only" and not exhaustive
        for seed in begun:
            if early:
                rows = yield from _first_match(prepared, seed, facts, asked)
            else:
                rows = [seed]
                for stage in prepared:
                    if stage.step.tool:
                        rows = yield from stage.read(rows, facts, asked)
                    else:
                        rows = stage.walk(rows, facts)
            groups.append(rows)
        pool = [row for group in groups for row in group]
        candidates.append(tuple(pool))
        picked.append(tuple(pick(program, groups, pool)))
        if program.within:
            chosen = pick_within(program.within, programs, candidates, facts)
            # Of two things of which one is not there, or could be several, nobody can say what both cost.
            known = all(len(picked[start]) == 1 for n in chosen if (start := programs[n].start) is not None)
            picked = [tuple(chosen[n] if known else ()) if n in chosen else rows for n, rows in enumerate(picked)]
        used.append(frozenset(asked.used))
    return Selection(tuple(asked.order), tuple(picked), tuple(candidates), tuple(used))


def _first_match(
    stages: Sequence[Stage], row: BindingRow, facts: Mapping[str, Json], asked: Asked
) -> Generator[ReadAsk, Any, list[BindingRow]]:
    if not stages:
        return [row]
    first, rest = stages[0], stages[1:]
    grown = (yield from first.read([row], facts, asked)) if first.step.tool else first.walk([row], facts)
    for longer in grown:
        found = yield from _first_match(rest, longer, facts, asked)
        if found:
            return found
    return []
