"""Questions: which details of a request an agent's question is about, by the lexicon's words and by anybody's.

roles_asked(lexicon, renewal, "Which loan is it, and until when?")      -> ["object", "until"]
"""

from __future__ import annotations

import re

from schemas.task import Request
from stages.simulate_dialogues.hearing import cues
from stages.simulate_dialogues.hearing.sentences import clauses
from tool_specs.lexicon import Lexicon
from tool_specs.phrasing.roles import roles
from tool_specs.remember import remembered

_WORD = re.compile(r"[a-z]{3,}")
_IDLE = frozenset(
    _WORD.findall(
        "the and for you your which what would like should shall can could want with that this one are does who how "
        "into need have has will about please tell use take them they mean else get let know any"
    )
)
"""Words that stand in any question."""
_CLEAR = 2
"""What a word that can only ask for one role counts beside one of the lexicon's."""


def roles_asked(lexicon: Lexicon, request: Request, question: str) -> list[str]:
    """Returns the roles that a question is about, clause by clause; none where its words are nobody's."""
    found = dict.fromkeys(role for part in clauses(question) if (role := role_asked(lexicon, request, part)))
    whole = role_asked(lexicon, request, question)
    return list(found) or ([whole] if whole else [])


def role_asked(lexicon: Lexicon, request: Request, question: str) -> str:
    """Returns the role that most words of a question are about; "" where they are nobody's."""
    low = question.lower()
    words = set(_WORD.findall(low)) - _IDLE
    best, most = "", 0
    for role, own in _words(lexicon, request).items():
        cue = cues.ASKED_BY.get(role)
        common = len(words & own) + (_CLEAR if cue is not None and cue.search(low) else 0)
        if common > most:
            best, most = role, common
    return best


@remembered(2)
def _words(lexicon: Lexicon, request: Request) -> dict[str, set[str]]:
    """Returns, by role, the words that only its questions and its choices have."""
    own = lexicon.writes.get(request.tool or "")
    found = {
        role: {word for text in (own.question.get(role, ()) if own else ()) for word in _WORD.findall(text.lower())}
        | set(_WORD.findall(role.replace("_", " ")))
        for role in roles(lexicon, request)
    }
    return {
        role: words - _IDLE - {word for other, theirs in found.items() if other != role for word in theirs}
        for role, words in found.items()
    }
