"""Whether a tool reads or writes, guessed from its name: the last resort, when nobody says and nothing was observed.

    >>> effect_of_name("loans.renew"), effect_of_name("find_reader_by_card"), effect_of_name("convert_currency")
    ('write', 'read', 'generic')

A name without a verb that is known goes by the first word of the description, and else counts as a read: lists of nouns
(`weather_forecast`) are what such catalogues hold.
"""

from __future__ import annotations

import re

from schemas.tool import Effect
from tool_specs.names import tokens
from tool_specs.verbs import VERBS


def effect_of_name(name: str, description: str = "") -> Effect:
    """Returns what a tool most likely does; the first verb that is known decides."""
    if re.search(r"transfer\w*(human|agent|person|operator)", name, re.IGNORECASE):
        return "generic"
    opening = [word.lower() for word in re.findall(r"[A-Za-z]+", description)[:1]]
    for word in (*tokens(name), *opening):
        for form in (word, word.removesuffix("s")):  # "Renews a loan."
            if form in VERBS:
                return VERBS[form]
    return "read"
