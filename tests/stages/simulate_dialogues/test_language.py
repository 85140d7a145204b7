"""Language models in both seats: what they are told, what is done with answers that cannot be used."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Sequence

import msgspec
import orjson
import pytest

from schemas.behavior import Scenario
from schemas.completion import Completion, CompletionRequest, Sampling
from schemas.dialogue import Dialogue
from schemas.verdict import Drop
from stages.base import Engine, EngineError, Services
from stages.simulate_dialogues import SimulateDialogues
from stages.simulate_dialogues.misbehaving_engine import FAULTS, MisbehavingEngine
from stages.simulate_dialogues.scripted_engine import ScriptedEngine
from tests.stages.simulate_dialogues import talks
from tests.stages.simulate_dialogues.talks import SANDBOX, every_scenario, simulated, told

CAP = 5000


class Recorder:
    """An engine that passes requests on and keeps them."""

    def __init__(self, engine: Engine) -> None:
        self.revision = engine.revision
        self.requests: list[CompletionRequest] = []
        self._engine = engine

    async def complete(self, request: CompletionRequest) -> Completion:
        self.requests.append(request)
        return await self._engine.complete(request)


def script(*scenarios: Scenario) -> ScriptedEngine:
    return ScriptedEngine({SANDBOX.domain.name: SANDBOX}, {one.id: one for one in scenarios}.get)


def live(one: Scenario, engine: Engine, **prompts: str) -> Dialogue | Drop:
    services = Services(sandboxes={SANDBOX.domain.name: SANDBOX}, engines={"agent": engine, "user": engine})
    cap = Sampling(max_tokens=CAP)
    stage = SimulateDialogues(agent="test", user="test", sampling={"agent": cap, "user": cap}, prompts=prompts)
    (made,) = asyncio.run(stage.process(one, services))
    assert isinstance(made, (Dialogue, Drop))
    return made


def texts(dialogue: Dialogue) -> Sequence[object]:
    return [(m.role, m.content, [(c.name, c.arguments) for c in m.tool_calls]) for m in dialogue.messages]


def test_a_script_over_the_protocol_says_what_the_scripts_say() -> None:
    for _, one in every_scenario(2):
        made = live(one, script(one))
        assert isinstance(made, Dialogue)
        assert texts(made) == texts(simulated(one))
        assert made.final_digest == simulated(one).final_digest


def test_every_prompt_begins_with_the_one_before_byte_for_byte() -> None:
    engine = Recorder(script(one := told("exchange_cheapest_black", "drip")))
    live(one, engine)
    for role in ("agent", "user"):
        asked = [request for request in engine.requests if request.role == role]
        assert len(asked) > 3
        assert [request.turn for request in asked] == list(range(len(asked)))
        assert len({request.session for request in asked}) == 1
        for before, after in itertools.pairwise(asked):
            head = [orjson.dumps(message) for message in before.messages]
            assert [orjson.dumps(message) for message in after.messages][: len(head)] == head
            assert after.tools == before.tools and after.sampling.seed != before.sampling.seed


def test_prompts_of_ones_own_stand_in_place_of_ours() -> None:
    one = told("exchange_cheapest_black", "drip")
    engine = Recorder(script(one))
    live(one, engine, agent="Desk of {service}.\n{policy}", user="Play this:\n{instruction}")
    heads = {request.role: request.messages[0]["content"] for request in engine.requests}
    assert heads["agent"] == f"Desk of {SANDBOX.domain.lexicon.service}.\n{SANDBOX.domain.policy.strip()}"
    assert heads["user"] == f"Play this:\n{one.behavior.instruction}"


def test_the_agent_sees_no_instruction_and_the_user_no_tools_calls_or_gold() -> None:
    one = told("exchange_cheapest_black", "only_when_asked")
    engine = Recorder(script(one))
    live(one, engine)
    asked = {role: [request for request in engine.requests if request.role == role][-1] for role in ("agent", "user")}
    agent, user = (orjson.dumps(asked[role].messages).decode() for role in ("agent", "user"))
    assert SANDBOX.domain.policy.strip()[:80] in asked["agent"].messages[0]["content"]
    assert "# Your goal" not in agent
    assert not asked["user"].tools and "tool_calls" not in user and '"tool"' not in user
    first = orjson.dumps(next(r for r in engine.requests if r.role == "user").messages).decode()
    for request in one.task.requests:
        found = [request.arguments[name] for name, s in request.sources.items() if s.provenance in ("read", "evidence")]
        assert found
        for value in found:
            assert all(str(each) not in first for each in (value if isinstance(value, list) else [value]))


REASONS = {
    "cap_reached": "truncated", "cut_off": "truncated", "empty": "empty_turn", "reasoning": "reasoning",
    "call_as_text": "hidden_call", "call_as_json": "hidden_call", "half_json": "malformed_call",
    "no_object": "malformed_call", "unknown_tool": "unknown_tool", "wrong_arguments": "wrong_arguments",
    "two_calls": "too_many_calls", "text_beside_call": "text_beside_call", "loop": "loop", "stop_token": "stop_token",
    "leaked_prompt": "leaked_prompt", "speaks_for_both": "role_confusion",
}  # fmt: skip
OF_USERS = {
    "cap_reached": "truncated", "cut_off": "truncated", "empty": "empty_turn", "reasoning": "reasoning",
    "call_as_text": "hidden_call", "loop": "loop", "stop_token": "stop_token", "leaked_prompt": "leaked_prompt",
    "speaks_for_both": "role_confusion", "other_role": "role_confusion",
}  # fmt: skip
BOTH = [("agent", *each) for each in REASONS.items()] + [("user", *each) for each in OF_USERS.items()]


def test_every_fault_is_tried_on_somebody() -> None:
    assert FAULTS.keys() == REASONS.keys() | OF_USERS.keys()


@pytest.mark.parametrize(("role", "fault", "reason"), BOTH)
def test_a_broken_answer_is_repaired_once_and_that_is_recorded(role: str, fault: str, reason: str) -> None:
    one = told("exchange_cheapest_black", "drip")
    engine = MisbehavingEngine(script(one), fault, role=role, turn=1)  # type: ignore[arg-type]
    made = live(one, engine)
    assert isinstance(made, Dialogue) and engine.spoilt == 1
    assert texts(made) == texts(simulated(one))  # the spoilt answer and the note about it are not in it
    repaired = [message for message in made.messages if message.generation and message.generation.repaired]
    assert [(m.role, m.generation.repaired) for m in repaired if m.generation] == [
        ("user" if role == "user" else "assistant", reason)
    ]


@pytest.mark.parametrize(("role", "fault", "reason"), BOTH)
def test_an_answer_that_stays_broken_drops_the_dialogue_with_reason_and_owner(
    role: str, fault: str, reason: str
) -> None:
    one = told("exchange_cheapest_black", "drip")
    engine = MisbehavingEngine(script(one), fault, role=role, turn=1, stubborn=True)  # type: ignore[arg-type]
    made = live(one, engine)
    assert engine.spoilt == 2
    assert isinstance(made, Drop)
    assert (made.stage, made.reason, made.owner) == ("simulate_dialogues", reason, role)
    assert made.detail and made.record_id.startswith("dialogue-")
    assert orjson.loads(made.record)["ended"] == "engine_error"


class Says:
    """A user that says these things, and a script for the agent."""

    revision = "says/1"

    def __init__(self, one: Scenario, *texts: str) -> None:
        self._texts, self._script = list(texts), script(one)

    async def complete(self, request: CompletionRequest) -> Completion:
        if request.role == "user" and self._texts:
            return Completion(content=self._texts.pop(0))
        return await self._script.complete(request)


@pytest.mark.parametrize(
    ("mark", "reason", "owner"),
    [
        ("###TRANSFER###", "user_faults", "user"),
        ("I think this is about something else.\n### OUT-OF-SCOPE ###", "user_faults", "agent"),
    ],
)
def test_a_user_who_leaves_ends_the_dialogue_with_an_owner(mark: str, reason: str, owner: str) -> None:
    one = told("exchange_cheapest_black", "drip")
    first = simulated(one).messages[0].content
    made = live(one, Says(one, first, mark))
    assert isinstance(made, Drop) and (made.reason, made.owner) == (reason, owner)


class Claims(Says):
    """An agent that says that it hands the user over, and makes no transfer."""

    async def complete(self, request: CompletionRequest) -> Completion:
        if request.role == "agent":
            return Completion(content="I am transferring you to a colleague now.")
        return await super().complete(request)


def test_an_agent_that_only_says_that_it_hands_the_user_over_owns_the_end() -> None:
    one = told("exchange_cheapest_black", "drip")
    made = live(one, Claims(one, simulated(one).messages[0].content, "###TRANSFER###"))
    assert isinstance(made, Drop) and (made.reason, made.owner) == ("user_faults", "agent")
    assert "no transfer was made" in made.detail


def test_a_message_that_only_ends_the_dialogue_is_no_message() -> None:
    one = told("exchange_cheapest_black", "all_at_once")
    said = talks.words_of(simulated(one), "user")
    made = live(one, Says(one, *said[:-1], "###STOP###"))
    assert isinstance(made, Dialogue) and made.ended == "user_done"
    assert talks.words_of(made, "user") == said[:-1]
    assert made.messages[-1].role == "assistant"


def test_an_engine_without_an_answer_drops_the_dialogue_and_says_so() -> None:
    class Silent:
        revision = "silent/1"

        async def complete(self, request: CompletionRequest) -> Completion:
            raise EngineError("no answer within 60 s")

    made = live(told("exchange_cheapest_black", "drip"), Silent())
    assert isinstance(made, Drop)
    assert (made.reason, made.owner) == ("engine_error", "infrastructure") and "60 s" in made.detail


def test_a_script_that_is_asked_about_a_stranger_says_what_it_speaks_from() -> None:
    with pytest.raises(EngineError, match="given"):
        asyncio.run(
            script().complete(CompletionRequest(role="agent", session="scenario-0/0/agent", turn=0, messages=()))
        )


def asked_for_a_yes(one: Scenario) -> list[str]:
    """Returns what the user says up to the question for a yes."""
    talk = simulated(one).messages
    listed = next(i for i, m in enumerate(talk) if any(act.kind == "confirm" for act in m.acts))
    return [m.content for m in talk[:listed] if m.role == "user"]


class Forgetful(Says):
    """An agent that says good-bye instead of doing what was agreed to, once."""

    forgot = 0

    async def complete(self, request: CompletionRequest) -> Completion:
        last = str(request.messages[-1]["content"])
        if request.role == "agent" and "go ahead, bye" in last:
            self.forgot = len(request.messages)
            return Completion(content="You are welcome. Have a nice day!")
        if request.role == "agent" and self.forgot:  # as if that had not been said
            messages = (*request.messages[: self.forgot], *request.messages[self.forgot + 2 :])
            request = msgspec.structs.replace(request, messages=messages)
        return await super().complete(request)


def test_a_dialogue_does_not_end_before_what_was_agreed_to_has_run() -> None:
    one = told("exchange_cheapest_black", "all_at_once")
    engine = Forgetful(one, *asked_for_a_yes(one), "yes, go ahead, bye\n###STOP###", "but did you do it?\n###STOP###")
    made = live(one, engine)
    assert isinstance(made, Dialogue) and engine.forgot
    assert "but did you do it?" in talks.words_of(made, "user")


def test_a_user_who_leaves_instead_of_answering_is_asked_again() -> None:
    one = told("exchange_cheapest_black", "all_at_once")
    made = live(one, Says(one, *asked_for_a_yes(one), "thanks, bye ###STOP###", "thanks, bye ###STOP###"))
    assert isinstance(made, Drop) and (made.reason, made.owner) == ("user_faults", "user")
    assert "yes or no" in made.detail


def test_a_dialogue_that_broke_off_goes_on_with_language_models_as_it_would_have() -> None:
    """Cut anywhere, and recorded without acts: what was said is heard again, what was called is done again."""
    for name, one in every_scenario(1)[:6]:
        whole = live(one, script(one))
        assert isinstance(whole, Dialogue)
        places = [n for n, m in enumerate(whole.messages, 1) if m.role == "assistant" and not m.tool_calls]
        for end in places[:-1]:
            said = [msgspec.structs.replace(message, acts=()) for message in whole.messages[:end]]
            engine = script(one)
            services = Services(sandboxes={SANDBOX.domain.name: SANDBOX}, engines={"agent": engine, "user": engine})
            cap = Sampling(max_tokens=CAP)
            stage = SimulateDialogues(agent="test", user="test", sampling={"agent": cap, "user": cap})
            made = asyncio.run(stage.resumed(one, said, services))
            assert isinstance(made, Dialogue), (name, end, made)
            assert texts(made) == texts(whole)
            assert made.final_digest == whole.final_digest
