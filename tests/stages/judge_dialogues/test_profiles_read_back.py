"""Profiles read back by a judge: what it quotes must stand, and is set beside the profile and beside the rule."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import orjson
import pytest
from msgspec.structs import replace

from schemas.completion import Completion, CompletionRequest
from schemas.judgement import Judgement, Reading
from schemas.message import Message
from schemas.profile import Profile
from schemas.verdict import Judged
from stages.base import EngineError, Services
from stages.behaviors.profile_words import read_back
from stages.give_profiles import GiveProfiles
from stages.judge_dialogues import JudgeDialogues
from stages.judge_dialogues.profile import FIELDS, beside_rule, hear, told
from stages.judge_dialogues.scripted import ScriptedJudge
from stages.judge_dialogues.transcript import shown
from tests.stages.proven import play, proven, world

Fields = list[dict[str, str]]


@pytest.fixture(scope="module")
def judged() -> list[Judged]:
    """Dialogues whose users have profiles, and mention some of them."""
    found = []
    services = Services(sandboxes={"retail": world("retail")})
    for scenario in proven("retail", (("write_intensive", 1, 2),), times=6, per_task=2):
        (given,) = asyncio.run(GiveProfiles(seed=3).process(scenario, services))
        dialogue = play(given)  # type: ignore[arg-type]
        found.append(Judged(id=dialogue.id, dialogue=dialogue, verdicts=()))
    assert sum(bool(facts_said(each)) for each in found) >= 3
    return found


def facts_said(record: Judged) -> dict[str, set[str]]:
    found = read_back(message.content for message in record.dialogue.whole if message.role == "user")
    return {str(fact): values for fact, values in found.items()}


class Reads:
    """A judge that says what a function makes of the number of the request."""

    revision = "reads/1"

    def __init__(self, say: Callable[[int], object]) -> None:
        self._say = say
        self.asked: list[CompletionRequest] = []

    async def complete(self, request: CompletionRequest) -> Completion:
        self.asked.append(request)
        said = self._say(request.turn)
        return Completion(content=said if isinstance(said, str) else orjson.dumps({"fields": said}).decode())


def judgement_of(record: Judged, engine: Any) -> Judgement:
    stage = JudgeDialogues(judge=engine.revision)
    (made,) = asyncio.run(stage.process(record, Services(sandboxes={}, engines={"judge": engine})))
    assert isinstance(made, Judged) and made.judgement is not None
    assert replace(made, judgement=None) == record
    return made.judgement


def test_what_users_mention_is_read_back_as_their_profiles_have_it(judged: list[Judged]) -> None:
    engine = ScriptedJudge({}.get)
    for record in judged:
        profile, said = record.dialogue.scenario.behavior.profile, facts_said(record)
        assert profile
        found = judgement_of(record, engine)
        assert found.refused == {} and found.items == {}
        assert found.profile.keys() == {f"profile.{fact}" for fact in said}
        for name, reading in found.profile.items():
            fact = name.removeprefix("profile.")
            assert reading.agrees and {reading.rule} == said[fact]
            assert reading.value == told(profile)[fact].lower()


def test_the_judge_is_told_the_conversation_and_nothing_of_the_profile(judged: list[Judged]) -> None:
    for record in judged:
        engine, said = Reads(lambda turn: []), facts_said(record)
        found = judgement_of(record, engine)
        assert engine.asked[0].messages[1]["content"] == f"# Conversation\n\n{shown(record.dialogue.whole)}"
        # What the rule reads and the judge does not is told as well.
        assert {name: (each.value, each.rule) for name, each in found.profile.items()} == {
            f"profile.{fact}": ("", *values) for fact, values in said.items()
        }
        assert len(engine.asked) == 1 and not found.repaired


def test_a_dialogue_without_a_profile_is_not_read(judged: list[Judged]) -> None:
    scenario = judged[0].dialogue.scenario
    bare = replace(scenario, behavior=replace(scenario.behavior, profile=None))
    record = replace(judged[0], dialogue=replace(judged[0].dialogue, scenario=bare))
    engine = Reads(lambda turn: [])
    services = Services(sandboxes={}, engines={"judge": engine})
    assert asyncio.run(JudgeDialogues(judge="x").process(record, services)) == [record] and not engine.asked


def quote(record: Judged) -> str:
    return next(m.content for m in record.dialogue.whole if m.role == "user" and len(m.content.split()) > 3)


@pytest.mark.parametrize(
    ("field", "why"),
    [
        ({"field": "hobby", "value": "chess", "quote": "I play chess all day long"}, "false_quote"),
        ({"field": "hobby", "value": "chess", "quote": ""}, "false_quote"),
        ({"field": "hobby", "value": " ", "quote": None}, "unusable"),
        ({"field": "openness", "value": "very", "quote": "..."}, "unusable"),
        ({"field": "polite", "value": "true", "quote": "..."}, "unusable"),
    ],
)
def test_what_does_not_stand_is_asked_for_once_more(judged: list[Judged], field: dict[str, str], why: str) -> None:
    record = judged[0]
    name = f"profile.{field['field']}"
    engine = Reads(lambda turn: [field])
    found = judgement_of(record, engine)
    assert found.refused == {name: why} and found.repaired and len(engine.asked) == 2
    assert f"- {name}: " in str(engine.asked[1].messages[-1]["content"])
    withdrawn = judgement_of(record, Reads(lambda turn: [] if turn else [field]))
    assert withdrawn.refused == {} and withdrawn.repaired

    true = {"field": "casual", "value": "yes", "quote": quote(record)}
    both = judgement_of(record, Reads(lambda turn: [field] if turn else [true, field]))
    assert both.profile["profile.casual"].value == "yes" and both.refused == {name: why}


@pytest.mark.parametrize("answer", ["A nurse, I think.", '{"fields": {"hobby": "chess"}}', '{"verdicts": []}', "{"])
def test_nonsense_is_refused_as_a_whole(judged: list[Judged], answer: str) -> None:
    assert judgement_of(judged[0], Reads(lambda turn: answer)).refused == {"profile": "unusable"}


def test_a_judge_without_an_answer_costs_no_dialogue(judged: list[Judged]) -> None:
    def silent(turn: int) -> object:
        raise EngineError("nobody there")

    assert judgement_of(judged[0], Reads(silent)).refused == {"profile": "no_answer"}


@pytest.mark.parametrize(
    ("field", "value", "agrees"),
    [
        ("occupation", "nurse", True), ("occupation", "a Nurse at night", True), ("occupation", "nurses", False),
        ("occupation", "teacher", False), ("hobby", "chess", False), ("extraversion", "low", True),
        ("extraversion", "high", False), ("polite", "no", True), ("casual", "yes", True), ("casual", "no", False),
        ("openness", "high", False),
    ],
)  # fmt: skip
def test_fields_agree_with_the_profile_or_not(judged: list[Judged], field: str, value: str, agrees: bool) -> None:
    own = judged[0].dialogue.scenario.behavior.profile
    assert own
    profile: Profile = replace(
        own,
        facts={"occupation": "nurse"},
        big_five={"extraversion": "low"},  # of one that somebody else made, the others may be missing
        style=replace(own.style, polite=False, casual=True),
    )
    said = [Message(role="user", content="I come home late from the ward")]
    answer = {"fields": [{"field": field, "value": value, "quote": "home late from"}]}
    found = hear(answer, ("profile",), profile, said).found
    assert found == {f"profile.{field}": Reading(value=value, quote="home late from", agrees=agrees)}
    assert beside_rule(found, said) == found and field in FIELDS
