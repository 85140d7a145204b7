"""Two roles told as one, in the user's voice: the parts of "see which of my pending items has the cheapest version".

slots(...) -> {"scope": "my pending items", "best": "the cheapest other version in stock", ...}
"""

from __future__ import annotations

import random
from collections.abc import Collection, Mapping

from schemas.base import Json
from schemas.program import OrderKey
from tool_specs.lexicon import Lexicon, Texts
from tool_specs.phrasing.columns import column_words, value_texts
from tool_specs.phrasing.meaning import column_name, levels
from tool_specs.phrasing.nouns import describe
from tool_specs.phrasing.roles import Joint

SLOTS = frozenset({"scope", "everything", "best", "versions", "top"})
_CLAUSES = ("that ", "that's ", "I ", "I've ")


def fitting(words: Lexicon, both: Joint, texts: Texts) -> Texts:
    """Returns the templates that can tell all of it: `{top}` tells one ordering, of what is looked for."""
    order = both.programs[both.best].order
    if len(order) == 1 and _superlatives(words, both, order[0]):
        return texts
    return tuple(text for text in texts if "{top}" not in text)


def slots(
    words: Lexicon, both: Joint, names: Collection[str], facts: Mapping[str, Json], rng: random.Random
) -> dict[str, str]:
    """Returns the values of these slots."""
    found: dict[str, str] = {}
    for name in sorted(SLOTS.intersection(names)):
        if name == "scope":
            found[name] = _scope(words, both, facts, rng)
        elif name == "everything":
            found[name] = _everything(words, both, facts, rng)
        elif name == "best":
            found[name] = describe(words, both.programs, both.best, facts, rng, ahead=True).text
        elif name == "versions":
            found[name] = describe(words, both.programs, both.best, facts, rng, ahead=True, form="bare").text
        else:
            found[name] = f"{rng.choice(_superlatives(words, both, both.programs[both.best].order[0]))} one"
    return found


def _superlatives(words: Lexicon, both: Joint, key: OrderKey) -> list[str]:
    if all(step.name != key.column[0] for step in both.programs[both.best].steps):
        return []
    own = column_words(words, column_name(both.programs, both.best, key.column))
    texts = (own.most if key.descending else own.least) if own is not None else ()
    return [text for text in texts if not text.startswith("with ")]


def _scope(words: Lexicon, both: Joint, facts: Mapping[str, Json], rng: random.Random) -> str:
    if rng.random() < 0.5:
        return f"my {describe(words, both.programs, both.scope, facts, rng, form='bare').text}"
    text = describe(words, both.programs, both.scope, facts, rng, form="plural").text.removeprefix("all ")
    return f"the {text.removeprefix('my ')}" if text.startswith("my ") and (" I " in text or " I'" in text) else text


def _everything(words: Lexicon, both: Joint, facts: Mapping[str, Json], rng: random.Random) -> str:
    rules = both.programs[both.scope].where
    row = levels(words, both.programs, both.scope)[-1].words
    if len(rules) == 1 and any(text.startswith("everything") for text in row.scope) and rng.random() < 0.5:
        own = column_words(words, column_name(both.programs, both.scope, rules[0].column))
        texts, template = value_texts(own, rules[0].value) if own is not None else ((), False)
        clauses = [text for text in texts if text.startswith(_CLAUSES) and not template]
        if clauses:
            return f"everything {rng.choice(clauses)}"
    return f"all {_scope(words, both, facts, rng)}"
