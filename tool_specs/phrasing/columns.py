"""Words of columns and of their values: a column id falls back to more general ones, a value to `any_value`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import TypeVar

import orjson

from schemas.base import Json
from tool_specs.lexicon import ColumnWords, Lexicon, Texts
from tool_specs.phrasing.english import article, is_plural, lower_name
from tool_specs.remember import remembered

T = TypeVar("T")


def column_words(words: Lexicon, column: str) -> ColumnWords | None:
    """Returns a column's words, or those of the more general column."""
    return _find(words.columns, column)


@remembered(1)
def column_places(words: Lexicon) -> dict[str, int]:
    """Returns the place of each column in the lexicon."""
    return {column: place for place, column in enumerate(words.columns)}


def column_place(places: Mapping[str, int], column: str) -> int:
    """Returns the place of a column, or of the more general one that answers for it."""
    return next((places[key] for key in general_ids(column) if key in places), len(places))


def texts_for(table: Mapping[str, Texts], column: str) -> Texts:
    """Returns the phrases of a column id (or of a more general one) in a table of phrases."""
    return _find(table, column) or ()


def _find(table: Mapping[str, T], column: str) -> T | None:
    if column in table:  # most often the lexicon knows the column itself
        return table[column]
    return next((table[key] for key in general_ids(column) if key in table), None)


@lru_cache(maxsize=256)
def general_ids(column: str) -> tuple[str, ...]:
    """Returns the column id and the more general ones that answer for it."""
    prefix, _, rest = column.rpartition(":")
    starred = re.sub(r"(?<=\.)\d+(?=\.|$)", "*", rest)
    found = [rest, starred, re.sub(r"(\.\*)+$", "", starred), f"{starred.rpartition('.')[0]}.*"]
    return tuple(dict.fromkeys(f"{prefix}:{key}" if prefix else key for key in found))


@lru_cache(maxsize=256, typed=True)
def value_json(value: str | float | bool | None) -> str:
    """Returns a scalar as JSON text, the form in which lexicons list values."""
    return orjson.dumps(value).decode()


def value_texts(words: ColumnWords, value: Json) -> tuple[Texts, bool]:
    """Returns the phrases for a value, and whether they are templates of `any_value`."""
    own = words.values.get(value_json(value)) if isinstance(value, (str, int, float, bool)) else None
    return (own, False) if own else (words.any_value, True)


_AMOUNTS = ("with a {name} of {value}", "whose {name} is {value}")
_COUNTS = ("with {value} {name}", "that has {value} {name}")


def said_texts(words: ColumnWords, value: Json) -> tuple[Texts, bool]:
    """Returns `value_texts`, or templates that describe a row by an amount: "with a price of $95"."""
    texts, template = value_texts(words, value)
    amount = isinstance(value, (int, float)) and not isinstance(value, bool) and words.kind in ("money", "number")
    if texts or not amount or not words.name:
        return texts, template
    shown = "${value}" if words.kind == "money" else "{value}"
    texts = _COUNTS if is_plural(words.name) else _AMOUNTS
    return tuple(text.replace("{name}", words.name).replace("{value}", shown) for text in texts), True


def fill_value(text: str, value: Json, column: str, words: ColumnWords) -> str:
    """Fills a template of `any_value`."""
    said = lower_name(str(value)) if words.kind == "text" else str(value)
    text = text.replace(" a {value}", f" {article(said)} {{value}}")
    return text.replace("{value}", said).replace("{key}", column.rpartition(".")[2])


def name_noun(words: Lexicon, name: str) -> str:
    """Returns a name as it stands inside a sentence, with the exceptions that the lexicon knows."""
    for column in words.columns.values():
        if column.kind == "text":
            texts, template = value_texts(column, name)
            if texts and not template:
                return texts[0]
    return lower_name(name)
