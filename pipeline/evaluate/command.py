"""What `writ eval` does.

outputs/quickstart/eval/small-1/result.json      pass^k by cell, and every try
outputs/quickstart/eval/small-1/grid.svg         the same as a picture
outputs/quickstart/eval/small-1/failed.parquet   the dialogues that did not pass, with the reason
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
from rich.console import Console

from pipeline.engines.admission import Admission
from pipeline.engines.connections import close_connections
from pipeline.engines.named import engine_of, serving
from pipeline.engines.settings import Addresses, Engines
from pipeline.engines.speaking import speaking
from pipeline.errors import PARTIAL, WHOLE, UserError
from pipeline.evaluate.rates import PassRates
from pipeline.evaluate.tries import Try, try_all
from pipeline.evaluate.view import picture, show
from pipeline.gate import Gate
from pipeline.remote.local import on_disk
from pipeline.run_folder import RunFolder
from pipeline.run_worlds import worlds_of
from pipeline.storage import write_bytes, write_json, write_shard
from pipeline.worlds import AnySource, build_services
from schemas.base import Json, content_id
from schemas.behavior import Behavior, Scenario
from schemas.completion import EngineRole
from schemas.task import Task
from schemas.verdict import Drop

_UNFIT = re.compile(r"[^A-Za-z0-9._-]+")


def evaluate(
    engine: str,
    run: Path,
    *,
    model: str | None,
    role: EngineRole,
    partner: str | None,
    k: int,
    count: int | None,
    concurrency: int,
    recipe: Path | None,
    world: Path | None,
    out: Path | None,
    console: Console,
) -> int:
    """Tries the tasks of a run with a model; see `writ eval --help`."""
    from stages.simulate_dialogues import SimulateDialogues
    from stages.simulate_dialogues.stage import SCRIPTED
    from stages.validate_dialogues import ValidateDialogues

    engines = engines_for(engine, model, role, partner)
    worlds = worlds_of(run, recipe, world)
    scenarios = list(scenarios_of(run, count))
    if not scenarios:
        raise UserError(f"{run}: has no kept trajectory to take a task from")
    voices = engines.voices
    simulate = SimulateDialogues(
        agent=voices["agent"].engine if "agent" in voices else SCRIPTED,
        user=voices["user"].engine if "user" in voices else SCRIPTED,
        sampling={seat: voice.sampling for seat, voice in voices.items()},
        prompts={seat: voice.prompt for seat, voice in voices.items() if voice.prompt},
    )
    name = voices[role].engine
    folder = out or run / "eval" / _UNFIT.sub("-", name.partition(":")[2] or name)
    folder.mkdir(parents=True, exist_ok=True)
    with serving(engines, on_disk(folder.resolve()) / "engines") as addresses:
        tried = asyncio.run(
            _tried(worlds, engines, addresses, scenarios, simulate, ValidateDialogues(), k, concurrency, role)
        )
    rates = PassRates(k)
    for scenario in scenarios:
        own = [each for each in tried if each.scenario is scenario and each.valid]
        cell = (scenario.task.num_writes, scenario.task.burden)
        rates.add(cell, scenario.task.id, len(own), sum(each.passed for each in own))
    write_bytes(folder / "grid.svg", picture(rates, name).encode())
    write_shard(folder / "failed.parquet", [each.drop for each in tried if each.drop is not None], Drop)
    write_json(folder / "result.json", _result(name, rates, tried))
    show(rates, tried, console)
    console.print(f"\n{folder}: result.json, grid.svg, failed.parquet", markup=False, highlight=False, soft_wrap=True)
    return WHOLE if any(each.valid for each in tried) else PARTIAL


async def _tried(
    worlds: tuple[AnySource, ...], engines: Engines, addresses: Addresses, scenarios: list[Scenario], simulate: Any,
    validate: Any, k: int, concurrency: int, role: EngineRole,
) -> list[Try]:  # fmt: skip
    services = build_services(worlds, engines, addresses)
    gate, asked = Gate(concurrency), speaking(services)
    assert asked is not None
    watching = asyncio.create_task(Admission(gate, list(asked.pools.values()), concurrency).watch())
    try:
        return await try_all(scenarios, simulate, validate, services, k=k, gate=gate, judged=role)
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
        await close_connections()


def engines_for(engine: str, model: str | None, role: EngineRole, partner: str | None) -> Engines:
    """Returns the model in its seat, and in the other one a script or the partner.

    Raises:
        UserError: what was named is no engine.
    """
    other: EngineRole = "user" if role == "agent" else "agent"
    named = {role: engine} if partner is None else {role: engine, other: partner}
    return Engines().model_copy(update={seat: engine_of(each, model, seat) for seat, each in named.items()})


def scenarios_of(run: Path, count: int | None) -> Iterator[Scenario]:
    """Yields the scenarios of the kept trajectories, one manner per task, in order."""
    seen: set[str] = set()
    for row in RunFolder(run).rows():
        if count is not None and len(seen) >= count:
            return
        if row.task_id in seen:
            continue
        seen.add(row.task_id)
        task = msgspec.convert(row.metadata["task"], Task)
        behavior = msgspec.convert(row.metadata["behavior"], Behavior)
        yield Scenario(id=content_id("scenario", task.id, behavior.id), task=task, behavior=behavior)


def _result(name: str, rates: PassRates, tried: list[Try]) -> Json:
    cells = [
        {"decisions": cell[0], "burden": cell[1], "tasks": rates.tasks(cell), "pass": rates.of(cell)}
        for cell in rates.cells
    ]
    tries = [
        {
            "scenario": each.scenario.id,
            "task": each.scenario.task.id,
            "attempt": each.attempt,
            "passed": each.passed,
            "counts": each.valid,
            "reason": each.why,
            "owner": each.drop.owner if each.drop is not None else None,
        }
        for each in tried
    ]
    return {"engine": name, "tasks": rates.tasks(), "pass": rates.of(), "cells": cells, "tries": tries}
