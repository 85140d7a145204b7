"""The stage: a judged dialogue in, the same with what a language model found where no rule could decide.

    JudgeDialogues(judge="http:judge-1")     # Judged -> Judged(judgement=Judgement(engine="http:judge-1", ...))

One request per dialogue with all open items of its checklist; where its user has a profile, another one that reads it
back. What does not stand is asked for once more, and stays open after that. Nothing is dropped: a judge that fails
costs its own findings and no dialogue. Promised is that quotes stand in the dialogue, not that a judge is right.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from msgspec import structs

from schemas.base import Json
from schemas.completion import CompletionRequest, Sampling
from schemas.judgement import Finding, Judgement, Reading
from schemas.message import Message
from schemas.profile import Profile
from schemas.verdict import Drop, Judged
from stages.base import Engine, Services, Stage
from stages.judge_dialogues import profile as profiles
from stages.judge_dialogues import verdicts
from stages.judge_dialogues.asking import Heard, ask, prompt
from stages.judge_dialogues.transcript import Open, asked, open_items, shown
from stages.structured import form


@dataclass(frozen=True, kw_only=True)
class JudgeDialogues(Stage[Judged, Judged]):
    """Lets a language model decide what rules leave open.

    Attributes:
        judge: Name and revision of the engine that has this role.
        sampling: How its answers are drawn; without a temperature of its own, 0.
        prompt: Text in place of `prompts/items.md`; how profiles are read back stays.
    """

    judge: str
    sampling: Sampling = field(default_factory=Sampling)
    prompt: str = ""

    async def process(self, record: Judged, services: Services) -> Sequence[Judged | Drop]:
        """Returns the dialogue with its judgement; as it is, where there is nothing to judge."""
        engine = services.engines.get("judge")
        if engine is None:
            raise ValueError("no engine has the role 'judge'; give it one, or leave the stage out")
        items = open_items(record.checklist) if record.checklist else ()
        profile = record.dialogue.scenario.behavior.profile
        if not items and not profile:
            return [record]
        found = await self._items(record, items, engine) if items else Heard[Finding]()
        read = await self._profile(record, profile, engine) if profile else Heard[Reading]()
        judgement = Judgement(
            engine=engine.revision,
            items={each.item.id: found.found[each.item.id] for each in items if each.item.id in found.found},
            profile=profiles.beside_rule(read.found, record.dialogue.whole) if profile else {},
            refused={**found.refused, **read.refused},
            repaired=found.again or read.again,
        )
        return [structs.replace(record, judgement=judgement)]

    async def _items(self, record: Judged, items: Sequence[Open], engine: Engine) -> Heard[Finding]:
        return await judged_items(engine, record.id, items, record.dialogue.whole, self.sampling, self.prompt)

    async def _profile(self, record: Judged, profile: Profile, engine: Engine) -> Heard[Reading]:
        messages = record.dialogue.whole
        text = f"# Conversation\n\n{shown(messages)}"
        request = _request(f"{record.id}/profile", prompt("profile"), text, profiles.SCHEMA, self.sampling)
        return await ask(
            engine,
            request,
            (profiles.WHOLE,),
            lambda answer, names: profiles.hear(answer, names, profile, messages),
        )


async def judged_items(
    engine: Engine, id_: str, items: Sequence[Open], messages: Sequence[Message], sampling: Sampling, own: str = ""
) -> Heard[Finding]:
    """Asks a judge about a dialogue, whoever spoke in it.

    Args:
        engine: the judge.
        id_: what the request's session is named by.
        items: what is asked.
        messages: the dialogue.
        sampling: how the answer is drawn; without a temperature of its own, 0.
        own: text in place of `prompts/items.md`.
    """
    text = f"# Conversation\n\n{shown(messages)}\n\n# Criteria\n\n{asked(items)}"
    request = _request(f"{id_}/items", own or prompt("items"), text, verdicts.SCHEMA, sampling)
    names = [each.item.id for each in items]
    return await ask(engine, request, names, lambda answer, names: verdicts.hear(answer, names, items, messages))


def _request(session: str, system: str, text: str, schema: Json, sampling: Sampling) -> CompletionRequest:
    if sampling.temperature is None:
        sampling = structs.replace(sampling, temperature=0.0)
    return CompletionRequest(
        role="judge",
        session=f"{session}/judge",
        turn=0,
        messages=({"role": "system", "content": system}, {"role": "user", "content": text}),
        response_format=form(session.rpartition("/")[2], schema),
        sampling=sampling,
    )
