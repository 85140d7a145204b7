"""Noun phrases in the user's voice: what a program selects, as a person would say it.

the most expensive item of everything that has been delivered to me
the order with the action camera in it
its cheapest version in stock
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import Literal

from schemas.base import Json
from schemas.program import Program
from tool_specs.lexicon import Lexicon
from tool_specs.phrasing.columns import name_noun
from tool_specs.phrasing.english import Phrase, agree, clean, is_plural, plural
from tool_specs.phrasing.meaning import meaning, outside
from tool_specs.phrasing.qualifiers import Anaphora, Qualifying, spread

Form = Literal["definite", "plural", "bare", "distributive"]
"""`everything ...` or `the items ...`, `all items ...`, `items ...` (after "how many"), `each item ...`."""
_SHORT = 4
"""Letters of words that may stand twice in a phrase: "of", "that"."""


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


class _Speaker(Qualifying):
    """Says one program."""

    def say(self, form: Form) -> Phrase:
        """Returns the phrase."""
        far = outside(self.words, self.programs, self.sense.number, self.sense.level.name)
        away = [rule for rule in self.sense.same if far is not None and self.place(rule) <= far.place]
        for rule in self.in_order(self.sense.same):
            if rule not in away:
                self.qualify(self.parts, rule, short=form == "bare" or self.parts.has_clause)
        self.seek()
        self.exclude()
        if far is not None and not self.implied:
            self.come_from(far, away)
        self.contain()
        if self.sense.fact is not None and self.sense.fact[0] == self.sense.level:
            return self._stated()
        if self.parts.whole:
            tops = self.tops()
            return Phrase(" ".join([_into(self.parts.whole, self.parts.before), *self.parts.after, *tops]))
        if self.continues:
            return self._belonging(form)
        self._name_product()
        if self.sense.program.pick in ("all", "each"):
            return self._every(form)
        return self._single()

    def _stated(self) -> Phrase:
        level, name, many = self.sense.fact or (self.sense.level, "", False)
        ids = self.ids(level, name, many)
        program = self.sense.program
        if not many:
            return Phrase(ids)
        if program.pick in ("all", "each"):
            after = " ".join(spread([agree(text, True) for text in self.parts.after]))
            return Phrase(f"those of {ids} {after}" if after else ids, plural=True)
        tops = self.tops()
        before = " ".join(self.parts.before)
        after = " ".join([*spread(self.parts.after), *tops])
        if len(self.parts.before) == 1 and not after:
            return Phrase(f"the {before} of {ids}")
        return Phrase(clean(f"the {before} one of {ids} {after}"))

    def _belonging(self, form: Form) -> Phrase:
        """Says rows that continue another program's: "its cheapest version", "the versions of my office chair"."""
        program = self.sense.program
        start = program.start if program.start is not None else 0
        owner_picks = self.programs[start].pick
        if self.ahead and form == "bare":
            return Phrase(self.parts.phrase(True), plural=True)
        tops = self.tops()
        if self.ahead and program.pick != "all":
            return Phrase(" ".join(["the", self.parts.phrase(False), *tops]))
        if program.pick == "each" or (self.anaphora and owner_picks in ("all", "each") and program.pick != "all"):
            if form == "distributive":
                return Phrase(" ".join(["its", self.parts.phrase(False), *tops]))
            before = " ".join([*self.parts.before, self.parts.noun])
            return Phrase(" ".join(["the", before, "of each", *spread(self.parts.after), *tops]))
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
                    self.rng.choice((self.parts.noun, "one" if not owner.plural else self.sense.level.words.singular)),
                )
            return Phrase(" ".join([det, self.parts.phrase(False), *tops]))
        owner = describe(self.words, self.programs, start, self.facts, self.rng)
        return Phrase(f"the {self._of(owner.text, False, tops)}")

    def _of(self, owner: str, many: bool, tops: list[str]) -> str:
        noun = self.parts.many if many else self.parts.noun
        after = [agree(text, many) for text in self.parts.after]
        return " ".join([*self.parts.before, f"{noun} of {owner}", *spread(after), *tops])

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
        scope, tops = self.scope(), self.tops()
        filtered = bool(self.parts.before or self.parts.after or self.parts.named)
        if form == "bare":
            return Phrase(clean(self.parts.phrase(True, scope)), plural=True)
        if form == "distributive":
            text = " ".join([self.rng.choice(("each", "every")), self.parts.phrase(False, scope), *tops])
            return Phrase(clean(text), plural=False)
        if scope and not filtered and form != "plural" and self.rng.random() < 0.5:
            return Phrase(f"everything {scope}")
        if self.owned and not scope:
            det = self.rng.choice(("all the", "all my")) if filtered else "all my"
        else:
            det = self.rng.choice(("all the", "all"))
        return Phrase(clean(" ".join([det, self.parts.phrase(True, scope), *tops])), plural=True)

    def _single(self) -> Phrase:
        scope, tops = self.scope(), self.tops()
        many = is_plural(self.parts.noun)
        first = self.sense.program.pick == "first"
        wide = self._wide(scope) if first and not tops and not self._with_top() else None
        if wide is not None:
            return Phrase(clean(" ".join(["the", *self.parts.before, *wide, *tops])), plural=many)
        short = not self.parts.after and not scope
        det = self.rng.choice(("my", "the", "my")) if self.owned and short else "the"
        if self.sense.level.words.plural == self.parts.many and short and not first and not self.parts.before:
            det = "my" if self.owned else "the"
        return Phrase(clean(" ".join([det, self.parts.phrase(False, scope), *tops])), plural=many)

    def _with_top(self) -> bool:
        return any(text.startswith("with the ") for text in self.parts.after)

    def _wide(self, scope: str) -> list[str] | None:
        """Returns "item of everything that has been delivered" for a superlative over all that is the user's.

        Nothing is said twice: it is "the first of all my orders", and not "the first order of all my orders".
        """
        scopes = self.sense.level.words.scope
        if scope or not scopes or self.parts.named:
            return None
        said = _contents(" ".join(self.parts.before))
        others = [text for text in scopes if said.isdisjoint(_contents(text))]
        if others and not self.parts.after and len(self.parts.before) <= 1 and self.rng.random() < 0.5:
            every = self.rng.choice(others)
            noun = [] if self.parts.many in every else [self.parts.noun, "out"][: self.rng.choice((1, 2))]
            return [*noun, "of", every]
        one = self.parts.after[0] if len(self.parts.after) == 1 else ""
        if one.startswith(("that ", "that's", "I ", "I've")) and self.rng.random() < 0.35:
            everything = [text for text in scopes if text.startswith("everything")]
            if everything:
                return [self.parts.noun, self.rng.choice(("of", "out of")), "everything", one]
        return None


def _contents(text: str) -> set[str]:
    """Returns the longer words of a text: those that one does not like to hear twice."""
    return {word for word in text.split() if len(word) > _SHORT}


def _into(whole: str, before: Sequence[str]) -> str:
    """Puts qualifiers into a whole noun phrase: `my credit card`, `Visa` -> `my Visa credit card`."""
    det, _, rest = whole.partition(" ")
    return " ".join([det, *before, rest])
