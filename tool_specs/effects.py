"""Whether a tool reads or writes, guessed from its name: the last resort, when nobody says and nothing was observed.

    >>> effect_of_name("loans.renew"), effect_of_name("find_reader_by_card"), effect_of_name("convert_currency")
    ('write', 'read', 'generic')

A name without a verb that is known goes by the first word of the description, and else counts as a read: lists of nouns
(`weather_forecast`) are what such catalogues hold.
"""

from __future__ import annotations

import re
from typing import cast

from schemas.tool import Effect
from tool_specs.names import tokens

_VERBS = {
    "read": """
        get find list search fetch read show look lookup query retrieve check view describe load count browse filter
        compare track inspect select stat download preview verify validate explain history status
    """,
    "write": """
        create add insert update delete remove set put post patch send cancel book reserve order buy purchase pay refund
        return exchange modify edit change rename move copy upload write append submit register subscribe unsubscribe
        enable disable start stop restart run execute approve reject assign unassign close open archive restore merge
        revoke grant invite ban mute publish schedule reschedule transfer withdraw deposit issue renew lend borrow mark
        clear reset replace save store sync import apply attach detach link unlink lock unlock follow unfollow like
        unlike share redeem activate deactivate upgrade downgrade commit push deploy rotate ship pin unpin vote
    """,
    "generic": "calculate compute convert think translate format parse encode decode echo ping sum",
}
_EFFECTS: dict[str, Effect] = {verb: cast(Effect, effect) for effect, verbs in _VERBS.items() for verb in verbs.split()}


def effect_of_name(name: str, description: str = "") -> Effect:
    """Returns what a tool most likely does; the first verb that is known decides."""
    if re.search(r"transfer\w*(human|agent|person|operator)", name, re.IGNORECASE):
        return "generic"
    opening = [word.lower() for word in re.findall(r"[A-Za-z]+", description)[:1]]
    for word in (*tokens(name), *opening):
        for form in (word, word.removesuffix("s")):  # "Renews a loan."
            if form in _EFFECTS:
                return _EFFECTS[form]
    return "read"
