"""Talk: what of a dialogue realism is measured on. Calls, results and the policy are left out."""

from __future__ import annotations

from typing import Literal, NamedTuple


class Talk(NamedTuple):
    """A dialogue's words.

    Attributes:
        turns: who says what, in order; consecutive words of one speaker are turns of their own.
        intent: what the user was to want, in words; "" where nobody knows.
    """

    turns: tuple[tuple[Literal["user", "agent"], str], ...]
    intent: str = ""

    @property
    def user(self) -> list[str]:
        """The user's turns."""
        return [text for speaker, text in self.turns if speaker == "user"]
