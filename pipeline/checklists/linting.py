"""`writ lint`: says what is badly formed in checklists, with file, line and item."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console

from pipeline.checklists.source import checklists_of
from pipeline.errors import BAD_INPUT, WHOLE
from stages.derive_checklists.lint import lint

SHOWN = 50
"""Problems that are told one by one."""


def lint_checklists(path: Path, console: Console) -> int:
    """Prints what is wrong; returns the exit code: 2 if anything is.

    Raises:
        UserError: there are no checklists to read.
    """
    errors = Console(stderr=True)
    checked = bad = problems = 0
    for place, checklist in checklists_of(path):
        checked += 1
        found = list(lint(checklist))
        bad += bool(found)
        for what in found:
            problems += 1
            if problems <= SHOWN:
                errors.print(f"writ: {place}: {what}", markup=False, highlight=False, soft_wrap=True)
    more = f" ({problems - SHOWN:,} more are not listed)" if problems > SHOWN else ""
    told = f"{problems:,} problems in {bad:,} of them{more}" if problems else "nothing is wrong with them"
    console.print(f"{checked:,} checklists: {told}", markup=False, highlight=False, soft_wrap=True)
    return BAD_INPUT if problems else WHOLE
