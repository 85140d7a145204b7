"""Scripted judge: decides items by what their checklists show as evidence, reads profiles by rule, without a model.

ScriptedJudge(judged.get)    # an Engine for the role `judge`
"""

from __future__ import annotations

import re
from collections.abc import Callable

import orjson

from schemas.base import Json
from schemas.completion import Completion, CompletionRequest, Usage
from schemas.verdict import Judged
from stages.base import EngineError
from stages.behaviors.profile_words import read_back
from stages.judge_dialogues.transcript import open_items

_ITEM = re.compile(r"^- (\S+?)(?: \((?:any turn|turn \d+)\))?: ", re.MULTILINE)
_LETTERS_PER_TOKEN = 4


def _fields(conversation: str) -> list[dict[str, str]]:
    """Returns what the rule reads of who the customer is, each with the line that says it."""
    lines = [line.partition("] ")[2] or line.strip() for line in conversation.splitlines()]
    found = {fact: (value, line) for line in lines for fact, values in read_back([line]).items() for value in values}
    return [{"field": fact, "value": value, "quote": line} for fact, (value, line) in found.items()]


class ScriptedJudge:
    """Says of an item that it is met where the evidence of its checklist stands in the conversation it is shown.

    Attributes:
        revision: Name and version.
    """

    revision = "scripted-judge/1"

    def __init__(self, judged: Callable[[str], Judged | None]) -> None:
        """Takes the way from a judged dialogue's id to it."""
        self._judged = judged

    async def complete(self, request: CompletionRequest) -> Completion:
        """Answers a request; see `answer`."""
        return self.answer(request)

    def answer(self, request: CompletionRequest) -> Completion:
        """Answers a request.

        Raises:
            EngineError: the dialogue is not known.
        """
        id_, *_, what, _ = request.session.split("/")
        if what == "profile":
            return self._completion(request, {"fields": _fields(str(request.messages[1]["content"]))})
        record = self._judged(id_)
        if record is None or record.checklist is None:
            raise EngineError(f"no checklist of {id_!r}; the scripted judge knows only dialogues that it was given")
        conversation, _, _ = str(request.messages[1]["content"]).partition("\n\n# Criteria\n\n")
        wanted = set(_ITEM.findall(str(request.messages[-1]["content"])))
        verdicts = []
        for each in open_items(record.checklist):
            if each.item.id in wanted:
                quotes = [one.snippet for one in each.item.evidence if one.snippet in conversation]
                verdicts.append({"item": each.item.id, "met": bool(quotes), "quotes": quotes})
        return self._completion(request, {"verdicts": verdicts})

    def _completion(self, request: CompletionRequest, answer: Json) -> Completion:
        content = orjson.dumps(answer).decode()
        letters = sum(len(str(message["content"])) for message in request.messages)
        usage = Usage(
            prompt_tokens=letters // _LETTERS_PER_TOKEN, completion_tokens=1 + len(content) // _LETTERS_PER_TOKEN
        )
        return Completion(content=content, usage=usage, engine=self.revision)
