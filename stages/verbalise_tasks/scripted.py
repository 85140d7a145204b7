"""Scripted verbaliser: the grammar's own second telling, and a reader that knows the lexicon by heart, without a model.

ScriptedVerbaliser(lexicons, tasks.get)    # an Engine for the role `verbaliser`
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

import orjson

from schemas.base import rng_of
from schemas.completion import Completion, CompletionRequest
from schemas.task import Task
from stages.base import EngineError
from stages.verbalise_tasks.back_translation import told_by
from tool_specs.lexicon import Lexicon
from tool_specs.phrasing.recover import demands, untold
from tool_specs.phrasing.user import task_text

_GREETING = re.compile(r"(?:hi|hello|hey)(?: there)?\b", re.IGNORECASE)


class ScriptedVerbaliser:
    """Words tasks in the grammar's phrases and reads texts by them.

    Attributes:
        revision: Name and version.
    """

    revision = "scripted-verbaliser/1"

    def __init__(self, lexicons: Mapping[str, Lexicon], tasks: Callable[[str], Task | None]) -> None:
        """Takes the domains' words, and the way to a task from its id, or from that of one of its scenarios."""
        self._lexicons = lexicons
        self._tasks = tasks

    async def complete(self, request: CompletionRequest) -> Completion:
        """Answers a request; see `answer`."""
        return self.answer(request)

    def answer(self, request: CompletionRequest) -> Completion:
        """Answers a request.

        Raises:
            EngineError: the task is not known.
        """
        id_, *_, what, _ = request.session.split("/")
        task = self._tasks(id_)
        if task is None:
            raise EngineError(f"no task {id_!r}; the scripted verbaliser words only tasks that it was given")
        words = self._lexicons[task.domain]
        if what == "words":
            return Completion(content=task_text(words, task, rng_of(task.id, "another telling")), engine=self.revision)
        text = str(request.messages[-1]["content"])
        if what == "opening":
            return Completion(content=_greeted(text), engine=self.revision)
        every = demands(words, task)
        lacking = untold(every, text)
        reading = told_by(task, words, [each for each in every if each not in lacking])
        requests = [
            {"intent": intent, "criteria": [_criterion(*one) for one in sorted(criteria)]}
            for intent, criteria in reading
            if intent  # of what is not raised there is nothing to be read
        ]
        return Completion(content=orjson.dumps({"requests": requests}).decode(), engine=self.revision)


def _greeted(text: str) -> str:
    """Returns an opening with another beginning; a script has no other words for the matter."""
    found = _GREETING.match(text)
    said = f"Hello there{text[found.end() :]}" if found else f"Hello there! {text}"
    return said if any(character.isupper() for character in text) else said.lower()


def _criterion(column: str, value: str) -> dict[str, str]:
    return {"column": column, "order" if value in ("most", "least") else "value": value}
