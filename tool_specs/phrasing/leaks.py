"""Leaks: what a text of a user gives away that only an agent's reads can show.

    leaks(task, "Cancel my order with the lamp, #W3113816.")  -> ["#W3113816"]

Not promised: to find values of fewer than four letters or digits; they stand in texts by chance.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from schemas.base import Json
from schemas.program import At, Call
from schemas.task import Task
from tool_specs.sayings import leaves


def leaks(task: Task, text: str) -> list[str]:
    """Returns the values in a text that its user cannot know: gold arguments and ids that only reads can give."""
    known = {leaf for entry in task.knowledge for leaf in _texts(entry.value)}
    secret: dict[str, None] = {}
    for request in task.requests:
        rules = [rule for program in request.programs for rule in (*program.where, *program.wishes)]
        known.update(leaf for rule in rules for leaf in _texts(rule.value))
        known.update(str(part) for program in request.programs for part in _path_names(program.steps))
        for name, source in request.sources.items():
            if source.provenance in ("read", "evidence"):
                secret.update(dict.fromkeys(_texts(request.arguments.get(name))))
        for read in request.proof.reachable:
            for value in read.arguments.values():
                secret.update(dict.fromkeys(_texts(value)))
    return [value for value in secret if value not in known and _stands(value, text)]


def _path_names(steps: Iterable[object]) -> Iterator[str | int]:
    for step in steps:
        if isinstance(step, Call):
            for operand in step.arguments.values():
                if isinstance(operand, At):
                    yield from operand.path[1:]


def _texts(value: Json) -> Iterator[str]:
    """Yields the scalars of a value as a text would say them."""
    for leaf in leaves(value):
        if isinstance(leaf, float):
            yield f"{leaf:.2f}"
        elif isinstance(leaf, (str, int)) and not isinstance(leaf, bool):
            yield str(leaf)


def _stands(value: str, text: str) -> bool:
    # Short values (`CO`, `3`) stand in any text by chance, and so do plain words in small letters.
    if len(value) < 4:
        return False
    if value.isalpha():
        return value in text and re.search(rf"\b{re.escape(value)}\b", text) is not None
    bare = value.removeprefix("#").lower()
    amount = value.endswith("0") and re.fullmatch(r"\d+\.\d\d", value)
    forms = {bare, f"{float(value):,.2f}", f"{float(value):g}"} if amount else {bare}
    plain = text.lower()
    return any(form in plain and re.search(rf"(?<![\w.]){re.escape(form)}(?!\w|\.\d)", plain) for form in forms)
