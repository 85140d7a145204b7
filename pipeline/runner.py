"""Runs a line of stages until the recipe's cells are full, and leaves a run folder whose `run.json` comes last.

    outcome = run(Order(...), executor=lambda: OnRay(2), progress=...)     # kept, wanted, exit code

What is done stays done: whole shards are found again, so the same command continues after any interruption, and ends
at once when nothing is left to do. The result depends on recipe, seed and worlds, never on the executor; where the run
grew, also on the sizes that it had, because what was kept stays kept.
"""

from __future__ import annotations

import itertools
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec

from pipeline.cluster.poison import bear
from pipeline.contents import FILE as CONTENTS
from pipeline.contents import Lost, manifests
from pipeline.errors import WHOLE, RecipeError, StorageError
from pipeline.fill_cells import Filling
from pipeline.fingerprint import code_digest
from pipeline.finishing import FILE as FINISHING
from pipeline.finishing import Finish, Finishing, begun, filled, finish, lost_since, name_of, reopened
from pipeline.line import Order
from pipeline.local import Executor
from pipeline.observe.watch import Progress, Watch
from pipeline.outcome import Outcome, Tally, circumstances, facts_of_run, kept_shards_of
from pipeline.plan import AS_IT_IS, Again, Plan
from pipeline.plan_tasks import SHARD, first_orders, first_round, sizes
from pipeline.provenance import NAMED, differences, provenance_of, read_provenance, write_provenance
from pipeline.rerun import described, forget, outlook
from pipeline.run_folder import INDEX, grown_from
from pipeline.run_json import read_told
from pipeline.run_lock import fenced, locked
from pipeline.selection import Selection
from pipeline.storage import ask_leave, read_json, whole, write_json
from schemas.base import digest
from schemas.task import TaskSpec

if TYPE_CHECKING:
    from pipeline.observe.metrics import Metrics


def run(
    plan: Plan,
    executor: Callable[[], Executor],
    progress: Progress,
    makers: Finish = (),
    again: Again = AS_IT_IS,
    metrics: Metrics | None = None,
) -> Outcome:
    """Makes the run, or what is left of it.

    Args:
        plan: what shall be made.
        executor: starts what runs the shards; called only if there is something to run.
        progress: is told how it goes.
        makers: what is made of the kept rows (data set, report), called with the run's folder.
        again: what of a run that is there may be made anew.
        metrics: shows others how it goes.

    Raises:
        UserError: the folder holds another run or cannot be written, a shard in it is damaged, or it was made with
            something else than now and `again` does not allow an update.
        StageFailed: a stage raised.
    """
    started = time.monotonic()
    with locked(plan.out) as epoch, fenced(plan.out, epoch):
        _identify(plan, again)
        made = finishers(makers)
        closed = tuple(source.closed for source in plan.worlds if source.closed)
        chosen = None
        if not (again.force or plan.line.last):
            before, gone = whole_run(plan, made)
            if before is not None:
                return replace(before, closed=closed)
            key = _key(plan, made, plan.recipe.count)
            chosen = reopened(plan.out, key, gone) if gone else begun(plan.out, key)
        if chosen is None:
            _clear(plan)
            forget(plan, again.force)
        plan = replace(plan, line=replace(plan.line, epoch=epoch))
        with Watch(plan.out, plan.recipe.count, progress, metrics) as watch:
            if chosen is not None:
                outcome = finish(plan, chosen, filled(plan), watch, makers)
            elif plan.line.last:
                outcome = _partly(plan, executor, watch)
            else:
                outcome = _whole(plan, executor, watch, makers)
            watch.ended(outcome.kept, outcome.exit_code != WHOLE)
        return replace(outcome, closed=closed, seconds=time.monotonic() - started)


def _whole(plan: Plan, executor: Callable[[], Executor], watch: Watch, makers: Finish) -> Outcome:
    """Makes shards until all cells are full, decides which rows are kept, and makes of them what is wanted."""
    started = time.monotonic()
    grown = grown_from(plan.out, plan.recipe.count)
    smallest, *larger = sizes(plan.recipe, grown)
    filling = Filling(smallest)
    selection = Selection(plan.line, plan.out, filling)
    tally = Tally()
    running = executor()
    try:
        _fill(plan, filling, selection, running, watch, tally)
        for recipe in larger:
            filling.grow(recipe)
            _fill(plan, filling, selection, running, watch, tally)
    finally:
        running.close()
    watch.update(filling, None, "selecting")
    names = selection.finish()
    tally.drops.update(selection.dropped)
    facts = facts_of_run(plan, filling, selection, tally, grown)
    kept = {**kept_shards_of(plan.line, names, tally.shards), "facts": facts}
    write_json(plan.out / "kept.json", kept)
    chosen = Finishing(
        key=_key(plan, finishers(makers), plan.recipe.count),
        chosen=digest(read_json(plan.out / "kept.json")),
        seconds=time.monotonic() - started,
        ending=circumstances(tally),
        poisoned=tally.poisoned,
    )
    return finish(plan, chosen, filling, watch, makers)


def _key(plan: Plan, made: Sequence[str], count: int) -> str:
    """Returns what a whole run of so many trajectories is known by."""
    sizes = [count, plan.recipe.patience]
    return digest([plan.identity(), sizes, plan.line.line_key(), code_digest("pipeline.runner"), made])


def finishers(makers: Finish) -> list[str]:
    """Returns what is made of kept rows, by name and code."""
    return [f"{name_of(make)} {code_digest(make.__module__)}" for make in makers]


def whole_run(plan: Plan, made: Sequence[str]) -> tuple[Outcome | None, list[Lost]]:
    """Returns how the run in the folder ended if nothing is left to do; if it ended just so, what was lost since.

    Raises:
        StorageError: what is there is larger than what is asked for, and would have to be made again; or a shard was
            changed.
    """
    count = plan.recipe.count
    found = read_told(plan.out, "run.json") if (plan.out / "run.json").exists() else {}
    wanted = found.get("wanted", 0)
    if wanted >= count and found.get("key") == _key(plan, made, wanted):
        larger = wanted > count
        if gone := lost_since(plan.out, found.get("chosen")):
            if larger:
                raise StorageError(f"{plan.out}: {gone[0]}; the same command with -n {wanted} makes it again")
            for manifest in manifests(gone):
                whole(plan.out / manifest, None)
            return None, gone
        ended = Outcome(found["kept"], count, () if larger else found["unfilled"], nothing_to_do=True, larger=larger)
        return ended, []
    if wanted > count:
        raise StorageError(
            f"{plan.out}: holds a data set of {found['kept']} trajectories that another version of the program made; "
            f"-n {count} would replace it by a smaller one. Give another --out, or delete that folder"
        )
    return None, []


def _clear(plan: Plan) -> None:
    """Removes what says that the run is whole, and what killed runs left."""
    ask_leave()
    # With other shards, what was kept of the old ones would be read from the wrong rows.
    for name in ("run.json", CONTENTS, "kept.json", INDEX, FINISHING):
        (plan.out / name).unlink(missing_ok=True)
    for path in (*plan.out.glob(".*.tmp"), *plan.out.glob("stages/*/.*.tmp")):  # of a process that was killed
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)


def _partly(plan: Plan, executor: Callable[[], Executor], watch: Watch) -> Outcome:
    """Brings the shards of the first round up to the line's last step; later rounds depend on what is kept."""
    filling = Filling(plan.recipe)
    running = executor()
    try:
        for result in running.map(plan.line, plan.out, watch.beginning(_first_shards(plan))):
            watch.update(filling, result, "round 1")
    finally:
        running.close()
    return Outcome(0, plan.recipe.count, upto=plan.line.steps[plan.line.end - 1].name)


def _first_shards(plan: Plan) -> Iterator[Order]:
    begin = made = 0
    for recipe in sizes(plan.recipe, grown_from(plan.out, plan.recipe.count)):
        yield from orders(first_orders(recipe, begin), 0, SHARD, made)
        made += -(-(first_round(recipe) - begin) // SHARD)
        begin = first_round(recipe)


def _fill(plan: Plan, filling: Filling, selection: Selection, executor: Executor, watch: Watch, tally: Tally) -> None:
    """Makes rounds until no cell lacks anything; more, where what had waited for room is refused after all."""
    while True:
        _make_rounds(plan, filling, selection, executor, watch, tally)
        if not selection.settle():
            return


def _make_rounds(
    plan: Plan, filling: Filling, selection: Selection, executor: Executor, watch: Watch, tally: Tally
) -> None:
    while (specs := filling.next_round()) is not None:
        size = SHARD if filling.round == 1 else SHARD // 2
        watch.update(filling, None, f"round {filling.round}")
        begun = sum(name.startswith(f"r{filling.round - 1}-") for name in tally.shards)
        taken = watch.beginning(orders(specs, filling.round - 1, size, begun))
        for result in executor.map(plan.line, plan.out, taken):
            selection.take_in(result.name)
            tally.take_in(result)
            bear(tally.poisoned, plan.recipe.count)
            for spec, reason in result.refused:
                filling.refused(spec, reason)
            watch.update(filling, result, f"round {filling.round}")


def orders(specs: Iterator[TaskSpec], round_: int, size: int, begin: int = 0) -> Iterator[Order]:
    """Cuts orders into shards. Sizes depend on the round alone, never on the number of workers.

    Args:
        specs: the orders.
        round_: from 0.
        size: of a shard.
        begin: shards of that round that a smaller size of the run has.
    """
    for number in itertools.count(begin):
        chunk = tuple(itertools.islice(specs, size))
        if not chunk:
            return
        yield Order(f"r{round_}-{number:05d}", chunk)


def _identify(plan: Plan, again: Again) -> None:
    """Writes what this run is made with, or compares it with what the folder was made with."""
    path, now = plan.out / "recipe.json", provenance_of(plan.recipe, plan.identity(), plan.line)
    before = read_provenance(plan.out)
    if before is None:
        if path.exists() or (plan.out / "stages").exists():
            raise StorageError(f"{plan.out}: holds stages of an unknown run; give another --out, or delete the folder")
    elif before != now and not again.update:
        steps = outlook(plan, now)
        words = "\n".join(described(steps))
        other = "; ".join(itertools.islice(differences(before.recipe, now.recipe), NAMED))
        raise RecipeError(
            f"{plan.out}: was made with something else{': ' + other if other else ''}.\n{words}\n"
            f"Add --update to make anew here what has changed, or --fork {plan.out} --out DIR to do so in another "
            "folder; another --out alone begins from nothing"
        )
    elif before != now and plan.line.first > 1:
        # What is taken as it is was made with what it was made with.
        earlier = {step.name for step in plan.line.steps[: plan.line.first - 1]}
        now = msgspec.structs.replace(
            now, steps={n: before.steps.get(n, r) if n in earlier else r for n, r in now.steps.items()}
        )
    if before != now:
        write_provenance(plan.out, now)
    if not path.exists() or read_json(path) != now.recipe:
        write_json(path, now.recipe)
