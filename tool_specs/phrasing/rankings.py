"""Rankings: what a result rests on, for whoever doubts it. A comparison names the winner; this, what it stood among.

in_order(...) -> "Ranked, the loans that fit are loan L3 at $9.00, loan L1 at $4.50 and two more."
"""

from __future__ import annotations

import random
from collections.abc import Sequence

from schemas.program import Program
from tool_specs.lexicon import Lexicon
from tool_specs.phrasing.english import listed, number, sentence
from tool_specs.phrasing.labels import labels
from tool_specs.phrasing.meaning import meaning
from tool_specs.phrasing.outcomes import Outcome
from tool_specs.programs import Selection

_MAX_RANKED = 4
_IN_ORDER = (
    "There are {count} {noun} that fit, in this order: {list}.",
    "Ranked, the {noun} that fit are {list}.",
    "Side by side, the {noun} that fit are {list}.",
    "I ranked the {count} {noun} that fit: {list}.",
)


def in_order(
    words: Lexicon,
    programs: Sequence[Program],
    place: int,
    selection: Selection,
    rng: random.Random,
    *,
    told: str | None = None,
) -> str:
    """Says what program number `place` compared, the best first; "" where it ranks nothing."""
    sense = meaning(words, programs, place, told)
    if sense is None or programs[place].wishes or place >= len(selection.picked) or not selection.picked[place]:
        return ""
    got = Outcome(words, programs, sense, selection, rng)
    if programs[place].pick == "each":
        return _each_in_order(got)
    if programs[place].pick != "first":
        return ""
    rows, key = got.candidates, got.sense.program.order[0]
    if len(rows) < 2 or got.away is not None:
        return ""
    shown = rows[:_MAX_RANKED]
    tied = len({str(got.key_of(row)[0]) for row in shown}) < len(shown)
    names = labels(words, [got.seen(row) for row in shown])
    parts = [
        f"{got.article(name)}{got.tie_broken(row) if tied else got.priced(row, key)}"
        for name, row in zip(names, shown, strict=True)
    ]
    more = [f"{number(len(rows) - len(shown))} more"] if len(rows) > len(shown) else []
    slots = {"count": number(len(rows)), "noun": got.level.words.plural, "list": listed([*parts, *more])}
    return sentence(rng.choice(_IN_ORDER).format(**slots))


def _each_in_order(got: Outcome) -> str:
    """Says for each what is the best and what comes next; "" where nothing is ranked, or it would take too long."""
    owner = [level for level in got.levels if not level.own]
    if not owner or not got.sense.program.order or len(got.picked) > _MAX_RANKED:
        return ""
    key, name = got.sense.program.order[0], owner[-1].name
    olds = labels(got.words, [got.seen(row, owner[-1]) for row in got.picked])
    parts: list[str] = []
    for old, row in zip(olds, got.picked, strict=True):
        rest = [other for other in got.candidates if other.get(name) is row.get(name) and other is not row]
        shown = [row, *rest[:1]]
        names = labels(got.words, [got.seen(one) for one in shown])
        best = [f"{got.article(new)}{got.priced(one, key)}" for new, one in zip(names, shown, strict=True)]
        parts.append(f"for the {old}, {', then '.join(best)}")
    return sentence(f"Here is what comes first and what next: {'; '.join(dict.fromkeys(parts))}")
