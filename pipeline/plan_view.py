"""How `writ plan` looks: what is fresh, stale and missing, why, and how long the rest would take."""

from __future__ import annotations

import os
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from pipeline.contents import ROWS, named
from pipeline.plan import Plan
from pipeline.provenance import provenance_of
from pipeline.rerun import StepOutlook, outlook
from pipeline.runner import whole_run


def show_plan(plan: Plan, made: Sequence[str], console: Console) -> None:
    """Prints what `writ run` would make.

    Args:
        plan: the run.
        made: what is made of the kept rows (`runner.finishers`).
        console: where to.

    Raises:
        StorageError: the folder is damaged, or holds a larger data set that would have to be made again.
    """
    now = provenance_of(plan.recipe, plan.identity(), plan.line)
    before, gone = whole_run(plan, made)
    if before is not None:
        _say(console, f"{plan.out}: nothing to do, {before.kept:,} of {before.wanted:,} trajectories are there")
        return
    if gone:
        _say(console, f"{plan.out}: had ended, but {named(gone)}")
        parts = {each.part for each in gone}
        if ROWS not in parts:
            again = [name.rpartition(".")[2].removeprefix("write_").replace("_", " ") for name in sorted(parts)]
            _say(console, f"Made again, of the kept rows alone: {', '.join(again)}.")
            return
    steps = outlook(plan, now, gone)
    table = Table(title=str(plan.out), title_justify="left", box=None, padding=(0, 2, 0, 0))
    for name in ("stage", "fresh", "stale", "missing"):
        table.add_column(name, justify="left" if name == "stage" else "right", no_wrap=True)
    table.add_column("why", overflow="fold")
    for each in steps:
        table.add_row(each.name, *(f"{n:,}" for n in (each.fresh, each.stale, each.missing)), _why(each))
    console.print(table)
    if all(each.idle for each in steps):
        _say(console, "No shard is to be made: the run had not come to its end, or other code makes its files by now.")
    _say(console, "Numbers are shards. Behind the stages: what is kept, data set, card and report are made again.")
    _say(console, _duration(steps))


def _why(step: StepOutlook) -> str:
    told = list(step.why)
    if step.behind:
        told.append(f"again where {step.behind} gives it something else")
    if step.missing and not told:
        told.append("not made yet")
    return "; ".join(told)


def _duration(steps: Sequence[StepOutlook]) -> str:
    if any(each.seconds is None for each in steps):
        return "How long that takes is not known: nothing of it was made here before."
    cores = len(os.sched_getaffinity(0))
    seconds = sum(each.seconds or 0.0 for each in steps) / cores
    return f"About {seconds:,.0f} s on {cores} workers, going by what the shards that are there took; at most."


def _say(console: Console, text: str) -> None:
    console.print(text, markup=False, highlight=False, soft_wrap=True)
