"""Noun phrases in the user's voice: what a program selects, as a person would say it.

the most expensive item of everything that has been delivered to me
the order with the action camera in it
its cheapest version in stock
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from schemas.base import Json
from schemas.program import Filter, OrderKey, Program
from tool_specs.lexicon import ColumnWords, Lexicon
from tool_specs.phrasing.english import Phrase, a, agree, clean, is_plural, listed, lower_name, plural
from tool_specs.phrasing.meaning import Level, Meaning, column_words, level_of, meaning, outside, value_texts

Form = Literal["definite", "plural", "bare", "distributive"]
"""`everything ...` or `the items ...`, `all items ...`, `items ...` (after "how many"), `each item ...`."""

Anaphora = Literal["", "near", "apart"]
"""Whether what a program continues was mentioned: in the same sentence ("its ..."), in one before ("the ... one")."""

_CLAUSES = ("that ", "that's", "I ", "I've", "you ", "where ")

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

    def phrase(self, plural_: bool, scope: str = "") -> str:
        """Returns noun and qualifiers, without article; where the rows are (`scope`) comes before clauses."""
        noun = self.many if plural_ else self.noun
        after = [agree(text, plural_ or is_plural(self.noun)) for text in self.after]
        if not scope:
            return " ".join([*self.before, noun, *_spread(after)])
        short = [text for text in after if not text.startswith(_CLAUSES)]
        clauses = [f"that {text}" if text.startswith("I") else text for text in after if text.startswith(_CLAUSES)]
        return " ".join([*self.before, noun, *_spread(short), scope, *_spread(clauses)])


def _spread(after: Sequence[str]) -> list[str]:
    """Joins clauses of one kind with "and"; short qualifiers come first, so that no clause swallows them."""
    ordered = sorted(after, key=lambda text: (text.startswith("other than"), text.startswith(_CLAUSES)))
    result: list[str] = []
    for text in ordered:
        clause = text.startswith(("that ", "that's", "where "))
        result.append(f"and {text}" if clause and result and result[-1].startswith(("that", "where", "and")) else text)
    return result


def describe(
    words: Lexicon,
    programs: Sequence[Program],
    number: int,
    facts: Mapping[str, Json],
    rng: random.Random,
    *,
    told: str | None = None,
    form: Form = "definite",
    anaphora: Anaphora = "",
    ahead: bool = False,
    implied: bool = False,
) -> Phrase:
    """Returns the noun phrase for what a program selects.

    `told` names the binding whose rows are meant, where that is not the innermost ("the order with ..."). With
    `anaphora` what the program continues was mentioned before ("its cheapest version", "the cheapest one"), with
    `ahead` it comes later in the sentence ("the cheapest version"). With `implied` it goes without saying that another
    one is wanted.
    """
    sense = meaning(words, programs, number, told)
    return (
        Phrase("")
        if sense is None
        else _Speaker(words, programs, facts, rng, sense, anaphora, ahead, implied).say(form)
    )


class _Speaker:
    """Says one program."""

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
        self.continues = sense.program.start is not None and sense.level.own
        self.owned = bool(row.scope)

    def say(self, form: Form) -> Phrase:
        """Returns the phrase."""
        far = outside(self.words, self.programs, self.sense.number, self.sense.level.name)
        away = [rule for rule in self.sense.same if far is not None and self._place(rule) <= far.place]
        for rule in self.sense.same:
            if rule not in away:
                self._qualify(self.parts, rule, short=form == "bare")
        self._exclude()
        if far is not None and not self.implied:
            self._come_from(far, away)
        self._contain()
        if self.sense.fact is not None and self.sense.fact[0] == self.sense.level:
            return self._stated()
        if self.parts.whole:
            tops = self._tops()
            return Phrase(" ".join([_into(self.parts.whole, self.parts.before), *self.parts.after, *tops]))
        if self.continues:
            return self._belonging(form)
        self._name_product()
        if self.sense.program.pick in ("all", "each"):
            return self._every(form)
        return self._single()

    def _qualify(self, parts: Parts, rule: Filter, *, short: bool = False) -> None:
        column = self.sense.id_of(self.programs, rule.column)
        words = column_words(self.words, column)
        if words is None:
            return
        texts, template = value_texts(words, rule.value)
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

    def _place(self, rule: Filter) -> int:
        level = level_of(self.words, self.programs, self.sense.number, rule.column)
        return level.place if level is not None else -1

    def _come_from(self, level: Level, rules: Sequence[Filter]) -> None:
        """Adds "of all my pending items": where the rows come from that are not the user's own."""
        parts = Parts(level.words.singular, level.words.plural)
        for rule in rules:
            self._qualify(parts, rule, short=True)
        if parts.named:
            self.parts.after.append(f"of my {parts.phrase(False)}")
        elif self.sense.fact is None:
            self.parts.after.append(f"of {self.rng.choice(('all my', 'my'))} {parts.phrase(True)}")
        else:
            self.parts.after.append(f"of the {parts.phrase(True, self._scope())}")

    def _exclude(self) -> None:
        for rule in self.sense.excluded:
            if self._place(rule) > self.sense.level.place:
                continue  # what is inside has it
            words = column_words(self.words, self.sense.id_of(self.programs, rule.column))
            if words is not None and words.any_value and not (self.implied and self.rng.random() < 0.75):
                # Where the owner is yet to be named, "the one I have" would have nothing to mean.
                short = [text for text in words.any_value if " " not in text] if self.ahead else []
                text = self.rng.choice(short or words.any_value)
                self.parts.before[:0] = [text] if " " not in text else []
                self.parts.after += [text] if " " in text else []

    def _contain(self) -> None:
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
            self._qualify(parts, rule, short=True)
        far = outside(self.words, self.programs, self.sense.number, level.name)
        held = far is None or far.place < self.sense.level.place
        for rule in self.sense.excluded:
            words = column_words(self.words, self.sense.id_of(self.programs, rule.column))
            if words is not None and words.any_value and self._place(rule) > self.sense.level.place:
                parts.before.append(words.any_value[0])
        tops = [self._superlative(key) for key, _ in inner[:1]]
        before = [top for top in tops if not top.startswith("with ")]
        parts.after += [top for top in tops if top.startswith("with ")]
        text = " ".join([*before, parts.phrase(False)])
        text = f"the {text}" if tops or parts.named or self.rng.random() < 0.6 else a(text)
        tie = "".join(self._tie(key, side) for key, side in self.sense.keys[1:] if side < 0)
        frames: tuple[str, ...] = ("with {}", "that has {}", "that comes in {}", "with {}")
        if held:
            frames = ("with {} in it", "that has {} in it", "with {}", "that contains {}", "containing {}")
        self.parts.after.append(self.rng.choice(frames).format(text) + tie)

    def _superlative(self, key: OrderKey, *, before: bool = False) -> str:
        words = column_words(self.words, self.sense.id_of(self.programs, key.column))
        texts = (words.most if key.descending else words.least) if words else ()
        if before:
            texts = tuple(text for text in texts if not text.startswith("with ")) or texts
        return self.rng.choice(texts) if texts else ""

    def _tie(self, key: OrderKey, side: int) -> str:
        top = self._superlative(key, before=side > 0)
        if side > 0:
            level = level_of(self.words, self.programs, self.sense.number, key.column)
            one = f"the one from the {top} {level.words.singular}" if level else f"the {top} one"
        else:
            one = f"the one {top}" if top.startswith("with ") else f"the {top} one"
        return self.rng.choice(_TIES).format(one)

    def _tops(self) -> list[str]:
        """Returns what comes after the noun to say the ordering."""
        keys = self.sense.keys
        if not keys:
            return []
        found: list[str] = []
        first, side = keys[0]
        if side == 0:
            top = self._superlative(first)
            if top.startswith("with "):
                self.parts.after.append(top)
            else:
                self.parts.before.insert(0, top)
        elif side > 0:
            level = level_of(self.words, self.programs, self.sense.number, first.column)
            if level is not None:
                found.append(f"from my {self._superlative(first, before=True)} {level.words.singular}")
        tie = "".join(self._tie(key, at) for key, at in keys[1:] if at >= 0)
        return [*found, tie] if tie else found

    def _scope(self) -> str:
        """Returns "in my order #W1" where the user states what contains the rows."""
        if self.sense.fact is None:
            return ""
        level, name, many = self.sense.fact
        stated = self._ids(level, name, many)
        return f"{self.rng.choice(('in', 'from', 'in'))} {stated}"

    def _ids(self, level: Level, name: str, many: bool) -> str:
        value = self.facts[name]
        if many and isinstance(value, list):
            noun = level.words.plural if len(value) > 1 else level.words.singular
            return f"my {noun} {listed([str(one) for one in value])}"
        kind = level.words.singular
        return self.rng.choice((f"my {kind} {value}", f"{kind} {value}", f"{kind} {value}"))

    def _stated(self) -> Phrase:
        level, name, many = self.sense.fact or (self.sense.level, "", False)
        ids = self._ids(level, name, many)
        program = self.sense.program
        if not many:
            return Phrase(ids)
        if program.pick in ("all", "each"):
            after = " ".join(_spread([agree(text, True) for text in self.parts.after]))
            return Phrase(f"those of {ids} {after}" if after else ids, plural=True)
        tops = self._tops()
        before = " ".join(self.parts.before)
        after = " ".join([*_spread(self.parts.after), *tops])
        if before and not after:
            return Phrase(f"the {before} of {ids}")
        return Phrase(f"the {before} one of {ids} {after}" if before else f"the one of {ids} {after}")

    def _belonging(self, form: Form) -> Phrase:
        """Says rows that continue another program's: "its cheapest version", "the versions of my office chair"."""
        program = self.sense.program
        start = program.start if program.start is not None else 0
        owner_picks = self.programs[start].pick
        if self.ahead and form == "bare":
            return Phrase(self.parts.phrase(True), plural=True)
        tops = self._tops()
        if self.ahead and program.pick != "all":
            return Phrase(" ".join(["the", self.parts.phrase(False), *tops]))
        if program.pick == "each" or (self.anaphora and owner_picks in ("all", "each") and program.pick != "all"):
            if form == "distributive":
                return Phrase(" ".join(["its", self.parts.phrase(False), *tops]))
            before = " ".join([*self.parts.before, self.parts.noun])
            return Phrase(" ".join(["the", before, "of each", *_spread(self.parts.after), *tops]))
        if program.pick == "all":
            if self.anaphora:
                return Phrase(" ".join(["all its", self.parts.phrase(True), *tops]), plural=True)
            owner = describe(self.words, self.programs, start, self.facts, self.rng)
            core = self._of(owner.text, True, tops)
            return Phrase(core if form == "bare" else f"the {core}", plural=True)
        if self.anaphora:
            owner = describe(self.words, self.programs, start, self.facts, random.Random(0))
            if self.parts.before and not owner.plural and self.rng.random() < 0.5:
                self.parts.noun = "one"
            its = ("its", "the", "the") if self.anaphora == "near" else ("the",)
            det = "the" if self.parts.noun == "one" or owner.plural else self.rng.choice(its)
            if not self.parts.before and not tops and self.parts.noun != "one":
                det, self.parts.noun = (
                    "the",
                    self.rng.choice((self.parts.noun, "one" if not owner.plural else "version")),
                )
            return Phrase(" ".join([det, self.parts.phrase(False), *tops]))
        owner = describe(self.words, self.programs, start, self.facts, self.rng)
        return Phrase(f"the {self._of(owner.text, False, tops)}")

    def _of(self, owner: str, many: bool, tops: list[str]) -> str:
        noun = self.parts.many if many else self.parts.noun
        after = [agree(text, many) for text in self.parts.after]
        return " ".join([*self.parts.before, f"{noun} of {owner}", *_spread(after), *tops])

    def _name_product(self) -> None:
        """Puts the name that the path itself holds into the noun."""
        if self.sense.named is None:
            return
        name = name_noun(self.words, self.sense.named)
        row = self.parts.noun
        if is_plural(name) or self.rng.random() < 0.4:
            self.parts.noun, self.parts.many = f"{row} of the {name}", f"{plural(row)} of the {name}"
        else:
            self.parts.noun, self.parts.many = name, plural(name)

    def _every(self, form: Form) -> Phrase:
        scope, tops = self._scope(), self._tops()
        filtered = bool(self.parts.before or self.parts.after or self.parts.named)
        if form == "bare":
            return Phrase(clean(self.parts.phrase(True, scope)), plural=True)
        if form == "distributive":
            text = " ".join([self.rng.choice(("each", "every")), self.parts.phrase(False, scope), *tops])
            return Phrase(clean(text), plural=False)
        if scope and not filtered and form != "plural" and self.rng.random() < 0.5:
            return Phrase(f"everything {scope}")
        det = self.rng.choice(("all the", "all my") if self.owned and not scope else ("all the", "all"))
        return Phrase(clean(" ".join([det, self.parts.phrase(True, scope), *tops])), plural=True)

    def _single(self) -> Phrase:
        scope, tops = self._scope(), self._tops()
        many = is_plural(self.parts.noun)
        first = self.sense.program.pick == "first"
        wide = self._wide(scope) if first and not tops and not self._with_top() else None
        if wide is not None:
            return Phrase(clean(" ".join(["the", *self.parts.before, self.parts.noun, *wide, *tops])), plural=many)
        short = not self.parts.after and not scope
        det = self.rng.choice(("my", "the", "my")) if self.owned and short else "the"
        if self.sense.level.words.plural == self.parts.many and short and not first and not self.parts.before:
            det = "my" if self.owned else "the"
        return Phrase(clean(" ".join([det, self.parts.phrase(False, scope), *tops])), plural=many)

    def _with_top(self) -> bool:
        return any(text.startswith("with the ") for text in self.parts.after)

    def _wide(self, scope: str) -> list[str] | None:
        """Returns "of everything that has been delivered" for a superlative over all that is the user's."""
        scopes = self.sense.level.words.scope
        if scope or not scopes or self.parts.named:
            return None
        if not self.parts.after and len(self.parts.before) <= 1 and self.rng.random() < 0.5:
            return [self.rng.choice(("of", "out of")), self.rng.choice(scopes)]
        one = self.parts.after[0] if len(self.parts.after) == 1 else ""
        if one.startswith(("that ", "that's", "I ", "I've")) and self.rng.random() < 0.35:
            everything = [text for text in scopes if text.startswith("everything")]
            if everything:
                return [self.rng.choice(("of", "out of")), "everything", one]
        return None


def fill_value(text: str, value: Json, column: str, words: ColumnWords) -> str:
    """Fills a template of `any_value`."""
    said = lower_name(str(value)) if words.kind == "text" else str(value)
    return text.replace("{value}", said).replace("{key}", column.rpartition(".")[2])


def name_noun(words: Lexicon, name: str) -> str:
    """Returns a name as it stands inside a sentence, with the exceptions that the lexicon knows."""
    for column in words.columns.values():
        if column.kind == "text":
            texts, template = value_texts(column, name)
            if texts and not template:
                return texts[0]
    return lower_name(name)


def _into(whole: str, before: Sequence[str]) -> str:
    """Puts qualifiers into a whole noun phrase: `my credit card`, `Visa` -> `my Visa credit card`."""
    det, _, rest = whole.partition(" ")
    return " ".join([det, *before, rest])
