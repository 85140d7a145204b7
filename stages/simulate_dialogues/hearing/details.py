"""Details: what an agent lists of a request before it asks for a yes, as the one can check it who told them.

A listener compares what it stated itself, and nothing else: "order L3 for the 5th" beside the own "L3" and "the 6th".
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from schemas.base import Json
from schemas.task import Request, Task
from stages.behaviors.second_thoughts import second_thoughts
from stages.simulate_dialogues.hearing.values import mistyped
from tool_specs.counting import told_otherwise
from tool_specs.lexicon import Lexicon
from tool_specs.phrasing.recover import fact_demands, untold

_TOKEN = re.compile(r"#?\w[\w-]*\w")
_DIGIT = re.compile(r"\d")
_YOU = re.compile(r"\b(?:you|your|yours)\b", re.IGNORECASE)
_ME = {"you": "I", "your": "my", "yours": "mine"}
_LEAST = 5
"""Letters of a value that nobody lists by chance in place of another."""


def listed(lexicon: Lexicon, task: Task, request: Request, facts: Mapping[str, Json], text: str) -> dict[str, Json]:
    """Returns a request's arguments as a text lists them: stated values as they are said, the others as they are."""
    found: dict[str, Json] = dict(request.arguments)
    text = f"{text} {_YOU.sub(lambda word: _ME[word[0].lower()], text)}"  # "you ordered it by mistake"
    for name, source in request.sources.items():
        if source.fact is not None:
            found[name] = _said_for(lexicon, task, request, source.fact, facts.get(source.fact), text)
    return found


def _said_for(lexicon: Lexicon, task: Task, request: Request, fact: str, own: Json, text: str) -> Json:
    counted = _counted_otherwise(lexicon, request, fact, text)
    if counted is not None:
        return counted
    if not untold(fact_demands(lexicon, (request,), fact, own), text):
        return own
    if isinstance(own, str) and (wrong := mistyped(own, text)) is not None:
        return wrong
    for thought in second_thoughts(task, lexicon):
        if thought.fact == fact:
            wanted = fact_demands(lexicon, (request,), fact, thought.value)
            if wanted and not untold(wanted, text):
                return thought.value
    other = _another(lexicon, request, fact, own, text)
    return own if other is None else other


def _counted_otherwise(lexicon: Lexicon, request: Request, fact: str, text: str) -> int | None:
    """Returns how many things a text lists where the own number is another one."""
    for name, source in request.sources.items():
        if source.fact == fact:
            return told_otherwise(lexicon, request.tool or "", request.arguments, name, text.lower())
    return None


def _another(lexicon: Lexicon, request: Request, fact: str, own: Json, text: str) -> str | None:
    """Returns the value that stands in a text where the own one should: another choice, or another id of its form."""
    for name, source in request.sources.items():
        for choice in lexicon.choices.get(name, {}) if source.fact == fact else ():
            if choice != own and not untold(fact_demands(lexicon, (request,), fact, choice), text):
                return choice
    if not isinstance(own, str) or len(own) < _LEAST or not _DIGIT.search(own) or own[0].isdigit() != own.isdigit():
        return None
    form = _DIGIT.sub("0", own)
    return next((each for each in _TOKEN.findall(text) if _DIGIT.sub("0", each) == form), None)
