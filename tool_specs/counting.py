"""Counting: how many of a thing a text speaks of, and whether that is another number than an argument's.

    counted("so 5 checked bags on K4T9QZ", {"bag"})                    -> {5}
    miscounted("so 5 checked bags, two of them paid", 4, {"bag"})      -> 5
    miscounted("from 3 checked bags to 4", 4, {"bag"})                 -> None
    nouns("total_baggages", "bags")                                    -> {"baggage", "bag"}
    told_otherwise(lexicon, "add_bags", {"total_baggages": 4}, "total_baggages", "so 5 bags")      -> 5

A number that stands beside a part of them ("2 extra bags", "the first bag") says nothing of all. The right number may
stand wherever it is no amount, no date's and nothing else's: only a text that has a wrong one in its place is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from functools import lru_cache

from schemas.base import Json
from tool_specs.days import without_days
from tool_specs.lexicon import Lexicon
from tool_specs.sayings import COUNTS

_MOST = 100
_WORDS = {word: number for number, word in enumerate(COUNTS) if number}
_NUMBER = rf"(?<![\w.,$€£/:#-])(?:\d{{1,3}}(?![\w%]|[,./:]\d)|(?:{'|'.join(_WORDS)})\b)"
_IDLE = re.compile(r"total|number|num|count|amount|quantity|of|ids?|max|min|new|no|")
_PART = re.compile(
    r"\b(?:extra|additional|more|further|(?:an)?others?|free|paid|unpaid|nonfree|complimentary|included|first|second|third|"
    r"last|remaining|charged|chargeable|billable|excess|existing|current|currently|previous|original|old|allowed|per|each|"
    r"every|of|dollars?|usd|euros?|eur|maximum|up|and|or|to|for|at|is|are)\b"
)
"""Words after which a noun means some of the things, or which end a noun phrase."""
_SOME = re.compile(r"\b(?:first|last|next|other|another|additional|extra|further|up to|at most|per|every|each) +\Z")
"""What makes some of them out of a number: "the first 2"."""
_BOUND = re.compile(
    r"in|of|and|or|to|on|for|now|altogether|overall|total|as|so|with|at|if|is|are|was|will|but|instead|then|per|please|"
    r"from|by|via|this|that|these|the|they|it|you|we|i|which|would|shall|should|may|can|do|does"
)
"""Words that may follow a number which stands for itself: "the new total is 4 now"."""
_BECOME = r"(?:is|are|becomes?|to|(?:would|will) be|comes? to|up to|set to)"
_WHERE = r"(?:\s+(?:on|for)\s+(?:[a-z]+\s+)?[\w#-]*\d[\w-]*)?"
"""Of which row they are: "bags on K4T9QZ"."""
_MARKUP = re.compile(r"[*_`|]+")
_NUMBERED = re.compile(r"^\s*\d{1,2}[.)]\s", re.MULTILINE)
_REST = re.compile(r"[ -]([a-z]+)")


@lru_cache(maxsize=256)
def nouns(parameter: str, role: str = "") -> frozenset[str]:
    """Returns the nouns, in the singular, that a parameter's number counts, by its name and its role's."""
    heads = [[word for word in name.lower().split("_") if not _IDLE.fullmatch(word)] for name in (parameter, role)]
    return frozenset(_single(words[-1]) for words in heads if words)


def counted(text: str, things: Collection[str]) -> set[int]:
    """Returns the numbers that a lower-case text says of all things of a kind.

    Args:
        text: in lower case.
        things: nouns in the singular.
    """
    return set(_counted(_plain(text), frozenset(things)))


def miscounted(text: str, value: int, things: Collection[str], others: Collection[int] = ()) -> int | None:
    """Returns the number that a lower-case text says of things in place of the right one, or None.

    Args:
        text: in lower case.
        value: the right number.
        things: nouns in the singular.
        others: numbers that are right, too: those of other arguments that count such things.
    """
    if not things or not 0 <= value <= _MOST:
        return None
    plain = _plain(text)
    wrong = [number for number in _counted(plain, frozenset(things)) if number != value and number not in others]
    if not wrong or _stands_free(plain, value, frozenset(things)):
        return None
    return wrong[0]


def told_otherwise(lexicon: Lexicon, tool: str, arguments: Mapping[str, Json], name: str, text: str) -> int | None:
    """Returns the number that a lower-case text tells in place of an argument's, or None.

    Args:
        lexicon: has the roles of the tool's parameters.
        tool: which is called.
        arguments: the right ones; others of them may count such things, too.
        name: the argument; only whole numbers are compared.
        text: in lower case.
    """
    value = arguments[name]
    if type(value) is not int:
        return None
    things = things_of(lexicon, tool, name)
    others = (each for other, each in arguments.items() if other != name and things & things_of(lexicon, tool, other))
    return miscounted(text, value, things, [each for each in others if type(each) is int])


def things_of(lexicon: Lexicon, tool: str, parameter: str) -> frozenset[str]:
    """Returns the nouns that a parameter's number counts."""
    words = lexicon.writes.get(tool)
    return nouns(parameter, words.roles.get(parameter, "") if words is not None else "")


def _plain(text: str) -> str:
    return without_days(_MARKUP.sub(" ", _NUMBERED.sub(" ", text)))


def _counted(text: str, things: frozenset[str]) -> Iterator[int]:
    before, after = _patterns(things)
    for found in before.finditer(text):
        if not (_PART.search(found["between"]) or _SOME.search(text, 0, found.start())):
            yield _value(found["number"])
    for found in after.finditer(text):
        follower = _REST.match(text, found.end())
        if follower is None or _BOUND.fullmatch(follower[1]):
            yield _value(found["number"])


@lru_cache(maxsize=64)
def _patterns(things: frozenset[str]) -> tuple[re.Pattern[str], re.Pattern[str]]:
    noun = rf"(?:{'|'.join(sorted(re.escape(thing.removesuffix('y')) for thing in things))})(?:y|ies|e?s)?\b"
    between = r"(?:\s*\([^)\n]{1,8}\))?(?P<between>(?:[ -]+[a-z]+){0,2}?)[ -]+"
    after = rf"\b{noun}(?:\s+in\s+(?:total|all))?{_WHERE}(?:\s*[:=]\s*|\s+{_BECOME}\s+(?:now\s+)?|[ ]{{2,}})"
    return re.compile(rf"(?P<number>{_NUMBER}){between}{noun}"), re.compile(rf"{after}(?P<number>{_NUMBER})")


def _stands_free(text: str, value: int, things: frozenset[str]) -> bool:
    """Whether a number stands in a text for itself or beside such things, be it some of them."""
    for found in re.finditer(_NUMBER, text):
        if _value(found[0]) == value:
            following = _REST.findall(text, found.end(), found.end() + 40)
            direct = _REST.match(text, found.end())
            if direct is None or _BOUND.fullmatch(direct[1]):
                return True
            if any(_single(word) in things for word in following[:4]):
                return True
    return False


def _single(noun: str) -> str:
    if noun.endswith("ies"):
        return f"{noun[:-3]}y"
    return noun.removesuffix("s") if not noun.endswith("ss") else noun


def _value(word: str) -> int:
    return int(word) if word.isdigit() else _WORDS[word]
