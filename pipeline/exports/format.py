"""What a format of a trainer is: a name, a way to write examples, and what its trainer must be told.

    TRL = Format(name="trl", sink=..., per_message=False, told="SFTConfig(assistant_only_loss=True)", ...)

Each module beside this one has what is of its own kind; the list of all is `formats.FORMATS`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from stages.training_examples import Example


class Sink(Protocol):
    """A file under way: one split's examples."""

    def write(self, examples: Sequence[Example]) -> int:
        """Appends examples; returns how many were written: some may have no form of this kind."""
        ...

    def close(self) -> None:
        """Ends the file."""
        ...


@dataclass(frozen=True, kw_only=True)
class Format:
    """See the module's text.

    Attributes:
        suffix: of its files.
        sink: opens a file, for examples that are split by turns or whole dialogues.
        per_message: whether a message of a whole dialogue can say that the loss does not count it.
        told, told_split: what the trainer's own settings must say so that the loss counts the agent's messages; for
            whole dialogues, and split ones.
        columns: further columns of rows that its examples need (`Example.about`).
        whole: why examples are whole dialogues, so that no option may change them; "" where they need not be.
        beside: writes what belongs beside the files, given the splits that there are and whether they are split.
    """

    name: str
    suffix: str
    sink: Callable[[Path, bool], Sink]
    per_message: bool
    told: str
    told_split: str
    columns: Sequence[str] = ()
    whole: str = ""
    beside: Callable[[Path, Sequence[str]], None] = lambda folder, splits: None
