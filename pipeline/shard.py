"""One shard of orders on its way along a line of stages.

Each stage's records and drops are written as they come; a stage whose manifest has the right key is not run again, so
whatever interrupted a shard, the rest is all that is made. `run_folder` says which files these are.
"""

from __future__ import annotations

import asyncio
import gc
import itertools
import time
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa

from pipeline.cluster.poison import KILLED, TRIES, bearable_in_shard, poisoned, raised
from pipeline.engines.journal import Journal
from pipeline.engines.speaking import speaking
from pipeline.engines.work import Notes, notes, noting
from pipeline.errors import BackendError, StageFailed, Stopped, StorageError, UserError
from pipeline.gate import Gate, together
from pipeline.line import Line, Order, Step
from pipeline.observe.agent_spans import agent
from pipeline.observe.event import Event, event
from pipeline.plan_tasks import Fields
from pipeline.run_folder import Shard, features_shard, journal_file, step_shard
from pipeline.run_lock import fenced
from pipeline.storage import Manifest, Spent, read_shard, read_table, whole, write_manifest, write_shard, write_table
from schemas.base import Record, content_id, digest, encode
from schemas.parquet import packed
from schemas.task import TaskSpec
from schemas.verdict import Drop
from stages.base import EngineError, Services, Stage


@dataclass
class ShardResult:
    """What the driver learns about a shard: numbers and names, no records.

    Attributes:
        made: step -> records made.
        drops: (stage, reason, owner or "") -> number.
        refused: orders that could not be carried out, with the reason.
        spent: step -> role -> what its engine cost.
        fresh: nothing had to be made.
        told: what happened on the way.
        poisoned: records that were given up because their work never ended well, in words.
        deaths: workers that died over it.
    """

    name: str
    made: dict[str, int] = field(default_factory=dict)
    drops: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    refused: list[tuple[TaskSpec, str]] = field(default_factory=list)
    spent: dict[str, dict[str, Spent]] = field(default_factory=dict)
    fresh: bool = True
    told: list[Event] = field(default_factory=list)
    poisoned: list[str] = field(default_factory=list)
    deaths: int = 0

    def after(self, before: ShardResult) -> ShardResult:
        """Returns this result of all steps so far; those before were made in another place."""
        return replace(self, fresh=self.fresh and before.fresh, told=[*before.told, *self.told])


@dataclass
class _Made:
    """A step's shard: on disk, and in memory if it was made just now."""

    shard: Shard
    kind: type[Record]
    digest: str
    records: Sequence[Record] | None

    def read(self) -> Sequence[Record]:
        return read_shard(self.shard.records, self.kind) if self.records is None else self.records


_SERVICES: dict[str, Services] = {}
_COLLECT_AFTER = 64
"""Shards after which a worker looks for dead cycles: its thresholds (`worlds`) never get there. Scripts leave none."""
_SHARDS = itertools.count(1)


def run_shard(line: Line, folder: Path, order: Order, upto: int | None = None) -> ShardResult:
    """Brings a shard through its steps in this process, alone; see `bring`."""
    return asyncio.run(bring(line, folder, order, upto))


async def bring(
    line: Line, folder: Path, order: Order, upto: int | None = None, gate: Gate | None = None
) -> ShardResult:
    """Brings a shard through all steps, or through those that are not done yet.

    Args:
        line: the steps.
        folder: of the run.
        order: the shard.
        upto: the last step to be made, counted from 1; None makes all that the line has to run.
        gate: says when a record of a live step may go on; shards that run beside one another share one.

    Raises:
        StageFailed: a stage raised.
        UserError: the folder cannot be written or read as it must, or an engine asks for something.
        Stopped: the run must end here, and can go on later.
    """
    with fenced(folder, line.epoch):
        result = await _brought(line, folder, order, upto or line.end, gate)
    if not result.fresh and next(_SHARDS) % _COLLECT_AFTER == 0:
        gc.collect()
        gc.freeze()  # what a worker remembers of the world is looked at once, not every time
    return result


async def _brought(line: Line, folder: Path, order: Order, upto: int, gate: Gate | None) -> ShardResult:
    result = ShardResult(order.name)
    before = digest([encode(spec).decode() for spec in order.specs])
    made: dict[str, _Made] = {}
    last: _Made | None = None
    for number, step in enumerate(line.steps[:upto], 1):
        shard = step_shard(folder, line, number, order.name)
        key = line.key(step.stage, before)
        manifest = whole(shard.manifest, key if number >= line.first else None)
        records: Sequence[Record] | None = None
        if manifest is None:
            if number < line.first:
                raise StorageError(f"{shard.records}: was never made, so nothing can begin after it; leave --from out")
            result.fresh, started = False, time.perf_counter()
            result.told.append(event("stage.started", shard=order.name, stage=step.name))
            given = order.specs if last is None else last.read()
            journal = Journal(journal_file(folder, order.name)) if step.live else None
            if journal and journal.found:
                result.told.append(event("stage.resumed", shard=order.name, stage=step.name, rows=journal.found))
            try:
                with noting(Notes(journal, shard=order.name, stage=step.name)) as noted:
                    records, drops = await apply(line, step, given, gate, order.lost)
            finally:
                if journal:
                    journal.close()
            if number == len(line.steps):
                records = sorted(records, key=_id)
            seconds = round(time.perf_counter() - started, 4)
            manifest = _store(
                shard,
                records,
                step.makes,
                drops,
                key=key,
                stage=line.stage_key(step.stage),
                seconds=seconds,
                spent=noted.spent,
            )
            if journal:
                journal.remove()
            result.told.append(
                event(
                    "stage.finished",
                    shard=order.name,
                    stage=step.name,
                    seconds=seconds,
                    rows=manifest.rows,
                    drops=dict(Counter(drop.reason for drop in drops)),
                    spent=manifest.spent,
                )
            )
        else:
            drops = read_shard(shard.drops, Drop) if manifest.drops else []
            if manifest.spent and (engines := speaking(services_here(line))):
                engines.purse.pay(manifest.spent)
        result.made[step.name] = manifest.rows
        if manifest.spent:
            result.spent[step.name] = manifest.spent
        result.drops.update((drop.stage, drop.reason, drop.owner or "") for drop in drops)
        result.poisoned += [f"{d.stage}: {d.record_id}: {d.detail}" for d in drops if d.reason == "poisoned"]
        if number == 1:
            specs = {spec.id: spec for spec in order.specs}
            result.refused = [(specs[d.record_id], d.detail or d.reason) for d in drops if d.record_id in specs]
        before = manifest.files[shard.records.name].digest
        last = made[step.name] = _Made(shard, step.makes, before, records)
    if upto == len(line.steps):
        _store_features(line, features_shard(folder, line, order.name), made, result)
    return result


async def apply(
    line: Line, step: Step, records: Sequence[Record], gate: Gate | None = None, lost: Collection[str] = ()
) -> tuple[list[Record], list[Drop]]:
    """Runs a stage over records: one after the other, or where it is live as many at once as the gate lets in.

    Args:
        line: whose step it is.
        step: with the stage.
        records: what it works on.
        gate: says when a record of a live step may go on.
        lost: ids of records that kill whoever works on them; nobody does.

    Raises:
        StageFailed: the stage raised on more records than a few, which is a bug.
        UserError: an engine asks for something.
        Stopped: the run must end here.
    """
    services = services_here(line)
    failed: list[str] = []

    async def one(record: Record) -> Sequence[Record]:
        if lost and _id(record) in lost:
            return [poisoned(step.name, record, KILLED)]
        try:
            return await _tried(step.stage, record, services)
        except (BackendError, EngineError) as error:
            return [_lost(step, record, error)]
        except (UserError, Stopped):
            raise
        except Exception as error:
            failed.append(_id(record))
            if len(failed) > bearable_in_shard(len(records)):
                text = f"stage {step.name} failed on {_id(record)}: {type(error).__name__}: {error}"
                raise StageFailed(text) from error
            return [poisoned(step.name, record, raised(error))]

    if step.live:
        gate = gate or Gate(line.concurrency)
        noted = notes() or Notes()

        async def seen(record: Record) -> Sequence[Record]:
            with agent(step.name, _id(record), noted.shard):
                return await one(record)

        made = await together([gate.enter(seen, record) for record in records])
    else:
        made = []
        for record in records:
            made.append(await one(record))
            if gate is not None:  # others wait for the same loop
                await asyncio.sleep(0)
    kept: list[Record] = []
    drops: list[Drop] = []
    for results in made:
        for found in results:
            if isinstance(found, Drop):
                drops.append(found)
            else:
                kept.append(found)
    return kept, drops


async def _tried(stage: Stage[Any, Any], record: Record, services: Services) -> Sequence[Record]:
    for _ in range(TRIES - 1):
        try:
            return await stage.process(record, services)
        except (BackendError, EngineError, UserError, Stopped):
            raise
        except Exception:  # it may have been the moment
            continue
    return await stage.process(record, services)


def _lost(step: Step, record: Record, error: BackendError | EngineError) -> Drop:
    id_ = str(getattr(record, "id", ""))
    return Drop(
        id=content_id("drop", step.name, id_),
        stage=step.name,
        reason="engine_error" if isinstance(error, EngineError) else "backend_error",
        owner="tool",
        detail=str(error),
        record_id=id_,
    )


def read_features(shard: Shard) -> list[tuple[str, str, Fields, Any]]:
    """Reads, per row: its id, its source's id, the fields of its cell, and the features of its source."""
    table = read_table(shard.records)
    unpack = msgspec.msgpack.Decoder().decode
    columns = [table.column(name).to_pylist() for name in ("id", "source", "fields", "features")]
    return [(row, source, Fields(*unpack(f)), unpack(x)) for row, source, f, x in zip(*columns, strict=True)]


def _store_features(line: Line, shard: Shard, made: dict[str, _Made], result: ShardResult) -> None:
    rows, sources = made[line.steps[-1].name], made[line.group_at]
    key = line.key(line.group, rows.digest, sources.digest)
    if whole(shard.manifest, key) is not None:
        return
    result.fresh = False
    by_id: dict[str, Any] = {}
    for source in sources.read():
        # A row is known by its dialogue's id, a judged dialogue has one of its own.
        by_id[_id(getattr(source, "dialogue", source))] = source
        by_id[_id(source)] = source
    pack = msgspec.msgpack.Encoder().encode
    columns: dict[str, list[bytes]] = {"id": [], "source": [], "fields": [], "features": []}
    for row in rows.read():
        source = by_id[_id(row)]
        columns["id"].append(_id(row).encode())
        columns["source"].append(source.id.encode())
        columns["fields"].append(pack(tuple(Fields.of(row))))
        columns["features"].append(pack(line.group.features(source)))
    types = {"id": pa.string(), "source": pa.string(), "fields": pa.binary(), "features": pa.binary()}
    table = pa.table({name: packed(values, types[name]) for name, values in columns.items()})
    info = write_table(shard.records, table)
    stage, files = line.stage_key(line.group), {shard.records.name: info}
    manifest = Manifest(key=key, stage=stage, rows=table.num_rows, drops=0, files=files)
    write_manifest(shard.manifest, manifest)


def _store(
    shard: Shard,
    records: Sequence[Record],
    kind: type[Record],
    drops: Sequence[Drop],
    **said: Any,
) -> Manifest:
    files = {shard.records.name: write_shard(shard.records, records, kind)}
    if drops:
        files[shard.drops.name] = write_shard(shard.drops, drops, Drop)
    manifest = Manifest(rows=len(records), drops=len(drops), files=files, **said)
    write_manifest(shard.manifest, manifest)
    return manifest


def _id(record: Any) -> str:
    """Returns a record's id; all records that pass along a line have one."""
    found: str = record.id
    return found


def services_here(line: Line) -> Services:
    """Returns this process's services, built on first use."""
    key = line.world_key + line.services_key
    if key not in _SERVICES:
        _SERVICES.clear()
        _SERVICES[key] = line.services()
    return _SERVICES[key]
