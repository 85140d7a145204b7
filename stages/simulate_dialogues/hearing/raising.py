"""Raising: where in a text a request is raised, by the lexicon's words for it or by its tool's verb.

spans_of(lexicon, renewal, "could you renew my loan")      -> [(10, 23)]
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from schemas.task import Request
from tool_specs.lexicon import Lexicon
from tool_specs.phrasing.recover import intent_demand


def spans_of(lexicon: Lexicon, request: Request, text: str) -> list[tuple[int, int]]:
    """Returns where a text raises a request, in order."""
    demand = intent_demand(lexicon, request, anyhow=True)
    spans = sorted({span for pattern in demand.patterns for span in pattern(text)})
    return spans or _done_to(request.tool or "", text)


def apart(found: Sequence[int], spans: Mapping[int, list[tuple[int, int]]]) -> list[int]:
    """Leaves out requests whose only place in the text is another one's."""
    taken: list[tuple[int, int]] = []
    kept: list[int] = []
    for number in found:
        free = [s for s in spans[number] if all(s[1] <= t[0] or t[1] <= s[0] for t in taken)]
        if free:
            taken.append(max(free, key=lambda span: span[1] - span[0]))
            kept.append(number)
    return kept


def _done_to(tool: str, text: str) -> list[tuple[int, int]]:
    """Returns where a text wants something done, by a tool's verb: "i want my order cancelled"."""
    verb = tool.partition("_")[0].rstrip("e")
    wants = re.compile(rf"\b(?:want|needs?|get|have|like)\b[^.!?]{{0,40}}?\b({re.escape(verb)}l?ed)\b", re.IGNORECASE)
    return [found.span(1) for found in wants.finditer(text)] if verb else []
