"""Words: does a text say a value? Which ids, amounts and leftovers stand in it?

Texts are given in lower case unless said otherwise. Example::

    >>> says("that is $1,234.50 for loan l3", 1234.5)
    True
    >>> says("that is $1,234.50 for loan l3", "L3")
    True
    >>> tokens("renew #L310022 for $4.50, please")
    ['#L310022']

Not promised: reading numbers above twenty that are spelt out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from schemas.base import Json
from tool_specs.phrasing.answers import affirms as affirms
from tool_specs.phrasing.answers import hedges as hedges
from tool_specs.phrasing.answers import refuses as refuses
from tool_specs.sayings import COUNTS as COUNTS
from tool_specs.sayings import leaves as leaves
from tool_specs.sayings import number_forms

_TOKEN = re.compile(r"[#\w@.+\-]*\d[#\w@.+\-]*|[\w.+\-]+@[\w.\-]+")
TELLING = re.compile(r"[\d@]")
_TELLING_REST = re.compile(r"[\d@#_](?:(?<=[@#_])\S*|(?<![$€£,\d]\d)\S{4,})")
"""Where a word with an id may go on; most words with digits are amounts and small numbers."""
_DIGITS = r"\d(?:[\d.,]*\d)?"
_MONEY = re.compile(
    rf"[$€£] ?({_DIGITS})|\b(?:usd|eur|gbp) ?({_DIGITS})|"
    rf"(?<![\w.,$€£])({_DIGITS}) ?(?:[€£]|(?:usd|eur|gbp|dollars?|euros?)\b)",
    re.IGNORECASE,
)
_DOLLARS = re.compile(rf"\$ ?({_DIGITS})")
_DECIMAL_COMMA = re.compile(r"\d{1,3}(?:\.\d{3})*,\d{1,2}")
_COMMAS = str.maketrans(",.", ".,")
_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")


def stands(text: str, needle: str) -> bool:
    """Whether a needle stands in a text as whole words."""
    start = text.find(needle)
    size = len(needle)
    if not size:
        return True
    while start >= 0:
        end = start + size
        before = text[start - 1] if start else " "
        after = text[end] if end < len(text) else " "
        if not (before.isalnum() and needle[0].isalnum()) and not (after.isalnum() and needle[-1].isalnum()):
            return True
        start = text.find(needle, start + 1)
    return False


def stands_number(text: str, needle: str) -> bool:
    """Whether a number stands in a text, and not as a part of a longer one."""
    start = text.find(needle)
    while start >= 0:
        end = start + len(needle)
        head, tail = text[max(start - 2, 0) : start], text[end : end + 2]
        joined = (head[-1:].isalnum() or (head[-1:] in ".," and head[:1].isdigit() and len(head) == 2)) or (
            tail[:1].isalnum() or (tail[:1] in (".", ",") and tail[1:].isdigit())
        )
        if not joined:
            return True
        start = text.find(needle, start + 1)
    return False


def says(text: str, value: Json) -> bool:
    """Whether a lower-case text says a value: ids and words as they are, numbers in any usual form.

    A truth value is said by words that nobody can list, so it always counts as said.
    """
    if isinstance(value, str):
        return says_text(text, value)
    if isinstance(value, bool) or value is None:
        return True
    if isinstance(value, (int, float)):
        return says_number(text, value)
    return all(says(text, leaf) for leaf in leaves(value))


def says_text(text: str, value: str) -> bool:
    """Whether a lower-case text says a string: as it is, without a leading `#`, or with `_` as spaces."""
    low = value.lower()
    if stands(text, low):
        return True
    if low.startswith("#"):
        return stands(text, low[1:])
    return "_" in low and stands(text, low.replace("_", " "))


def says_number(text: str, value: float) -> bool:
    """Whether a lower-case text says a number: 1234.5, 1,234.50, $1234.5; small counts as words too."""
    words, forms = number_forms(value)
    if any(stands(text, word) for word in words):
        return True
    if any(stands_number(text, form) for form in forms):
        return True
    return "€" in text and stands_number(text, f"{abs(value):,.2f}".translate(_COMMAS))


def tokens(text: str) -> list[str]:
    """Returns what looks like an id in a text (any case): five digits or more, or digits beside `#`, `_`; e-mails."""
    return list(_tokens(text))


@lru_cache(maxsize=256)
def _tokens(text: str) -> tuple[str, ...]:
    found = []
    flat = text if text.isprintable() else " ".join(text.split())
    for place in _TELLING_REST.finditer(flat):
        piece = flat[flat.rfind(" ", 0, place.start()) + 1 : place.end()]
        for match in _TOKEN.finditer(piece):
            word = match.group().strip(".-+")
            start = match.start()
            if start and piece[start - 1] in "$€£,":  # an amount, or the rest of one
                continue
            if "@" in word or ((sum(map(str.isdigit, word)) >= 5 or "#" in word or "_" in word) and not _decimal(word)):
                found.append(word)
    return tuple(found)


def _decimal(word: str) -> bool:
    whole, point, rest = word.partition(".")
    return bool(point) and whole.isdigit() and rest.isdigit()


def amounts(text: str) -> list[int]:
    """Returns the amounts of money in a text, in cents: $1,234.50, 1.234,50 €, USD 4, 4 dollars."""
    # Nearly every amount is "$4.50", and this is asked of all texts.
    signs = "dollar" in text or "€" in text or "£" in text or "usd" in text or "USD" in text
    if signs or "eur" in text or "EUR" in text or "gbp" in text or "GBP" in text:
        return [_amount(one or other or third) for one, other, third in _MONEY.findall(text)]
    return [_amount(digits) for digits in _DOLLARS.findall(text)] if "$" in text else []


def _amount(digits: str) -> int:
    """Returns what `1,234.50` or `1.234,50` is, in cents."""
    if "," in digits and _DECIMAL_COMMA.fullmatch(digits):
        digits = digits.replace(".", "").replace(",", ".")
    try:
        return cents(float(digits.replace(",", "")))
    except ValueError:  # "1.2.3"
        return 0


def numbers(text: str) -> list[int]:
    """Returns all numbers in a text, in hundredths."""
    return [cents(float(digits.replace(",", "") or 0)) for digits in _NUMBER.findall(text)]


def cents(value: float) -> int:
    """Returns a number in hundredths, without its sign."""
    return abs(round(value * 100))


def objects(value: Json) -> Iterator[dict[str, Any]]:
    """Yields the objects inside a JSON value, itself included."""
    if isinstance(value, dict):
        yield value
        for each in value.values():
            if isinstance(each, (dict, list)):
                yield from objects(each)
    elif isinstance(value, list):
        for each in value:
            if isinstance(each, (dict, list)):
                yield from objects(each)
