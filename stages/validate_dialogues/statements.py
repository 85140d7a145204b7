"""Statements: what an agent says of rows is theirs, and what it ranks is in order.

    "loan #L310022 at $4.50"                                   4.50 is known, and of another loan only      misplaced
    "The smallest fee is loan #L31 at $4.50; next comes loan #L32 at $2.00."                           out of order
    "Loan #L33 ($9.00) costs less, but it is closed."   after a smallest one of $4.50                  out of order
    "They are $4.50 and $9.00. The lowest is $9.00."          asked for, and is $4.50                          denied
    "Done, that makes 5 copies in all."                       4 were written                                misreported

Scripts state what they read; a language model mixes rows up while its call is right. Only plain forms are read: an id
and an amount beside it, a superlative with its runner-up, a number with what it counts. What may be meant otherwise
passes: an amount that goes to a card is no amount of that card's, the largest of the sizes need not cost the most, and
the cheapest of all may be named beside the one that was asked for. Not promised: that what is said in other words is
true.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from itertools import product

import orjson

from schemas.base import Json
from schemas.task import Request
from stages.validate_dialogues.context import CheckContext
from stages.validate_dialogues.words import cents, leaves, objects, tokens
from tool_specs.counting import told_otherwise as miscount

_AMOUNT = r"[$€£](\d[\d,]*(?:\.\d\d)?)"
_BESIDE = re.compile(rf" (?:at |\(){_AMOUNT}")
_BEFORE = re.compile(rf"{_AMOUNT} \((?:[a-z]+ )?(#?\w+)\)")
_LEAST = r"(?:cheapest|smallest|lowest(?:-priced)?|least expensive|most affordable)"
_MOST = r"(?:costliest|priciest|biggest|largest|highest(?:-priced)?|most expensive)"
_NEXT = r"(?:followed by|next (?:comes|is)|after that comes|ahead of|the runner-up is)"
_RANKED = re.compile(rf"\b[Tt]he (?:({_LEAST})|{_MOST})\b[^.?!$]*? at {_AMOUNT}")
_SECOND = re.compile(rf"[^$?!]*?\b(?:{_NEXT}\b[^.?!$]*? at {_AMOUNT}|with\b[^.?!$]*? at {_AMOUNT} in second place)")
_BEYOND = re.compile(rf"[(,] ?{_AMOUNT}\) costs (less|more)\b(?! than)")
_FEW = 2
"""Rows that a text may compare; with more of them it lists what there is."""
_DIGITS = re.compile(r"\d+")
_EXTREME = re.compile(rf"\b[Tt]he (?:({_LEAST})|{_MOST}) is {_AMOUNT}(?P<rest>[^.?!]*)")
_ELSEWHERE = re.compile(
    r"\b(?:but|however|though|although|unavailable|sold out|out of stock|not available)\b", re.IGNORECASE
)
"""What is said of an extreme that is not the one in question."""
_TOWARDS = re.compile(r"\b(?:to|on|onto|with|via|using|by|from|through)(?: (?:your|the|my|this))?\Z", re.IGNORECASE)
"""Before an id: money goes there or comes from there."""
_MEASURED = re.compile(
    r"\b(?:sizes?|capacity|screen|inch(?:es)?|lit(?:er|re)s?|volume|dimensions?|memory|storage|weight|gb|kg|cm|xs|xxl|xl)\b",
    re.IGNORECASE,
)
"""What is ranked by these need not be ranked by its price."""
_BY_SIZE = re.compile(r"[Tt]he (?:smallest|biggest|largest|lowest|highest)\b")
_MARKUP = re.compile(r"\*\*|__|`")
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n")
_IN_ALL = re.compile(r"\b(?:now|in (?:total|all)|altogether|a total of)\b")
_SOME = re.compile(r"\badd(?:ed|ing|itional)?\b|\bmore\b|\bextra\b")


def misplaced(text: str, answers: Iterable[tuple[str, Collection[int]]]) -> Iterator[str]:
    """Yields amounts that stand beside an id and are numbers of other answers only.

    Args:
        text: What the agent says.
        answers: What tools answered before, each with its numbers in hundredths.
    """
    text = _unmarked(text)
    pairs = []
    for found in _BESIDE.finditer(text):
        start = text.rfind(" ", 0, found.start()) + 1
        if not _TOWARDS.search(text[max(start - 24, 0) : start].rstrip()):
            pairs.append((text[start : found.start()], found[1]))
    pairs += [(found[2], found[1]) for found in _BEFORE.finditer(text)]
    stated = [(id_, amount) for id_, amount in dict.fromkeys(pairs) if tokens(id_) == [id_]]
    every = list(answers) if stated else []
    for id_, amount in stated:
        number = _cents(amount)
        having = [answer for answer, numbers in every if number in numbers]
        own = [answer for answer in having if id_ in answer]
        if own and all(_of_another(id_, number, answer) for answer in own):
            yield f"the agent states the amount {amount} of {id_!r}; another row has it"
        elif not own and any(id_ in answer for answer, _ in every) and any(_alike(id_, answer) for answer in having):
            yield f"the agent states the amount {amount} of {id_!r}; only answers about others have it"


def _of_another(id_: str, number: int, answer: str) -> bool:
    """Whether an answer with several rows has a number in the row of another id, and not in one of this id."""
    if answer.count(id_[:2]) < _FEW or len(_alike(id_, answer)) < _FEW:
        return False
    try:
        rows = [row for row in objects(orjson.loads(answer)) if id_ in row or id_ in row.values()]
    except orjson.JSONDecodeError:
        return False
    own = [row.get(id_, row) for row in rows]
    return bool(own) and not any(number in _numbers_below(row) for row in own)


def _numbers_below(value: Json) -> set[int]:
    return {cents(leaf) for leaf in leaves(value) if type(leaf) in (int, float)}


def out_of_order(text: str) -> Iterator[str]:
    """Yields amounts that are ranked and do not lie as the words say."""
    text = _unmarked(text)
    ranked = [found for found in _RANKED.finditer(text) if not (_BY_SIZE.match(found[0]) and _MEASURED.search(text))]
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
    """Answers that a message takes back, writes that are reported otherwise, refusals that are about another row."""
    yield from _misreported(context)
    asked = [value for request in context.task.requests for value in request.communicate]
    rows = list(dict.fromkeys(value for request in context.task.requests for value in _found_rows(request)))
    if not asked and not rows:
        return
    texts = list(context.text("assistant", context.begin, len(context.messages)))
    for index, amount in _denied(texts, asked, _directions(context)) if asked else ():
        yield index, f"the user is told {amount} as the one asked for, which is {asked}"
    said = " ".join(text for _, text in context.text("user", 0, len(context.messages))) if rows else ""
    for row in rows:
        like = {index: found for index, _ in texts if (found := _claimed(row, context.messages[index].content, said))}
        if like and not any(row in context.messages[index].content for index, _ in texts):
            index, found = next(iter(like.items()))
            yield index, f"what was refused is {row!r}; the agent speaks of {found[0]!r} only"


def _claimed(row: str, text: str, said: str) -> list[str]:
    """Returns the ids like a row's that a text speaks of, where it neither asks for one nor lists many.

    What the user said itself, as a zip code that was not found, is no row that the agent takes for the other.
    """
    told = [found for part in _SENTENCE.split(text) if not part.rstrip().endswith("?") for found in _alike(row, part)]
    told = [found for found in told if found.lower() not in said]
    return told if len(set(told)) <= _FEW else []


def _misreported(context: CheckContext) -> Iterator[tuple[int, str]]:
    """Yields numbers of all things that are told after a write and are not what was written."""
    for step in context.writes:
        call, lexicon = step.call, context.domain.lexicon
        counts = [name for name, value in call.arguments.items() if type(value) is int]
        told = next(context.text("assistant", step.index + 1, len(context.messages)), None) if counts else None
        if told is None:
            continue
        sums_up = [part for part in _SENTENCE.split(told[1]) if _IN_ALL.search(part) and not _SOME.search(part)]
        for name, part in product(counts, sums_up):
            wrong = miscount(lexicon, call.name, call.arguments, name, part)
            if wrong is not None:
                yield told[0], f"{call.name} was made with {name}={call.arguments[name]}; the user is told {wrong}"


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


def _directions(context: CheckContext) -> set[bool]:
    """Returns what is asked for: the least (True) or the most (False) of something."""
    asked = [request for request in context.task.requests if request.communicate]
    orders = {not each.order[0].descending for request in asked for each in request.programs if each.order}
    folds = {source.bind.aggregate for request in asked for source in request.sources.values() if source.bind}
    return orders | {fold == "min" for fold in folds if fold in ("min", "max")}


def _denied(
    texts: Iterable[tuple[int, str]], values: Collection[Json], directions: Collection[bool]
) -> Iterator[tuple[int, str]]:
    """Yields amounts that are told as the least or the most, whichever was asked for, and are none of the values."""
    wanted = {cents(value) for value in values if type(value) in (int, float)}
    for index, text in texts if wanted else ():
        for found in _EXTREME.finditer(_unmarked(text)):
            asked = (found[1] is not None) in directions and not _ELSEWHERE.search(found["rest"])
            if asked and _cents(found[2]) not in wanted:
                yield index, found[2]


def _unmarked(text: str) -> str:
    return _MARKUP.sub("", text) if "*" in text or "`" in text or "__" in text else text


def _cents(amount: str) -> int:
    return cents(float(amount.replace(",", "")))
