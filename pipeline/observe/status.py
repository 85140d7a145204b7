"""`writ status`: how a run is doing, read from its files alone, from any terminal or machine that sees them.

    outputs/live: running for 0:01:12 on node7 (process 4711), round 1
    412 of 1,000 kept (31 of 58 cells full), 5.7 per second, about 0:01:43 left; 4 shards in work, ...

A killed driver says nothing. On its machine the process is looked for; elsewhere one waits for its next sign of life,
so that no clock is compared with another.
"""

from __future__ import annotations

import os
import time
from datetime import timedelta
from pathlib import Path
from typing import Literal

import msgspec
from rich.console import Console
from rich.table import Table

from pipeline.errors import PARTIAL, WHOLE, StorageError
from pipeline.observe.state import State, read_state, started, this_machine
from pipeline.run_json import read_told

_LATE = 5
"""Beats without a sign of life after which a process that is there counts as stuck."""

Life = Literal["running", "stuck", "dead", "ended"]


def status(run: Path, as_json: bool, console: Console) -> int:
    """Prints how a run is doing; returns 0 if it is running or whole, else 1.

    Raises:
        StorageError: this is no folder of a run.
    """
    state = read_state(run)
    if state is None:
        return _without(run, as_json, console)
    life, state = sign_of_life(run, state)
    if as_json:
        said = {**msgspec.to_builtins(state), "life": life}
        console.out(msgspec.json.format(msgspec.json.encode(said)).decode(), highlight=False)
    else:
        _show(run, life, state, console)
    return WHOLE if life == "running" or (state.state == "finished" and not state.partial) else PARTIAL


def sign_of_life(run: Path, state: State) -> tuple[Life, State]:
    """Returns whether a run is under way, and its state when that was found out."""
    life, state = _life(run, state)
    if life == "dead" and (run / "run.json").is_file():
        # It was killed after the last file, before it could say so.
        state.state, state.phase = "finished", "ended"
        return "ended", state
    return life, state


def _life(run: Path, state: State) -> tuple[Life, State]:
    if state.state != "running":
        return "ended", state
    if state.boot and (state.host, state.boot) == this_machine():
        if not _there(state):
            # It may have ended just now, and said so after it was asked.
            again = read_state(run) or state
            return ("dead" if again.state == "running" else "ended"), again
        late = time.time() - state.at > _LATE * state.every
        return ("stuck" if late else "running"), state
    until = time.monotonic() + (_LATE - 1) * state.every
    while time.monotonic() < until:
        time.sleep(min(state.every / 4, 0.2))
        again = read_state(run) or state
        if again.state != "running":
            return "ended", again
        if (again.pid, again.beat) != (state.pid, state.beat):
            return "running", again
    return "dead", state


def _there(state: State) -> bool:
    if state.pid_started:
        return started(state.pid) == state.pid_started
    try:
        os.kill(state.pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _without(run: Path, as_json: bool, console: Console) -> int:
    """Tells of a run that says nothing of itself: made by an earlier version, or only just begun."""
    if not (run / "recipe.json").is_file():
        raise StorageError(f"{run}: is no folder of a run; give one that `writ run` made")
    ended = (run / "run.json").is_file()
    found = read_told(run, "run.json") if ended else {}
    kept, wanted = found.get("kept", 0), found.get("wanted", 0)
    if as_json:
        said = {"life": "ended" if ended else "dead", "kept": kept, "wanted": wanted}
        console.out(msgspec.json.format(msgspec.json.encode(said)).decode(), highlight=False)
    else:
        text = f"finished, {kept:,} of {wanted:,} kept" if ended else "has not ended, and says nothing of itself"
        console.print(f"{run}: {text}", markup=False, highlight=False, soft_wrap=True)
    return WHOLE if ended and kept >= wanted else PARTIAL


def _show(run: Path, life: Life, state: State, console: Console) -> None:
    lines = [f"{run}: {_heading(life, state)}"]
    done = f"{state.kept:,} of {state.wanted:,} kept"
    if state.cells:
        done += f" ({state.cells_full} of {state.cells} cells full)"
    spent = max(state.at - state.began, 1e-9)
    if life in ("running", "stuck"):
        rate = state.kept / spent
        done += f", {rate:.1f} per second"
        if rate and state.kept < state.wanted:
            done += f", about {_time((state.wanted - state.kept) / rate)} left"
        done += f"; {state.in_work} shards in work, the last event {state.at - state.last:.1f} s before"
    lines.append(f"{done}; {state.made:,} shards made, {state.found:,} found done")
    if state.resumed:
        lines.append(f"{state.resumed:,} turns were taken over from a killed session")
    for url, endpoint in state.endpoints.items():
        now = "does not answer" if endpoint.failing else "answers again"
        lines.append(f"{url}: {now} (in trouble {endpoint.failures} times; {endpoint.detail})")
    if state.restarts:
        lines.append(f"{state.restarts:,} times a server of a model was started again")
    if state.workers_lost:
        lines.append(f"{state.workers_lost:,} workers died; their shards were sent again")
    if state.lost_why:
        lines.append(f"{state.lost:,} events were not written: {state.lost_why}")
    if state.metrics and life in ("running", "stuck"):
        lines.append(f"metrics: {state.metrics}")
    for line in lines:
        console.print(line, markup=False, highlight=False, soft_wrap=True)
    if state.stages:
        console.print(_stages(state))
    if state.spent:
        console.print(_engines(state))


def _heading(life: Life, state: State) -> str:
    who = f"{state.host} (process {state.pid})"
    took, silent = _time(state.at - state.began), _time(time.time() - state.at)
    if life == "running":
        return f"running for {took} on {who}, {state.phase}"
    if life == "stuck":
        return f"the process {state.pid} is there, but has said nothing for {silent}; {state.phase}"
    if life == "dead":
        return f"not running: {who} gives no sign of life since {silent}. The same `writ run` goes on where it was"
    if state.state == "finished":
        return f"finished{' with less than was wanted' if state.partial else ''} after {took}"
    return f"{state.state} after {took}: {state.detail}"


def _time(seconds: float) -> str:
    return str(timedelta(seconds=round(max(seconds, 0.0))))


def _table(*columns: str, left: int) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    for place, name in enumerate(columns):
        table.add_column(name, justify="left" if place < left else "right", no_wrap=place < len(columns) - 1)
    return table


def _stages(state: State) -> Table:
    """Returns what the stages made in this session."""
    took = max(state.at - state.began, 1e-9)
    work = sum(stage.seconds for stage in state.stages.values()) or 1.0
    table = _table("stage", "shards", "records", "dropped", "per s", "work", "dropped for", left=1)
    table.columns[-1].justify = "left"
    for name, stage in state.stages.items():
        worst = sorted(stage.drops.items(), key=lambda pair: (-pair[1], pair[0]))[:2]
        table.add_row(
            name,
            f"{stage.shards:,}",
            f"{stage.rows:,}",
            f"{sum(stage.drops.values()):,}",
            f"{stage.rows / took:,.1f}",
            f"{stage.seconds / work:.0%}",
            ", ".join(f"{reason} {count:,}" for reason, count in worst),
        )
    return table


def _engines(state: State) -> Table:
    """Returns what language models cost in this session."""
    took = max(state.at - state.began, 1e-9)
    table = _table("role", "requests", "per s", "tokens in", "from a cache", "tokens out", "cost", left=1)
    for role, spent in sorted(state.spent.items()):
        cached = f"{spent.cached_tokens / spent.prompt_tokens:.0%}" if spent.prompt_tokens else "·"
        table.add_row(
            role,
            f"{spent.requests:,}",
            f"{spent.requests / took:,.1f}",
            f"{spent.prompt_tokens:,}",
            cached,
            f"{spent.completion_tokens:,}",
            f"{spent.cost:,.4g}" if spent.cost else "·",
        )
    return table
