"""What an agent says when a description fits nothing, or fits several: what there is instead, and which there are.

unlike(...) -> "I see no blue desk lamp in order #W1. What I do see is the red desk lamp."
alike(...)  -> "Two of them fit that: the desk lamp (red) in order #W1, and the desk lamp (white) in order #W2."
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from msgspec import structs

from schemas.base import Json
from schemas.program import Filter, Program
from tool_specs.lexicon import Lexicon
from tool_specs.phrasing.columns import column_words, fill_value, value_texts
from tool_specs.phrasing.english import listed, number, sentence
from tool_specs.phrasing.labels import agent_text, labels
from tool_specs.phrasing.meaning import Level, meaning
from tool_specs.phrasing.outcomes import Outcome, counted
from tool_specs.programs import MISSING, BindingRow, ReadAsk, ReadKey, Selection, column, run

_MOST_NAMED = 5
_UNLIKE = (
    "There is none like that. What I do see is {names}.",
    "That doesn't match what I have here: I see {names}.",
    "I can't find one like that; there is only {names}.",
    "Hm, it isn't quite as you say. What I find is {names}.",
    "I looked, but nothing is like that. What's there is {names}.",
    "That's not what the system shows. I see {names}.",
)
_ELSEWHERE = (
    "In {where} I don't see that. What's in it is {names}.",
    "{where} doesn't hold that: there I find {names}.",
    "I opened {where}, and that isn't in it. It has {names}.",
    "That's not in {where}, which has {names}.",
)
_ALIKE = (
    "{count} of them fit that: {names}.",
    "That could be one of {count}: {names}.",
    "I find {count} like that: {names}.",
    "There are {count} that it fits: {names}.",
    "I see {count} of those: {names}.",
)


def alike(
    words: Lexicon, programs: Sequence[Program], place: int, selection: Selection, rng: random.Random, told: str | None
) -> str:
    """Names the rows that a description fits equally well; "" where they cannot be told apart by name."""
    got = _outcome(words, programs, place, selection, rng, told)
    names = _names(got, list(selection.picked[place])) if got is not None else []
    if not 2 <= len(names) <= _MOST_NAMED:
        return ""
    return sentence(rng.choice(_ALIKE).format(count=number(len(names)), names=listed(names)))


def unlike(
    words: Lexicon,
    programs: Sequence[Program],
    place: int,
    rng: random.Random,
    told: str | None,
    reads: Mapping[ReadKey, Any],
    facts: Mapping[str, Json],
) -> str:
    """Names what there is where nothing is as described; "" where nothing is near enough to be named."""

    def read(ask: ReadAsk) -> Any:
        return reads.get(ask.key, MISSING)

    for looser, wrong in _looser(programs[place]):
        wider = [*programs[:place], looser]
        selection = run(wider, facts, read)
        got = _outcome(words, wider, place, selection, rng, told)
        names = _names(got, list(selection.picked[place]), wrong) if got is not None else []
        if got is None or not 1 <= len(names) <= _MOST_NAMED:
            continue
        if wrong is not None:
            return sentence(rng.choice(_UNLIKE).format(names=listed(names)))
        where = _where(got, selection.picked[place][0])
        if not where and wrong is None and len(programs[place].where) == 1:
            return sentence(rng.choice(_UNLIKE).format(names=listed(names)))
        if where:
            bare = [name.removesuffix(f" in {where}") for name in names]
            return sentence(rng.choice(_ELSEWHERE).format(where=where, names=listed(bare)))
    return ""


def _looser(program: Program) -> Iterator[tuple[Program, Filter | None]]:
    """Yields a selection without one of its filters (and that filter), the last first, and then without any."""
    where = program.where
    for left_out in range(len(where) - 1, 0, -1):
        yield structs.replace(program, where=(*where[:left_out], *where[left_out + 1 :]), pick="all"), where[left_out]
    yield structs.replace(program, where=(), pick="all"), None


def _outcome(
    words: Lexicon,
    programs: Sequence[Program],
    place: int,
    selection: Selection,
    rng: random.Random,
    told: str | None,
) -> Outcome | None:
    sense = meaning(words, programs, place, told)
    found = place < len(selection.picked) and selection.picked[place]
    return Outcome(words, programs, sense, selection, rng) if sense is not None and found else None


def _names(got: Outcome, rows: Sequence[BindingRow], wrong: Filter | None = None) -> list[str]:
    """Names rows by what they are, with what differs (or is otherwise than told), and by what they are in."""
    inner = _inner(got)
    plain = labels(got.words, [got.seen(row, inner) for row in rows])
    found: dict[str, None] = {}
    for row, name in zip(rows, plain, strict=True):
        known = _known_by(got, inner, row) if got.is_name(inner) else ""
        if wrong is not None and wrong.column[0] == inner.name and not name.endswith(")"):
            said = _otherwise(got, row, wrong)
            known = known if not said or said in f"{name} {known}" else ", ".join(filter(None, (known, said)))
        name = f"{name} ({known})" if known and not name.endswith(")") else name
        name = name if got.is_name(inner) else f"the {name}"
        where = _where(got, row)
        if where and wrong is not None and wrong.column[0] != inner.name:  # it is what holds the row that is otherwise
            said = _otherwise(got, row, wrong)
            where = f"{where} ({said})" if said else where
        found[f"{name} in {where}" if where else name] = None
    return list(found)


def _otherwise(got: Outcome, row: BindingRow, wrong: Filter) -> str:
    """Returns what a row has where something else was told: "pending", "$80.12", "2 checked bags"."""
    words, value = column_words(got.words, got.id(wrong.column)), column(row, wrong.column)
    said = agent_text(words, got.id(wrong.column), value)
    return said if words is None or words.kind != "number" else counted(words, said)


def _known_by(got: Outcome, level: Level, row: BindingRow) -> str:
    """Returns what people know a row by that is named by its id: "from SEA, to JFK"."""
    found = []
    for detail in level.words.details:
        words, path = column_words(got.words, detail), detail.removeprefix(f"{level.id}.")
        value = column(row, (level.name, *(int(part) if part.isdigit() else part for part in path.split("."))))
        if words is None or value is MISSING or path == detail:
            continue
        said, template = value_texts(words, value)
        text = fill_value(said[0], value, detail, words) if template and said else agent_text(words, detail, value)
        found.append(text)
    return ", ".join(text for text in found if text)


def _inner(got: Outcome) -> Level:
    return max(got.levels, key=lambda level: level.place)


def _where(got: Outcome, row: BindingRow) -> str:
    """Returns the name of what contains a row: `order #W1`."""
    inner = _inner(got)
    outer = [level for level in got.levels if level.place < inner.place and level.own == inner.own]
    named = [level for level in outer if got.is_name(level) and isinstance(row.get(level.name), dict)]
    return got.name(got.seen(row, named[-1])) if named else ""
