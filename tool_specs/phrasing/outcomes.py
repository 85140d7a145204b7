"""What a program found, and how an agent names it: rows, filters, orderings.

`the(row)`, `priced(row)`, `outer_name(row)` -> "the red mesh office chair", " at $544.29", "order #W3113816"
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from typing import Any

from schemas.base import Json, Path
from schemas.program import Filter, OrderKey, Program
from tool_specs.lexicon import ColumnWords, Lexicon
from tool_specs.names import singular
from tool_specs.phrasing.columns import column_words, fill_value, value_texts
from tool_specs.phrasing.english import is_plural
from tool_specs.phrasing.labels import Seen, agent_text, full_label, label
from tool_specs.phrasing.meaning import Level, Meaning, column_name, level_of, levels, outside
from tool_specs.programs import MISSING, BindingRow, Selection, column, rank

WITH = re.compile(r"with |without |in |that (?!'?s |is )|that's? (?:not|isn)")


class Outcome:
    """One program's result, as an agent sees it."""

    def __init__(
        self, words: Lexicon, programs: Sequence[Program], sense: Meaning, selection: Selection, rng: random.Random
    ) -> None:
        self.words, self.programs, self.sense, self.rng = words, tuple(programs), sense, rng
        self.place = sense.number
        self._ids: dict[Path, str] = {}
        self.selection = selection
        self.picked = list(selection.picked[self.place])
        self.candidates = rank(sense.program, list(selection.candidates[self.place]))
        self.levels = levels(words, programs, self.place)
        inner = [self.level_at(rule.column) for rule in sense.parts] + [
            self.level_at(key.column) for key, side in sense.keys if side < 0
        ]
        found = [level for level in inner if level is not None]
        self.level: Level = found[-1] if found else sense.level

    @property
    def away(self) -> Level | None:
        """What leads to the rows by another read: items, where the rows are versions of them."""
        return outside(self.words, self.programs, self.place, self.level.name) if self.level.own else None

    def level_at(self, path: Path) -> Level | None:
        """Returns the level that a column belongs to."""
        return level_of(self.words, self.programs, self.place, path)

    def id(self, path: Path) -> str:
        """Returns a column's id."""
        found = self._ids.get(path)
        if found is None:
            found = self._ids[path] = column_name(self.programs, self.place, path)
        return found

    def seen(self, row: BindingRow, level: Level | None = None) -> Seen:
        """Returns the row of a level, with the rows around it."""
        level = level or self.level
        value = row.get(level.name)
        above = [
            (self.binding_id(name), row[name])
            for name in reversed(list(row))
            if name != level.name and isinstance(row[name], dict)
        ]
        return Seen(level.id, value if isinstance(value, dict) else {}, tuple(above))

    def binding_id(self, name: str) -> str:
        """Returns a binding's id, or ""."""
        try:
            return self.id((name,))
        except KeyError:
            return ""

    def key_of(self, row: BindingRow) -> list[Any]:
        """Returns the values that a row is ranked by."""
        return [column(row, key.column) for key in self.sense.program.order]

    def is_noun(self, rule: Filter) -> bool:
        """Whether a filter says what kind of thing is meant."""
        words = column_words(self.words, self.id(rule.column))
        return rule.op == "eq" and words is not None and words.kind == "text"

    def is_outer(self, rule: Filter, away: Level) -> bool:
        """Whether a filter is on the rows that these come from."""
        level = self.level_at(rule.column)
        return level is not None and level.place <= away.place

    def filters(self, *, away: bool = False, brief: bool = False) -> str:
        """Returns the filters as adjectives before the noun, where an agent has such: `delivered `.

        Args:
            away: Those of the rows that these come from, in place of their own.
            brief: Only whether they can be had, where the row's name will say the rest.
        """
        found: list[str] = []
        for rule in self.sense.program.where:
            level = self.level_at(rule.column)
            if (self.away is not None and level is not None and level.place <= self.away.place) is not away:
                continue
            column_ = self.id(rule.column)
            words = column_words(self.words, column_)
            if rule.other is not None or words is None or words.kind == "text" or rule.op != "eq":
                continue
            if brief and words.kind != "boolean":
                continue
            text = agent_text(words, column_, rule.value)
            if " " not in text:
                found.append(text)
            elif words.kind == "boolean" and not text.startswith(("with ", "without ", "not ", "doesn't ", "can")):
                found.append(f"{text.replace(' ', '-')}")
        return "".join(f"{text} " for text in found)

    def options(self) -> str:
        """Returns the filters that `filters` has no adjective for: " with strap mount"."""
        found: list[str] = []
        for rule in self.sense.program.where:
            words = column_words(self.words, self.id(rule.column))
            if rule.op != "eq" or rule.other is not None or words is None or not words.any_value:
                continue
            if words.kind == "text" or " " not in agent_text(words, self.id(rule.column), rule.value):
                continue
            said, template = value_texts(words, rule.value)
            filled = [fill_value(text, rule.value, self.id(rule.column), words) if template else text for text in said]
            found.append(self.rng.choice([text for text in filled if WITH.match(text)] or filled))
        return "".join(f" {text}" for text in found)

    def top(self, key: OrderKey) -> str:
        """Returns a superlative that stands before the noun."""
        words = column_words(self.words, self.id(key.column))
        texts = (words.most if key.descending else words.least) if words else ()
        before = [text for text in texts if not text.startswith("with ")]
        return self.rng.choice(before) if before else ""

    def after(self, key: OrderKey) -> str:
        """Returns a superlative that stands after it, where there is no other."""
        words = column_words(self.words, self.id(key.column))
        texts = (words.most if key.descending else words.least) if words else ()
        return "" if any(not text.startswith("with ") for text in texts) else self.rng.choice(texts or ("",))

    def priced(self, row: BindingRow, key: OrderKey | None) -> str:
        """Returns what a row is ranked by, as a part of a sentence."""
        amount = self.amount(row, key) if key is not None else ""
        if key is None or not amount:
            return ""
        words = column_words(self.words, self.id(key.column))
        money = words is None or words.kind == "money"
        return f" at {amount}" if money else self.bracketed(row, key)

    def tie_broken(self, row: BindingRow) -> str:
        """Returns all that a row is ranked by, where the first key does not decide."""
        return "".join(self.bracketed(row, key) for key in self.sense.program.order).replace(") (", ", ")

    def bracketed(self, row: BindingRow, key: OrderKey) -> str:
        """Returns what a row is ranked by, in brackets."""
        words, amount = column_words(self.words, self.id(key.column)), self.amount(row, key)
        if amount and words is not None and words.kind != "money" and not any(sign.isalpha() for sign in amount):
            amount = counted(words, amount)
        return f" ({amount})" if amount else ""

    def worth(self, row: BindingRow, form: str = " ({})") -> str:
        """Returns the row's amount of money (in brackets), where the lexicon wants rows described by one."""
        for detail in self.level.words.details:
            rest = detail.removeprefix(f"{self.level.id}.")
            words = column_words(self.words, detail)
            if rest != detail and words is not None and words.kind == "money":
                path = (self.level.name, *(int(part) if part.isdigit() else part for part in rest.split(".")))
                value = column(row, path)
                return "" if value is MISSING else form.format(agent_text(words, detail, value))
        return ""

    def amount(self, row: BindingRow, key: OrderKey) -> str:
        """Returns what a row is ranked by."""
        column_ = self.id(key.column)
        words = column_words(self.words, column_)
        return agent_text(words, column_, column(row, key.column)) if words else ""

    def name(self, seen: Seen) -> str:
        """Returns a row's name."""
        return label(self.words, seen.id, seen.row, seen.above)

    def details(self, row: BindingRow, name: str) -> str:
        """Returns a row's name with all that is known of it."""
        return full_label(self.words, self.seen(row)) or name

    def the(self, seen: Seen) -> str:
        """Returns a row's name with its article."""
        return self.article(self.name(seen))

    def article(self, name: str) -> str:
        """Returns a name with its article."""
        return name if self.is_name() else f"the {name}"

    def is_name(self, level: Level | None = None) -> bool:
        """Whether a level's label is a name (`order {order_id}`); other labels are descriptions."""
        form = (level or self.level).words.label
        return any(end in form for end in ("_id}", "{id}", "_number}"))

    def outer_name(self, row: BindingRow) -> str:
        """Returns the name of what contains the row: `order #W1`."""
        outer = [level for level in self.levels if level.place < self.level.place and level.own == self.level.own]
        if not outer:
            return ""
        return self.name(self.seen(row, outer[-1])) if isinstance(row.get(outer[-1].name), dict) else ""


def counted(words: ColumnWords, said: str) -> str:
    """Returns a value with its column's name: "2 checked bags", "1 checked bag", "departure 2024-05-18"."""
    name = words.name.removeprefix("number of ")
    if words.kind != "number" or not is_plural(name):
        return f"{words.name} {said}"
    return f"{said} {singular(name) if said == '1' else name}"


def column_value(row: BindingRow, path: Path) -> Json:
    """Returns a column's value, None where the row lacks it."""
    value = column(row, path)
    return None if value is MISSING else value
