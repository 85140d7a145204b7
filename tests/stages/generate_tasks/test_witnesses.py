"""Every stored witness is executed again: the changed world is sound, the named reads differ, the answer is another."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from schemas.base import Json
from schemas.task import Clause, Edit, Request, Task
from schemas.world import Row
from stages.base import Services
from stages.generate_tasks.claims import arguments_from
from tool_specs.programs import MISSING, ReadAsk, run
from tool_specs.sandbox import Sandbox


def witnessed(tasks: list[Task]) -> Iterator[tuple[Task, Request, Clause]]:
    for task in tasks:
        for request in task.requests:
            for clause in request.proof.clauses:
                if clause.witness is not None:
                    yield task, request, clause


def test_read_heavy_proofs_rest_on_witnesses(tasks: list[Task]) -> None:
    heavy = [task for task in tasks if task.kind == "read_heavy" and task.burden > 3]
    assert len({task.id for task, _, _ in witnessed(heavy)}) == len(heavy)


def test_changed_worlds_are_sound(tasks: list[Task], services: Services) -> None:
    sandbox = services.sandboxes["retail"]
    for _, _, clause in witnessed(tasks):
        assert clause.witness is not None
        for edit in clause.witness.edits:
            row = edited(sandbox, edit)
            assert row != sandbox.world.tables[edit.table][edit.key]
            assert sandbox.domain.check_row(sandbox.state, edit.table, edit.key, row)


def test_the_answer_is_another_and_only_the_named_reads_show_it(tasks: list[Task], services: Services) -> None:
    sandbox = services.sandboxes["retail"]
    for task, request, clause in witnessed(tasks):
        assert clause.witness is not None
        changed = sandbox.with_rows(rows_of(sandbox, clause.witness.edits))
        facts = {entry.name: entry.value for entry in task.knowledge}
        answer = arguments_from(
            request.sources, request.programs, facts, run(request.programs, facts, reading(changed))
        )
        stated = dict(clause.witness.answer)
        feasible = stated.pop("#feasible", None)
        if request.kind != "refuse":  # a refusal's proof is about what the broken rule looks at
            assert answer == stated
        if feasible is None:
            assert answer != request.arguments
        for number, read in enumerate(request.proof.reachable):
            before = sandbox.fork().call(read.tool, read.arguments).content
            after = changed.fork().call(read.tool, read.arguments).content
            assert (before != after) == (number in clause.reads)


def reading(sandbox: Sandbox) -> Any:
    """Answers reads from a state."""

    def read(ask: ReadAsk) -> Json:
        result = sandbox.call(ask.tool, ask.arguments)
        return MISSING if result.error else result.value

    return read


def rows_of(sandbox: Sandbox, edits: tuple[Edit, ...]) -> dict[str, dict[str, Row | None]]:
    """The changed rows of a witness."""
    tables: dict[str, dict[str, Row | None]] = {}
    for edit in edits:
        tables.setdefault(edit.table, {})[edit.key] = edited(sandbox, edit)
    return tables


def edited(sandbox: Sandbox, edit: Edit) -> Row:
    """A row with an edit's values put in."""
    row: Any = sandbox.world.tables[edit.table][edit.key]
    for path, value in edit.values:
        # Only a whole part of a row may be new to it.
        row = {**row, path[0]: value} if len(path) == 1 else replaced(row, list(path), value)
    result: Row = row
    return result


def replaced(value: Any, path: list[str | int], new: Json) -> Any:
    if not path:
        return new
    copy = list(value) if isinstance(value, list) else dict(value)
    copy[path[0]] = replaced(value[path[0]], path[1:], new)
    return copy
