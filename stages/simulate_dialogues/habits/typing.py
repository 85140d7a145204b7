"""Typing: what happens to a message's text between the head and the screen. What it says stays."""

from __future__ import annotations

from collections.abc import Sequence

from schemas.dialogue import Act
from stages.simulate_dialogues.telling import Habit


class Typos(Habit):
    """Mistypes common words."""

    def typed(self, text: str, acts: Sequence[Act]) -> str:
        """Mistypes a word or two, at least once in a dialogue."""
        return self.user.words.mistyped(text, acts)
