"""Judgement: what a language model found where no rule could decide, each finding with words that show it.

Example row::

    {"engine": "http:judge-1", "items": {"reply.1": {"met": true, "quotes": ["Which book is it?"]}},
     "refused": {"r0.noticed": "false_quote"}, "repaired": true}

A finding without its proof is none: it is refused, and its item stays as open as if nobody had been asked.
"""

from __future__ import annotations

from typing import Literal

from schemas.base import Record

Refused = Literal["no_answer", "truncated", "unusable", "unjudged", "judged_twice", "no_quote", "false_quote"]
"""Why nothing of a judge's stands: it did not answer; its answer was cut off, or was no such JSON; the item was left
out, or judged in two ways; it is said to be met and nothing shows it; a quote stands nowhere in the dialogue."""


class Finding(Record):
    """Whether an item is met, with what was said, word for word; what is not there cannot be quoted."""

    met: bool
    quotes: tuple[str, ...] = ()


class Reading(Record, omit_defaults=True):
    """What was read of a field of a user's profile, what shows it word for word, and whether the profile says so.

    Attributes:
        value: "" where the judge reads nothing and only the rule does.
        rule: what the rule reads of the same dialogue; "" where it reads nothing, as it does of all but facts.
    """

    value: str = ""
    quote: str = ""
    agrees: bool = False
    rule: str = ""


class Judgement(Record, omit_defaults=True):
    """See the module's text.

    Attributes:
        engine: name and revision of the judge.
        items: id of an item of the checklist -> what was found.
        profile: `profile.hobby` -> what was read; what neither judge nor rule reads is left out.
        refused: id of an item, or name of a field -> why what was said of it does not stand.
        repaired: whether it was asked for once more, because something of the first answer did not stand.
    """

    engine: str
    items: dict[str, Finding] = {}
    profile: dict[str, Reading] = {}
    refused: dict[str, Refused] = {}
    repaired: bool = False
