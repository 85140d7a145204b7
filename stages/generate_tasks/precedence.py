"""Precedence: which decisions of a task must come before which, found by executing them in other orders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from schemas.base import Json
from schemas.task import Request
from stages.generate_tasks.claims import arguments_from
from stages.generate_tasks.ground import Ground
from tool_specs.programs import run
from tool_specs.reading import ChangedReader
from tool_specs.sandbox import Sandbox


def after(sandbox: Sandbox, writes: Sequence[Request]) -> str:
    """Returns the state's digest after these writes, or "" if one of them fails."""
    fork = sandbox.fork()
    for request in writes:
        if fork.call(str(request.tool), request.arguments).error:
            return ""
    return fork.digest()


def precedence(
    ground: Ground, requests: Sequence[Request], goal: str, facts: Mapping[str, Json]
) -> tuple[tuple[int, int], ...]:
    """Returns the pairs whose order matters.

    With the later one first, the goal is missed, or the earlier one's answer is another.
    """
    numbers = [n for n, request in enumerate(requests) if request.kind == "write"]
    pairs: list[tuple[int, int]] = []
    for position, first in enumerate(numbers):
        for second in numbers[position + 1 :]:
            order = [n for n in numbers if n != second]
            order.insert(order.index(first), second)
            missed = after(ground.sandbox, [requests[n] for n in order]) != goal
            if missed or _changes_answer(ground, [requests[second]], requests[first], facts):
                pairs.append((first, second))
    return tuple(pairs)


def disturbed(ground: Ground, earlier: Sequence[Request], request: Request, facts: Mapping[str, Json]) -> bool:
    """Returns whether a decision has another answer once the earlier ones are done, one of them or all."""
    return any(_changes_answer(ground, done, request, facts) for done in (earlier, *([each] for each in earlier)))


def _changes_answer(ground: Ground, done: Sequence[Request], other: Request, facts: Mapping[str, Json]) -> bool:
    fork = ground.sandbox.fork()
    for request in done:
        fork.call(str(request.tool), request.arguments)
    changed = frozenset((table, row) for table, rows in fork.diff().items() for row in rows)
    selection = run(other.programs, facts, ChangedReader(ground.reader, fork, changed))
    return (
        arguments_from(other.sources, other.programs, facts, selection, ground.follows(other.tool)) != other.arguments
    )
