"""Differences in words: how far apart the greatest and the least number of some rows are.

Nothing of this is in a lexicon: the column's superlatives and its name say all of it.
"""

from __future__ import annotations

import random
from collections.abc import Sequence

from schemas.base import Json
from schemas.task import Request
from tool_specs.lexicon import Lexicon, Texts
from tool_specs.phrasing.columns import column_words, texts_for
from tool_specs.phrasing.english import is_plural, sentence
from tool_specs.phrasing.labels import agent_text
from tool_specs.phrasing.roles import question_key

KEY = "difference:"
_ASKED: Texts = (
    "what the difference is between the {name} of the {most} and that of the {least} of {object}",
    "how big the difference is between the {name} of the {most} and that of the {least} of {object}",
    "how much higher the {name} of the {most} of {object} is than that of the {least}",
    "by how much the {name} of the {most} of {object} is higher than that of the {least}",
    "what's the difference between the {name} of the {most} and that of the {least} of {object}?",
    "how much higher is the {name} of the {most} of {object} than that of the {least}?",
)
_WORKED_OUT: Texts = (
    "The {most} one is at {high} and the {least} one at {low}, so the difference is {value}.",
    "That's {high} for the {most} one and {low} for the {least} one: a difference of {value}.",
    "From {low} for the {least} one up to {high} for the {most} one, that's a difference of {value}.",
    "{high} for the {most} less {low} for the {least} makes a difference of {value}.",
)


def askable(words: Lexicon, column: str) -> bool:
    """Whether a difference in a column can be asked for: it has a name, and both its ends have superlatives."""
    own = column_words(words, column)
    if own is None or own.kind not in ("money", "number") or not own.name or is_plural(own.name):
        return False
    return bool(_before(own.most)) and bool(_before(own.least))


def question_texts(words: Lexicon, key: str) -> Texts:
    """Returns the phrases of a question: those of the lexicon, or those that say a difference."""
    column = key.removeprefix(KEY)
    own = column_words(words, column)
    if column == key or own is None or not askable(words, column):
        return texts_for(words.questions, key)
    pairs = dict.fromkeys((most, least) for most in _before(own.most) for least in _before(own.least))
    return tuple(
        text.replace("{name}", own.name).replace("{most}", most).replace("{least}", least)
        for text in _ASKED
        for most, least in pairs
    )


def worked_out(words: Lexicon, request: Request, values: Sequence[Json], value: Json, rng: random.Random) -> str:
    """Says, in the agent's voice, how a difference comes about."""
    column = question_key(request).removeprefix(KEY)
    own = column_words(words, column)
    said = {"high": max(values), "low": min(values), "value": value}
    amounts = {name: agent_text(own, column, each) for name, each in said.items()}
    tops = {"most": rng.choice(_before(own.most)), "least": rng.choice(_before(own.least))} if own is not None else {}
    return sentence(rng.choice(_WORKED_OUT).format(**amounts, **tops))


def _before(texts: Texts) -> Texts:
    return tuple(text for text in texts if not text.startswith("with "))
