"""An agent's reasons aloud: what was compared, what wins, what comes next, and why tempting rows lose.

I went through all seven of your orders. The most expensive delivered item is the red mesh office chair at $544.29
(order #W3113816); next comes the dumbbell set at $483.47. The laptop costs more, but its order is pending.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import Any

from schemas.base import Json
from schemas.program import Program
from schemas.task import Request
from tool_specs.lexicon import Lexicon
from tool_specs.phrasing.english import a, is_plural, listed, number, plural, sentence
from tool_specs.phrasing.labels import changed_label, labels
from tool_specs.phrasing.meaning import meaning
from tool_specs.phrasing.outcomes import Outcome
from tool_specs.phrasing.reasons import MAX_TEMPTING, nearly, reason_for, tempting_rows, why_not
from tool_specs.phrasing.roles import parameters_of, roles, told_level
from tool_specs.phrasing.surveys import looked_at
from tool_specs.phrasing.wishes import granted
from tool_specs.programs import MISSING, BindingRow, ReadAsk, ReadKey, Selection, passes, run, settled
from tool_specs.remember import remembered

_MAX_LISTED = 8


def compare(
    words: Lexicon,
    request: Request,
    selection: Selection,
    rng: random.Random,
    *,
    reads: Mapping[ReadKey, Any] | None = None,
    facts: Mapping[str, Json] | None = None,
) -> str:
    """Says what was found for a request: one or a few sentences per program that selects among rows.

    Args:
        words: the domain's words.
        request: the request; only its tool, sources and programs are used.
        selection: what running the programs gave.
        rng: decides between variants.
        reads: answers of the reads so far, for telling why tempting rows lose; without it they go unmentioned.
        facts: what the user said.
    """
    parts = []
    write = words.writes.get(request.tool or "")
    table = write.roles if write else {}
    for place, _ in enumerate(request.programs):
        told = None
        for role in roles(words, request):
            source = told_level(words, request, role)
            if source is not None and source[0] == place:
                told = source[1]
                break
        if not table or any(
            source.bind is not None and source.bind.program == place
            for role in roles(words, request)
            for source in parameters_of(words, request, role).values()
        ):
            parts.append(
                compare_one(words, request.programs, place, selection, rng, told=told, reads=reads, facts=facts)
            )
    return " ".join(part for part in parts if part)


def compare_one(
    words: Lexicon,
    programs: Sequence[Program],
    place: int,
    selection: Selection,
    rng: random.Random,
    *,
    told: str | None = None,
    reads: Mapping[ReadKey, Any] | None = None,
    facts: Mapping[str, Json] | None = None,
) -> str:
    """Says what program number `place` found; "" where there was nothing to choose."""
    if programs[place].wishes and place < len(selection.picked) and selection.picked[place]:
        plain, compared = settled(programs, selection)
        said = compare_one(words, plain, place, compared, rng, told=told, reads=reads, facts=facts)
        return f"{granted(words, programs, place, selection, rng)} {said}".strip()
    sense = meaning(words, programs, place, told)
    if sense is None or place >= len(selection.picked) or not selection.picked[place]:
        return ""
    got = Outcome(words, programs, sense, selection, rng)
    pick = programs[place].pick
    if pick == "each":
        return _each(got)
    if pick == "all":
        return _all(got)
    if pick == "only" and programs[place].start is None:
        return _only(got, [])
    # Only what fails a filter can tempt.
    everything = _everything(programs, place, reads or {}, facts or {}) if programs[place].where else []
    return _only(got, everything) if pick == "only" else _first(got, everything)


def _everything(
    programs: Sequence[Program], place: int, reads: Mapping[ReadKey, Any], facts: Mapping[str, Json]
) -> list[BindingRow]:
    """Returns the rows that the program would compare without its filters, as far as they have been read."""
    if not reads:
        return []

    def read(ask: ReadAsk) -> Any:
        return reads.get(ask.key, MISSING)

    try:
        return list(run(_unfiltered(programs, place), facts, read).picked[place])
    except KeyError:
        return []


@remembered(1)
def _unfiltered(programs: Sequence[Program], place: int) -> tuple[Program, ...]:
    """Returns the programs up to one, that one without its filters."""
    one = programs[place]
    return (*programs[:place], Program(steps=one.steps, order=one.order, pick="all", start=one.start))


def _only(got: Outcome, everything: list[BindingRow]) -> str:
    """Says what was looked up: that order #W1 has the camera, or which of many versions fits."""
    row = got.picked[0]
    name = got.the(got.seen(row))
    where = got.outer_name(row)
    if got.is_name() and got.sense.program.where:
        return sentence(
            got.rng.choice(("That's {}.", "I found it: {}.", "It's {}.", "You mean {}.", "Here it is: {}.")).format(
                name
            )
        )
    if got.level.place > got.sense.level.place:
        outer = got.name(got.seen(row, got.sense.level))
        found = (
            "{name} are in {outer}." if is_plural(name.partition(" (")[0]) else "{name} is in {outer}.",
            "I found {name} in {outer}.",
            "That's {outer}: it has {name} in it.",
            "{outer} is the one with {name}.",
        )
        return sentence(got.rng.choice(found).format(name=name, outer=outer))
    if got.sense.program.start is not None and got.level == got.sense.level:
        return _fitting(got, row, everything)
    if not where or not got.level.own:
        return ""
    frames: tuple[str, ...] = (
        "I found {name} in {where}.",
        "{name} is in {where}.",
        "I see {name} in {where}.",
        "{name} belongs to {where}.",
        "{where} has {name}.",
        "That must be {name} in {where}.",
    )
    if is_plural(name):
        frames = ("I found {name} in {where}.", "I see {name} in {where}.", "{where} has {name}.")
    return sentence(got.rng.choice(frames).format(name=name, where=where))


def _fitting(got: Outcome, row: BindingRow, everything: list[BindingRow]) -> str:
    """Says which of the rows is the one described, and which would be if they could be had."""
    if len(everything) < 2 or not got.sense.program.where:
        return ""
    count, noun = number(len(everything)), got.level.words.plural
    name = f"{got.article(got.details(row, got.name(got.seen(row))))}{got.worth(row, ' at {}')}"
    frames = (
        "Of the {count} {noun}, the {filters}one that fits is {name}.",
        "I compared the {count} {noun}: the {filters}one you describe is {name}.",
        "Among {count} {noun}, the {filters}match is {name}.",
        "There are {count} {noun}, and the {filters}one like that is {name}.",
    )
    text = got.rng.choice(frames).format(count=count, noun=noun, filters=got.filters(brief=True), name=name)
    near = [other for other in everything if nearly(got, other)]
    names = labels(got.words, [got.seen(one) for one in [row, *near]])[1:]
    if not near or len(near) > MAX_TEMPTING:
        return sentence(text)
    rule = next(rule for rule in got.sense.program.where if not passes(rule, near[0]))
    many = len(near) > 1 or is_plural(names[0].partition(" (")[0])
    reason = reason_for(got, rule, near, many)
    others = listed([got.article(one) for one in names])
    return f"{sentence(text)} {sentence(f'{others} would fit too, but {reason}')}"


def _all(got: Outcome) -> str:
    """Says the list: that order #W1 has two items, and which."""
    seen = [got.seen(row) for row in got.picked]
    names = [
        f"{name}{got.worth(row)}".replace(") (", ", ")
        for name, row in zip(labels(got.words, seen), got.picked, strict=True)
    ]
    shown = names if len(names) <= _MAX_LISTED else [*names[: _MAX_LISTED - 1], f"{len(names) - _MAX_LISTED + 1} more"]
    noun = got.level.words.singular if len(names) == 1 else got.level.words.plural
    where = got.outer_name(got.picked[0])
    same = len({id(got.seen(row).above[0][1]) for row in got.picked if got.seen(row).above}) == 1
    count = number(len(names))
    if where and same:
        return sentence(f"{where} has {count} {got.filters()}{noun}: {listed(shown)}")
    start = got.rng.choice(("I found", "I see", "There are" if len(names) > 1 else "There is"))
    return sentence(f"{start} {count} {got.filters()}{noun}: {listed(shown)}")


def _each(got: Outcome) -> str:
    """Says the best one for each; what is the best for several is said once."""
    key = got.sense.program.order[0] if got.sense.program.order else None
    owner = [level for level in got.levels if not level.own]
    shown = got.picked[:_MAX_LISTED]
    replaced = [got.seen(row, owner[-1]) for row in shown] if owner else []
    olds = labels(got.words, replaced) if owner else ["one"] * len(shown)
    alike: dict[str, list[int]] = {}
    for place, row in enumerate(shown):
        alike.setdefault(f"{got.details(row, got.name(got.seen(row)))}{got.priced(row, key)}", []).append(place)
    pairs: list[tuple[str, str]] = []
    for whole, places in alike.items():
        old = _all_of(olds, places)
        row, was = shown[places[0]], [replaced[place] for place in places] if owner else []
        new = f"{changed_label(got.words, got.seen(row), *was)}{got.priced(row, key)}" if owner else whole
        pairs.append((old, f"the {new}"))
    if key is not None and len(pairs) == 1:
        old, best = pairs[0]
        return sentence(f"The {got.top(key)} {got.filters()}{got.level.words.singular} of {old} is {best}")
    parts = [f"for {old}, {best}" for old, best in pairs]
    head = f"The {got.top(key)} {got.filters()}{got.level.words.plural}" if key else "Here is what I found"
    more = f"; and {len(got.picked) - _MAX_LISTED} more" if len(got.picked) > _MAX_LISTED else ""
    return sentence(f"{head} are: {'; '.join(parts)}{more}" if key else f"{head}: {'; '.join(parts)}{more}")


def _all_of(names: Sequence[str], places: Sequence[int]) -> str:
    """Names several things: "the lamp (red) and the rug"; "both lamps" where these are all there are."""
    plain = {names[place].partition(" (")[0] for place in places}
    if len(places) > 1 and len(plain) == 1:
        noun = plain.pop()
        if sum(name.partition(" (")[0] == noun for name in names) == len(places) and not is_plural(noun):
            return f"both {plural(noun)}" if len(places) == 2 else f"all {number(len(places))} {plural(noun)}"
    return listed([f"the {name}" for name in dict.fromkeys(names[place] for place in places)])


def _first(got: Outcome, everything: list[BindingRow]) -> str:
    """Says what wins, what comes next, and why tempting rows lose."""
    key = got.sense.program.order[0]
    winner = got.picked[0]
    rest = [row for row in got.candidates if got.key_of(row) != got.key_of(winner)]
    tempting = tempting_rows(got, everything, winner)
    seen = [got.seen(row) for row in [winner, *rest[:1], *tempting[:MAX_TEMPTING]]]
    names = labels(got.words, seen)
    parts = [looked_at(got, everything)]
    noun = f"{got.filters()}{got.level.words.singular}" if got.away is None else f"one{got.options()}"
    outer = got.outer_name(winner) if got.level.own else ""
    where = f" ({outer})" if outer and got.away is None else _whose(got, winner)
    tied = bool(rest) and got.key_of(rest[0])[0] == got.key_of(winner)[0]
    worth = [got.tie_broken(row) if tied else got.priced(row, key) for row in (winner, *rest[:1])]
    said = f"the {got.top(key)} {noun}" if not got.after(key) else f"the {noun} {got.after(key)}"
    short = [_short(got, name) for name in names]
    text = f"{said} is {got.article(short[0])}{worth[0]}{where}"
    if rest:
        frames: tuple[str, ...] = (
            "; next comes {}",
            ", followed by {}",
            "; the runner-up is {}",
            ", ahead of {}",
            ", with {} in second place",
            "; after that comes {}",
        )
        if is_plural(names[1].partition(" (")[0]):
            frames = ("; next come {}", ", followed by {}", ", ahead of {}", ", with {} in second place")
        text += got.rng.choice(frames).format(f"{got.article(short[1])}{worth[1]}")
    elif len(got.candidates) == 1:
        text += got.rng.choice((", and it's the only one", ", the only one that fits"))
    parts.append(sentence(text.replace(") (", ", ") if got.is_name() else text))
    parts.append(why_not(got, tempting, names[1 + len(rest[:1]) :], key))
    return " ".join(part for part in parts if part)


def _short(got: Outcome, name: str) -> str:
    """Returns a name without the noun that stands before it already: "the cheapest order is #W1", not "order #W1"."""
    return name.removeprefix(f"{got.level.words.singular} ") if got.is_name() and got.away is None else name


def _whose(got: Outcome, row: BindingRow) -> str:
    """Says what a row belongs to that was reached by another read: ", a version of your T-Shirt from order #W1"."""
    if got.away is None or not isinstance(row.get(got.away.name), dict):
        return ""
    if got.is_name(got.away):
        return f", which belongs to {got.name(got.seen(row, got.away))}"
    text = f", {a(got.level.words.singular)} of your {got.name(got.seen(row, got.away))}"
    outer = [level for level in got.levels if level.place < got.away.place and level.own == got.away.own]
    return f"{text} from {got.name(got.seen(row, outer[-1]))}" if outer and got.is_name(outer[-1]) else text
