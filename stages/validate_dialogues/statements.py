"""Statements: what an agent says of rows is theirs, and what it ranks is in order.

    "loan #L310022 at $4.50"                                   4.50 is known, and of another loan only      misplaced
    "The smallest fee is loan #L31 at $4.50; next comes loan #L32 at $2.00."                           out of order
    "Loan #L33 ($9.00) costs less, but it is closed."   after a smallest one of $4.50                  out of order
    "They are $4.50 and $9.00. The lowest is $9.00."          asked for, and is $4.50                          denied

Scripts state what they read; a language model mixes rows up while its call is right. Only plain forms are read: an id
and an amount beside it, a superlative with its runner-up. Not promised: that what is told in other words is true.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator

from schemas.base import Json
from schemas.task import Request
from stages.validate_dialogues.context import CheckContext
from stages.validate_dialogues.words import cents, tokens

_AMOUNT = r"[$€£](\d[\d,]*(?:\.\d\d)?)"
_BESIDE = re.compile(rf" (?:at |\(){_AMOUNT}")
_BEFORE = re.compile(rf"{_AMOUNT} \((?:[a-z]+ )?(#?\w+)\)")
_LEAST = r"(?:cheapest|smallest|lowest(?:-priced)?|least expensive|most affordable)"
_MOST = r"(?:costliest|priciest|biggest|largest|highest(?:-priced)?|most expensive)"
_NEXT = r"(?:followed by|next (?:comes|is)|after that comes|ahead of|the runner-up is)"
_RANKED = re.compile(rf"\b[Tt]he (?:({_LEAST})|{_MOST})\b[^.?!$]*? at {_AMOUNT}")
_SECOND = re.compile(rf"[^$?!]*?\b(?:{_NEXT}\b[^.?!$]*? at {_AMOUNT}|with\b[^.?!$]*? at {_AMOUNT} in second place)")
_BEYOND = re.compile(rf"[(,] ?{_AMOUNT}\) costs (less|more)\b(?! than)")
_DIGITS = re.compile(r"\d+")
_EXTREME = re.compile(rf"\b[Tt]he (?:{_LEAST}|{_MOST}) is {_AMOUNT}")


def misplaced(text: str, answers: Iterable[tuple[str, Collection[int]]]) -> Iterator[str]:
    """Yields amounts that stand beside an id and are numbers of other answers only.

    Args:
        text: What the agent says.
        answers: What tools answered before, each with its numbers in hundredths.
    """
    pairs = [
        (text[text.rfind(" ", 0, found.start()) + 1 : found.start()], found[1]) for found in _BESIDE.finditer(text)
    ]
    pairs += [(found[2], found[1]) for found in _BEFORE.finditer(text)]
    stated = [(id_, amount) for id_, amount in dict.fromkeys(pairs) if tokens(id_) == [id_]]
    every = list(answers) if stated else []
    for id_, amount in stated:
        having = {id_ in answer for answer, numbers in every if _cents(amount) in numbers}
        if having == {False} and any(id_ in answer for answer, _ in every):
            yield f"the agent states the amount {amount} of {id_!r}; only answers about others have it"


def out_of_order(text: str) -> Iterator[str]:
    """Yields amounts that are ranked and do not lie as the words say."""
    ranked = list(_RANKED.finditer(text))
    for place, found in enumerate(ranked):
        end = ranked[place + 1].start() if place + 1 < len(ranked) else len(text)
        least, first = found.group(1) is not None, _cents(found.group(2))
        second = _SECOND.match(text, found.end(), end)
        next_ = (second.group(1) or second.group(2)) if second else found.group(2)
        if _cents(next_) < first if least else _cents(next_) > first:
            yield f"the agent ranks {found.group(2)} before {next_}"
        for beyond in _BEYOND.finditer(text, found.end(), end):
            amount, how = beyond.groups()
            if (how == "less" and least and _cents(amount) > first) or (
                how == "more" and not least and _cents(amount) < first
            ):
                yield f"the agent says that {amount} is {how} than {found.group(2)}"


def told_otherwise(context: CheckContext) -> Iterator[tuple[int, str]]:
    """Answers that a message takes back, and refusals that are about another row than the one that was asked about."""
    asked = [value for request in context.task.requests for value in request.communicate]
    rows = list(dict.fromkeys(value for request in context.task.requests for value in _found_rows(request)))
    if not asked and not rows:
        return
    texts = list(context.text("assistant", context.begin, len(context.messages)))
    for index, text in texts if asked else ():
        for amount in _denied(text, asked):
            yield index, f"the user is told {amount} as the one asked for, which is {asked}"
    for row in rows:
        like = {index: found for index, text in texts if (found := _alike(row, context.messages[index].content))}
        if like and not any(row in found for found in like.values()):
            index, found = next(iter(like.items()))
            yield index, f"what was refused is {row!r}; the agent speaks of {found[0]!r} only"


def _found_rows(request: Request) -> Iterator[str]:
    """Yields the ids by which rows were found that a refusal is about."""
    if request.kind == "refuse":
        for name, source in request.sources.items():
            value = request.arguments.get(name)
            if source.provenance in ("read", "evidence") and isinstance(value, str) and tokens(value) == [value]:
                yield value


def _alike(row: str, text: str) -> list[str]:
    """Returns the ids in a text that are written like a row's."""
    shape = _DIGITS.sub("0", row)
    return [token for token in tokens(text) if _DIGITS.sub("0", token) == shape]


def _denied(text: str, values: Collection[Json]) -> Iterator[str]:
    """Yields amounts that are told as the least or the most, and are none of those that were asked for."""
    wanted = {cents(value) for value in values if type(value) in (int, float)}
    for amount in _EXTREME.findall(text) if wanted else ():
        if _cents(amount) not in wanted:
            yield amount


def _cents(amount: str) -> int:
    return cents(float(amount.replace(",", "")))
