"""The stage: a task in, the same task in a language model's words out, or in the grammar's where they do not hold.

    VerbaliseTasks(verbaliser="http:small-1")     # Task -> Task(text="...", worded="http:small-1")

Two requests per task: one for the words, one that reads them back. The words are taken if

* they give nothing away that the user cannot know, and tell every fact (the rules of the grammar's own texts);
* a reader that knows only the domain's terms finds the task's requests and criteria in them, no more and no less.

Else the grammar's text stands, and `worded` says why: `grammar: leak`, `grammar: insufficient`, `grammar: truncated`,
`grammar: read otherwise`, `grammar: unusable`, `grammar: no answer`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import msgspec

from schemas.completion import Completion, CompletionRequest, Sampling
from schemas.task import Task
from schemas.verdict import Drop
from stages.base import EngineError, Services, Stage, seeded
from stages.structured import cut_off, form
from stages.verbalise_tasks.back_translation import SCHEMA, others, read, same, terms, wanted
from tool_specs.domain import Domain
from tool_specs.phrasing.recover import leaks, untold

_PROMPTS = Path(__file__).parent / "prompts"


@cache
def _prompt(name: str) -> str:
    return (_PROMPTS / f"{name}.md").read_text(encoding="utf-8").strip()


@dataclass(frozen=True, kw_only=True)
class VerbaliseTasks(Stage[Task, Task]):
    """Puts tasks into words.

    Attributes:
        verbaliser: Name and revision of the engine that has this role.
        sampling: How its words are drawn; reading them back is done without temperature.
        prompt: Text in place of `prompts/wording.md`; how words are read back stays.
    """

    verbaliser: str
    sampling: Sampling = field(default_factory=Sampling)
    prompt: str = ""

    async def process(self, record: Task, services: Services) -> Sequence[Task | Drop]:
        """Returns the task, in other words if they hold."""
        engine = services.engines.get("verbaliser")
        if engine is None:
            raise ValueError("no engine has the role 'verbaliser'; give it one, or leave the stage out")
        domain = services.sandboxes[record.domain].domain
        try:
            answer = await engine.complete(self._words(record))
            why = self._wrong(record, domain, answer)
            if not why:
                reading = read((await engine.complete(self._reading(record, domain, answer.content.strip()))).content)
                if reading is None or not same(reading, wanted(domain.lexicon, record)):
                    why = "read otherwise"
        except EngineError:
            why = "no answer"
        if why:
            return [msgspec.structs.replace(record, worded=f"grammar: {why}")]
        return [msgspec.structs.replace(record, text=answer.content.strip(), worded=engine.revision)]

    def _wrong(self, task: Task, domain: Domain, answer: Completion) -> str:
        """Says by which rule words do not hold, or returns ""."""
        text = answer.content.strip()
        if cut_off(answer, self.sampling.max_tokens):
            return "truncated"
        if not text or answer.tool_calls or "<" in text or "```" in text:
            return "unusable"
        if leaks(task, text):
            return "leak"
        return "insufficient" if untold(others(domain.lexicon, task), text) else ""

    def _words(self, task: Task) -> CompletionRequest:
        return self._request(task, 0, self.prompt or _prompt("wording"), task.text)

    def _reading(self, task: Task, domain: Domain, text: str) -> CompletionRequest:
        prompt = _prompt("reading").replace("{service}", domain.lexicon.service)
        for slot, lines in terms(domain.lexicon, domain.specs).items():
            prompt = prompt.replace(f"{{{slot}}}", lines)
        return self._request(task, 1, prompt, text)

    def _request(self, task: Task, turn: int, system: str, text: str) -> CompletionRequest:
        session = f"{task.id}/{'reading' if turn else 'words'}/verbaliser"
        request = CompletionRequest(
            role="verbaliser",
            session=session,
            turn=0,
            messages=({"role": "system", "content": system}, {"role": "user", "content": text}),
            response_format=form("requests", SCHEMA) if turn else None,
            sampling=msgspec.structs.replace(self.sampling, temperature=0.0) if turn else self.sampling,
        )
        return seeded(request)
