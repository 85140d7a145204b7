"""Hearing, measured on dialogues whose meaning is known: what scripted speakers meant is heard in their words."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator, Sequence

import msgspec
import orjson
import pytest

from schemas.base import canonical
from schemas.behavior import Scenario
from schemas.completion import Completion, CompletionRequest
from schemas.dialogue import Act, Dialogue, Message
from schemas.verdict import Drop
from stages.base import Services
from stages.simulate_dialogues import SimulateDialogues
from stages.simulate_dialogues.hearing import AgentHearing, UserHearing
from stages.simulate_dialogues.scripted_engine import ScriptedEngine, scripted_talk
from stages.validate_dialogues import ValidateDialogues
from tests.stages.proven import proven, world
from tests.stages.simulate_dialogues.talks import SANDBOX, every_scenario, told
from tool_specs.sandbox import Sandbox

ORDERS = [("read_heavy", 1, 4), ("read_heavy", 1, 6), ("write_intensive", 2, 3), ("write_intensive", 3, 3),
          ("information", 0, 4), ("must_refuse", 0, 3), ("conflict", 1, 4), ("omission", 1, 4), ("ask_first", 1, 3),
          ("fallback", 1, 4), ("conditional", 1, 3)]  # fmt: skip


@pytest.fixture(scope="module", params=["retail", "airline"])
def ground(request: pytest.FixtureRequest) -> tuple[Sandbox, list[Scenario]]:
    found = proven(request.param, ORDERS, times=5, per_task=2)
    assert len(found) >= 60
    return world(request.param), found


def kept(stage: SimulateDialogues, sandbox: Sandbox, scenarios: Sequence[Scenario]) -> tuple[float, Counter[str]]:
    engine = ScriptedEngine({sandbox.domain.name: sandbox}, {one.id: one for one in scenarios}.get)
    services = Services(sandboxes={sandbox.domain.name: sandbox}, engines={"agent": engine, "user": engine})
    good, drops = 0, Counter[str]()
    for one in scenarios:
        (made,) = asyncio.run(stage.process(one, services))
        judged = ValidateDialogues().validated(made, services) if isinstance(made, Dialogue) else made
        good += not isinstance(judged, Drop)
        drops.update([f"{judged.reason}: {judged.detail}"] if isinstance(judged, Drop) else [])
    return good / len(scenarios), drops


@pytest.mark.slow
@pytest.mark.parametrize("seats", [{"agent": "test", "user": "test"}, {"agent": "test"}, {"user": "test"}])
def test_dialogues_of_engines_pass_the_same_checks(
    ground: tuple[Sandbox, list[Scenario]], seats: dict[str, str]
) -> None:
    scripted, _ = kept(SimulateDialogues(), *ground)
    live, drops = kept(SimulateDialogues(**seats), *ground)  # type: ignore[arg-type]
    least = 0.95 if len(seats) == 2 else 0.9  # where one side hears the other, a mistake goes on
    assert live >= least * scripted, drops


@pytest.mark.slow
def test_budgets_are_heard() -> None:
    found = proven("retail", [("budget", 2, 3)], times=6, per_task=2)
    assert len(found) >= 8
    share, drops = kept(SimulateDialogues(user="test"), world("retail"), found)
    assert share >= 0.8, drops


def told_acts(message: Message) -> set[tuple[str, int | None, str | None, bytes]]:
    detailed = ("inform", "correct")
    return {(a.kind, a.request, a.slot, canonical(a.value) if a.kind in detailed else b"") for a in message.acts}


def test_what_users_mean_is_heard_in_their_words() -> None:
    meant = heard = extra = 0
    for _, one in every_scenario(3):
        ear, before = UserHearing(SANDBOX.domain, one), None
        for message in scripted_talk(one, SANDBOX):
            if message.role == "assistant" and not message.tool_calls:
                before = message
            if message.role == "user":
                bye = tuple(act for act in message.acts if act.kind == "user_bye")
                acts = ear.hear(msgspec.structs.replace(message, acts=bye), before)
                own, found = told_acts(message), told_acts(msgspec.structs.replace(message, acts=acts))
                meant, heard, extra = meant + len(own), heard + len(own & found), extra + len(found - own)
    assert meant > 400
    assert heard / meant > 0.95 and extra / meant < 0.05


def said(one: Scenario, *texts: str) -> list[list[str]]:
    """Returns the kinds of acts that are heard in a user's messages after a scripted agent's questions."""
    ear = UserHearing(SANDBOX.domain, one)
    before: Message | None = None
    found = []
    for text in texts:
        acts = ear.hear(Message(role="user", content=text), before)
        found.append([act.kind for act in acts])
        before = Message(role="assistant", content="?", acts=(Act(kind="confirm", request=0),))
    return found


def test_a_yes_is_a_yes_to_what_was_listed_and_a_no_is_a_no() -> None:
    one = told("cancel_named")
    assert said(one, "i want to cancel an order", "yes please")[1] == ["affirm"]
    assert said(one, "i want to cancel an order", "hold on, explain that again")[1] == ["negate"]
    assert said(one, "yes please") == [["inform_intent_vague"]]  # nobody asked


def test_words_that_mean_nothing_here_mean_nothing() -> None:
    one = told("cancel_named")
    assert said(one, "i want to cancel an order", "the purple giraffe sings at noon")[1] == ["off_topic"]


def test_a_detail_is_heard_only_where_all_of_it_is_said() -> None:
    one = told("exchange_cheapest_black")
    ear = UserHearing(SANDBOX.domain, one)
    acts = ear.hear(Message(role="user", content="I want to exchange something, and make it black"), None)
    assert not any(act.kind == "inform" and act.slot == "target" for act in acts)


class Mumbler:
    revision = "mumbler/1"

    def __init__(self, role: str, one: Scenario) -> None:
        self._role, self._script = role, ScriptedEngine({SANDBOX.domain.name: SANDBOX}, {one.id: one}.get)

    async def complete(self, request: CompletionRequest) -> Completion:
        number = ["one", "two", "three", "four", "five"][request.turn % 5]
        words = f"The purple giraffe number {number} sings at noon."
        return Completion(content=words)


def seated(role: str, one: Scenario) -> Iterator[Dialogue | Drop]:
    services = Services(sandboxes={SANDBOX.domain.name: SANDBOX}, engines={role: Mumbler(role, one)})  # type: ignore[dict-item]
    yield from asyncio.run(SimulateDialogues(**{role: "test"}).process(one, services))  # type: ignore[arg-type]


@pytest.mark.parametrize("role", ["agent", "user"])
def test_what_a_scripted_partner_cannot_understand_ends_the_dialogue_with_a_reason(role: str) -> None:
    (made,) = seated(role, told("cancel_named"))
    assert isinstance(made, Drop)
    assert (made.reason, made.owner) == ("not_understood", role) and "giraffe" in made.detail


class Listener:
    raised = (0,)

    def told(self, number: int) -> tuple[str, ...]:
        return ()


def ear_of(one: Scenario) -> AgentHearing:
    ear = AgentHearing(SANDBOX.domain, one, Listener())
    ear._identified = True
    return ear


def agent_heard(one: Scenario, text: str) -> list[tuple[str, str | None]]:
    return [(act.kind, act.slot) for act in ear_of(one).hear(Message(role="assistant", content=text), ())]


@pytest.mark.parametrize(
    ("text", "heard"),
    [
        ("You'd cancel order #W100. Shall I go ahead?", [("confirm", None)]),
        ("Which order do you want to cancel?", [("request", "object")]),
        ("Is this the one you mean?", [("clarify", None)]),
        ("Sorry, that isn't possible any more. Anything else?", [("refuse", None), ("request", "intent")]),
        ("May I ask for the reason, no longer needed or ordered by mistake?", [("request", "reason")]),
        ("The weather is fine.", []),
    ],
)
def test_what_agents_mean_is_heard_in_their_words(text: str, heard: list[tuple[str, str | None]]) -> None:
    assert agent_heard(told("cancel_named"), text) == heard


@pytest.mark.parametrize("insists", ["negate", "change_mind", ""])
def test_an_agent_that_gives_in_is_heard_asking_for_the_yes(insists: str) -> None:
    ear = ear_of(told("cancel_named"))
    no = Message(role="assistant", content="I'm sorry, that isn't possible. Is there anything else?")
    acts = [Act(kind=insists, request=0)] if insists else []  # type: ignore[arg-type]
    user = Message(role="user", content="Can you check again?", acts=tuple(acts))
    assert [act.kind for act in ear.hear(no, ())] == ["refuse", "request"]
    listing = Message(role="assistant", content="You're right: I'd cancel order #W100. Shall I go ahead?")
    heard = [act.kind for act in ear.hear(listing, (no, user))]
    assert heard == (["confirm"] if insists else ["request"])


class Hesitant:
    """An agent of a script that says something else first, at every turn or only for so many."""

    revision = "hesitant/1"

    def __init__(self, one: Scenario, words: Sequence[str], turns: int) -> None:
        self._script = ScriptedEngine({SANDBOX.domain.name: SANDBOX}, {one.id: one}.get)
        self._words, self._left = words, turns
        self._hidden: list[int] = []

    async def complete(self, request: CompletionRequest) -> Completion:
        if self._left:
            self._left -= 1
            self._hidden.append(len(request.messages))
            return Completion(content=self._words[self._left % len(self._words)])
        kept = [m for at, m in enumerate(request.messages) if at not in self._hidden and at - 1 not in self._hidden]
        return await self._script.complete(msgspec.structs.replace(request, messages=tuple(kept)))


def hesitated(one: Scenario, words: Sequence[str], turns: int) -> Dialogue | Drop:
    services = Services(sandboxes={SANDBOX.domain.name: SANDBOX}, engines={"agent": Hesitant(one, words, turns)})
    (made,) = asyncio.run(SimulateDialogues(agent="test").process(one, services))
    assert isinstance(made, (Dialogue, Drop))
    return made


HOLDS = ("Let me check that for you.", "One moment, please.", "I'm looking into it now.")
MUMBLES = ("The purple giraffe sings at noon.", "Two fish are better than one.", "Snow is white.")


@pytest.mark.parametrize("words", [HOLDS, MUMBLES])
def test_whoever_waits_or_does_not_follow_goes_on_as_if_that_had_not_been(words: Sequence[str]) -> None:
    one = told("cancel_named")
    made, plain = hesitated(one, words, 2), hesitated(one, words, 0)
    assert isinstance(made, Dialogue) and isinstance(plain, Dialogue)
    assert made.final_digest == plain.final_digest
    answers = [m.content for m in made.messages if m.role == "user"]
    assert len(answers) == 2 + sum(m.role == "user" for m in plain.messages)
    assert not any(m.acts for m in made.messages[2:5:2])  # neither tells anything


@pytest.mark.parametrize(("words", "reason"), [(HOLDS, "loop"), (MUMBLES, "not_understood")])
def test_an_agent_that_only_stalls_or_mumbles_owns_the_end(words: Sequence[str], reason: str) -> None:
    made = hesitated(told("cancel_named"), words, 99)
    assert isinstance(made, Drop)
    assert (made.reason, made.owner) == (reason, "agent")
    assert len([m for m in orjson.loads(made.record)["messages"] if m["role"] == "assistant"]) == 2


class Misreads(Hesitant):
    """An agent of a script that lists another order before it lists the right one."""

    async def complete(self, request: CompletionRequest) -> Completion:
        kept = [m for at, m in enumerate(request.messages) if at not in self._hidden and at - 1 not in self._hidden]
        said = await self._script.complete(msgspec.structs.replace(request, messages=tuple(kept)))
        if self._left and "#W7678072" in said.content:
            self._left -= 1
            self._hidden.append(len(request.messages))
            return Completion(content=self._words[0])
        return said


def test_what_is_listed_wrongly_is_put_right_before_it_is_agreed_to() -> None:
    one = told("cancel_named", "all_at_once")
    wrong = "To confirm:\n- **Order:** #W4817420\n- **Reason:** no longer needed\n\nShall I proceed?"
    services = Services(sandboxes={SANDBOX.domain.name: SANDBOX}, engines={"agent": Misreads(one, [wrong], 1)})
    (made,) = asyncio.run(SimulateDialogues(agent="test").process(one, services))
    assert isinstance(made, Dialogue) and made.final_digest == one.task.goal_digest
    at = next(place for place, message in enumerate(made.messages) if message.content == wrong)
    answer = made.messages[at + 1]
    assert answer.acts[0].kind == "negate" and "#W7678072" in answer.content
