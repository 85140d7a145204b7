"""Profile: who a user is beside the task. It colours the telling and never bears on the goal.

The form follows implicit profiles of users (USP, arXiv 2502.18968): objective facts, the Big Five, language style.
Example row::

    {"id": "profile-5d1e...", "version": 1, "origin": "generated:seed=7",
     "facts": {"occupation": "nurse", "age": "34", "hobby": "climbing"},
     "big_five": {"openness": "high", "conscientiousness": "middle", "extraversion": "low", ...},
     "style": {"register": "terse", "polite": false, "casual": true}}

Left out on purpose: names, addresses, e-mails, memberships. Those are the world's rows, and a profile that knew others
would contradict them.
"""

from __future__ import annotations

from typing import Literal

from schemas.base import Record

VERSION = 1
"""Of the record's form. A fact, a level or a part of the style that is new or means something else needs a new one."""

Register = Literal["neutral", "terse", "chatty"]
"""How much somebody writes."""
FactName = Literal["age", "occupation", "education", "household", "hobby", "skill", "language", "dish"]
BigFive = Literal["openness", "conscientiousness", "extraversion", "agreeableness", "neuroticism"]
Level = Literal["low", "middle", "high"]


class Style(Record):
    """How somebody writes.

    Attributes:
        polite: whether somebody looks for occasions to say please and thank you; others say it in fixed phrases only.
        casual: whether capitals and full stops are left out.
    """

    register: Register
    polite: bool
    casual: bool


class Profile(Record):
    """See the module's text.

    Attributes:
        origin: `generated:seed=...` or `file:<name>#<row>`.
        facts: what may be mentioned; a value is as it stands in a sentence ("nurse", "34").
    """

    id: str
    origin: str
    facts: dict[FactName, str]
    big_five: dict[BigFive, Level]
    style: Style
    version: int = VERSION
