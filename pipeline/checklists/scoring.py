"""`writ score`: how far dialogues, of whoever, meet the checklists of their tasks; turn by turn.

    {"checklist": "dialogue-1c2d...", "messages": [...]}         # a line of the file: which checklist, and the dialogue

A dialogue names its checklist by its `id` or, where any of the task's will do, by `task_id`. Verdicts of a judge may
stand beside it: `"verdicts": {"reply.0": true}`, or the column `judgement` of a run's rows; without them such items are
left out, unless `--judge ENGINE` names a language model that is asked about them. With `--out FILE` a line per
dialogue says what each turn earned, which message met which item, and the reward of each message.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any

import msgspec
import orjson
from rich.console import Console
from rich.table import Table

from pipeline.checklists.judgements import verdicts_of
from pipeline.checklists.source import checklists_of
from pipeline.engines.settings import EngineSettings
from pipeline.errors import PARTIAL, WHOLE, UserError
from pipeline.json_rows import FormError, called, json_rows, messages_of, said
from pipeline.storage import write_bytes
from schemas.base import Json, plain
from schemas.judgement import Judgement
from stages.derive_checklists.checker import score

SHOWN = 10
_NAMES = ("checklist", "id", "task_id")
_NUMBERED = re.compile(r"\d+")


def score_dialogues(
    source: Path, dialogues: Path, out: Path | None, console: Console, judge: EngineSettings | None = None
) -> int:
    """Scores, prints and writes; returns the exit code: 1 if dialogues were left out.

    With a judge, a language model is asked about the open items of dialogues that bear no verdicts.

    Raises:
        UserError: something cannot be read, or no dialogue has a checklist.
    """
    rows, problems = _read(dialogues)
    wanted = {name for _, names, _, _ in rows for name in names}
    known: dict[str, Json] = {}
    for _, checklist in checklists_of(source):
        for name in (checklist.get("id"), checklist.get("task_id")):
            if name in wanted:
                known.setdefault(name, checklist)
    found: list[tuple[str, Json, list[dict[str, Json]], dict[str, bool]]] = []
    for place, names, messages, verdicts in rows:
        checklist = next((known[name] for name in names if name in known), None)
        if checklist is None:
            problems.append(f"{place}: {source} has no checklist for {' or '.join(names) or 'a row without an id'}")
            continue
        found.append((place, checklist, messages, verdicts))
    if not found:
        raise UserError(f"{dialogues}: has no dialogue with a checklist; the first: {problems[0]}")
    judgements = _judged(judge, found, (out or dialogues).parent) if judge else {}
    results: list[dict[str, Any]] = []
    for place, checklist, messages, verdicts in found:
        judgement = judgements.get(place)
        met = {item: each.met for item, each in judgement.items.items()} if judgement else verdicts
        result = {"checklist": checklist["id"], "place": place, **score(checklist, messages, met)}
        results.append({**result, "judgement": plain(judgement)} if judgement else result)
    if out is not None:
        write_bytes(out, b"".join(orjson.dumps(each) + b"\n" for each in results))
    _print(results, console)
    errors = Console(stderr=True)
    for line in problems[:SHOWN]:
        errors.print(f"writ: {line}", markup=False, highlight=False, soft_wrap=True)
    if problems:
        errors.print(f"writ: {len(problems)} dialogues were left out", markup=False, highlight=False)
    return PARTIAL if problems else WHOLE


def _judged(
    judge: EngineSettings, found: list[tuple[str, Json, list[dict[str, Json]], dict[str, bool]]], folder: Path
) -> dict[str, Judgement]:
    from pipeline.checklists.judging import Job, judged

    asked = {place: Job(checklist, messages) for place, checklist, messages, verdicts in found if not verdicts}
    if not asked:  # nothing is served, either
        return {}
    try:
        return dict(zip(asked, judged(judge, list(asked.values()), folder / "engines"), strict=True))
    except (KeyError, msgspec.ValidationError) as error:
        raise UserError(f"an item for the judge is badly formed ({error}); `writ lint` says which") from error


def _read(path: Path) -> tuple[list[tuple[str, list[str], list[dict[str, Json]], dict[str, bool]]], list[str]]:
    rows, problems = [], []
    for place, row in json_rows(path, "dialogues"):
        try:
            messages = messages_of(row)
            for message in messages:  # one that was cut off, even within a call, has a score
                said(message)
                called(message)
            verdicts = verdicts_of(row)
        except FormError as error:
            problems.append(f"{place}: {error}")
            continue
        names = [row[name] for name in _NAMES if isinstance(row.get(name), str)]
        rows.append((place, names, messages, verdicts))
    if not rows:
        raise UserError(f"{path}: has no dialogue in OpenAI form{f'; the first: {problems[0]}' if problems else ''}")
    return rows, problems


def _print(results: list[dict[str, Any]], console: Console) -> None:
    scores = [each["score"] for each in results if each["score"] is not None]
    mean = sum(scores) / len(scores) if scores else 0.0
    whole = sum(score == 1 for score in scores)
    missed = Counter(_NUMBERED.sub("*", name) for each in results for name in each["missed"])
    met = Counter(_NUMBERED.sub("*", name) for each in results for name in each["met"])
    console.print(
        f"{len(results):,} dialogues: {mean:.3f} of their checklists in the mean, {whole:,} meet all of it; "
        f"{sum(len(each['undecided']) for each in results):,} items wait for a judge",
        markup=False,
        highlight=False,
        soft_wrap=True,
    )
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("items")
    for name in ("met", "missed"):
        table.add_column(name, justify="right")
    for name in sorted({*met, *missed}, key=lambda name: (-missed[name], name)):
        table.add_row(name, f"{met[name]:,}", f"{missed[name]:,}")
    console.print(table)
