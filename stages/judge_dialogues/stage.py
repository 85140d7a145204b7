"""The stage: a judged dialogue in, the same with what a language model found where no rule could decide.

    JudgeDialogues(judge="http:judge-1")     # Judged -> Judged(judgement=Judgement(engine="http:judge-1", ...))

One request per dialogue with all open items of its checklist; what does not stand (`verdicts.py`) is asked for once
more, and stays open after that. Nothing is dropped: a judge that fails costs its own findings and no dialogue. Promised
is that quotes stand in the dialogue, not that a judge is right.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from msgspec import structs

from schemas.base import Json
from schemas.completion import Completion, CompletionRequest, Sampling
from schemas.judgement import Judgement
from schemas.verdict import Drop, Judged
from stages.base import Engine, EngineError, Services, Stage, seeded
from stages.judge_dialogues.transcript import Open, asked, open_items, shown
from stages.judge_dialogues.verdicts import PROBLEMS, SCHEMA, Heard, heard
from stages.structured import cut_off, form, json_in

_PROMPTS = Path(__file__).parent / "prompts"


@cache
def _prompt(name: str) -> str:
    return (_PROMPTS / f"{name}.md").read_text(encoding="utf-8").strip()


@dataclass(frozen=True, kw_only=True)
class JudgeDialogues(Stage[Judged, Judged]):
    """Lets a language model decide what rules leave open.

    Attributes:
        judge: Name and revision of the engine that has this role.
        sampling: How its answers are drawn; without a temperature of its own, 0.
        prompt: Text in place of `prompts/items.md`.
    """

    judge: str
    sampling: Sampling = field(default_factory=Sampling)
    prompt: str = ""

    async def process(self, record: Judged, services: Services) -> Sequence[Judged | Drop]:
        """Returns the dialogue with its judgement; as it is, where nothing is open."""
        engine = services.engines.get("judge")
        if engine is None:
            raise ValueError("no engine has the role 'judge'; give it one, or leave the stage out")
        items = open_items(record.checklist) if record.checklist else ()
        if not items:
            return [record]
        return [structs.replace(record, judgement=await self._judged(record, items, engine))]

    async def _judged(self, record: Judged, items: Sequence[Open], engine: Engine) -> Judgement:
        request = self._request(record, items)
        try:
            first = await engine.complete(seeded(request))
        except EngineError:
            return Judgement(engine=engine.revision, refused={each.item.id: "no_answer" for each in items})
        found = self._heard(record, items, first)
        if not found.refused:
            return Judgement(engine=engine.revision, items=found.items)
        again = [each for each in items if each.item.id in found.refused]
        try:
            repair = self._heard(record, again, await engine.complete(seeded(_repair(request, first, found))))
        except EngineError:
            repair = found
        kept = {**found.items, **repair.items}
        return Judgement(
            engine=engine.revision,
            items={each.item.id: kept[each.item.id] for each in items if each.item.id in kept},
            refused=repair.refused,
            repaired=True,
        )

    def _heard(self, record: Judged, items: Sequence[Open], answer: Completion) -> Heard:
        if cut_off(answer, self.sampling.max_tokens):
            return Heard(refused={each.item.id: "truncated" for each in items})
        return heard(json_in(answer.content), items, record.dialogue.whole)

    def _request(self, record: Judged, items: Sequence[Open]) -> CompletionRequest:
        text = f"# Conversation\n\n{shown(record.dialogue.whole)}\n\n# Criteria\n\n{asked(items)}"
        sampling = self.sampling
        if sampling.temperature is None:
            sampling = structs.replace(sampling, temperature=0.0)
        messages: tuple[Json, ...] = (
            {"role": "system", "content": self.prompt or _prompt("items")},
            {"role": "user", "content": text},
        )
        return CompletionRequest(
            role="judge",
            session=f"{record.id}/items/judge",
            turn=0,
            messages=messages,
            response_format=form("verdicts", SCHEMA),
            sampling=sampling,
        )


def _repair(request: CompletionRequest, answer: Completion, found: Heard) -> CompletionRequest:
    """Returns the request to judge again what does not stand."""
    problems = "\n".join(f"- {item}: {PROBLEMS[why]}" for item, why in found.refused.items())
    note = _prompt("repair").replace("{problems}", problems)
    wrote = {"role": "assistant", "content": answer.content or "(nothing)"}
    messages = (*request.messages, wrote, {"role": "user", "content": note})
    return structs.replace(request, messages=messages, turn=request.turn + 1)
