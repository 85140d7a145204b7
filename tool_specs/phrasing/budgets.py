"""Budgets in words: two things may cost so much together, and one of them matters more.

The user says the limit, and what goes first where the best of both is too much, in sentences of their own (`said`). The
agent argues from the amounts that it has read (`argued`): what the best of both would come to, and which pair stays
within the limit.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

from schemas.base import Json
from schemas.program import Budget, Program, Term
from schemas.task import Request
from tool_specs.lexicon import Lexicon, Texts
from tool_specs.phrasing.columns import column_words, name_noun
from tool_specs.phrasing.english import money, sentence
from tool_specs.phrasing.labels import full_label
from tool_specs.phrasing.meaning import column_name, meaning
from tool_specs.phrasing.outcomes import Outcome
from tool_specs.programs import BindingRow, Selection, column, cost, preferred, rank

_EXTRA: Texts = (
    "In total I don't want to pay more than {limit} extra for the two.",
    "All in all it may cost me {limit} more at most.",
    "I'd like to pay no more than {limit} on top for both together.",
    "The two together shouldn't cost me more than {limit} extra.",
    "I can spend up to {limit} extra on both together.",
    "Just make sure that I don't pay more than {limit} extra altogether.",
)
_TOTAL: Texts = (
    "In total I don't want to pay more than {limit} for the two.",
    "All in all it may cost me {limit} at most.",
    "The two together shouldn't cost me more than {limit}.",
    "I can spend up to {limit} on both together.",
)
_FIRST: Texts = (
    "If that's not enough for my first choice of both, get the {first} as close to it as possible, and then the "
    "{second} with what's left.",
    "If it can't be the best for both, get the best {first} first, and then the best {second} with what's left.",
    "Should that rule out my first choice for both, put the {first} first, and spend what's left on the {second}.",
    "If the two don't go together at that, give the {first} priority, then the best {second} you can still fit in.",
    "If you have to cut back, do it on the {second} rather than on the {first}.",
)
_TOP: Texts = (
    "For the {thing}{old}, the {top} one would be {name} at {price}",
    "The {top} one for the {thing}{old} would be {name} at {price}",
)
_OVER: Texts = (
    "Together that would come to {sum}{more}, which is over your {limit}.",
    "The two together would make {sum}{more}, beyond the {limit} you set.",
    "Both of them would be {sum}{more} in total, and your limit is {limit}.",
)
_PAIR: Texts = (
    "With the {first} going first, what stays within it is {one} and {other}: {sum}{more} in all.",
    "Giving the {first} priority, the best that fits is {one} together with {other}, at {sum}{more} in total.",
    "So, with the {first} first, I'd take {one} and {other}; that's {sum}{more} altogether.",
)


def budget_of(programs: Sequence[Program]) -> Budget | None:
    """Returns the budget that a request is under."""
    return next((program.within for program in programs if program.within), None)


def borrowed(request: Request) -> frozenset[int]:
    """Returns the programs that a request has only for its budget: what they select is told by another request."""
    if budget_of(request.programs) is None:
        return frozenset()
    own: set[int] = set()
    for source in request.sources.values():
        number = source.bind.program if source.bind is not None else None
        while number is not None:
            own.add(number)
            number = request.programs[number].start
    return frozenset(_members(request.programs)) - own


def _members(programs: Sequence[Program]) -> Iterator[int]:
    budget = budget_of(programs)
    for term in budget.terms if budget is not None else ():
        number: int | None = term.program
        while number is not None:
            yield number
            number = programs[number].start


def coupled_with(programs: Sequence[Program], number: int) -> tuple[int, ...]:
    """Returns the programs that are told where one is told that is under a budget: all of which it speaks."""
    budget = budget_of(programs)
    if budget is None or all(term.program != number for term in budget.terms):
        return ()
    return tuple(sorted(set(_members(programs))))


def sayable(words: Lexicon, programs: Sequence[Program]) -> bool:
    """Whether a budget can be said: what it is about has names, and different ones."""
    budget = budget_of(programs)
    things = [_thing(words, programs, term) for term in budget.terms] if budget is not None else []
    return len(things) == 2 and all(things) and len(set(things)) == 2


def said(words: Lexicon, programs: Sequence[Program], limit: Json, rng: random.Random) -> str:
    """Says a budget in the user's voice."""
    slots = _slots(words, programs) | {"limit": f"${limit}"}
    return " ".join(sentence(rng.choice(texts).format(**slots)) for texts in (_limits(programs), _FIRST))


def said_texts(words: Lexicon, programs: Sequence[Program]) -> tuple[Texts, Texts]:
    """Returns everything that says a budget's limit, left open, and everything that says what goes first."""
    slots = _slots(words, programs)
    return _limits(programs), tuple(text.format(**slots) for text in _FIRST)


def argued(words: Lexicon, programs: Sequence[Program], selection: Selection, limit: Json, rng: random.Random) -> str:
    """Says, in the agent's voice, why two rows are the ones: what the best would come to, and what is within it."""
    budget = budget_of(programs)
    found = [_Choice(words, programs, term, selection, rng) for term in budget.terms] if budget is not None else []
    if len(found) < 2 or not all(choice.rows for choice in found):
        return ""
    slots = _slots(words, programs)
    extra = _is_extra(programs)
    best = round(sum(cost(choice.term, choice.best) or 0 for choice in found), 2)
    taken = round(sum(cost(choice.term, choice.taken) or 0 for choice in found), 2)
    parts = [sentence(rng.choice(_TOP).format(**choice.slots(choice.best))) for choice in found]
    more = " more than now" if extra else ""
    parts.append(rng.choice(_OVER).format(sum=money(best), more=more, limit=f"${limit}"))
    one, other = (f"{choice.name(choice.taken)} at {choice.price(choice.taken)}" for choice in found)
    parts.append(
        rng.choice(_PAIR).format(**slots, one=one, other=other, sum=money(taken), more=" more" if extra else "")
    )
    return " ".join(sentence(part) for part in parts)


class _Choice:
    """One of the selections under a budget, as an agent sees it."""

    def __init__(
        self, words: Lexicon, programs: Sequence[Program], term: Term, selection: Selection, rng: random.Random
    ) -> None:
        sense = meaning(words, programs, term.program)
        program = programs[term.program]
        self.term, self._thing = term, _thing(words, programs, term)
        self._got = Outcome(words, programs, sense, selection, rng) if sense is not None else None
        self.rows = selection.picked[term.program]
        ranked = preferred(program, rank(program, selection.candidates[term.program]))[1]
        self.taken: BindingRow = self.rows[0] if self.rows else {}
        self.best: BindingRow = ranked[0] if ranked else {}

    def price(self, row: BindingRow) -> str:
        return money(column(row, self.term.column))

    def name(self, row: BindingRow) -> str:
        if self._got is None:
            return f"the {self._thing}"
        return self._got.article(full_label(self._got.words, self._got.seen(row)))

    def slots(self, row: BindingRow) -> dict[str, str]:
        top = self._got.top(self._got.sense.program.order[0]) if self._got is not None else ""
        old = f" (now {money(column(row, self.term.less))})" if self.term.less is not None else ""
        return {"thing": self._thing, "old": old, "top": top, "name": self.name(row), "price": self.price(row)}


def _limits(programs: Sequence[Program]) -> Texts:
    return _EXTRA if _is_extra(programs) else _TOTAL


def _is_extra(programs: Sequence[Program]) -> bool:
    budget = budget_of(programs)
    return budget is not None and any(term.less is not None for term in budget.terms)


def _slots(words: Lexicon, programs: Sequence[Program]) -> dict[str, str]:
    budget = budget_of(programs)
    things = [_thing(words, programs, term) for term in budget.terms] if budget is not None else ["", ""]
    return {"first": things[0], "second": things[1]}


def _thing(words: Lexicon, programs: Sequence[Program], term: Term) -> str:
    """Returns what the thing is called that a selection is for; "" where it was not told by a name."""
    number: int | None = term.program
    while number is not None:
        for rule in programs[number].where:
            own = column_words(words, column_name(programs, number, rule.column))
            if own is not None and own.kind == "text" and isinstance(rule.value, str) and rule.op == "eq":
                return name_noun(words, rule.value)
        number = programs[number].start
    return ""
