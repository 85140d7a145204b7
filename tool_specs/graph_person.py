"""What confirming a graph has found out by walking the reads of one person, and which of those values belong together.

An order, that order's own item and that item's own product fill a write's parameters better than three values that
happen to have the right types. How much a value has to do with those chosen already is counted over the strings that
stand in their rows and in the reads that gave them: ``options`` picks by it.

    person.options("get_reader.loans.*", [card]) -> (every loan that is not chosen yet, those nearest to the card)
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from schemas.base import Json

Words = frozenset[str]


@dataclass(frozen=True, slots=True)
class Found:
    """A value, the read that it came from, and the strings beside it in its row."""

    value: Json
    read: int
    row: Words


@dataclass(frozen=True, slots=True)
class Read:
    """A read that was made: the strings in its arguments, and those in its arguments and result."""

    arguments: Words
    touched: Words


@dataclass
class Person:
    """What was found while walking the reads of one person.

    Attributes:
        facts: what the person knows, by semantic type.
        reads: the reads that gave something, in order.
        values: the values at each column, and `known` the same as text.
        made: tool -> arguments called with -> whether that gave something.
        queued: tool -> calls of several arguments that were thought of.
        used: text -> the reads made with it.
        count: text -> how many reads touched it.
        early: edges with values that wait until other arguments of their reads have some too; None: no more waiting.
        related: (column, values chosen) -> the column's other values, and those of them most related to the chosen.
    """

    facts: dict[str, list[Json]]
    reads: list[Read] = field(default_factory=list)
    values: dict[str, list[Found]] = field(default_factory=lambda: defaultdict(list))
    known: dict[str, set[bytes]] = field(default_factory=lambda: defaultdict(set))
    made: dict[str, dict[bytes, bool]] = field(default_factory=lambda: defaultdict(dict))
    queued: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    used: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    count: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    early: list[tuple[int, Found]] | None = field(default_factory=list)
    related: dict[tuple[str, tuple[int, ...]], tuple[list[Found], list[Found]]] = field(default_factory=dict)

    def options(self, column: str, chosen: Sequence[Found]) -> tuple[list[Found], list[Found]]:
        """Returns a column's values that are not chosen yet, and those of them most related to the chosen ones."""
        key = column, tuple(id(found) for found in chosen)
        if key not in self.related:
            taken = {str(found.value) for found in chosen}
            options = self.values[column]
            options = [option for option in options if str(option.value) not in taken] or options
            kinship = self.kinship(options, self.near(chosen)) if len(options) > 1 else [1.0]
            best = 0.9 * max(kinship)
            self.related[key] = options, [option for option, kin in zip(options, kinship, strict=True) if kin >= best]
        return self.related[key]

    def near(self, chosen: Sequence[Found]) -> dict[str, float]:
        """Returns the strings that values have to do with, the nearest with the greatest weight."""
        near: dict[str, float] = {}
        for found in chosen:
            for read in self.used.get(str(found.value), ()):
                near.update(dict.fromkeys(self.reads[read].touched, 0.25))
        for found in chosen:
            near.update(dict.fromkeys(self.reads[found.read].arguments, 0.5))
        for found in chosen:
            near.update(dict.fromkeys((*found.row, str(found.value)), 1.0))
        return near

    def kinship(self, options: Sequence[Found], near: Mapping[str, float]) -> list[float]:
        """Returns how much each value has to do with what is near; strings that are everywhere weigh little."""
        weights = {text: closeness / self.count[text] for text, closeness in near.items() if text in self.count}
        texts, weigh = weights.keys(), weights.__getitem__
        # Many values come from few reads, and what a read touched is far more than a row: each is weighed once.
        reads: dict[int, float] = {}

        def weighed(read: int) -> float:
            if read not in reads:
                reads[read] = math.fsum(map(weigh, texts & self.reads[read].touched))
            return reads[read]

        found = []
        for option in options:
            own = str(option.value)
            beside = [weights[text] for text in option.row if text in weights]
            if own in weights and own not in option.row:
                beside.append(weights[own])
            # fsum: the order in which a set gives its strings must not decide between equals.
            kin = 2.0 * math.fsum(beside) + weighed(option.read)
            for read in self.used.get(own, ()):
                kin += weighed(read)
            found.append(kin)
        return found
