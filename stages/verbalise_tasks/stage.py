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

from schemas.completion import Completion, CompletionRequest, Sampling, Usage
from schemas.message import Message
from schemas.task import Task
from schemas.verdict import Drop
from stages.base import Engine, EngineError, Services, Stage, Wording, seeded
from stages.structured import cut_off, form
from stages.verbalise_tasks.back_translation import SCHEMA, bounds, flat, others, read, same, terms, wanted
from tool_specs.domain import Domain
from tool_specs.phrasing.leaks import leaks
from tool_specs.phrasing.recover import Demand, untold

_PROMPTS = Path(__file__).parent / "prompts"
_CLEARLY = frozenset({"inform_intent_clear", "inform_intent_clear_add"})
"""Acts that raise a request and say what it is."""


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
        engine, domain = self._engine(services), services.sandboxes[record.domain].domain
        try:
            wording = self.prompt or _prompt("wording")
            answer = await engine.complete(self._asking(f"{record.id}/words", wording, record.text))
            why = self._wrong(record, domain, answer)
            if not why:
                back = await engine.complete(self._reading(f"{record.id}/reading", domain, answer.content.strip()))
                reading = read(back.content)
                if reading is None or not same(reading, wanted(domain.lexicon, record)):
                    why = "read otherwise"
        except EngineError:
            why = "no answer"
        if why:
            return [msgspec.structs.replace(record, worded=f"grammar: {why}")]
        return [msgspec.structs.replace(record, text=answer.content.strip(), worded=engine.revision)]

    async def opening(self, task: Task, said: Message, session: str, services: Services) -> tuple[Completion, Wording]:
        """Words the first message of a user, whose acts say what it means; under the rules that hold for tasks.

        Args:
            task: what it is about.
            said: the message in the grammar's words, which stand where others do not hold.
            session: of the dialogue.
            services: the worlds and the engines.

        Returns:
            What was answered, with the tokens of both requests, and the words.
        """
        engine, domain = self._engine(services), services.sandboxes[task.domain].domain
        answer = Completion(content=said.content)
        try:
            answer = await engine.complete(self._asking(f"{session}/opening", _prompt("opening"), said.content))
            text = answer.content.strip()
            why = self._unfit(task, answer)
            told = _told(domain, task, text)
            if not why and any(each not in told for each in _told(domain, task, said.content)):
                why = "insufficient"
            if not why:
                back = await engine.complete(self._reading(f"{session}/opening_reading", domain, text))
                answer = msgspec.structs.replace(answer, usage=_sum(answer.usage, back.usage))
                reading = read(back.content)
                raised = {str(act.value.get("tool")) for act in said.acts if act.kind in _CLEARLY and act.value["tool"]}
                least, most = bounds(domain.lexicon, task, said.content, raised)
                if reading is None or not least <= flat(reading) <= most:
                    why = "read otherwise"
        except EngineError:
            why = "no answer"
        return answer, Wording(said.content if why else text, why)

    def _engine(self, services: Services) -> Engine:
        engine = services.engines.get("verbaliser")
        if engine is None:
            raise ValueError("no engine has the role 'verbaliser'; give it one, or leave the stage out")
        return engine

    def _wrong(self, task: Task, domain: Domain, answer: Completion) -> str:
        """Says by which rule the words of a task do not hold, or returns ""."""
        why = self._unfit(task, answer)
        return why or ("insufficient" if untold(others(domain.lexicon, task), answer.content.strip()) else "")

    def _unfit(self, task: Task, answer: Completion) -> str:
        """Says why an answer can be no words about a task, or returns ""."""
        text = answer.content.strip()
        if cut_off(answer, self.sampling.max_tokens):
            return "truncated"
        if not text or answer.tool_calls or "<" in text or "```" in text:
            return "unusable"
        return "leak" if leaks(task, text) else ""

    def _reading(self, session: str, domain: Domain, text: str) -> CompletionRequest:
        prompt = _prompt("reading").replace("{service}", domain.lexicon.service)
        for slot, lines in terms(domain.lexicon, domain.specs).items():
            prompt = prompt.replace(f"{{{slot}}}", lines)
        request = self._asking(session, prompt, text)
        sampling = msgspec.structs.replace(request.sampling, temperature=0.0)
        return msgspec.structs.replace(request, response_format=form("requests", SCHEMA), sampling=sampling)

    def _asking(self, session: str, system: str, text: str) -> CompletionRequest:
        messages = ({"role": "system", "content": system}, {"role": "user", "content": text})
        return seeded(
            CompletionRequest(
                role="verbaliser", session=f"{session}/verbaliser", turn=0, messages=messages, sampling=self.sampling
            )
        )


def _told(domain: Domain, task: Task, text: str) -> list[Demand]:
    """Returns what a text itself tells of what readers do not give back."""
    every = others(domain.lexicon, task)
    lacking = untold(every, text)
    return [each for each in every if each not in lacking]


def _sum(one: Usage, other: Usage) -> Usage:
    return Usage(
        prompt_tokens=one.prompt_tokens + other.prompt_tokens,
        completion_tokens=one.completion_tokens + other.completion_tokens,
        cached_tokens=one.cached_tokens + other.cached_tokens,
    )
