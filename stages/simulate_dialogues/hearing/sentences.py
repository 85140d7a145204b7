r"""Sentences: an agent's text as somebody takes it in who reads it, whatever it is marked up with.

sentences("I need:\n- **the title**\n- the day\nThanks!")     -> ["I need: the title; the day;", "Thanks!"]
clauses("Which book is it, and until when?")                   -> ["Which book is it", " until when"]
"""

from __future__ import annotations

import re

_END = re.compile(r"(?<=[.!?])[\"')”*]*\s+")
_MARKUP = re.compile(r"\*\*|__|`|^\s*#+\s+", re.MULTILINE)
_MARKED = re.compile(r"[\n*`|#_]")
_ITEM = re.compile(r"\s*(?:[-*•\u2013]|\d{1,2}[.)]|\([a-z\d]\))\s+")
_RULE = re.compile(r"[\s|:-]+")
_CLAUSE = re.compile(r"[,;:()/?]|\s[-\u2013\u2014]\s|\b(?:and|or|but|as well as)\b", re.IGNORECASE)


def sentences(text: str) -> list[str]:
    """Returns the sentences of a text; a list or a table is part of the sentence that leads to it."""
    if not _MARKED.search(text):
        return _END.split(text)
    found: list[str] = []
    listing = False
    for line in _MARKUP.sub("", text).splitlines():
        row = line.strip().startswith("|")
        if not line.strip() or _RULE.fullmatch(line):
            continue
        item = _ITEM.match(line)
        if row:
            line = ": ".join(cell.strip() for cell in line.strip(" |").split("|"))
        elif item:
            line = line[item.end() :]
        if (row or item) and found and (listing or found[-1].endswith(":")):
            found[-1] += f" {line.strip()};"
        else:
            found += _END.split(line.strip())
        listing = row or item is not None
    return found


def clauses(sentence: str) -> list[str]:
    """Returns the parts of a sentence that may each be about something else."""
    return [part for part in _CLAUSE.split(sentence) if part.strip()]
