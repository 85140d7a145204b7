"""`writ continue`: dialogues go on from where they stand: WRIT's own that broke off, or anybody's in OpenAI form.

    writ continue partial.jsonl --recipe recipes/retail.yaml --out continued.jsonl

Each line is an object with `messages` (and `domain`, where the recipe has several). The calls are made again in the
recipe's world. A line that has the `metadata` of a row of WRIT's goes on with its task; any other gets a new task on
the state that it has reached, proven like the rest. Rows go to the file that is named; what was left out is told with
line and place; what was generated and dropped stands in `<out>.drops.jsonl` with the reason.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import msgspec
from rich.console import Console

from pipeline.assemble import sessions_of, simulation
from pipeline.engines.connections import close_connections
from pipeline.engines.journal import Journal
from pipeline.engines.named import serving
from pipeline.engines.settings import Addresses
from pipeline.engines.work import Notes, noting
from pipeline.errors import PARTIAL, WHOLE, StorageError, UserError
from pipeline.json_rows import json_rows
from pipeline.recipe import Recipe
from pipeline.recipe_file import load_recipe
from pipeline.run_lock import TAKEN
from pipeline.storage import storage_error, write_bytes
from pipeline.worlds import build_services, sources, with_folders
from schemas.base import Json, encode
from schemas.behavior import Behavior, Episode, Scenario
from schemas.message import Message
from schemas.sft import SftRow
from schemas.task import Task
from schemas.verdict import Drop, Judged
from stages.base import Past, Services
from stages.continue_sessions import ContinueSessions, Reached
from stages.export_rows import ExportRows
from stages.simulate_dialogues import SimulateDialogues
from stages.starting_points import StartError, parsed, replayed, starting_point
from tool_specs.sandbox import Sandbox


@dataclass(frozen=True)
class _Machine:
    """What makes dialogues go on."""

    stage: ContinueSessions
    simulate: SimulateDialogues
    services: Services


def continue_file(path: Path, recipe_file: Path, out: Path, world: Path | None, console: Console) -> int:
    """Goes on with every line of a file; returns the exit code: 1 if any was left out.

    Raises:
        UserError: the file or the recipe cannot be used.
    """
    errors = Console(stderr=True)
    folder = recipe_file.resolve().parent
    recipe = with_folders(load_recipe(recipe_file), folder)
    dropped = out.with_suffix(".drops.jsonl")
    with _noted(out, recipe, errors), serving(recipe.engines, out.parent / "engines") as addresses:
        rows, drops, problems = asyncio.run(_all(path, recipe, folder, world, addresses))
        write_bytes(out, b"".join(encode(row) + b"\n" for row in rows))
        dropped.unlink(missing_ok=True)  # of an earlier session
        if drops:
            write_bytes(dropped, b"".join(encode(drop) + b"\n" for drop in drops))
    for line in problems:
        errors.print(f"writ: {line}", markup=False, highlight=False, soft_wrap=True)
    more = f"; {len(drops)} dropped, see {dropped}" if drops else ""
    console.print(f"{out}: {len(rows)} dialogues went on{more}", markup=False, highlight=False, soft_wrap=True)
    return PARTIAL if problems or drops else WHOLE


@contextlib.contextmanager
def _noted(out: Path, recipe: Recipe, errors: Console) -> Iterator[None]:
    """Keeps finished turns of language models beside the file, until what is made of them is written.

    Raises:
        StorageError: somebody else is at work on the file, or nothing can be written there.
    """
    if not recipe.engines.roles:
        yield
        return
    path = out.with_name(f".{out.name}.journal")
    with held(path, out) as file:
        journal = Journal(path)
        if journal.found:
            errors.print(
                f"writ: goes on from {journal.found:,} finished turns in {path}", markup=False, highlight=False
            )
        try:
            with noting(Notes(journal, stage="continue")):
                yield
        except BaseException:
            journal.close()
            if not os.fstat(file.fileno()).st_size:
                path.unlink(missing_ok=True)
            raise
        journal.remove()


@contextlib.contextmanager
def held(path: Path, out: Path, lock: Callable[[int, int], object] = fcntl.flock) -> Iterator[IO[bytes]]:
    """Keeps others off a journal as long as it lasts; where the file system knows no locks, nobody.

    Args:
        path: the journal's file, which is made if it is not there, and may be removed inside.
        out: the file that is worked on.
        lock: takes a file's lock, as `fcntl.flock` does.

    Raises:
        StorageError: somebody else is at work, or nothing can be written there.
    """
    while True:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            file = path.open("ab")
        except OSError as error:
            raise storage_error(path, error) from error
        with file:
            try:
                lock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                if error.errno in TAKEN:
                    what = "another `writ continue` is at work on it; wait for it, or give another --out"
                    raise StorageError(f"{out}: {what}") from error
            if _is_there(file, path):
                yield file
                return
        # Who had it has removed it since it was opened: its lock keeps nobody off the one that comes next.


def _is_there(file: IO[bytes], path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except FileNotFoundError:
        return False


async def _all(
    path: Path, recipe: Recipe, base: Path, world: Path | None, addresses: Addresses
) -> tuple[list[SftRow], list[Drop], list[str]]:
    live = next((domain.name for domain in recipe.domains if domain.live is not None), None)
    if live is not None:
        raise UserError(f"{live}: is a live server; dialogues go on only in worlds that WRIT holds")
    services = build_services(sources(recipe, base, world), recipe.engines, addresses)
    machine = _Machine(sessions_of(recipe), simulation(recipe), services)
    rows: list[SftRow] = []
    drops: list[Drop] = []
    problems: list[str] = []
    try:
        for place, value in json_rows(path, "dialogues"):
            try:
                made = await _one(value, _sandbox(value, recipe, services), machine, place, problems)
            except StartError as error:
                problems.append(f"{place}: {error}; the line is left out")
                continue
            found = [made] if isinstance(made, Drop) else await ExportRows().process(made, services)
            for each in found:
                if isinstance(each, Drop):
                    drops.append(each)
                else:
                    rows.append(each)
    finally:
        await close_connections()
    return rows, drops, problems


def _sandbox(value: dict[str, Json], recipe: Recipe, services: Services) -> Sandbox:
    names = [domain.name for domain in recipe.domains]
    name = value.get("domain") or (names[0] if len(names) == 1 else None)
    if name not in names:
        raise StartError(f"domain: {name!r} is none of the recipe's; name one of {', '.join(names)}")
    return services.sandboxes[str(name)]


async def _one(
    value: dict[str, Json], sandbox: Sandbox, machine: _Machine, place: str, problems: list[str]
) -> Judged | Drop:
    metadata = value.get("metadata")
    if isinstance(metadata, dict) and "task" in metadata and "behavior" in metadata:
        return await _open_task(value, metadata, sandbox, machine)
    point = starting_point(value, sandbox)
    if point.left_out:
        first = f"the last {point.left_out} messages are" if point.left_out > 1 else "the last message is"
        problems.append(f"{place}: {first} left out: what the user wants there is not known")
    reached = Reached(
        name=f"{sandbox.world.digest}/{encode(Episode(messages=point.messages)).decode()}",
        domain=sandbox.domain.name,
        split="train",
        past=Past(point.person, point.identity, point.calls),
        before=(Episode(messages=point.messages),),
    )
    return await machine.stage.go_on(reached, 1, machine.services)


async def _open_task(
    value: dict[str, Json], metadata: dict[str, Any], sandbox: Sandbox, machine: _Machine
) -> Judged | Drop:
    """Goes on with the task that a row of WRIT's was about when it broke off."""
    messages, places = parsed(value, sandbox.domain)
    replayed(messages, places, len(messages), sandbox)
    *before, now = _episodes(metadata, messages)
    assert now.task is not None and now.behavior is not None
    if now.task.world_digest != sandbox.world.digest:
        raise StartError("metadata.task.world_digest: the task was made on another world than the recipe's")
    scenario = Scenario(
        id=str(metadata.get("scenario", "")), task=now.task, behavior=now.behavior, before=tuple(before)
    )
    made = await machine.simulate.resumed(scenario, now.messages, machine.services)
    if made is None:
        raise StartError("messages: no script would have said so; give the recipe engines for the agent and the user")
    if isinstance(made, Drop):
        return made
    (judged,) = await machine.stage.validate.process(made, machine.services)
    found: Judged | Drop = judged
    return found


def _episodes(metadata: dict[str, Any], messages: Sequence[Message]) -> Iterator[Episode]:
    """Yields the tasks of a row with their messages, as far as the dialogue has got."""
    try:
        further = [each for each in metadata.get("further", ()) if each["begins"] - 1 < len(messages)]
        begins = [0, *(each["begins"] - 1 for each in further), len(messages)]
        for number, each in enumerate([metadata, *further]):
            yield Episode(
                messages=tuple(messages[begins[number] : begins[number + 1]]),
                task=msgspec.convert(each["task"], Task),
                behavior=msgspec.convert(each["behavior"], Behavior),
            )
    except (KeyError, TypeError, msgspec.ValidationError) as error:
        raise StartError(f"metadata: is not that of a row of WRIT's ({error}); leave it out for a new task") from None
