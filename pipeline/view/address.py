"""Where a page is: one noun for both the server's paths and the names of static files.

    Address(run=1, page="kept", filters=(("kind", "mixed"),), number=2)
        served as   /1/kept?kind=mixed&page=2
        written as  1-kept-kind-mixed.2.html

Ids and values come from data. In a path they are percent-encoded, in a file's name they are letters, digits and a
digest: neither can lead anywhere else.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from typing import NamedTuple, Protocol
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

PAGES = ("kept", "dropped", "dialogue", "drop", "both", "graph")
_NAMED = ("dialogue", "drop", "both", "graph")
_SAFE = re.compile(r"[A-Za-z0-9_]+(?:-[A-Za-z0-9_]+)*")
_LONGEST = 80


class Address(NamedTuple):
    """A page. Without anything it is the overview of all runs.

    Attributes:
        run: 1 or 2.
        page: one of `PAGES`.
        id: of a dialogue, a dropped record, or a domain.
        filters: of a list; a dialogue keeps those of the list that it was reached from.
        number: page of a list, from 1.
    """

    run: int = 0
    page: str = ""
    id: str = ""
    filters: tuple[tuple[str, str], ...] = ()
    number: int = 1

    def with_filter(self, name: str, value: str | None) -> Address:
        """Returns the list with one filter set (None: taken away), from its first page."""
        others = tuple(pair for pair in self.filters if pair[0] != name)
        return self._replace(filters=others if value is None else (*others, (name, value)), number=1)


class Links(Protocol):
    """Turns addresses into links."""

    combined: bool
    """Whether filters can be combined."""

    def href(self, to: Address) -> str:
        """Returns the link to a page, "" where there is none."""

    def asset(self, name: str) -> str:
        """Returns the link to a style or a script."""


class Served:
    """Paths of the server."""

    combined = True

    def href(self, to: Address) -> str:
        """Returns an absolute path, percent-encoded."""
        if not to.page:
            return "/"
        path = f"/{to.run}/{to.page}" + (f"/{quote(to.id, safe='')}" if to.page in _NAMED else "")
        asked = [*to.filters, *([("page", str(to.number))] if to.number > 1 else [])]
        return f"{path}?{urlencode(asked)}" if asked else path

    def asset(self, name: str) -> str:
        """Returns its path."""
        return f"/{name}"

    @staticmethod
    def address(target: str) -> Address | None:
        """Reads what a request asks for; None if that is no page. Whether it exists is not looked at."""
        try:
            parts = urlsplit(target)
            asked = dict(parse_qsl(parts.query, max_num_fields=20))
        except ValueError:
            return None
        names = [unquote(each) for each in parts.path.split("/")[1:]]
        if names == [""]:
            return Address()
        if len(names) not in (2, 3) or names[0] not in ("1", "2") or names[1] not in PAGES:
            return None
        if (names[1] in _NAMED) != (len(names) == 3):
            return None
        number = asked.pop("page", "1")
        return Address(
            run=int(names[0]),
            page=names[1],
            id=names[2] if len(names) == 3 else "",
            filters=tuple((name, value) for name, value in asked.items() if value),
            number=int(number) if number.isascii() and number.isdigit() and len(number) < 10 else 1,
        )


class Files:
    """Names of static files, side by side in one folder; pages that are not written have no link."""

    combined = False

    def __init__(self, written: Iterable[Address]) -> None:
        """Takes the addresses of the lists and single pages that are written."""
        self._written = frozenset(map(self._name, written))

    def href(self, to: Address) -> str:
        """Returns the file's name."""
        name = self._name(to)
        return name if not to.page or name in self._written else ""

    @staticmethod
    def _name(of: Address) -> str:
        if not of.page:
            return "index.html"
        if of.page in _NAMED:
            return f"{of.run}-{of.page}-{file_word(of.id)}.html"
        words = [str(of.run), of.page, *(word for pair in of.filters[-1:] for word in pair)]
        number = f".{of.number}" if of.number > 1 else ""
        return f"{'-'.join(map(file_word, words))}{number}.html"

    def asset(self, name: str) -> str:
        """Returns its name."""
        return name


def file_word(text: str) -> str:
    """Returns a text as a part of a file's name: itself if it is plain, else what is plain of it and a digest."""
    if _SAFE.fullmatch(text) and len(text) <= _LONGEST:
        return text
    plain = "_".join(_SAFE.findall(text))[:30]
    return f"{plain or 'x'}_{hashlib.blake2b(text.encode(), digest_size=8).hexdigest()}"
