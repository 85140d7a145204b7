"""Typing: what happens to a message's text between the head and the screen. What it says stays."""

from __future__ import annotations

import re
from collections.abc import Sequence

from schemas.behavior import Playbook
from schemas.dialogue import Act
from stages.behaviors.foreign_words import LANGUAGES
from stages.simulate_dialogues.manner import continued
from stages.simulate_dialogues.telling import Habit, Telling
from tool_specs.sayings import leaves

_GREETING = re.compile(r"^(?:hi|hello|hey|hiya|yo|good \w+|morning)(?: there)?\b[,.!]* *", re.IGNORECASE)
_LEAD = re.compile(r"(?:[^\W\d_]+(?:'\w+)? ?){1,3}[,.!]+ +(?!yes\b)")
"""A few words before the first mark: a greeting, a yes, a name."""
_BREAK = re.compile(
    r"(?<=[.!?]) +(?=[A-Za-z'])|, +(?=(?:and|but|so|because|if|can you|could you|i|i'd|i'm|we|my|it's)\b)",
    re.IGNORECASE,
)
_JOINT = re.compile(
    r"(?<!,) +(?=(?:because|but|so that|since|for any|from my|as i|"
    r"and (?:i|i'm|i'd|i've|my|it|it's|can|could|please|then|also|make|use|put|charge|with any|settle))\b)",
    re.IGNORECASE,
)
"""Before a clause; a list is not broken before its "and"."""
_LONG = 8
"""Words from which on a line is broken before a conjunction, too."""
_STARTS = ("ok", "so", "hm", "right", "ok so", "well", "one sec", "let's see")
_MOST_LINES = 4
_MOST_FILLERS = 2


class Typos(Habit):
    """Mistypes common words."""

    def typed(self, text: str, acts: Sequence[Act]) -> str:
        """Mistypes a word or two, at least once in a dialogue."""
        return self.user.words.mistyped(text, acts)


class Bursts(Habit):
    """Sends one thought as several short lines: the first message always, later ones now and then."""

    def __init__(self, user: Telling, playbook: Playbook) -> None:
        super().__init__(user, playbook)
        self._starts = user.dice.shuffled(_STARTS)

    def typed(self, text: str, acts: Sequence[Act]) -> str:
        """Breaks a text where sentences and clauses end; no value is broken."""
        first = self.user.turns == 1
        lines = broken(text)
        if not _whole(text, lines, acts):
            lines = [text]
        if len(lines) == 1 and (first or (self._starts and _tells(acts) and self.user.dice.chance(0.25))):
            lines = [self._starts.pop(), continued(text)]
        elif not first and not self.user.dice.chance(0.6):
            return text
        return "\n".join(lines)


class CodeSwitching(Habit):
    """Greets in a language of its own, and lets other words of it slip in where it tells something."""

    def __init__(self, user: Telling, playbook: Playbook) -> None:
        super().__init__(user, playbook)
        words = LANGUAGES[user.words.style.pick(sorted(LANGUAGES))]
        self._greeting, self._bye = user.dice.pick(words.greetings), user.dice.pick(words.byes)
        self._fillers = user.dice.shuffled(words.fillers)[:_MOST_FILLERS]

    def typed(self, text: str, acts: Sequence[Act]) -> str:
        """Puts a word before or after the text."""
        dice = self.user.dice
        if self.user.turns == 1:  # who goes on has greeted before
            word = self._fillers.pop() if self.user.goes_on else self._greeting
            return f"{self._large(word, text)}, {continued(_GREETING.sub('', text, count=1)) or text}"
        if any(act.kind == "user_bye" for act in acts) and dice.chance(0.6):
            return f"{text.rstrip('.')}, {self._bye}"
        if self._fillers and _tells(acts) and dice.chance(0.35):
            return f"{self._large(self._fillers.pop(), text)}, {continued(text)}"
        return text

    def _large(self, word: str, text: str) -> str:
        """Returns a word as the beginning of a text, in the way this user begins them."""
        return word[:1].upper() + word[1:] if text[:1].isupper() and not self.user.words.casual else word


def _tells(acts: Sequence[Act]) -> bool:
    return any(act.kind == "inform" for act in acts) and not any(act.kind in ("affirm", "negate") for act in acts)


def broken(text: str) -> list[str]:
    """Returns the parts of a text that come as lines."""
    lead = _LEAD.match(text)
    parts = [lead.group().rstrip(" ,.")] if lead else []
    for part in _BREAK.split(text[lead.end() :] if lead else text):
        parts += _JOINT.split(part, maxsplit=1) if len(part.split()) > _LONG else [part]
    parts = [part for part in parts if part.strip()]
    parts = [*parts[: _MOST_LINES - 1], " ".join(parts[_MOST_LINES - 1 :])] if len(parts) > _MOST_LINES else parts
    return [*(part.rstrip(".,") for part in parts[:-1]), *parts[-1:]]


def _whole(text: str, lines: Sequence[str], acts: Sequence[Act]) -> bool:
    """Whether every value that stands in a text stands in one of its lines."""
    low, parts = text.lower(), [line.lower() for line in lines]
    informed = leaves([act.value for act in acts if act.kind == "inform"])
    told = {value.lower() for value in informed if isinstance(value, str)}
    return all(any(value in part for part in parts) for value in told if value in low)
