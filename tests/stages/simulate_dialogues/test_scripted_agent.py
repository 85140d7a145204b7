from __future__ import annotations

import asyncio
import re

import msgspec
import pytest

from schemas.dialogue import Act, Dialogue, Message
from schemas.program import Bind
from schemas.task import Source
from stages.diversify_behaviors import scenario
from stages.simulate_dialogues.agent_words import AgentWords
from stages.simulate_dialogues.desk import Desk
from stages.simulate_dialogues.told import Told
from stages.simulate_dialogues.wording_agent import START_WITH, TURN_TO
from tests.stages.simulate_dialogues.talks import TASKS, USERS, domain, goal, simulated, told, words_of
from tests.tool_specs.phrasing.samples import TOP_PENDING
from tool_specs.retail.words.swaps import REMINDER


def said(dialogue: Dialogue) -> str:
    return "\n".join(words_of(dialogue, "assistant"))


def test_a_wrong_address_is_named_and_asked_for_again() -> None:
    dialogue = simulated(told("return_best_delivered", "drip", "neutral", "slip"))
    tried = [call.arguments for m in dialogue.messages for call in m.tool_calls if "email" in call.arguments]
    assert len(tried) == 2
    assert tried[0]["email"] in said(dialogue)
    assert tried[1]["email"] == "nora.field2208@example.com"


def test_comparisons_are_argued() -> None:
    text = said(simulated(told("return_best_delivered", "only_when_asked")))
    for part in ("office chair", "$544.29", "hiking boots", "$244.34", "laptop", "pending"):
        assert part in text


def test_a_sum_is_told_besides_its_parts() -> None:
    assert "$836.53" in said(simulated(told("spent_on_delivered", "all_at_once")))


def test_a_refusal_gives_its_reason_and_nothing_is_written() -> None:
    dialogue = simulated(told("refuse_cancel_processed", "all_at_once"))
    assert dialogue.final_digest == dialogue.initial_digest
    assert "pending" in said(dialogue)
    assert any(act.kind == "refuse" for m in dialogue.messages for act in m.acts)


def test_what_no_tool_does_is_handed_over_in_the_users_own_words() -> None:
    dialogue = simulated(told("refuse_out_of_scope", "only_when_asked"))
    assert dialogue.ended == "transferred"
    assert dialogue.messages[-1].content == "YOU ARE BEING TRANSFERRED TO A HUMAN AGENT. PLEASE HOLD ON."
    [summary] = [
        call.arguments["summary"] for m in dialogue.messages for call in m.tool_calls if "summary" in call.arguments
    ]
    assert dialogue.messages[0].content in summary


def test_all_items_go_in_one_call_after_a_reminder() -> None:
    dialogue = simulated(told("swap_every_item", "only_when_asked"))
    writes = [call for m in dialogue.messages for call in m.tool_calls if "new_item_ids" in call.arguments]
    assert [len(call.arguments["item_ids"]) for call in writes] == [2]
    assert any(text in said(dialogue) for text in REMINDER)


def test_a_second_thought_is_taken_instead_of_the_first() -> None:
    dialogue = simulated(told("cancel_named", "drip", "neutral", "change_of_mind"))
    [write] = [call for m in dialogue.messages for call in m.tool_calls if "reason" in call.arguments]
    assert write.arguments["reason"] == "no longer needed"
    told_reasons = [a.value for m in dialogue.messages for a in m.acts if a.kind == "inform" and a.slot == "r0.reason"]
    assert told_reasons[0] == "ordered by mistake"
    assert told_reasons[-1] == "no longer needed"


def test_what_cannot_be_done_is_refused_before_its_details_are_asked_for() -> None:
    dialogue = simulated(told("refuse_cancel_processed", "only_when_asked"))
    asked = {act.slot for m in dialogue.messages if m.role == "assistant" for act in m.acts if act.kind == "request"}
    assert "reason" not in asked
    assert "already been processed" in said(dialogue)


@pytest.mark.parametrize("disclosure", ["drip", "only_when_asked", "vague_start", "all_at_once"])
@pytest.mark.parametrize("name", ["swap_best_of_all_versions", "exchange_cheapest_of_all_versions"])
def test_what_one_selection_gives_is_asked_for_once(name: str, disclosure: str) -> None:
    dialogue = simulated(told(name, disclosure))
    asked = [act.slot for m in dialogue.messages if m.role == "assistant" for act in m.acts if act.kind == "request"]
    informed = [act for m in dialogue.messages if m.role == "user" for act in m.acts if act.slot == "object"]
    assert "target" not in asked
    assert asked.count("object") <= 1
    assert [sorted(act.value["binds"]) for act in informed] == [["item_ids", "new_item_ids", "order_id"]]
    assert dialogue.final_digest == goal(TASKS[name])
    assert re.search(r"in-stock versions of your three \w+ items", said(dialogue))


def test_a_user_who_is_asked_for_the_other_half_tells_both() -> None:
    one = told("swap_best_of_all_versions", "only_when_asked")
    user = USERS.user(domain(), one)
    opening = asyncio.run(user.speak([]))
    question = Message(role="assistant", content="To which?", acts=(Act(kind="request", request=0, slot="target"),))
    answer = asyncio.run(user.speak([opening, question]))
    assert [act.slot for act in answer.acts] == ["object"]
    assert "version" in answer.content


def test_the_first_of_several_requests_is_led_over_to_as_well() -> None:
    mixed = next(task for task in TASKS.values() if len(task.writes) > 1)
    task = msgspec.structs.replace(mixed, requests=tuple(mixed.writes), goal_digest=goal(mixed))
    text = said(simulated(scenario(task, "vague_start", "neutral", ("multi_request",))))
    nouns = {domain().lexicon.writes[request.tool or ""].noun for request in task.requests}
    starts = [start.replace("{noun}", noun) for start in START_WITH for noun in nouns]
    turns = [turn.replace("{noun}", noun) for turn in TURN_TO for noun in (*nouns, *(f"other {one}" for one in nouns))]
    assert any(start in text for start in starts)
    assert any(turn in text for turn in turns)


def test_an_answer_that_the_comparison_has_given_is_not_repeated() -> None:
    name = Bind(program=0, column=("order", "order_id"))
    source = Source(provenance="evidence", bind=name)
    top = msgspec.structs.replace(
        TASKS["price_of_cheapest"].requests[0], sources={"answer": source}, programs=(TOP_PENDING,)
    )
    words = AgentWords(Desk(domain()), 1)
    compared = "The biggest pending order is order #W4817420 at $12.00."
    assert words.answer(Told(top, None), "#W4817420", compared) == compared
    assert words.answer(Told(top, None), "#W7678072", compared) != compared


def test_an_id_that_nobody_has_is_named_as_it_was_told() -> None:
    words = AgentWords(Desk(domain()), 1)
    for _ in range(30):
        assert "Nora_field_1" not in words.nobody_found((("user_id", "nora_field_1"),))


def test_only_a_host_that_may_be_misspelt_is_asked_about() -> None:
    words = AgentWords(Desk(domain()), 1)
    assert all('"' not in words.nobody_found((("email", "ann1984@example.com"),)) for _ in range(30))
    assert all('"exmaple"' in words.nobody_found((("email", "ann@exmaple.com"),)) for _ in range(4))
