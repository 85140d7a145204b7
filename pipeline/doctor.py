"""`writ doctor`: is everything here that a run needs? Each line says what was looked at, how it is, and what to do.

writ doctor                                  # this machine
writ doctor recipes/vllm.yaml                # and a recipe's engines: endpoints are asked, one server is started
writ doctor recipes/vllm.yaml --dry-run      # nobody is asked, nothing is started or downloaded
"""

from __future__ import annotations

import asyncio
import importlib.metadata
import os
import platform
import shutil
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from pathlib import Path

from rich.console import Console

from pipeline.engines.build import key_of
from pipeline.engines.checkup import Finding, endpoint_findings, template_findings
from pipeline.engines.settings import EngineSettings, HttpSettings, VllmSettings
from pipeline.engines.vllm_flags import Flags, command_line, probe
from pipeline.engines.vllm_replica import Replica
from pipeline.errors import PARTIAL, WHOLE, UserError
from pipeline.recipe_file import load_recipe
from pipeline.worlds import with_folders
from schemas.completion import EngineRole

_PACKAGES = ("writ", "ray", "aiohttp", "pyarrow", "datasets")
_MARKS = {"ok": "ok  ", "note": "note", "bad": "BAD "}
_GPU_SECONDS = 30


def doctor(path: Path | None, dry: bool, console: Console) -> int:
    """Prints what is found; returns 0, or 1 if something stands in the way.

    Raises:
        RecipeError: the recipe cannot be read.
    """
    roles: Mapping[EngineRole, EngineSettings] = {}
    if path is not None:
        roles = with_folders(load_recipe(path), path.absolute().parent).engines.roles
    bad = 0
    for finding in _all(roles, path, dry):
        bad += finding.state == "bad"
        console.print(
            f"{_MARKS[finding.state]} {finding.place}: {finding.text}", markup=False, highlight=False, soft_wrap=True
        )
    console.print(f"{bad} in the way of a run" if bad else "nothing in the way of a run", markup=False, highlight=False)
    return PARTIAL if bad else WHOLE


def _all(roles: Mapping[EngineRole, EngineSettings], path: Path | None, dry: bool) -> Iterator[Finding]:
    yield from _machine()
    if not dry:
        yield from _ray()
    if path is None:
        return
    if not roles:
        yield Finding(str(path), "ok", "scripts play all roles; no engine is needed")
    seen: dict[str, EngineRole] = {}
    yield from _room([each.vllm for each in roles.values() if each.vllm is not None])
    for role, settings in roles.items():
        model = settings.model
        asked = model.serving if isinstance(model, VllmSettings) else model.model_dump_json()
        if asked in seen:
            yield Finding(role, "ok", f"the same as {seen[asked]}")
            continue
        seen[asked] = role
        if isinstance(model, HttpSettings):
            yield from _http(role, model, dry)
        else:
            yield from _vllm(role, model, dry, uses_tools=role == "agent" and not settings.guided)


def _machine() -> Iterator[Finding]:
    found = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in _PACKAGES)
    yield Finding("versions", "ok", f"Python {platform.python_version()}, {found}")
    free = shutil.disk_usage(tempfile.gettempdir()).free / (1 << 30)
    yield Finding("machine", "ok", f"{len(os.sched_getaffinity(0))} cores, {free:.0f} GiB free for temporary files")
    yield Finding("GPUs", "ok", "; ".join(_gpus()) or "none; engines behind HTTP and vLLM on the CPU need none")


def _ray() -> Iterator[Finding]:
    from pipeline.on_ray import OnRay

    started = time.monotonic()
    try:
        OnRay(1).close()
    except UserError as error:
        yield Finding("Ray", "bad", str(error))
        return
    yield Finding("Ray", "ok", f"starts and stops on this machine ({time.monotonic() - started:.0f} s)")


def _gpus() -> list[str]:
    """Returns a text per GPU that the driver shows."""
    query = ["nvidia-smi", "--query-gpu=name,memory.total,driver_version", "--format=csv,noheader"]
    try:
        done = subprocess.run(query, capture_output=True, text=True, timeout=_GPU_SECONDS)
    except (OSError, subprocess.TimeoutExpired):
        return []
    return done.stdout.strip().splitlines() if done.returncode == 0 else []


def _room(served: Sequence[VllmSettings]) -> Iterator[Finding]:
    """Says whether all servers of a recipe find a GPU here, beside each other."""
    needed = sum(each.gpus_each * each.replicas for each in {each.serving: each for each in served}.values())
    there = len(_gpus())
    if needed > there:
        yield Finding(
            "GPUs", "note", f"this recipe's servers need {needed:g} in all, here are {there}: lower replicas, give "
            "roles the same engine, let servers share one (gpus: 0.5), or join a cluster that has them",
        )  # fmt: skip


def _http(role: EngineRole, settings: HttpSettings, dry: bool) -> Iterator[Finding]:
    try:
        key = key_of(settings)
    except UserError as error:
        yield Finding(role, "bad", str(error))
        return
    if settings.api_key_env:
        yield Finding(role, "ok", f"{settings.api_key_env} is set")
    for url in settings.urls:
        if dry:
            yield Finding(role, "note", f"{url} is not asked (--dry-run)")
        else:
            yield from asyncio.run(_list(endpoint_findings(role, url, settings.model, key)))


def _vllm(role: EngineRole, settings: VllmSettings, dry: bool, uses_tools: bool) -> Iterator[Finding]:
    try:
        flags = probe(settings)
        command = command_line(settings, flags, "127.0.0.1", 0)
    except UserError as error:
        missing = dry and "has no vLLM" in str(error)
        yield Finding(role, "note" if missing else "bad", str(error))
        return
    yield Finding(role, "ok", f"vLLM {flags.version} knows all flags: {' '.join(command[3:])}")
    parser = str(settings.args.get("tool_call_parser", settings.args.get("tool-call-parser", "")))
    known = flags.choices.get("tool-call-parser", ())
    if uses_tools and not parser:
        yield Finding(role, "bad", f"no tool parser: give args: {{tool_call_parser: ...}}, one of {', '.join(known)}")
    elif parser and known and parser not in known and "tool_parser_plugin" not in settings.args:
        yield Finding(role, "bad", f"vLLM has no tool parser {parser!r}; it has {', '.join(known)}")
    yield from template_findings(role, settings, offline=dry)
    if dry or settings.gpus_each > len(_gpus()):
        yield Finding(role, "note", "no server is started" + (" (--dry-run)" if dry else ""))
    else:
        yield from asyncio.run(_list(_served(role, settings, flags)))


async def _served(role: EngineRole, settings: VllmSettings, flags: Flags) -> AsyncIterator[Finding]:
    """Starts one server and asks it."""
    with tempfile.TemporaryDirectory(prefix="writ-doctor-") as folder:
        replica = Replica(settings, "127.0.0.1", Path(folder) / "vllm.log")
        try:
            report = await replica.serve(flags, None)
            if report.problem:
                yield Finding(role, "bad", report.problem)
                return
            room = f"room for {report.load.kv_tokens} tokens" if report.load else "no /metrics: admission cannot adapt"
            yield Finding(role, "ok" if report.load else "note", f"a server starts; {room}")
            async for finding in endpoint_findings(role, f"{report.url}/v1", settings.name, None):
                yield finding
        finally:
            await replica.stop()


async def _list(findings: AsyncIterator[Finding]) -> list[Finding]:
    return [finding async for finding in findings]
