"""An agent's reasons aloud: what was compared, what wins, what comes next, and why tempting rows lose.

I went through all seven of your orders. The most expensive delivered item is the red mesh office chair at $544.29
(order #W3113816); next comes the dumbbell set at $483.47. The laptop costs more, but its order is pending.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from typing import Any

from schemas.base import Json, Path
from schemas.program import Call, Filter, OrderKey, Program
from schemas.task import Request
from tool_specs.lexicon import ColumnWords, Lexicon
from tool_specs.phrasing.english import a, is_plural, listed, lower_name, number, plural, sentence
from tool_specs.phrasing.labels import Seen, agent_text, full_label, label, labels, state_text
from tool_specs.phrasing.meaning import (
    Level,
    Meaning,
    column_name,
    column_words,
    level_of,
    levels,
    meaning,
    outside,
    parameters_of,
    roles,
    told_level,
    value_texts,
)
from tool_specs.phrasing.nouns import fill_value
from tool_specs.programs import MISSING, BindingRow, ReadAsk, ReadKey, Selection, column, passes, rank, run

_WITH = re.compile(r"with |without |in |that (?!'?s |is )|that's? (?:not|isn)")
_MAX_LISTED = 8
_MAX_TEMPTING = 3


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
    sense = meaning(words, programs, place, told)
    if sense is None or place >= len(selection.picked) or not selection.picked[place]:
        return ""
    teller = _Comparison(words, programs, sense, selection, rng)
    pick = programs[place].pick
    if pick == "each":
        return teller.each()
    if pick == "all":
        return teller.all()
    if pick == "only" and programs[place].start is None:
        return teller.only([])
    # Only what fails a filter can tempt.
    everything = _everything(programs, place, reads or {}, facts or {}) if programs[place].where else []
    return teller.only(everything) if pick == "only" else teller.first(everything)


def _everything(
    programs: Sequence[Program], place: int, reads: Mapping[ReadKey, Any], facts: Mapping[str, Json]
) -> list[BindingRow]:
    """Returns the rows that the program would compare without its filters, as far as they have been read."""
    if not reads:
        return []
    bare = [
        Program(steps=p.steps, where=() if n == place else p.where, order=p.order, pick="all", start=p.start)
        if n == place
        else p
        for n, p in enumerate(programs[: place + 1])
    ]

    def read(ask: ReadAsk) -> Any:
        return reads.get(ask.key, MISSING)

    try:
        return list(run(bare, facts, read).picked[place])
    except KeyError:
        return []


class _Comparison:
    """Says one program's result."""

    def __init__(
        self, words: Lexicon, programs: Sequence[Program], sense: Meaning, selection: Selection, rng: random.Random
    ) -> None:
        self.words, self.programs, self.sense, self.rng = words, tuple(programs), sense, rng
        self.place = sense.number
        self.selection = selection
        self.picked = list(selection.picked[self.place])
        self.candidates = rank(sense.program, list(selection.candidates[self.place]))
        self.levels = levels(words, programs, self.place)
        inner = [self._level(rule.column) for rule in sense.parts] + [
            self._level(key.column) for key, side in sense.keys if side < 0
        ]
        found = [level for level in inner if level is not None]
        self.level: Level = found[-1] if found else sense.level

    @property
    def away(self) -> Level | None:
        """What leads to the rows by another read: items, where the rows are versions of them."""
        return outside(self.words, self.programs, self.place, self.level.name) if self.level.own else None

    def _level(self, path: Path) -> Level | None:
        return level_of(self.words, self.programs, self.place, path)

    def _id(self, path: Path) -> str:
        return column_name(self.programs, self.place, path)

    def seen(self, row: BindingRow, level: Level | None = None) -> Seen:
        """Returns the row of a level, with the rows around it."""
        level = level or self.level
        value = row.get(level.name)
        above = [
            (self._binding_id(name), row[name])
            for name in reversed(list(row))
            if name != level.name and isinstance(row[name], dict)
        ]
        return Seen(level.id, value if isinstance(value, dict) else {}, tuple(above))

    def _binding_id(self, name: str) -> str:
        try:
            return self._id((name,))
        except KeyError:
            return ""

    # What each kind of selection says

    def only(self, everything: list[BindingRow]) -> str:
        """Says what was looked up: that order #W1 has the camera, or which of many versions fits."""
        row = self.picked[0]
        name = self._the(self.seen(row))
        where = self._outer_name(row)
        if self._is_name() and self.sense.program.where:
            return sentence(
                self.rng.choice(
                    ("That's {}.", "I found it: {}.", "It's {}.", "You mean {}.", "Here it is: {}.")
                ).format(name)
            )
        if self.level.place > self.sense.level.place:
            outer = self._name(self.seen(row, self.sense.level))
            found = (
                "{name} is in {outer}.",
                "I found {name} in {outer}.",
                "That's {outer}: it has {name} in it.",
                "{outer} is the one with {name}.",
            )
            return sentence(self.rng.choice(found).format(name=name, outer=outer))
        if self.sense.program.start is not None and self.level == self.sense.level:
            return self._fitting(row, everything)
        if not where or not self.level.own:
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
        return sentence(self.rng.choice(frames).format(name=name, where=where))

    def _fitting(self, row: BindingRow, everything: list[BindingRow]) -> str:
        """Says which of the rows is the one described, and which would be if they could be had."""
        if len(everything) < 2 or not self.sense.program.where:
            return ""
        count, noun = number(len(everything)), self.level.words.plural
        name = f"{self._article(self._details(row, self._name(self.seen(row))))}{self._worth(row, ' at {}')}"
        frames = (
            "Of the {count} {noun}, the {filters}one that fits is {name}.",
            "I compared the {count} {noun}: the {filters}one you describe is {name}.",
            "Among {count} {noun}, the {filters}match is {name}.",
            "There are {count} {noun}, and the {filters}one like that is {name}.",
        )
        text = self.rng.choice(frames).format(count=count, noun=noun, filters=self._filters(brief=True), name=name)
        near = [other for other in everything if self._nearly(other)]
        names = labels(self.words, [self.seen(one) for one in [row, *near]])[1:]
        if not near or len(near) > _MAX_TEMPTING:
            return sentence(text)
        rule = next(rule for rule in self.sense.program.where if not passes(rule, near[0]))
        many = len(near) > 1 or is_plural(names[0].partition(" (")[0])
        reason = self._reason(rule, near, many)
        others = listed([self._article(one) for one in names])
        return f"{sentence(text)} {sentence(f'{others} would fit too, but {reason}')}"

    def _nearly(self, row: BindingRow) -> bool:
        """Whether a row is as described and only cannot be had."""
        failed = [rule for rule in self.sense.program.where if not passes(rule, row)]
        words = column_words(self.words, self._id(failed[0].column)) if len(failed) == 1 else None
        return words is not None and words.kind == "boolean"

    def all(self) -> str:
        """Says the list: that order #W1 has two items, and which."""
        seen = [self.seen(row) for row in self.picked]
        names = [f"{name}{self._worth(row)}" for name, row in zip(labels(self.words, seen), self.picked, strict=True)]
        shown = (
            names if len(names) <= _MAX_LISTED else [*names[: _MAX_LISTED - 1], f"{len(names) - _MAX_LISTED + 1} more"]
        )
        noun = self.level.words.singular if len(names) == 1 else self.level.words.plural
        where = self._outer_name(self.picked[0])
        same = len({id(self.seen(row).above[0][1]) for row in self.picked if self.seen(row).above}) == 1
        count = number(len(names))
        if where and same:
            return sentence(f"{where} has {count} {self._filters()}{noun}: {listed(shown)}")
        start = self.rng.choice(("I found", "I see", "There are" if len(names) > 1 else "There is"))
        return sentence(f"{start} {count} {self._filters()}{noun}: {listed(shown)}")

    def each(self) -> str:
        """Says the best one for each."""
        key = self.sense.program.order[0] if self.sense.program.order else None
        parts = []
        owner = [level for level in self.levels if not level.own]
        for row in self.picked[:_MAX_LISTED]:
            old = label(self.words, owner[-1].id, self.seen(row, owner[-1]).row) if owner else "one"
            new = self._name(self.seen(row))
            parts.append(f"for the {old}, the {self._details(row, new)}{self._at(row, key)}")
        if key is not None and len(parts) == 1:
            _, _, best = parts[0].partition(", ")
            old = parts[0].removeprefix("for ").partition(", ")[0]
            return sentence(f"The {self._top(key)} {self._filters()}{self.level.words.singular} of {old} is {best}")
        head = f"The {self._top(key)} {self._filters()}{self.level.words.plural}" if key else "Here is what I found"
        more = f"; and {len(self.picked) - _MAX_LISTED} more" if len(self.picked) > _MAX_LISTED else ""
        return sentence(f"{head} are: {'; '.join(parts)}{more}" if key else f"{head}: {'; '.join(parts)}{more}")

    def first(self, everything: list[BindingRow]) -> str:
        """Says what wins, what comes next, and why tempting rows lose."""
        key = self.sense.program.order[0]
        winner = self.picked[0]
        rest = [row for row in self.candidates if self._key_of(row) != self._key_of(winner)]
        tempting = self._tempting(everything, winner)
        seen = [self.seen(row) for row in [winner, *rest[:1], *tempting[:_MAX_TEMPTING]]]
        names = labels(self.words, seen)
        parts = [self._scope(winner) if self.away is None else self._owners(everything, self.away)]
        noun = f"{self._filters()}{self.level.words.singular}" if self.away is None else f"one{self._options()}"
        outer = self._outer_name(winner) if self.level.own else ""
        where = f" ({outer})" if outer and self.away is None else self._whose(winner)
        said = f"the {self._top(key)} {noun}" if not self._after(key) else f"the {noun} {self._after(key)}"
        text = f"{said} is {self._article(names[0])}{self._at(winner, key)}{where}"
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
            text += self.rng.choice(frames).format(f"{self._article(names[1])}{self._at(rest[0], key)}")
        elif len(self.candidates) == 1:
            text += self.rng.choice((", and it's the only one", ", the only one that fits"))
        parts.append(sentence(text))
        parts.append(self._why_not(tempting, names[1 + len(rest[:1]) :], key))
        return " ".join(part for part in parts if part)

    # Pieces

    def _scope(self, winner: BindingRow) -> str:
        calls = [step for step in self.sense.program.steps if isinstance(step, Call)]
        used = self.selection.used[self.place] if self.place < len(self.selection.used) else frozenset()
        for level in self.levels:
            if isinstance(level.step, Call) and level.own and level.step in calls:
                count = sum(1 for n in used if self.selection.reads[n].tool == level.step.tool)
                if count > 1:
                    both = "both" if count == 2 else f"all {number(count)}"
                    if self.sense.fact is not None:
                        return f"I looked at {both} {level.words.plural}."
                    frames = (
                        "I went through {} of your {}.",
                        "I've checked {} of your {}.",
                        "I looked at {} of your {}.",
                        "I've had a look at {} of your {}.",
                        "I compared {} of your {}.",
                        "I have {} of your {} open in front of me.",
                        "I have {} of your {} side by side now.",
                    )
                    return self.rng.choice(frames).format(both, level.words.plural)
        return ""

    def _tempting(self, everything: list[BindingRow], winner: BindingRow) -> list[BindingRow]:
        """Returns rows that fail a filter but would stand before the winner."""
        found: list[BindingRow] = []
        for row in rank(self.sense.program, everything):
            if self._key_of(row) == self._key_of(winner):
                break
            failed = [rule for rule in self.sense.program.where if not passes(rule, row)]
            if len(failed) == 1 and self._speaks_against(failed[0], row):
                found.append(row)
        return found

    def _speaks_against(self, rule: Filter, row: BindingRow) -> bool:
        """Whether there is a reason to tell: what another kind of thing would be, nobody thinks of."""
        words = column_words(self.words, self._id(rule.column))
        named = words is not None and words.kind == "text"
        if self.away is not None and self._is_outer(rule, self.away):
            return False  # nor of versions of what is not among the things in question
        return rule.other is None and not named and column(row, rule.column) is not MISSING

    def _why_not(self, rows: list[BindingRow], names: list[str], key: OrderKey) -> str:
        """Says why rows lose that would win without a filter; of many, the first few are named."""
        groups: dict[tuple[int, str], list[int]] = {}
        for place, row in enumerate(rows):
            number_, rule = next((n, rule) for n, rule in enumerate(self.sense.program.where) if not passes(rule, row))
            value = "" if self._is_option(rule) else str(column(row, rule.column))
            groups.setdefault((number_, value), []).append(place)
        sentences = []
        for (number_, _), places in groups.items():
            named = [place for place in places if place < len(names)]
            if not named:
                continue
            members = [f"{self._article(names[place])}{self._in(rows[place], key)}" for place in named]
            others = len(places) - len(named)
            if others:
                members.append(f"{number(others)} {'others' if others > 1 else 'other'}")
            many = len(members) > 1 or is_plural(names[named[0]].partition(" (")[0])
            reason = self._reason(self.sense.program.where[number_], [rows[place] for place in places], many)
            sentences.append(sentence(f"{listed(members)} {self._exceeds(key, many)}, but {reason}"))
        return " ".join(sentences)

    def _is_option(self, rule: Filter) -> bool:
        """Whether any value of the column can be said, and it is the row's own: a colour, a size."""
        words, level = column_words(self.words, self._id(rule.column)), self._level(rule.column)
        return words is not None and bool(words.any_value) and (level is None or level.place >= self.level.place)

    def _reason(self, rule: Filter, rows: Sequence[BindingRow], many: bool) -> str:
        """Says why rows that fail a rule in the same way do: "they're black", "its order is still pending"."""
        column_, level = self._id(rule.column), self._level(rule.column)
        words = column_words(self.words, column_)
        value = column_value(rows[0], rule.column)
        text = agent_text(words, column_, value)
        if level is not None and level.place < self.level.place:
            several = len({id(row.get(level.name)) for row in rows}) > 1
            noun = level.words.plural if several else level.words.singular
            it = f"{'their' if many else 'its'} {noun}"
            return state_text(words, value, it, several) or f"{it} {'are' if several else 'is'} {text}"
        it = "they" if many else "it"
        if words is None or words.kind == "boolean" or (words.values and not words.any_value):
            return state_text(words, value, it, many) or f"{it}{_be(many)} {text}"
        values = {str(column_value(row, rule.column)) for row in rows}
        plain = len(values) == 1 and not any(str(value).lower() in self._name(self.seen(row)).lower() for row in rows)
        if plain:
            return state_text(words, value, it, many) or predicate(words, column_, value, many, self.rng)
        return predicate(words, column_, rule.value, many, self.rng, negated=True)

    def _exceeds(self, key: OrderKey, many: bool) -> str:
        words = column_words(self.words, self._id(key.column))
        if words is not None and words.kind == "money":
            return ("cost " if many else "costs ") + ("more" if key.descending else "less")
        return "would rank higher"

    def _key_of(self, row: BindingRow) -> list[Any]:
        return [column(row, key.column) for key in self.sense.program.order]

    def _owners(self, everything: Sequence[BindingRow], away: Level) -> str:
        """Says what was compared of what: "I compared all in-stock versions of your five delivered items."."""
        outer = [rule for rule in self.sense.program.where if self._is_outer(rule, away)]
        fitting = [row for row in everything or self.candidates if all(passes(rule, row) for rule in outer)]
        count = len({id(row.get(away.name)) for row in fitting})
        other = "other " if self.sense.excluded else ""
        versions = f"{other}{self._filters()}{self.level.words.plural}"
        nouns = [rule.value for rule in outer if self._is_noun(rule)]
        one = lower_name(str(nouns[0])) if nouns else away.words.singular
        many = plural(one) if nouns else away.words.plural
        owned = (
            f"{self._filters(away=True)}{one}" if count == 1 else f"{number(count)} {self._filters(away=True)}{many}"
        )
        frames = (
            "I compared all {} of your {}.",
            "I've compared all {} of your {}.",
            "I went through all {} of your {}.",
            "I looked at all {} of your {}.",
            "I've checked all {} of your {}.",
        )
        return self.rng.choice(frames).format(versions, owned)

    def _options(self) -> str:
        """Returns the filters that `_filters` has no adjective for: " with strap mount"."""
        found: list[str] = []
        for rule in self.sense.program.where:
            words = column_words(self.words, self._id(rule.column))
            if rule.op != "eq" or rule.other is not None or words is None or not words.any_value:
                continue
            if words.kind == "text" or " " not in agent_text(words, self._id(rule.column), rule.value):
                continue
            said, template = value_texts(words, rule.value)
            filled = [fill_value(text, rule.value, self._id(rule.column), words) if template else text for text in said]
            found.append(self.rng.choice([text for text in filled if _WITH.match(text)] or filled))
        return "".join(f" {text}" for text in found)

    def _is_noun(self, rule: Filter) -> bool:
        words = column_words(self.words, self._id(rule.column))
        return rule.op == "eq" and words is not None and words.kind == "text"

    def _is_outer(self, rule: Filter, away: Level) -> bool:
        level = self._level(rule.column)
        return level is not None and level.place <= away.place

    def _whose(self, row: BindingRow) -> str:
        """Says what a row belongs to that was reached by another read: ", a version of your T-Shirt from order #W1"."""
        if self.away is None or not isinstance(row.get(self.away.name), dict):
            return ""
        text = f", {a(self.level.words.singular)} of your {self._name(self.seen(row, self.away))}"
        outer = [level for level in self.levels if level.place < self.away.place and level.own == self.away.own]
        return f"{text} from {self._name(self.seen(row, outer[-1]))}" if outer and self._is_name(outer[-1]) else text

    def _filters(self, *, away: bool = False, brief: bool = False) -> str:
        """Returns the filters as adjectives before the noun, where an agent has such: `delivered `.

        Args:
            away: Those of the rows that these come from, in place of their own.
            brief: Only whether they can be had, where the row's name will say the rest.
        """
        found: list[str] = []
        for rule in self.sense.program.where:
            level = self._level(rule.column)
            if (self.away is not None and level is not None and level.place <= self.away.place) is not away:
                continue
            column_ = self._id(rule.column)
            words = column_words(self.words, column_)
            if rule.other is not None or words is None or words.kind == "text" or rule.op != "eq":
                continue
            if brief and words.kind != "boolean":
                continue
            text = agent_text(words, column_, rule.value)
            if " " not in text:
                found.append(text)
            elif words.kind == "boolean":
                found.append(f"{text.replace(' ', '-')}")
        return "".join(f"{text} " for text in found)

    def _top(self, key: OrderKey) -> str:
        words = column_words(self.words, self._id(key.column))
        texts = (words.most if key.descending else words.least) if words else ()
        before = [text for text in texts if not text.startswith("with ")]
        return self.rng.choice(before) if before else ""

    def _after(self, key: OrderKey) -> str:
        words = column_words(self.words, self._id(key.column))
        texts = (words.most if key.descending else words.least) if words else ()
        return "" if any(not text.startswith("with ") for text in texts) else self.rng.choice(texts or ("",))

    def _at(self, row: BindingRow, key: OrderKey | None) -> str:
        return f" at {self._amount(row, key)}" if key is not None and self._amount(row, key) else ""

    def _in(self, row: BindingRow, key: OrderKey) -> str:
        return f" ({self._amount(row, key)})" if self._amount(row, key) else ""

    def _worth(self, row: BindingRow, form: str = " ({})") -> str:
        """Returns the row's amount of money (in brackets), where the lexicon wants rows described by one."""
        for detail in self.level.words.details:
            rest = detail.removeprefix(f"{self.level.id}.")
            words = column_words(self.words, detail)
            if rest != detail and words is not None and words.kind == "money":
                path = (self.level.name, *(int(part) if part.isdigit() else part for part in rest.split(".")))
                value = column(row, path)
                return "" if value is MISSING else form.format(agent_text(words, detail, value))
        return ""

    def _amount(self, row: BindingRow, key: OrderKey) -> str:
        column_ = self._id(key.column)
        words = column_words(self.words, column_)
        return agent_text(words, column_, column(row, key.column)) if words else ""

    def _name(self, seen: Seen) -> str:
        return label(self.words, seen.id, seen.row, seen.above)

    def _details(self, row: BindingRow, name: str) -> str:
        return full_label(self.words, self.seen(row)) or name

    def _the(self, seen: Seen) -> str:
        return self._article(self._name(seen))

    def _article(self, name: str) -> str:
        return name if self._is_name() else f"the {name}"

    def _is_name(self, level: Level | None = None) -> bool:
        """Whether a level's label is a name (`order {order_id}`); other labels are descriptions."""
        return "_id}" in (level or self.level).words.label

    def _outer_name(self, row: BindingRow) -> str:
        """Returns the name of what contains the row: `order #W1`."""
        outer = [level for level in self.levels if level.place < self.level.place and level.own == self.level.own]
        if not outer:
            return ""
        return self._name(self.seen(row, outer[-1])) if isinstance(row.get(outer[-1].name), dict) else ""


def column_value(row: BindingRow, path: Path) -> Json:
    """Returns a column's value, None where the row lacks it."""
    value = column(row, path)
    return None if value is MISSING else value


def predicate(
    words: ColumnWords, column_: str, value: Json, many: bool, rng: random.Random, *, negated: bool = False
) -> str:
    """Says a value of a row as a clause: "it's size 11", "they come with a backlight"; or that it is another one."""
    texts, template = value_texts(words, value)
    said = [fill_value(text, value, column_, words) if template else text for text in texts]
    it = "they" if many else "it"
    being = [re.sub(r"^that(?:'s| is) ", "", text) for text in said if not _WITH.match(text)]
    if negated:
        being = [text for text in being if not text.startswith(("not", "non"))]
        having = [text for text in said if text.startswith(("with ", "in ")) and not text.startswith("with no ")]
        if being:
            return f"{it} {'aren' if many else 'isn'}'t {rng.choice(being)}"
        return (
            f"{it} {'don' if many else 'doesn'}'t come {rng.choice(having)}" if having else "that's not what you want"
        )
    if being:
        return f"{it}{_be(many)} {rng.choice(being)}"
    having = [text for text in said if text.startswith(("with ", "without ", "in "))]
    if having:
        return f"{it} {'come' if many else 'comes'} {rng.choice(having)}"
    return f"{'their' if many else 'its'} {column_.rpartition('.')[2]} is {value}"


def _be(many: bool) -> str:
    return "'re" if many else "'s"
