"""The result for people: a table in the terminal, and the grid of pass rates as a picture."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from pipeline.evaluate.rates import PassRates
from pipeline.evaluate.tries import Try
from pipeline.grid import Tile, tiles_svg

_MOST_REASONS = 12


def show(rates: PassRates, tries: Sequence[Try], console: Console) -> None:
    """Prints pass^1..k per cell, and why tries failed."""
    table = Table("decisions", "burden", "tasks", *(f"pass^{k}" for k in range(1, rates.k + 1)), box=None)
    for cell in rates.cells:
        table.add_row(str(cell[0]), str(cell[1]), str(rates.tasks(cell)), *map(_percent, rates.of(cell)))
    table.add_row("all", "", str(rates.tasks()), *map(_percent, rates.of()), style="bold")
    console.print(table)
    failed = Counter((each.why, each.valid) for each in tries if not each.passed)
    if failed:
        reasons = Table("not passed because of", "tries", "counts", box=None)
        for (why, valid), count in failed.most_common(_MOST_REASONS):
            reasons.add_row(why, str(count), "yes" if valid else "no: not the model's fault")
        console.print()
        console.print(reasons)


def picture(rates: PassRates, name: str) -> str:
    """Draws pass^1 per cell, and pass^k below it."""
    tiles = {}
    for cell in rates.cells:
        found = rates.of(cell)
        if found[0] is not None:
            last = found[-1] if rates.k > 1 else None
            below = f"^{rates.k} {_percent(last)}" if last is not None else ""
            tiles[cell] = Tile(_percent(found[0]), below, found[0])
    return tiles_svg(tiles, f"pass^1 of {name}", "evidence burden: reads that one decision needs")


def _percent(value: float | None) -> str:
    return "" if value is None else f"{value:.0%}"
