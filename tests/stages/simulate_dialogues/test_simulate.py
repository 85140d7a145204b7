"""What holds for every dialogue, over all sample tasks and many manners of telling them."""

from __future__ import annotations

import asyncio
import inspect

import pytest

from schemas.base import content_id, encode
from schemas.dialogue import Message
from stages.base import Services
from stages.behaviors.detectors import detect
from stages.simulate_dialogues import SimulateDialogues
from stages.simulate_dialogues.scripted_agent import ScriptedAgent, ScriptedAgents
from stages.text_statistics import text_statistics
from tests.cycles import cycles_left
from tests.stages.simulate_dialogues.talks import (
    AGENTS,
    SANDBOX,
    TASKS,
    USERS,
    domain,
    every_scenario,
    goal,
    sandbox_of,
    simulated,
    tables_copy,
    told,
    words_of,
)

SCENARIOS = every_scenario(per_task=6)
DIALOGUES = [(name, simulated(one)) for name, one in SCENARIOS]


def test_every_manner_of_telling_reaches_the_goal() -> None:
    goals = {name: goal(task) for name, task in TASKS.items()}
    wrong = [(name, d.scenario.behavior.traits) for name, d in DIALOGUES if d.final_digest != goals[name]]
    assert not wrong
    assert {d.ended for _, d in DIALOGUES} == {"user_done", "transferred"}


def test_every_planned_behaviour_is_detected_and_no_other() -> None:
    for name, dialogue in DIALOGUES:
        behavior = dialogue.scenario.behavior
        assert detect(dialogue) == {behavior.disclosure, *behavior.traits}, (name, behavior.traits)


def test_the_same_scenario_gives_the_same_dialogue() -> None:
    for name, one in SCENARIOS[::7]:
        assert encode(simulated(one)) == encode(simulated(one)), name


def test_a_dialogue_that_has_ended_is_freed_without_the_garbage_collector() -> None:
    """Workers seldom let it look."""
    assert not cycles_left(lambda: [simulated(one) for _, one in SCENARIOS[::5]])


def test_nobody_repeats_a_message_word_for_word() -> None:
    for name, dialogue in DIALOGUES:
        for role in ("user", "assistant"):
            said = words_of(dialogue, role)
            assert len(said) == len(set(said)), (name, dialogue.scenario.behavior.traits)


def test_one_call_at_a_time_without_words_and_ids_that_count_up() -> None:
    for _, dialogue in DIALOGUES:
        calls = [m for m in dialogue.messages if m.tool_calls]
        assert all(len(m.tool_calls) == 1 and not m.content for m in calls)
        assert [m.tool_calls[0].id for m in calls] == [f"call_{n + 1}" for n in range(len(calls))]


def test_no_read_is_made_twice_unless_something_was_written() -> None:
    for name, dialogue in DIALOGUES:
        seen: set[tuple[str, str]] = set()
        for message in dialogue.messages:
            for call in message.tool_calls:
                if domain().tools[call.name].spec.effect == "write":
                    seen.clear()
                key = (call.name, str(sorted(call.arguments.items())))
                assert key not in seen, (name, key)
                seen.add(key)


def test_writes_come_right_after_a_yes() -> None:
    for name, dialogue in DIALOGUES:
        messages = dialogue.messages
        for place, message in enumerate(messages):
            for call in message.tool_calls:
                if domain().tools[call.name].spec.effect == "write":
                    assert {act.kind for act in messages[place - 1].acts} & {"affirm"}, name
                    assert any(act.kind == "confirm" for act in messages[place - 2].acts), name


def test_the_agent_cannot_be_given_the_task() -> None:
    assert list(inspect.signature(ScriptedAgents.agent).parameters) == ["self", "domain", "seed", "before"]
    assert list(inspect.signature(ScriptedAgent.__init__).parameters) == ["self", "desk", "seed", "before"]


def test_rows_that_were_not_read_make_no_difference() -> None:
    """Poison every row; up to the first answer that shows a poisoned one, the agent acts as before."""
    poisoned = tables_copy()
    for order in poisoned["orders"].values():
        order["status"] = "cancelled"
        for item in order["items"]:
            item["price"] += 1000
    for user in poisoned["users"].values():
        user["payment_methods"] = {}
        user["orders"] = user["orders"][::-1]
    for product in poisoned["products"].values():
        for variant in product["variants"].values():
            variant["available"] = not variant["available"]
    other = sandbox_of(poisoned)
    compared = 0
    for name, one in SCENARIOS:
        first, second = simulated(one).messages, simulated(one, other).messages
        for mine, theirs in zip(first, second, strict=False):
            if mine != theirs:
                assert mine.role == "tool", (name, mine, theirs)
                break
            compared += 1
    assert compared > len(SCENARIOS) * 3


def test_a_stored_half_is_continued_as_it_would_have_been() -> None:
    for name, one in SCENARIOS[::9]:
        messages = simulated(one).messages
        for place in range(1, len(messages)):
            expected = messages[place]
            if expected.role == "tool":
                continue
            fresh = (
                USERS.user(domain(), one)
                if expected.role == "user"
                else AGENTS.agent(domain(), content_id("seed", one.id))
            )
            assert asyncio.run(fresh.speak(messages[:place])) == expected, (name, place)


def test_the_stage_returns_the_dialogue() -> None:
    one = told("cancel_named", "all_at_once")
    services = Services(sandboxes={"retail": SANDBOX})
    [dialogue] = asyncio.run(SimulateDialogues().process(one, services))
    assert dialogue == simulated(one)
    [capped] = asyncio.run(SimulateDialogues(max_turns=1).process(one, services))
    assert capped.ended == "turn_cap"  # type: ignore[union-attr]
    assert capped.engines == {"agent": "scripted/1", "user": "scripted/1"}  # type: ignore[union-attr]


def test_users_write_like_people() -> None:
    names = ["Nora", "Field", *(str(row["name"]) for row in tables_copy()["products"].values())]
    numbers = text_statistics(((words_of(d, "user"), words_of(d, "assistant")) for _, d in DIALOGUES), names)
    assert numbers.openings.distinct_share > 0.9
    assert 0.2 < numbers.short_share < 0.4
    assert 0.08 < numbers.polite_share < 0.25


@pytest.mark.parametrize("disclosure", ["all_at_once", "drip", "only_when_asked", "vague_start"])
def test_the_first_message_gives_away_what_the_manner_allows(disclosure: str) -> None:
    first = simulated(told("cancel_named", disclosure)).messages[0]  # type: ignore[arg-type]
    assert ("@" in first.content) == (disclosure == "all_at_once")
    assert ("#W7678072" in first.content) == (disclosure in ("all_at_once", "drip"))


def test_a_history_without_news_is_an_error() -> None:
    agent = AGENTS.agent(domain(), 1)
    with pytest.raises(ValueError, match="last word"):
        asyncio.run(agent.speak([Message(role="assistant", content="Hello.")]))
