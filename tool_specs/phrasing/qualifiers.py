"""What stands around a noun in the user's voice: filters before and after it, superlatives, where the rows are.

`office chair` + status delivered, by price -> before: "most expensive"; after: "that has been delivered"
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from schemas.base import Json
from schemas.program import At, Call, Each, Fact, Filter, Operand, OrderKey, Program, Step
from tool_specs.lexicon import Lexicon
from tool_specs.phrasing.columns import column_place, column_places, column_words, fill_value, said_texts
from tool_specs.phrasing.english import a, agree, is_plural, listed, plural, slots_in
from tool_specs.phrasing.meaning import Level, Meaning, level_of, outside

Anaphora = Literal["", "near", "apart"]
"""Whether what a program continues was mentioned: in the same sentence ("its ..."), in one before ("the ... one")."""

_CLAUSES = ("that ", "that's", "I ", "I've", "you ", "where ")

_KINDS: tuple[str | tuple[str, ...], ...] = (("that ", "that's", "where "), "with ", "whose ")

TIED = re.compile(r"if (?:there's a tie|two are equal|several tie)|in case of a tie")
_TIES = (
    ", and if there's a tie, {}",
    " (if two are equal, {})",
    ", and if several tie for that, {}",
    ", or if there's a tie, {}",
    ", and in case of a tie {}",
)


@dataclass
class Parts:
    """The parts of a noun phrase while it is being built."""

    noun: str
    many: str
    whole: str = ""
    named: bool = False
    before: list[str] = field(default_factory=list)
    after: list[str] = field(default_factory=list)

    @property
    def has_clause(self) -> bool:
        """Whether a clause follows the noun already: of two, the second is heavy."""
        return any(text.startswith(_CLAUSES) for text in self.after)

    def phrase(self, plural_: bool, scope: str = "") -> str:
        """Returns noun and qualifiers, without article; where the rows are (`scope`) comes before clauses."""
        noun = self.many if plural_ else self.noun
        after = [agree(text, plural_ or is_plural(self.noun)) for text in self.after]
        if not scope:
            return " ".join([*self.before, noun, *spread(after)])
        short = [text for text in after if not text.startswith(_CLAUSES)]
        clauses = [f"that {text}" if text.startswith("I") else text for text in after if text.startswith(_CLAUSES)]
        return " ".join([*self.before, noun, *spread(short), scope, *spread(clauses)])


def spread(after: Sequence[str]) -> list[str]:
    """Joins qualifiers of one kind with "and"; short ones come first, so that no clause swallows them."""
    ordered = sorted(after, key=lambda text: (text.startswith("other than"), text.startswith(_CLAUSES)))
    result: list[str] = []
    for text in ordered:
        before = result[-1].removeprefix("and ") if result else ""
        alike = any(text.startswith(kind) and before.startswith(kind) for kind in _KINDS)
        result.append(f"and {text}" if alike else text)
    return result


class Qualifying:
    """Collects the parts of one program's noun phrase."""

    def __init__(
        self,
        words: Lexicon,
        programs: Sequence[Program],
        facts: Mapping[str, Json],
        rng: random.Random,
        sense: Meaning,
        anaphora: Anaphora,
        ahead: bool,
        implied: bool,
    ) -> None:
        self.words, self.programs, self.facts, self.rng = words, programs, facts, rng
        self.sense, self.anaphora, self.ahead, self.implied = sense, anaphora, ahead, implied
        row = sense.level.words
        self.parts = Parts(row.singular, row.plural)
        # What is looked for in a search is no part of what gives the search a place to look in.
        self.continues = sense.program.start is not None and sense.level.own and self._search() is None
        self.owned = bool(row.scope)

    def qualify(self, parts: Parts, rule: Filter, *, short: bool = False) -> None:
        """Adds a filter: before the noun, after it, or as the noun itself."""
        column = self.sense.id_of(self.programs, rule.column)
        words = column_words(self.words, column)
        if words is None:
            return
        texts, template = said_texts(words, rule.value)
        if not texts:
            return
        if short:  # a clause inside a clause is hard to follow
            texts = tuple(text for text in texts if not text.startswith(_CLAUSES)) or texts
        text = self.rng.choice(texts)
        filled = fill_value(text, rule.value, column, words) if template else text
        if words.kind == "text":
            parts.noun, parts.many, parts.named = filled, plural(filled), True
        elif text.startswith(("my ", "the ")):
            parts.whole = filled
        elif " " not in text and not parts.whole:
            parts.before.append(filled)
        else:
            (parts.before if " " not in text else parts.after).append(filled)

    def in_order(self, rules: Sequence[Filter]) -> Sequence[Filter]:
        """Returns filters in the order of the lexicon's columns: the large blue one, not the blue large one."""
        if len(rules) < 2:
            return rules
        places = column_places(self.words)
        return sorted(rules, key=lambda rule: column_place(places, self.sense.id_of(self.programs, rule.column)))

    def seek(self) -> None:
        """Adds "at either branch, today or tomorrow": what the user gives a search to look for."""
        row, call = self.sense.level.words, self._search()
        if call is None:
            return
        steps = self.sense.program.steps
        values = {name: self._asked(steps, operand) for name, operand in call.arguments.items()}
        asked = {name: value for name, value in values.items() if value}
        texts = [text for text in row.sought if set(slots_in(text)) == asked.keys()]
        if texts:
            self.parts.after.append(self.rng.choice(texts).format(**asked))
        if call.also and row.either:
            self.parts.after.append(self.rng.choice(row.either))

    def _search(self) -> Call | None:
        """Returns the call of several values that shows the rows, where words say what it looks for."""
        steps = self.sense.program.steps
        calls = [step for step in steps if isinstance(step, Call) and len(step.arguments) > 1]
        return calls[-1] if self.sense.level.words.sought and calls and self.sense.level.own else None

    def _asked(self, steps: Sequence[Step], operand: Operand) -> str:
        """Returns the values that the user gives for a parameter: "SEA or PHX"; "" where another row has it."""
        if isinstance(operand, At):
            step = next((step for step in steps if step.name == operand.path[0]), None)
            operand = step.source if isinstance(step, Each) else operand
        value = self.facts[operand.name] if isinstance(operand, Fact) else ""
        return listed([str(one) for one in value], "or") if isinstance(value, list) else str(value)

    def place(self, rule: Filter) -> int:
        """Returns how far inside the row that a filter is on lies."""
        level = level_of(self.words, self.programs, self.sense.number, rule.column)
        return level.place if level is not None else -1

    def come_from(self, level: Level, rules: Sequence[Filter]) -> None:
        """Adds "of all my pending items": where the rows come from that are not the user's own."""
        parts = Parts(level.words.singular, level.words.plural)
        for rule in rules:
            self.qualify(parts, rule, short=True)
        owned = bool(level.words.scope)
        stated = self.sense.fact is not None and self.sense.fact[0] == level and not self.sense.fact[2]
        if stated or not (owned or rules or self.sense.fact):
            return  # "in shelf S1" follows; and what comes from everywhere comes from nowhere in particular
        if parts.named:
            self.parts.after.append(f"of {'my' if owned else 'the'} {parts.phrase(False)}")
        elif self.sense.fact is None:
            every = self.rng.choice(("all my", "my") if owned else ("all the", "all"))
            self.parts.after.append(f"of {every} {parts.phrase(True)}")
        else:
            self.parts.after.append(f"of the {parts.phrase(True, self.scope())}")

    def exclude(self) -> None:
        """Adds "other" where the row that one has is left out."""
        for rule in self.sense.excluded:
            if self.place(rule) > self.sense.level.place:
                continue  # what is inside has it
            words = column_words(self.words, self.sense.id_of(self.programs, rule.column))
            if words is not None and words.any_value and not (self.implied and self.rng.random() < 0.75):
                # Where the owner is yet to be named, "the one I have" would have nothing to mean.
                short = [text for text in words.any_value if " " not in text] if self.ahead else []
                text = self.rng.choice(short or words.any_value)
                self.parts.before[:0] = [text] if " " not in text else []
                self.parts.after += [text] if " " in text else []

    def contain(self) -> None:
        """Adds "with the action camera in it": filters and orderings on rows inside the row."""
        inner = [(key, side) for key, side in self.sense.keys if side < 0]
        if not self.sense.parts and not inner:
            return
        path = self.sense.parts[0].column if self.sense.parts else inner[0][0].column
        level = level_of(self.words, self.programs, self.sense.number, path)
        if level is None:
            return
        parts = Parts(level.words.singular, level.words.plural)
        for rule in self.sense.parts:
            self.qualify(parts, rule, short=True)
        far = outside(self.words, self.programs, self.sense.number, level.name)
        held = far is None or far.place < self.sense.level.place
        for rule in self.sense.excluded:
            words = column_words(self.words, self.sense.id_of(self.programs, rule.column))
            if words is not None and words.any_value and self.place(rule) > self.sense.level.place:
                parts.before.append(words.any_value[0])
        tops = [self.superlative(key) for key, _ in inner[:1]]
        before = [top for top in tops if not top.startswith("with ")]
        parts.after += [top for top in tops if top.startswith("with ")]
        text = " ".join([*before, parts.phrase(False)])
        text = f"the {text}" if tops or parts.named or self.rng.random() < 0.6 else a(text)
        tie = "".join(self.tie(key, side) for key, side in self.sense.keys[1:] if side < 0)
        frames: tuple[str, ...] = ("with {}", "that has {}", "that comes in {}", "with {}")
        if held:
            frames = ("with {} in it", "that has {} in it", "with {}", "that contains {}", "containing {}")
            frames = frames[-3:] if text.endswith(" in") else frames  # "with a head of 100 sq in in it"
        self.parts.after.append(self.rng.choice(frames).format(text) + tie)

    def superlative(self, key: OrderKey, *, before: bool = False) -> str:
        """Returns a superlative for an ordering."""
        words = column_words(self.words, self.sense.id_of(self.programs, key.column))
        texts = (words.most if key.descending else words.least) if words else ()
        if before:
            texts = tuple(text for text in texts if not text.startswith("with ")) or texts
        return self.rng.choice(texts) if texts else ""

    def tie(self, key: OrderKey, side: int) -> str:
        """Says what decides between rows that are equal."""
        top = self.superlative(key, before=side > 0)
        if side > 0:
            level = level_of(self.words, self.programs, self.sense.number, key.column)
            one = f"the one from the {top} {level.words.singular}" if level else f"the {top} one"
        else:
            one = f"the one {top}" if top.startswith("with ") else f"the {top} one"
        return self.rng.choice(_TIES).format(one)

    def tops(self) -> list[str]:
        """Returns what comes after the noun to say the ordering."""
        keys = self.sense.keys
        if not keys:
            return []
        found: list[str] = []
        first, side = keys[0]
        if side == 0:
            top = self.superlative(first)
            if top.startswith("with "):
                self.parts.after.append(top)
            else:
                self.parts.before.insert(0, top)
        elif side > 0:
            level = level_of(self.words, self.programs, self.sense.number, first.column)
            if level is not None:
                whose = "my" if level.words.scope else "the"
                found.append(f"from {whose} {self.superlative(first, before=True)} {level.words.singular}")
        tie = "".join(self.tie(key, at) for key, at in keys[1:] if at >= 0)
        return [*found, tie] if tie else found

    def scope(self) -> str:
        """Returns "in my order #W1" where the user states what contains the rows."""
        if self.sense.fact is None or (self.sense.program.start is not None and self._search() is not None):
            return ""
        level, name, many = self.sense.fact
        stated = self.ids(level, name, many)
        return f"{self.rng.choice(('in', 'from', 'in'))} {stated}"

    def ids(self, level: Level, name: str, many: bool) -> str:
        """Returns the ids that the user states, with their noun."""
        value = self.facts[name]
        if many and isinstance(value, list):
            noun = level.words.plural if len(value) > 1 else level.words.singular
            mine = "my" if level.words.scope else "the"
            return f"{mine} {noun} {listed([str(one) for one in value])}"
        kind = level.words.singular
        if not level.words.scope:
            return f"{kind} {value}"
        return self.rng.choice((f"my {kind} {value}", f"{kind} {value}", f"{kind} {value}"))
