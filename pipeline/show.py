"""A kept dialogue in a terminal: who says what, calls folded to a line, and beside it the proof in words.

writ show outputs/quickstart                 # a few ids, one of each kind
writ show outputs/quickstart dialogue-1c2d   # the beginning of an id is enough
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from pipeline.kept_tables import kept_tables
from pipeline.proof_words import (
    argument_lines,
    burden_line,
    call_text,
    criterion,
    goal,
    mistake_lines,
    read_reasons,
    value_text,
)
from pipeline.run_folder import RunFolder
from schemas.base import Json
from schemas.dialogue import Message
from schemas.task import Request, Task
from schemas.verdict import Judged

PER_KIND = 3
"""Dialogues listed per kind."""
RESULT = 100
"""Characters of a result that are shown."""
_LISTED = ["id", "kind", "num_writes", "burden", "num_turns", "num_tool_calls", "behavior"]


def show(run: Path, dialogue_id: str | None, console: Console) -> None:
    """Shows one dialogue, or lists a few of each kind.

    Raises:
        StorageError: this is no folder of a run, or no dialogue or several have such an id.
    """
    if dialogue_id is None:
        _list(run, console)
        return
    judged = RunFolder(run).judged(dialogue_id)
    _head(judged, console)
    _messages(judged, console)
    _proof(judged.dialogue.scenario.task, console)
    passed = ", ".join(verdict.check for verdict in judged.verdicts if verdict.passed)
    console.print(Rule("checks", style="dim"))
    console.print(f"passed: {passed}", markup=False)


def _list(run: Path, console: Console) -> None:
    shown: dict[str, list[dict[str, Any]]] = {}
    for table in kept_tables(run, _LISTED):
        for row in table.to_pylist():
            found = shown.setdefault(row["kind"], [])
            if len(found) < PER_KIND:
                found.append(row)
    view = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("id", "kind", "cell", "turns", "calls", "behaviour"):
        view.add_column(name, justify="right" if name in ("turns", "calls") else "left", no_wrap=name != "behaviour")
    for kind in sorted(shown):
        for row in shown[kind]:
            cell = f"{row['num_writes']}x{row['burden']}"
            manner = escape(row["behavior"].replace("+", ", "))
            view.add_row(row["id"], row["kind"], cell, str(row["num_turns"]), str(row["num_tool_calls"]), manner)
    console.print(view)
    first = next((rows[0]["id"] for rows in shown.values()), "ID")
    console.print(f"\nwrit show {run} {first[:20]}", style="dim", markup=False, highlight=False, soft_wrap=True)


def _head(judged: Judged, console: Console) -> None:
    task, behavior = judged.dialogue.scenario.task, judged.dialogue.scenario.behavior
    console.print(Rule(judged.dialogue.id))
    manner = ", ".join((behavior.disclosure, behavior.register, *behavior.traits)).replace("_", " ")
    cell = f"{task.num_writes} decision{'s' if task.num_writes != 1 else ''}, burden {task.burden}"
    console.print(f"{task.domain}, {task.kind.replace('_', ' ')}, {cell}, {task.split}", markup=False)
    console.print(f"the user: {manner}", markup=False)
    if task.text:
        console.print(Text("the task: " + task.text, style="italic"))
    console.print()


def _messages(judged: Judged, console: Console) -> None:
    whole = judged.dialogue.whole
    results = {m.tool_call_id: m for m in whole if m.role == "tool"}
    for message in whole:
        if message.role == "user":
            _speech(console, "user", "bold cyan", message.content)
        elif message.role == "assistant":
            if message.content:
                _speech(console, "agent", "bold green", message.content)
            for call in message.tool_calls:
                line = Text(call_text(call.name, call.arguments), style="yellow")
                line.append(" → " + fold(results.get(call.id)), style="dim")
                _speech(console, "call", "yellow", line)


def _speech(console: Console, who: str, style: str, what: str | Text) -> None:
    grid = Table.grid(padding=(0, 1))
    grid.add_column(width=6, justify="right")
    grid.add_column(overflow="fold")
    grid.add_row(Text(who, style=style), what if isinstance(what, Text) else Text(what))
    console.print(grid)


def fold(result: Message | None, limit: int = RESULT) -> str:
    """Returns a tool's result on one line: errors and scalars as they are, objects by their own scalars first."""
    if result is None:
        return "(no answer)"
    try:
        value = orjson.loads(result.content) if result.content[:1] in "{[" else result.content
    except orjson.JSONDecodeError:
        value = result.content
    if isinstance(value, list):
        text = f"{len(value)} entries"
    elif isinstance(value, dict):
        nested = {key: each for key, each in value.items() if isinstance(each, list | dict)}
        parts = [f"{key} {value_text(each, 30)}" for key, each in value.items() if key not in nested]
        # Lists and objects of rows are counted; an object that is one thing (an address) says nothing by its size.
        rows = {key: each for key, each in nested.items() if each and _is_rows(each)}
        parts += [f"{len(each)} {key.replace('_', ' ')}" for key, each in rows.items()]
        text = ", ".join(parts)
    else:
        text = str(value)
    text = " ".join(text.split())
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def _is_rows(value: list[Json] | dict[str, Json]) -> bool:
    return isinstance(value, list) or all(isinstance(each, dict) for each in value.values())


def _proof(task: Task, console: Console) -> None:
    console.print()
    for number, request in enumerate(task.requests, 1):
        which = f" {number} of {len(task.requests)}" if len(task.requests) > 1 else ""
        console.print(Rule(f"proof{which}", style="dim"))
        _request(task, request, console)
    if task.precedence:
        order = ", ".join(f"{first + 1} before {second + 1}" for first, second in task.precedence)
        console.print(f"order: {order}", markup=False)


def _request(task: Task, request: Request, console: Console) -> None:
    console.print(Text(goal(request), style="bold"))
    for line in argument_lines(task, request):
        console.print(Padding(Text(line), (0, 0, 0, 2)))
    for line in criterion(request):
        console.print(Padding(Text(line, style="dim"), (0, 0, 0, 2)))
    console.print(Text(burden_line(request.proof)))
    for read in read_reasons(request):
        console.print(Padding(Text(read.read, style="yellow"), (0, 0, 0, 2)))
        for reason in read.reasons:
            console.print(Padding(Text(reason), (0, 0, 0, 6)))
    mistakes = list(mistake_lines(request))
    if mistakes:
        console.print(Text("mistakes that would go through and give another outcome:"))
        for line in mistakes:
            console.print(Padding(Text(line), (0, 0, 0, 2)))
