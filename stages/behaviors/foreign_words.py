"""Foreign words: everyday words of some languages that slip into the English of people who speak them.

    >>> foreign("bueno, the cheapest one then")
    True

Only words around the matter (greetings, fillers, good-byes) are here: what is told stays in English. None of them is an
English word, and none is a yes or a no.
"""

from __future__ import annotations

import re
from typing import NamedTuple


class Words(NamedTuple):
    """What slips in, by its place: a greeting in an opening, a filler before a message, a good-bye after the last."""

    greetings: tuple[str, ...]
    fillers: tuple[str, ...]
    byes: tuple[str, ...]


LANGUAGES: dict[str, Words] = {
    "Spanish": Words(("hola", "buenas", "buenos días"), ("bueno", "a ver", "pues", "oye"), ("adiós", "gracias")),
    "German": Words(("hallo", "guten Tag", "moin"), ("na ja", "ach so", "tja", "mal sehen"), ("tschüss", "danke")),
    "French": Words(("bonjour", "bonsoir", "salut"), ("alors", "eh bien", "voyons"), ("au revoir", "merci")),
    "Italian": Words(("ciao", "buongiorno", "buonasera"), ("allora", "ecco", "dunque"), ("arrivederci", "grazie")),
    "Portuguese": Words(("olá", "bom dia", "boa tarde"), ("então", "olha", "deixa ver"), ("tchau", "valeu")),
    "Polish": Words(("cześć", "dzień dobry", "witam"), ("więc", "słuchaj", "właściwie"), ("pa pa", "dzięki")),
    "Hindi": Words(("namaste", "namaskar"), ("accha", "arre", "suniye"), ("dhanyavaad", "shukriya")),
}
_EVERY = sorted({each for words in LANGUAGES.values() for part in words for each in part}, key=len, reverse=True)
_FOREIGN = re.compile(rf"(?<![\w@.])(?:{'|'.join(map(re.escape, _EVERY))})(?![\w@])", re.IGNORECASE)


def foreign(text: str) -> bool:
    """Whether a text has a foreign word of the list."""
    return _FOREIGN.search(text) is not None
