"""Names as bags of words: how well an output's name agrees with a parameter's name.

    >>> agreement({"order", "id"}, {"order", "id"})
    1.0
    >>> sorted(words("newItemIds"))
    ['id', 'item']

Only spelling is looked at: `shelf` and `rack` do not agree. Embeddings are another kind of edge.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from tool_specs.verbs import VERBS

Words = frozenset[str]

_SPLIT = re.compile(r"[^A-Za-z0-9]+|(?<=[a-z0-9])(?=[A-Z])")
_PREFIXES = frozenset({"new", "old", "current", "target", "source", "from", "to", "the", "my", "selected"})
_VERBS = frozenset(
    {"find", "get", "list", "search", "fetch", "read", "show", "look", "lookup", "query", "retrieve", "check", "view"}
    | {"describe", "load", "all", "any", "up"}
)
_PADDING = frozenset({"details", "detail", "info", "information", "data", "record", "records", "summary"})
_STOP = frozenset({"by", "for", "from", "of", "in", "with", "to"})
GENERIC: Words = frozenset({"id", "ids", "key", "name", "number", "code", "value", "type", "uuid"})
"""Words that alone say nothing about the thing; in a longer name they weigh half."""


def singular(word: str) -> str:
    """Returns an English plural's singular, roughly: `categories` -> `category`, `boxes` -> `box`."""
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 4 and word.endswith(("ses", "xes", "ches", "shes", "zes")):
        return word[:-2]
    if len(word) > 2 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


@lru_cache(maxsize=1 << 16)
def tokens(name: str) -> tuple[str, ...]:
    """Returns a name's words in order: lower case, singular."""
    return tuple(singular(part.lower()) for part in _SPLIT.split(name) if part)


@lru_cache(maxsize=1 << 16)
def words(name: str) -> Words:
    """Returns a name's words: lower case, singular, without prefixes such as `new_`."""
    found = tokens(name)
    kept = [token for token in found if token not in _PREFIXES]
    return frozenset(kept or found)


@lru_cache(maxsize=1 << 16)
def subject(tool: str) -> Words:
    """Returns what a tool is about: `find_user_id_by_email` -> {user, id}."""
    kept: list[str] = []
    found = tokens(tool)
    verb = next((place for place, token in enumerate(found[:-1]) if token in VERBS), -1)
    for token in found[verb + 1 :]:
        if token in _STOP and kept:
            break
        if token not in _VERBS and token not in _PADDING and token not in _STOP:
            kept.append(token)
    return frozenset(kept)


@lru_cache(maxsize=1 << 16)
def namespace(tool: str) -> str:
    """Returns the word with which the names of a service's tools begin (`acme_get_order`: acme); "" if it is a verb."""
    first = next(iter(tokens(tool)), "")
    return "" if first in VERBS or first in _VERBS else first


def output_names(tool: str, path: tuple[str, ...]) -> list[Words]:
    """Returns the bags of words under which an output may be known, by its path inside the tool's result."""
    keys = [part for part in path if part != "*"]
    if not keys:
        about = subject(tool)
        return [about, about | {"id"}] if path else [about]
    own = words(keys[-1])
    if path[-1] == "*":
        return [own, own | {"id"}]
    around = words(keys[-2]) if len(keys) > 1 else subject(tool)
    if own <= GENERIC:
        return [own | around]
    # `items.*.product_id` is the id of a product, not of an item: a name that says whose id it is needs no more.
    return [own, own | around] if len(keys) > 1 and own.isdisjoint(GENERIC) else [own]


def parameter_name(tool: str, path: tuple[str, ...]) -> Words:
    """Returns a parameter's bag of words; a bare `id` means the id of what the tool is about."""
    own = words([part for part in path if part != "*"][-1])
    return own | subject(tool) if own <= GENERIC else own


def agreement(one: Iterable[str], other: Iterable[str]) -> float:
    """Returns the weighted overlap of two bags of words, 0 to 1."""
    first, second = frozenset(one), frozenset(other)
    if first == second:
        return 1.0
    return weight(first & second) / weight(first | second)


def weight(bag: Words) -> float:
    """Returns how much a bag of words says."""
    return len(bag) - 0.5 * len(bag & GENERIC)
