"""Kinds: what a column's values are, by its name, its schema and what was seen: money, a date, a choice, an id, ...

Free text is `text` and never serves as a criterion; neither does an id, which would pin the row.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from schemas.base import Json
from tool_specs.plain_words.names import is_id, tokens

Kind = Literal["money", "number", "date", "time", "duration", "boolean", "enum", "handle", "text", "id"]
"""`handle`: short text by which people tell things apart: a title, a name, an author."""

_MONEY = frozenset(
    {"price", "cost", "fee", "fees", "amount", "total", "balance", "fare", "salary", "fine", "charge", "budget"}
    | {"deposit", "refund", "rent", "payment", "debt", "tip", "subtotal", "revenue", "wage", "surcharge"}
)
_CURRENCIES = frozenset({"usd", "eur", "gbp", "dollars", "euros"})
_PERIODS = frozenset({"hourly", "daily", "nightly", "weekly", "monthly", "annual", "yearly"})
_DURATION = frozenset({"duration", "minutes", "mins", "hours", "hrs", "seconds", "length", "runtime"})
_DATE = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d.*)?")
_TIME = re.compile(r"\d\d:\d\d(:\d\d)?")
_HANDLES = frozenset(
    {"name", "title", "label", "subject", "headline", "author", "artist", "director", "instructor", "teacher"}
    | {"trainer", "coach", "composer", "publisher", "brand", "maker", "host", "speaker", "owner", "assignee"}
    | {"city", "country", "genre", "category", "department", "branch", "location", "team", "language", "topic"}
)
_MOST_CHOICES = 12
_LONGEST_CHOICE = 32
_LONGEST_HANDLE = 70


def kind_of(name: str, schema: Any, values: Sequence[Json], *, leads_on: bool = False) -> Kind:
    """Returns what a column is.

    Args:
        name: the column's own key.
        schema: the JSON Schema of its values.
        values: values that were seen, as they came.
        leads_on: whether its values are arguments of other tools.
    """
    words = tokens(name)
    types = _types(schema)
    if types == {"boolean"} or (values and all(isinstance(value, bool) for value in values)):
        return "boolean"
    if is_id(name) or (leads_on and types <= {"string"} and "enum" not in schema):
        return "id"
    if types <= {"integer", "number"} and types:
        if _is_money(words):
            return "money"
        return "duration" if _DURATION.intersection(words) else "number"
    texts = [value for value in values if isinstance(value, str)]
    if schema.get("format") in ("date", "date-time") or (texts and all(_DATE.fullmatch(text) for text in texts)):
        return "date"
    if schema.get("format") == "time" or (texts and all(_TIME.fullmatch(text) for text in texts)):
        return "time"
    if "enum" in schema:
        return "enum"
    return _of_texts(words, texts)


def _is_money(words: tuple[str, ...]) -> bool:
    """Whether a name is that of an amount: `late_fee`, `price_usd`, `cost_per_night`, `hourly_rate`."""
    named = words[: words.index("per")] if "per" in words[1:] else words
    rate = named[-1] == "rate" and bool(_PERIODS.intersection(named))
    return rate or named[-1] in _MONEY or (named[-1] in _CURRENCIES and len(named) > 1)


def _of_texts(words: tuple[str, ...], texts: list[str]) -> Kind:
    different = set(texts)
    plain = bool(different) and all(text and "\n" not in text for text in different)
    few = (
        plain
        and len(different) <= _MOST_CHOICES
        and len(texts) >= 3 * len(different)
        and all(len(text) <= _LONGEST_CHOICE and not any(c.isdigit() for c in text) for text in different)
    )
    if few:
        return "enum"
    handle = plain and _HANDLES.intersection(words[-1:]) and max(map(len, different)) <= _LONGEST_HANDLE
    return "handle" if handle else "text"


def _types(schema: Any) -> set[str]:
    if not isinstance(schema, Mapping):
        return set()
    kinds = schema.get("type", ())
    found = {kinds} if isinstance(kinds, str) else set(kinds)
    for word in ("anyOf", "oneOf"):
        for option in schema.get(word, ()):
            found |= _types(option)
    return found - {"null"}
