"""Donors: other rows of the same table, whose parts a row could have instead of its own.

They are ranked by what a program would make of them, so that the first try mostly gives a witness. What can be grafted
at all is learnt from samples of the world: all of it is a function of the world alone, never of what was tried for
earlier tasks, because then the outcome would depend on how tasks are spread over workers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from schemas.base import Json, Path, canonical
from schemas.program import Program
from schemas.task import Edit
from schemas.world import Row, Tables
from stages.generate_tasks.ground import Ground
from stages.generate_tasks.shapes import Shape, at, local_rows, replaced
from tool_specs.programs import MISSING, BindingRow, ReadAsk, rank, run

TRIED = 4
"""Donors tried for one read, of the best and of the losing ones."""
RANKED = 120
"""Donor rows ranked for one way of looking at them."""
RANKED_JOINED = 60
"""The same when ranking them needs further reads."""
SAMPLED = 24
"""Grafts tried to learn which keys of a row can be replaced at all."""


class Donors:
    """The donors of one ground, for requests with these facts."""

    def __init__(self, ground: Ground, facts: Mapping[str, Json]) -> None:
        self._ground = ground
        self._facts = facts

    def key_sets(self, ask: ReadAsk, shape: Shape) -> list[list[str]]:
        """Returns sets of keys to graft, by how often samples of them are sound: what is looked at, all but ids, ...

        A function of the world alone: what was tried for earlier tasks must not matter, or workers would differ.
        """
        if self._ground.earlier is not None:
            return Donors(self._ground.earlier, self._facts).key_sets(ask, shape)
        memo = f"key sets:{ask.tool}:{shape.keys}"
        if memo not in self._ground.pools:
            donors = self._ground.donors(ask.tool)
            tables = self._ground.sandbox.world.tables
            # Not every row has every key: a return has items to give back.
            sample = {key: value for _, donor in donors for key, value in donor.items()}
            free = sorted(key for key, value in sample.items() if not _is_id(value, tables))
            sets = [shape.keys, free, *([key for key in free if key != left_out] for left_out in free)]
            unique = [
                keys for number, keys in enumerate(sets) if set(keys) & set(shape.keys) and keys not in sets[:number]
            ]
            scored = [(self.sound(ask.tool, keys), keys) for keys in unique]
            self._ground.pools[memo] = [keys for score, keys in sorted(scored, key=lambda pair: -pair[0]) if score]
        found: list[list[str]] = self._ground.pools[memo]
        return found

    def sound(self, tool: str, keys: Sequence[str]) -> int:
        """Counts the sample rows that stay sound when these keys are grafted onto them."""
        donors = self._ground.donors(tool)
        table = self._ground.tables_of_tools[tool]
        step = max(1, len(donors) // SAMPLED)
        pairs = zip(donors[::step], donors[step // 2 + 1 :: step], strict=False)
        return sum(edited(self._ground, (table, row), parts(donor, keys)) is not None for (row, _), (_, donor) in pairs)

    def best(self, ask: ReadAsk, shape: Shape) -> list[dict[str, Json]]:
        """Returns donors, those first from which the program would pick the best row."""
        own = {str(value) for value in ask.arguments.values()}
        return [value for donor, value in self._ranked(ask, shape)[0] if donor not in own]

    def _ranked(
        self, ask: ReadAsk, shape: Shape
    ) -> tuple[list[tuple[str, dict[str, Json]]], list[tuple[str, dict[str, Json]]]]:
        signature = canonical(
            [
                ask.tool,
                [[list(shape.path(f.column)), f.op, f.value] for f in shape.filters],
                [[list(shape.path(k.column)), k.descending] for k in shape.order],
                None if shape.rest is None else [[list(f.column), f.op, f.value] for f in shape.rest.where],
                None if shape.rest is None else [[list(k.column), k.descending] for k in shape.rest.order],
            ]
        ).decode()
        return self._ground.remember("ranked", signature, lambda: self._rank(ask.tool, shape))

    def losers(self, ask: ReadAsk, shape: Shape) -> list[dict[str, Json]]:
        """Returns donors from which the program would pick nothing, or the worst."""
        losers = self._ranked(ask, shape)[1]
        own = {str(value) for value in ask.arguments.values()}
        return [value for donor, value in losers if donor not in own][:TRIED]

    def _rank(
        self, tool: str, shape: Shape
    ) -> tuple[list[tuple[str, dict[str, Json]]], list[tuple[str, dict[str, Json]]]]:
        """Ranks donor rows by the row that the program would pick from them: the best, and those that lose."""
        donors = self._candidates(tool, shape)
        limit = RANKED if shape.rest is None else RANKED_JOINED
        donors = donors[:: max(1, len(donors) // limit)]
        local = Program(steps=shape.steps, where=shape.filters, order=() if shape.rest else shape.order, pick="all")
        best: list[BindingRow] = []
        some = self._ground.donors(tool)[:: max(1, len(self._ground.donors(tool)) // 16)]
        lacking = [pair for pair in some if not local_rows(local, shape.call.name, pair[1])]
        for number, (donor, value) in enumerate(donors):
            rows = local_rows(local, shape.call.name, value)
            if rows and shape.rest is not None:
                rows = list(run([shape.rest], self._facts, self._ground.reader, seeds=rows).picked[0])
            if rows:
                best.append({**rows[0], "#donor": (donor, number)})
        order = shape.rest.order if shape.rest is not None else shape.order
        ranked = rank(Program(steps=(), order=order), best) if order else best
        in_order = [(row["#donor"][0], donors[row["#donor"][1]][1]) for row in ranked]
        return in_order[: 4 * TRIED], (lacking[:2] + in_order[: -TRIED - 1 : -1] + lacking[2:])

    def _candidates(self, tool: str, shape: Shape) -> list[tuple[str, dict[str, Json]]]:
        """Returns the donors that can pass the rarest of the program's filters on text."""
        best = self._ground.donors(tool)
        for rule in shape.filters:
            if rule.op == "eq" and rule.other is None and isinstance(rule.value, str):
                having = self._ground.donors_having(tool, shape.path(rule.column)).get(rule.value, [])
                if len(having) < len(best):
                    best = having
        return best


def edited(ground: Ground, row_id: tuple[str, str], values: Mapping[Path, Json]) -> tuple[Row, Edit] | None:
    """Returns a row with other values and settled, with the edit; None if it is the same or not sound."""
    domain = ground.sandbox.domain
    row = ground.sandbox.world.tables[row_id[0]][row_id[1]]
    new_row = row
    for path, new in values.items():
        if at(new_row, path[:-1]) is MISSING:
            return None
        new_row = replaced(new_row, path, new)
    changed = domain.settle(row_id[0], new_row)
    if changed == row or not domain.check_row(ground.sandbox.state, row_id[0], row_id[1], changed):
        return None
    settled = tuple(((key,), changed[key]) for key in sorted(changed) if changed[key] != new_row.get(key))
    return changed, Edit(table=row_id[0], key=row_id[1], values=(*values.items(), *settled))


def _is_id(value: Json, tables: Tables) -> bool:
    return isinstance(value, (str, int)) and any(str(value) in rows for rows in tables.values())


def parts(donor: dict[str, Json], keys: Sequence[str]) -> dict[Path, Json]:
    """Returns the values to graft."""
    return {(key,): donor[key] for key in keys if key in donor}
