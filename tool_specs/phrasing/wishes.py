"""Wishes and what will do instead: "... If there is no such version, I will take the cheapest one", after a wish.

A program with wishes is told as if the first one were a filter (`spoken`); what follows if there is no such row comes
in a sentence of its own (`otherwise`). The agent says what came of the wishes (`granted`) before it names the winner.
"""

from __future__ import annotations

import random
from collections.abc import Sequence

from msgspec import UNSET
from msgspec.structs import replace

from schemas.program import Filter, OrderKey, Program
from schemas.task import Request
from tool_specs.lexicon import Lexicon, RowWords, Texts
from tool_specs.phrasing.columns import column_words, fill_value, value_texts
from tool_specs.phrasing.english import agree, article, sentence
from tool_specs.phrasing.meaning import column_name, level_of
from tool_specs.programs import Selection, preferred, rank
from tool_specs.remember import remembered

OTHERWISE: Texts = (
    "If there's no such {noun}, I'll take the {rest} of any kind.",
    "If there's no {noun} like that, the {rest} of any kind will do.",
    "If you can't find {a_noun} like that, make it the {rest} of any kind.",
    "Should there be no such {noun}, then just the {rest} there is.",
    "If there isn't {a_noun} like that, go for the {rest}, whatever kind it is.",
    "If no {noun} is like that, then just the {rest}.",
    "In case there is no such {noun}, I mean the {rest} of any kind.",
)
NEXT: Texts = (
    "If there's no such {noun}, I'll take {next}, and if there isn't one of those either, the {rest} of any kind.",
    "If there's no {noun} like that, {next} will do; failing that too, the {rest} of any kind.",
    "If you can't find {a_noun} like that, make it {next}, and if that fails as well, the {rest} there is.",
)
_NONE: Texts = (
    "There's no {wish}, so it comes down to all the {rows}.",
    "I don't see {a_wish}, so it's between all the {rows}.",
    "I found no {wish}, so I went by your second choice and took any {row}.",
    "There isn't {a_wish} among them, so all the {rows} count.",
    "No {wish} there, so any {row} will have to do.",
)
_NEITHER: Texts = (
    "There's no {wish} and no {next} either, so it comes down to all the {rows}.",
    "I found no {wish}, nor {a_next}, so any {row} will have to do.",
    "I see neither {a_wish} nor {a_next}, so all the {rows} count.",
)
_SECOND: Texts = (
    "There's no {wish}, but there is {a_next}.",
    "I found no {wish}; there is {a_next}, though.",
    "I don't see {a_wish}, so I went on to your next choice, {a_next}.",
)


@remembered(1)
def spoken(request: Request) -> Request:
    """Returns a request whose first wishes are filters: as the first half of the words says it."""
    if not any(program.wishes for program in request.programs):
        return request
    told = [
        replace(program, where=(*program.where, program.wishes[0]), prefer=UNSET) if program.wishes else program
        for program in request.programs
    ]
    return replace(request, programs=tuple(told))


def sayable(words: Lexicon, programs: Sequence[Program], number: int) -> bool:
    """Whether there are words for the wishes of a program: one or two, ranked by what the row itself has."""
    program = programs[number]
    if program.pick != "first" or not 1 <= len(program.wishes) <= 2 or len(program.order) != 1:
        return False
    row = _row(words, programs, number)
    return (
        row is not None
        and bool(_tops(words, programs, number))
        and all(_texts(words, programs, number, wish) for wish in program.wishes)
    )


def otherwise(words: Lexicon, programs: Sequence[Program], number: int, rng: random.Random) -> str:
    """Says what will do where nothing is as wished."""
    row = _row(words, programs, number)
    tops = _tops(words, programs, number)
    if row is None or not tops:
        return ""
    top, noun, wishes = rng.choice(tops), row.singular, programs[number].wishes
    slots = {"noun": noun, "a_noun": _a(noun), "rest": _rest(words, programs, number, top, noun, rng)}
    if len(wishes) == 1:
        return sentence(rng.choice(OTHERWISE).format(**slots))
    other = f"the {_wished(words, programs, number, wishes[1], noun, rng, top=rng.choice(tops))}"
    return sentence(rng.choice(NEXT).format(**slots, next=other))


def granted(words: Lexicon, programs: Sequence[Program], number: int, selection: Selection, rng: random.Random) -> str:
    """Says, in the agent's voice, that there is nothing as wished; "" where there is."""
    program, row = programs[number], _row(words, programs, number)
    wish, _ = preferred(program, rank(program, selection.candidates[number]))
    if row is None or wish == program.wishes[0]:
        return ""
    first, *others = (_wished(words, programs, number, each, row.singular, rng) for each in program.wishes)
    slots = {"wish": first, "a_wish": _a(first), "row": row.singular, "rows": row.plural}
    if others:
        slots |= {"next": others[0], "a_next": _a(others[0])}
    frames = _SECOND if wish is not None else _NEITHER if others else _NONE
    return sentence(rng.choice(frames).format(**slots))


def _rest(words: Lexicon, programs: Sequence[Program], number: int, top: str, noun: str, rng: random.Random) -> str:
    """Says the ordering with the one filter that holds in any case: "cheapest pending item"."""
    for rule in programs[number].where:
        texts = _texts(words, programs, number, rule)
        if texts:
            text = rng.choice([text for text in texts if " " not in text] or texts)
            return f"{top} {text} {noun}" if " " not in text else f"{top} {noun} {agree(text, False)}"
    return rng.choice((top, top, f"{top} {noun}"))


def _a(noun: str) -> str:
    return f"{article(noun)} {noun}"


def _row(words: Lexicon, programs: Sequence[Program], number: int) -> RowWords | None:
    level = level_of(words, programs, number, programs[number].wishes[0].column)
    return level.words if level is not None else None


def _tops(words: Lexicon, programs: Sequence[Program], number: int) -> list[str]:
    """Returns superlatives before a noun that say the ordering."""
    key: OrderKey = programs[number].order[0]
    own = column_words(words, column_name(programs, number, key.column))
    texts = (own.most if key.descending else own.least) if own is not None else ()
    return [text for text in texts if not text.startswith("with ")]


def _texts(words: Lexicon, programs: Sequence[Program], number: int, wish: Filter) -> list[str]:
    column = column_name(programs, number, wish.column)
    own = column_words(words, column)
    if own is None or own.kind == "text" or wish.op != "eq" or wish.other is not None:
        return []
    texts, template = value_texts(own, wish.value)
    return [fill_value(text, wish.value, column, own) if template else text for text in texts]


def _wished(
    words: Lexicon, programs: Sequence[Program], number: int, wish: Filter, noun: str, rng: random.Random, *,
    top: str = "",
) -> str:  # fmt: skip
    """Returns the noun with a wish, without article: "cheapest blue version", "version with clicky switches"."""
    text = rng.choice(_texts(words, programs, number, wish))
    parts = [top, text, noun] if " " not in text else [top, noun, agree(text, False)]
    return " ".join(part for part in parts if part)
