"""Checker: which items of a checklist a dialogue meets, when, and what each of its turns earns by that.

    found = score(checklist, messages)               # messages in OpenAI form, of whoever spoke
    found["score"], found["turns"], found["met"]["r0.loan_id"], found["missed"]
    0.75, [1.0, 0.5], 7, ["r0.agreed"]

An item is met by the first message at which its condition holds and all items that it depends on are met; once met, it
stays so. A turn of the checklist is worth the weights of its items that are met, of those that can be decided: items
for a judge count if its verdicts are given, else the others share their weight. The score is the mean over turns.
`rewards` is what each message earns of it: they sum to the score.

This file needs nothing but Python and `answers.py`: `writ export --format verl-rl` puts both beside its rows.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from tool_specs.phrasing.answers import affirms

VERSION = "writ-checklist/1"
Object = Mapping[str, Any]

_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
_YES = ("yes", "yeah", "yep", "sure", "okay", "correct", "right", "fine", "perfect", "great", "confirm", "please")
_TWISTED = {word[:n] + word[n + 1] + word[n] + word[n + 2 :]: word for word in _YES for n in range(len(word) - 1)}
_EXCHANGES = 3
"""How far back the details may have been listed, if nothing was listed since."""


class Made(NamedTuple):
    """A call with its answer: the positions of both messages."""

    place: int
    name: str
    arguments: Mapping[str, Any]
    answer: int
    content: str

    @property
    def failed(self) -> bool:
        """Whether the tool answered with an error."""
        return self.content.startswith("Error")


class Transcript:
    """Messages, with what conditions look at: calls and their answers, texts in lower case.

    Attributes:
        calls: those that were answered, in order.
        says: (position, lower-case text) of the agent's messages in words.
    """

    def __init__(self, messages: Sequence[Object]) -> None:
        self.messages = messages
        self.low = [_text(message).lower() for message in messages]
        self.calls = list(_calls(messages))
        self.says = [(n, self.low[n]) for n, m in enumerate(messages) if m["role"] == "assistant" and self.low[n]]

    def written(self, condition: Object) -> Made | None:
        """Returns the call that stands for a write: the very one, or the most alike that is no other write."""
        wanted, others = condition["arguments"], condition["others"]
        best: tuple[int, Made] | None = None
        for made in self.calls:
            if made.name != condition["tool"] or made.failed:
                continue
            alike = sum(_same(made.arguments.get(name), value) for name, value in wanted.items())
            if alike == len(wanted):
                return made
            other = any(all(_same(made.arguments.get(n), v) for n, v in each.items()) for each in others)
            if not other and (best is None or alike > best[0]):
                best = alike, made
        return best[1] if best else None


def score(checklist: Object, messages: Sequence[Object], verdicts: Mapping[str, bool] | None = None) -> dict[str, Any]:
    """Checks a dialogue.

    Args:
        checklist: as JSON.
        messages: the dialogue; a system message may come first, and arguments may be JSON text.
        verdicts: of a judge: item id -> whether it is met; by the end, as nobody says when.

    Returns:
        `score`; `turns`, the worth of each turn of the checklist (None: nothing of it can be decided); `met`, item ->
        position of the message that meets it; `missed`; `undecided`; `rewards`, one per message.
    """
    transcript, verdicts = Transcript(messages), verdicts or {}
    met: dict[str, int] = {}
    worth: dict[str, float] = {}
    turns: list[float | None] = []
    missed: list[str] = []
    undecided: list[str] = []
    decided = 0
    for turn in checklist["turns"]:
        known = [item for item in turn["items"] if item["judge"] == "rule" or item["id"] in verdicts]
        undecided += [item["id"] for item in turn["items"] if item not in known]
        total = sum(turn["weight"][item["id"]] for item in known)
        decided += bool(known)
        earned = 0.0
        for item in known:
            place = _place(item, turn["dependence"].get(item["id"], ()), transcript, verdicts, met)
            if place is None:
                missed.append(item["id"])
            else:
                met[item["id"]] = place
                worth[item["id"]] = turn["weight"][item["id"]] / total
                earned += worth[item["id"]]
        turns.append(round(earned, 6) if known else None)
    rewards = [0.0] * len(messages)
    for name, place in met.items():
        rewards[place] += worth[name] / decided
    whole = [each for each in turns if each is not None]
    return {
        "score": round(sum(whole) / len(whole), 6) if whole else None,
        "turns": turns,
        "met": met,
        "missed": missed,
        "undecided": undecided,
        "rewards": [round(each, 6) for each in rewards],
    }


def _place(
    item: Object, needs: Sequence[str], transcript: Transcript, verdicts: Mapping[str, bool], met: Mapping[str, int]
) -> int | None:
    """Returns the message that meets an item, or None."""
    if any(need not in met for need in needs):
        return None
    after = max((met[need] for need in needs), default=-1)
    if item["judge"] != "rule":
        return len(transcript.messages) - 1 if verdicts[item["id"]] else None
    return next((place for place in places(item["condition"], transcript) if place > after), None)


def places(condition: Object, transcript: Transcript) -> Iterator[int]:
    """Yields the messages at which a condition holds, in order."""
    kind = condition["type"]
    if kind == "obtained":
        for made in transcript.calls:
            shown = condition.get("shows") or ""
            if not made.failed and shown in made.content and any(_reads(each, made) for each in condition["reads"]):
                yield made.answer
    elif kind == "said":
        yield from (place for place, text in transcript.says if _says(condition, text))
    elif kind == "only":
        if _only(condition, transcript):
            yield len(transcript.messages) - 1
    else:
        call, wanted = transcript.written(condition), condition["arguments"]
        if kind == "listed":
            told = _told_before(call.place, transcript) if call else transcript.says
            yield from (place for place, text in told if _says(condition, text))
        elif call and kind == "written":
            name = condition["parameter"]
            if _same(call.arguments.get(name), wanted.get(name)):
                yield call.place
        elif call and kind == "agreed" and _agreed(condition, call, transcript):
            yield call.place


def _told_before(stop: int, transcript: Transcript) -> list[tuple[int, str]]:
    """Returns the reply that a write rests on: of the last ones before it, the one in which figures stand."""
    last = [each for each in transcript.says if each[0] < stop][-_EXCHANGES:]
    with_figures = [each for each in last if any(character.isdigit() for character in each[1])]
    return with_figures[-1:] or last


def _agreed(condition: Object, made: Made, transcript: Transcript) -> bool:
    """Whether the user's last word before a write is a yes, and nothing was written in between."""
    place = made.place - 1
    while place >= 0 and transcript.messages[place]["role"] != "user":
        place -= 1
    between = [call for call in transcript.calls if place < call.place < made.place]
    if place < 0 or any(call.name in condition["writes"] and not call.failed for call in between):
        return False
    answers = place > 0 and transcript.messages[place - 1]["role"] == "assistant"
    return answers and affirms(_untwisted(transcript.low[place]))


def _untwisted(text: str) -> str:
    """Returns a text with the commonest words for yes put right where two letters are the wrong way round."""
    return " ".join(_TWISTED.get(word.strip(",.!"), word) for word in text.split())


def _only(condition: Object, transcript: Transcript) -> bool:
    """Whether the writes that succeeded are the wanted ones, in any order."""
    left = list(condition["calls"])
    for made in transcript.calls:
        if made.name in condition["writes"] and not made.failed:
            found = next((each for each in left if each["tool"] == made.name and _equal(each, made)), None)
            if found is None:
                return False
            left.remove(found)
    return not left


def _equal(wanted: Object, made: Made) -> bool:
    arguments = wanted.get("arguments")
    if arguments is None:
        return True
    return all(_same(made.arguments.get(name), arguments.get(name)) for name in {*arguments, *made.arguments})


def _reads(wanted: Object, made: Made) -> bool:
    if wanted["tool"] != made.name:
        return False
    arguments = wanted.get("arguments")
    return arguments is None or _canonical(arguments) == _canonical(made.arguments)


def _same(one: Any, other: Any) -> bool:
    """Whether two arguments are the same: lists in any order, nothing said as good as nothing."""
    if isinstance(one, list) and isinstance(other, list):
        return sorted(map(_canonical, one)) == sorted(map(_canonical, other))
    return _canonical(one) == _canonical(other) or (one in (None, "") and other in (None, ""))


def _canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False).lower()


def _says(condition: Object, text: str) -> bool:
    """Whether a lower-case text says one form of each group, and has the pattern."""
    pattern = condition.get("pattern")
    if pattern and not re.search(pattern, text):
        return False
    return all(any(_stands(form, text) for form in group) for group in condition.get("groups", ()))


def _stands(form: Any, text: str) -> bool:
    if isinstance(form, str):
        return _number(form, text) if _NUMBER.fullmatch(form) else _words(form, text)
    told = {n for n, forms in enumerate(form["row"]) if any(_stands(each, text) for each in forms)}
    # What also fits a row beside it does not tell the row.
    return bool(told) and not any(told <= set(beside) for beside in form["beside"])


def _words(needle: str, text: str) -> bool:
    """Whether words stand in a text, not as a part of longer ones."""
    start = text.find(needle)
    while needle and start >= 0:
        end = start + len(needle)
        before, after = text[start - 1 : start], text[end : end + 1]
        if not (before.isalnum() and needle[0].isalnum()) and not (after.isalnum() and needle[-1].isalnum()):
            return True
        start = text.find(needle, start + 1)
    return False


def _number(needle: str, text: str) -> bool:
    """Whether a number stands in a text, not as a part of a longer one."""
    return re.search(rf"(?<![\w])(?<!\d[.,]){re.escape(needle)}(?![\w])(?![.,]\d)", text) is not None


def _text(message: Object) -> str:
    content = message.get("content")
    if isinstance(content, list):
        content = "\n".join(str(part.get("text") or "") for part in content if isinstance(part, dict))
    return content or ""


def _calls(messages: Sequence[Object]) -> Iterator[Made]:
    """Yields the calls that were answered; answers come in the order of the calls, or name them."""
    waiting: list[tuple[int, Object]] = []
    for place, message in enumerate(messages):
        waiting += [(place, call) for call in message.get("tool_calls") or ()]
        if message["role"] == "tool" and waiting:
            id_ = message.get("tool_call_id")
            which = next((n for n, (_, call) in enumerate(waiting) if id_ is not None and call.get("id") == id_), 0)
            index, call = waiting.pop(which)
            function = call.get("function", call)
            arguments = function.get("arguments") or {}
            if isinstance(arguments, str):
                try:
                    arguments = json.loads(arguments)
                except ValueError:
                    arguments = {}
            yield Made(index, function["name"], arguments if isinstance(arguments, dict) else {}, place, _text(message))
