"""Benchmarks that a run must not repeat, read from the files that a recipe names under `contamination`.

    contamination: {files: [tasks.json, exam.jsonl], action: drop}

A row of a file is one of these; more keys do no harm:

    {"id": "7", "user_scenario": {"instructions": {...}}, "evaluation_criteria": {"actions": [...]}}   as tau2
    {"messages": [{"role": "user", "content": "..."}, ...]}                                            OpenAI form
    {"text": "...", "calls": [{"name": "renew_loan", "arguments": {...}}]}                             calls if any
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import UserError
from pipeline.json_rows import Call, FormError, call_of, called, json_rows, messages_of, said
from pipeline.remote.path import beside
from schemas.base import Json
from stages.decontaminate import Benchmark, Item, index_of
from tool_specs.sayings import leaves

_HEARD = ("user", "assistant")


@dataclass(frozen=True)
class BenchmarkFile:
    """A file that was read: its name, how many items it has, and the digest of its bytes."""

    name: str
    items: int
    digest: str


@dataclass(frozen=True)
class Benchmarks:
    """All files of a recipe, and the index of what they say and call."""

    files: tuple[BenchmarkFile, ...]
    index: Benchmark


def read_benchmarks(files: Sequence[str], folder: Path) -> Benchmarks:
    """Reads benchmark files; paths are relative to the folder.

    Raises:
        UserError: a file cannot be read, or a row of it has no form that is known; with its place.
    """
    items: list[Item] = []
    found: list[BenchmarkFile] = []
    for name in files:
        path = beside(folder, name)
        before = len(items)
        items.extend(items_of(path))
        if len(items) == before:
            raise UserError(f"{path}: has no items; leave it out of `contamination`, or give another file")
        digest = hashlib.blake2b(path.read_bytes(), digest_size=16).hexdigest()
        found.append(BenchmarkFile(path.name, len(items) - before, digest))
    return Benchmarks(tuple(found), index_of(items))


def items_of(path: Path) -> Iterator[Item]:
    """Yields the items of a benchmark file.

    Raises:
        UserError: see `read_benchmarks`.
    """
    for number, (place, value) in enumerate(json_rows(path)):
        try:
            texts, calls = _content(value)
        except FormError as error:
            raise UserError(f"{place}: {error}") from error
        yield Item(f"{path.name}: {value.get('id', value.get('task_id', number))}", tuple(texts), tuple(calls))


def _content(value: dict[str, Json]) -> tuple[list[str], list[Call]]:
    if "user_scenario" in value:
        return _strings(value["user_scenario"]) + _strings(value.get("ticket")), list(_actions(value))
    if "messages" in value:
        heard = [message for message in messages_of(value) if message["role"] in _HEARD]
        return [said(message) for message in heard], [call for message in heard for call in called(message)]
    text = value.get("text", value.get("instruction"))
    if not isinstance(text, str):
        raise FormError("is no task that is known; give `user_scenario` (tau2), `messages` (OpenAI form) or `text`")
    return [text], [_call(each) for each in value.get("calls", value.get("actions")) or ()]


def _actions(value: dict[str, Json]) -> Iterator[Call]:
    """Yields the gold calls of a task of tau2, those that its user makes apart."""
    criteria = value.get("evaluation_criteria") or {}
    if not isinstance(criteria, dict) or not isinstance(criteria.get("actions") or [], list):
        raise FormError("`evaluation_criteria.actions` is no list")
    for each in criteria.get("actions") or ():
        if not isinstance(each, dict) or each.get("requestor", "assistant") == "assistant":
            yield _call(each)


def _call(value: Json) -> Call:
    return call_of(value if isinstance(value, dict) else {})


def _strings(value: Json) -> list[str]:
    return [leaf for leaf in leaves(value) if isinstance(leaf, str)]
