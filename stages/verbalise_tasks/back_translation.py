"""Back-translation: what a reader that knows only a domain's terms makes of a task's text, beside what the task means.

    wanted(words, task)   -> [("renew_loan", {("get_loan.status", "overdue"), ("get_loan.due", "least")})]
    read('{"requests": [{"intent": "renew_loan", "criteria": [...]}]}')      -> the same, if the text tells it

The terms are all those of the domain, never a choice that the task has narrowed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from schemas.base import Json
from schemas.task import Request, Task
from schemas.tool import ToolSpec
from stages.structured import json_in
from tool_specs.lexicon import Lexicon
from tool_specs.phrasing.recover import Demand, demands, recover, untold

Term = tuple[str, str]
Criteria = frozenset[Term]
Read = list[tuple[str, Criteria]]
"""Per request: what is wanted, and by which criteria; `most` and `least` stand for orderings."""

SCHEMA: dict[str, Json] = {
    "type": "object",
    "properties": {
        "requests": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "intent": {"type": "string"},
                    "criteria": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "properties": {
                                "column": {"type": "string"},
                                "value": {"type": "string"},
                                "order": {"type": "string", "enum": ["most", "least"]},
                            },
                            "required": ["column"],
                            "additionalProperties": False,
                        },
                    },
                },
                "required": ["intent", "criteria"],
                "additionalProperties": False,
            },
        }
    },
    "required": ["requests"],
    "additionalProperties": False,
}
READ = frozenset({"intent", "question", "out_of_scope", "filter", "order", "wish"})
"""Meanings that a reader gives back; of all others the text itself must show that they are told."""


def terms(words: Lexicon, specs: Mapping[str, ToolSpec]) -> dict[str, str]:
    """Returns a domain's intents and columns as lines of a prompt."""
    intents = [f"- {name}: {specs[name].description.splitlines()[0]}" for name in words.writes if name in specs]
    intents += [f"- {key}: asks for it" for key in words.questions]
    intents += [f"- {key}: {texts[0]}" for key, texts in words.out_of_scope.items() if texts]
    columns = []
    for column, own in words.columns.items():
        values = ", ".join(value.strip('"') for value in own.values)
        columns.append(f"- {column}: {own.name}" + (f" ({values})" if values else ""))
    return {"intents": "\n".join(intents), "columns": "\n".join(columns)}


def wanted(words: Lexicon, task: Task) -> Read:
    """Returns what a reader must find in a task's text."""
    found: Read = []
    every = demands(words, task)
    for number in range(len(task.requests)):
        own = [each.meaning for each in every if each.place == f"request {number}"]
        intent = next(str(m[1]) for m in own if m[0] in ("intent", "question", "out_of_scope"))
        found.append((intent, frozenset(_criteria(own))))
    return found


def _criteria(meanings: Iterable[tuple[Json, ...]]) -> Iterator[tuple[str, str]]:
    for meaning in meanings:
        if meaning[0] in ("filter", "wish"):
            yield str(meaning[1]), _plain(meaning[2])
        elif meaning[0] == "order":
            yield str(meaning[1]), "most" if meaning[2] else "least"


def bounds(words: Lexicon, task: Task, text: str, raised: Collection[str]) -> tuple[frozenset[Term], frozenset[Term]]:
    """Returns the least and the most that a reader may find in words that say what a text says.

    The least is what the text tells of the task. The most is whatever has a phrase in it: users tell things wrongly, or
    by words that may be read as more than they mean.

    Args:
        words: the domain's.
        task: what it is about.
        text: in the grammar's phrases.
        raised: intents that it raises clearly.
    """
    every = demands(words, task)
    lacking = untold(every, text)
    least = {*_criteria([each.meaning for each in every if each not in lacking]), *(("", each) for each in raised)}
    found = sorted(recover(words, text, task), key=str)
    intents = {("", str(meaning[1])) for meaning in found if meaning[0] in ("intent", "question", "out_of_scope")}
    return frozenset(least), frozenset({*least, *intents, *_criteria(found)})


def flat(reading: Read) -> frozenset[Term]:
    """Returns all that a reader found, whatever request it is of; intents as `("", intent)`."""
    intents = {("", intent) for intent, _ in reading}
    return frozenset(intents.union(*(criteria for _, criteria in reading)))


def others(words: Lexicon, task: Task) -> list[Demand]:
    """Returns what the text itself must tell: facts, names, what is already there, conditions, what else will do."""
    return [each for each in demands(words, task) if each.meaning[0] not in READ]


def read(answer: str) -> Read | None:
    """Returns what a reader found; None where its answer is no such JSON."""
    value = json_in(answer)
    if value is None:
        return None
    try:
        return [
            (str(each["intent"]), frozenset(_criterion(one) for one in each["criteria"])) for each in value["requests"]
        ]
    except (KeyError, TypeError):
        return None


def _criterion(one: Mapping[str, Json]) -> tuple[str, str]:
    return str(one["column"]), str(one["order"]) if one.get("order") else _plain(one["value"])


def same(one: Read, other: Read) -> bool:
    """Whether two readings are the same, in whatever order the requests come."""
    return sorted(map(_key, one)) == sorted(map(_key, other))


def _key(request: tuple[str, Criteria]) -> tuple[str, list[tuple[str, str]]]:
    return request[0], sorted(request[1])


def _plain(value: Json) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) else str(value).lower()


def told_by(task: Task, words: Lexicon, found: list[Demand]) -> Read:
    """Returns what demands that were found in a text come to: the reading of one who knows the lexicon by heart."""
    every = demands(words, task)
    reading: Read = []
    for number, request in enumerate(task.requests):
        own = [each.meaning for each in every if each.place == f"request {number}" and each in found]
        reading.append((_intent(request, own), frozenset(_criteria(own))))
    return reading


def _intent(request: Request, own: list[tuple[Json, ...]]) -> str:
    return next((str(m[1]) for m in own if m[0] in ("intent", "question", "out_of_scope")), "")
