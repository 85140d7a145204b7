"""Openings in a language model's words: taken where they say the same, else the script's stand with the reason."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import orjson
import pytest
from msgspec.structs import replace

from schemas.behavior import Scenario
from schemas.completion import Completion, CompletionRequest
from schemas.dialogue import Dialogue, Message
from schemas.verdict import Drop
from stages.base import EngineError, Services
from stages.diversify_behaviors import scenario
from stages.simulate_dialogues import SimulateDialogues
from stages.simulate_dialogues.scripted_user import ScriptedUser
from stages.validate_dialogues import ValidateDialogues
from stages.verbalise_tasks import VerbaliseTasks
from stages.verbalise_tasks.scripted import ScriptedVerbaliser
from tests.stages.proven import WAYS, proven, tasks, world

ORDERS = (("read_heavy", 1, 4), ("conflict", 1, 3), ("omission", 1, 3), ("must_refuse", 0, 3))


@pytest.fixture(scope="module")
def scenarios() -> list[Scenario]:
    """In all ways of telling; some of the users are wrong about what they want."""
    found = [scenario(task, way, "neutral", ()) for task in tasks("retail", ORDERS, 1) for way in WAYS]
    return [*found, *proven("retail", ORDERS, times=1, per_task=3)]


class Says:
    """A verbaliser whose words for an opening, and whose reading of it, are changed by functions."""

    revision = "says/1"

    def __init__(
        self,
        scenarios: list[Scenario],
        words: Callable[[str], str] | None = None,
        reading: Callable[[str], str] | None = None,
    ) -> None:
        own = {each.id: each.task for each in scenarios}
        self._script = ScriptedVerbaliser({"retail": world("retail").domain.lexicon}, own.get)
        self._words, self._reading = words, reading
        self.asked: list[CompletionRequest] = []

    async def complete(self, request: CompletionRequest) -> Completion:
        self.asked.append(request)
        if request.response_format is None and self._words is not None:
            return Completion(content=self._words(str(request.messages[-1]["content"])))
        got = await self._script.complete(request)
        if request.response_format is not None and self._reading is not None:
            return replace(got, content=self._reading(got.content))
        return got


def simulated(one: Scenario, engine: Says | None) -> Dialogue:
    services = Services(
        sandboxes={"retail": world("retail")}, engines={"verbaliser": engine} if engine is not None else {}
    )
    stage = SimulateDialogues(verbalise=VerbaliseTasks(verbaliser="says/1") if engine is not None else None)
    (made,) = asyncio.run(stage.process(one, services))
    assert isinstance(made, Dialogue)
    return made


def reason(dialogue: Dialogue) -> str:
    first = dialogue.messages[0]
    assert first.generation
    return first.generation.repaired


def opening(one: Scenario) -> Message:
    return ScriptedUser(world("retail").domain, one).opening


def test_openings_are_in_other_words_and_all_else_goes_on_as_before(scenarios: list[Scenario]) -> None:
    engine = Says(scenarios)
    worlds = Services({"retail": world("retail")})
    taken = good = 0
    for one in scenarios:
        plain, made = simulated(one, None), simulated(one, engine)
        assert made.id != plain.id and made.engines["user"] == "scripted/1+says/1"
        assert made.messages[0].acts == plain.messages[0].acts
        assert [replace(m, generation=p.generation) for m, p in zip(made.messages, plain.messages, strict=True)][
            1:
        ] == list(plain.messages[1:])
        if reason(made):
            assert made.messages[0].content == plain.messages[0].content
        else:
            taken += made.messages[0].content != plain.messages[0].content  # two draws may be alike
        passed = [not isinstance(ValidateDialogues().validated(each, worlds), Drop) for each in (plain, made)]
        assert passed in ([True, True], [False, False])  # not every manner fits every task
        good += passed[1]
    assert min(taken, good) >= 0.8 * len(scenarios)
    assert {request.role for request in engine.asked} == {"verbaliser"}


def test_the_verbaliser_is_shown_the_opening_and_nothing_of_the_task(scenarios: list[Scenario]) -> None:
    for one in scenarios:
        engine = Says(scenarios)
        simulated(one, engine)
        words = engine.asked[0]
        assert words.messages[1]["content"] == opening(one).content and one.task.text not in str(words.messages)


def vague(scenarios: list[Scenario]) -> Scenario:
    return next(one for one in scenarios if one.behavior.disclosure == "vague_start")


def full(scenarios: list[Scenario]) -> Scenario:
    return next(one for one in scenarios if one.behavior.disclosure == "all_at_once" and one.task.kind == "read_heavy")


def secret(one: Scenario) -> str:
    request = one.task.requests[0]
    name = next(n for n, s in request.sources.items() if s.provenance == "evidence")
    value = request.arguments[name]
    return str(value[0] if isinstance(value, list) else value)


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (lambda text: "", "unusable"),
        (lambda text: f"```{text}```", "unusable"),
        (lambda text: f"<b>{text}</b>", "unusable"),
        (lambda text: f"{text} Order #W1234567.", "values"),
        (lambda text: f"Customer: {text}", "role_confusion"),
        (lambda text: "I want the cheapest one.", "meaning"),
    ],
)
def test_a_vague_opening_stays_vague(scenarios: list[Scenario], words: Callable[[str], str], why: str) -> None:
    one = vague(scenarios)
    made = simulated(one, Says(scenarios, words, lambda reading: '{"requests": []}'))
    assert made.messages[0].content == opening(one).content
    assert reason(made) == f"opening: {why}"


def test_what_an_opening_tells_must_be_told(scenarios: list[Scenario]) -> None:
    one = full(scenarios)
    email = next((str(entry.value) for entry in one.task.knowledge if str(entry.value) in opening(one).content), "")
    assert email
    made = simulated(one, Says(scenarios, lambda text: text.replace(email, "me")))
    assert reason(made) == "opening: insufficient"


def test_an_opening_gives_nothing_away(scenarios: list[Scenario]) -> None:
    one = next(each for each in scenarios if each.task.kind == "read_heavy" and secret(each) not in each.task.text)
    made = simulated(one, Says(scenarios, lambda text: f"{text} I mean {secret(one)}."))
    assert reason(made) == "opening: leak"


def without_a_criterion(answer: str) -> str:
    value = orjson.loads(answer)
    value["requests"][0]["criteria"] = value["requests"][0]["criteria"][1:]
    return orjson.dumps(value).decode()


def with_another(answer: str) -> str:
    value = orjson.loads(answer)
    value["requests"].append({"intent": "cancel_everything", "criteria": []})
    return orjson.dumps(value).decode()


@pytest.mark.parametrize("reading", [without_a_criterion, with_another, lambda answer: "It is about an order."])
def test_words_that_are_read_otherwise_are_not_taken(scenarios: list[Scenario], reading: Callable[[str], str]) -> None:
    assert reason(simulated(full(scenarios), Says(scenarios, None, reading))) == "opening: read otherwise"


def test_an_engine_without_an_answer_leaves_the_scripts_words(scenarios: list[Scenario]) -> None:
    def silent(text: str) -> str:
        raise EngineError("nobody there")

    made = simulated(vague(scenarios), Says(scenarios, silent))
    assert reason(made) == "opening: no answer" and made.messages[0].content == opening(vague(scenarios)).content
