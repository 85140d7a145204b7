"""What `writ check` prints: a domain's problems, what can be made of it, and what is missing for more."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from schemas.world import World
from stages.generate_tasks.ground import Ground
from stages.generate_tasks.prospects import Prospects, prospects
from tool_specs.check import Problem
from tool_specs.domain import Domain
from tool_specs.plain_words import worded
from tool_specs.sandbox import Sandbox


def show_check(domain: Domain, world: World, problems: Sequence[Problem], console: Console) -> None:
    """Prints a domain's problems and, where none of them stands in the way, its prospects."""
    effects = [tool.spec.effect for tool in domain.tools.values()]
    counted = ", ".join(f"{effects.count(each)} {each}" for each in ("read", "write", "generic") if each in effects)
    _line(console, f"{domain.name}: {len(effects)} tools ({counted}), {world.origin}")
    for problem in problems:
        _line(console, f"{domain.name}: {problem}")
    if any(problem.kind in ("reference", "effect", "generator") for problem in problems):
        _line(console, "What can be made of it shows when these are solved.")
    else:
        show_prospects(Sandbox(worded(domain, world), world), console)
    console.print(
        f"{domain.name}: {len(problems)} problems in {len(domain.tools)} tools", markup=False, highlight=False
    )


def show_prospects(sandbox: Sandbox, console: Console) -> None:
    """Prints what can be made of a domain, and what is missing for more."""
    found = prospects(Ground.of(sandbox))
    writes = _table("write", "can be made", "its object is", "reads to find it")
    for each in found.writes:
        can = Text("yes", style="green") if each.ways else Text("no", style="red")
        writes.add_row(each.tool, can, "\n".join(each.told), ranges(each.burdens))
    console.print(writes)
    for each in found.writes:
        for what in each.missing:
            _line(console, f"  {each.tool}: {what}")
    rows = _table("row", "is", "told by", "ordered by", "questions", "never said")
    for row in found.rows:
        whose = f"{row.noun}, the user's" if row.owned else row.noun
        columns = (", ".join(each) for each in (row.filters, row.orders, row.unsaid))
        told, ordered, unsaid = columns
        rows.add_row(row.id, whose, told, ordered, str(row.questions), unsaid)
    console.print(rows)
    for line in _summary(found):
        _line(console, line)


def _line(console: Console, text: str) -> None:
    console.print(text, markup=False, highlight=False, soft_wrap=True)


def _summary(found: Prospects) -> list[str]:
    made = [each.tool for each in found.writes if each.ways]
    asked = sum(row.questions for row in found.rows)
    lines = [f"tasks that write: {len(made)} of {len(found.writes)} writes"]
    if found.burdens:
        lines[0] += f"; burdens about {ranges(found.burdens)}, more where a comparison reads further"
    lines.append(f"tasks that ask: {asked} questions")
    if found.idle_guards:
        lines.append(f"guards that no sampled call broke: {', '.join(found.idle_guards)}; no refusal rests on them")
    return lines


def ranges(numbers: Sequence[int]) -> str:
    """Returns numbers as ranges: `2-5, 9`."""
    parts: list[list[int]] = []
    for number in numbers:
        if parts and number == parts[-1][-1] + 1:
            parts[-1].append(number)
        else:
            parts.append([number])
    return ", ".join(f"{part[0]}-{part[-1]}" if len(part) > 1 else str(part[0]) for part in parts)


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for number, column in enumerate(columns):
        table.add_column(column, overflow="fold", no_wrap=number == 0)
    return table
