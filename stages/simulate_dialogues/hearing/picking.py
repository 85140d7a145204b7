"""Picking, as it is heard: a user asks what there is to choose from, or takes one of what the agent has listed.

"what do you have on file?"      -> ask_options(request=0, slot="card")
"the second one" / "not the red card"      -> inform(request=0, slot="card", value={"facts": ...})

And an agent that lists it: "(1) the red card and (2) the blue card"  -> request(slot="card", value={"options": [...]})
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

import orjson

from schemas.base import Json
from schemas.dialogue import Act
from stages.behaviors.choices import Choice

_WANTED = re.compile(
    r"\b(?:options|which ones|what do you have|what is there|list them|to choose from|what.?s (?:even )?in my)\b",
    re.IGNORECASE,
)
_NOT = re.compile(r"\b(?:not|but|except|isn.?t|neither)\b", re.IGNORECASE)
_LISTED = re.compile(r"\([1-9]\) (?:the )?(.+?)(?=,? (?:and |or )?\([1-9]\)|[.?!]|$)")
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth")
_NUMBER = re.compile(r"(?<![\w$])([1-8])(?![\w,.]\w)")


def options_heard(text: str, choice: Choice, context: Sequence[Act], place: int) -> Iterator[Act]:
    """Yields what a message says about a choice that the agent has asked for."""
    for act in context:
        if act.kind != "request" or (act.request, act.slot) != (place, choice.role):
            continue
        options = act.value.get("options", []) if isinstance(act.value, dict) else []
        taken = _taken(text.lower(), options)
        if taken is not None:
            name = f"chosen.{place}.{choice.parameter}"
            yield Act(kind="inform", request=place, slot=name, value=taken)
            told = {"binds": {}, "facts": {choice.parameter: name}}
            yield Act(kind="inform", request=place, slot=choice.role, value=told)
        elif not options and _WANTED.search(text):
            yield Act(kind="ask_options", request=place, slot=choice.role)


def options_told(text: str, gold: str, answers: Iterable[str]) -> list[dict[str, Json]]:
    """Returns what an agent lists by numbers, each label with its value.

    A listener can tell by their labels which of them is its own; the others' values are their labels.

    Args:
        text: the agent's words.
        gold: the value that the listener wants.
        answers: what the agent's calls gave: the row of that value stands there.
    """
    labels = [label.strip() for label in _LISTED.findall(text)]
    features = {gold.rpartition("_")[2], *(leaf for answer in answers for leaf in _row_of(gold, answer))}
    scores = [sum(feature.replace("_", " ").lower() in label.lower() for feature in features) for label in labels]
    best = max(scores, default=0)
    if len(labels) < 2 or scores.count(best) != 1:
        return []
    return [
        {"value": gold if score == best else label, "label": label} for score, label in zip(scores, labels, strict=True)
    ]


def _row_of(gold: str, answer: str) -> list[str]:
    """Returns the texts of the row with an id in a call's answer."""
    try:
        waiting: list[Json] = [orjson.loads(answer)] if gold in answer else []
    except orjson.JSONDecodeError:
        return []
    while waiting:
        value = waiting.pop()
        inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        row = value.get(gold) if isinstance(value, dict) else None
        if isinstance(row, dict):
            return [leaf for leaf in row.values() if isinstance(leaf, str) and leaf != gold]
        if isinstance(value, dict) and gold in value.values():
            return [leaf for leaf in value.values() if isinstance(leaf, str) and leaf != gold]
        waiting += [each for each in inner if isinstance(each, (dict, list))]
    return []


def _taken(low: str, options: Sequence[dict[str, Json]]) -> Json:
    """Returns the value of the option that is meant, or None."""
    found = _NOT.search(low)
    named = [option["value"] for option in options if str(option["label"]).lower() in low]
    if found is not None:
        left = [option["value"] for option in options if option["value"] not in named]
        after = low[found.start() :].rpartition(", the ")[2]
        meant = [option["value"] for option in options if after.startswith(str(option["label"]).lower())]
        return left[0] if len(left) == 1 else meant[0] if meant else None
    if len(named) == 1 or len(options) == 1:
        return named[0] if named else options[0]["value"]
    number = _NUMBER.search(low)
    at = int(number[1]) - 1 if number else next((n for n, word in enumerate(_ORDINALS) if word in low), -1)
    at = len(options) - 1 if at < 0 and re.search(r"\blast\b", low) else at
    return options[at]["value"] if 0 <= at < len(options) else None
