"""Pointing: "that same loan" in place of a number, where the task before was about one thing alone.

subject_of(scenario).value                              -> "L3", which the user states in this task, too
named(scenario, lexicon).sub("that same loan", text)    what names it by its number
pointed_at(lexicon).search("and for that same loan")    what points at it
"""

from __future__ import annotations

import re

from schemas.behavior import Scenario
from schemas.task import Knowledge
from tool_specs.lexicon import Lexicon
from tool_specs.remember import remembered


def subject_of(scenario: Scenario) -> Knowledge | None:
    """Returns the fact of this task that names what the task before was about, if it was about one row alone."""
    last = scenario.before[-1].task if scenario.before else None
    if last is None or len(last.writes) != 1:
        return None
    about = {value for value in last.writes[0].arguments.values() if isinstance(value, str)}
    known = (entry for entry in scenario.task.knowledge if not entry.identity and isinstance(entry.value, str))
    return next((each for each in known if each.value in about and any(map(str.isdigit, each.value))), None)


def named(scenario: Scenario, lexicon: Lexicon) -> re.Pattern[str] | None:
    """Returns what finds a mention of it by noun and number."""
    subject = subject_of(scenario)
    if subject is None:
        return None
    return re.compile(rf"\b(?:(?:my|the|that) )?({_nouns(lexicon)}) {re.escape(str(subject.value))}\b")


@remembered(1)
def pointed_at(lexicon: Lexicon) -> re.Pattern[str]:
    """Returns what finds words that point at what was just done."""
    nouns = _nouns(lexicon)
    return re.compile(
        rf"\b(?:that|this|the same|that same|this same) (?:very )?(?:{nouns})\b|"
        rf"\b(?:{nouns}) (?:(?:we|you|i) just|from just now)\b|\bthe one (?:we|you|i) just\b",
        re.IGNORECASE,
    )


def _nouns(lexicon: Lexicon) -> str:
    return "|".join(sorted({re.escape(row.singular) for row in lexicon.rows.values()}))
