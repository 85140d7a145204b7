"""The verbs with which tools' names begin, and what a tool does that is called so.

VERBS["renew"] -> "write"
"""

from __future__ import annotations

from typing import cast

from schemas.tool import Effect

_BY_EFFECT = {
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
VERBS = {verb: cast(Effect, effect) for effect, verbs in _BY_EFFECT.items() for verb in verbs.split()}
