"""Lint: what is badly formed in a checklist, be it derived here or written by others.

    >>> list(lint({"turns": [{"turn": 0, "items": [{"id": "a", "question": "Is it done and told?", ...}], ...}]}))
    ['turns[0].items[0] (a): question: holds two facts ("and"); make an item of each', ...]

CM2's rules for items: atomic, observable, with evidence, no turn's number in the text, no supposition, no failed try;
dependencies lead to items about what tools answered; the weights of a turn sum to 1. What stands in quotation marks is
a value, and is not read. Sentences are looked at by their words: what is put otherwise may slip through.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, get_args

import msgspec

from schemas.base import Json
from schemas.checklist import Focus, Place, Rule

_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"|`[^`]*`')
_TWO = re.compile(r"\b(and|as well as|both|plus|along with)\b|;|\?.*\?", re.IGNORECASE)
_TURN = re.compile(
    r"\b(?:turn|step|message|round)s? ?(?:#|no\.?|number)? ?\d+|"
    r"\b(?:first|second|third|fourth|last|previous|next|earlier) (?:turn|step|message|round)s?\b",
    re.IGNORECASE,
)
_SUPPOSED = re.compile(r"\b(if|when|whenever|unless|in case|assuming|provided that|suppose)\b", re.IGNORECASE)
_FAILED = re.compile(
    r"\b(fail(?:s|ed|ure)?|retr(?:y|ies|ied)|attempts?|attempted|errors?|mistakes?|mismatch|tried|tries again)\b",
    re.IGNORECASE,
)
_WORDS = (
    (_TWO, 'holds two facts ("{0}"); make an item of each'),
    (_TURN, 'names a turn ("{0}"); say what must be so, not when'),
    (_SUPPOSED, 'supposes something ("{0}"); say what is the case'),
    (_FAILED, 'mentions a failed try ("{0}"); say what must succeed'),
)
_TOLERANCE = 1e-6
_FOCUS, _PLACES = get_args(Focus), get_args(Place)


def lint(checklist: Json) -> Iterator[str]:
    """Yields what is wrong, each with its place; nothing for a well-formed checklist."""
    turns = checklist.get("turns") if isinstance(checklist, dict) else None
    if not isinstance(turns, list) or not turns:
        yield 'has no "turns": [...]'
        return
    known: dict[str, tuple[int, Json]] = {}
    needs: dict[str, Sequence[str]] = {}
    for number, turn in enumerate(turns):
        place = f"turns[{number}]"
        items = turn.get("items") if isinstance(turn, dict) else None
        if not isinstance(items, list) or not items:
            yield f'{place}: has no "items": [...]'
            continue
        own: list[str] = []
        for position, item in enumerate(items):
            here = f"{place}.items[{position}]"
            name = item.get("id") if isinstance(item, dict) else None
            if not isinstance(name, str) or not name:
                yield f"{here}: has no id"
                continue
            here = f"{here} ({name})"
            if name in known:
                yield f"{here}: the id is taken by an item of turns[{known[name][0]}]; give each its own"
            known[name] = number, item
            own.append(name)
            yield from (f"{here}: {what}" for what in _item(item, number))
        yield from (f"{place}: {what}" for what in _weights(turn.get("weight"), own))
        found = turn.get("dependence", {})
        if not isinstance(found, dict) or not all(isinstance(each, list) for each in found.values()):
            yield f'{place}: dependence is no object of lists: {{"item": ["item it needs"]}}'
            continue
        yield from (f"{place}: dependence: {name!r} is no item of this turn" for name in found if name not in own)
        needs.update(found)
    yield from _dependencies(needs, known)


def _item(item: Mapping[str, Any], turn: int) -> Iterator[str]:
    for key in ("question", "pass_condition"):
        text = item.get(key)
        if not isinstance(text, str) or not text.strip():
            yield f"has no {key}"
            continue
        plain = _QUOTED.sub('""', text)
        for pattern, words in _WORDS:
            found = pattern.search(plain)
            if found:
                yield f"{key}: {words.format(found.group())}"
        if key == "question" and not plain.rstrip().endswith("?"):
            yield "question: does not end with a question mark"
    if item.get("focus_on") not in _FOCUS:
        yield f"focus_on is {item.get('focus_on')!r}; give one of {', '.join(_FOCUS)}"
    if not isinstance(item.get("required_for_next_turn"), bool):
        yield "required_for_next_turn is neither true nor false"
    failures = item.get("failure_examples")
    if not isinstance(failures, list) or not failures or not all(isinstance(each, str) and each for each in failures):
        yield "has no failure_examples"
    yield from _evidence(item.get("evidence"), turn)
    yield from _judged(item.get("judge", "llm"), item.get("condition"))


def _evidence(found: Json, turn: int) -> Iterator[str]:
    if not isinstance(found, list) or not found:
        yield "has no evidence"
        return
    for number, each in enumerate(found):
        here = f"evidence[{number}]"
        if not isinstance(each, dict) or not all(type(each.get(key)) is int for key in ("turn", "step")):
            yield f"{here}: needs turn and step, as numbers"
            continue
        if each.get("from") not in _PLACES:
            yield f"{here}: from is {each.get('from')!r}; give one of {', '.join(_PLACES)}"
        if not isinstance(each.get("snippet"), str) or not each["snippet"].strip():
            yield f"{here}: has no snippet"
        if not 0 <= each["turn"] <= turn:
            yield f"{here}: is from turn {each['turn']}, and the item belongs to turn {turn}"


def _judged(judge: Json, condition: Json) -> Iterator[str]:
    if judge not in ("rule", "llm"):
        yield f"judge is {judge!r}; give rule or llm"
    elif judge == "llm" and condition is not None:
        yield "has a condition, and a judge that does not look at it; say judge: rule, or leave the condition out"
    elif judge == "rule" and condition is None:
        yield "is decided by rule and has no condition; give one, or say judge: llm"
    elif judge == "rule":
        try:
            rule = msgspec.convert(condition, Rule)
            re.compile(getattr(rule, "pattern", ""))
        except (msgspec.ValidationError, re.error) as error:
            yield f"condition: {error}"


def _weights(weights: Json, own: Sequence[str]) -> Iterator[str]:
    if not isinstance(weights, dict) or not all(isinstance(each, (int, float)) for each in weights.values()):
        yield 'weight is no object of numbers: {"item": 0.5}'
        return
    yield from (f"weight: {name!r} is no item of this turn" for name in weights if name not in own)
    yield from (f"weight: {name!r} has none" for name in own if name not in weights)
    yield from (f"weight: that of {name!r} is not above 0" for name, each in weights.items() if each <= 0)
    total = sum(weights.values())
    if abs(total - 1) > _TOLERANCE:
        yield f"the weights sum to {total:.6g}; make them sum to 1"


def _dependencies(needs: Mapping[str, Sequence[str]], known: Mapping[str, tuple[int, Json]]) -> Iterator[str]:
    for name, wanted in needs.items():
        turn = known[name][0] if name in known else 0
        for need in wanted:
            if need not in known:
                yield f"turns[{turn}]: dependence: {name!r} needs {need!r}, which is no item"
            elif known[need][0] > turn:
                yield f"turns[{turn}]: dependence: {name!r} needs {need!r}, which belongs to a later turn"
            elif known[need][1].get("focus_on") != "tool.content":
                yield f"turns[{turn}]: dependence: {name!r} needs {need!r}, which is not about tool.content"
    seen: set[str] = set()
    for name in needs:
        path: list[str] = []
        waiting = [(name, 0)]
        while waiting:
            here, depth = waiting.pop()
            del path[depth:]
            if here in path:
                yield f"dependence: {' -> '.join([*path[path.index(here) :], here])} is a circle"
                return
            path.append(here)
            if here not in seen:
                waiting += [(each, depth + 1) for each in needs.get(here, ())]
        seen.add(name)
